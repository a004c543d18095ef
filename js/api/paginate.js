/**
 * Lists of the API, page by page.
 *
 * In: a client, and the path of a list. Out: the values of its pages. What never happens here: an answer that is no page is
 * taken for the end, or a decision about which page is the next one.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { objectOrEmpty, readArgument } from '../arguments.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { PagePrefetcher } from './page-prefetcher.js';
import { assessFailedPrefetch, notifyRetry, prefetchConfig, secondAttemptConfig } from './prefetch-attempt.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */
/** @typedef {import('../../pkg/core.js').List} List */
/** @typedef {import('./prefetch-attempt.js').FailedPrefetch} FailedPrefetch */

/** How Axios writes an array as a name that repeats; by default it puts brackets behind the name. */
export const REPEATED_NAMES = { indexes: null };

/**
 * Iterates over the values of all pages of a list. Each page is asked for with the parameters of the first one, also where
 * Bitbucket's `next` has lost them, and a numbered list goes on where `next` is missing although `size` says that there is
 * more. `fields` are given `next`, which is needed.
 *
 * Pages are asked for ahead: up to six of a numbered list at once, and elsewhere the next one while the values of the page
 * before are consumed. Values and errors come as if each page had been asked for when it is needed, for at most six
 * requests more in all (each with the redirects that it follows); a consumer that stops ends those that are under way. With
 * `concurrency: 1` each page is asked for when it is needed.
 *
 * A page ahead is dropped that is older than half a minute when its turn comes, or was asked for before the last request of this
 * client was answered that may have changed something. It is asked for again, and was one of the six requests; when
 * they are used up, each page is asked for when it is needed. If Bitbucket refuses a page ahead and asks to wait for more
 * than a minute, the list throws that error in its turn; a page before it that has to be asked for again meets a closed
 * limit, and fails with `API_RATE_LIMITED` and no `response`, as any request of the account does then.
 *
 * A page that Bitbucket is still working on (202) is asked for again, for about half a minute.
 *
 * - `path` of the list, as in `client.get`; it may have parameters of its own
 * - `params`: `pagelen` for instance; an array stands for a name that repeats
 * - `config` of every request, `signal` for instance; and `concurrency`, from 1 to 6: how many pages may be under way or kept
 *   at once, the one that is being consumed included; 6 by default
 *
 * It throws what `client.get` throws, with `error.bitbucket` of code `FOREIGN_ORIGIN` where `next` leads away from the API;
 * and a `BitbucketAuthError` `RESPONSE_INVALID` for an answer that is no page, `API_NOT_READY` for one that was not ready
 * in time, and `INVALID_ARGUMENT` for a `concurrency` that is none. `T` is the type of a value, as with `client.get`:
 * nothing checks it.
 *
 * @typedef {<T = any>(path: string, params?: Record<string, unknown>, config?: AxiosRequestConfig & { concurrency?: number }) =>
 *   AsyncGenerator<T, void, void>} Paginate
 */

/**
 * @param {AxiosInstance} client
 * @param {object} behaviour
 * @param {() => import('../activity.js').Activity} behaviour.activity
 * @param {import('./freshness.js').WriteCounter} behaviour.writes that the client makes
 * @returns {Paginate}
 */
