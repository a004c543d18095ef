/**
 * Assigns each problem of an environment variable to the check of `doctor` that reports the problem, and defines the cures: what
 * an administrator does about a problem.
 */

import { failure } from '../core.js';
import { UsageError } from './run.js';

/** @typedef {import('../error.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('./doctor.js').Finding} Finding */

export const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';

/**
 * The checks that report the problems of certain variables, with a pattern for the names of those variables.
 *
 * @type {Record<'redirect-uri' | 'endpoints' | 'scopes' | 'redis', RegExp>}
 */
const VARIABLES_OF = {
  'redirect-uri': /_REDIRECT_URI$/,
  endpoints: /_proxy$|_(AUTHORIZE|TOKEN|API)_URL$/i,
  scopes: /_SCOPES$/,
  redis: /_REDIS_(URL|DATABASE)$/,
};

/** @type {Record<string, string>} */
const CURES = {
  [`${PREFIX}CLIENT_ID`]: 'Set it to the Key of the OAuth client at Bitbucket.',
  [`${PREFIX}CLIENT_SECRET`]: 'Set it to the Secret of the OAuth client at Bitbucket.',
  [`${PREFIX}REDIRECT_URI`]: 'Set it to the Callback URL of the OAuth client at Bitbucket, character for character.',
};

/** The variables that OAuth2 needs. */
const OAUTH_VARIABLES = ['CLIENT_ID', 'CLIENT_SECRET', 'REDIRECT_URI'].map((name) => PREFIX + name);

/** The setting that loads the preload, in the syntax of a shell. */
export const PRELOAD_OPTION = 'NODE_OPTIONS="--require nocodb-bitbucket-auth/register" (in a container, with the path of '
  + 'pkg/register.cjs)';

/**
 * Whether none of the variables of OAuth2 is set. Access tokens and API tokens do not need them.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function isOAuthUnset(env) {
  return !OAUTH_VARIABLES.some((name) => env[name]?.trim());
}

/**
 * @param {Context} context
 * @param {keyof typeof VARIABLES_OF} [check] if absent, the result contains the problems that none of these checks reports
 * @returns {ErrorDetails[]}
 */
export function problemsFor({ env, environment: { problems } }, check) {
  const patterns = Object.values(VARIABLES_OF);
  const intended = isOAuthUnset(env) ? OAUTH_VARIABLES : [];
  return problems.filter(({ field = '' }) => !intended.includes(field) && (
    check ? VARIABLES_OF[check].test(field) : !patterns.some((pattern) => pattern.test(field))));
}

/**
 * The problem that several processes have no common Redis. It is the last problem that the core reports about the variable for
 * the URL of Redis.
 *
 * @param {Environment} environment
 * @returns {ErrorDetails | undefined}
 */
export function missingRedisProblem({ client, hasWorkers, redis, problems }) {
  if (!client || !hasWorkers || redis) return undefined;
  return problems.findLast(({ field }) => field === `${PREFIX}REDIS_URL`);
}

/**
 * @param {ErrorDetails} problem of a variable
 * @returns {Finding}
 */
export function toFinding({ message, field = '' }) {
  return { verdict: 'bad', text: reasonOf(message), cure: CURES[field] ?? 'Correct the variable, or unset it to use the default.' };
}

/**
 * The message of a problem, without the beginning that all messages about the configuration have in common.
 *
 * @param {string} message
 */
export function reasonOf(message) {
  const beginning = failure('INVALID_CONFIG', 'config').message.replace(/\.$/, ': ');
  return message.startsWith(beginning) ? message.slice(beginning.length) : message;
}

/**
 * The client that the environment describes.
 *
 * @param {Environment} environment
 * @returns {import('../../pkg/core.js').OAuthCore}
 * @throws {UsageError} that lists the problems of all variables, one on each line
 */
export function requireClient({ client, problems }) {
  if (client) return client;
  throw new UsageError(problems.map(({ message }) => message).join('\n'));
}
