/**
 * The line in which the connections of one OAuth client wait for their token requests.
 *
 * In: connections that want to send one, and what became of it. Out: a pass for each, when it is its turn. What never
 * happens here: a decision about whose turn it is (the core's refresh queue makes them all), or a token request.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { core } from './core.js';

/** @typedef {import('./coordination/memory-store.js').SharedTokenStore} SharedTokenStore */
/** @typedef {import('./coordination/memory-store.js').Lock} Lock */

/**
 * Leave to send one token request. Exactly one of its methods has to be called, once.
 *
 * @typedef {object} Permit
 * @property {(sentAt: number) => void} granted Bitbucket sent tokens; `sentAt`: when the request was sent, by
 *   `performance.now()`
 * @property {() => void} refused Bitbucket refused the refresh token
 * @property {() => void} failed anything else, also when the request was not sent
 */

/** The lock of the client's only request. No refresh token has this key. */
const CLIENT = 'client';

// How often other processes are looked at while nobody may ask: a success of theirs ends the wait.
const LOOK_MS = 1000;

// Between two tries to take the lock of the client; from half of it to all of it, at random.
const LOCK_WAIT_MS = 200;

export class RefreshQueue {
  #queue;

  #sharedStore;

  /** Who waits, by ticket. @type {Map<number, (permit: Permit) => void>} */
  #waiting = new Map();

  #isAdmitting = false;

  /**
   * @param {SharedTokenStore} sharedStore
   * @param {number} lockoutMs for how long Bitbucket may refuse a client after a dead refresh token was used
   */
  constructor(sharedStore, lockoutMs) {
    this.#sharedStore = sharedStore;
    this.#queue = new (core().RefreshQueue)(lockoutMs);
  }

  /**
   * Waits in line.
   *
   * @param {number} lane
   * @returns {Promise<Permit>}
   */
  enqueue(lane) {
    return new Promise((resolve) => {
      this.#waiting.set(this.#queue.enqueue(lane), resolve);
      void this.#admitAll();
    });
  }

  /**
   * For how many milliseconds nobody may send a token request.
   *
   * @returns {number}
   */
  waitTime() {
    return this.#queue.waitTime(performance.now());
  }

  /** Admits whoever may send a request, as long as there is somebody. */
  async #admitAll() {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    const { RefreshAdmission } = core();
    for (;;) {
      await this.#learn();
      const now = performance.now();
      const admission = this.#queue.admission(now);
      if (admission === RefreshAdmission.First) this.#admit();
      else if (admission === RefreshAdmission.FirstExclusive) await this.#admitAlone();
      // Whoever waits keeps the process alive; the line does not.
      else if (admission === RefreshAdmission.NoneYet) {
        await sleep(Math.min(this.#queue.waitTime(now), LOOK_MS), undefined, { ref: false });
      } else break;
    }
    this.#isAdmitting = false;
  }

  async #admitAlone() {
    const lock = await this.#sharedStore.lock(CLIENT);
    if (!lock) {
      await sleep(LOCK_WAIT_MS * (1 + Math.random()) / 2, undefined, { ref: false });
      return;
    }
    // Whoever had the lock before may have been refused.
    await this.#learn();
    if (this.#queue.admission(performance.now()) === core().RefreshAdmission.FirstExclusive) this.#admit(lock);
    else await lock.release();
  }

  /** @param {Lock} [lock] of the client's only request */
  #admit(lock) {
    const ticket = this.#queue.admitFirst(lock !== undefined);
    if (ticket === undefined) return;
    /** @param {() => void} note */
    const end = (note) => {
      note();
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

  /** Learns what other processes were told. */
  async #learn() {
    const { refusedAgo, grantedAgo } = await this.#sharedStore.tokenEndpointHistory(CLIENT);
    this.#queue.applyUpdate(refusedAgo, grantedAgo, performance.now());
  }
}
