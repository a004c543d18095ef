/**
 * A connection to Redis that comes and goes.
 *
 * In: its address, and work to be done with it. Out: what the work gives, or nothing when Redis did not do it; in the log,
 * once for each outage, what kind of trouble it is. What never happens here: an operation that fails or waits long because
 * Redis does, a process kept alive by it, anything written to another database than the named one, or an error of the
 * Redis client that leaves this file (they hold what was sent).
 */

import { core } from '../core.js';
import { within } from '../time-limit.js';

/** @typedef {import('ioredis').Redis} Redis */

/**
 * @typedef {object} RedisConnectionOptions
 * @property {string} url
 * @property {string} [variable] that names it, for the log
 * @property {{ operation: number, connection: number, reconnection: number }} limits in milliseconds; `reconnection`:
 *   the longest pause between two attempts to connect
 * @property {Record<string, { lua: string, numberOfKeys: number }>} [scripts]
 * @property {(message: string) => void} log
 * @property {string} without what this process does without Redis, for the log
 * @property {(redis: Redis) => Promise<unknown>} check does what the plugin will do; rejects when this Redis is of no use
 * @property {() => void} [opened]
 */

const VARIABLES = 'INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)';

export class RedisConnection {
  /** @type {RedisConnectionOptions} */
  #options;

  /** While it can be used. @type {Redis | undefined} */
  #redis;

  /** The one that is being connected. @type {Redis | undefined} */
  #candidate;

  /** @type {Promise<void> | undefined} */
  #firstAttempt;

  /** @type {NodeJS.Timeout | undefined} */
  #nextAttempt;

  /** Since Redis did last what it was asked. */
  #failures = 0;

  #isReported = false;

  #isClosed = false;

  /** @param {RedisConnectionOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get isUsable() {
    return this.#redis !== undefined;
  }

  /**
   * Does something with Redis, unless it is not there.
   *
   * @template T
   * @param {(redis: Redis) => Promise<T>} work
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<T | undefined>} `undefined` when Redis did not do it
   */
  async use(work, { isAwaited } = { isAwaited: true }) {
    const redis = await this.connected();
    if (!redis) return undefined;
    try {
      const result = await within(this.#options.limits.operation, work(redis), { isAwaited });
      this.#failures = 0;
      return result;
    } catch (error) {
      const trouble = troubleOf(error);
      // What a connection that is ending says is no reason for it.
      if (trouble !== undefined) this.#lose(redis, redis.stream.writable ? trouble : undefined);
      return undefined;
    }
  }

  /**
   * Waits for Redis only when it was never asked before.
   *
   * @returns {Promise<Redis | undefined>}
   */
  async connected() {
    if (!this.#isClosed) await (this.#firstAttempt ??= this.#connect(true));
    return this.#redis;
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#nextAttempt);
    for (const redis of [this.#redis, this.#candidate]) disconnect(redis);
    this.#redis = undefined;
  }

  /** @param {boolean} isAwaited */
  async #connect(isAwaited) {
    /** The first one says why; those that follow only that the connection is closed. @type {unknown[]} */
    const errors = [];
    try {
      // Only who uses Redis loads its client. On a busy machine that takes seconds, which say nothing about Redis.
      const { Redis } = await import('ioredis');
      await within(this.#options.limits.connection, this.#open(Redis, errors), { isAwaited });
    } catch (error) {
      disconnect(this.#candidate);
      this.#candidate = undefined;
      this.#retry(troubleOf(errors[0] ?? error) ?? 'error');
      return;
    }
    const redis = /** @type {Redis} */ (this.#candidate);
    this.#candidate = undefined;
    if (this.#isClosed) return;
    const since = performance.now();
    // Servers end connections that were idle, which is no outage. If there is one, the next attempt says why.
    redis.once('end', () => {
      if (performance.now() - since > this.#options.limits.reconnection) this.#failures = 0;
      this.#lose(redis);
    });
    this.#redis = redis;
    if (this.#isReported) this.#options.log(`The Redis of ${this.#name} can be used again.`);
    this.#isReported = false;
    this.#options.opened?.();
  }

  get #name() {
    return this.#options.variable ?? VARIABLES;
  }

  /**
   * @param {typeof import('ioredis').Redis} Redis
   * @param {unknown[]} errors
   */
  async #open(Redis, errors) {
    if (this.#isClosed) throw new Error('closed');
    const { url, limits, scripts, check } = this.#options;
    const { username, password, database, tls, ...server } = core().redisServer(url);
    const redis = new Redis({
      ...server,
      ...(tls && { tls: /** @type {any} */ (tls) }),
      lazyConnect: true,
      connectTimeout: limits.connection,
      // Its own ways of trying again have timers that keep a process alive, and send commands late.
      retryStrategy: () => null,
      disconnectTimeout: 1,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      ...(scripts && { scripts }),
    });
    this.#candidate = redis;
    // An error event without a listener is written to the console.
    redis.on('error', (error) => errors.push(error));
    const connected = redis.connect();
    // The socket is made in the next tick. It never keeps the process alive; who waits for an answer does.
    setImmediate(() => redis.stream?.unref());
    await connected;
    // The client's own ways go on when these are refused: as the default user, and in database 0.
    const ready = async () => {
      if (password !== undefined || username !== undefined) {
        const known = username ? redis.auth(username, password ?? '') : redis.auth(password ?? '');
        await known.catch(needless);
      }
      if (database > 0) await redis.select(database);
      await check(redis);
    };
    // Whoever is too slow for this is too slow for everything else.
    await within(limits.operation, ready(), { isAwaited: false });
  }

  /**
   * @param {Redis} redis that did not do what it was asked
   * @param {string} [trouble] absent while it is not known
   */
  #lose(redis, trouble) {
    if (this.#redis !== redis) return;
    this.#redis = undefined;
    disconnect(redis);
    this.#retry(trouble);
  }

  /** @param {string} [trouble] in a word */
  #retry(trouble) {
    if (this.#isClosed) return;
    const { log, limits, without } = this.#options;
    if (trouble !== undefined && !this.#isReported) {
      log(`The Redis of ${this.#name} cannot be used (${trouble}): until it can, this process ${without}.`);
      this.#isReported = true;
    }
    // Half of the pause is left to chance, so that processes do not all come back at once.
    const pause = Math.min(limits.reconnection, 100 * 2 ** this.#failures) * (1 + Math.random()) / 2;
    this.#failures += 1;
    this.#nextAttempt = setTimeout(() => this.#connect(false), pause).unref();
  }
}

/** @param {unknown} error to a password that was not asked for, which does no harm */
function needless(error) {
  if (troubleOf(error) !== undefined) throw error;
}

/**
 * The kind of trouble that an error tells of.
 *
 * @param {unknown} error
 * @returns {string | undefined} `undefined` when Redis can be used all the same
 */
function troubleOf(error) {
  const { code, message } = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error) : {};
  return core().redisTrouble(typeof code === 'string' ? code : '', String(message ?? ''));
}

/** @param {Redis | undefined} redis */
function disconnect(redis) {
  redis?.disconnect();
  // A server that hangs would hold up an orderly end.
  redis?.stream?.destroy();
}
