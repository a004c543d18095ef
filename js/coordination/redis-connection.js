/**
 * Keeps a connection to Redis, and reopens it after an outage.
 *
 * In: the URL of Redis, and work to do with Redis. Out: the result of the work, or nothing if Redis did not do the work; in the
 * log, one line for each outage, with its cause. Never: an error or a long wait for a caller because Redis failed, a connection
 * that keeps the process alive, a change in another database than the plugin's, or an error of the Redis client for a caller.
 * Such an error contains the data that were sent.
 *
 * A data marker is a random string in the plugin's database. If the marker is missing or has changed, Redis has lost the data.
 */

import { core } from '../core.js';
import { logLine } from '../log-lines.js';
import { within } from '../time-limit.js';
import { DATABASE_SCRIPTS, readMarker, findDatabase } from './redis-database.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./redis-database.js').DataMarker} DataMarker */

/** @typedef {import('../../pkg/core.js').RedisAddress} RedisAddress */

/**
 * @typedef {RedisAddress & MoreOptions} RedisConnectionOptions
 * @typedef {object} MoreOptions
 * @property {{ operation: number, connection: number, reconnection: number, watch: number }} limits in milliseconds;
 *   `reconnection`: the longest pause between two attempts to connect; `watch`: the interval of checks for a loss of data
 * @property {Record<string, { lua: string, numberOfKeys: number }>} [scripts]
 * @property {(line: string) => void} log
 * @property {string} without for the log: what this process does while Redis is unavailable
 * @property {string} markerKey the key of the data marker in a database that has no marker for the whole database
 * @property {(redis: Redis, marker: DataMarker) => Promise<unknown>} check runs the plugin's commands; rejects if Redis does not
 *   allow them
 * @property {() => void} [onAvailable] called when Redis becomes available, and when it is available again after a loss of data
 */

const VARIABLES = 'INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)';

/** The result of work that found another data marker than the expected one, and did nothing. */
export const DATA_LOST = Symbol('the data was lost');

/** The maximum number of attempts at work while Redis loses its data again and again. */
const MAX_ATTEMPTS = 3;

/** The warnings that were logged about databases that the plugin shares with NocoDB. @type {Set<string>} */
const loggedFallbacks = new Set();

export class RedisConnection {
  /** @type {RedisConnectionOptions} */
  #options;

  /** The client, while Redis is available. @type {Redis | undefined} */
  #redis;

  /** The client that is connecting. @type {Redis | undefined} */
  #candidate;

  /** The number of the database that each client has selected, unless the number is 0. @type {WeakMap<Redis, number>} */
  #databases = new WeakMap();

  /** The marker of the data in the selected database. @type {DataMarker} */
  #marker = { name: '', value: '' };

  /** The number of times that a database was selected. */
  #selections = 0;

  /** The selection in progress after a loss of data. @type {Promise<void> | undefined} */
  #reselecting;

  /** @type {Promise<void> | undefined} */
  #firstAttempt;

  /** @type {NodeJS.Timeout | undefined} */
  #nextAttempt;

  /** @type {NodeJS.Timeout | undefined} */
  #watch;

  /** The number of failures since the last successful operation. */
  #failures = 0;

  /** Why Redis is unavailable, as far as known. */
  #errorSummary = 'error';

  /** Why the plugin uses NocoDB's own database, if it does. @type {string | undefined} */
  #fallbackReason;

  #isOutageLogged = false;

  #isClosed = false;

