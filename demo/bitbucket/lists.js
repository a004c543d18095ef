/**
 * Pages of lists.
 *
 * In: the request's URL and the whole list. Out: one page. Clients may rely only on `values` and `next`; a page without `next` is
 * the last page. In numbered lists, `next` contains the number of the page as `page`. In iterated lists, `next` contains an
 * opaque cursor as `ctx`, and the pages have no `size` or `page`. In the list of pipelines, `next` loses the request's other
 * parameters.
 */
import { randomBytes } from 'node:crypto';
import { apiError } from './api-errors.js';
import { json } from './http.js';
import { parseQuery, sorted } from './query.js';

export class Lists {
  #apiUrl;
  #cursors = new Map();

  constructor(apiUrl) {
    this.#apiUrl = apiUrl;
  }

  reset() {
    this.#cursors.clear();
  }

  /**
   * Applies `q` and `sort`, for lists that support them.
   * @returns {{ items: unknown[], describe: (item: unknown) => object, errorResponse?: import('./http.js').HttpResponse }}
   */
  filtered(url, items, describe) {
    const q = url.searchParams.get('q');
    const sort = url.searchParams.get('sort');
    if (q === null && sort === null) return { items, describe };
    try {
      const matches = q === null ? () => true : parseQuery(q);
      const found = items.map(describe).filter(matches);
      return { items: sort === null ? found : sorted(found, sort), describe: (item) => item };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { items, describe, errorResponse: apiError(400, 'Invalid query') };
    }
  }

  /**
   * Returns a numbered page. A `pagelen` that is too large is rejected, not reduced. A page past the end is rejected, too.
   * @param {{ pagelen?: number, longest?: number, bare?: boolean, forgetful?: boolean }} [options]
   *   `bare`: without `size` and `page`; `forgetful`: `next` has only `page` and `pagelen`, and a page past the end is empty
   */
  numbered(url, items, describe, { pagelen: otherwise = 10, longest = 100, bare = false, forgetful = false } = {}) {
    const pagelen = this.#pagelen(url, otherwise, longest);
    if (pagelen === null) return apiError(400, 'Invalid pagelen');
    const page = wholeNumber(url.searchParams.get('page'), 1);
    if (page === null) return apiError(400, 'Invalid page');
    const pages = Math.max(1, Math.ceil(items.length / pagelen));
    if (page > pages && !forgetful) return apiError(404, 'Invalid page');
    const link = (number) => {
      const target = this.#address(url);
      if (!forgetful) target.search = url.search;
      target.searchParams.set('pagelen', String(pagelen));
      target.searchParams.set('page', String(number));
      return target.href;
    };
    return json(200, {
      ...(bare ? {} : { size: items.length, page }),
      pagelen,
      ...(page < pages ? { next: link(page + 1) } : {}),
      ...(page > 1 && !bare ? { previous: link(page - 1) } : {}),
      values: items.slice((page - 1) * pagelen, page * pagelen).map(describe),
    });
  }

  /**
   * Returns a page of an iterated list. The cursor in `next` stands for all parameters of the first request. The list rejects a
   * request that has a cursor and other parameters.
   */
  iterated(url, items, describe, { pagelen: otherwise = 10, longest = 100 } = {}) {
    const ctx = url.searchParams.get('ctx');
    const cursor = ctx === null ? undefined : this.#cursors.get(ctx);
    if (ctx !== null && (cursor?.pathname !== url.pathname || url.searchParams.size > 1)) {
      return apiError(400, 'Invalid ctx');
    }
    if (!['1', null].includes(url.searchParams.get('page'))) return apiError(400, 'Invalid page');
    const pagelen = cursor?.pagelen ?? this.#pagelen(url, otherwise, longest);
    if (pagelen === null) return apiError(400, 'Invalid pagelen');
    const first = { start: 0, items, describe, pathname: url.pathname, requestedParameters: url.searchParams };
    const { start, ...rest } = cursor ?? first;
    const end = start + pagelen;
    return json(200, {
      pagelen,
      ...(end < rest.items.length ? { next: this.#next(url, { ...rest, pagelen, start: end }) } : {}),
      values: rest.items.slice(start, end).map(rest.describe),
    });
  }

  /** The parameters of the list's first request, even if this request has only a cursor. @returns {URLSearchParams} */
  requestedParameters(url) {
    return this.#cursors.get(url.searchParams.get('ctx'))?.requestedParameters ?? url.searchParams;
  }

  #next(url, cursor) {
    const ctx = randomBytes(16).toString('hex');
    this.#cursors.set(ctx, cursor);
    const target = this.#address(url);
    target.searchParams.set('ctx', ctx);
    return target.href;
  }

  #address(url) {
    return new URL(this.#apiUrl + url.pathname.slice('/2.0'.length));
  }

  #pagelen(url, otherwise, longest) {
    const pagelen = wholeNumber(url.searchParams.get('pagelen'), otherwise);
    return pagelen !== null && pagelen <= longest ? pagelen : null;
  }
}

/** @returns {number | null} 1 or more; null if the value is not a whole number of 1 or more */
function wholeNumber(value, otherwise) {
  if (value === null) return otherwise;
  return /^[1-9][0-9]{0,8}$/.test(value) ? Number(value) : null;
}
