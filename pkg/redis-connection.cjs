var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
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
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/coordination/redis-connection.js
var redis_connection_exports = {};
__export(redis_connection_exports, {
  RedisConnection: () => RedisConnection
});
module.exports = __toCommonJS(redis_connection_exports);
var VARIABLES = "INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)";
var RedisConnection = class {
  /** @type {RedisConnectionOptions} */
  #options;
  /** While it can be used. @type {Redis | undefined} */
  #redis;
  /** The one that is being connected. @type {Redis | undefined} */
  #candidate;
  /** @type {Promise<void> | undefined} */
  #firstAttempt;
  /** @type {NodeJS.Timeout | undefined} */
  #nextAttempt;
  /** Since Redis did last what it was asked. */
  #failures = 0;
  #isReported = false;
  #isClosed = false;
  /** @param {RedisConnectionOptions} options */
  constructor(options) {
    this.#options = options;
  }
  get isUsable() {
    return this.#redis !== void 0;
  }
  /**
   * Does something with Redis, unless it is not there.
   *
   * @template T
   * @param {(redis: Redis) => Promise<T>} work
   * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
   * @returns {Promise<T | undefined>} `undefined` when Redis did not do it
   */
  async use(work, { isAwaited } = { isAwaited: true }) {
    const redis = await this.connected();
    if (!redis) return void 0;
    try {
      const result = await within(this.#options.limits.operation, isAwaited, work(redis));
      this.#failures = 0;
      return result;
    } catch {
      this.#lose(redis);
      return void 0;
    }
  }
  /**
   * Waits for Redis only when it was never asked before.
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
    for (const redis of [this.#redis, this.#candidate]) disconnect(redis);
    this.#redis = void 0;
  }
  /** @param {boolean} isAwaited */
  async #connect(isAwaited) {
    const attempt = { isOver: false };
    try {
      await within(this.#options.limits.connection, isAwaited, this.#open(attempt));
    } catch {
      attempt.isOver = true;
      disconnect(this.#candidate);
      this.#candidate = void 0;
      this.#retry();
      return;
    }
    const redis = (
      /** @type {Redis} */
      this.#candidate
    );
    this.#candidate = void 0;
    if (this.#isClosed) return;
    redis.once("end", () => this.#lose(redis));
    this.#redis = redis;
    if (this.#isReported) this.#options.log(`The Redis of ${VARIABLES} can be used again.`);
    this.#isReported = false;
    this.#options.opened?.();
  }
  /** @param {{ isOver: boolean }} attempt */
  async #open(attempt) {
    const { Redis } = await import("ioredis");
    if (attempt.isOver || this.#isClosed) throw new Error("too late");
    const { url, limits, scripts, check } = this.#options;
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: limits.connection,
      // Its own ways of trying again have timers that keep a process alive, and send commands late.
      retryStrategy: () => null,
      disconnectTimeout: 1,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      ...scripts && { scripts }
    });
    this.#candidate = redis;
    redis.on("error", () => {
    });
    const connected = redis.connect();
    setImmediate(() => redis.stream?.unref());
    await connected;
    if (check) await within(limits.operation, false, check(redis));
  }
  /** @param {Redis} redis that did not do what it was asked */
  #lose(redis) {
    if (this.#redis !== redis) return;
    this.#redis = void 0;
    disconnect(redis);
    this.#retry();
  }
  #retry() {
    if (this.#isClosed) return;
    const { log, limits, without } = this.#options;
    if (!this.#isReported) log(`The Redis of ${VARIABLES} cannot be used: until it can, this process ${without}.`);
    this.#isReported = true;
    const pause = Math.min(limits.reconnection, 100 * 2 ** this.#failures) * (1 + Math.random()) / 2;
    this.#failures += 1;
    this.#nextAttempt = setTimeout(() => this.#connect(false), pause).unref();
  }
};
function disconnect(redis) {
  redis?.disconnect();
  redis?.stream?.destroy();
}
async function within(limit, isAwaited, work) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => setImmediate(() => setImmediate(reject)), limit);
    if (!isAwaited) timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  RedisConnection
});
