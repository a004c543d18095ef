/**
 * Prefetches the pages of a list.
 *
 * In: a list, and functions that fetch a page. The list decides which pages may be prefetched, and validates each page when the
 * consumer reaches it. Out: the next page for the consumer. Never: a skipped page, a stale page, trust in a prefetched page that
 * the list has not confirmed, or the error of a prefetch before the consumer reaches the page.
 */

import { PREFETCH_LIFETIME_MS } from './freshness.js';

/** @typedef {import('../../pkg/core.js').Paginator} List */
/** @typedef {import('./prefetch-attempt.js').FailedPrefetch} FailedPrefetch */
/** @typedef {import('./paginate.js').Page} Page */

/**
 * @typedef {object} Options
 * @property {List} list
 * @property {(url: string) => Promise<Page>} fetch fetches the page that the consumer needs now
 * @property {(url: string, signal: AbortSignal) => Promise<Page>} prefetchPage fetches a page in one attempt, and rejects where
 *   `fetch` would retry
 * @property {(error: unknown) => Promise<FailedPrefetch>} assessFailedPrefetch decides what to do after `prefetchPage` has
 *   rejected with that error
 * @property {(url: string, failed: FailedPrefetch) => Promise<Page>} fetchAfterFailure fetches the page that the consumer needs
 *   now, after its prefetch failed
 * @property {{ readonly count: number }} writes counts the caller's requests that may change something
 * @property {AbortSignal} [signal] the caller's signal
 * @property {() => boolean} isCancelled whether the caller has cancelled the list, by signal or by cancel token
 */

/**
 * A page that is being prefetched, or that was prefetched.
 *
 * @typedef {object} PrefetchedPage
 * @property {AbortController} controller
 * @property {boolean} mayBeWasted whether it is still possible that the consumer never needs the page
 * @property {number} writes the write count when the prefetch started
 * @property {number} expiresAt when the outcome becomes stale; `Infinity` while there is no outcome
 * @property {Promise<{ page: Page } | { failed: FailedPrefetch }>} outcome
 */

export class PagePrefetcher {
  #options;

  /** The prefetched pages, by URL. @type {Map<string, PrefetchedPage>} */
  #prefetched = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Returns the next page.
   *
   * @returns {Promise<Page>} rejects with the same error as without any prefetch
   */
  async next() {
    const { list, fetch, fetchAfterFailure, isCancelled } = this.#options;
    const { url } = list;
    // A caller that has cancelled the list must get the error, even when the page is already there.
    if (isCancelled()) this.discardAll();
    this.#discardStale();
    const prefetched = this.#prefetched.get(url);
    this.#prefetched.delete(url);
    if (!prefetched) {
      const response = fetch(url);
      this.prefetch(0);
      return response;
    }
    this.prefetch(0, prefetched);
    const outcome = await prefetched.outcome;
    prefetched.mayBeWasted = false;
    return 'page' in outcome ? outcome.page : fetchAfterFailure(url, outcome.failed);
  }

  /**
   * Starts the prefetches that the list allows, and discards pages that the list no longer expects.
   *
   * @param {0 | 1} held how many pages the consumer is still reading
   * @param {PrefetchedPage} [current] the page that the consumer needs now, if its prefetch is under way
   */
  prefetch(held, current) {
    const { list } = this.#options;
    const urls = list.fetchableUrls(held).slice(1 - held);
    for (const url of this.#prefetched.keys()) {
      if (!urls.includes(url)) this.#discard(url);
    }
    for (const url of urls) {
      const unconfirmed = [current, ...this.#prefetched.values()].filter((prefetched) => prefetched?.mayBeWasted).length;
      if (!this.#prefetched.has(url) && list.mayPrefetch(unconfirmed)) this.#prefetched.set(url, this.#start(url));
    }
  }

  /** Discards all prefetched pages and aborts their requests. */
  discardAll() {
    for (const url of this.#prefetched.keys()) this.#discard(url);
  }

  #discardStale() {
    const now = Date.now();
    for (const [url, { writes, expiresAt }] of this.#prefetched) {
      if (expiresAt < now || writes !== this.#options.writes.count) this.#discard(url);
    }
  }

  /**
   * @param {string} url
   * @returns {PrefetchedPage}
   */
  #start(url) {
    const { prefetchPage, assessFailedPrefetch, writes, signal } = this.#options;
    const controller = new AbortController();
    const endSignal = signal ? AbortSignal.any([controller.signal, signal]) : controller.signal;
    /** @type {PrefetchedPage} */
    const prefetched = {
      controller,
      mayBeWasted: true,
      writes: writes.count,
      expiresAt: Infinity,
      outcome: prefetchPage(url, endSignal).then((page) => {
        prefetched.expiresAt = Date.now() + PREFETCH_LIFETIME_MS;
        return { page };
      }, async (error) => {
        this.#markWasted(prefetched);
        const failed = await assessFailedPrefetch(error);
        prefetched.expiresAt = failed.expiresAt;
        return { failed };
      }),
    };
    return prefetched;
  }

  /** @param {string} url */
  #discard(url) {
    const prefetched = /** @type {PrefetchedPage} */ (this.#prefetched.get(url));
    this.#prefetched.delete(url);
    this.#markWasted(prefetched);
    prefetched.controller.abort();
  }

  /** @param {PrefetchedPage} prefetched */
  #markWasted(prefetched) {
    if (prefetched.mayBeWasted) this.#options.list.recordWastedPrefetch();
    prefetched.mayBeWasted = false;
  }
}
