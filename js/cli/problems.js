/**
 * What is wrong with variables: which check tells it, and what mends it.
 */

import { failure } from '../core.js';
import { CannotRun } from './run.js';

/** @typedef {import('../error.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('./doctor.js').Finding} Finding */

export const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';

/** The checks that tell of variables of their own. @type {Record<'redirect-uri' | 'endpoints' | 'scopes' | 'redis', RegExp>} */
const THEIRS = {
  'redirect-uri': /_REDIRECT_URI$/,
  endpoints: /_proxy$|_(AUTHORIZE|TOKEN|API)_URL$/i,
  scopes: /_SCOPES$/,
  redis: /_REDIS_(URL|DATABASE)$/,
};

/** @type {Record<string, string>} */
const CURES = {
  [`${PREFIX}CLIENT_ID`]: 'It is the Key of the OAuth client at Bitbucket.',
  [`${PREFIX}CLIENT_SECRET`]: 'It is the Secret of the OAuth client at Bitbucket.',
  [`${PREFIX}REDIRECT_URI`]: 'It is the Callback URL of the OAuth client at Bitbucket, character for character.',
};

/** Those that OAuth2 needs. */
const CLIENT = ['CLIENT_ID', 'CLIENT_SECRET', 'REDIRECT_URI'].map((name) => PREFIX + name);

/** What has the preload loaded, as it is written in a shell. */
export const PRELOAD_OPTION = 'NODE_OPTIONS="--require nocodb-bitbucket-auth/register" (in a container, with the path of '
  + 'pkg/register.cjs)';

/**
 * Whether nobody began to configure OAuth2. Tokens do without it.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function isWithoutOAuth(env) {
  return !CLIENT.some((name) => env[name]?.trim());
}

/**
 * @param {Context} context
 * @param {keyof typeof THEIRS} [check] without one: those of which no check tells that has variables of its own
 * @returns {ErrorDetails[]}
 */
export function problemsFor({ env, environment: { problems } }, check) {
  const patterns = Object.values(THEIRS);
  const meant = isWithoutOAuth(env) ? CLIENT : [];
  return problems.filter(({ field = '' }) => !meant.includes(field) && (
    check ? THEIRS[check].test(field) : !patterns.some((pattern) => pattern.test(field))));
}

/**
 * That several processes have no Redis in common: the last that the core says of the variable that would name one.
 *
 * @param {Environment} environment
 * @returns {ErrorDetails | undefined}
 */
export function lackOfRedis({ client, hasWorkers, redis, problems }) {
  if (!client || !hasWorkers || redis) return undefined;
  return problems.findLast(({ field }) => field === `${PREFIX}REDIS_URL`);
}

/**
 * @param {ErrorDetails} problem of a variable
 * @returns {Finding}
 */
export function findingOf({ message, field = '' }) {
  return { verdict: 'bad', text: reasonIn(message), cure: CURES[field] ?? 'Correct it, or unset it for the default.' };
}

/**
 * What is wrong, without the words with which each problem of the configuration begins.
 *
 * @param {string} message
 */
export function reasonIn(message) {
  const beginning = failure('INVALID_CONFIG', 'config').message.replace(/\.$/, ': ');
  return message.startsWith(beginning) ? message.slice(beginning.length) : message;
}

/**
 * The client that the environment describes.
 *
 * @param {Environment} environment
 * @returns {import('../../pkg/core.js').OAuthCore}
 * @throws {CannotRun} with all that is wrong with variables, one a line
 */
export function requireClient({ client, problems }) {
  if (client) return client;
  throw new CannotRun(problems.map(({ message }) => message).join('\n'));
}
