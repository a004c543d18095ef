/**
 * When the requests of each account were sent: in this process, and in a Redis that processes share.
 *
 * In: a request that is to be sent, or word of somebody else's. Out: for how long it may not be sent. What never happens
 * here: a request that fails because Redis does, or one that is forgotten because Redis was away or lost its data, while the
 * process that sent it runs.
 *
 * A process keeps what it sent itself, on a clock that never goes back. Redis has what all sent, on its own clock, so those of
 * the processes do not matter. It is asked one thing at a time, which it does in one step; while it cannot be, a process
 * goes on from what it knows. The same request may be told to Redis more than once: it has a name.
 *
 * After a loss of its data, Redis knows of the requests of others only when those have noticed it, too. So whoever notices it
 * lets nothing through for that long. What stays possible is in docs/scaling.md.
 */

import { randomBytes } from 'node:crypto';
import { DATA_LOST, RedisConnection } from './coordination/redis-connection.js';
import { core } from './core.js';
import { warn } from './log-lines.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./coordination/redis-connection.js').RedisAddress} RedisAddress */
/** @typedef {import('./coordination/redis-database.js').DataMarker} DataMarker */

/**
 * @typedef {object} Question
 * @property {number} [limit] may a request be sent that keeps to it?
 * @property {number} [used] how many of so many are not in the log?
 * @property {number} [number] of the first request that is counted for it
 */

const REDIS_LIMITS = { operation: 1000, connection: 2000, reconnection: 5000, watch: 5000 };

/** After a loss of Redis' data, all processes that can reach it have passed on by then what they know. */
const SETTLING_MS = REDIS_LIMITS.reconnection + REDIS_LIMITS.connection;

/** The braces have a cluster keep all keys in one place. */
const PREFIX = 'nocodb-bitbucket-auth:{rate}:';

/** Of this process' requests, before their numbers. */
const NAME = `${randomBytes(9).toString('base64url')}:`;

/** Requests of which Redis is told in one step. */
const MOST_AT_ONCE = 1000;

/**
 * The log of one account and group in Redis: a sorted set of the requests' names, by the microseconds at which they were sent.
 * Does what `Log` of src/rate_limit.rs does, with all that a process asks in one step: is told of earlier requests; then
 * counts a request within the limit or says for how many milliseconds it has to wait, or counts and tells how many of `used`
 * were not there. `less`: the process knows more than is there.
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
    -- What somebody else has put there is as good as not there.
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

/** What a connection to Redis needs for it. */
export const SCRIPTS = { requestLog: { lua: LOG_SCRIPT, numberOfKeys: 2 } };

/** How many requests were numbered, of all accounts. */
let numbered = 0;

/** @param {number} many @returns {number} the first of so many */
function numberOf(many) {
  numbered += many;
  return numbered - many + 1;
}

/** The Redis in which processes share their logs. */
export class SharedLogs {
  /** @type {RedisConnection} */
  #connection;

  /** @type {() => Iterable<RateLog>} */
  #logs;

  /** Names the life of Redis' data; another one means that they were lost. @type {string | undefined} */
  #life;

  /** When others have noticed a loss, too; of `performance.now()`. */
  #settledAt = 0;

