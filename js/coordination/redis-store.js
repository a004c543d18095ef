/**
 * The shared token store of several processes: locks for refreshing, and the newest tokens, in Redis.
 *
 * In: keys of refresh tokens (the key of a token is its keyed hash), and the tokens that were obtained with these refresh
 * tokens. Out: locks, and the newest tokens of a chain (the tokens of one login, in the order of their refreshes), from all
 * processes that use the same Redis. Never: a secret in a key, an unencrypted token outside this process, an operation that
 * fails or waits long because Redis fails or is slow, or an error of the Redis client outside this file. Such errors contain the
 * data that were sent.
 *
 * All data are in the memory of this process, too. Redis only adds to them: without Redis, each process works alone, and later
 * publishes the entries that Redis missed.
 */

import { randomBytes } from 'node:crypto';
import { core } from '../core.js';
import { EntryCipher } from './entry-cipher.js';
import { MemoryTokenStore } from './memory-store.js';
import { decidePublication, formatPosition, parsePosition, versionOf } from './publication.js';
import { DATA_LOST, RedisConnection } from './redis-connection.js';
import { HIGHEST_FENCE, SCRIPTS } from './redis-scripts.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./memory-store.js').SharedTokenStore} SharedTokenStore */
/** @typedef {import('./memory-store.js').TokenEntry} TokenEntry */
/** @typedef {import('./memory-store.js').Lock} Lock */
/** @typedef {import('./memory-store.js').TokenEndpointHistory} TokenEndpointHistory */
/** @typedef {import('./publication.js').ChainPosition} ChainPosition */
/** @typedef {import('./redis-connection.js').RedisAddress} RedisAddress */
/** @typedef {import('./redis-database.js').DataMarker} DataMarker */
/** @typedef {import('./redis-scripts.js').ScriptName} ScriptName */

/** @typedef {Partial<typeof LIMITS>} Limits in milliseconds */

/**
 * @typedef {RedisAddress & MoreOptions} RedisOptions
 * @typedef {object} MoreOptions
 * @property {string} namespace a name for one OAuth client; it is not secret
 * @property {Uint8Array} encryptionKey 256 bits
 * @property {(message: string) => void} log
 * @property {Limits} [limits]
 */

/** @typedef {(prefix: string, markerKey: string, ...args: (string | number)[]) => Promise<unknown>} Script */

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

const LIMITS = {
  // A lock lasts no longer than this after its process has ended.
  lock: 6 * SECOND,
  operation: SECOND,
  connection: 2 * SECOND,
  // The longest pause between two attempts to connect.
  reconnection: 5 * SECOND,
  // The interval at which an idle process checks for a loss of data.
  watch: 5 * SECOND,
  // A pointer leads from the key of a refresh token to the key of its successor. After 30 days, no process needs the pointer,
  // because NocoDB's rows have newer tokens.
  pointer: 30 * DAY,
  // An unused refresh token expires after three months.
  pair: 95 * DAY,
};

/** An unknown time, in the arguments and the reply of the script `refusals`. */
const UNKNOWN = -1;

/** How often this process tries to publish an entry while others publish, too. After that, the publication is postponed. */
const MAX_RACES = 5;

/** The limit for unpublished keys of refresh tokens. Even a long outage of Redis leaves fewer unpublished keys. */
const MAX_PENDING = 100_000;

/** @implements {SharedTokenStore} */
export class RedisTokenStore {
  #memory = new MemoryTokenStore();

  /** @type {typeof LIMITS} */
  #limits;

  #isClosed = false;

  /** The prefix of all keys. In a cluster, its braces keep the keys on one node. @type {string} */
  #prefix;

  #connection;

  /** @type {EntryCipher} */
  #cipher;

  /** The highest fence (the number of a lock, higher for each later lock) that this process knows of. */
  #fence = 0;

  /** The marker: a random string beside Redis' data, which changes when the data were lost. @type {string | undefined} */
  #marker;

  /** Keys whose newest successors Redis does not have yet. @type {Set<string>} */
  #pending = new Set();

  /** Functions that end the locks of this process. @type {Set<() => void>} */
  #held = new Set();

