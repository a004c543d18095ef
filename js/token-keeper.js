/**
 * Keeps the newest tokens of each connection of this process.
 *
 * In: the tokens of stored configs, in whatever order hosts hand them out. Out: the newest tokens of the same
 * connection, renewed in time, published to other processes and handed to the host's store before they are used. What
 * never happens here: a decision (the core's refresh policy makes them all), or two token requests with one refresh
 * token at the same time.
 */

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryCoordination } from './coordination/memory.js';
import { RedisCoordination } from './coordination/redis.js';
import { core, failure } from './core.js';
import { redisAddress } from './environment.js';
import { BitbucketAuthError, withWait } from './error.js';
import { requestTokens } from './token-endpoint.js';
import { hasLivingStore, makePair, noteStored, refuseEnded, reportDeath, reportUnstored, storePair } from './token-store.js';

/** @typedef {import('./core.js').RefreshPolicy} RefreshPolicy */
/** @typedef {import('./coordination/memory.js').Coordination} Coordination */
/** @typedef {import('./coordination/memory.js').Lock} Lock */
/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('./token-store.js').Holder} Holder */
/** @typedef {import('./token-store.js').Pair} Pair */

/** @typedef {Environment & { client: import('./core.js').CoreClient }} ConfiguredEnvironment */

/** @typedef {Readonly<{ accessToken: string, generation: number, pair: Pair }>} Current the pair to use now */

// A connection that nobody touched for a day is started anew from a config: stores have its tokens.
const KEPT_MS = 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

const NAME_LENGTH = 8;

/** The number of every pair but the newest, where it makes no difference which. */
const OLDER = 0;

const SHARED = Symbol.for('nocodb-bitbucket-auth/coordinations/1');

/** @type {Map<string, TokenKeeper>} */
const keepers = new Map();

/**
 * By the names of their keepers. Two copies of this module may be in one process, as `import` and `require` load
 * different files; through the coordination they see each other's locks and successors.
 *
 * @returns {Map<string, Coordination>}
 */
function coordinations() {
  const shared = /** @type {{ [SHARED]?: Map<string, Coordination> }} */ (globalThis);
  return (shared[SHARED] ??= new Map());
}

/**
 * The keeper for the OAuth client that an environment describes; the same one for each environment that describes it.
 *
 * @param {ConfiguredEnvironment} environment
 * @returns {TokenKeeper}
 */
export function keeperOf(environment) {
  const { client } = environment;
  // Derived from the secret and from all that tells clients apart, so connections of different ones never meet.
  const clientKey = client.deriveKey('namespace');
  const address = redisAddress(environment);
  const name = hash(clientKey, address ? JSON.stringify(address) : '');
  let keeper = keepers.get(name);
  if (!keeper) {
    // Not with the address: other machines may call the same Redis by another.
    const coordination = coordinations().get(name) ?? createCoordination(environment, hash(clientKey, ''));
    coordinations().set(name, coordination);
    keeper = new TokenKeeper(environment, coordination);
    keepers.set(name, keeper);
  }
  return keeper;
}

/**
 * @param {ConfiguredEnvironment} environment
 * @param {string} namespace
 * @returns {Coordination}
 */
