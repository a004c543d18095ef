/**
 * Lists of the API, page by page.
 *
 * In: a client, and the path of a list. Out: the values of all its pages. What never happens here: a page is fetched
 * before it is needed, or an answer that is no page is taken for the end.
 */

import { failure } from '../core.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */

/**
 * Iterates over the values of all pages of a list, fetching each page when it is needed.
 *
 * @callback Paginate
 * @param {string} path of the list, as in `client.get`
 * @param {Record<string, unknown>} [params] of the first page, `pagelen` for instance; `next` links have their own
 * @param {AxiosRequestConfig} [config] of every request, `signal` for instance
 * @returns {AsyncGenerator<any, void, void>} throws what `client.get` throws, with `error.bitbucket` of code
 *   `FOREIGN_ORIGIN` where `next` leads away from the API; and a `BitbucketAuthError` `RESPONSE_INVALID` for an answer
 *   that is no page
 */

/**
 * @param {AxiosInstance} client
 * @returns {Paginate}
 */
export function paginate(client) {
  return async function* pages(path, params, config) {
    const seen = new Set();
    for (let url = path, query = params; ; query = undefined) {
      const { data } = await client.get(url, { ...config, params: query });
      const { values, next } = members(data);
      if (!Array.isArray(values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      yield* values;
      if (next === undefined) return;
      if (typeof next !== 'string' || seen.has(next)) throw failure('RESPONSE_INVALID', 'api', { field: 'next' });
      seen.add(next);
      url = next;
    }
  };
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function members(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}
