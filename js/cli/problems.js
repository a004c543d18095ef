/**
 * What is wrong with variables: which check tells it, and what mends it.
 */

/** @typedef {import('../error.js').Failure} Failure */
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

/**
 * @param {Failure[]} problems
 * @param {keyof typeof THEIRS} [check] without one: those of which no check tells that has variables of its own
 * @returns {Failure[]}
 */
export function problemsFor(problems, check) {
  const patterns = Object.values(THEIRS);
  return problems.filter(({ field = '' }) => (
    check ? THEIRS[check].test(field) : !patterns.some((pattern) => pattern.test(field))));
}

/**
 * That several processes have no Redis in common: the last that the core says of the variable that would name one.
 *
 * @param {import('../nocodb/environment.js').Environment} environment
 * @returns {Failure | undefined}
 */
export function lackOfRedis({ client, hasWorkers, redis, problems }) {
  if (!client || !hasWorkers || redis) return undefined;
  return problems.findLast(({ field }) => field === `${PREFIX}REDIS_URL`);
}

/**
 * @param {Failure} problem of a variable
 * @returns {Finding}
 */
export function findingOf({ message, field = '' }) {
  return { verdict: 'bad', text: message, cure: CURES[field] ?? 'Correct it, or unset it for the default.' };
}
