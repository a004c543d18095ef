/**
 * Supplies the `Authorization` header of the next request.
 *
 * In: the credential that the core read from a config, the tokens of that config, and the store that saves them. Out: the newest
 * value of the header, and whether a request that the API rejected may be repeated with a newer value. Never: a rule of OAuth, a
 * request to the API, or a call into the code that uses the credential.
 */

import { randomUUID } from 'node:crypto';
import { activityOf } from './activity.js';
import { core } from './core.js';
import { digest } from './digest.js';
import { configFailure } from './token-endpoint.js';
import { keeperOf } from './token-keeper.js';

/** @typedef {import('../pkg/core.js').StoredCredential} StoredCredential */
/** @typedef {import('./nocodb/environment.js').Environment} Environment */
/** @typedef {import('./token-connection.js').ActiveTokens} ActiveTokens */
/** @typedef {import('./token-connection.js').Connection} Connection */
/** @typedef {import('./token-store.js').ConnectionTokens} ConnectionTokens */
/** @typedef {import('./token-store.js').TokenStore} TokenStore */

/**
 * @typedef {object} Credential
 * @property {string} authorization the value of the header
 * @property {ActiveTokens} [tokens] the tokens to which the access token in the header belongs, if a connection refreshes them
 */

/** @typedef {Partial<Pick<ConnectionTokens, 'expiresAt' | 'obtainedAt' | 'scopes'>>} TokenInfo what is known of the tokens */

/** @type {TokenInfo} */
const UNKNOWN = Object.freeze({});

/** A credential that never changes: a token that this package cannot refresh. */
export class Credentials {
  /** @type {Credential | undefined} */
  #credential;

  /** @type {TokenInfo} */
  #tokenInfo;

  /**
   * @param {Omit<StoredCredential, 'accessToken'>} stored
   * @param {TokenInfo} [tokenInfo]
   */
  constructor({ kind, authorization, email, hasUser, hint }, tokenInfo = UNKNOWN) {
    this.kind = kind;
    this.email = email;
    this.hasUser = hasUser;
    this.hint = hint;
    this.#credential = authorization === undefined ? undefined : { authorization };
    this.#tokenInfo = tokenInfo;
  }

  /** The account's name until Bitbucket has reported the account. The name reveals no credential. @returns {string} */
  get name() {
    return `token ${digest(this.#credential?.authorization ?? '').toString('base64url')}`;
  }

  /** The connection that refreshes the tokens, if there is one. @returns {Connection | undefined} */
  get connection() {
    return undefined;
  }

  /** What this process did with the credential. @returns {import('./activity.js').Activity} */
  get activity() {
    return activityOf(this.name);
  }

  /**
   * @param {number} [_tokenTimeoutMs] how long to wait for tokens
   * @returns {Promise<Credential>}
   * @throws {BitbucketAuthError} `INVALID_CONFIG`, and the errors of `Connection.acquire`
   */
  async newest(_tokenTimeoutMs) {
    return /** @type {Credential} */ (this.#credential);
  }

  /**
   * Whether to repeat a request with the newest credential after the API answered it with 401.
   *
   * @param {Credential} _used
   * @param {number} _repetitions how often the request was repeated before
   * @returns {boolean}
   * @throws {BitbucketAuthError} `INVALID_CONFIG`
   */
  shouldRetryAfter401(_used, _repetitions) {
    return false;
  }

  /**
   * After work has failed with the used credential, returns a newer credential, if a newer one may help.
   *
   * @param {Credential} _used
   * @param {number} _repetitions how often the work was repeated before
   * @returns {Promise<Credential | undefined>}
   * @throws {BitbucketAuthError} the errors of `Connection.acquire`
   */
  async replacementFor(_used, _repetitions) {
    return undefined;
  }

  /**
   * Returns the known properties of the newest tokens, without a refresh.
   *
   * @returns {Promise<TokenInfo>}
   */
  async tokenInfo() {
    return this.#tokenInfo;
  }
}

/** Tokens that cannot be refreshed because the environment does not describe the OAuth client. */
class UnrefreshableCredentials extends Credentials {
  #problems;