function createCoordination(environment, namespace) {
  const address = redisAddress(environment);
  if (!address) return new MemoryCoordination();
  return new RedisCoordination({
    ...address,
    namespace,
    encryptionKey: environment.client.deriveKey('shared-store'),
    log: (message) => console.warn(`[nocodb-bitbucket-auth] ${message}`),
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
class TokenKeeper {
  /** By the key of their newest refresh token. @type {Map<string, Connection>} */
  #connections = new Map();

  /** @type {Uint8Array} */
  #hashKey;

  #sweptAt = Date.now();

  /** @type {Connection | undefined} */
  #ofClient;

  /**
   * @param {ConfiguredEnvironment} environment
   * @param {Coordination} coordination
   * @param {'refresh_token' | 'client_credentials'} [grant] how its connections get new tokens
   */
  constructor(environment, coordination, grant = 'refresh_token') {
    this.environment = environment;
    this.coordination = coordination;
    this.grant = grant;
    this.#hashKey = environment.client.deriveKey('refresh-token');
  }

  /**
   * The connection that a pair belongs to, be it the newest or an older one.
   *
   * @param {Pair} pair out of a config
   * @param {Holder} [owner] whose config that is
   * @returns {Connection}
   */
  attach(pair, owner) {
    this.#sweep();
    const key = this.keyOf(pair.refreshToken);
    let connection = this.#connections.get(key);
    if (!connection) {
      const newest = this.coordination.findLocal(key);
      connection = newest && this.#connections.get(newest.key);
    }
    if (!connection) {
      connection = new Connection(this, pair, key);
      this.#connections.set(key, connection);
    }
    connection.attach(pair, key, owner);
    return connection;
  }

  /**
   * The connection of the OAuth client itself (RFC 6749 section 4.4). It has no refresh token, and nobody's tokens die
   * when it gets new ones, so it is this process' own, and no store has to know.
   *
   * @returns {Connection}
   */
  ofClient() {
    this.#ofClient ??= new TokenKeeper(this.environment, new MemoryCoordination(), 'client_credentials')
      .attach(makePair({ refreshToken: '' }));
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
      if (connection.isForgettable(now - KEPT_MS)) this.#connections.delete(key);
    }
  }
}

/** One chain of refresh tokens, of which only the last one is good. */
export class Connection {
  /** @type {TokenKeeper} */
  #keeper;

  /** @type {RefreshPolicy} */
  #policy;

  /** @type {Pair} */
  #pair;

  /** What the connection is called in the log: a part of the first key, which tells nothing. @type {string} */
  name;

  /** The key of the newest refresh token. @type {string} */
  #key;

  /** The key of the one before, until its successor is published. @type {string} */
  #publishedKey;

  /** What is handed out, made once for each pair. @type {Current | undefined} */
  #current;

  /** @type {Promise<void> | undefined} */
  #turn;

  /** @type {NodeJS.Timeout | undefined} */
  #retry;

  /** Who waits for the turn, while there is one. @type {Set<Holder> | undefined} */
  #waiting;

  /** @type {Lock | undefined} */
  #lock;

  /** Why the last token request failed. @type {BitbucketAuthError | undefined} */
  #lastError;

  /** The number of the last pair that a store refused. */
  #unstored = 0;

  #touchedAt = Date.now();

  /**
   * @param {TokenKeeper} keeper
   * @param {Pair} pair
   * @param {string} key
   */
  constructor(keeper, pair, key) {
    const { RefreshPolicy } = core();
    this.#keeper = keeper;
    this.#pair = pair;
    this.name = key.slice(0, NAME_LENGTH);
    this.#key = key;
    this.#publishedKey = key;
    this.#policy = new RefreshPolicy(
      pair.obtainedAt, pair.expiresAt, pair.accessToken !== undefined, keeper.environment.lockoutMs, Date.now(),
    );
  }

  /**
   * @param {Pair} pair
   * @param {string} key
   * @param {Holder} [owner]
   */
  attach(pair, key, owner) {
    const now = Date.now();
    this.#touchedAt = now;
    if (key !== this.#key) return;
    const { accessToken } = this.#pair;
    if (pair.accessToken !== undefined && pair.accessToken !== accessToken
      && this.#policy.configured(pair.obtainedAt, pair.expiresAt, now)) {
      this.#pair = pair;
    }
    if (owner && pair.accessToken === this.#pair.accessToken) noteStored(owner, this.#policy.generation);
  }

  /**
   * The newest tokens, renewed if that is due, after they were handed to the holder's store.
   *
   * @param {Holder} owner
   * @returns {Promise<Current>}
   * @throws {BitbucketAuthError} `RECONNECT_REQUIRED`, and what `requestTokens` throws
   */
  async newest(owner) {
    // Within one call a store that fails is not tried again.
    for (let known = owner.stored; ; known = owner.handed) {
      refuseEnded(owner);
      if (this.#mayUse(this.#policy.asked(known, Date.now()))) return this.#snapshot();
      await this.#join(owner);
    }
  }

  /**
   * Tokens that are newer than the newest, or than those with a certain refresh token.
   *
   * @param {Holder} owner
   * @param {string} [refreshToken]
   * @returns {Promise<Current>}
   * @throws {BitbucketAuthError} like `newest`
   */
  async renewed(owner, refreshToken = this.#pair.refreshToken) {
    refuseEnded(owner);
    const generation = refreshToken === this.#pair.refreshToken ? this.#policy.generation : OLDER;
    while (!this.#mayUse(this.#policy.renew(generation, Date.now()))) {
      await this.#join(owner);
      if (this.#policy.generation === generation && !this.#policy.isForced) {
        throw this.#why('REQUEST_TIMEOUT');
      }
    }
    return this.newest(owner);
  }

  /**
   * The newest tokens that are known anywhere, as they are.
   *
   * @returns {Promise<Pair>}
   */
  async latest() {
    const entry = await this.#keeper.coordination.find(this.#key);
    if (!entry || entry.key === this.#key || 'dead' in entry.value) return this.#pair;
    const { value } = entry;
    return this.#policy.believes(value.obtainedAt, value.expiresAt) ? value : this.#pair;
  }

  /**
   * Whether a refresh token is the newest of this connection, or led to it as far as that is remembered.
   *
   * @param {string} refreshToken
   * @returns {Promise<boolean>}
   */
  async includes(refreshToken) {
    const { coordination } = this.#keeper;
    const key = this.#keeper.keyOf(refreshToken);
    if (key === this.#key) return true;
    const [its, own] = await Promise.all([coordination.find(key), coordination.find(this.#key)]);
    return its !== undefined && its.key !== key && (its.key === this.#key || its.key === own?.key);
  }

  /**
   * Whether the refresh token was unused for so long that it should be used.
   *
   * @returns {boolean}
   */
  isIdle() {
    return this.#policy.isIdle(Date.now());
  }

  /**
   * Whether a request with these tokens that the API answered with this status is to be repeated with the newest.
   *
   * @param {number} status
   * @param {Current} used
   * @param {boolean} isRepetition
   * @returns {boolean}
   */
  answered(status, { generation }, isRepetition) {
    return this.#policy.answered(status, generation, isRepetition, Date.now());
  }

  /**
   * Whether nobody needs this object: its tokens can be had from a config.
   *
   * @param {number} before
   */
  isForgettable(before) {
    return this.#touchedAt < before && !this.#turn && this.#unstored !== this.#policy.generation;
  }

  /**
   * @param {number} answer
   * @returns {boolean}
   * @throws {BitbucketAuthError} `RECONNECT_REQUIRED`
   */
  #mayUse(answer) {
    const { RefreshAnswer } = core();
    if (answer === RefreshAnswer.Dead) {
      // What Bitbucket said of it, unless that was said to another process.
      throw this.#lastError?.reauthorize ? this.#lastError : failure('RECONNECT_REQUIRED', 'refresh');
    }
    return answer === RefreshAnswer.Use;
  }

  /**
   * Why there are no newer tokens: the failure of the last token request, with the wait that is left of what it told.
   *
   * @param {string} code where there was no request
   * @returns {BitbucketAuthError}
   */
  #why(code) {
    const error = this.#lastError ?? failure(code, 'refresh');
    const left = this.#policy.wait(Date.now());
    return error.retryAfter === undefined || left === undefined ? error : withWait(error, left);
  }

  /** @returns {Current} */
  #snapshot() {
    this.#touchedAt = Date.now();
    const { generation } = this.#policy;
    if (this.#current?.generation !== generation) {
      const { accessToken = '' } = this.#pair;
      this.#current = Object.freeze({ accessToken, generation, pair: this.#pair });
    }
    return this.#current;
  }

  /**
   * Waits for the end of the turn that is under way, or runs one.
   *
   * @param {Holder} owner
   * @returns {Promise<void>}
   */
  #join(owner) {
    (this.#waiting ??= new Set()).add(owner);
    this.#turn ??= this.#run().finally(() => {
      this.#turn = undefined;
      this.#waiting = undefined;
      this.#retryLater(owner);
    });
    return this.#turn;
  }

  /**
   * Begins another turn by itself if the policy wants one. It must not keep a process alive.
   *
   * @param {Holder} owner whose store is to have what it brings
   */
  #retryLater(owner) {
    clearTimeout(this.#retry);
    const wait = this.#policy.retryIn(Date.now());
    if (wait === undefined || !hasLivingStore([owner])) return;
    const retry = () => {
      // Timers count from the beginning of the event loop's turn that set them, so they may be early.
      if (this.#policy.retryIn(Date.now()) !== 0) this.#retryLater(owner);
      // Whoever uses the connection next meets the same failure.
      else void this.newest(owner).catch(() => {});
    };
    this.#retry = setTimeout(retry, wait).unref();
  }

  /** Carries out what the policy says, until it says that the turn is over. */
  async #run() {
    const { RefreshAction, RefreshEvent } = core();
    try {
      for (let action = this.#policy.action; ;) {
        switch (action) {
          case RefreshAction.Lock:
            await this.#unlock();
            this.#lock = await this.#keeper.coordination.lock(this.#key);
            action = this.#on(this.#lock ? RefreshEvent.Locked : RefreshEvent.LockBusy);
            break;
          case RefreshAction.Look:
            action = await this.#underLock(() => this.#look());
            break;
          case RefreshAction.Refresh:
            action = await this.#underLock(() => this.#refresh());
            break;
          case RefreshAction.Store:
            action = await this.#underLock(() => this.#store());
            break;
          case RefreshAction.Publish:
            action = this.#on(await this.#publish() ? RefreshEvent.Published : RefreshEvent.Superseded);
            break;
          case RefreshAction.Bury:
            await this.#keeper.coordination.publish(this.#key, this.#entry({ dead: true }));
            reportDeath(this.#waiting ?? [], this);
            action = this.#on(RefreshEvent.Published);
            break;
          case RefreshAction.Report:
            reportUnstored(this.#waiting ?? [], this.#policy.generation, this);
            action = this.#on(RefreshEvent.Reported);
            break;
          case RefreshAction.Wait:
            await sleep(this.#policy.pause(Date.now()));
            action = this.#on(RefreshEvent.Woke);
            break;
          case RefreshAction.FailWithLastRequest:
            throw this.#why('REQUEST_FAILED');
          case RefreshAction.FailAsBusy:
            throw failure('REQUEST_TIMEOUT', 'refresh');
          default:
            return;
        }
      }
    } finally {
      await this.#unlock();
    }
  }

  /**
   * @param {number} event
   * @returns {number} the next action
   */
  #on(event) {
    return this.#policy.on(event, Date.now(), Math.random());
  }

  async #unlock() {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  /**
   * @param {() => Promise<number>} work
   * @returns {Promise<number>}
   */
  async #underLock(work) {
    return this.#lock?.isHeld() ? work() : this.#on(core().RefreshEvent.LockLost);
  }

  async #look() {
    const { RefreshEvent } = core();
    const [entry] = await Promise.all([this.#keeper.coordination.find(this.#key), this.#learnOfLockout()]);
    if (!entry) return this.#on(RefreshEvent.NothingFound);
    const { key, value } = entry;
    if ('dead' in value) return this.#on(RefreshEvent.FoundDead);
    const isSame = key === this.#key;
    if (isSame && value.accessToken === this.#pair.accessToken) return this.#on(RefreshEvent.NothingFound);
    const { generation } = this.#policy;
    const action = this.#policy.found(value.obtainedAt, value.expiresAt, isSame, Date.now(), Math.random());
    if (this.#policy.generation !== generation) {
      this.#take(value, key);
      this.#publishedKey = key;
    }
    return action;
  }

  async #refresh() {
    const { refreshToken, scopes } = this.#pair;
    try {
      const { environment, grant } = this.#keeper;
      const tokens = grant === 'client_credentials'
        ? await requestTokens(environment, (client) => client.buildClientCredentialsRequest(), grant)
        // What the answer leaves out stays as it was (RFC 6749 section 6).
        : await requestTokens(
          environment,
          (client) => client.buildRefreshRequest(refreshToken),
          grant,
          { refreshToken, ...(scopes && { scopes }) },
        );
      const action = this.#policy.renewed(tokens.obtainedAt, tokens.expiresAt, Date.now(), Math.random());
      // In memory first: whatever happens elsewhere, this process keeps the only pair that works.
      const newer = makePair({ ...tokens, refreshToken: tokens.refreshToken ?? refreshToken });
      this.#take(newer, this.#keeper.keyOf(newer.refreshToken));
      return action;
    } catch (error) {
      if (!(error instanceof BitbucketAuthError)) throw error;
      this.#lastError = error;
      await this.#learnOfLockout();
      const action = this.#policy.failed(error.code, error.retryable, error.retryAfter, Date.now(), Math.random());
      const { lockoutOfOthers } = this.#policy;
      if (lockoutOfOthers !== undefined) await this.#keeper.coordination.lockOut(this.#key, lockoutOfOthers);
      return action;
    }
  }

  /** Bitbucket locks out all connections of a client when one comes with a dead refresh token. */
  async #learnOfLockout() {
    this.#policy.lockOut(await this.#keeper.coordination.lockout(this.#key), Date.now());
  }

  /**
   * @param {Pair} pair
   * @param {string} key
   */
  #take(pair, key) {
    const before = this.#key;
    this.#pair = pair;
    this.#key = key;
    this.#lastError = undefined;
    if (key !== before) this.#keeper.rename(this, before, key);
  }

  /** @returns {Promise<boolean>} whether no other pair was faster */
  async #publish() {
    const { coordination } = this.#keeper;
    // Nobody knows the new refresh token before it is published, so its lock is free; whoever waits for the old one's
    // finds the new pair, and then waits until it is stored.
    const next = this.#key === this.#publishedKey ? undefined : await coordination.lock(this.#key);
    const isNewest = await coordination.publish(this.#publishedKey, this.#entry(this.#pair));
    this.#publishedKey = this.#key;
    if (next) {
      await this.#unlock();
      this.#lock = next;
    }
    return isNewest;
  }

  /** @param {import('./coordination/memory.js').Value} value */
  #entry(value) {
    return { key: this.#key, value, fence: this.#lock?.fence ?? 0 };
  }

  async #store() {
    const { RefreshEvent } = core();
    const { generation } = this.#policy;
    const isStored = await storePair(this.#waiting ?? [], this.#pair, generation, this);
    this.#unstored = isStored ? 0 : generation;
    return this.#on(this.#unstored ? RefreshEvent.StoreFailed : RefreshEvent.Stored);
  }
}
