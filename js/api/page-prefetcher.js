/**
 * The pages of a list that are asked for before their turn.
 *
 * In: a list, which says what may be asked for and judges each page in its turn, and how a page is fetched. Out: the page
 * whose turn it is. What never happens here: a page is skipped, a page ahead is more than a guess, its error is thrown
 * before its turn, or it is given when it is too old.
 */

import { PREFETCH_LIFETIME_MS } from './freshness.js';

/** @typedef {import('../../pkg/core.js').List} List */
/** @typedef {import('./prefetch-attempt.js').FailedPrefetch} FailedPrefetch */
/** @typedef {import('./paginate.js').Page} Page */

/**
 * @typedef {object} Options
 * @property {List} list
 * @property {(address: string) => Promise<Page>} fetch a page in its turn
 * @property {(address: string, signal: AbortSignal) => Promise<Page>} prefetchPage the same, once: whatever would have it
 *   asked for again is an error
 * @property {(error: unknown) => Promise<FailedPrefetch>} assessFailedPrefetch what follows from that error
 * @property {(address: string, failed: FailedPrefetch) => Promise<Page>} fetchAfterFailure a page in its turn that was asked for ahead in vain
 * @property {{ readonly count: number }} writes that the caller makes
 * @property {AbortSignal} [signal] of the caller's
 * @property {() => boolean} isCancelled whether the caller has ended the list, by whatever way
 */

/**
 * A page that was asked for ahead.
 *
 * @typedef {object} PrefetchedPage
 * @property {AbortController} controller
 * @property {boolean} mayBeWasted whether it may still turn out to be of no use
 * @property {number} writes those that were made when it was asked for
 * @property {number} expiresAt when its outcome is too old; no sooner than it is there
 * @property {Promise<{ page: Page } | { failed: FailedPrefetch }>} outcome
 */

export class PagePrefetcher {
  #options;

  /** By their addresses. @type {Map<string, PrefetchedPage>} */
  #prefetched = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * The page whose turn it is.
   *
   * @returns {Promise<Page>} rejects as if it had been the only one that was asked for
   */
  async next() {
    const { list, fetch, fetchAfterFailure, isCancelled } = this.#options;
    const { address } = list;
    // The caller shall be told, not given what is there.
    if (isCancelled()) this.discardAll();
    this.#discardStale();
    const prefetched = this.#prefetched.get(address);
    this.#prefetched.delete(address);
    if (!prefetched) {
      const response = fetch(address);
      this.prefetch(0);
      return response;
    }
    this.prefetch(0, prefetched);
    const outcome = await prefetched.outcome;
    prefetched.mayBeWasted = false;
    return 'page' in outcome ? outcome.page : fetchAfterFailure(address, outcome.failed);
  }

  /**
   * Asks for those that may be asked for, and gives those up that the list no longer has.
   *
   * @param {0 | 1} held how many pages the caller has, which it still consumes
   * @param {PrefetchedPage} [current] the page whose turn it is, if it is under way since before that
   */
  prefetch(held, current) {
    const { list } = this.#options;
    const addresses = list.addresses(held).slice(1 - held);
    for (const address of this.#prefetched.keys()) {
      if (!addresses.includes(address)) this.#discard(address);
    }
    for (const address of addresses) {
      const unconfirmed = [current, ...this.#prefetched.values()].filter((prefetched) => prefetched?.mayBeWasted).length;
      if (!this.#prefetched.has(address) && list.mayGoAhead(unconfirmed)) this.#prefetched.set(address, this.#start(address));
    }
  }

  /** Gives up whatever is under way or kept. */
  discardAll() {
    for (const address of this.#prefetched.keys()) this.#discard(address);
  }

  #discardStale() {
    const now = Date.now();
    for (const [address, { writes, expiresAt }] of this.#prefetched) {
      if (expiresAt < now || writes !== this.#options.writes.count) this.#discard(address);
    }
  }

  /**
   * @param {string} address
   * @returns {PrefetchedPage}
   */
  #start(address) {
    const { prefetchPage, assessFailedPrefetch, writes, signal } = this.#options;
    const controller = new AbortController();
    const endSignal = signal ? AbortSignal.any([controller.signal, signal]) : controller.signal;
    /** @type {PrefetchedPage} */
    const prefetched = {
      controller,
      mayBeWasted: true,
      writes: writes.count,
      expiresAt: Infinity,
      outcome: prefetchPage(address, endSignal).then((page) => {
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

  /** @param {string} address */
  #discard(address) {
    const prefetched = /** @type {PrefetchedPage} */ (this.#prefetched.get(address));
    this.#prefetched.delete(address);
    this.#markWasted(prefetched);
    prefetched.controller.abort();
  }

  /** @param {PrefetchedPage} prefetched */
  #markWasted(prefetched) {
    if (prefetched.mayBeWasted) this.#options.list.wasted();
    prefetched.mayBeWasted = false;
  }
}
