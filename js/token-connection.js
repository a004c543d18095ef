/**
 * Keeps the newest tokens of one connection.
 *
 * In: who wants to use them, and until when they wait. Out: the newest tokens, renewed in time, published to other processes
 * and handed to the host's store before they are used. What never happens here: a decision (the core's refresh policy makes
 * them all), or two token requests with one refresh token at the same time.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Activity, observeRefresh } from './activity.js';
import { core, failure } from './core.js';
import { BitbucketAuthError, withWait } from './error.js';
import { Sleepers } from './sleepers.js';
import { requestTokens } from './token-endpoint.js';
import {
  assertAttached, createTokens, hasAttachedStore, loadFromStores, logDeadConnection, logRefresh, logRefreshFailure,
  logUnsavedTokens, markSaved, saveToStores,
} from './token-store.js';

/** @typedef {import('../pkg/core.js').RefreshPolicy} RefreshPolicy */
/** @typedef {import('./coordination/memory-store.js').Lock} Lock */
/** @typedef {import('./token-keeper.js').TokenKeeper} TokenKeeper */
/** @typedef {import('./token-store.js').TokenStore} TokenStore */
/** @typedef {import('./token-store.js').ConnectionTokens} ConnectionTokens */

/** @typedef {Readonly<{ accessToken: string, generation: number, tokens: ConnectionTokens }>} ActiveTokens the tokens to use now */

// How long a call waits for tokens. The turn that brings them goes on without it.
const ACQUIRE_TIMEOUT_MS = 50_000;

// How often a call that waits asks whether it still has to, and whether there is any hope.
const ASK_AGAIN_MS = 2000;

const NAME_LENGTH = 8;

/** The number of every tokens but the newest, where it makes no difference which. */
const OLDER = 0;

/** One chain of refresh tokens, of which only the last one is good. */
export class Connection {
  /** @type {TokenKeeper} */
  #keeper;

  /** @type {RefreshPolicy} */
  #policy;

  /** @type {ConnectionTokens} */
  #tokens;

  /** What the connection is called in the log: a part of the first key, which tells nothing. @type {string} */
  name;

  /** What this process did for it. */
  activity = new Activity();

  /** The key of the newest refresh token. @type {string} */
  #key;

  /** The key of the one before, until its successor is published. @type {string} */
  #publishedKey;

  /** What is handed out, made once for each tokens. @type {ActiveTokens | undefined} */
  #current;

  /** @type {Promise<void> | undefined} */
  #turn;

  /** @type {NodeJS.Timeout | undefined} */
  #retry;

  /** Who waited for the turn, while there is one. @type {Set<TokenStore> | undefined} */
  #waiting;

  /** Those who wait for the turn. @type {Sleepers | undefined} */
  #sleepers;

  /** Leave to send a token request. @type {import('./refresh-queue.js').Pass | undefined} */
  #pass;

  /** When Bitbucket refused the refresh token last, by `performance.now()`. */
  #refusedAt = 0;

  /** @type {Lock | undefined} */
  #lock;

  /** Why the last token request failed. @type {BitbucketAuthError | undefined} */
  #lastError;

  /** The number of the last tokens that a store refused. */
  #unstored = 0;

  #touchedAt = Date.now();

