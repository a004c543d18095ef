/**
 * A connection to Redis that comes and goes.
 *
 * In: its address, and work to be done with it. Out: what the work gives, or nothing when Redis did not do it; in the log,
 * once for each outage, what kind of trouble it is. What never happens here: an operation that fails or waits long because
 * Redis does, a process kept alive by it, anything written to another database than the plugin's, or an error of the
 * Redis client that leaves this file (they hold what was sent).
 */

import { core } from '../core.js';
import { logLine } from '../log-lines.js';
import { within } from '../time-limit.js';
import { DATABASE_SCRIPTS, readLife, seekDatabase } from './redis-database.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./redis-database.js').DataMarker} DataMarker */

/** @typedef {import('../../pkg/core.js').RedisAddress} RedisAddress */

/**
 * @typedef {RedisAddress & MoreOptions} RedisConnectionOptions
 * @typedef {object} MoreOptions
 * @property {{ operation: number, connection: number, reconnection: number, watch: number }} limits in milliseconds;
 *   `reconnection`: the longest pause between two attempts to connect; `watch`: for how long a loss of data may go unnoticed
 * @property {Record<string, { lua: string, numberOfKeys: number }>} [scripts]
 * @property {(line: string) => void} log
 * @property {string} without what this process does without Redis, for the log
 * @property {string} markerKey the key that marks the life of the data, in a database that is not marked as a whole
 * @property {(redis: Redis, life: DataMarker) => Promise<unknown>} check does what the plugin will do; rejects when this Redis is of
 *   no use
 * @property {() => void} [opened] Redis can be used from now on, or again after its data was lost
 */

const VARIABLES = 'INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)';

/** What work gives when it found another life of the data than the one that it was told, and did nothing. */
export const DATA_LOST = Symbol('the data was lost');

/** Data that is lost again and again is no data. */
const MOST_TRIES = 3;

/** What the log was told: in which databases the plugin stays, and why. @type {Set<string>} */
const reportedStays = new Set();

export class RedisConnection {
  /** @type {RedisConnectionOptions} */
  #options;

  /** While it can be used. @type {Redis | undefined} */
  #redis;

  /** The one that is being connected. @type {Redis | undefined} */
  #candidate;

  /** The number of the database in which a connection is, unless that is 0. @type {WeakMap<Redis, number>} */
  #databases = new WeakMap();

  /** The life of the data there. @type {DataMarker} */
  #life = { name: '', value: '' };

  /** How often a database was entered, … */
  #entries = 0;

  /** … and the entering again that is under way. @type {Promise<void> | undefined} */
  #entering;

  /** @type {Promise<void> | undefined} */
  #firstAttempt;

  /** @type {NodeJS.Timeout | undefined} */
  #nextAttempt;

  /** @type {NodeJS.Timeout | undefined} */
  #watch;

  /** Since Redis did last what it was asked. */
  #failures = 0;

  /** Why it cannot be used, as far as known. */
  #trouble = 'error';