  #expiresAt;

  /**
   * @param {StoredCredential} stored
   * @param {TokenInfo} tokenInfo
   * @param {import('./error.js').ErrorDetails[]} problems of the environment
   */
  constructor(stored, tokenInfo, problems) {
    super(stored, tokenInfo);
    this.#problems = problems;
    this.#expiresAt = tokenInfo.expiresAt;
  }

  /** @override */
  async newest() {
    const newest = await super.newest();
    if (newest === undefined || core().isExpired(this.#expiresAt, Date.now())) throw configFailure(this.#problems);
    return newest;
  }

  /** @override @returns {boolean} */
  shouldRetryAfter401() {
    throw configFailure(this.#problems);
  }
}

/** Tokens that a connection refreshes. */
class RefreshableCredentials extends Credentials {
  #connection;

  #store;

  /**
   * @param {StoredCredential} stored
   * @param {Connection} connection
   * @param {TokenStore} store
   */
  constructor({ authorization: _kept, ...stored }, connection, store) {
    // The header of `stored` is dropped, because the connection has the tokens, and another copy of them takes kilobytes.
    super(stored);
    this.#connection = connection;
    this.#store = store;
  }

  /** @override */
  get name() {
    return rateLimitNameOf(this.#connection);
  }

  /** @override */
  get connection() {
    return this.#connection;
  }

  /** @override */
  get activity() {
    return this.#connection.activity;
  }

  /**
   * @override
   * @param {number} [tokenTimeoutMs]
   */
  async newest(tokenTimeoutMs) {
    return bearerCredential(await this.#connection.acquire(this.#store, tokenTimeoutMs));
  }

  /**
   * @override
   * @param {Credential} used
   * @param {number} repetitions
   */
  shouldRetryAfter401({ tokens }, repetitions) {
    return this.#connection.shouldRetryAfter401(/** @type {ActiveTokens} */ (tokens), repetitions);
  }

  /**
   * @override
   * @param {Credential} used
   * @param {number} repetitions
   */
  async replacementFor({ tokens }, repetitions) {
    const used = /** @type {ActiveTokens} */ (tokens);
    const newer = await this.#connection.replacementFor(this.#store, used, repetitions);
    return newer && bearerCredential(newer);
  }

  /** @override */
  tokenInfo() {
    return this.#connection.newestKnown();
  }
}

/**
 * @param {StoredCredential} stored
 * @param {ConnectionTokens} tokens of the same config
 * @param {TokenStore} store of that config
 * @param {Environment} environment
 * @returns {Credentials}
 */
export function createCredentials(stored, tokens, store, environment) {
  const { client, problems } = environment;
  const tokenInfo = core().holdsUserTokens(stored.kind) ? tokens : UNKNOWN;
  if (!stored.canRefresh) return new Credentials(stored, tokenInfo);
  if (!client) return new UnrefreshableCredentials(stored, tokenInfo, problems);
  const keeper = keeperOf({ ...environment, client });
  if (!core().isClientCredentials(stored.kind)) return new RefreshableCredentials(stored, keeper.attach(tokens, store), store);
  const connection = keeper.ofClient();
  // All processes have to use the same name for the client.
  rateLimitNames.set(connection, `client ${client.clientId}`);
  return new RefreshableCredentials(stored, connection, store);
}

/** @param {ActiveTokens} tokens @returns {Credential} */
function bearerCredential(tokens) {
  return { authorization: core().bearer(tokens.accessToken), tokens };
}

/** The names under which the rate limiter counts the requests of each connection. @type {WeakMap<Connection, string>} */
const rateLimitNames = new WeakMap();

/** @param {Connection} connection */
function rateLimitNameOf(connection) {
  const name = rateLimitNames.get(connection) ?? `connection ${randomUUID()}`;
  rateLimitNames.set(connection, name);
  return name;
}
