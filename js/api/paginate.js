/**
 * Lists of the API, page by page.
 *
 * In: a client, and the path of a list. Out: the values of its pages. What never happens here: a page is fetched before
 * it is needed, an answer that is no page is taken for the end, or a decision about which page is the next one.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { members } from '../arguments.js';
import { core, failure } from '../core.js';
import { judge } from '../error.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */
/** @typedef {import('../../pkg/core.js').List} List */

/** How Axios writes an array as a name that repeats; by default it puts brackets behind the name. */
export const REPEATING = { indexes: null };

/**
 * Iterates over the values of all pages of a list, fetching each page when it is needed. Each page is asked for with the
 * parameters of the first one, also where Bitbucket's `next` has lost them, and a numbered list goes on where `next` is
 * missing although `size` says that there is more. `fields` are given `next`, which is needed.
 *
 * A page that Bitbucket is still working on (202) is asked for again, for about half a minute.
 *
 * - `path` of the list, as in `client.get`; it may have parameters of its own
 * - `params`: `pagelen` for instance; an array stands for a name that repeats
 * - `config` of every request, `signal` for instance
 *
 * It throws what `client.get` throws, with `error.bitbucket` of code `FOREIGN_ORIGIN` where `next` leads away from the API;
 * and a `BitbucketAuthError` `RESPONSE_INVALID` for an answer that is no page, and `API_NOT_READY` for one that was not ready
 * in time. `T` is the type of a value, as with `client.get`: nothing checks it.
 *
 * @typedef {<T = any>(path: string, params?: Record<string, unknown>, config?: AxiosRequestConfig) =>
 *   AsyncGenerator<T, void, void>} Paginate
 */

/**
 * @param {AxiosInstance} client
 * @returns {Paginate}
 */
export function paginate(client) {
  return async function* pages(path, params, config) {
    const list = listOf(client, path, params, config);
    for (let isMore = true; isMore;) {
      const page = await fetchPage(client, list, config);
      // What it has is given before its `next` is judged.
      yield* /** @type {any[]} */ (page.values);
      isMore = page.goOn();
    }
  };
}

/**
 * A list whose first page a request with this path and these parameters asks for.
 *
 * @param {AxiosInstance} client
 * @param {string} path
 * @param {Record<string, unknown>} [params]
 * @param {AxiosRequestConfig} [config]
 * @returns {List}
 */
export function listOf(client, path, params, config) {
  const { List } = core();
  // What Axios would ask for, the caller's own way of writing parameters included.
  return new List(client.getUri(repeating({ ...config, url: path, params: params ?? config?.params })));
}

/**
 * The page that a list asks for next.
 *
 * @param {AxiosInstance} client
 * @param {List} list
 * @param {AxiosRequestConfig} [config]
 * @param {number} [maxWaitMs] for a page that is not ready; by default as long as the core allows
 * @returns {Promise<Page>}
 */
export function fetchPage(client, list, config, maxWaitMs) {
  // The address has all parameters; those that the client adds of itself are there already.
  /** @type {AxiosRequestConfig} */
  const options = { ...config, params: /** @type {any} */ (null), allowAbsoluteUrls: true };
  const signal = /** @type {AbortSignal | undefined} */ (config?.signal);
  return readPage((address) => client.get(address, options), list, signal, maxWaitMs);
}

/**
 * @typedef {object} Page
 * @property {unknown[]} values
 * @property {() => boolean} goOn has the list ask for the page after it next, and tells whether there is one
 */

/**
 * The same for whoever has no client.
 *
 * @param {(address: string) => Promise<{ data: unknown, status: number, headers: unknown }>} get
 * @param {List} list
 * @param {AbortSignal} [signal]
 * @param {number} [maxWaitMs]
 * @returns {Promise<Page>}
 */
export async function readPage(get, list, signal, maxWaitMs = Infinity) {
  const until = Date.now() + maxWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    const { data, status, headers } = await get(list.address);
    const now = Date.now();
    const pause = judge(readPage, () => core().pageRepetition(
      status, headerOf(headers, 'retry-after'), attempt, until - now, now, Math.random(),
    ));
    if (pause === undefined) {
      const { values, next, page, pagelen, size } = members(data);
      if (!Array.isArray(values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      const goOn = () => judge(readPage, () => (
        list.answered(nextOf(next), values.length, numberOf(page), numberOf(pagelen), numberOf(size))
      ));
      return { values, goOn };
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
export function repeating(config) {
  const { paramsSerializer } = config;
  if (typeof paramsSerializer === 'function') return config;
  return { ...config, paramsSerializer: { ...REPEATING, ...paramsSerializer } };
}

/**
 * @param {unknown} headers
 * @param {string} name
 * @returns {string | undefined}
 */
export function headerOf(headers, name) {
  const found = Object.entries({ ...members(headers) }).find(([key]) => key.toLowerCase() === name);
  return found && String(found[1]);
}

/**
 * @param {unknown} next of an answer
 * @returns {string | undefined}
 * @throws {BitbucketAuthError} `RESPONSE_INVALID`
 */
export function nextOf(next) {
  if (next === undefined || next === null || typeof next === 'string') return next ?? undefined;
  throw failure('RESPONSE_INVALID', 'api', { field: 'next' });
}

/**
 * @param {unknown} value
 * @returns {number | undefined}
 */
function numberOf(value) {
  return typeof value === 'number' ? value : undefined;
}
