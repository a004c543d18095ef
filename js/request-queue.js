/**
 * Queues the requests of one account to one group of resources, and admits them within the rate limit.
 *
 * In: callers that want to send a request, and updates from Bitbucket's responses. Out: each caller continues when it may send,
 * in the order of arrival. Never: a count of requests (request-log.js has it), or the interpretation of a response (the core does
 * that).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { unlessAborted } from './abort.js';
import { core, failure } from './core.js';

/** @typedef {import('./request-log.js').AccountRequestLog} AccountRequestLog */

/**
 * @typedef {object} AcquireOptions
 * @property {AbortSignal | null} [signal]
 * @property {number} [maxWaitMs] by default, the wait is unlimited
 * @property {(message: string) => void} [log]
 */

/** @typedef {'used up' | 'refused' | 'retry-after'} Reason why requests wait */

/** The limit for waiting requests. A longer queue could take a day to send. */
const MAX_WAITING = 10_000;

/** The shortest wait time that an error reports when the queue is full. */
const MIN_RETRY_AFTER_MS = 1000;

/** The window of Bitbucket's rate limit. */
const HOUR_MS = 60 * 60 * 1000;

// Shorter waits are not logged.
const LOGGED_WAIT_MS = 10_000;

/** All times of a queue are values of `performance.now()`. */
export class RequestQueue {
  /** Admits one request at a time, in the order of arrival. */
  #admission = pLimit(1);

  #waiting = 0;

  /** No request is admitted before this time, as far as known. */
  #blockedUntil = 0;

  /** The end of the wait that Bitbucket asked for with `Retry-After`. */
  #retryAfterUntil = 0;

  /** The end of the pause after a refusal without `Retry-After`. */
  #pausedUntil = 0;

  /** After the pause, requests are sent one at a time until this time. */
  #pacedUntil = 0;

  /** The interval between requests that are sent one at a time. */
  #pace = 0;

  /** The time of the next request that is sent one at a time. */
  #nextAt = -Infinity;

  /** The number of consecutive refusals without `Retry-After`. */
  refusals = 0;

  /** The reason that was logged last; absent when requests do not have to wait. @type {Reason | undefined} */
  #loggedReason;

  /** Aborting this controller wakes the waiting request, which then checks again whether it may be sent. */
  #waker = new AbortController();

  /** The queue that takes over, once Bitbucket has reported the account of these requests. @type {RequestQueue | undefined} */
  #successor;

  /**
   * @param {number} limit the number of requests in an hour
   * @param {AccountRequestLog} requests
   * @param {string} account
   * @param {string} group
   */
  constructor(limit, requests, account, group) {
    this.limit = limit;
    this.requests = requests;
    this.account = account;
    this.group = group;
  }

  /**
   * Moves the waiting requests to another queue, and counts there the requests that this process sent through this queue.
   *
   * @param {RequestQueue} queue
   */
  async mergeInto(queue) {
    const merged = this.requests.mergeInto(queue.requests);
    // `#successor` is set only now, because the sent requests have to be counted before the waiting requests continue in the
    // other queue.
    this.#successor = queue;
    this.#waker.abort();
    await merged;
  }

