/**
 * Keeps the requests of each account within Bitbucket's rate limit.
 *
 * In: who is about to send a request, and what Bitbucket answered. Out: the moment at which it may be sent, in the order
 * of asking. What never happens here: more requests than the limit in any hour (what several processes may exceed it by
 * when Redis fails is in docs/scaling.md), a request that is lost or fails because Redis does, or a credential in a key.
 *
 * Bitbucket's hour rolls. So does the log of an account's requests (rate-log.js): the whole limit may go out in one burst,
 * and each request makes room for another one when its own hour is over. Whoever sets the time of day changes nothing: it is
 * only for the log, and for a date in `Retry-After`.
 *
 * Others may use the same account. A refusal without `Retry-After` means that its hour is used up, and nobody knows when
 * its requests were sent: nobody sends for a while, then one request at a time does, for the rest of the hour. How long
 * Bitbucket itself asks to wait is believed up to the rolling hour, and waited up to a minute.
 */

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { unlessAborted } from './abort.js';
import { core, failure } from './core.js';
import { RateLog, SharedLogs } from './rate-log.js';

/** @typedef {import('./nocodb/environment.js').Environment} Environment */

/**
 * @typedef {object} AcquireOptions
 * @property {AbortSignal | null} [signal]
 * @property {number} [maxWaitMs] by default there is no end to waiting
 * @property {(message: string) => void} [log]
 */

/**
 * @typedef {Pick<Environment, 'rateLimit' | 'isRateLimitConfigured' | 'redis'> & { key?: Uint8Array }} Settings `key`: for
 *   the names in Redis; without one, no account that could be guessed may be named there
 */

/** Requests of one account and group that wait; more could wait for a day. */
const MOST_WAITING = 10_000;

/** When to ask again, where nobody knows better. */
const SHORTEST_WAIT_MS = 1000;

/** The time over which Bitbucket counts. */
const HOUR_MS = 60 * 60 * 1000;

/** How often one looks for lines in which nothing counts any more. */
const SWEEP_MS = 70 * 60 * 1000;

// Shorter waits are nothing to write about.
const LOGGED_MS = 10_000;

/** @type {Map<string, RateLimiter>} */
const limiters = new Map();

/** @typedef {Pick<Environment, 'rateLimit' | 'isRateLimitConfigured' | 'redis' | 'client'>} LimitingEnvironment */

/** Those of environments that were seen before: a host makes a wrapper for each call. @type {WeakMap<object, RateLimiter>} */
const limitersByEnvironment = new WeakMap();

/**
 * The rate limiter for these settings; the same one for all of a process that have them.
 *
 * @param {LimitingEnvironment} environment
 * @returns {RateLimiter | undefined} `undefined` without a limit
 */
export function rateLimiterOf(environment) {
  const { rateLimit } = environment;
  if (rateLimit === undefined) return undefined;
  let limiter = limitersByEnvironment.get(environment);
  if (!limiter) limitersByEnvironment.set(environment, (limiter = findLimiter(environment, rateLimit)));
  return limiter;
}

/**
 * @param {LimitingEnvironment} environment
 * @param {number} rateLimit
 * @returns {RateLimiter}
 */
function findLimiter({ isRateLimitConfigured, redis, client }, rateLimit) {
  const key = client?.deriveKey('rate-limit');
  const name = JSON.stringify([rateLimit, isRateLimitConfigured, redis, hash(key, '')]);
  let limiter = limiters.get(name);
  if (!limiter) {
    limiter = new RateLimiter({ rateLimit, isRateLimitConfigured, redis, key });
    limiters.set(name, limiter);
  }
  return limiter;
}

/**
 * @param {Uint8Array | undefined} key
 * @param {string} text
 */
function hash(key, text) {
  return createHmac('sha256', key ?? '').update(text).digest('base64url');
}

export class RateLimiter {
  /** @type {Settings} */
  #settings;

  #shared;

  /** @type {Map<string, Line>} */
  #lines = new Map();

  /** Whose the credentials are, by their own names; `undefined` while nobody knows. @type {Map<string, string | undefined>} */
  #proven = new Map();