  /**
   * @param {TokenKeeper} keeper
   * @param {ConnectionTokens} tokens
   * @param {string} key
   */
  constructor(keeper, tokens, key) {
    const { RefreshPolicy } = core();
    this.#keeper = keeper;
    this.#tokens = tokens;
    this.name = key.slice(0, NAME_LENGTH);
    this.#key = key;
    this.#publishedKey = key;
    this.#policy = new RefreshPolicy(
      tokens.obtainedAt, tokens.expiresAt, tokens.accessToken !== undefined, keeper.environment.lockoutMs, Date.now(),
    );
  }

  /**
   * @param {ConnectionTokens} tokens
   * @param {string} key
   * @param {TokenStore} [store]
   */
  attach(tokens, key, store) {
    const now = Date.now();
    this.#touchedAt = now;
    if (key !== this.#key) return;
    const { accessToken } = this.#tokens;
    if (tokens.accessToken !== undefined && tokens.accessToken !== accessToken
      && this.#policy.configured(tokens.obtainedAt, tokens.expiresAt, now)) {
      this.#tokens = tokens;
    }
    if (store && tokens.accessToken === this.#tokens.accessToken) markSaved(store, this.#policy.generation);
  }

  /**
   * The newest tokens, renewed if that is due, after they were handed to the store's store.
   *
   * @param {TokenStore} store
   * @param {number} [timeoutMs] how long to wait for them
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} `RECONNECT_REQUIRED`, `REFRESH_PENDING`, and what `requestTokens` throws
   */
  async acquire(store, timeoutMs = ACQUIRE_TIMEOUT_MS) {
    const until = performance.now() + timeoutMs;
    for (let known = store.savedGeneration; ;) {
      assertAttached(store);
      const now = Date.now();
      const deadline = now + until - performance.now();
      if (this.#mayUse(this.#policy.asked(known, deadline, now), store)) return this.#snapshot();
      // Within one call a store that fails is not tried again.
      if (await this.#isOver(until)) known = store.offeredGeneration;
    }
  }

  /**
   * Tokens that are newer than the newest, or than those with a certain refresh token.
   *
   * @param {TokenStore} store
   * @param {string} [refreshToken]
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} like `acquire`
   */
  async forceRefresh(store, refreshToken = this.#tokens.refreshToken) {
    return this.#refreshAfter(store, refreshToken === this.#tokens.refreshToken ? this.#policy.generation : OLDER);
  }

  /**
   * Newer tokens than those with which somebody's work failed, if they may cure it.
   *
   * @param {TokenStore} store
   * @param {ActiveTokens} used
   * @param {number} repetitions how often the work was repeated before
   * @returns {Promise<ActiveTokens | undefined>}
   * @throws {BitbucketAuthError} like `acquire`
   */
  async replacementFor(store, { generation, accessToken }, repetitions) {
    if (!this.#policy.suspect(generation, repetitions, Date.now())) return undefined;
    const newer = await this.#refreshAfter(store, generation);
    return newer.accessToken === accessToken ? undefined : newer;
  }

  /**
   * @param {TokenStore} store
   * @param {number} generation of the tokens that there are to be newer ones than
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} like `acquire`
   */
  async #refreshAfter(store, generation) {
    assertAttached(store);
    const until = performance.now() + ACQUIRE_TIMEOUT_MS;
    for (;;) {
      const now = Date.now();
      const deadline = now + until - performance.now();
      if (this.#mayUse(this.#policy.renew(generation, deadline, now), store)) break;
      await this.#isOver(until);
      if (this.#policy.generation === generation && !this.#policy.isForced) {
        throw this.#why(this.#policy.reason(Date.now()));
      }
    }
    return this.acquire(store, until - performance.now());
  }

  /**
   * The newest tokens that are known anywhere, as they are.
   *
   * @returns {Promise<ConnectionTokens>}
   */
  async newestKnown() {
    const entry = await this.#keeper.sharedStore.find(this.#key);
    if (!entry || entry.key === this.#key || 'dead' in entry.value) return this.#tokens;
    const { value } = entry;
    return this.#policy.believes(value.obtainedAt, value.expiresAt) ? value : this.#tokens;
  }

  /**
   * Whether a refresh token is the newest of this connection, or led to it as far as that is remembered.
   *
   * @param {string} refreshToken
   * @returns {Promise<boolean>}
   */
  async ownsRefreshToken(refreshToken) {
    const { sharedStore } = this.#keeper;
    const key = this.#keeper.keyOf(refreshToken);
    if (key === this.#key) return true;
    const [its, own] = await Promise.all([sharedStore.find(key), sharedStore.find(this.#key)]);
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
   * Whether a request with these tokens that the API answered 401 is to be sent again with the newest.
   *
   * @param {ActiveTokens} used
   * @param {number} repetitions how often it was repeated before
   * @returns {boolean}
   */
  shouldRetryAfter401({ generation }, repetitions) {
    return this.#policy.reject(generation, repetitions, Date.now());
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
   * @param {number} answer of the policy
   * @param {TokenStore} store who asked
   * @returns {boolean}
   * @throws {BitbucketAuthError} when nothing can be waited for
   */
  #mayUse(answer, store) {
    const { RefreshAnswer } = core();
    if (answer === RefreshAnswer.Use) return true;
    this.#begin(store);
    if (answer === RefreshAnswer.Turn) return false;
    throw this.#why(answer);
  }

  /**
   * Why there are no tokens.
   *
   * @param {number} answer of the policy
   * @returns {BitbucketAuthError}
   */
  #why(answer) {
    const { RefreshAnswer } = core();
    switch (answer) {
      case RefreshAnswer.Dead:
        // What Bitbucket said of it, unless that was said to another process.
        return this.#lastError?.reauthorize ? this.#lastError : failure('RECONNECT_REQUIRED', 'refresh');
      case RefreshAnswer.Doubtful: {
        const wait = this.#policy.wait(Date.now()) ?? this.#keeper.queue.wait();
        // In line behind another process, nobody knows for how long.
        return failure('REFRESH_PENDING', 'refresh', wait > 0 ? { retryAfter: Math.ceil(wait) } : {});
      }
      case RefreshAnswer.Failed:
        return this.#lastFailure();
      default:
        return failure('REQUEST_TIMEOUT', 'refresh');
    }
  }

  /**
   * The failure of the last token request, with the wait that it caused.
   *
   * @returns {BitbucketAuthError}
   */
  #lastFailure() {
    const error = this.#lastError ?? failure('REQUEST_FAILED', 'refresh');
    const left = this.#policy.wait(Date.now());
    return left === undefined ? error : withWait(error, left);
  }

  /** @returns {ActiveTokens} */
  #snapshot() {
    this.#touchedAt = Date.now();
    const { generation } = this.#policy;
    if (this.#current?.generation !== generation) {
      const { accessToken = '' } = this.#tokens;
      this.#current = Object.freeze({ accessToken, generation, tokens: this.#tokens });
    }
    return this.#current;
  }

  /**
   * Waits for the end of the turn, but not for long.
   *
   * @param {number} until the end of the patience, by `performance.now()`
   * @returns {Promise<boolean>} whether it is over
   */
  #isOver(until) {
    return (this.#sleepers ??= new Sleepers()).wait(Math.min(until - performance.now(), ASK_AGAIN_MS));
  }

  /**
   * Carries out the turn that is under way, unless that happens already.
   *
   * @param {TokenStore} store whose store is to have what it brings
   */
  #begin(store) {
    if (this.#policy.action === core().RefreshAction.Rest) return;
    (this.#waiting ??= new Set()).add(store);
    if (this.#turn) return;
    /** @param {unknown} [error] */
    const end = (error) => {
      const waited = this.#waiting ?? [];
      this.#turn = undefined;
      this.#waiting = undefined;
      this.#sleepers?.wakeAll(error);
      this.#retryLater([...waited]);
    };
    this.#turn = this.#run().then(() => end(), end);
  }

  /**
   * Begins another turn by itself if the policy wants one. It must not keep a process alive.
   *
   * @param {TokenStore[]} stores whose stores are to have what it brings
   */
  #retryLater(stores) {
    clearTimeout(this.#retry);
    const wait = this.#policy.retryIn(Date.now());
    const store = stores.find((store) => hasAttachedStore([store]));
    if (wait === undefined || !store) return;
    const retry = () => {
      const now = Date.now();
      // Timers count from the beginning of the event loop's turn that set them, so they may be early.
      if (this.#policy.retryIn(now) !== 0) this.#retryLater(stores);
      else {
        this.#policy.asked(store.savedGeneration, Infinity, now);
        this.#begin(store);
      }
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
            this.#lock = await this.#keeper.sharedStore.lock(this.#key);
            action = this.#on(this.#lock ? RefreshEvent.Locked : RefreshEvent.LockBusy);
            break;
          case RefreshAction.Look:
            action = await this.#underLock(() => this.#look());
            break;
          case RefreshAction.Queue:
            this.#pass = await this.#keeper.queue.enter(this.#policy.lane(Date.now()));
            action = this.#on(RefreshEvent.Admitted);
            break;
          case RefreshAction.Refresh:
            action = await this.#underLock(() => this.#refresh());
            break;
          case RefreshAction.Judge:
            action = await this.#judge();
            break;
          case RefreshAction.Store:
            action = await this.#underLock(() => this.#store());
            break;
          case RefreshAction.Publish:
            action = this.#on(await this.#publish() ? RefreshEvent.Published : RefreshEvent.Superseded);
            break;
          case RefreshAction.Bury:
            action = await this.#bury();
            break;
          case RefreshAction.Report:
            logUnsavedTokens(this.#waiting ?? [], this.#policy.generation, this);
            action = this.#on(RefreshEvent.Reported);
            break;
          case RefreshAction.Wait:
            // Whoever waits for the turn keeps the process alive; the turn does not.
            await sleep(this.#policy.pause(Date.now()), undefined, { ref: false });
            action = this.#on(RefreshEvent.Woke);
            break;
          default:
            return;
        }
      }
    } finally {
      this.#pass?.failed();
      this.#pass = undefined;
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
    if (this.#lock?.isHeld()) return work();
    this.#leave((pass) => pass.failed());
    return this.#on(core().RefreshEvent.LockLost);
  }

  async #look() {
    const { RefreshEvent } = core();
    const { key = this.#key, value = this.#tokens } = await this.#keeper.sharedStore.find(this.#key) ?? {};
    const { accessToken, obtainedAt, expiresAt, diedAt } = /** @type {ConnectionTokens & { diedAt?: number }} */ (value);
    const isSame = key === this.#key;
    const news = core().newsOf('refreshToken' in value, 'dead' in value, isSame, accessToken === this.#tokens.accessToken);
    if (news === 'death') return this.#policy.foundDead(diedAt, Date.now(), Math.random());
    if (news === 'pair') {
      return this.#adopt(/** @type {ConnectionTokens} */ (value), key, () => (
        this.#policy.found(obtainedAt, expiresAt, isSame, Date.now(), Math.random())
      ));
    }
    return this.#policy.isDoubtful ? this.#lookIntoStores() : this.#on(RefreshEvent.NothingFound);
  }

  /** A process that has nothing but the rows in common with this one may have used the refresh token. */
  async #lookIntoStores() {
    const { RefreshEvent } = core();
    const waiting = this.#waiting ?? [];
    const theirs = await loadFromStores(waiting, this);
    if (!hasAttachedStore(waiting)) return this.#on(RefreshEvent.Abandoned);
    if (!theirs) return this.#on(RefreshEvent.NothingFound);
    const before = this.#key;
    const action = this.#adopt(theirs, this.#keeper.keyOf(theirs.refreshToken), () => (
      this.#policy.foundInRow(theirs.obtainedAt, theirs.expiresAt, Date.now(), Math.random())
    ));
    // Other wrappers of this process have the one before.
    if (this.#key !== before) await this.#keeper.sharedStore.publish(before, this.#entry(this.#tokens));
    return action;
  }

  /**
   * Takes a tokens if the policy does.
   *
   * @param {ConnectionTokens} tokens
   * @param {string} key of its refresh token
   * @param {() => number} decide
   * @returns {number} the next action
   */
  #adopt(tokens, key, decide) {
    const { generation } = this.#policy;
    const action = decide();
    if (this.#policy.generation !== generation) {
      this.#take(createTokens(tokens), key);
      this.#publishedKey = key;
    }
    return action;
  }

  async #refresh() {
    const { sharedStore, grant } = this.#keeper;
    const sentAt = performance.now();
    try {
      const tokens = await observeRefresh(() => ({ connection: this.name, grant }), () => this.#requestTokens());
      const action = this.#policy.renewed(tokens.obtainedAt, tokens.expiresAt, Date.now(), Math.random());
      // In memory first: whatever happens elsewhere, this process keeps the only tokens that works.
      const newer = createTokens({ refreshToken: this.#tokens.refreshToken, ...tokens });
      this.#take(newer, this.#keeper.keyOf(newer.refreshToken));
      this.activity.refreshes += 1;
      logRefresh(this.#waiting ?? [], this, performance.now() - sentAt);
      this.#leave((pass) => pass.granted(sentAt));
      void sharedStore.recordGrant(performance.now() - sentAt);
      return action;
    } catch (error) {
      if (!(error instanceof BitbucketAuthError)) throw error;
      this.#lastError = error;
      this.activity.failed(error);
      logRefreshFailure(this.#waiting ?? [], this, error, performance.now() - sentAt);
      const { code, retryable, retryAfter } = error;
      if (core().isRefusal(code)) {
        this.#refusedAt = performance.now();
        // Before anybody else is admitted, in whatever process.
        await sharedStore.recordRefusal(this.#key);
        this.#leave((pass) => pass.refused());
      } else this.#leave((pass) => pass.failed());
      return this.#policy.failed(code, retryable, retryAfter, Date.now(), Math.random());
    }
  }

  #requestTokens() {
    const { environment, grant } = this.#keeper;
    const { refreshToken, scopes } = this.#tokens;
    return requestTokens(environment, (client) => client.buildRenewalRequest(grant, refreshToken), grant, { refreshToken, scopes });
  }

  /**
   * Gives the pass back.
   *
   * @param {(pass: import('./refresh-queue.js').Pass) => void} tell what became of the request
   */
  #leave(tell) {
    const pass = this.#pass;
    this.#pass = undefined;
    if (pass) tell(pass);
  }

  /** Bitbucket locks out all connections of a client when one comes with a dead refresh token. */
  async #judge() {
    const { othersRefusedAgo } = await this.#keeper.sharedStore.tokenEndpointHistory(this.#key);
    const refusedAgo = performance.now() - this.#refusedAt;
    return this.#policy.judged(othersRefusedAgo, refusedAgo, Date.now(), Math.random());
  }

  /**
   * @param {ConnectionTokens} tokens
   * @param {string} key
   */
  #take(tokens, key) {
    const before = this.#key;
    this.#tokens = tokens;
    this.#key = key;
    this.#lastError = undefined;
    if (key !== before) this.#keeper.rename(this, before, key);
  }

  async #bury() {
    const { RefreshAction, RefreshEvent } = core();
    // With the tokens, which is all that is left of the connection if the verdict is a mistake.
    const death = this.#entry({ ...this.#tokens, dead: true, diedAt: Date.now() });
    const isNews = await this.#keeper.sharedStore.publish(this.#key, death);
    const action = this.#on(isNews ? RefreshEvent.Published : RefreshEvent.Superseded);
    // Otherwise something turned up that follows the refresh token.
    if (action === RefreshAction.Rest) logDeadConnection(this.#waiting ?? [], this);
    return action;
  }

  /** @returns {Promise<boolean>} whether no other tokens was faster */
  async #publish() {
    const { sharedStore } = this.#keeper;
    // Nobody knows the new refresh token before it is published, so its lock is free; whoever waits for the old one's
    // finds the new tokens, and then waits until it is stored.
    const next = this.#key === this.#publishedKey ? undefined : await sharedStore.lock(this.#key);
    const isNewest = await sharedStore.publish(this.#publishedKey, this.#entry(this.#tokens));
    this.#publishedKey = this.#key;
    if (next) {
      await this.#unlock();
      this.#lock = next;
    }
    return isNewest;
  }

  /** @param {import('./coordination/memory-store.js').TokensOrTombstone} value */
  #entry(value) {
    return { key: this.#key, value, fence: this.#lock?.fence ?? 0 };
  }

  async #store() {
    const { RefreshEvent } = core();
    const { generation } = this.#policy;
    const isStored = await saveToStores(this.#waiting ?? [], this.#tokens, generation, this);
    this.#unstored = isStored ? 0 : generation;
    return this.#on(this.#unstored ? RefreshEvent.StoreFailed : RefreshEvent.Stored);
  }
}
