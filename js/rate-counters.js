/**
 * Counters of requests, in this process and in a Redis that processes share.
 *
 * In: the names of counters, and by how much to change them. Out: what they have, of all processes together. What never
 * happens here: a request that fails because Redis does, or a count that is forgotten because Redis was away or lost its
 * data, while the process that counted runs.
 */

import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { LOST, RedisConnection } from './coordination/redis-connection.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./coordination/redis-connection.js').RedisAddress} RedisAddress */
/** @typedef {import('./coordination/redis-database.js').Life} Life */

const REDIS_LIMITS = { operation: 1000, connection: 2000, reconnection: 5000, watch: 5000 };

const PREFIX = 'nocodb-bitbucket-auth:rate';

/** What no account is called. */
const CHECK = 'check';

export class RateCounters {
  /** @type {import('rate-limiter-flexible').IRateLimiterOptions} */
  #options;

  /** @type {RateLimiterMemory} */
  #memory;

  /** @type {RedisConnection | undefined} */
  #connection;

  /** @type {WeakMap<Redis, RateLimiterRedis>} */
  #shared = new WeakMap();

  /**
   * The counters that this process changed, the oldest first, and what Redis does not have of that.
   *
   * @type {Map<string, { since: number, missing: number }>}
   */
  #changed = new Map();

  /** @type {string | undefined} */
  #life;

  /**
   * @param {number} lifeMs of a counter, from its first change on
   * @param {RedisAddress} [address]
   */
  constructor(lifeMs, address) {
    // Only the counting is wanted: the limit is for several counters together.
    this.#options = { keyPrefix: PREFIX, points: Number.MAX_SAFE_INTEGER, duration: lifeMs / 1000 };
    this.#memory = new RateLimiterMemory(this.#options);
    if (!address) return;
    this.#connection = new RedisConnection({
      ...address,
      limits: REDIS_LIMITS,
      log: (message) => console.warn(`[nocodb-bitbucket-auth] ${message}`),
      without: 'keeps to the rate limit on its own',
      lifeName: `${PREFIX}:life`,
      check: (redis, life) => this.#check(redis, life),
      opened: () => void this.#passOn(),
    });
  }

  /**
   * @param {string} key
   * @param {number} points
   * @returns {Promise<number>} what it then has
   */
  async add(key, points) {
    // Here as well: when Redis goes away, this process goes on from what it knows.
    const own = await this.#memory.penalty(key, points);
    if (!this.#connection) return countOf(own);
    this.#changedOf(key).missing += points;
    return Math.max(countOf(own), await this.#addMissing(key));
  }

  /**
   * @param {string} key
   * @returns {Promise<number>} what this process counted
   */
  async own(key) {
    return countOf(await this.#memory.get(key));
  }

  /**
   * @param {string} key
   * @returns {Promise<number>}
   */
  async get(key) {
    const own = await this.own(key);
    const shared = await this.#use((limiter) => limiter.get(key));
    return Math.max(own, countOf(shared));
  }

  /**
   * Adds to a counter in Redis what that does not have.
   *
   * @param {string} key
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<number>} what it then has; 0 without Redis
   */
  async #addMissing(key, options) {
    const changed = this.#changedOf(key);
    let taken = 0;
    const shared = await this.#use((limiter) => {
      // Not before: when the data was lost, more is missing the second time.
      taken = changed.missing;
      changed.missing = 0;
      return limiter.penalty(key, taken);
    }, options);
    if (shared === undefined) changed.missing += taken;
    return countOf(shared);
  }

  /** Has Redis know all that this process counted, after it was away or lost its data. */
  async #passOn() {
    for (const [key, { missing }] of [...this.#changed]) {
      if (missing !== 0 && await this.own(key) > 0) await this.#addMissing(key, { isAwaited: false });
    }
  }

  /** @param {string} key */
  #changedOf(key) {
    const now = Date.now();
    for (const [oldest, { since }] of this.#changed) {
      if (now - since <= Number(this.#options.duration) * 1000) break;
      this.#changed.delete(oldest);
    }
    let changed = this.#changed.get(key);
    if (!changed) {
      changed = { since: now, missing: 0 };
      this.#changed.set(key, changed);
    }
    return changed;
  }

  /**
   * @template T
   * @param {(limiter: RateLimiterRedis) => Promise<T>} work
   * @param {{ isAwaited: boolean }} [options]
   */
  async #use(work, options) {
    return this.#connection?.use(async (redis, life) => {
      // Sent together: what is counted after a loss that nobody knew of is counted twice at worst.
      const [value, result] = await Promise.all([redis.get(life.name), work(this.#of(redis))]);
      return value === life.value ? result : LOST;
    }, options);
  }

  /**
   * @param {Redis} redis
   * @param {Life} life
   */
  async #check(redis, life) {
    await checkCounting(this.#of(redis));
    if (this.#life !== undefined && this.#life !== life.value) {
      for (const [key, changed] of this.#changed) changed.missing = await this.own(key);
    }
    this.#life = life.value;
  }

  /** @param {Redis} redis */
  #of(redis) {
    const limiter = this.#shared.get(redis) ?? new RateLimiterRedis({ ...this.#options, storeClient: redis });
    this.#shared.set(redis, limiter);
    return limiter;
  }
}

/**
 * Does what counting does, so that one sees whether Redis lets it.
 *
 * @param {RateLimiterRedis} limiter
 */
async function checkCounting(limiter) {
  // In the ways of all that follows, a script's second time included, and so that nothing of it stays.
  await limiter.penalty(CHECK, 0);
  await limiter.penalty(CHECK, 0);
  await limiter.get(CHECK);
  await limiter.delete(CHECK);
}

/**
 * Whether the connection lets requests be counted; rejects where it does not.
 *
 * @param {Redis} redis
 */
export async function checkRateCounting(redis) {
  await checkCounting(new RateLimiterRedis({ keyPrefix: PREFIX, points: 1, duration: 1, storeClient: redis }));
}

/**
 * @param {import('rate-limiter-flexible').RateLimiterRes | null | undefined} counter
 * @returns {number} 0 for what nobody counted: whoever writes to Redis may have left anything there
 */
function countOf(counter) {
  const count = counter?.consumedPoints;
  return Number.isSafeInteger(count) ? Number(count) : 0;
}