  #sweptAt = performance.now();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    const { redis } = settings;
    this.#shared = redis && new SharedLogs(redis, () => Array.from(this.#lines.values(), ({ requests }) => requests));
  }

  /**
   * Waits until a request may be sent, which then counts.
   *
   * @param {string} account whose limit it is; no secret
   * @param {string} group of resources
   * @param {AcquireOptions} [options]
   * @returns {Promise<void>}
   * @throws {BitbucketAuthError} `API_RATE_LIMITED` when too many wait, the wait would be too long, or Bitbucket asks for more
   *   than a minute, with `retryAfter`; `REQUEST_ABORTED`
   */
  acquire(account, group, options = {}) {
    return this.#lineOf(account, group).take(options);
  }

  /**
   * Learns from an answer.
   *
   * @param {string} account
   * @param {string} group
   * @param {{ status: number, headers: Record<string, string> }} answer with lower-case names of header fields
   * @returns {Promise<void>}
   */
  async onResponse(account, group, { status, headers }) {
    const limit = headers['x-ratelimit-limit'];
    const near = headers['x-ratelimit-nearlimit'];
    const line = this.#lineOf(account, group);
    if (status < 400 && limit === undefined && near === undefined) {
      line.accepted();
      return;
    }
    const { isRateLimitConfigured } = this.#settings;
    await line.learn(core().rateLimitUpdate(
      status, limit, near, headers['retry-after'], line.limit, isRateLimitConfigured, line.refusals, Date.now(),
    ));
  }

  /**
   * Learns whose a credential is. What it sends counts against that account from then on, and so does what it has sent.
   *
   * @param {string} own the account under which it counted so far
   * @param {() => Promise<string | undefined>} ask for the account, which Bitbucket told; once
   * @returns {Promise<void>}
   */
  async resolveAccount(own, ask) {
    if (this.#proven.has(own)) return;
    this.#proven.set(own, undefined);
    const account = await ask();
    if (account === undefined || account === own) return;
    const lines = [...this.#lines].filter(([, line]) => line.account === own);
    await Promise.all(lines.map(async ([name, line]) => {
      await line.continueIn(this.#lineOf(account, line.group));
      this.#lines.delete(name);
    }));
    this.#proven.set(own, account);
  }

  /**
   * @param {string} own
   * @param {string} group
   */
  #lineOf(own, group) {
    this.#sweep();
    const account = this.#proven.get(own) ?? own;
    const name = `${group} ${account}`;
    let line = this.#lines.get(name);
    if (!line) {
      // Redis is no place for the names of accounts.
      const requests = new RateLog(hash(this.#settings.key, name), this.#shared);
      line = new Line(Number(this.#settings.rateLimit), requests, account, group);
      this.#lines.set(name, line);
    }
    return line;
  }

  #sweep() {
    const now = performance.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [name, line] of this.#lines) {
      if (line.isForgettable(now)) this.#lines.delete(name);
    }
    const accounts = new Set([...this.#lines.values()].map(({ account }) => account));
    for (const [own, account = own] of this.#proven) {
      if (!accounts.has(account)) this.#proven.delete(own);
    }
  }
}

/** @typedef {'used up' | 'refused' | 'told'} Reason why requests wait */

/** The requests of one account to one group of resources. Its times are those of `performance.now()`. */
class Line {
  /** One asks at a time, and waits while those behind it wait. */
  #turn = pLimit(1);

  #waiting = 0;

  /** Until when nobody gets through, as far as known. */
  #closedUntil = 0;

  /** Until when Bitbucket asked to wait. */
  #toldUntil = 0;

  /** Until when nobody sends after a refusal that did not say how long. */
  #pausedUntil = 0;

  /** Until when one sends at a time after that, … */
  #pacedUntil = 0;

  /** … each so long after the one before. */
  #pace = 0;

  /** When the next one of those may. */
  #nextAt = -Infinity;

  /** Refusals in a row that did not say how long to wait. */
  refusals = 0;

  /** Why the log was told last that somebody waits, until nobody has to. @type {Reason | undefined} */
  #logged;

  /** Ends the pause of whoever waits. */
  #waker = new AbortController();

  /** The line of the account whose requests these turned out to be. @type {Line | undefined} */
  #successor;

  /**
   * @param {number} limit in an hour
   * @param {RateLog} requests
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
   * Has those that wait go on in another line, and counts there what this process sent in this one.
   *
   * @param {Line} line
   */
  async continueIn(line) {
    const isPassedOn = this.requests.countIn(line.requests);
    // Not before, or they would not find counted what was sent.
    this.#successor = line;
    this.#waker.abort();
    await isPassedOn;
  }

  /**
   * @param {AcquireOptions} options
   * @returns {Promise<void>}
   */
  async take({ signal, maxWaitMs = Infinity, log }) {
    const now = performance.now();
    // Those ahead go one at a time after a refusal.
    const paced = this.#pacedUntil > now ? this.#nextAt - now + this.#waiting * this.#pace : 0;
    const closed = Math.max(this.#closedUntil - now, paced);
    if (this.#waiting >= MOST_WAITING) {
      throw rateLimited(Math.max(closed, SHORTEST_WAIT_MS), `${MOST_WAITING} requests of this account wait already; send `
        + 'fewer at once, or set INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT to what Bitbucket allows');
    }
    if (closed > maxWaitMs) throw rateLimited(closed);
    this.#waiting += 1;
    try {
      const until = now + maxWaitMs;
      await unlessAborted(this.#turn(() => this.#pass(signal, until, log)), signal);
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * @param {{ limit?: number, used?: number, pause?: number, pace?: number }} news
   */
  async learn({ limit, used, pause, pace }) {
    const now = performance.now();
    if (limit !== undefined) this.limit = limit;
    if (pause === undefined) this.accepted();
    else if (pace === undefined) this.#toldUntil = Math.max(this.#toldUntil, now + pause);
    // What was under way when others were refused tells nothing new.
    else if (now >= this.#pausedUntil) {
      this.refusals += 1;
      this.#pausedUntil = now + pause;
      this.#pacedUntil = now + HOUR_MS;
      this.#pace = pace;
    }
    if (limit !== undefined || pause !== undefined) {
      this.#closedUntil = 0;
      this.#waker.abort();
      this.#waker = new AbortController();
    }
    if (used !== undefined) await this.requests.learn(used);
  }

  /** Learns that Bitbucket took a request. */
  accepted() {
    if (performance.now() >= this.#pausedUntil) this.refusals = 0;
  }

  /** @param {number} now */
  isForgettable(now) {
    const isOpen = Math.max(this.#toldUntil, this.#pausedUntil, this.#pacedUntil) <= now;
    return this.#waiting === 0 && isOpen && this.requests.isEmpty;
  }

  /**
   * @param {AbortSignal | null | undefined} signal
   * @param {number} until
   * @param {((message: string) => void) | undefined} log
   */
  async #pass(signal, until, log) {
    while (!signal?.aborted) {
      const now = performance.now();
      if (this.#successor) return this.#successor.take({ signal, maxWaitMs: until - now, log });
      const waker = this.#waker.signal;
      const closed = this.#closed(now);
      const { wait, number } = closed ?? await this.requests.take(this.limit);
      if (number !== undefined && wait <= 0) {
        // Who left while it was counted sends nothing, and whose requests they turned out to be counts them itself.
        if (!signal?.aborted && !this.#successor) return this.#passed(now);
        await this.requests.takeBack(number);
        continue;
      }
      const reason = closed?.reason ?? 'used up';
      if (wait > LOGGED_MS) this.#log(reason, wait, log);
      if (now + wait > until || (reason === 'told' && !core().honorsRetryAfter(wait))) throw rateLimited(wait);
      this.#closedUntil = now + wait;
      const ends = AbortSignal.any([waker, ...(signal ? [signal] : [])]);
      // Whoever aborts has been told.
      await sleep(wait, undefined, { signal: ends }).catch(() => {});
    }
  }

  /**
   * For how many milliseconds Bitbucket's refusals have everybody wait, and why.
   *
   * @param {number} now
   * @returns {{ wait: number, reason: Reason, number?: undefined } | undefined}
   */
  #closed(now) {
    if (this.#toldUntil > now) return { wait: this.#toldUntil - now, reason: 'told' };
    const at = Math.max(this.#pausedUntil, this.#pacedUntil > now ? this.#nextAt : 0);
    return at > now ? { wait: at - now, reason: 'refused' } : undefined;
  }

  /** @param {number} now */
  #passed(now) {
    if (this.#pacedUntil > now) this.#nextAt = now + this.#pace;
    else this.#logged = undefined;
  }

  /**
   * Says once why requests wait.
   *
   * @param {Reason} reason
   * @param {number} wait
   * @param {((message: string) => void) | undefined} log
   */
  #log(reason, wait, log) {
    if (!log || this.#logged === reason) return;
    this.#logged = reason;
    const time = new Date(Date.now() + wait).toISOString();
    log({
      'used up': `Bitbucket's rate limit (${this.limit} an hour) is used up until ${time}. Requests that wait in turn: `
        + `${this.#waiting}. INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT sets the limit.`,
      refused: 'Bitbucket refuses this account\'s requests: its hour is used up, by whatever uses the account. The next request '
        + `is sent at ${time}; the others follow one at a time. Requests that wait: ${this.#waiting}.`,
      told: `Bitbucket asks to wait until ${time}. This account's requests wait up to a minute; while there is more to wait, `
        + 'they fail with API_RATE_LIMITED.',
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
