/**
 * Knows the connections of this process, by their refresh tokens.
 *
 * In: the tokens of stored configs, in whatever order hosts hand them out. Out: the connection that they belong to, be they
 * its newest or not. What never happens here: a request, or a refresh token used as a key (keys are keyed hashes).
 */

import { createHmac } from 'node:crypto';
import { MemoryTokenStore } from './coordination/memory-store.js';
import { RedisTokenStore } from './coordination/redis-store.js';
import { warn } from './log-lines.js';
import { RefreshQueue } from './refresh-queue.js';
import { Connection } from './token-connection.js';
import { createTokens } from './token-store.js';

/** @typedef {import('./coordination/memory-store.js').SharedTokenStore} SharedTokenStore */
/** @typedef {import('./nocodb/environment.js').Environment} Environment */
/** @typedef {import('./token-store.js').TokenStore} TokenStore */
/** @typedef {import('./token-store.js').ConnectionTokens} ConnectionTokens */

/** @typedef {Environment & { client: import('../pkg/core.js').OAuthCore }} ConfiguredEnvironment */

// A connection that nobody touched for a day is started anew from a config: stores have its tokens.
const KEPT_MS = 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

const SHARED_STORES = Symbol.for('nocodb-bitbucket-auth/shared-token-stores/1');

/** @type {Map<string, TokenKeeper>} */
const keepers = new Map();

/**
 * By the names of their keepers. Two copies of this module may be in one process, as `import` and `require` load
 * different files; through the sharedStore they see each other's locks and successors.
 *
 * @returns {Map<string, SharedTokenStore>}
 */
function sharedStores() {
  const shared = /** @type {{ [SHARED_STORES]?: Map<string, SharedTokenStore> }} */ (globalThis);
  return (shared[SHARED_STORES] ??= new Map());
}

/** Those of environments that were seen before: a host makes a wrapper for each call. @type {WeakMap<object, TokenKeeper>} */
const keepersByClient = new WeakMap();

/**
 * The keeper for the OAuth client that an environment describes; the same one for each environment that describes it.
 *
 * @param {ConfiguredEnvironment} environment
 * @returns {TokenKeeper}
 */
export function keeperOf(environment) {
  const { client } = environment;
  let keeper = keepersByClient.get(client);
  if (!keeper) keepersByClient.set(client, (keeper = findKeeper(environment)));
  return keeper;
}

/**
 * @param {ConfiguredEnvironment} environment
 * @returns {TokenKeeper}
 */
function findKeeper(environment) {
  const { client, redis } = environment;
  // Derived from the secret and from all that tells clients apart, so connections of different ones never meet.
  const clientKey = client.deriveKey('namespace');
  const name = hash(clientKey, redis ? JSON.stringify(redis) : '');
  let keeper = keepers.get(name);
  if (!keeper) {
    // Not with the address: other machines may call the same Redis by another.
    const sharedStore = sharedStores().get(name) ?? createSharedStore(environment, hash(clientKey, ''));
    sharedStores().set(name, sharedStore);
    keeper = new TokenKeeper(environment, sharedStore);
    keepers.set(name, keeper);
  }
  return keeper;
}

/**
 * @param {ConfiguredEnvironment} environment
 * @param {string} namespace
 * @returns {SharedTokenStore}
 */
function createSharedStore(environment, namespace) {
  const { client, redis } = environment;
  if (!redis) return new MemoryTokenStore();
  return new RedisTokenStore({
    ...redis,
    namespace,
    encryptionKey: client.deriveKey('shared-store'),
    log: warn,
  });
}

/**
 * 128 bits of a keyed hash, which tell nothing without the key.
 *
 * @param {Uint8Array} key
 * @param {string} text
 */
function hash(key, text) {
  // Not a slice of the digest's text: V8 would keep the whole text for it.
  return createHmac('sha256', key).update(text).digest().toString('base64url', 0, 16);
}

/** The connections of one OAuth client. */
export class TokenKeeper {
  /** By the key of their newest refresh token. @type {Map<string, Connection>} */
  #connections = new Map();

  /** @type {Uint8Array} */
  #hashKey;

  #sweptAt = Date.now();

  /** @type {Connection | undefined} */
  #ofClient;

  /**
   * @param {ConfiguredEnvironment} environment
   * @param {SharedTokenStore} sharedStore
   * @param {'refresh_token' | 'client_credentials'} [grant] how its connections get new tokens
   */
  constructor(environment, sharedStore, grant = 'refresh_token') {
    this.environment = environment;
    this.sharedStore = sharedStore;
    this.grant = grant;
    this.queue = new RefreshQueue(sharedStore, environment.lockoutMs);
    this.#hashKey = environment.client.deriveKey('refresh-token');
  }

  /**
   * The connection that a tokens belongs to, be it the newest or an older one.
   *
   * @param {ConnectionTokens} tokens out of a config
   * @param {TokenStore} [store] whose config that is
   * @returns {Connection}
   */
  attach(tokens, store) {
    this.#sweep();
    const key = this.keyOf(tokens.refreshToken);
    let connection = this.#connections.get(key);
    if (!connection) {
      const newest = this.sharedStore.findLocal(key);
      connection = newest && this.#connections.get(newest.key);
    }
    if (!connection) {
      connection = new Connection(this, tokens, key);
      this.#connections.set(key, connection);
    }
    connection.attach(tokens, key, store);
    return connection;
  }

  /**
   * The connection of the OAuth client itself (RFC 6749 section 4.4). It has no refresh token, and nobody's tokens die
   * when it gets new ones, so it is this process' own, and no store has to know.
   *
   * @returns {Connection}
   */
  ofClient() {
    this.#ofClient ??= new TokenKeeper(this.environment, new MemoryTokenStore(), 'client_credentials')
      .attach(createTokens({ refreshToken: '' }));
    return this.#ofClient;
  }

  /**
   * What a refresh token is called outside of this process.
   *
   * @param {string} refreshToken
   */
  keyOf(refreshToken) {
    return hash(this.#hashKey, refreshToken);
  }

  /**
   * Notes that a connection has a newer refresh token.
   *
   * @param {Connection} connection
   * @param {string} before
   * @param {string} key
   */
  rename(connection, before, key) {
    if (this.#connections.get(before) === connection) this.#connections.delete(before);
    if (!this.#connections.has(key)) this.#connections.set(key, connection);
  }

  #sweep() {
    const now = Date.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [key, connection] of this.#connections) {
      if (connection.isEvictable(now - KEPT_MS)) this.#connections.delete(key);
    }
  }
}
