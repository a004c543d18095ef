/**
 * The pages of a list that are asked for before their turn.
 *
 * In: a list, which says what may be asked for and judges each page in its turn, and how a page is fetched. Out: the page
 * whose turn it is. What never happens here: a page is skipped, a page ahead is more than a guess, its error is thrown
 * before its turn, or it is given when it is too old.
 */

import { KEPT_MS } from './freshness.js';

/** @typedef {import('../../pkg/core.js').List} List */
/** @typedef {import('./attempt-ahead.js').Failed} Failed */
/** @typedef {import('./paginate.js').Page} Page */

/**
 * @typedef {object} Options
 * @property {List} list
 * @property {(address: string) => Promise<Page>} fetch a page in its turn
 * @property {(address: string, signal: AbortSignal) => Promise<Page>} fetchAhead the same, once: whatever would have it
 *   asked for again is an error
 * @property {(error: unknown) => Promise<Failed>} judgeAttempt what follows from that error
 * @property {(address: string, failed: Failed) => Promise<Page>} fetchAfter a page in its turn that was asked for ahead in vain
 * @property {{ readonly count: number }} changes that the caller makes
 * @property {AbortSignal} [signal] of the caller's
 * @property {() => boolean} isCancelled whether the caller has ended the list, by whatever way
 */

/**
 * A page that was asked for ahead.
 *
 * @typedef {object} Early
 * @property {AbortController} controller
 * @property {boolean} isInDoubt whether it may still turn out to be of no use
 * @property {number} changes those that were made when it was asked for
 * @property {number} goodUntil when its outcome is too old; no sooner than it is there
 * @property {Promise<{ page: Page } | { failed: Failed }>} outcome
 */

export class PagesAhead {
  #options;

  /** By their addresses. @type {Map<string, Early>} */
  #early = new Map();

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
    const { list, fetch, fetchAfter, isCancelled } = this.#options;
    const { address } = list;
    // The caller shall be told, not given what is there.
    if (isCancelled()) this.stop();
    this.#dropStale();
    const early = this.#early.get(address);
    this.#early.delete(address);
    if (!early) {
      const asked = fetch(address);
      this.ask(0);
      return asked;
    }
    this.ask(0, early);
    const outcome = await early.outcome;
    early.isInDoubt = false;
    return 'page' in outcome ? outcome.page : fetchAfter(address, outcome.failed);
  }

  /**
   * Asks for those that may be asked for, and gives those up that the list no longer has.
   *
   * @param {0 | 1} held how many pages the caller has, which it still consumes
   * @param {Early} [inTurn] the page whose turn it is, if it is under way since before that
   */
  ask(held, inTurn) {
    const { list } = this.#options;
    const addresses = list.addresses(held).slice(1 - held);
    for (const address of this.#early.keys()) {
      if (!addresses.includes(address)) this.#giveUp(address);
    }
    for (const address of addresses) {
      const inDoubt = [inTurn, ...this.#early.values()].filter((early) => early?.isInDoubt).length;
      if (!this.#early.has(address) && list.mayGoAhead(inDoubt)) this.#early.set(address, this.#start(address));
    }
  }

  /** Gives up whatever is under way or kept. */
  stop() {
    for (const address of this.#early.keys()) this.#giveUp(address);
  }

  #dropStale() {
    const now = Date.now();
    for (const [address, { changes, goodUntil }] of this.#early) {
      if (goodUntil < now || changes !== this.#options.changes.count) this.#giveUp(address);
    }
  }

  /**
   * @param {string} address
   * @returns {Early}
   */
  #start(address) {
    const { fetchAhead, judgeAttempt, changes, signal } = this.#options;
    const controller = new AbortController();
    const ends = signal ? AbortSignal.any([controller.signal, signal]) : controller.signal;
    /** @type {Early} */
    const early = {
      controller,
      isInDoubt: true,
      changes: changes.count,
      goodUntil: Infinity,
      outcome: fetchAhead(address, ends).then((page) => {
        early.goodUntil = Date.now() + KEPT_MS;
        return { page };
      }, async (error) => {
        this.#waste(early);
        const failed = await judgeAttempt(error);
        early.goodUntil = failed.goodUntil;
        return { failed };
      }),
    };
    return early;
  }

  /** @param {string} address */
  #giveUp(address) {
    const early = /** @type {Early} */ (this.#early.get(address));
    this.#early.delete(address);
    this.#waste(early);
    early.controller.abort();
  }

  /** @param {Early} early */
  #waste(early) {
    if (early.isInDoubt) this.#options.list.wasted();
    early.isInDoubt = false;
  }
}