  /** @param {RedisOptions} options */
  constructor(options) {
    this.#cipher = new EntryCipher(options.encryptionKey);
    this.#limits = { ...LIMITS, ...options.limits };
    this.#prefix = `nocodb-bitbucket-auth:{${options.namespace}}:`;
    this.#connection = new RedisConnection({
      url: options.url,
      variable: options.variable,
      database: options.database,
      searchesDatabase: options.searchesDatabase,
      otherDatabases: options.otherDatabases,
      limits: this.#limits,
      scripts: SCRIPTS,
      log: options.log,
      without: 'refreshes tokens on its own',
      markerKey: `${this.#prefix}life`,
      check: (redis, marker) => this.#check(redis, marker),
      onAvailable: () => void this.#publishPending(),
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
    const sentAt = performance.now();
    const fence = await this.#run('acquire', [key, owner, limit, this.#fence, pair]);
    if (fence === 0) {
      await own.release();
      return undefined;
    }
    if (typeof fence !== 'number') return { ...own, fence: 0 };
    this.#noteFence(fence);

    let heldUntil = sentAt + limit;
    const extend = async () => {
      const sent = performance.now();
      const extended = await this.#run('extend', [key, owner, limit], { isAwaited: false });
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
          await this.#run('release', [key, owner]);
        }
        await own.release();
      },
    };
  }

  /**
   * @param {string} key
   * @returns {Promise<TokenEntry | undefined>}
   */
  async find(key) {
    const before = this.#memory.findLocal(key);
    const reply = await this.#run('find', [key, before?.key ?? '']);
    const shared = this.#decrypt(reply?.[0], reply?.[1]);
    const local = this.#memory.findLocal(key) ?? (shared && this.#memory.findLocal(shared.key));
    if (!reply || !(shared || local)) return local;
    if (local && (!shared || this.#isMissingInRedis(local, shared, local === before && reply[2] === 1))) {
      await this.#publishToRedis(key, local);
      return this.findLocal(key) ?? this.findLocal(local.key);
    }
    if (shared) this.#memory.setNewest(key, shared);
    return shared ?? local;
  }

  /**
   * @param {string} key
   * @returns {TokenEntry | undefined}
   */
  findLocal(key) {
    return this.#memory.findLocal(key);
  }

  /**
   * @param {string} key
   * @param {TokenEntry} entry
   * @returns {Promise<boolean>}
   */
  async publish(key, entry) {
    const known = this.#memory.findLocal(key);
    // A lock that was taken without Redis has no fence. The new entry follows the entry that this process knows, so the new entry
    // gets the fence of the known entry.
    const fence = entry.fence === 0 && known?.key === key ? known.fence : entry.fence;
    const fenced = { ...entry, fence };
    const expected = this.#memory.positionOf(key, fenced.key);
    const isNewest = await this.#memory.publish(key, fenced);
    return (await this.#publishToRedis(key, fenced, expected)) ?? isNewest;
  }

  /**
   * @param {string} key
   * @returns {Promise<void>}
   */
  async recordRefusal(key) {
    await Promise.all([this.#run('refusals', [key, 0, UNKNOWN]), this.#memory.recordRefusal(key)]);
  }

  /**
   * @param {number} agoMs
   * @returns {Promise<void>}
   */
  async recordGrant(agoMs) {
    await Promise.all([this.#run('refusals', ['', UNKNOWN, agoMs]), this.#memory.recordGrant(agoMs)]);
  }

  /**
   * @param {string} key
   * @returns {Promise<TokenEndpointHistory>}
   */
  async tokenEndpointHistory(key) {
    const [shared, local] = await Promise.all([
      this.#run('refusals', [key, UNKNOWN, UNKNOWN]), this.#memory.tokenEndpointHistory(key),
    ]);
    const [refused, othersRefused, granted] = /** @type {number[]} */ (shared ?? []);
    return {
      refusedAgo: smallerOf(local.refusedAgo, refused),
      othersRefusedAgo: smallerOf(local.othersRefusedAgo, othersRefused),
      grantedAgo: smallerOf(local.grantedAgo, granted),
    };
  }

  async close() {
    this.#isClosed = true;
    for (const end of this.#held) end();
    this.#connection.close();
    this.#pending.clear();
    await this.#memory.close();
  }

  /**
   * Publishes in Redis an entry that memory already has, and updates memory with the result. This process decides which entry is
   * the newest on the assumption that the published entry has a certain position in its chain. The script carries out the
   * decision only if the entry has that position in Redis, and otherwise returns the actual position.
   *
   * @param {string} key
   * @param {TokenEntry} entry
   * @param {ChainPosition} expected the assumed position of the entry in Redis
   * @param {{ isAwaited: boolean }} [options]
   * @returns {Promise<boolean | undefined>} whether the entry is the newest; `undefined` if the entry will be published later
   */
  async #publishToRedis(key, entry, expected = this.#memory.positionOf(key, entry.key), options) {
    const { pair, pointer } = this.#limits;
    this.#noteFence(entry.fence);
    const encrypted = `${key} ${this.#cipher.encrypt(entry, key)}`;
    for (let races = 0, position = expected; races < MAX_RACES; races += 1) {
      const { step, linkFence, isNewest } = decidePublication(entry, position);
      const args = [formatPosition(position), step, linkFence, entry.fence, isNewest ? encrypted : '', pair, pointer];
      const reply = await this.#run('publish', [key, entry.key, ...args], options);
      if (!reply) break;
      const [seen, newest, ofNewest, last, ofLast] = reply;
      if (seen === formatPosition(position)) {
        this.#pending.delete(key);
        const winner = () => (step === 'precede' ? this.#decrypt(last, ofLast) : this.#decrypt(newest, ofNewest));
        return isNewest || this.#adoptWinner(key, entry, winner());
      }
      position = parsePosition(seen);
    }
    this.#postpone(key);
    return undefined;
  }

  /**
   * Updates memory with the winner: the entry that Redis keeps as the newest instead of a published one.
   *
   * @param {string} key the key whose successor the published entry was to become
   * @param {TokenEntry} entry
   * @param {TokenEntry | undefined} winner
   * @returns {boolean} whether the published entry is still the newest
   */
  #adoptWinner(key, entry, winner) {
    const known = this.findLocal(key) ?? this.findLocal(entry.key);
    // An older entry that another process restored does not win.
    if (winner && core().isEntryNewer(...versionOf(entry), ...versionOf(winner))) return true;
    // Both keys get the winner as their successor, unless this process has published newer tokens meanwhile.
    if (winner && known?.key === entry.key) {
      this.#memory.setNewest(entry.key, winner);
      this.#memory.setNewest(key, winner);
    }
    return false;
  }

  /**
   * @param {TokenEntry} local the newest entry that this process knows
   * @param {TokenEntry} shared the newest entry in Redis
   * @param {boolean} isLinked whether the local entry leads to the shared entry in Redis
   */
  #isMissingInRedis(local, shared, isLinked) {
    const isSame = local.key === shared.key;
    const isKnown = isSame ? !this.#pending.has(local.key) : isLinked;
    return core().isMissingFromSharedStore(...versionOf(local), ...versionOf(shared), isSame, isKnown);
  }

  /** @param {string} key */
  #postpone(key) {
    if (this.#isClosed) return;
    this.#pending.add(key);
    const [oldest] = this.#pending;
    if (this.#pending.size > MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** Sends to Redis the publications, refusals and granted requests from the time when Redis was unavailable. */
  async #publishPending() {
    await this.#publishHistory();
    for (const key of [...this.#pending]) {
      if (!this.#connection.isAvailable) return;
      const entry = this.#memory.findLocal(key);
      if (entry) await this.#publishToRedis(key, entry, undefined, { isAwaited: false });
      else this.#pending.delete(key);
    }
  }

  /**
   * Sends the times of refusals and of the last granted request. Redis keeps only the latest times, so sending a time again
   * does no harm.
   */
  async #publishHistory() {
    const isAwaited = false;
    for (const { key, agoMs } of this.#memory.recentRefusals()) {
      await this.#run('refusals', [key, agoMs, UNKNOWN], { isAwaited });
    }
    const agoMs = this.#memory.lastGrantAge();
    if (agoMs !== undefined) await this.#run('refusals', ['', UNKNOWN, agoMs], { isAwaited });
  }

  /** @param {number} fence */
  #noteFence(fence) {
    if (fence <= HIGHEST_FENCE) this.#fence = Math.max(this.#fence, fence);
  }

  /**
   * Runs a script if Redis is available.
   *
   * @param {ScriptName} name
   * @param {(string | number)[]} args
   * @param {{ isAwaited: boolean }} [options] whether the call keeps the process alive
   * @returns {Promise<any>} `undefined` if Redis did not run the script
   */
  async #run(name, args, options) {
    return this.#connection.use(async (redis, marker) => {
      const reply = await run(redis, name, [this.#prefix, marker.name], [marker.value, ...args]);
      return reply === 'lost' ? DATA_LOST : reply;
    }, options);
  }

  /**
   * @param {Redis} redis that has just been connected, or has just lost its data
   * @param {DataMarker} marker
   */
  async #check(redis, marker) {
    await checkScripts(redis, this.#prefix, marker, [this.#fence, this.#limits.pair]);
    // After a loss of data, this may be the only process that knows the newest entry and its predecessor.
    if (this.#marker !== undefined && marker.value !== this.#marker) {
      for (const key of this.#memory.newestKeys()) this.#pending.add(key);
    }
    this.#marker = marker.value;
  }

  /**
   * @param {unknown} key
   * @param {unknown} text as Redis holds it
   * @returns {TokenEntry | undefined}
   */
  #decrypt(key, text) {
    const entry = this.#cipher.decrypt(key, text);
    if (entry) this.#noteFence(entry.fence);
    return entry;
  }
}

/**
 * @param {number | undefined} local
 * @param {number | undefined} shared
 * @returns {number | undefined} the smaller of the known values
 */
function smallerOf(local, shared = UNKNOWN) {
  return shared === UNKNOWN ? local : Math.min(local ?? Infinity, shared);
}

/**
 * Runs the same commands as the scripts, to find out whether Redis allows them.
 *
 * @param {Redis} redis with `SCRIPTS`
 * @param {string} prefix of all keys
 * @param {DataMarker} marker
 * @param {[fence: number, limitMs: number]} args
 */
export async function checkScripts(redis, prefix, marker, args) {
  const keys = [prefix, marker.name];
  await run(redis, 'check', keys, args);
  // The Redis client sends the source of a script the first time (EVAL), and its hash the second time (EVALSHA). Redis has a
  // separate permission for each.
  await run(redis, 'check', keys, args);
}

/**
 * @param {Redis} redis
 * @param {ScriptName} name
 * @param {string[]} keys
 * @param {(string | number)[]} args
 */
function run(redis, name, [prefix = '', markerKey = ''], args) {
  return /** @type {Record<ScriptName, Script>} */ (/** @type {unknown} */ (redis))[name](prefix, markerKey, ...args);
}