  /**
   * @param {RedisAddress} address
   * @param {() => Iterable<RateLog>} logs those of this process
   */
  constructor(address, logs) {
    this.#logs = logs;
    this.#connection = new RedisConnection({
      ...address,
      limits: REDIS_LIMITS,
      scripts: SCRIPTS,
      log: warn,
      without: 'keeps to the rate limit on its own',
      markerKey: `${PREFIX}life`,
      check: (redis, life) => this.#check(redis, life),
      opened: () => this.#passOn(),
    });
  }

  /**
   * Passes on what Redis does not have of a log, and asks.
   *
   * @param {RateLog} log
   * @param {Question} [question]
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<number | undefined>} `undefined` when Redis did not do it
   */
  ask({ key, times }, question = {}, options) {
    return this.#connection.use(async (redis, life) => {
      for (let isComplete = true; ;) {
        const now = performance.now();
        const missing = times.unshared(MOST_AT_ONCE, now);
        const isLast = missing.length < 2 * MOST_AT_ONCE;
        const known = isLast && isComplete ? times.minimumSharedCount(now) : 0;
        const settling = question.limit === undefined ? 0 : Math.max(0, Math.ceil(this.#settledAt - now));
        const reply = await run(redis, life, key, isLast && settling === 0 ? question : {}, known, missing);
        if (reply === 'lost') return DATA_LOST;
        if (reply === 'less') {
          // It makes room for other data, perhaps.
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
   * Takes back a request.
   *
   * @param {string} key
   * @param {number} number
   */
  async takeBack(key, number) {
    await this.#connection.use((redis) => redis.zrem(PREFIX + key, NAME + number));
  }

  /**
   * @param {Redis} redis
   * @param {DataMarker} life
   */
  async #check(redis, life) {
    await checkLog(redis, life);
    if (this.#life !== undefined && this.#life !== life.value) this.#settledAt = performance.now() + SETTLING_MS;
    this.#life = life.value;
    // It may have started again with the data of some minutes ago.
    for (const { times } of this.#logs()) times.markAllUnshared();
  }

  /** Has Redis know all that this process knows. */
  #passOn() {
    for (const log of this.#logs()) void this.ask(log, {}, { isAwaited: false });
  }
}

/**
 * @param {Redis} redis
 * @param {DataMarker} life
 * @param {string} key
 * @param {Question} question
 * @param {number} known
 * @param {Iterable<number>} missing
 * @returns {Promise<number | 'lost' | 'less'>}
 */
function run(redis, life, key, { limit = 0, used = 0, number = 0 }, known, missing) {
  const { requestLog } = /** @type {any} */ (redis);
  const window = core().rateLimitWindow() * 1000;
  return requestLog.call(redis, PREFIX + key, life.name, life.value, NAME, window, limit, used, number, known, ...missing);
}

/**
 * Does what logs do, so that one sees whether Redis lets them.
 *
 * @param {Redis} redis with these scripts
 * @param {DataMarker} life
 */
export async function checkLog(redis, life) {
  // In the ways of all that is done, a script's second time included, and so that nothing of it stays.
  const number = numberOf(1);
  const key = `check:${NAME}${number}`;
  await run(redis, life, key, { limit: 1, number }, 0, []);
  await run(redis, life, key, { limit: 1, number }, 0, []);
  await redis.zrem(PREFIX + key, NAME + number);
}

/** The requests of one account to one group of resources. */
export class RateLog {
  /** What this process knows of. */
  times = new (core().RequestLog)();

  #shared;

  /**
   * @param {string} key tells nothing
   * @param {SharedLogs} [shared]
   */
  constructor(key, shared) {
    this.key = key;
    this.#shared = shared;
  }

  /** Whether nothing in it counts any more: even a limit of one would let a request through. */
  get isEmpty() {
    return this.times.waitTime(1, performance.now()) === 0;
  }

  /**
   * Counts a request, if it is within the limit.
   *
   * @param {number} limit
   * @returns {Promise<{ wait: number, number: number }>} for how many milliseconds it is not; its number
   */
  async take(limit) {
    const number = numberOf(1);
    const asked = performance.now();
    const wait = await this.#shared?.ask(this, { limit, number });
    // Not later than Redis has it, or this process would wait for more to leave than are there.
    if (wait === 0) this.times.record(asked, number, false);
    return { wait: wait ?? this.#takeAlone(limit, number), number };
  }

  /**
   * @param {number} limit
   * @param {number} number
   */
  #takeAlone(limit, number) {
    const now = performance.now();
    const wait = this.times.waitTime(limit, now);
    if (wait === 0) this.times.record(now, number, this.#shared !== undefined);
    return wait;
  }

  /**
   * Takes back a request that was counted and not sent.
   *
   * @param {number} number
   */
  async takeBack(number) {
    this.times.remove(number);
    await this.#shared?.takeBack(this.key, number);
  }

  /**
   * Counts somebody else's requests. When they were sent is not known: those of now stay longest.
   *
   * @param {number} used how many there are at least in the hour, by whomever
   */
  async learn(used) {
    const asked = performance.now();
    if (this.times.unloggedCount(used, asked) === 0) return;
    const number = numberOf(used);
    const unknown = await this.#shared?.ask(this, { used, number });
    const isMissing = unknown === undefined && this.#shared !== undefined;
    const many = unknown ?? this.times.unloggedCount(used, asked);
    for (let at = number; at < number + many; at += 1) this.times.record(asked, at, isMissing);
  }

  /**
   * Has the requests of this log count in another one.
   *
   * @param {RateLog} log
   */
  async countIn(log) {
    log.times.merge(this.times);
    await this.#shared?.ask(log);
  }
}
