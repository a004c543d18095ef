/**
 * Keeps the newest tokens of one connection, and returns them to callers.
 *
 * In: a caller's token store, which saves tokens in the caller's row of NocoDB, and how long the caller waits. Out: the newest
 * tokens. They are refreshed before they expire, and NocoDB is asked to save them before a caller gets them. Never: a decision
 * (the core's refresh policy makes all decisions), or a token request (refresh-cycle.js sends it).
 *
 * The policy numbers the token sets of a connection from 1. The number of a token set is its *generation*. The *key* of a refresh
 * token is a keyed hash, which identifies the refresh token in shared stores and in the log.
 */

import { Activity } from './activity.js';
import { core, failure } from './core.js';
import { withRetryAfter } from './error.js';
import { RefreshCycle } from './refresh-cycle.js';
import { assertAttached, hasAttachedStore, markSaved } from './token-store.js';
import { Waiters } from './waiters.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./token-keeper.js').TokenKeeper} TokenKeeper */
/** @typedef {import('./token-store.js').ConnectionTokens} ConnectionTokens */
/** @typedef {import('./token-store.js').TokenStore} TokenStore */

/** @typedef {Readonly<{ accessToken: string, generation: number, tokens: ConnectionTokens }>} ActiveTokens the newest tokens */

// How long a call waits for tokens. After that, the refresh cycle (refresh-cycle.js), which gets new tokens, goes on without the
// call.
const ACQUIRE_TIMEOUT_MS = 50_000;

// The interval at which a waiting call asks the policy again whether to wait.
const RECHECK_MS = 2000;

const NAME_LENGTH = 8;

/** A number before the first generation. It stands for any tokens that are older than the newest tokens. */
const OLDER = 0;

/** One login of a user. Each refresh may replace the refresh token by a new one, and only the newest refresh token is valid. */
export class Connection {
  /** @type {TokenKeeper} */
  #keeper;

  /** @type {import('./refresh-cycle.js').ConnectionState} */
  #state;

  /** The name in the log: the beginning of the first refresh token's key. It reveals no token. @type {string} */
  name;

  /** Counts the requests, refreshes and failures of this process for the connection. */
  activity = new Activity();

  /** The object that callers get. Each generation has an object of its own. @type {ActiveTokens | undefined} */
  #active;

  /** The refresh cycle that is running. @type {RefreshCycle | undefined} */
  #cycle;

  /** The callers that wait for the end of the cycle. @type {Waiters | undefined} */
  #waiters;

  /** Starts the next cycle without a caller. @type {NodeJS.Timeout | undefined} */
  #timer;

  #usedAt = Date.now();

