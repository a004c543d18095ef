/**
 * The environment variables of a test.
 *
 * In: the server that stands in for Bitbucket. Out: the plugin's variables, and the variables that a child process inherits.
 * Never: a proxy, a preload or a variable of the plugin that is set on this machine.
 */
export const REDIRECT_URI = 'https://nocodb.example/dashboard/';

/** The variables that the plugin requires. With these variables alone, its requests go to bitbucket.org. */
export const CLIENT_VARIABLES = {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: REDIRECT_URI,
};

/** The variables that connect the plugin to a simulator. All other settings have their defaults. */
export const simulatorVariables = (bitbucket, more = {}) => ({
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: bitbucket.client.key,
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: bitbucket.client.secret,
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: bitbucket.client.callback,
  INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: bitbucket.authorizeUrl,
  INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: bitbucket.tokenUrl,
  INTEGRATION_AUTH_BITBUCKET_API_URL: bitbucket.apiUrl,
  ...more,
});

/** The settings that differ from the defaults in most tests. */
const IN_TESTS = {
  // Client credentials are off by default, which environment.test.js checks.
  INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: 'allow',
  // The real lockout takes half a minute.
  INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '100',
};

/** The variables that connect the plugin to a test's own imitation of Bitbucket. Includes the settings of most tests. */
export const environment = (origin, more = {}) => ({
  ...CLIENT_VARIABLES,
  INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: `${origin}/site/oauth2/authorize`,
  INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: `${origin}/site/oauth2/access_token`,
  INTEGRATION_AUTH_BITBUCKET_API_URL: `${origin}/2.0`,
  ...IN_TESTS,
  ...more,
});

/** The variables that connect the plugin to a simulator. Includes the settings of most tests. */
export const simulatorEnvironment = (bitbucket, more = {}) => simulatorVariables(bitbucket, { ...IN_TESTS, ...more });

/** Variables of this machine that would affect the plugin, NocoDB, Node.js or the output of a program. */
const FROM_OUTSIDE = /^(INTEGRATION_AUTH_|NC_|NODE_|PACKED$|CI$)|_proxy$|COLOR/i;

/**
 * The variables of this process that a child process of a test may inherit, and the test's own.
 *
 * @param {Record<string, string>} [more]
 * @param {RegExp} [kept] names that are inherited nevertheless
 */
export const childEnvironment = (more = {}, kept = /^$/) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FROM_OUTSIDE.test(name) || kept.test(name))),
  ...more,
});