  /**
   * Waits until a request may be sent, and counts it.
   *
   * @param {AcquireOptions} options
   * @returns {Promise<void>}
   * @throws {BitbucketAuthError} `API_RATE_LIMITED`, `REQUEST_ABORTED`
   */
  async acquire({ signal, maxWaitMs = Infinity, log }) {
    const now = performance.now();
    // After a refusal without `Retry-After`, the requests ahead in the queue are sent one at a time.
    const paced = this.#pacedUntil > now ? this.#nextAt - now + this.#waiting * this.#pace : 0;
    const blocked = Math.max(this.#blockedUntil - now, paced);
    if (this.#waiting >= MAX_WAITING) {
      throw rateLimited(Math.max(blocked, MIN_RETRY_AFTER_MS), `${MAX_WAITING} requests of this account are waiting already; send `
        + 'fewer at once, or set INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT to what Bitbucket allows');
    }
    if (blocked > maxWaitMs) throw rateLimited(blocked);
    this.#waiting += 1;
    try {
      const until = now + maxWaitMs;
      await unlessAborted(this.#admission(() => this.#admit(signal, until, log)), signal);
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * Applies the information about the rate limit from a response.
   *
   * @param {{ limit?: number, used?: number, pause?: number, pace?: number }} update
   */
  async applyUpdate({ limit, used, pause, pace }) {
    const now = performance.now();
    if (limit !== undefined) this.limit = limit;
    if (pause === undefined) this.onAccepted();
    else if (pace === undefined) this.#retryAfterUntil = Math.max(this.#retryAfterUntil, now + pause);
    // A refusal during the pause belongs to a request that was in flight already, so it does not extend the pause.
    else if (now >= this.#pausedUntil) {
      this.refusals += 1;
      this.#pausedUntil = now + pause;
      this.#pacedUntil = now + HOUR_MS;
      this.#pace = pace;
    }
    if (limit !== undefined || pause !== undefined) {
      this.#blockedUntil = 0;
      this.#waker.abort();
      this.#waker = new AbortController();
    }
    if (used !== undefined) await this.requests.recordUnknown(used);
  }

  /** Records that Bitbucket accepted a request. */
  onAccepted() {
    if (performance.now() >= this.#pausedUntil) this.refusals = 0;
  }

  /**
   * Whether this queue can be deleted.
   *
   * @param {number} now
   */
  isEvictable(now) {
    const isOpen = Math.max(this.#retryAfterUntil, this.#pausedUntil, this.#pacedUntil) <= now;
    return this.#waiting === 0 && isOpen && this.requests.isEmpty;
  }

  /**
   * Waits until the first request of the queue may be sent, and counts it.
   *
   * @param {AbortSignal | null | undefined} signal
   * @param {number} until
   * @param {((message: string) => void) | undefined} log
   */
  async #admit(signal, until, log) {
    while (!signal?.aborted) {
      const now = performance.now();
      if (this.#successor) return this.#successor.acquire({ signal, maxWaitMs: until - now, log });
      const waker = this.#waker.signal;
      const blocked = this.#blockedBy(now);
      const { wait, number } = blocked ?? await this.requests.acquire(this.limit);
      if (number !== undefined && wait <= 0) {
        // The caller may have aborted meanwhile. If there is a successor, the request is counted in that queue instead.
        if (!signal?.aborted && !this.#successor) return this.#onAdmitted(now);
        await this.requests.cancel(number);
        continue;
      }
      const reason = blocked?.reason ?? 'used up';
      if (wait > LOGGED_WAIT_MS) this.#log(reason, wait, log);
      if (now + wait > until || (reason === 'retry-after' && !core().honorsRetryAfter(wait))) throw rateLimited(wait);
      this.#blockedUntil = now + wait;
      const ends = AbortSignal.any([waker, ...(signal ? [signal] : [])]);
      // A caller that aborted has already got its error.
      await sleep(wait, undefined, { signal: ends }).catch(() => {});
    }
  }

  /**
   * For how many milliseconds Bitbucket's refusals block all requests, and the reason.
   *
   * @param {number} now
   * @returns {{ wait: number, reason: Reason, number?: undefined } | undefined}
   */
  #blockedBy(now) {
    if (this.#retryAfterUntil > now) return { wait: this.#retryAfterUntil - now, reason: 'retry-after' };
    const at = Math.max(this.#pausedUntil, this.#pacedUntil > now ? this.#nextAt : 0);
    return at > now ? { wait: at - now, reason: 'refused' } : undefined;
  }

  /** @param {number} now */
  #onAdmitted(now) {
    if (this.#pacedUntil > now) this.#nextAt = now + this.#pace;
    else this.#loggedReason = undefined;
  }

  /**
   * Logs once why requests wait.
   *
   * @param {Reason} reason
   * @param {number} wait
   * @param {((message: string) => void) | undefined} log
   */
  #log(reason, wait, log) {
    if (!log || this.#loggedReason === reason) return;
    this.#loggedReason = reason;
    const time = new Date(Date.now() + wait).toISOString();
    log({
      'used up': `Bitbucket's rate limit (${this.limit} an hour) is used up until ${time}. Waiting requests: ${this.#waiting}. `
        + 'INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT sets the limit.',
      refused: 'Bitbucket rejects this account\'s requests, because the account has used up its rate limit, perhaps through other '
        + `programs. The plugin sends the next request at ${time}, and then one request at a time. Waiting requests: ${this.#waiting}.`,
      'retry-after': `Bitbucket asks this account to wait until ${time}. Its requests wait for up to a minute; if they would have `
        + 'to wait longer, they fail with API_RATE_LIMITED.',
    }[reason]);
  }
}

/**
 * @param {number} wait in milliseconds
 * @param {string} [detail]
 */
function rateLimited(wait, detail) {
  return failure('API_RATE_LIMITED', 'api', { retryAfter: Math.ceil(wait) }, { detail });
}
