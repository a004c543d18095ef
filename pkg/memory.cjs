var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/coordination/memory.js
var memory_exports = {};
__export(memory_exports, {
  MemoryCoordination: () => MemoryCoordination
});
module.exports = __toCommonJS(memory_exports);
var MOST_KEYS = 24;
var KEPT_MS = 90 * 24 * 60 * 60 * 1e3;
var SWEEP_MS = 60 * 60 * 1e3;
var MemoryCoordination = class {
  /** @type {Map<string, Chain>} */
  #chains = /* @__PURE__ */ new Map();
  /** @type {Set<string>} */
  #locked = /* @__PURE__ */ new Set();
  #fence = 0;
  /** Until when a refusal is remembered, by key. @type {Map<string, number>} */
  #lockouts = /* @__PURE__ */ new Map();
  #sweptAt = Date.now();
  /**
   * @param {string} key
   * @returns {Promise<Lock | undefined>}
   */
  async lock(key) {
    if (this.#locked.has(key)) return void 0;
    this.#locked.add(key);
    let held = true;
    this.#fence += 1;
    return {
      fence: this.#fence,
      isHeld: () => held,
      release: async () => {
        if (held) this.#locked.delete(key);
        held = false;
      }
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
    const isLate = joined && joined !== known && (joined.entry.key !== entry.key || joined.entry.fence > entry.fence);
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
    const keys = [.../* @__PURE__ */ new Set([...chain.keys, ...this.#chains.get(other)?.keys ?? [], other, entry.key])];
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
};
function follows(entry, key, { entry: newest, keys }) {
  if (entry.key === key && newest.key !== key) return false;
  if (entry.key === newest.key) return newest.fence <= entry.fence;
  if (keys.includes(entry.key)) return newest.fence < entry.fence;
  return newest.key === key || newest.fence <= entry.fence;
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  MemoryCoordination
});
