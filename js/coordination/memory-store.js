/**
 * The shared token store of one process: locks for refreshing, and the newest tokens of each login.
 *
 * The key of a refresh token is a keyed hash of the token. A chain is the sequence of refresh tokens of one login, each of which
 * was issued in exchange for the one before.
 *
 * In: the keys of refresh tokens, and the tokens that Bitbucket issued in exchange for these refresh tokens. Out: locks, and the
 * newest tokens of a chain. Never: a refresh token as a key, or a decision about which tokens are newer (the core makes it).
 */

import { decidePublication } from './publication.js';

/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */
/** @typedef {import('./publication.js').ChainPosition} ChainPosition */

/**
 * Tokens, a tombstone, or both. A tombstone says that Bitbucket no longer accepts the refresh token of this key. `diedAt` is in
 * milliseconds since the epoch; older versions do not write `diedAt`.
 *
 * @typedef {ConnectionTokens | Tombstone | (ConnectionTokens & Tombstone)} TokensOrTombstone
 */

/**
 * @typedef {{ dead: true, diedAt?: number }} Tombstone
 */

/**
 * @typedef {object} TokenEntry
 * @property {string} key of the refresh token in `value`
 * @property {TokensOrTombstone} value
 * @property {number} fence of the lock under which the value was obtained
 */

/**
 * @typedef {object} Lock
 * @property {number} fence greater for each later lock
 * @property {() => boolean} isHeld
 * @property {() => Promise<void>} release
 */

/**
 * The responses of the token endpoint to all connections of an OAuth client in the last half hour. All times are in
 * milliseconds, and absent if there was no such response.
 *
 * @typedef {object} TokenEndpointHistory
 * @property {number} [refusedAgo] since Bitbucket last refused a refresh token
 * @property {number} [othersRefusedAgo] since Bitbucket last refused the refresh token of another key than the given one
 * @property {number} [grantedAgo] since the newest successful token request was sent
 */

/**
 * Coordinates the processes, or the objects of one process, that refresh the same connections. A key's chain contains the key's
 * own entry and its successors: the entries whose refresh tokens were issued in exchange, one after the other. No method throws
 * or rejects.
 *
 * @typedef {object} SharedTokenStore
 * @property {(key: string) => Promise<Lock | undefined>} lock `undefined` if another caller has the lock
 * @property {(key: string) => Promise<TokenEntry | undefined>} find the newest entry of a key's chain: the newest
 *   successor of the key, or the key's own entry
 * @property {(key: string) => TokenEntry | undefined} findLocal the same entry, as far as the memory of this
 *   process has it
 * @property {(key: string, entry: TokenEntry) => Promise<boolean>} publish makes an entry the newest successor of a key. If
 *   the key already has a newer successor, or one with a higher fence, that successor stays the newest one. It also becomes the
 *   newest successor of `entry.key`, and the result is `false`
 * @property {(key: string) => Promise<void>} recordRefusal records that Bitbucket has just refused the key's refresh token
 * @property {(agoMs: number) => Promise<void>} recordGrant records a successful token request, which was sent `agoMs` ago
 * @property {(key: string) => Promise<TokenEndpointHistory>} tokenEndpointHistory
 * @property {() => Promise<void>} close
 */

/**
 * The part of a chain that is in memory.
 *
 * @typedef {object} Chain
 * @property {TokenEntry} entry the newest entry
 * @property {string[]} keys of this entry and of its predecessors, the oldest first, except after two chains were merged
 * @property {number} publishedAt in milliseconds since the epoch
 */

// The maximum number of keys in a chain. Nothing looks up older tokens, because no copy of a config contains them any more.
const MAX_KEYS = 24;

// An unused refresh token expires after three months.
const CHAIN_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

/** How long a refusal or a grant is kept: longer than any decision needs it. */
export const REMEMBERED_MS = 30 * 60 * 1000;

/** A time that is further in the future than this tolerance was recorded before the clock was set back. It is ignored. */
export const CLOCK_TOLERANCE_MS = 1000;

/** @implements {SharedTokenStore} */
export class MemoryTokenStore {
  /** @type {Map<string, Chain>} */
  #chains = new Map();

  /** @type {Set<string>} */
  #locked = new Set();

  #fence = 0;

  /**
   * When Bitbucket last refused the refresh token of a key, for the two keys that were refused last. Two keys are enough to
   * find the last refusal of another key than the given one, whichever key is given. @type {Map<string, number>}
   */
  #refusedAt = new Map();

  /** When the newest successful token request was sent. */
  #grantedAt = -Infinity;

  #sweptAt = Date.now();

