/**
 * Logs when the requests of each account were sent: in this process, and in a Redis that processes share.
 *
 * In: a request that is about to be sent, or a number of requests that other programs sent. Out: how long the request has to
 * wait. Never: a request that fails because Redis fails. After Redis was unavailable or lost its data, each process that still
 * runs reports its requests again.
 *
 * A process records the times of its own requests by a monotonic clock. Redis records the times of all requests by its own clock,
 * so the clocks of the processes do not matter. Each query is one script, so that Redis answers it in one step. While Redis is
 * unavailable, a process continues with the requests that it knows. Each request has a unique name, so a second report
 * of the same request to Redis has no effect.
 *
 * After a loss of data, Redis knows the requests of another process only when that process has noticed the loss, too. So a
 * process that notices a loss admits no request until all other processes have had the time to notice it (`SETTLING_MS`).
 * docs/scaling.md describes the errors that remain possible.
 */

import { randomBytes } from 'node:crypto';
import { DATA_LOST, RedisConnection } from './coordination/redis-connection.js';
import { core } from './core.js';
import { warn } from './log-lines.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./coordination/redis-connection.js').RedisAddress} RedisAddress */
/** @typedef {import('./coordination/redis-database.js').DataMarker} DataMarker */

/**
 * @typedef {object} LogQuery
 * @property {number} [limit] with a limit, the query counts one request, if that stays within this limit
 * @property {number} [used] how many requests the account has sent; the query counts those that are missing from the log
 * @property {number} [number] the number of the first request that the query counts
 */

const REDIS_LIMITS = { operation: 1000, connection: 2000, reconnection: 5000, watch: 5000 };

/** The time after a loss of data in which all processes that can reach Redis report their requests again. */
const SETTLING_MS = REDIS_LIMITS.reconnection + REDIS_LIMITS.connection;

/** In a cluster, the braces keep all keys on one node. */
const PREFIX = 'nocodb-bitbucket-auth:{rate}:';

/** The names of this process' requests consist of this prefix and the request's number. */
const NAME = `${randomBytes(9).toString('base64url')}:`;

/** The maximum number of requests that one run of the script reports. */
const MAX_REQUESTS = 1000;

/**
 * The log of one account and group in Redis: a sorted set of the requests' names, by the microsecond at which each was sent. The
 * script does the same as `RequestLog` of src/rate_limit.rs, in one step. It first adds the requests that the process reports.
 * If `limit` is greater than 0, the script counts a request, or returns for how many milliseconds the request has to wait. If
 * `used` is greater than 0, the script counts the requests that the log lacks, and returns their number. The reply `less` means
 * that the process knows more requests than the log contains.
 */
const LOG_SCRIPT = `
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local log, name = KEYS[1], ARGV[2]
  local window, limit, used = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local number, known = tonumber(ARGV[6]), tonumber(ARGV[7])
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local trimmed = redis.pcall('ZREMRANGEBYSCORE', log, '-inf', now - window)
  if type(trimmed) == 'table' then
    -- A value of another program counts as absent.
    if not string.find(trimmed.err, 'WRONGTYPE', 1, true) then return trimmed end
    redis.call('DEL', log)
  end
  for at = 8, #ARGV, 2 do
    redis.call('ZADD', log, 'NX', now - ARGV[at + 1], name .. ARGV[at])
  end
  local count = redis.call('ZCARD', log)
  if count < known then return 'less' end
  local added, reply = 0, 0
  if used > count then
    added, reply = used - count, used - count
  elseif limit > count then
    added = 1
  elseif limit > 0 then
    local leaving = redis.call('ZRANGE', log, count - limit, count - limit, 'WITHSCORES')
    reply = math.ceil(math.min(leaving[2] + window - now, window) / 1000)
  end
  for at = number, number + added - 1 do
    redis.call('ZADD', log, now, name .. string.format('%.0f', at))
  end
  redis.call('PEXPIRE', log, window / 1000)
  return reply
`;

/** The script, for a connection to Redis. */
export const SCRIPTS = { requestLog: { lua: LOG_SCRIPT, numberOfKeys: 2 } };

/** The number of the last request, over all accounts. */
let lastNumber = 0;

/** @param {number} count @returns {number} the first of the reserved numbers */
function reserveNumbers(count) {
  lastNumber += count;
  return lastNumber - count + 1;
}

/** The logs in the Redis that the processes share. */
export class RedisRequestLogs {
  /** @type {RedisConnection} */
  #connection;

  /** @type {() => Iterable<AccountRequestLog>} */
  #logs;

  /** The marker: a random string beside Redis' data, which changes when the data were lost. @type {string | undefined} */
  #marker;

  /** The time (`performance.now()`) from which all other processes have noticed a loss of data, too. */
  #settledAt = 0;

