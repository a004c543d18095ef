/**
 * Coordination within one process: who may refresh, and which tokens are the newest.
 *
 * In: keys of refresh tokens, and the tokens that followed them. Out: locks, and the newest tokens of a chain. What
 * never happens here: a refresh token used as a key (keys are keyed hashes), or a decision about tokens.
 */

import { core } from '../core.js';

/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */

/**
 * Tokens, or the news that the refresh token of this key is dead, and since when, in milliseconds since the epoch; older
 * versions do not tell.
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
 * @property {number} fence of the lock under which it was obtained
 */

/**
 * Where the refresh token of an entry that is published stands among those that followed a key: the arguments of the core's
 * `decidePublication`.
 *
 * @typedef {object} ChainPosition
 * @property {'newest' | 'superseded' | 'predecessor' | 'predecessor-of-newest' | 'unrelated'} place
 * @property {boolean} isFirst whether nothing followed the key so far
 * @property {number} newest fence of the newest entry that followed it
 * @property {number} highest fence on the way there
 * @property {boolean} isLast whether nothing followed the entry's own key so far
 * @property {number} own the highest fence of what followed that
 */

/**
 * @typedef {object} Lock
 * @property {number} fence greater for each later lock
 * @property {() => boolean} isHeld
 * @property {() => Promise<void>} release
 */

/**
 * What the token endpoint answered to all connections of an OAuth client in the last half hour. Each is in milliseconds, and
 * absent when nothing of the kind is known.
 *
 * @typedef {object} TokenEndpointHistory
 * @property {number} [refusedAgo] since the last refusal
 * @property {number} [othersRefusedAgo] since the last refusal of another key than the one in question
 * @property {number} [grantedAgo] since the newest request that was granted was sent
 */

/**
 * What processes, or objects of one process, agree by. None of its methods throws or rejects.
 *
 * @typedef {object} SharedTokenStore
 * @property {(key: string) => Promise<Lock | undefined>} lock `undefined`: somebody else has it
 * @property {(key: string) => Promise<TokenEntry | undefined>} find the newest entry that follows a key, its own included
 * @property {(key: string) => TokenEntry | undefined} findLocal the same, from this process's memory only
 * @property {(key: string, entry: TokenEntry) => Promise<boolean>} publish makes an entry the one that follows a key;
 *   `false` when something newer, or with a higher fence, does already: that then follows `entry.key`, too
 * @property {(key: string) => Promise<void>} recordRefusal of this key, just now
 * @property {(agoMs: number) => Promise<void>} recordGrant of a request that was sent so long ago
 * @property {(key: string) => Promise<TokenEndpointHistory>} tokenEndpointHistory
 * @property {() => Promise<void>} close
 */

/**
 * One chain of refresh tokens.
 *
 * @typedef {object} Chain
 * @property {TokenEntry} entry the newest
 * @property {string[]} keys that lead to it, the oldest first
 * @property {number} publishedAt in milliseconds since the epoch
 */

// Copies of a config with tokens older than these turn up no more.
const MOST_KEYS = 24;

// An unused refresh token dies after three months.
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

/** For how long a refusal or a grant is remembered: longer than anything that is decided by it. */
export const REMEMBERED_MS = 30 * 60 * 1000;

/** A time that lies further ahead was not noted by the clock that tells the time now. */
export const CLOCK_TOLERANCE_MS = 1000;

/** @implements {SharedTokenStore} */
export class MemoryTokenStore {
  /** @type {Map<string, Chain>} */
  #chains = new Map();

  /** @type {Set<string>} */
  #locked = new Set();

  #fence = 0;

  /**
   * When keys were refused: of the two that were last. Whichever key asks, one of them is another. @type {Map<string, number>}
   */
  #refusedAt = new Map();

  /** When the newest request that was granted was sent. */
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
    this.#linkKeys(key, entry.key, newest ?? entry);
    return isNewest;
  }

  /**
   * Where the refresh token of an entry stands that is to follow a key.
   *
   * @param {string} key
   * @param {string} own of the entry
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
      // What the pointers of Redis have is not kept here.
      highest: fence,
      isLast: joined === undefined || joined.entry.key === own,
      own: joined?.entry.fence ?? 0,
    };
  }

  /**
   * Makes an entry the one that follows a key, whatever the fences: somebody who knows more has decided.
   *
   * @param {string} key
   * @param {TokenEntry} entry
   */
  setNewest(key, entry) {
    this.#linkKeys(key, entry.key, entry);
  }

  /**
   * The last keys of each chain that lead to its newest entry: its own, and the one before.
   *
   * @returns {string[]}
   */
  newestKeys() {
    return [...new Set(this.#chains.values())].flatMap(({ keys }) => keys.slice(-2));
  }

  /**
   * Has two keys, and all that led where they did, lead to an entry.
   *
   * @param {string} key
   * @param {string} other
   * @param {TokenEntry} entry
   */
  #linkKeys(key, other, entry) {
    const chain = this.#chains.get(key) ?? { entry, keys: [key], publishedAt: 0 };
    chain.entry = entry;
    chain.publishedAt = Date.now();
    // Made anew: an array that grows has room for half as many again, which most chains would never need.
    const keys = [...new Set([...chain.keys, ...(this.#chains.get(other)?.keys ?? []), other, entry.key])];
    for (const forgotten of keys.slice(0, -MOST_KEYS)) this.#chains.delete(forgotten);
    chain.keys = keys.slice(-MOST_KEYS);
    for (const lead of chain.keys) this.#chains.set(lead, chain);
  }

  /**
   * @param {string} key
   * @returns {Promise<void>}
   */
  async recordRefusal(key) {
    // The one that was refused last is the last one of the map.
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

  /** @returns {{ key: string, agoMs: number }[]} of the two keys that were refused last, the last one at the end */
  recentRefusals() {
    return [...this.#refusedAt].flatMap(([key, at]) => {
      const agoMs = remembered(at);
      return agoMs === undefined ? [] : [{ key, agoMs }];
    });
  }

  /** @returns {number | undefined} */
  lastGrantAge() {
    return remembered(this.#grantedAt);
  }

  async close() {
    this.#chains.clear();
  }

  #sweep() {
    const now = Date.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [key, { publishedAt }] of this.#chains) {
      if (now - publishedAt > KEPT_MS) this.#chains.delete(key);
    }
  }
}

/**
 * @param {number} at in milliseconds since the epoch
 * @returns {number | undefined} how many milliseconds ago that was, if it is remembered
 */
function remembered(at) {
  const ago = Date.now() - at;
  return ago < REMEMBERED_MS && ago >= -CLOCK_TOLERANCE_MS ? Math.max(ago, 0) : undefined;
}

/**
 * What becomes of an entry that is published.
 *
 * @param {TokenEntry} entry
 * @param {ChainPosition} place where its refresh token stands
 */
export function decidePublication({ fence }, { place, isFirst, newest, highest, isLast, own }) {
  return core().decidePublication(fence, place, isFirst, newest, highest, isLast, own);
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
  // A chain knows its newest entry, and not in which order the others came.
  return isOfChain ? 'predecessor' : 'unrelated';
}
