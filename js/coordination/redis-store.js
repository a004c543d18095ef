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
import { core } from '../core.js';
import { MemoryTokenStore, decidePublication } from './memory-store.js';
import { DATA_LOST, RedisConnection } from './redis-connection.js';
import { HIGHEST_FENCE, SCRIPTS } from './redis-scripts.js';

/** @typedef {import('ioredis').Redis} Redis */
/** @typedef {import('./memory-store.js').SharedTokenStore} SharedTokenStore */
/** @typedef {import('./memory-store.js').TokenEntry} TokenEntry */
/** @typedef {import('./memory-store.js').Lock} Lock */
/** @typedef {import('./memory-store.js').ChainPosition} ChainPosition */
/** @typedef {import('./memory-store.js').TokenEndpointHistory} TokenEndpointHistory */
/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */
/** @typedef {import('./redis-connection.js').RedisAddress} RedisAddress */
/** @typedef {import('./redis-database.js').DataMarker} DataMarker */
/** @typedef {import('./redis-scripts.js').ScriptName} ScriptName */

/** @typedef {Partial<typeof LIMITS>} Limits in milliseconds */

/**
 * @typedef {RedisAddress & MoreOptions} RedisOptions
 * @typedef {object} MoreOptions
 * @property {string} namespace of one OAuth client; no secret
 * @property {Uint8Array} encryptionKey 256 bits
 * @property {(message: string) => void} log
 * @property {Limits} [limits]
 */

/** @typedef {(prefix: string, markerKey: string, ...args: (string | number)[]) => Promise<unknown>} Script */

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
  // For how long a loss of data may go unnoticed by who does nothing.
  watch: 5 * SECOND,
  // Stores have newer tokens by then.
  pointer: 30 * DAY,
  // An unused refresh token dies after three months.
  pair: 95 * DAY,
};

/** A time that nobody knows, for the script `refusals` and from it. */
const UNKNOWN = -1;

/** How often an entry is published while others publish, too, before it is passed on later. */
const MOST_RACES = 5;

/** Keys of refresh tokens that wait to be passed on; more than a long outage leaves behind. */
const MOST_PENDING = 100_000;