  /** Why the database is NocoDB's own, if it is. @type {string | undefined} */
  #fallbackReason;

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
   * How it stands with it.
   *
   * @returns {{ database: number, fallbackReason?: string } | { trouble: string }} the number of the database in use, and why it is
   *   NocoDB's own; or what keeps Redis from being used, in a word
   */
  get status() {
    if (!this.#redis) return { trouble: this.#trouble };
    const database = this.#databases.get(this.#redis) ?? 0;
    return this.#fallbackReason === undefined ? { database } : { database, fallbackReason: this.#fallbackReason };
  }

  /**
   * Does something with Redis, unless it is not there.
   *
   * @template T
   * @param {(redis: Redis, life: DataMarker) => Promise<T | typeof DATA_LOST>} work is done again when the data was lost
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<T | undefined>} `undefined` when Redis did not do it
   */
  async use(work, { isAwaited } = { isAwaited: true }) {
    const redis = await this.connected();
    if (!redis) return undefined;
    try {
      const result = await within(this.#options.limits.operation, this.#attempt(redis, work), { isAwaited });
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
   * @template T
   * @param {Redis} redis
   * @param {(redis: Redis, life: DataMarker) => Promise<T | typeof DATA_LOST>} work
   * @returns {Promise<T | undefined>}
   */
  async #attempt(redis, work) {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const entries = this.#entries;
      const result = await work(redis, this.#life);
      if (result !== DATA_LOST) return result;
      // Unless somebody else has noticed meanwhile.
      if (entries === this.#entries) await this.#enterAgain(redis);
    }
    return undefined;
  }

  /** @param {Redis} redis */
  #enterAgain(redis) {
    this.#entering ??= this.#enter(redis)
      .then(() => this.#options.opened?.())
      .finally(() => (this.#entering = undefined));
    return this.#entering;
  }

  /**
   * Goes to the plugin's database, and looks whether everything can be done there.
   *
   * @param {Redis} redis
   */
  async #enter(redis) {
    const { url, searchesDatabase, otherDatabases, markerKey, check } = this.#options;
    /** @type {number} */
    const home = this.#options.database ?? core().parseRedisUrl(url).database;
    // Scripts see all databases from any, so NocoDB's own need not be entered for it.
    const place = searchesDatabase ? await seekDatabase(redis, home, otherDatabases) : { database: home };
    if (place.database !== (this.#databases.get(redis) ?? 0)) await redis.select(place.database);
    this.#databases.set(redis, place.database);
    const life = place.mark ?? await readLife(redis, markerKey);
    await check(redis, life);
    this.#life = life;
    this.#entries += 1;
    this.#fallbackReason = place.fallbackReason;
    if (place.fallbackReason !== undefined) this.#reportStay(home, place.fallbackReason);
  }

  /**
   * @param {number} database
   * @param {string} reason
   */
  #reportStay(database, reason) {
    const stay = [this.#options.url, database, reason].join(' ');
    if (reportedStays.has(stay)) return;
    reportedStays.add(stay);
    const text = `The plugin stays in database ${database} of the Redis of ${this.#name}, as ${reason}. NocoDB empties that `
      + 'database whenever its main process starts: locks are lost then, and what processes told each other until one that '
      + 'knows it tells it again. Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that is nobody else\'s.';
    this.#options.log(logLine({ level: 'WARN', event: 'redis-database-shared', text }));
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
    clearInterval(this.#watch);
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
    if (this.#isReported) {
      const text = `The Redis of ${this.#name} can be used again.`;
      this.#options.log(logLine({ level: 'INFO', event: 'redis-available', text }));
    }
    this.#isReported = false;
    this.#options.opened?.();
    // Who has nothing to do may be the only one who knows what was lost.
    this.#watch ??= setInterval(() => this.use(look, { isAwaited: false }), this.#options.limits.watch).unref();
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
    const { url, limits, scripts } = this.#options;
    const { username, password, database: _, tls, ...server } = core().parseRedisUrl(url);
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
      scripts: { ...DATABASE_SCRIPTS, ...scripts },
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
      await this.#enter(redis);
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
    this.#trouble = trouble ?? 'error';
    if (trouble !== undefined && !this.#isReported) {
      const text = `The Redis of ${this.#name} cannot be used (${trouble}): until it can, this process ${without}.`;
      log(logLine({ level: 'WARN', event: 'redis-unavailable', text }));
      this.#isReported = true;
    }
    // Half of the pause is left to chance, so that processes do not all come back at once.
    const pause = Math.min(limits.reconnection, 100 * 2 ** this.#failures) * (1 + Math.random()) / 2;
    this.#failures += 1;
    this.#nextAttempt = setTimeout(() => this.#connect(false), pause).unref();
  }
}

/**
 * @param {Redis} redis
 * @param {DataMarker} life
 */
async function look(redis, { name, value }) {
  return await redis.get(name) === value ? undefined : DATA_LOST;
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
  return core().redisErrorSummary(typeof code === 'string' ? code : '', String(message ?? ''));
}

/** @param {Redis | undefined} redis */
function disconnect(redis) {
  redis?.disconnect();
  // A server that hangs would hold up an orderly end.
  redis?.stream?.destroy();
}
