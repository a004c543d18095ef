/**
 * Coordination of several processes through Redis: who may refresh, and which tokens are the newest.
 *
 * In: keys of refresh tokens, and the tokens that followed them. Out: locks, and the newest tokens of a chain, of all
 * processes that use the same Redis. What never happens here: a secret in a key (keys are keyed hashes), a token
 * outside of a ciphertext, an operation that fails or waits long because Redis does, or an error of the Redis client
 * that leaves this file (they hold what was sent).
 *
 * Everything is in this process's memory, too, and Redis only adds to it: without Redis, the processes are as good as
 * alone, and what they published meanwhile is passed on when it is back.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MemoryCoordination } from './memory.js';
import { core } from '../core.js';
import { RedisConnection } from './redis-connection.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./memory.js').Coordination} Coordination */
/** @typedef {import('./memory.js').Entry} Entry */
/** @typedef {import('./memory.js').Lock} Lock */
/** @typedef {import('./memory.js').Value} Value */

/** @typedef {Partial<typeof LIMITS>} Limits in milliseconds */

/**
 * @typedef {object} RedisOptions
 * @property {string} url
 * @property {string} [variable] that names it, for the log
 * @property {string} namespace of one OAuth client; no secret
 * @property {Uint8Array} encryptionKey 256 bits
 * @property {(message: string) => void} log
 * @property {Limits} [limits]
 */

/** @typedef {(prefix: string, ...args: (string | number)[]) => Promise<unknown>} Script */

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

const LIMITS = {
  // A lock outlives its process by no more than this.
  lock: 6 * SECOND,
  operation: SECOND,
  connection: 2 * SECOND,
  // The longest pause between two attempts to connect.
  reconnection: 5 * SECOND,
  // Stores have newer tokens by then.
  pointer: 30 * DAY,
  // An unused refresh token dies after three months.
  pair: 95 * DAY,
  deadMarker: HOUR,
  // The longest that can be configured.
  lockout: 5 * 60 * SECOND,
};

/** Nobody takes so many locks. A greater number was not counted. */
const HIGHEST_FENCE = 1e12;

/** Keys of refresh tokens that wait to be passed on; more than a long outage leaves behind. */
const MOST_PENDING = 100_000;

/**
 * What all scripts begin with. A pointer is `<fence> <key of the refresh token that followed>`, a pair
 * `<fence> <key that it was published to follow> <ciphertext>`, without the key in older versions. A chain has one pointer
 * for each renewal of the last 30 days; the bound is far above that. What is no text, or a number that nobody counted, is
 * as good as not there.
 */
const PRELUDE = `
  local prefix = KEYS[1]
  local function text(name)
    local value = redis.pcall('GET', prefix .. name)
    return type(value) == 'string' and value or ''
  end
  local function counted(digits)
    local number = tonumber(digits) or 0
    return number <= ${HIGHEST_FENCE} and number or 0
  end
  local function follow(key)
    local highest, passed = 0, { [key] = true }
    for _ = 1, 5000 do
      local fence, newer = string.match(text('next:' .. key), '^(%d+) (.+)$')
      if not fence or passed[newer] then break end
      key = newer
      passed[key] = true
      highest = math.max(highest, counted(fence))
    end
    return key, highest, passed
  end
  local function pair(key)
    return text('pair:' .. key)
  end
  local function fence_of(key)
    return counted(string.match(pair(key), '^(%d+) '))
  end
  local function raise_fence(seen, by, limit)
    local fence = math.max(counted(text('fence')), tonumber(seen)) + by
    redis.call('SET', prefix .. 'fence', string.format('%.0f', fence), 'PX', limit)
    return fence
  end
`;