  /**
   * @param {RedisAddress} address
   * @param {() => Iterable<AccountRequestLog>} logs the logs of this process
   */
  constructor(address, logs) {
    this.#logs = logs;
    this.#connection = new RedisConnection({
      ...address,
      limits: REDIS_LIMITS,
      scripts: SCRIPTS,
      log: warn,
      without: 'enforces the rate limit on its own',
      markerKey: `${PREFIX}life`,
      check: (redis, marker) => this.#check(redis, marker),
      onAvailable: () => this.#shareAll(),
    });
  }

  /**
   * Reports the requests that Redis does not have yet, and runs a query.
   *
   * @param {AccountRequestLog} log
   * @param {LogQuery} [query]
   * @param {{ isAwaited: boolean }} [options] whether the call keeps the process alive
   * @returns {Promise<number | undefined>} `undefined` if Redis did not answer
   */
  query({ key, times }, query = {}, options) {
    return this.#connection.use(async (redis, marker) => {
      for (let isComplete = true; ;) {
        const now = performance.now();
        const missing = times.unshared(MAX_REQUESTS, now);
        const isLast = missing.length < 2 * MAX_REQUESTS;
        const known = isLast && isComplete ? times.minimumSharedCount(now) : 0;
        const settling = query.limit === undefined ? 0 : Math.max(0, Math.ceil(this.#settledAt - now));
        const reply = await run(redis, marker, key, isLast && settling === 0 ? query : {}, known, missing);
        if (reply === 'lost') return DATA_LOST;
        if (reply === 'less') {
          // Redis may have evicted some requests to save memory.
          isComplete = false;
          times.markAllUnshared();
        } else {
          times.markShared(missing.filter((_, index) => index % 2 === 0));
          if (isLast) return settling || reply;
        }
      }
    }, options);
  }

  /**
   * Removes a request.
   *
   * @param {string} key
   * @param {number} number
   */
  async cancel(key, number) {
    await this.#connection.use((redis) => redis.zrem(PREFIX + key, NAME + number));
  }

  /**
   * @param {Redis} redis
   * @param {DataMarker} marker
   */
  async #check(redis, marker) {
    await checkLog(redis, marker);
    if (this.#marker !== undefined && this.#marker !== marker.value) this.#settledAt = performance.now() + SETTLING_MS;
    this.#marker = marker.value;
    // Redis may have restarted with data that are some minutes old, so all requests are reported again.
    for (const { times } of this.#logs()) times.markAllUnshared();
  }

  /** Reports all requests of this process to Redis. */
  #shareAll() {
    for (const log of this.#logs()) void this.query(log, {}, { isAwaited: false });
  }
}

/**
 * @param {Redis} redis
 * @param {DataMarker} marker
 * @param {string} key
 * @param {LogQuery} query
 * @param {number} known
 * @param {Iterable<number>} missing
 * @returns {Promise<number | 'lost' | 'less'>}
 */
function run(redis, marker, key, { limit = 0, used = 0, number = 0 }, known, missing) {
  const { requestLog } = /** @type {any} */ (redis);
  const window = core().rateLimitWindow() * 1000;
  return requestLog.call(redis, PREFIX + key, marker.name, marker.value, NAME, window, limit, used, number, known, ...missing);
}

/**
 * Runs the commands of a log, to find out whether Redis allows them.
 *
 * @param {Redis} redis with `SCRIPTS`
 * @param {DataMarker} marker
 */
export async function checkLog(redis, marker) {
  // The first call sends the source of the script, and the second one its hash. Redis has a separate permission for each. The
  // check leaves no data in Redis.
  const number = reserveNumbers(1);
  const key = `check:${NAME}${number}`;
  await run(redis, marker, key, { limit: 1, number }, 0, []);
  await run(redis, marker, key, { limit: 1, number }, 0, []);
  await redis.zrem(PREFIX + key, NAME + number);
}

/** The requests of one account to one group of resources. */
export class AccountRequestLog {
  /** The requests that this process knows. */
  times = new (core().RequestLog)();

  #redisLogs;

  /**
   * @param {string} key a name for the account and the group; it reveals nothing about the account
   * @param {RedisRequestLogs} [redisLogs]
   */
  constructor(key, redisLogs) {
    this.key = key;
    this.#redisLogs = redisLogs;
  }

  /** Whether no request counts any more, so that even a limit of one would admit a request. */
  get isEmpty() {
    return this.times.waitTime(1, performance.now()) === 0;
  }

  /**
   * Counts a request if it is within the limit.
   *
   * @param {number} limit
   * @returns {Promise<{ wait: number, number: number }>} `wait`: how many milliseconds the request has to wait, 0 if it was
   *   counted; `number`: its number
   */
  async acquire(limit) {
    const number = reserveNumbers(1);
    const sentAt = performance.now();
    const wait = await this.#redisLogs?.query(this, { limit, number });
    // The time is taken before the query, so the request expires here no later than in Redis. Otherwise this process would wait
    // for requests that Redis no longer counts.
    if (wait === 0) this.times.record(sentAt, number, false);
    return { wait: wait ?? this.#acquireLocally(limit, number), number };
  }

  /**
   * @param {number} limit
   * @param {number} number
   */
  #acquireLocally(limit, number) {
    const now = performance.now();
    const wait = this.times.waitTime(limit, now);
    if (wait === 0) this.times.record(now, number, this.#redisLogs !== undefined);
    return wait;
  }

  /**
   * Removes a request that was counted but not sent.
   *
   * @param {number} number
   */
  async cancel(number) {
    this.times.remove(number);
    await this.#redisLogs?.cancel(this.key, number);
  }

  /**
   * Counts requests of other programs. It is unknown when they were sent. They count as sent now, so that the log does not drop
   * them too early.
   *
   * @param {number} used the smallest possible number of requests that the account has sent in the hour
   */
  async recordUnknown(used) {
    const sentAt = performance.now();
    if (this.times.unloggedCount(used, sentAt) === 0) return;
    const number = reserveNumbers(used);
    const unknown = await this.#redisLogs?.query(this, { used, number });
    const isMissing = unknown === undefined && this.#redisLogs !== undefined;
    const count = unknown ?? this.times.unloggedCount(used, sentAt);
    for (let at = number; at < number + count; at += 1) this.times.record(sentAt, at, isMissing);
  }

  /**
   * Counts the requests of this log in another log.
   *
   * @param {AccountRequestLog} log
   */
  async mergeInto(log) {
    log.times.merge(this.times);
    await this.#redisLogs?.query(log);
  }
}
