/**
 * Finds the connection, in this process, to which tokens belong.
 *
 * In: the tokens of stored configs, which may be outdated. Out: the connection that keeps and refreshes them. Never: a request,
 * or a refresh token as the key of a map or a store. The key of a refresh token is a keyed hash of the token.
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

// A connection is dropped after a day without use. The next use creates it again from a stored config, which contains the tokens.
const IDLE_LIFETIME_MS = 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

const SHARED_STORES = Symbol.for('nocodb-bitbucket-auth/shared-token-stores/1');

/** @type {Map<string, TokenKeeper>} */
const keepers = new Map();

/**
 * The shared token stores by the names of their keepers. A process may load two copies of this module, because `import` and
 * `require` load different files. Through a shared store, each copy sees the locks and tokens of the other.
 *
 * @returns {Map<string, SharedTokenStore>}
 */
function sharedStores() {
  const shared = /** @type {{ [SHARED_STORES]?: Map<string, SharedTokenStore> }} */ (globalThis);
  return (shared[SHARED_STORES] ??= new Map());
}

/** The keepers by client. They are kept, because NocoDB creates a wrapper for each call. @type {WeakMap<object, TokenKeeper>} */
const keepersByClient = new WeakMap();

/**
 * The keeper for the OAuth client of an environment. Environments with the same client and the same Redis share one keeper.
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
  // `clientKey` is derived from the client's secret and settings, so that connections of different clients never share anything.
  const clientKey = client.deriveKey('namespace');
  const name = hash(clientKey, redis ? JSON.stringify(redis) : '');
  let keeper = keepers.get(name);
  if (!keeper) {
    // The namespace does not depend on the URL of Redis, because other machines may reach the same Redis by another URL.
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
 * 128 bits of a keyed hash, which reveal nothing without the key.
 *
 * @param {Uint8Array} key
 * @param {string} text
 */
function hash(key, text) {
  // The result is not a slice of a longer string, because V8 would keep the longer string in memory.
  return createHmac('sha256', key).update(text).digest().toString('base64url', 0, 16);
}

/** The connections of one OAuth client. */
export class TokenKeeper {
  /** The connections by the keys of their newest refresh tokens. @type {Map<string, Connection>} */
  #connections = new Map();

  /** @type {Uint8Array} */
  #hashKey;

  #sweptAt = Date.now();

  /** @type {Connection | undefined} */
  #ofClient;

  /**
   * @param {ConfiguredEnvironment} environment
   * @param {SharedTokenStore} sharedStore
   * @param {'refresh_token' | 'client_credentials'} [grant] the grant type with which its connections get new tokens
   */
  constructor(environment, sharedStore, grant = 'refresh_token') {
    this.environment = environment;
    this.sharedStore = sharedStore;
    this.grant = grant;
    this.queue = new RefreshQueue(sharedStore, environment.lockoutMs);
    this.#hashKey = environment.client.deriveKey('refresh-token');
  }

  /**
   * The connection to which tokens belong, even if the connection has newer tokens.
   *
   * @param {ConnectionTokens} tokens from a stored config
   * @param {TokenStore} [store] of that config
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
   * The connection of the OAuth client itself (RFC 6749 section 4.4). It has no refresh token, and new tokens do not invalidate
   * older ones. So each process has its own connection, and nothing is stored.
   *
   * @returns {Connection}
   */
  ofClient() {
    this.#ofClient ??= new TokenKeeper(this.environment, new MemoryTokenStore(), 'client_credentials')
      .attach(createTokens({ refreshToken: '' }));
    return this.#ofClient;
  }

  /**
   * The key of a refresh token in shared stores.
   *
   * @param {string} refreshToken
   */
  keyOf(refreshToken) {
    return hash(this.#hashKey, refreshToken);
  }

  /**
   * Records that a connection has a newer refresh token.
   *
   * @param {Connection} connection
   * @param {string} before the key of the old refresh token
   * @param {string} key the key of the new refresh token
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
      if (connection.isEvictable(now - IDLE_LIFETIME_MS)) this.#connections.delete(key);
    }
  }
}