  /**
   * @param {string} key
   * @returns {Promise<Lock | undefined>}
   */
  async lock(key) {
    if (this.#locked.has(key)) return undefined;
    this.#locked.add(key);
    let held = true;
    this.#fence += 1;
    return {
      fence: this.#fence,
      isHeld: () => held,
      release: async () => {
        if (held) this.#locked.delete(key);
        held = false;
      },
    };
  }

  /**
   * @param {string} key
   * @returns {Promise<TokenEntry | undefined>}
   */
  async find(key) {
    return this.findLocal(key);
  }

  /**
   * @param {string} key
   * @returns {TokenEntry | undefined}
   */
  findLocal(key) {
    return this.#chains.get(key)?.entry;
  }

  /**
   * @param {string} key
   * @param {TokenEntry} entry
   * @returns {Promise<boolean>}
   */
  async publish(key, entry) {
    this.#sweep();
    const { step, isNewest } = decidePublication(entry, this.positionOf(key, entry.key));
    const isOutdated = step === 'none' || step === 'join';
    const newest = isNewest ? entry : this.findLocal(isOutdated ? key : entry.key);
    this.#mergeChains(key, entry.key, newest ?? entry);
    return isNewest;
  }

  /**
   * The position of an entry that is to become the successor of a key.
   *
   * @param {string} key
   * @param {string} own the entry's key
   * @returns {ChainPosition}
   */
  positionOf(key, own) {
    const known = this.#chains.get(key);
    const joined = this.#chains.get(own);
    const newest = known?.entry.key ?? key;
    const fence = known?.entry.fence ?? 0;
    return {
      place: positionIn(newest === own, key === own, joined !== undefined && joined === known),
      isFirst: newest === key,
      newest: fence,
      // Only Redis keeps the fences of the entries between the key and its newest successor.
      highest: fence,
      isLast: joined === undefined || joined.entry.key === own,
      own: joined?.entry.fence ?? 0,
    };
  }

  /**
   * Makes an entry the newest successor of a key, whatever the entry's fence is. The caller has this entry from Redis, which
   * knows more entries than this process.
   *
   * @param {string} key
   * @param {TokenEntry} entry
   */
  setNewest(key, entry) {
    this.#mergeChains(key, entry.key, entry);
  }

  /**
   * The last two keys of each chain: the key of its newest entry, and the key of that entry's predecessor.
   *
   * @returns {string[]}
   */
  newestKeys() {
    return [...new Set(this.#chains.values())].flatMap(({ keys }) => keys.slice(-2));
  }

  /**
   * Merges the chains of two keys, and makes an entry the newest entry of the merged chain.
   *
   * @param {string} key
   * @param {string} other
   * @param {TokenEntry} entry
   */
  #mergeChains(key, other, entry) {
    const chain = this.#chains.get(key) ?? { entry, keys: [key], publishedAt: 0 };
    // If the entry of the first chain stays the newest one, the other key is outdated.
    const isOutdated = chain.entry.key === entry.key && other !== entry.key;
    chain.entry = entry;
    chain.publishedAt = Date.now();
    const joined = [...(this.#chains.get(other)?.keys ?? []), other];
    const older = new Set(isOutdated ? [...joined, ...chain.keys] : [...chain.keys, ...joined]);
    older.delete(entry.key);
    // This creates a new array, because an array that grows reserves memory for half of its length in addition, which most
    // chains would never use.
    const keys = [...older, entry.key];
    for (const dropped of keys.slice(0, -MAX_KEYS)) this.#chains.delete(dropped);
    chain.keys = keys.slice(-MAX_KEYS);
    for (const each of chain.keys) this.#chains.set(each, chain);
  }

  /**
   * @param {string} key
   * @returns {Promise<void>}
   */
  async recordRefusal(key) {
    // A map keeps the order of insertion, so the key that was refused last is the last key of the map.
    this.#refusedAt.delete(key);
    this.#refusedAt.set(key, Date.now());
    const [first] = this.#refusedAt.keys();
    if (this.#refusedAt.size > 2 && first !== undefined) this.#refusedAt.delete(first);
  }

  /**
   * @param {number} agoMs
   * @returns {Promise<void>}
   */
  async recordGrant(agoMs) {
    this.#grantedAt = Math.max(this.#grantedAt, Date.now() - agoMs);
  }

  /**
   * @param {string} key
   * @returns {Promise<TokenEndpointHistory>}
   */
  async tokenEndpointHistory(key) {
    const refused = this.recentRefusals();
    const others = refused.filter((refusal) => refusal.key !== key);
    return {
      refusedAgo: refused.at(-1)?.agoMs,
      othersRefusedAgo: others.at(-1)?.agoMs,
      grantedAgo: this.lastGrantAge(),
    };
  }

  /** @returns {{ key: string, agoMs: number }[]} the refusals in `#refusedAt` that are not too old, the last one at the end */
  recentRefusals() {
    return [...this.#refusedAt].flatMap(([key, at]) => {
      const agoMs = ageOf(at);
      return agoMs === undefined ? [] : [{ key, agoMs }];
    });
  }

  /** @returns {number | undefined} */
  lastGrantAge() {
    return ageOf(this.#grantedAt);
  }

  async close() {
    this.#chains.clear();
  }

  #sweep() {
    const now = Date.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [key, { publishedAt }] of this.#chains) {
      if (now - publishedAt > CHAIN_LIFETIME_MS) this.#chains.delete(key);
    }
  }
}

/**
 * @param {number} at in milliseconds since the epoch
 * @returns {number | undefined} how many milliseconds ago that was; `undefined` if that is too long ago to be needed, or in the future
 */
function ageOf(at) {
  const ago = Date.now() - at;
  return ago < REMEMBERED_MS && ago >= -CLOCK_TOLERANCE_MS ? Math.max(ago, 0) : undefined;
}

/**
 * @param {boolean} isNewest
 * @param {boolean} isSame
 * @param {boolean} isOfChain
 * @returns {ChainPosition['place']}
 */
function positionIn(isNewest, isSame, isOfChain) {
  if (isNewest) return 'newest';
  if (isSame) return 'superseded';
  // After two chains were merged, the order of the older keys is not reliable. So each older key of the chain counts as a
  // predecessor.
  return isOfChain ? 'predecessor' : 'unrelated';
}