/** @implements {SharedTokenStore} */
export class RedisTokenStore {
  #memory = new MemoryTokenStore();

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
      database: options.database,
      searchesDatabase: options.searchesDatabase,
      otherDatabases: options.otherDatabases,
      limits: this.#limits,
      scripts: SCRIPTS,
      log: options.log,
      without: 'renews tokens on its own',
      markerKey: `${this.#prefix}life`,
      check: (redis, life) => this.#check(redis, life),
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
   * @returns {Promise<TokenEntry | undefined>}
   */
  async find(key) {
    const before = this.#memory.findLocal(key);
    const reply = await this.#ask('find', [key, before?.key ?? '']);
    const shared = this.#read(reply?.[0], reply?.[1]);
    const local = this.#memory.findLocal(key) ?? (shared && this.#memory.findLocal(shared.key));
    if (!reply || !(shared || local)) return local;
    if (local && (!shared || this.#isMissingBeside(local, shared, local === before && reply[2] === 1))) {
      await this.#share(key, local);
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
    // A lock of this process only has no fence. What it protected still follows what this process knows.
    const fence = entry.fence === 0 && known?.key === key ? known.fence : entry.fence;
    const kept = { ...entry, fence };
    const expected = this.#memory.positionOf(key, kept.key);
    const isNewest = await this.#memory.publish(key, kept);
    return (await this.#share(key, kept, expected)) ?? isNewest;
  }

  /**
   * @param {string} key
   * @returns {Promise<void>}
   */
  async recordRefusal(key) {
    await Promise.all([this.#ask('refusals', [key, 0, UNKNOWN]), this.#memory.recordRefusal(key)]);
  }

  /**
   * @param {number} agoMs
   * @returns {Promise<void>}
   */
  async recordGrant(agoMs) {
    await Promise.all([this.#ask('refusals', ['', UNKNOWN, agoMs]), this.#memory.recordGrant(agoMs)]);
  }

  /**
   * @param {string} key
   * @returns {Promise<TokenEndpointHistory>}
   */
  async tokenEndpointHistory(key) {
    const [shared, local] = await Promise.all([
      this.#ask('refusals', [key, UNKNOWN, UNKNOWN]), this.#memory.tokenEndpointHistory(key),
    ]);
    const [refused, othersRefused, granted] = /** @type {number[]} */ (shared ?? []);
    return {
      refusedAgo: lesser(local.refusedAgo, refused),
      othersRefusedAgo: lesser(local.othersRefusedAgo, othersRefused),
      grantedAgo: lesser(local.grantedAgo, granted),
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
   * Publishes in Redis what memory has already, and has memory know what Redis makes of it. Redis does what was decided on what
   * it has, and says what that is by now.
   *
   * @param {string} key
   * @param {TokenEntry} entry
   * @param {ChainPosition} expected of the entry in Redis
   * @param {{ isAwaited: boolean }} [options]
   * @returns {Promise<boolean | undefined>} whether it is the newest; `undefined`: it is passed on later
   */
  async #share(key, entry, expected = this.#memory.positionOf(key, entry.key), options) {
    const { pair, pointer } = this.#limits;
    this.#see(entry.fence);
    const sealed = `${key} ${this.#encrypt(entry, key)}`;
    for (let races = 0, place = expected; races < MOST_RACES; races += 1) {
      const { step, linkFence, isNewest } = decidePublication(entry, place);
      const args = [textOf(place), step, linkFence, entry.fence, isNewest ? sealed : '', pair, pointer];
      const reply = await this.#ask('publish', [key, entry.key, ...args], options);
      if (!reply) break;
      const [seen, newest, ofNewest, last, ofLast] = reply;
      if (seen === textOf(place)) {
        this.#pending.delete(key);
        return isNewest || this.#isSurpassed(key, entry, step === 'precede' ? this.#read(last, ofLast) : this.#read(newest, ofNewest));
      }
      place = positionOf(seen);
    }
    this.#postpone(key);
    return undefined;
  }

  /**
   * Has memory know what is newer than an entry.
   *
   * @param {string} key that it was to follow
   * @param {TokenEntry} entry
   * @param {TokenEntry | undefined} winner
   * @returns {boolean} whether the entry is the newest all the same
   */
  #isSurpassed(key, entry, winner) {
    const known = this.findLocal(key) ?? this.findLocal(entry.key);
    // What was there before is no winner, whoever put it back.
    if (winner && core().isEntryNewer(...versionOf(entry), ...versionOf(winner))) return true;
    // Unless this process has gone on meanwhile. Both keys lead to the winner.
    if (winner && known?.key === entry.key) {
      this.#memory.setNewest(entry.key, winner);
      this.#memory.setNewest(key, winner);
    }
    return false;
  }

  /**
   * @param {TokenEntry} local the newest that this process knows
   * @param {TokenEntry} shared the newest that Redis knows
   * @param {boolean} leadsThere whether Redis has the one lead to the other
   */
  #isMissingBeside(local, shared, leadsThere) {
    const isSame = local.key === shared.key;
    const isKnown = isSame ? !this.#pending.has(local.key) : leadsThere;
    return core().isMissingFromSharedStore(...versionOf(local), ...versionOf(shared), isSame, isKnown);
  }

  /** @param {string} key */
  #postpone(key) {
    if (this.#isClosed) return;
    this.#pending.add(key);
    const [oldest] = this.#pending;
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** Passes on what was published, refused and granted while Redis could not be used. */
  async #shareAll() {
    await this.#shareRefusals();
    for (const key of [...this.#pending]) {
      if (!this.#connection.isUsable) return;
      const entry = this.#memory.findLocal(key);
      if (entry) await this.#share(key, entry, undefined, { isAwaited: false });
      else this.#pending.delete(key);
    }
  }

  /** Does no harm when Redis knows them already: of each, the last counts. */
  async #shareRefusals() {
    const isAwaited = false;
    for (const { key, agoMs } of this.#memory.recentRefusals()) {
      await this.#ask('refusals', [key, agoMs, UNKNOWN], { isAwaited });
    }
    const agoMs = this.#memory.lastGrantAge();
    if (agoMs !== undefined) await this.#ask('refusals', ['', UNKNOWN, agoMs], { isAwaited });
  }

  /** @param {number} fence */
  #see(fence) {
    if (fence <= HIGHEST_FENCE) this.#fence = Math.max(this.#fence, fence);
  }

  /**
   * Runs a script, unless Redis is not there.
   *
   * @param {ScriptName} name
   * @param {(string | number)[]} args
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<any>} `undefined` when Redis did not do it
   */
  async #ask(name, args, options) {
    return this.#connection.use(async (redis, life) => {
      const reply = await run(redis, name, [this.#prefix, life.name], [life.value, ...args]);
      return reply === 'lost' ? DATA_LOST : reply;
    }, options);
  }

  /**
   * @param {Redis} redis that was just connected, or has just lost its data
   * @param {DataMarker} life
   */
  async #check(redis, life) {
    await checkScripts(redis, this.#prefix, life, [this.#fence, this.#limits.pair]);
    // When it lost its data, nobody else may know which pairs follow one and the same.
    if (this.#life !== undefined && life.value !== this.#life) {
      for (const key of this.#memory.newestKeys()) this.#pending.add(key);
    }
    this.#life = life.value;
  }

  /**
   * @param {TokenEntry} entry
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
   * @returns {TokenEntry | undefined} what cannot be read is as good as not there
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

/**
 * @param {number | undefined} local
 * @param {number | undefined} shared
 * @returns {number | undefined} the lesser of those that are known
 */
function lesser(local, shared = UNKNOWN) {
  return shared === UNKNOWN ? local : Math.min(local ?? Infinity, shared);
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
 * What tells an older entry from a newer one.
 *
 * @param {TokenEntry} entry
 * @returns {[obtainedAt: number | undefined, expiresAt: number | undefined, isDead: boolean, fence: number]}
 */
function versionOf({ value, fence }) {
  const { obtainedAt, expiresAt } = /** @type {Partial<ConnectionTokens>} */ (value);
  return [obtainedAt, expiresAt, 'dead' in value, fence];
}

/**
 * A place as the script `publish` writes it.
 *
 * @param {ChainPosition} place
 */
function textOf({ place, isFirst, newest, highest, isLast, own }) {
  return [place, Number(isFirst), newest, highest, Number(isLast), own].join(' ');
}

/**
 * @param {string} text
 * @returns {ChainPosition}
 */
function positionOf(text) {
  const [place, isFirst, newest, highest, isLast, own] = text.split(' ');
  return {
    place: /** @type {ChainPosition['place']} */ (place),
    isFirst: isFirst === '1',
    newest: Number(newest),
    highest: Number(highest),
    isLast: isLast === '1',
    own: Number(own),
  };
}

/**
 * Does what the scripts do, so that one sees whether Redis lets them.
 *
 * @param {Redis} redis with these scripts
 * @param {string} prefix of all keys
 * @param {DataMarker} life
 * @param {[fence: number, limitMs: number]} args
 */
export async function checkScripts(redis, prefix, life, args) {
  const keys = [prefix, life.name];
  await run(redis, 'check', keys, args);
  // The client sends a script's text first, and then its name, for which Redis asks another permission.
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
