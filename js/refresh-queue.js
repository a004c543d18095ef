/**
 * Queues the token requests of all connections of one OAuth client.
 *
 * In: connections that want to send a token request, and the results of those requests. Out: a permit for each request, in the
 * order that the core decides. Never: a decision about that order (the core's refresh queue makes it), or a token request.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { core } from './core.js';

/** @typedef {import('./coordination/memory-store.js').SharedTokenStore} SharedTokenStore */
/** @typedef {import('./coordination/memory-store.js').Lock} Lock */

/**
 * The permission to send one token request. The caller has to call exactly one of the permit's methods, once.
 *
 * @typedef {object} Permit
 * @property {(sentAt: number) => void} granted Bitbucket issued tokens; `sentAt`: when the request was sent, by
 *   `performance.now()`
 * @property {() => void} refused Bitbucket refused the refresh token
 * @property {() => void} failed the request had any other result, or was not sent
 */

/**
 * The key of the lock for an exclusive request, which only one process at a time may send. The keys of the locks for refresh
 * tokens are different.
 */
const CLIENT_KEY = 'client';

// How often the queue looks for results of other processes while no request is admitted. A success in another process ends the
// wait.
const POLL_MS = 1000;

// The longest pause between two attempts to lock; the shortest is half of it.
const LOCK_RETRY_MS = 200;

export class RefreshQueue {
  #queue;

  #sharedStore;

  /** The waiting callers, by ticket. @type {Map<number, (permit: Permit) => void>} */
  #waiting = new Map();

  #isAdmitting = false;

  /**
   * @param {SharedTokenStore} sharedStore
   * @param {number} lockoutMs how long Bitbucket may refuse a client after an invalid refresh token was used
   */
  constructor(sharedStore, lockoutMs) {
    this.#sharedStore = sharedStore;
    this.#queue = new (core().RefreshQueue)(lockoutMs);
  }

  /**
   * Waits for a permit.
   *
   * @param {number} priority
   * @returns {Promise<Permit>}
   */
  enqueue(priority) {
    return new Promise((resolve) => {
      this.#waiting.set(this.#queue.enqueue(priority), resolve);
      void this.#admitAll();
    });
  }

  /**
   * For how many milliseconds no token request is admitted.
   *
   * @returns {number}
   */
  waitTime() {
    return this.#queue.waitTime(performance.now());
  }

  /** Admits requests as long as the core's queue allows one. */
  async #admitAll() {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    const { RefreshAdmission } = core();
    for (;;) {
      await this.#applyHistory();
      const now = performance.now();
      const admission = this.#queue.admission(now);
      if (admission === RefreshAdmission.First) this.#admit();
      else if (admission === RefreshAdmission.FirstExclusive) await this.#admitExclusively();
      // This pause does not keep the process alive. A caller that waits does so by the timer of its own time limit.
      else if (admission === RefreshAdmission.NoneYet) {
        await sleep(Math.min(this.#queue.waitTime(now), POLL_MS), undefined, { ref: false });
      } else break;
    }
    this.#isAdmitting = false;
  }

  async #admitExclusively() {
    const lock = await this.#sharedStore.lock(CLIENT_KEY);
    if (!lock) {
      await sleep(LOCK_RETRY_MS * (1 + Math.random()) / 2, undefined, { ref: false });
      return;
    }
    // Bitbucket may have refused the request of the process that had the lock before.
    await this.#applyHistory();
    if (this.#queue.admission(performance.now()) === core().RefreshAdmission.FirstExclusive) this.#admit(lock);
    else await lock.release();
  }

  /** @param {Lock} [lock] for an exclusive request */
  #admit(lock) {
    const ticket = this.#queue.admitFirst(lock !== undefined);
    if (ticket === undefined) return;
    /** @param {() => void} report */
    const end = (report) => {
      report();
      void lock?.release();
      void this.#admitAll();
    };
    this.#waiting.get(ticket)?.({
      granted: (sentAt) => end(() => this.#queue.onGranted(sentAt, performance.now())),
      refused: () => end(() => this.#queue.onRefused(performance.now())),
      failed: () => end(() => this.#queue.onFailed(performance.now())),
    });
    this.#waiting.delete(ticket);
  }

  /** Applies the results of the requests that other processes sent. */
  async #applyHistory() {
    const { refusedAgo, grantedAgo } = await this.#sharedStore.tokenEndpointHistory(CLIENT_KEY);
    this.#queue.applyUpdate(refusedAgo, grantedAgo, performance.now());
  }
}
