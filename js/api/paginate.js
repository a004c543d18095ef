/**
 * Reads the API's lists page by page.
 *
 * In: a client, and the path of a list. Out: the values of the list's pages. Never: a list that ends because a
 * response is not a page, or a decision about which page is next. The core makes this decision.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { objectOrEmpty, readArgument } from '../arguments.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { PagePrefetcher } from './page-prefetcher.js';
import { assessFailedPrefetch, notifyRetry, prefetchConfig, secondAttemptConfig } from './prefetch-attempt.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */
/** @typedef {import('../../pkg/core.js').Paginator} List */
/** @typedef {import('./prefetch-attempt.js').FailedPrefetch} FailedPrefetch */

/** Makes Axios repeat a parameter's name for each element of an array. By default, Axios appends brackets to the name. */
export const REPEATED_NAMES = { indexes: null };

/**
 * Iterates over the values of all pages of a list. Each page is requested with the parameters of the first page, even when
 * Bitbucket's `next` link omits them. A numbered list (its links contain page numbers) continues without a `next` link when
 * `size` says that more values exist. If the parameters contain `fields`, the client adds `next` to this parameter, because the
 * iteration needs the link.
 *
 * Pages are prefetched. For a numbered list, up to six pages are requested at once. For other lists, the next page is requested
 * while the consumer reads the values of the current one. The consumer gets the same values and errors as without prefetching.
 * Prefetching costs at most six additional requests in all, plus the redirects that they follow. When the consumer stops, the
 * client aborts the prefetches under way. `concurrency: 1` turns prefetching off.
 *
 * When the consumer reaches a prefetched page, the client discards the page if it is older than half a minute. The client also
 * discards the page if, since the prefetch started, one of the client's other requests may have changed the data. A discarded
 * page is requested again, and the discarded request counts as one of the six additional requests. When all six are used up,
 * prefetching stops.
 *
 * If Bitbucket rejects a prefetch and asks for a wait of more than a minute, the list throws the error of the prefetch when the
 * consumer reaches the page. If an earlier page has to be requested again during the wait, this second request fails with
 * `API_RATE_LIMITED` and without a `response`, like every other request of the account during the wait.
 *
 * When Bitbucket is still preparing a page (status 202), the client requests the page again, for about half a minute.
 *
 * - `path` of the list, as in `client.get`; it may contain parameters
 * - `params`, for instance `pagelen`; an array repeats the parameter's name
 * - `config` for every request, for instance `signal`; and `concurrency`, from 1 to 6: how many pages may be requested or kept in
 *   memory at once, including the page that the consumer is reading; 6 by default
 *
 * The iteration throws the errors that `client.get` throws. If `next` points outside the API, `error.bitbucket` has the code
 * `FOREIGN_ORIGIN`. The iteration throws a `BitbucketAuthError` with code `RESPONSE_INVALID` for a response that is not a page,
 * `API_NOT_READY` for a page that was not ready in time, and `INVALID_ARGUMENT` for an invalid `concurrency`. `T` is the type of
 * a value; as with `client.get`, the client does not check that the values have this type.
 *
 * @typedef {<T = any>(path: string, params?: Record<string, unknown>, config?: AxiosRequestConfig & { concurrency?: number }) =>
 *   AsyncGenerator<T, void, void>} Paginate
 */

/**
 * @param {AxiosInstance} client
 * @param {object} behavior
 * @param {() => import('../activity.js').Activity} behavior.activity
 * @param {import('./freshness.js').WriteCounter} behavior.writes counts the client's requests that may change something
 * @returns {Paginate}
 */
export function paginate(client, { activity, writes }) {
  return async function* pages(path, params, config) {
    const { concurrency: requestedConcurrency, ...requests } = config ?? {};
    const { concurrency } = readArgument(paginate, 'pagesConfig', { concurrency: requestedConcurrency });
    const list = createPageList(client, path, params, requests, concurrency);
    const { cancelToken } = requests;
    const signal = /** @type {AbortSignal | undefined} */ (requests.signal);
    // Each request gets a signal, so that the client does not also read ahead sequentially (read-ahead.js ignores requests with
    // a signal).
    const requestConfig = { ...requests, signal: signal ?? new AbortController().signal };

    /** @param {string} url @param {FailedPrefetch} failed */
    const fetchAfterFailure = async (url, failed) => {
      const { error, action, notBefore } = failed;
      if (action !== 'refetch') activity().recordError(error.bitbucket);
      if (action === 'throw') throw error;
      if (action === 'retry') await notifyRetry(failed);
      else if (error.response) activity().retries += 1;
      // When the caller aborts, the request below throws.
      await sleep(Math.max(notBefore - Date.now(), 0), undefined, { signal }).catch(() => {});
      return fetchPage(client, list, action === 'retry' ? secondAttemptConfig(requestConfig) : requestConfig, { url });
    };

    const prefetcher = new PagePrefetcher({
      list,
      fetch: (url) => fetchPage(client, list, requestConfig, { url }),
      prefetchPage: (url, endSignal) => fetchPage(client, list, prefetchConfig(requests, endSignal), { url, maxWaitMs: 0 }),
      assessFailedPrefetch,
      fetchAfterFailure,
      writes,
      signal,
      isCancelled: () => signal?.aborted === true || cancelToken?.reason !== undefined,
    });
    try {
      for (let isMore = true; isMore;) {
        const page = await prefetcher.next();
        const outcome = tryAdvance(page);
        if (outcome.isMore) prefetcher.prefetch(1);
        // The consumer gets all values before the error about an invalid `next`. With `yield*`, newer engines would respond to a
        // consumer's `throw()` with a TypeError, because an array's iterator has no such method.
        for (const value of /** @type {any[]} */ (page.values)) yield value;
        if ('error' in outcome) throw outcome.error;
        ({ isMore } = outcome);
      }
    } finally {
      prefetcher.discardAll();
    }
  };
}