  /** @param {RedisConnectionOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get isAvailable() {
    return this.#redis !== undefined;
  }

  /**
   * The state of the connection.
   *
   * @returns {{ database: number, fallbackReason?: string } | { errorSummary: string }} the number of the database in use, and if
   *   this is NocoDB's own database, the reason; or a summary of the error that makes Redis unavailable
   */
  get status() {
    if (!this.#redis) return { errorSummary: this.#errorSummary };
    const database = this.#databases.get(this.#redis) ?? 0;
    return this.#fallbackReason === undefined ? { database } : { database, fallbackReason: this.#fallbackReason };
  }

  /**
   * Does work with Redis if it is available.
   *
   * @template T
   * @param {(redis: Redis, marker: DataMarker) => Promise<T | typeof DATA_LOST>} work is repeated after a loss of data
   * @param {{ isAwaited: boolean }} [options] whether the call keeps the process alive
   * @returns {Promise<T | undefined>} `undefined` if Redis did not do the work
   */
  async use(work, { isAwaited } = { isAwaited: true }) {
    const redis = await this.connected();
    if (!redis) return undefined;
    try {
      const result = await within(this.#options.limits.operation, this.#attempt(redis, work), { isAwaited });
      this.#failures = 0;
      return result;
    } catch (error) {
      const errorSummary = summarizeError(error);
      // The errors that a closing connection reports do not say why it closes.
      if (errorSummary !== undefined) this.#disconnect(redis, redis.stream.writable ? errorSummary : undefined);
      return undefined;
    }
  }

  /**
   * @template T
   * @param {Redis} redis
   * @param {(redis: Redis, marker: DataMarker) => Promise<T | typeof DATA_LOST>} work
   * @returns {Promise<T | undefined>}
   */
  async #attempt(redis, work) {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const selections = this.#selections;
      const result = await work(redis, this.#marker);
      if (result !== DATA_LOST) return result;
      // Another call may have noticed the loss meanwhile, and have selected a database.
      if (selections === this.#selections) await this.#reselectDatabase(redis);
    }
    return undefined;
  }

  /** @param {Redis} redis */
  #reselectDatabase(redis) {
    this.#reselecting ??= this.#selectDatabase(redis)
      .then(() => this.#options.onAvailable?.())
      .finally(() => (this.#reselecting = undefined));
    return this.#reselecting;
  }

  /**
   * Selects the plugin's database, and checks that Redis allows the plugin's commands there.
   *
   * @param {Redis} redis
   */
  async #selectDatabase(redis) {
    const { url, searchesDatabase, otherDatabases, markerKey, check } = this.#options;
    /** @type {number} */
    const configuredDatabase = this.#options.database ?? core().parseRedisUrl(url).database;
    // The script of `findDatabase` can select any database, so the connection need not select NocoDB's own database first.
    const choice = searchesDatabase ? await findDatabase(redis, configuredDatabase, otherDatabases) : { database: configuredDatabase };
    if (choice.database !== (this.#databases.get(redis) ?? 0)) await redis.select(choice.database);
    this.#databases.set(redis, choice.database);
    const marker = choice.mark ?? await readMarker(redis, markerKey);
    await check(redis, marker);
    this.#marker = marker;
    this.#selections += 1;
    this.#fallbackReason = choice.fallbackReason;
    if (choice.fallbackReason !== undefined) this.#logFallback(configuredDatabase, choice.fallbackReason);
  }

  /**
   * @param {number} database
   * @param {string} reason
   */
  #logFallback(database, reason) {
    const fallback = [this.#options.url, database, reason].join(' ');
    if (loggedFallbacks.has(fallback)) return;
    loggedFallbacks.add(fallback);
    const text = `The plugin shares database ${database} of the Redis of ${this.#name} with NocoDB, because ${reason}. NocoDB empties `
      + 'that database whenever its main process starts. Then the locks are lost, and the shared tokens and counts are missing '
      + 'until a process publishes them again. Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that no other '
      + 'program uses.';
    this.#options.log(logLine({ level: 'WARN', event: 'redis-database-shared', text }));
  }

  /**
   * The client, if Redis is available. Only the first call waits for the connection.
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
    /** The first error is the cause; later errors only say that the connection is closed. @type {unknown[]} */
    const errors = [];
    try {
      // ioredis is loaded on first use. On a busy machine, loading takes seconds, which must not count against the time limit for
      // Redis.
      const { Redis } = await import('ioredis');
      await within(this.#options.limits.connection, this.#open(Redis, errors), { isAwaited });
    } catch (error) {
      disconnect(this.#candidate);
      this.#candidate = undefined;
      this.#scheduleReconnect(summarizeError(errors[0] ?? error) ?? 'error');
      return;
    }
    const redis = /** @type {Redis} */ (this.#candidate);
    this.#candidate = undefined;
    if (this.#isClosed) return;
    const since = performance.now();
    // A server that closes an idle connection is no outage, so no cause is logged here. If there is an outage, the next attempt
    // to connect finds its cause.
    redis.once('end', () => {
      if (performance.now() - since > this.#options.limits.reconnection) this.#failures = 0;
      this.#disconnect(redis);
    });
    this.#redis = redis;
    if (this.#isOutageLogged) {
      const text = `The Redis of ${this.#name} is available again.`;
      this.#options.log(logLine({ level: 'INFO', event: 'redis-available', text }));
    }
    this.#isOutageLogged = false;
    this.#options.onAvailable?.();
    // Idle processes check for a loss of data, too, because an idle process may be the only one that still has the lost data.
    this.#watch ??= setInterval(() => this.use(compareMarker, { isAwaited: false }), this.#options.limits.watch).unref();
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
      // The client's own retries use timers that keep the process alive, and send commands late.
      retryStrategy: () => null,
      disconnectTimeout: 1,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      scripts: { ...DATABASE_SCRIPTS, ...scripts },
    });
    this.#candidate = redis;
    // ioredis writes an error event without a listener to the console.
    redis.on('error', (error) => errors.push(error));
    const connected = redis.connect();
    // ioredis creates the socket in the next tick. The socket never keeps the process alive; a call that waits for a reply does.
    setImmediate(() => redis.stream?.unref());
    await connected;
    // If Redis rejected the user or the database, ioredis itself would continue as the default user and in database 0. So this
    // file sends AUTH and SELECT itself.
    const ready = async () => {
      if (password !== undefined || username !== undefined) {
        const authenticated = username ? redis.auth(username, password ?? '') : redis.auth(password ?? '');
        await authenticated.catch(ignoreNeedlessPassword);
      }
      await this.#selectDatabase(redis);
    };
    // A Redis that is too slow for these commands is too slow for every operation.
    await within(limits.operation, ready(), { isAwaited: false });
  }

  /**
   * @param {Redis} redis the client that failed
   * @param {string} [errorSummary] absent while the cause is unknown
   */
  #disconnect(redis, errorSummary) {
    if (this.#redis !== redis) return;
    this.#redis = undefined;
    disconnect(redis);
    this.#scheduleReconnect(errorSummary);
  }

  /** @param {string} [errorSummary] absent while the cause is unknown */
  #scheduleReconnect(errorSummary) {
    if (this.#isClosed) return;
    const { log, limits, without } = this.#options;
    this.#errorSummary = errorSummary ?? 'error';
    if (errorSummary !== undefined && !this.#isOutageLogged) {
      const text = `The Redis of ${this.#name} is unavailable (${errorSummary}). Until it is available again, this process ${without}.`;
      log(logLine({ level: 'WARN', event: 'redis-unavailable', text }));
      this.#isOutageLogged = true;
    }
    // Half of the pause is random, so that the processes do not all reconnect at once.
    const pause = Math.min(limits.reconnection, 100 * 2 ** this.#failures) * (1 + Math.random()) / 2;
    this.#failures += 1;
    this.#nextAttempt = setTimeout(() => this.#connect(false), pause).unref();
  }
}

/**
 * @param {Redis} redis
 * @param {DataMarker} marker
 */
async function compareMarker(redis, { name, value }) {
  return await redis.get(name) === value ? undefined : DATA_LOST;
}

/** @param {unknown} error a Redis that needs no password rejects every password, which does no harm */
function ignoreNeedlessPassword(error) {
  if (summarizeError(error) !== undefined) throw error;
}

/**
 * A summary of an error of Redis or its client.
 *
 * @param {unknown} error
 * @returns {string | undefined} `undefined` if the error does not make Redis unavailable
 */
function summarizeError(error) {
  const { code, message } = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error) : {};
  return core().redisErrorSummary(typeof code === 'string' ? code : '', String(message ?? ''));
}

/** @param {Redis | undefined} redis */
function disconnect(redis) {
  redis?.disconnect();
  // If the stream were not destroyed, a server that does not respond would delay the end of the process.
  redis?.stream?.destroy();
}
