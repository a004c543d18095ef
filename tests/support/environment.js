/**
 * The environment variables of a test.
 *
 * In: the server that stands in for Bitbucket. Out: the plugin's variables, and the variables that a child process inherits.
 * Never: a proxy, a preload or a plugin's variable of this machine reaches a test.
 */
export const REDIRECT_URI = 'https://nocodb.example/dashboard/';

/** The least that the plugin needs. Its requests go to bitbucket.org. */
export const CLIENT_VARIABLES = {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: REDIRECT_URI,
};

/** The variables that point the plugin to a simulator with its defaults. */
export const simulatorVariables = (bitbucket, more = {}) => ({
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: bitbucket.client.key,
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: bitbucket.client.secret,
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: bitbucket.client.callback,
  INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: bitbucket.authorizeUrl,
  INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: bitbucket.tokenUrl,
  INTEGRATION_AUTH_BITBUCKET_API_URL: bitbucket.apiUrl,
  ...more,
});

/** What differs from the defaults in most tests. */
const IN_TESTS = {
  // Off by default: environment.test.js.
  INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: 'allow',
  // The real lockout takes half a minute.
  INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '100',
};

/** The variables for a test's own server that imitates Bitbucket. */
export const environment = (origin, more = {}) => ({
  ...CLIENT_VARIABLES,
  INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: `${origin}/site/oauth2/authorize`,
  INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: `${origin}/site/oauth2/access_token`,
  INTEGRATION_AUTH_BITBUCKET_API_URL: `${origin}/2.0`,
  ...IN_TESTS,
  ...more,
});

/** The variables for a simulator. */
export const simulatorEnvironment = (bitbucket, more = {}) => simulatorVariables(bitbucket, { ...IN_TESTS, ...more });

/** What would reach the plugin, NocoDB or Node.js from outside, or would change what a program prints. */
const FROM_OUTSIDE = /^(INTEGRATION_AUTH_|NC_|NODE_|PACKED$|CI$)|_proxy$|COLOR/i;

/**
 * The variables of this process that a child process of a test may inherit, and the test's own.
 *
 * @param {Record<string, string>} [more]
 * @param {RegExp} [kept] names that are inherited all the same
 */
export const childEnvironment = (more = {}, kept = /^$/) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FROM_OUTSIDE.test(name) || kept.test(name))),
  ...more,
});