const SCRIPTS = {
  /**
   * Whether this Redis takes what the other scripts do, and which life its data has: when they were lost, no fence is given
   * twice.
   */
  check: `
    local seen, limit, life = unpack(ARGV)
    -- First, as a script that has written anything may go on when memory is used up.
    raise_fence(seen, 0, limit)
    local name = prefix .. 'check'
    redis.call('DEL', name)
    redis.call('ZADD', name, redis.call('TIME')[1], 'x')
    redis.call('EXPIRE', name, 60)
    redis.call('PEXPIRE', name, 60000)
    redis.call('ZREMRANGEBYSCORE', name, '-inf', 0)
    redis.call('ZREVRANGE', name, 0, 1, 'WITHSCORES')
    redis.call('PTTL', name)
    redis.call('TYPE', name)
    redis.call('DEL', name)
    redis.call('GET', name)
    local before = text('life')
    life = before ~= '' and before or life
    redis.call('SET', prefix .. 'life', life, 'PX', limit)
    return life
  `,

  /** No lock outlasts its limit, not even one that somebody set without any. */
  acquire: `
    local key, owner, lock_limit, seen, limit = unpack(ARGV)
    local name = prefix .. 'lock:' .. key
    if not redis.call('SET', name, owner, 'NX', 'PX', lock_limit) then
      local rest = redis.call('PTTL', name)
      if rest < 0 or rest > tonumber(lock_limit) then redis.call('PEXPIRE', name, lock_limit) end
      return 0
    end
    return raise_fence(seen, 1, limit)
  `,

  extend: `
    local key, owner, limit = unpack(ARGV)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('PEXPIRE', prefix .. 'lock:' .. key, limit)
  `,

  release: `
    local key, owner = unpack(ARGV)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('DEL', prefix .. 'lock:' .. key)
  `,

  /** Notes a refusal, if there was one, and tells for how long yet those of others are remembered. */
  lockout: `
    local key, ms, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local name = prefix .. 'lockouts'
    if redis.call('TYPE', name).ok ~= 'zset' then redis.call('DEL', name) end
    redis.call('ZREMRANGEBYSCORE', name, '-inf', now)
    -- No refusal is remembered for longer: a clock was set, or somebody else wrote this.
    redis.call('ZREMRANGEBYSCORE', name, '(' .. string.format('%.0f', now + longest), '+inf')
    if ms > 0 then
      redis.call('ZADD', name, now + ms, key)
      redis.call('EXPIRE', name, 3600)
    end
    local last = redis.call('ZREVRANGE', name, 0, 1, 'WITHSCORES')
    for at = 1, #last, 2 do
      if last[at] ~= key then return last[at + 1] - now end
    end
    return 0
  `,

  /** The newest of a chain, and whether what the process thinks is the newest leads to it. */
  find: `
    local key, theirs = unpack(ARGV)
    local newest, _, passed = follow(key)
    local known = theirs == '' or passed[theirs] or follow(theirs) == newest
    return { newest, pair(newest), known and 1 or 0 }
  `,

  /** Has a pair follow a key, unless something with a higher fence does. Both branches of a fork lead to the winner. */
  publish: `
    local key, newer, fence, value, pair_limit, pointer_limit = unpack(ARGV)
    fence = tonumber(fence)
    local function keep()
      redis.call('SET', prefix .. 'pair:' .. newer, string.format('%.0f %s', fence, value), 'PX', pair_limit)
    end
    local function point(from, to, by)
      redis.call('SET', prefix .. 'next:' .. from, string.format('%.0f %s', by, to), 'PX', pointer_limit)
      redis.call('DEL', prefix .. 'pair:' .. from)
    end
    local newest, highest, passed = follow(key)
    highest = math.max(highest, fence_of(newest))
    if passed[newer] then
      -- The same refresh token as before. What follows it is newer, whatever the fences.
      if newest ~= newer or fence_of(newest) > fence then return { 0, newest, pair(newest) } end
      keep()
      return { 1 }
    end
    local last, weight, beyond = follow(newer)
    if beyond[key] then
      if fence <= math.max(weight, fence_of(newest)) then return { 0, newest, pair(newest) } end
      redis.call('DEL', prefix .. 'next:' .. newer)
      last, weight = newer, 0
    end
    if last == newest then return { 0, newest, pair(newest) } end
    weight = math.max(weight, fence_of(last), fence)
    if newest ~= key and highest > weight then
      point(last, newest, highest)
      return { 0, newest, pair(newest) }
    end
    point(newest, newer, weight)
    if newest ~= key then point(key, newer, weight) end
    if last ~= newer or fence_of(newer) > fence then return { 0, last, pair(last) } end
    keep()
    return { 1 }
  `,
};

/** @implements {Coordination} */
export class RedisCoordination {
  #memory = new MemoryCoordination();

  /** @type {RedisOptions} */
  #options;

  /** @type {typeof LIMITS} */
  #limits;

  #isClosed = false;

  /** What all keys begin with; in a cluster, the braces keep them together. @type {string} */
  #prefix;

  #connection;

  /** The highest fence that this process knows of. */
  #fence = 0;

  /** Names the life of Redis' data; another one means that they were lost. @type {string | undefined} */
  #life;

  /** Keys whose newest followers Redis does not have yet. @type {Set<string>} */
  #pending = new Set();

  /** What ends the locks that this process holds. @type {Set<() => void>} */
  #held = new Set();

