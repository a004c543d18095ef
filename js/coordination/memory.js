/**
 * Coordination within one process: who may refresh, and which tokens are the newest.
 *
 * In: keys of refresh tokens, and the tokens that followed them. Out: locks, and the newest tokens of a chain. What
 * never happens here: a refresh token used as a key (keys are keyed hashes), or a decision about tokens.
 */

/** @typedef {import('../token-store.js').Pair} Pair */

/** @typedef {Pair | { dead: true }} Value tokens, or the news that the refresh token of this key is dead */

/**
 * @typedef {object} Entry
 * @property {string} key of the refresh token in `value`
 * @property {Value} value
 * @property {number} fence of the lock under which it was obtained
 */

/**
 * @typedef {object} Lock
 * @property {number} fence greater for each later lock
 * @property {() => boolean} isHeld
 * @property {() => Promise<void>} release
 */

/**
 * What processes, or objects of one process, agree by. None of its methods throws or rejects.
 *
 * @typedef {object} Coordination
 * @property {(key: string) => Promise<Lock | undefined>} lock `undefined`: somebody else has it
 * @property {(key: string) => Promise<Entry | undefined>} find the newest entry that follows a key, its own included
 * @property {(key: string) => Entry | undefined} findLocal the same, from this process's memory only
 * @property {(key: string, entry: Entry) => Promise<boolean>} publish makes an entry the one that follows a key;
 *   `false` when something newer, or with a higher fence, does already: that then follows `entry.key`, too
 * @property {(key: string) => Promise<number>} lockout for how many milliseconds yet the refusal of others than this
 *   key explains one of this
 * @property {(key: string, ms: number) => Promise<void>} lockOut notes a refusal of this key
 * @property {() => Promise<void>} close
 */

/**
 * One chain of refresh tokens.
 *
 * @typedef {object} Chain
 * @property {Entry} entry the newest
 * @property {string[]} keys that lead to it, the oldest first
 * @property {number} publishedAt in milliseconds since the epoch
 */

// Copies of a config with tokens older than these turn up no more.
const MOST_KEYS = 24;

// An unused refresh token dies after three months.
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

/** @implements {Coordination} */
export class MemoryCoordination {
  /** @type {Map<string, Chain>} */
  #chains = new Map();

  /** @type {Set<string>} */
  #locked = new Set();

  #fence = 0;

  /** Until when a refusal is remembered, by key. @type {Map<string, number>} */
  #lockouts = new Map();

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
   * @returns {Promise<Entry | undefined>}
   */
  async find(key) {
    return this.findLocal(key);
  }

  /**
   * @param {string} key
   * @returns {Entry | undefined}
   */
  findLocal(key) {
    return this.#chains.get(key)?.entry;
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   * @returns {Promise<boolean>}
   */
  async publish(key, entry) {
    this.#sweep();
    const known = this.#chains.get(key);
    const joined = this.#chains.get(entry.key);
    // What is published late may have been followed already.
    const isLate = joined && joined !== known
      && (joined.entry.key !== entry.key || joined.entry.fence > entry.fence);
    const newest = isLate ? joined.entry : entry;
    const isNewest = !known || follows(newest, key, known);
    this.#lead(key, entry.key, isNewest ? newest : known.entry);
    return isNewest && newest === entry;
  }

  /**
   * Makes an entry the one that follows a key, whatever the fences: somebody who knows more has decided.
   *
   * @param {string} key
   * @param {Entry} entry
   */
  settle(key, entry) {
    this.#lead(key, entry.key, entry);
  }

  /**
   * The last keys of each chain that lead to its newest entry: its own, and the one before.
   *
   * @returns {string[]}
   */
  lastKeys() {
    return [...new Set(this.#chains.values())].flatMap(({ keys }) => keys.slice(-2));
  }

  /**
   * Has two keys, and all that led where they did, lead to an entry.
   *
   * @param {string} key
   * @param {string} other
   * @param {Entry} entry
   */
  #lead(key, other, entry) {
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
   * @returns {Promise<number>}
   */
  async lockout(key) {
    const now = Date.now();
    let longest = 0;
    for (const [refused, until] of this.#lockouts) {
      if (until <= now) this.#lockouts.delete(refused);
      else if (refused !== key) longest = Math.max(longest, until - now);
    }
    return longest;
  }

  /**
   * @param {string} key
   * @param {number} ms
   * @returns {Promise<void>}
   */
  async lockOut(key, ms) {
    this.#lockouts.set(key, Date.now() + ms);
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
 * @param {Entry} entry published as what follows `key`
 * @param {string} key
 * @param {Chain} known where `key` led so far
 */
function follows(entry, key, { entry: newest, keys }) {
  // News of a refresh token is nothing to what followed that token, whatever the fences.
  if (entry.key === key && newest.key !== key) return false;
  if (entry.key === newest.key) return newest.fence <= entry.fence;
  if (keys.includes(entry.key)) return newest.fence < entry.fence;
  // A successor is newer than all that is known about what it follows.
  return newest.key === key || newest.fence <= entry.fence;
}