  /**
   * @param {TokenKeeper} keeper
   * @param {ConnectionTokens} tokens
   * @param {string} key of the refresh token in `tokens`
   */
  constructor(keeper, tokens, key) {
    const { RefreshPolicy } = core();
    this.#keeper = keeper;
    this.name = key.slice(0, NAME_LENGTH);
    this.#state = {
      policy: new RefreshPolicy(
        tokens.obtainedAt, tokens.expiresAt, tokens.accessToken !== undefined, keeper.environment.lockoutMs, Date.now(),
      ),
      tokens,
      key,
      publishedKey: key,
      lastError: undefined,
      refusedAt: 0,
      unsavedGeneration: 0,
    };
  }

  /**
   * Adopts the tokens of a stored config if they are newer than the connection's tokens.
   *
   * @param {ConnectionTokens} tokens
   * @param {string} key of the refresh token in `tokens`
   * @param {TokenStore} [store] of that config
   */
  attach(tokens, key, store) {
    const now = Date.now();
    const state = this.#state;
    this.#usedAt = now;
    if (key !== state.key) return;
    if (tokens.accessToken !== undefined && tokens.accessToken !== state.tokens.accessToken
      && state.policy.onStoredTokens(tokens.obtainedAt, tokens.expiresAt, now)) {
      state.tokens = tokens;
    }
    if (store && tokens.accessToken === state.tokens.accessToken) markSaved(store, state.policy.generation);
  }

  /**
   * Refreshes the tokens if a refresh is due, asks NocoDB to save new tokens, and returns the newest tokens.
   *
   * @param {TokenStore} store of the caller
   * @param {number} [timeoutMs] how long to wait for tokens
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} `RECONNECT_REQUIRED`, `REFRESH_PENDING`, and the errors of `requestTokens`
   */
  async acquire(store, timeoutMs = ACQUIRE_TIMEOUT_MS) {
    const until = performance.now() + timeoutMs;
    for (let generation = store.savedGeneration; ;) {
      assertAttached(store);
      const now = Date.now();
      const deadline = now + until - performance.now();
      if (this.#canUse(this.#state.policy.acquire(generation, deadline, now), store)) return this.#activeTokens();
      // If the token store failed to save the tokens, this call does not wait until the token store saves them at last.
      if (await this.#cycleEnded(until)) generation = store.offeredGeneration;
    }
  }

  /**
   * Refreshes the tokens even if they have not expired.
   *
   * @param {TokenStore} store of the caller
   * @param {string} [refreshToken] the refresh token that the caller has. If the connection already has a newer one, nothing is
   *   refreshed
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} the same errors as `acquire`
   */
  async forceRefresh(store, refreshToken = this.#state.tokens.refreshToken) {
    const { policy, tokens } = this.#state;
    return this.#refreshAfter(store, refreshToken === tokens.refreshToken ? policy.generation : OLDER);
  }

  /**
   * Returns newer tokens after a caller's work failed, if newer tokens may help.
   *
   * @param {TokenStore} store of the caller
   * @param {ActiveTokens} used
   * @param {number} repetitions how often the work was repeated before
   * @returns {Promise<ActiveTokens | undefined>}
   * @throws {BitbucketAuthError} the same errors as `acquire`
   */
  async replacementFor(store, { generation, accessToken }, repetitions) {
    if (!this.#state.policy.onWorkFailed(generation, repetitions, Date.now())) return undefined;
    const newer = await this.#refreshAfter(store, generation);
    return newer.accessToken === accessToken ? undefined : newer;
  }

  /**
   * @param {TokenStore} store
   * @param {number} generation the tokens have to be newer than this generation
   * @returns {Promise<ActiveTokens>}
   * @throws {BitbucketAuthError} the same errors as `acquire`
   */
  async #refreshAfter(store, generation) {
    assertAttached(store);
    const { policy } = this.#state;
    const until = performance.now() + ACQUIRE_TIMEOUT_MS;
    for (;;) {
      const now = Date.now();
      const deadline = now + until - performance.now();
      if (this.#canUse(policy.forceRefresh(generation, deadline, now), store)) break;
      await this.#cycleEnded(until);
      if (policy.generation === generation && !policy.isRefreshForced) throw this.#errorFor(policy.failureReason(Date.now()));
    }
    return this.acquire(store, until - performance.now());
  }

  /**
   * Returns the newest tokens that this process or the shared store knows, without a refresh.
   *
   * @returns {Promise<ConnectionTokens>}
   */
  async newestKnown() {
    const entry = await this.#keeper.sharedStore.find(this.#state.key);
    const { key, policy, tokens } = this.#state;
    if (!entry || entry.key === key || 'dead' in entry.value) return tokens;
    const { value } = entry;
    return policy.isSuccessor(value.obtainedAt, value.expiresAt) ? value : tokens;
  }

  /**
   * Whether a refresh token is this connection's newest refresh token, or one of its predecessors that the shared store still
   * knows.
   *
   * @param {string} refreshToken
   * @returns {Promise<boolean>}
   */
  async ownsRefreshToken(refreshToken) {
    const { sharedStore } = this.#keeper;
    const key = this.#keeper.keyOf(refreshToken);
    if (key === this.#state.key) return true;
    const [successor, own] = await Promise.all([sharedStore.find(key), sharedStore.find(this.#state.key)]);
    return successor !== undefined && successor.key !== key
      && (successor.key === this.#state.key || successor.key === own?.key);
  }

  /**
   * Whether the refresh token has been unused for so long that a refresh has to keep it from expiring.
   *
   * @returns {boolean}
   */
  isIdle() {
    return this.#state.policy.isIdle(Date.now());
  }

  /**
   * Whether to repeat a request with the newest tokens after the API answered it with 401.
   *
   * @param {ActiveTokens} used
   * @param {number} repetitions how often the request was repeated before
   * @returns {boolean}
   */
  shouldRetryAfter401({ generation }, repetitions) {
    return this.#state.policy.onUnauthorized(generation, repetitions, Date.now());
  }

  /**
   * Whether this object can be dropped, because nobody uses it and a stored config has its tokens.
   *
   * @param {number} before a time in milliseconds since the epoch; a connection that was used later is kept
   */
  isEvictable(before) {
    const { policy, unsavedGeneration } = this.#state;
    return this.#usedAt < before && !this.#cycle && unsavedGeneration !== policy.generation;
  }

  /**
   * Carries out the policy's decision about a caller.
   *
   * @param {number} decision
   * @param {TokenStore} store of the caller
   * @returns {boolean} whether the caller can use the newest tokens; otherwise it has to wait for the refresh cycle
   * @throws {BitbucketAuthError} when waiting cannot help
   */
  #canUse(decision, store) {
    const { RefreshDecision } = core();
    if (decision === RefreshDecision.Use) return true;
    this.#startCycle(store);
    if (decision === RefreshDecision.Wait) return false;
    throw this.#errorFor(decision);
  }

  /**
   * Why a caller gets no tokens.
   *
   * @param {number} decision of the policy
   * @returns {BitbucketAuthError}
   */
  #errorFor(decision) {
    const { RefreshDecision } = core();
    const { lastError, policy } = this.#state;
    switch (decision) {
      case RefreshDecision.Dead:
        // This `lastError` contains Bitbucket's own message. Without it, Bitbucket rejected the request of another process.
        return lastError?.reauthorize ? lastError : failure('RECONNECT_REQUIRED', 'refresh');
      case RefreshDecision.RefreshPending: {
        const wait = policy.backoff(Date.now()) ?? this.#keeper.queue.waitTime();
        // After Bitbucket has rejected a refresh token, only one process at a time may send a token request. The other processes
        // do not know how long that request takes, so their error may lack `retryAfter`.
        return failure('REFRESH_PENDING', 'refresh', wait > 0 ? { retryAfter: Math.ceil(wait) } : {});
      }
      case RefreshDecision.RequestFailed:
        return this.#lastFailure();
      default:
        return failure('REQUEST_TIMEOUT', 'refresh');
    }
  }

  /**
   * The error of the last token request, with the wait time that is left.
   *
   * @returns {BitbucketAuthError}
   */
  #lastFailure() {
    const { lastError, policy } = this.#state;
    const error = lastError ?? failure('REQUEST_FAILED', 'refresh');
    const wait = policy.backoff(Date.now());
    return wait === undefined ? error : withRetryAfter(error, wait);
  }

  /** @returns {ActiveTokens} */
  #activeTokens() {
    this.#usedAt = Date.now();
    const { tokens, policy: { generation } } = this.#state;
    if (this.#active?.generation !== generation) {
      const { accessToken = '' } = tokens;
      this.#active = Object.freeze({ accessToken, generation, tokens });
    }
    return this.#active;
  }

  /**
   * Waits for the end of the refresh cycle, at most until the next check.
   *
   * @param {number} until the end of the caller's wait, by `performance.now()`
   * @returns {Promise<boolean>} whether the cycle ended
   */
  #cycleEnded(until) {
    return (this.#waiters ??= new Waiters()).wait(Math.min(until - performance.now(), RECHECK_MS));
  }

  /**
   * Starts a refresh cycle if the policy wants one, or joins the running cycle.
   *
   * @param {TokenStore} store that is to save the new tokens
   */
  #startCycle(store) {
    if (this.#state.policy.action === core().RefreshAction.Done) return;
    if (this.#cycle) {
      this.#cycle.stores.add(store);
      return;
    }
    const cycle = new RefreshCycle(this.#keeper, this, this.#state);
    cycle.stores.add(store);
    /** @param {unknown} [error] */
    const end = (error) => {
      this.#cycle = undefined;
      this.#waiters?.notifyAll(error);
      this.#scheduleCycle([...cycle.stores]);
    };
    this.#cycle = cycle;
    cycle.run().then(() => end(), end);
  }

  /**
   * If the policy wants another cycle later, starts that cycle without a caller. The timer does not keep the process alive.
   *
   * @param {TokenStore[]} stores that are to save the new tokens
   */
  #scheduleCycle(stores) {
    clearTimeout(this.#timer);
    const { policy } = this.#state;
    const wait = policy.backgroundRefreshIn(Date.now());
    const store = stores.find((each) => hasAttachedStore([each]));
    if (wait === undefined || !store) return;
    const start = () => {
      const now = Date.now();
      // A timer counts from the start of the event loop's iteration that set it, so it may fire early.
      if (policy.backgroundRefreshIn(now) !== 0) this.#scheduleCycle(stores);
      else {
        policy.acquire(store.savedGeneration, Infinity, now);
        this.#startCycle(store);
      }
    };
    this.#timer = setTimeout(start, wait).unref();
  }
}