export function paginate(client, { activity, writes }) {
  return async function* pages(path, params, config) {
    const { concurrency: requestedConcurrency, ...requests } = config ?? {};
    const { concurrency } = readArgument(paginate, 'pagesConfig', { concurrency: requestedConcurrency });
    const list = createPageList(client, path, params, requests, concurrency);
    const { cancelToken } = requests;
    const signal = /** @type {AbortSignal | undefined} */ (requests.signal);
    // Requests with a signal are left alone by what fetches pages ahead for others: read-ahead.js.
    const requestConfig = { ...requests, signal: signal ?? new AbortController().signal };

    /** @param {string} address @param {FailedPrefetch} failed */
    const fetchAfterFailure = async (address, failed) => {
      const { error, action, notBefore } = failed;
      if (action !== 'refetch') activity().failed(error.bitbucket);
      if (action === 'throw') throw error;
      if (action === 'retry') await notifyRetry(failed);
      else if (error.response) activity().retries += 1;
      // Whoever aborts is told by the request.
      await sleep(Math.max(notBefore - Date.now(), 0), undefined, { signal }).catch(() => {});
      return fetchPage(client, list, action === 'retry' ? secondAttemptConfig(requestConfig) : requestConfig, { address });
    };

    const prefetcher = new PagePrefetcher({
      list,
      fetch: (address) => fetchPage(client, list, requestConfig, { address }),
      prefetchPage: (address, endSignal) => fetchPage(client, list, prefetchConfig(requests, endSignal), { address, maxWaitMs: 0 }),
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
        // What it has is given before anybody is told that its `next` is wrong. With `yield*`, newer engines would answer a
        // consumer's `throw()` with a TypeError: an array's iterator has no such method.
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
 * Whether there is a page after this one, or what is wrong with how it says so.
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
 * A list whose first page a request with this path and these parameters asks for.
 *
 * @param {AxiosInstance} client
 * @param {string} path
 * @param {Record<string, unknown>} [params]
 * @param {AxiosRequestConfig} [config]
 * @param {number} [concurrency]
 * @returns {List}
 */
export function createPageList(client, path, params, config, concurrency) {
  const { List } = core();
  // What Axios would ask for, the caller's own way of writing parameters included.
  const first = client.getUri(withRepeatedNames({ ...config, url: path, params: params ?? config?.params }));
  return callCore(createPageList, () => new List(first, concurrency));
}

/**
 * A page of a list.
 *
 * @param {AxiosInstance} client
 * @param {List} list
 * @param {AxiosRequestConfig} config
 * @param {PageRequest} [which]
 * @returns {Promise<Page>}
 */
export function fetchPage(client, list, config, which) {
  // The address has all parameters; those that the client adds of itself are there already.
  /** @type {AxiosRequestConfig} */
  const options = { ...config, params: /** @type {any} */ (null), allowAbsoluteUrls: true };
  const signal = /** @type {AbortSignal | undefined} */ (config.signal);
  return readPage((address) => client.get(address, options), list, signal, which);
}

/**
 * @typedef {object} PageRequest
 * @property {string} [address] of the page; by default that of the page that the list asks for next
 * @property {number} [maxWaitMs] for a page that is not ready; by default as long as the core allows
 */

/**
 * @typedef {object} Page
 * @property {unknown[]} values
 * @property {() => boolean} advance for the page whose turn it is: has the list ask for the one after it next, and tells whether
 *   there is one
 */

/**
 * The same for whoever has no client.
 *
 * @param {(address: string) => Promise<{ data: unknown, status: number, headers: unknown }>} get
 * @param {List} list
 * @param {AbortSignal} [signal]
 * @param {PageRequest} [which]
 * @returns {Promise<Page>}
 */
export async function readPage(get, list, signal, { address = list.address, maxWaitMs = Infinity } = {}) {
  const deadline = Date.now() + maxWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    const { data, status, headers } = await get(address);
    const now = Date.now();
    const pause = callCore(readPage, () => core().pageRepetition(
      status, headerValue(headers, 'retry-after'), attempt, deadline - now, now, Math.random(),
    ));
    if (pause === undefined) {
      const { values, next, page, pagelen, size } = objectOrEmpty(data);
      if (!Array.isArray(values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      const advance = () => callCore(readPage, () => (
        list.answered(nextLinkOf(next), values.length, numberOrUndefined(page), numberOrUndefined(pagelen), numberOrUndefined(size))
      ));
      return { values, advance };
    }
    // Whoever aborts is told by the next request.
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/**
 * A config by whose request arrays repeat a name, as Bitbucket wants it (`state=OPEN&state=MERGED`). What the caller says
 * of that comes first.
 *
 * @template {AxiosRequestConfig} T
 * @param {T} config
 * @returns {T}
 */
export function withRepeatedNames(config) {
  const { paramsSerializer } = config;
  if (typeof paramsSerializer === 'function' || 'indexes' in (paramsSerializer ?? {})) return config;
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
 * @param {unknown} next of an answer
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
