/**
 * Configures the single attempt to prefetch a page, and decides what happens after the attempt fails.
 *
 * In: the config of a list's requests, and the error of an attempt. Out: the config of the prefetch, and of the attempt that
 * follows the prefetch. Never: a retry of a prefetch before the consumer reaches the page, or a rule of its own about which
 * errors are retried. The caller's axios-retry options decide that.
 *
 * - If axios-retry would retry the error, the prefetch counts as the page's first attempt, and the next request as the second.
 * - If axios-retry would not retry the error, and the core treats the error as the page's final result, the list throws the
 *   error.
 * - After any other error, a new request may succeed when the consumer reaches the page. The page is requested as if there had
 *   been no prefetch.
 */

import { objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { PREFETCH_LIFETIME_MS } from './freshness.js';

/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */

/**
 * @typedef {object} FailedPrefetch
 * @property {any} error
 * @property {'retry' | 'throw' | 'refetch'} action what to do when the consumer reaches the page
 * @property {number} notBefore earliest time of the next request, in milliseconds since the epoch
 * @property {number} expiresAt when the failure is too old to use, in milliseconds since the epoch
 */

/** A retry count at which axios-retry retries nothing. */
const RETRIES_EXHAUSTED = Infinity;

/**
 * The config of a prefetch.
 *
 * @param {AxiosRequestConfig} config
 * @param {AbortSignal} signal
 * @returns {AxiosRequestConfig}
 */
export function prefetchConfig(config, signal) {
  return { ...withRetryCount(config, RETRIES_EXHAUSTED, { onMaxRetryTimesExceeded: () => {} }), signal };
}

/**
 * Whether a request is a prefetch. A failed prefetch is not reported before the consumer reaches the page.
 *
 * @param {AxiosRequestConfig | undefined} config
 */
export function isPrefetch(config) {
  return objectOrEmpty(retryOptionsOf(config)).retryCount === RETRIES_EXHAUSTED;
}

/**
 * The config of the attempt that follows a prefetch.
 *
 * @param {AxiosRequestConfig} config
 * @returns {AxiosRequestConfig}
 */
export function secondAttemptConfig(config) {
  return withRetryCount(config, 1);
}

/**
 * Decides what to do after a failed prefetch.
 *
 * @param {any} error
 * @returns {Promise<FailedPrefetch>}
 */
export async function assessFailedPrefetch(error) {
  const failedAt = Date.now();
  const pause = await retryDelayAfter(error);
  const { code, status, retryAfter = 0 } = objectOrEmpty(objectOrEmpty(error).bitbucket);
  const isFinal = core().isUsablePrefetch(/** @type {number | undefined} */ (status), /** @type {string | undefined} */ (code));
  return {
    error,
    action: pause !== undefined ? 'retry' : isFinal ? 'throw' : 'refetch',
    notBefore: failedAt + (pause ?? 0),
    expiresAt: failedAt + Math.max(PREFETCH_LIFETIME_MS, Number(retryAfter)),
  };
}

/**
 * Calls the `onRetry` hook of the caller's axios-retry options. Without such a hook, calls the one of the client's own options.
 *
 * @param {FailedPrefetch} failed
 */
export async function notifyRetry({ error }) {
  await retryOptionsOf(error.config)?.onRetry?.(1, error, error.config);
}

/**
 * How long axios-retry, with the caller's own options, waits before it retries a request that failed with this error.
 *
 * @param {any} error
 * @returns {Promise<number | undefined>} milliseconds; `undefined` when axios-retry does not retry the request
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
 * @param {number} retryCount how many attempts axios-retry counts as made
 * @param {import('axios-retry').IAxiosRetryConfig} [more]
 * @returns {AxiosRequestConfig}
 */
function withRetryCount(config, retryCount, more) {
  return { ...config, 'axios-retry': /** @type {any} */ ({ ...config['axios-retry'], ...more, retryCount }) };
}