  /** @param {RedisOptions} options */
  constructor(options) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#prefix = `nocodb-bitbucket-auth:{${options.namespace}}:`;
    this.#connection = new RedisConnection({
      url: options.url,
      variable: options.variable,
      limits: this.#limits,
      scripts: Object.fromEntries(Object.entries(SCRIPTS).map(([name, lua]) => (
        [name, { lua: PRELUDE + lua, numberOfKeys: 1 }]
      ))),
      log: options.log,
      without: 'renews tokens on its own',
      check: (redis) => this.#check(redis),
      opened: () => void this.#shareAll(),
    });
  }

  /**
   * @param {string} key
   * @returns {Promise<Lock | undefined>}
   */
  async lock(key) {
    const own = await this.#memory.lock(key);
    if (!own) return undefined;
    const { lock: limit, pair } = this.#limits;
    const owner = randomBytes(16).toString('base64url');
    await this.#connection.connected();
    const asked = performance.now();
    const fence = await this.#ask('acquire', [key, owner, limit, this.#fence, pair]);
    if (fence === 0) {
      await own.release();
      return undefined;
    }
    if (typeof fence !== 'number') return { ...own, fence: 0 };
    this.#see(fence);

    let heldUntil = asked + limit;
    const extend = async () => {
      const sent = performance.now();
      const extended = await this.#ask('extend', [key, owner, limit], { isAwaited: false });
      if (extended === 1) heldUntil = sent + limit;
      if (extended === 0) end();
    };
    const heartbeat = setInterval(extend, limit / 3).unref();
    const end = () => {
      heldUntil = -Infinity;
      clearInterval(heartbeat);
      this.#held.delete(end);
    };
    this.#held.add(end);
    const isHeld = () => {
      if (performance.now() >= heldUntil) end();
      return this.#held.has(end);
    };
    return {
      fence,
      isHeld,
      release: async () => {
        if (isHeld()) {
          end();
          await this.#ask('release', [key, owner]);
        }
        await own.release();
      },
    };
  }

  /**
   * @param {string} key
   * @returns {Promise<Entry | undefined>}
   */
  async find(key) {
    const before = this.#memory.findLocal(key);
    const reply = await this.#ask('find', [key, before?.key ?? '']);
    const shared = this.#read(reply?.[0], reply?.[1]);
    const local = this.#memory.findLocal(key) ?? (shared && this.#memory.findLocal(shared.key));
    if (!reply || !(shared || local)) return local;
    const isOutdated = local && shared && outdates(local, shared);
    if (local && (isOutdated || !isInRedis(local, shared, local === before && reply[2] === 1, this.#pending))) {
      await this.#share(key, local);
      return this.findLocal(key) ?? this.findLocal(local.key);
    }
    if (shared) this.#memory.settle(key, shared);
    return shared ?? local;
  }

  /**
   * @param {string} key
   * @returns {Entry | undefined}
   */
  findLocal(key) {
    return this.#memory.findLocal(key);
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   * @returns {Promise<boolean>}
   */
  async publish(key, entry) {
    const known = this.#memory.findLocal(key);
    // A lock of this process only has no fence. What it protected still follows what this process knows.
    const fence = entry.fence === 0 && known?.key === key ? known.fence : entry.fence;
    const kept = { ...entry, fence };
    const isNewest = await this.#memory.publish(key, kept);
    return (await this.#share(key, kept)) ?? isNewest;
  }

  /**
   * @param {string} key
   * @returns {Promise<number>}
   */
  async lockout(key) {
    const { lockout } = this.#limits;
    const [shared, local] = await Promise.all([this.#ask('lockout', [key, 0, lockout]), this.#memory.lockout(key)]);
    return typeof shared === 'number' ? Math.max(shared, local) : local;
  }

  /**
   * @param {string} key
   * @param {number} ms
   * @returns {Promise<void>}
   */
  async lockOut(key, ms) {
    await Promise.all([this.#ask('lockout', [key, ms, this.#limits.lockout]), this.#memory.lockOut(key, ms)]);
  }

  async close() {
    this.#isClosed = true;
    for (const end of this.#held) end();
    this.#connection.close();
    this.#pending.clear();
    await this.#memory.close();
  }

  /**
   * Publishes in Redis what memory has already, and has memory know what Redis makes of it.
   *
   * @param {string} key
   * @param {Entry} entry
   * @param {{ isAwaited: boolean }} [options]
   * @returns {Promise<boolean | undefined>} whether it is the newest; `undefined`: it is passed on later
   */
  async #share(key, entry, options) {
    const { pair, pointer, deadMarker } = this.#limits;
    this.#see(entry.fence);
    const limit = 'dead' in entry.value ? deadMarker : pair;
    const sealed = `${key} ${this.#encrypt(entry, key)}`;
    const reply = await this.#ask('publish', [key, entry.key, entry.fence, sealed, limit, pointer], options);
    if (!reply) {
      this.#postpone(key);
      return undefined;
    }
    this.#pending.delete(key);
    if (reply[0] === 1) return true;
    const winner = this.#read(reply[1], reply[2]);
    const known = this.findLocal(key) ?? this.findLocal(entry.key);
    // What was there before is no winner, whoever put it back.
    if (winner && outdates(entry, winner)) return true;
    // Unless this process has gone on meanwhile. Both keys lead to the winner.
    if (winner && known?.key === entry.key) {
      this.#memory.settle(entry.key, winner);
      this.#memory.settle(key, winner);
    }
    return false;
  }

  /** @param {string} key */
  #postpone(key) {
    if (this.#isClosed) return;
    this.#pending.add(key);
    const [oldest] = this.#pending;
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** Passes on what was published while Redis could not be used. */
  async #shareAll() {
    for (const key of [...this.#pending]) {
      if (!this.#connection.isUsable) return;
      const entry = this.#memory.findLocal(key);
      if (entry) await this.#share(key, entry, { isAwaited: false });
      else this.#pending.delete(key);
    }
  }

  /** @param {number} fence */
  #see(fence) {
    if (fence <= HIGHEST_FENCE) this.#fence = Math.max(this.#fence, fence);
  }

  /**
   * Runs a script, unless Redis is not there.
   *
   * @param {keyof typeof SCRIPTS} name
   * @param {(string | number)[]} args
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<any>} `undefined` when Redis did not do it
   */
  async #ask(name, args, options) {
    return this.#connection.use((redis) => run(redis, name, this.#prefix, args), options);
  }

  /** @param {Redis} redis that was just connected */
  async #check(redis) {
    const args = [this.#fence, this.#limits.pair, randomBytes(16).toString('base64url')];
    await run(redis, 'check', this.#prefix, args);
    // The client sends a script's text first, and then its name, for which Redis asks another permission.
    const life = String(await run(redis, 'check', this.#prefix, args));
    // When it lost its data, nobody else may know which pairs follow one and the same.
    if (this.#life !== undefined && life !== this.#life) {
      for (const key of this.#memory.lastKeys()) this.#pending.add(key);
    }
    this.#life = life;
  }

  /**
   * @param {Entry} entry
   * @param {string} predecessor
   */
  #encrypt({ key, value, fence }, predecessor) {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#options.encryptionKey, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(boundTo(key, fence, predecessor));
    const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url');
  }

  /**
   * @param {unknown} key
   * @param {unknown} pair `<fence> <predecessor> <ciphertext>`; older versions write no predecessor
   * @returns {Entry | undefined} what cannot be read is as good as not there
   */
  #read(key, pair) {
    const [, digits, predecessor, ciphertext] = /^(\d+) (?:(.*) )?(\S+)$/.exec(String(pair)) ?? [];
    const fence = Number(digits);
    if (typeof key !== 'string' || ciphertext === undefined || !(fence <= HIGHEST_FENCE)) return undefined;
    const bytes = Buffer.from(ciphertext, 'base64url');
    if (bytes.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
    try {
      const decipher = createDecipheriv(
        CIPHER, this.#options.encryptionKey, bytes.subarray(0, NONCE_LENGTH), { authTagLength: TAG_LENGTH },
      );
      decipher.setAAD(boundTo(key, fence, predecessor)).setAuthTag(bytes.subarray(-TAG_LENGTH));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, -TAG_LENGTH)), decipher.final()]);
      this.#see(fence);
      return { key, value: JSON.parse(text.toString('utf8')), fence };
    } catch {
      return undefined;
    }
  }
}

const CIPHER = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * A ciphertext is good only under its key, with its fence, behind what it followed, and for its format.
 *
 * @param {string} key
 * @param {number} fence
 * @param {string} [predecessor] absent in the format of older versions, which bound it to its key only
 */
function boundTo(key, fence, predecessor) {
  return Buffer.from(predecessor === undefined
    ? `nocodb-bitbucket-auth pair 1 ${key}`
    : `nocodb-bitbucket-auth pair 2 ${JSON.stringify([key, fence, predecessor])}`);
}

/**
 * @param {Entry} known
 * @param {Entry} found
 */
function outdates({ value: known, fence }, { value: found, fence: foundFence }) {
  // The news that a refresh token is dead has no age.
  if ('dead' in known || 'dead' in found) return false;
  return core().outdates(known.obtainedAt, known.expiresAt, fence, found.obtainedAt, found.expiresAt, foundFence);
}

/**
 * @param {Entry} local the newest that this process knows
 * @param {Entry | undefined} shared the newest that Redis knows
 * @param {boolean} leadsThere whether Redis has `local` lead to `shared`
 * @param {Set<string>} pending
 */
function isInRedis(local, shared, leadsThere, pending) {
  // Redis forgets dead markers on purpose.
  if (!shared) return 'dead' in local.value;
  return local.key === shared.key ? local.fence <= shared.fence && !pending.has(local.key) : leadsThere;
}

/**
 * @param {Redis} redis
 * @param {keyof typeof SCRIPTS} name
 * @param {string} prefix
 * @param {(string | number)[]} args
 */
function run(redis, name, prefix, args) {
  return /** @type {Record<keyof typeof SCRIPTS, Script>} */ (/** @type {unknown} */ (redis))[name](prefix, ...args);
}