/**
 * Returns whether another page follows the given page, or the error that the list throws because of the page's `next`.
 *
 * @param {Page} page
 * @returns {{ isMore: boolean } | { isMore: false, error: unknown }}
 */
function tryAdvance(page) {
  try {
    return { isMore: page.advance() };
  } catch (error) {
    return { isMore: false, error };
  }
}

/**
 * Creates the list whose first page has this path and these parameters.
 *
 * @param {AxiosInstance} client
 * @param {string} path
 * @param {Record<string, unknown>} [params]
 * @param {AxiosRequestConfig} [config]
 * @param {number} [concurrency]
 * @returns {List}
 */
export function createPageList(client, path, params, config, concurrency) {
  const { Paginator } = core();
  // The URL that Axios would request, with the caller's own serialisation of parameters.
  const first = client.getUri(withRepeatedNames({ ...config, url: path, params: params ?? config?.params }));
  return callCore(createPageList, () => new Paginator(first, concurrency));
}

/**
 * Fetches a page of a list through a client.
 *
 * @param {AxiosInstance} client
 * @param {List} list
 * @param {AxiosRequestConfig} config
 * @param {PageRequest} [which]
 * @returns {Promise<Page>}
 */
export function fetchPage(client, list, config, which) {
  // The URL already contains all parameters, including those that the client adds.
  /** @type {AxiosRequestConfig} */
  const options = { ...config, params: /** @type {any} */ (null), allowAbsoluteUrls: true };
  const signal = /** @type {AbortSignal | undefined} */ (config.signal);
  return readPage((url) => client.get(url, options), list, signal, which);
}

/**
 * @typedef {object} PageRequest
 * @property {string} [url] the page's URL; by default the URL of the list's next page
 * @property {number} [maxWaitMs] how long to wait for a page that is not ready; by default as long as the core allows
 */

/**
 * @typedef {object} Page
 * @property {unknown[]} values
 * @property {() => boolean} advance reports the page to the list, so that the list expects the following page, and returns
 *   whether there is a following page. Call this function when the consumer reaches the page
 */

/**
 * Fetches a page of a list with any function that sends a GET request.
 *
 * @param {(url: string) => Promise<{ data: unknown, status: number, headers: unknown }>} get
 * @param {List} list
 * @param {AbortSignal} [signal]
 * @param {PageRequest} [which]
 * @returns {Promise<Page>}
 */
export async function readPage(get, list, signal, { url = list.url, maxWaitMs = Infinity } = {}) {
  const deadline = Date.now() + maxWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    const { data, status, headers } = await get(url);
    const now = Date.now();
    const pause = callCore(readPage, () => core().pageRetryDelay(
      status, headerValue(headers, 'retry-after'), attempt, deadline - now, now, Math.random(),
    ));
    if (pause === undefined) {
      const { values, next, page, pagelen, size } = objectOrEmpty(data);
      if (!Array.isArray(values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      const advance = () => callCore(readPage, () => (
        list.advance(nextLinkOf(next), values.length, numberOrUndefined(page), numberOrUndefined(pagelen), numberOrUndefined(size))
      ));
      return { values, advance };
    }
    // When the caller aborts, the next request throws.
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/**
 * Adds the option that repeats a name for each element of an array, as Bitbucket expects (`state=OPEN&state=MERGED`). The
 * caller's own options take precedence.
 *
 * @template {AxiosRequestConfig} T
 * @param {T} config
 * @returns {T}
 */
export function withRepeatedNames(config) {
  const { paramsSerializer } = config;
  if (typeof paramsSerializer === 'function' || 'indexes' in objectOrEmpty(paramsSerializer)) return config;
  return { ...config, paramsSerializer: { ...REPEATED_NAMES, ...paramsSerializer } };
}

/**
 * @param {unknown} headers
 * @param {string} name
 * @returns {string | undefined}
 */
export function headerValue(headers, name) {
  const found = Object.entries({ ...objectOrEmpty(headers) }).find(([key]) => key.toLowerCase() === name);
  return found && String(found[1]);
}

/**
 * @param {unknown} next member of a page
 * @returns {string | undefined}
 * @throws {BitbucketAuthError} `RESPONSE_INVALID`
 */
export function nextLinkOf(next) {
  if (next === undefined || next === null || typeof next === 'string') return next ?? undefined;
  throw failure('RESPONSE_INVALID', 'api', { field: 'next' });
}

/**
 * @param {unknown} value
 * @returns {number | undefined}
 */
function numberOrUndefined(value) {
  return typeof value === 'number' ? value : undefined;
}
