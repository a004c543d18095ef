/**
 * What goes into the header of the next request.
 *
 * In: a credential as the core read it out of a config, the tokens beside it, and the holder of that config. Out: the newest
 * value of `Authorization`, and whether there is a newer one than a server refused. What never happens here: a rule of OAuth,
 * a request to the API, or a call of whoever uses the credential.
 */

import { randomUUID } from 'node:crypto';
import { activityOf } from './activity.js';
import { core } from './core.js';
import { digest } from './digest.js';
import { configFailure } from './token-endpoint.js';
import { keeperOf } from './token-keeper.js';

/** @typedef {import('../pkg/core.js').StoredCredential} StoredCredential */
/** @typedef {import('./nocodb/environment.js').Environment} Environment */
/** @typedef {import('./token-connection.js').Connection} Connection */
/** @typedef {import('./token-connection.js').Current} Current */
/** @typedef {import('./token-store.js').Holder} Holder */
/** @typedef {import('./token-store.js').Pair} Pair */

/**
 * @typedef {object} Credential
 * @property {string} authorization the value of the header
 * @property {Current} [current] the tokens that it was made of, where a connection has them
 */

/** @typedef {Partial<Pick<Pair, 'expiresAt' | 'obtainedAt' | 'scopes'>>} TokenFacts what is known of tokens */

/** @type {TokenFacts} */
const UNKNOWN = Object.freeze({});

/** A credential that stays as it is: a token that nothing renews. */
export class Credentials {
  /** @type {Credential | undefined} */
  #only;

  /** @type {TokenFacts} */
  #facts;

  /**
   * @param {Omit<StoredCredential, 'accessToken'>} stored
   * @param {TokenFacts} [facts]
   */
  constructor({ kind, authorization, email, hasUser, hint }, facts = UNKNOWN) {
    this.kind = kind;
    this.email = email;
    this.hasUser = hasUser;
    this.hint = hint;
    this.#only = authorization === undefined ? undefined : { authorization };
    this.#facts = facts;
  }

  /** What it is called before anybody knows whose it is. It tells nothing. @returns {string} */
  get name() {
    return `token ${digest(this.#only?.authorization ?? '').toString('base64url')}`;
  }

  /** That of the tokens, where a keeper renews them. @returns {Connection | undefined} */
  get connection() {
    return undefined;
  }

  /** What this process did with it. @returns {import('./activity.js').Activity} */
  get activity() {
    return activityOf(this.name);
  }

  /**
   * @param {number} [_patienceMs] how long to wait for tokens
   * @returns {Promise<Credential>}
   * @throws {BitbucketAuthError} what `Connection.newest` throws; `INVALID_CONFIG`
   */
  async newest(_patienceMs) {
    return /** @type {Credential} */ (this.#only);
  }

  /**
   * Whether a request that the API answered 401 is to be sent again with the newest credential.
   *
   * @param {Credential} _used
   * @param {number} _repetitions how often it was repeated before
   * @returns {boolean}
   * @throws {BitbucketAuthError} `INVALID_CONFIG`
   */
  renews(_used, _repetitions) {
    return false;
  }

  /**
   * A newer credential than the one with which somebody's work failed, if it may cure that.
   *
   * @param {Credential} _used
   * @param {number} _repetitions how often the work was repeated before
   * @returns {Promise<Credential | undefined>}
   * @throws {BitbucketAuthError} what `Connection.newest` throws
   */
  async cureFor(_used, _repetitions) {
    return undefined;
  }

  /**
   * What is known of the newest tokens, as they are.
   *
   * @returns {Promise<TokenFacts>}
   */
  async facts() {
    return this.#facts;
  }
}

/** Tokens that could be renewed, if the environment described the OAuth client. */
class StrandedCredentials extends Credentials {
  #problems;

  #expiresAt;

  /**
   * @param {StoredCredential} stored
   * @param {TokenFacts} facts
   * @param {import('./error.js').Failure[]} problems of the environment
   */
  constructor(stored, facts, problems) {
    super(stored, facts);
    this.#problems = problems;
    this.#expiresAt = facts.expiresAt;
  }

  /** @override */
  async newest() {
    const newest = await super.newest();
    if (newest === undefined || core().isExpired(this.#expiresAt, Date.now())) throw configFailure(this.#problems);
    return newest;
  }

  /** @override @returns {boolean} */
  renews() {
    throw configFailure(this.#problems);
  }
}

/** Tokens that a keeper renews. */
class RenewedCredentials extends Credentials {
  #connection;

  #holder;

  /**
   * @param {StoredCredential} stored
   * @param {Connection} connection
   * @param {Holder} holder
   */
  constructor({ authorization: _kept, ...stored }, connection, holder) {
    // The keeper has the tokens, and a copy of them takes kilobytes.
    super(stored);
    this.#connection = connection;
    this.#holder = holder;
  }

  /** @override */
  get name() {
    return nameOf(this.#connection);
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
   * @param {number} [patienceMs]
   */
  async newest(patienceMs) {
    return bearer(await this.#connection.newest(this.#holder, patienceMs));
  }

  /**
   * @override
   * @param {Credential} used
   * @param {number} repetitions
   */
  renews({ current }, repetitions) {
    return this.#connection.rejected(/** @type {Current} */ (current), repetitions);
  }

  /**
   * @override
   * @param {Credential} used
   * @param {number} repetitions
   */
  async cureFor({ current }, repetitions) {
    const newer = await this.#connection.cureFor(this.#holder, /** @type {Current} */ (current), repetitions);
    return newer && bearer(newer);
  }

  /** @override */
  facts() {
    return this.#connection.latest();
  }
}

/**
 * @param {StoredCredential} stored
 * @param {Pair} pair the tokens of the same config
 * @param {Holder} holder of it
 * @param {Environment} environment
 * @returns {Credentials}
 */
export function createCredentials(stored, pair, holder, environment) {
  const { client, problems } = environment;
  const facts = core().holdsTokens(stored.kind) ? pair : UNKNOWN;
  if (!stored.canRenew) return new Credentials(stored, facts);
  if (!client) return new StrandedCredentials(stored, facts, problems);
  const keeper = keeperOf({ ...environment, client });
  if (!core().isOfClient(stored.kind)) return new RenewedCredentials(stored, keeper.attach(pair, holder), holder);
  const connection = keeper.ofClient();
  // Every process knows it by this one.
  names.set(connection, `client ${client.clientId}`);
  return new RenewedCredentials(stored, connection, holder);
}

/** @param {Current} current @returns {Credential} */
function bearer(current) {
  return { authorization: core().bearer(current.accessToken), current };
}

/** What connections are called. @type {WeakMap<Connection, string>} */
const names = new WeakMap();

/** @param {Connection} connection */
function nameOf(connection) {
  const name = names.get(connection) ?? `connection ${randomUUID()}`;
  names.set(connection, name);
  return name;
}
