/**
 * The one attempt to get a page before its turn, and what follows from its failure when the turn comes.
 *
 * In: the config of a list's requests, and the error of an attempt. Out: the config of the attempt, and of the one after it.
 * What never happens here: an attempt ahead is repeated before its turn, or another rule than the caller's axios-retry says
 * which errors are repeated.
 *
 * - An error that axios-retry would repeat counts as the first attempt of the page: the next one is the second.
 * - So does what the core takes for the outcome of the page. Where axios-retry would not repeat it, it is the error of the page.
 * - Any other error may be none when the turn comes. The page is asked for as if it had not been before.
 */

import { objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { PREFETCH_LIFETIME_MS } from './freshness.js';

/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */

/**
 * @typedef {object} FailedPrefetch
 * @property {any} error
 * @property {'retry' | 'throw' | 'refetch'} action what to do when its turn comes
 * @property {number} notBefore when a request may follow, in milliseconds since the epoch
 * @property {number} expiresAt when it no longer tells anything
 */

/** With so many attempts behind it, axios-retry repeats no request. */
const RETRIES_EXHAUSTED = Infinity;

/**
 * @param {AxiosRequestConfig} config
 * @param {AbortSignal} signal
 * @returns {AxiosRequestConfig}
 */
export function prefetchConfig(config, signal) {
  return { ...withRetryCount(config, RETRIES_EXHAUSTED, { onMaxRetryTimesExceeded: () => {} }), signal };
}

/**
 * Whether a request is such an attempt, of whose failure nobody has to hear before its turn.
 *
 * @param {AxiosRequestConfig | undefined} config
 */
export function isPrefetch(config) {
  return objectOrEmpty(retryOptionsOf(config)).retryCount === RETRIES_EXHAUSTED;
}

/**
 * The config of the attempt after the one ahead.
 *
 * @param {AxiosRequestConfig} config
 * @returns {AxiosRequestConfig}
 */
export function secondAttemptConfig(config) {
  return withRetryCount(config, 1);
}

/**
 * @param {any} error
 * @returns {Promise<FailedPrefetch>}
 */
export async function assessFailedPrefetch(error) {
  const failedAt = Date.now();
  const pause = await retryDelayAfter(error);
  const { code, status, retryAfter = 0 } = objectOrEmpty(objectOrEmpty(error).bitbucket);
  const isFinal = core().isOutcomeAhead(/** @type {number | undefined} */ (status), /** @type {string | undefined} */ (code));
  return {
    error,
    action: pause !== undefined ? 'retry' : isFinal ? 'throw' : 'refetch',
    notBefore: failedAt + (pause ?? 0),
    expiresAt: failedAt + Math.max(PREFETCH_LIFETIME_MS, Number(retryAfter)),
  };
}

/**
 * Tells the caller's axios-retry, or the client's, that an attempt is repeated.
 *
 * @param {FailedPrefetch} failed
 */
export async function notifyRetry({ error }) {
  await retryOptionsOf(error.config)?.onRetry?.(1, error, error.config);
}

/**
 * How long axios-retry waits before it repeats a request that failed so, the caller's own way of retrying included.
 *
 * @param {any} error
 * @returns {Promise<number | undefined>} milliseconds; `undefined` when it does not repeat it
 */
async function retryDelayAfter(error) {
  const { retries = 0, retryCondition, retryDelay } = retryOptionsOf(objectOrEmpty(error).config) ?? {};
  try {
    if (retries < 1 || !retryCondition || !retryDelay) return undefined;
    return await retryCondition(error) ? retryDelay(1, error) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} config
 * @returns {import('axios-retry').IAxiosRetryConfigExtended | undefined}
 */
function retryOptionsOf(config) {
  return /** @type {any} */ (objectOrEmpty(config)['axios-retry']);
}

/**
 * @param {AxiosRequestConfig} config
 * @param {number} retryCount how many attempts axios-retry takes as made
 * @param {import('axios-retry').IAxiosRetryConfig} [more]
 * @returns {AxiosRequestConfig}
 */
function withRetryCount(config, retryCount, more) {
  return { ...config, 'axios-retry': /** @type {any} */ ({ ...config['axios-retry'], ...more, retryCount }) };
}
