/**
 * Keeps the requests of each account within Bitbucket's rate limit.
 *
 * In: a request that is about to be sent, and Bitbucket's responses. Out: a promise for each request, fulfilled in the order of
 * arrival when the request may be sent. Never: a lost or failed request because Redis fails, a credential in the key of a Redis
 * value, or more requests of an account in an hour than the limit allows. While Redis fails, several processes together may
 * exceed the limit; docs/scaling.md says by how much.
 *
 * Bitbucket counts in a rolling hour, and so does the log of an account's requests (request-log.js): the whole limit may be used
 * in one burst, and each request makes room for another one an hour later. A change of the system time has no effect on the
 * count. It only affects log lines and dates in `Retry-After`.
 *
 * Other programs may use the same account. A 429 without `Retry-After` means that the account has used up its limit, and no
 * process knows when those requests were sent. So this process pauses, and then sends one request at a time for the rest of the
 * hour. The process obeys a `Retry-After` for up to an hour. During that time, a request fails if it would have to wait for
 * more than a minute.
 */

import { createHmac } from 'node:crypto';
import { core } from './core.js';
import { AccountRequestLog, RedisRequestLogs } from './request-log.js';
import { RequestQueue } from './request-queue.js';

/** @typedef {import('./nocodb/environment.js').Environment} Environment */
/** @typedef {import('./request-queue.js').AcquireOptions} AcquireOptions */

/**
 * @typedef {Pick<Environment, 'rateLimit' | 'isRateLimitConfigured' | 'redis'> & { key?: Uint8Array }} Settings `key`: the HMAC
 *   key that hides the accounts in the names of Redis keys. Without `key`, the names of the accounts must be impossible to guess
 */

/** @typedef {Pick<Environment, 'rateLimit' | 'isRateLimitConfigured' | 'redis' | 'client'>} LimitingEnvironment */

/** How often to look for queues that are no longer needed. */
const SWEEP_MS = 70 * 60 * 1000;

/** @type {Map<string, RateLimiter>} */
const limiters = new Map();

/**
 * Keeps the rate limiter of each environment, because NocoDB creates a wrapper for each call.
 *
 * @type {WeakMap<object, RateLimiter>}
 */
const limitersByEnvironment = new WeakMap();

/**
 * The rate limiter for these settings. A process has one rate limiter for all environments with the same settings.
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

  /** @type {RedisRequestLogs | undefined} */
  #redisLogs;

  /** @type {Map<string, RequestQueue>} */
  #queues = new Map();

  /** The accounts of credentials, by the credentials' names; `undefined` until known. @type {Map<string, string | undefined>} */
  #accounts = new Map();

  #sweptAt = performance.now();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    const { redis } = settings;
    this.#redisLogs = redis && new RedisRequestLogs(redis, () => Array.from(this.#queues.values(), ({ requests }) => requests));
  }

  /**
   * Waits until a request may be sent, and counts it.
   *
   * @param {string} account whose limit applies; not a secret
   * @param {string} group of resources
   * @param {AcquireOptions} [options]
   * @returns {Promise<void>}
   * @throws {BitbucketAuthError} `API_RATE_LIMITED` with `retryAfter` if too many requests wait, the wait would be too long, or
   *   Bitbucket asks for a wait of more than a minute; `REQUEST_ABORTED`
   */
  acquire(account, group, options = {}) {
    return this.#queueOf(account, group).acquire(options);
  }

  /**
   * Updates the queue from a response.
   *
   * @param {string} account
   * @param {string} group
   * @param {{ status: number, headers: Record<string, string> }} response with lower-case names of header fields
   * @returns {Promise<void>}
   */
  async onResponse(account, group, { status, headers }) {
    const limit = headers['x-ratelimit-limit'];
    const near = headers['x-ratelimit-nearlimit'];
    const queue = this.#queueOf(account, group);
    if (status < 400 && limit === undefined && near === undefined) {
      queue.onAccepted();
      return;
    }
    const { isRateLimitConfigured } = this.#settings;
    await queue.applyUpdate(core().rateLimitUpdate(
      status, limit, near, headers['retry-after'], queue.limit, isRateLimitConfigured, queue.refusals, Date.now(),
    ));
  }

  /**
   * Finds out which account owns a credential. The credential's requests count against that account from then on, including the
   * requests that were sent already.
   *
   * @param {string} name of the credential, under which its requests count until then
   * @param {() => Promise<string | undefined>} fetchAccount called once; returns the account that Bitbucket reported
   * @returns {Promise<void>}
   */
  async resolveAccount(name, fetchAccount) {
    if (this.#accounts.has(name)) return;
    this.#accounts.set(name, undefined);
    const account = await fetchAccount();
    if (account === undefined || account === name) return;
    const queues = [...this.#queues].filter(([, queue]) => queue.account === name);
    await Promise.all(queues.map(async ([key, queue]) => {
      await queue.mergeInto(this.#queueOf(account, queue.group));
      this.#queues.delete(key);
    }));
    this.#accounts.set(name, account);
  }

  /**
   * @param {string} name of a credential or an account
   * @param {string} group
   */
  #queueOf(name, group) {
    this.#sweep();
    const account = this.#accounts.get(name) ?? name;
    const key = `${group} ${account}`;
    let queue = this.#queues.get(key);
    if (!queue) {
      // Redis must not contain the names of accounts.
      const requests = new AccountRequestLog(hash(this.#settings.key, key), this.#redisLogs);
      queue = new RequestQueue(Number(this.#settings.rateLimit), requests, account, group);
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #sweep() {
    const now = performance.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [key, queue] of this.#queues) {
      if (queue.isEvictable(now)) this.#queues.delete(key);
    }
    const accounts = new Set([...this.#queues.values()].map(({ account }) => account));
    for (const [name, account = name] of this.#accounts) {
      if (!accounts.has(account)) this.#accounts.delete(name);
    }
  }
}
