/**
 * Carries out one refresh cycle of a connection: it acquires a lock, looks for a successor of the tokens (newer tokens that
 * replaced them), sends the token request, publishes the new tokens and saves them.
 *
 * In: the state of the connection, and the token stores of the callers that wait. Out: newer tokens in that state, after they
 * were published to other processes and offered to NocoDB. Never: a decision, or two simultaneous token requests with one refresh
 * token. The core's refresh policy decides: it names each action, and receives each event.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { observeRefresh } from './activity.js';
import { core } from './core.js';
import { BitbucketAuthError } from './error.js';
import { requestTokens } from './token-endpoint.js';
import {
  createTokens, hasAttachedStore, loadFromStores, logDeadConnection, logRefresh, logRefreshFailure, logUnsavedTokens,
  saveToStores,
} from './token-store.js';

/** @typedef {import('../pkg/core.js').RefreshPolicy} RefreshPolicy */
/** @typedef {import('./coordination/memory-store.js').Lock} Lock */
/** @typedef {import('./coordination/memory-store.js').TokensOrTombstone} TokensOrTombstone */
/** @typedef {import('./refresh-queue.js').Permit} Permit */
/** @typedef {import('./token-connection.js').Connection} Connection */
/** @typedef {import('./token-keeper.js').TokenKeeper} TokenKeeper */
/** @typedef {import('./token-store.js').ConnectionTokens} ConnectionTokens */
/** @typedef {import('./token-store.js').TokenStore} TokenStore */

/**
 * The state that a connection keeps from one cycle to the next.
 *
 * @typedef {object} ConnectionState
 * @property {RefreshPolicy} policy
 * @property {ConnectionTokens} tokens the newest tokens
 * @property {string} key the key of the newest refresh token in the shared store
 * @property {string} publishedKey the key of the last refresh token that was published. It differs from `key` while the newest
 *   refresh token is not yet published
 * @property {BitbucketAuthError | undefined} lastError why the last token request failed
 * @property {number} refusedAt when Bitbucket last refused the refresh token, by `performance.now()`
 * @property {number} unsavedGeneration the generation (the policy's number for a set of tokens) that a store failed to save; 0 if
 *   no store failed
 */

export class RefreshCycle {
  /** @type {TokenKeeper} */
  #keeper;

  /** @type {Connection} */
  #connection;

  /** @type {ConnectionState} */
  #state;

  /** The token stores of the callers that wait for this cycle. @type {Set<TokenStore>} */
  stores = new Set();

  /** @type {Lock | undefined} */
  #lock;

  /** The refresh queue's permission to send a token request. @type {Permit | undefined} */
  #permit;

  /**
   * @param {TokenKeeper} keeper
   * @param {Connection} connection
   * @param {ConnectionState} state of that connection
   */
  constructor(keeper, connection, state) {
    this.#keeper = keeper;
    this.#connection = connection;
    this.#state = state;
  }

  /** Carries out the policy's actions until the cycle is over. */
  async run() {
    const { RefreshAction, RefreshEvent } = core();
    try {
      for (let { action } = this.#state.policy; ;) {
        switch (action) {
          case RefreshAction.AcquireLock:
            await this.#unlock();
            this.#lock = await this.#keeper.sharedStore.lock(this.#state.key);
            action = this.#handle(this.#lock ? RefreshEvent.LockAcquired : RefreshEvent.LockBusy);
            break;
          case RefreshAction.FindSuccessor:
            action = await this.#underLock(() => this.#findSuccessor());
            break;
          case RefreshAction.Enqueue:
            this.#permit = await this.#keeper.queue.enqueue(this.#state.policy.priority(Date.now()));
            action = this.#handle(RefreshEvent.Admitted);
            break;
          case RefreshAction.RequestTokens:
            action = await this.#underLock(() => this.#refresh());
            break;
          case RefreshAction.JudgeRefusal:
            action = await this.#judgeRefusal();
            break;
          case RefreshAction.SaveTokens:
            action = await this.#underLock(() => this.#save());
            break;
          case RefreshAction.Publish:
            action = this.#handle(await this.#publish() ? RefreshEvent.Published : RefreshEvent.Superseded);
            break;
          case RefreshAction.WriteTombstone:
            action = await this.#publishTombstone();
            break;
          case RefreshAction.ReportSaveFailure:
            logUnsavedTokens(this.stores, this.#state.policy.generation, this.#connection);
            action = this.#handle(RefreshEvent.Reported);
            break;
          case RefreshAction.Wait:
            // This pause does not keep the process alive. A caller that waits does so by the timer of its own time limit.
            await sleep(this.#state.policy.waitDuration(Date.now()), undefined, { ref: false });
            action = this.#handle(RefreshEvent.WaitEnded);
            break;
          default:
            return;
        }
      }
    } finally {
      this.#permit?.failed();
      this.#permit = undefined;
      await this.#unlock();
    }
  }

  /**
   * @param {number} event
   * @returns {number} the next action
   */
  #handle(event) {
    return this.#state.policy.handle(event, Date.now(), Math.random());
  }

  async #unlock() {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  /**
   * @param {() => Promise<number>} work
   * @returns {Promise<number>} the next action
   */
  async #underLock(work) {
    if (this.#lock?.isHeld()) return work();
    this.#returnPermit((permit) => permit.failed());
    return this.#handle(core().RefreshEvent.LockLost);
  }

  /** @returns {Promise<number>} the next action */
  async #findSuccessor() {
    const { RefreshEvent } = core();
    const found = await this.#keeper.sharedStore.find(this.#state.key);
    const { policy, key: ownKey, tokens } = this.#state;
    const { key = ownKey, value = tokens } = found ?? {};
    const { accessToken, obtainedAt, expiresAt, diedAt } = /** @type {ConnectionTokens & { diedAt?: number }} */ (value);
    const isSame = key === ownKey;
    const kind = core().classifyEntry('refreshToken' in value, 'dead' in value, isSame, accessToken === tokens.accessToken);
    if (kind === 'tombstone') return policy.onTombstoneFound(diedAt, Date.now(), Math.random());
    if (kind === 'tokens') {
      return this.#adoptIfAccepted(/** @type {ConnectionTokens} */ (value), key, () => (
        policy.onSuccessorFound(obtainedAt, expiresAt, isSame, Date.now(), Math.random())
      ));
    }
    return policy.isRefused ? this.#findInStores() : this.#handle(RefreshEvent.NoSuccessor);
  }

  /**
   * Looks for a successor in NocoDB's rows, because a process that shares only NocoDB's database with this process may have used
   * the refresh token.
   *
   * @returns {Promise<number>} the next action
   */
  async #findInStores() {
    const { RefreshEvent } = core();
    const { policy, key: before } = this.#state;
    const found = await loadFromStores(this.stores, this.#connection);
    if (!hasAttachedStore(this.stores)) return this.#handle(RefreshEvent.NoStoreLeft);
    if (!found) return this.#handle(RefreshEvent.NoSuccessor);
    const action = this.#adoptIfAccepted(found, this.#keeper.keyOf(found.refreshToken), () => (
      policy.onRowTokensFound(found.obtainedAt, found.expiresAt, Date.now(), Math.random())
    ));
    // Other wrappers of this process still have the previous refresh token, and find the new tokens by the key of that token.
    if (this.#state.key !== before) await this.#keeper.sharedStore.publish(before, this.#entryOf(this.#state.tokens));
    return action;
  }

  /**
   * Offers the policy tokens that another process obtained. If the policy accepts them, they replace the connection's tokens.
   *
   * @param {ConnectionTokens} tokens
   * @param {string} key of their refresh token
   * @param {() => number} offer offers the tokens to the policy
   * @returns {number} the next action
   */
  #adoptIfAccepted(tokens, key, offer) {
    const { policy } = this.#state;
    const { generation } = policy;
    const action = offer();
    if (policy.generation !== generation) {
      this.#setTokens(createTokens(tokens), key);
      this.#state.publishedKey = key;
    }
    return action;
  }

  /** @returns {Promise<number>} the next action */
  async #refresh() {
    const { sharedStore, grant } = this.#keeper;
    const { policy } = this.#state;
    const { activity, name } = this.#connection;
    const sentAt = performance.now();
    try {
      const response = await observeRefresh(() => ({ connection: name, grant }), () => this.#requestTokens());
      const action = policy.onRefreshed(response.obtainedAt, response.expiresAt, Date.now(), Math.random());
      // The tokens are kept in memory first, because Bitbucket accepts no older ones, and a later step may fail.
      const tokens = createTokens({ refreshToken: this.#state.tokens.refreshToken, ...response });
      this.#setTokens(tokens, this.#keeper.keyOf(tokens.refreshToken));
      activity.refreshes += 1;
      logRefresh(this.stores, this.#connection, performance.now() - sentAt);
      this.#returnPermit((permit) => permit.granted(sentAt));
      void sharedStore.recordGrant(performance.now() - sentAt);
      return action;
    } catch (error) {
      if (!(error instanceof BitbucketAuthError)) throw error;
      this.#state.lastError = error;
      activity.recordError(error);
      logRefreshFailure(this.stores, this.#connection, error, performance.now() - sentAt);
      const { code, retryable, retryAfter } = error;
      if (core().isRefreshTokenRefused(code)) {
        this.#state.refusedAt = performance.now();
        // The refusal has to be recorded before the queue of any process admits another request.
        await sharedStore.recordRefusal(this.#state.key);
        this.#returnPermit((permit) => permit.refused());
      } else this.#returnPermit((permit) => permit.failed());
      return policy.onRequestFailed(code, retryable, retryAfter, Date.now(), Math.random());
    }
  }

  #requestTokens() {
    const { environment, grant } = this.#keeper;
    const { refreshToken, scopes } = this.#state.tokens;
    return requestTokens(environment, (client) => client.buildRequestForGrantType(grant, refreshToken), grant, { refreshToken, scopes });
  }

  /** @param {(permit: Permit) => void} report reports the result of the request */
  #returnPermit(report) {
    const permit = this.#permit;
    this.#permit = undefined;
    if (permit) report(permit);
  }

  /**
   * Lets the policy judge a refusal. The policy needs the refusals of other connections, because when one connection uses an
   * invalid refresh token, Bitbucket locks out all connections of the OAuth client.
   *
   * @returns {Promise<number>} the next action
   */
  async #judgeRefusal() {
    const { key, policy, refusedAt } = this.#state;
    const { othersRefusedAgo } = await this.#keeper.sharedStore.tokenEndpointHistory(key);
    return policy.onRefusalJudged(othersRefusedAgo, performance.now() - refusedAt, Date.now(), Math.random());
  }

  /**
   * @param {ConnectionTokens} tokens
   * @param {string} key of their refresh token
   */
  #setTokens(tokens, key) {
    const { key: before } = this.#state;
    this.#state.tokens = tokens;
    this.#state.key = key;
    this.#state.lastError = undefined;
    if (key !== before) this.#keeper.rename(this.#connection, before, key);
  }

  /**
   * Publishes a tombstone, the record that Bitbucket no longer accepts the refresh token.
   *
   * @returns {Promise<number>} the next action
   */
  async #publishTombstone() {
    const { RefreshAction, RefreshEvent } = core();
    const { key, tokens } = this.#state;
    // The tombstone keeps the tokens: if Bitbucket refused them by mistake, the connection has no others.
    const tombstone = this.#entryOf({ ...tokens, dead: true, diedAt: Date.now() });
    const isNewest = await this.#keeper.sharedStore.publish(key, tombstone);
    const action = this.#handle(isNewest ? RefreshEvent.Published : RefreshEvent.Superseded);
    // Any other action means that another process has published a successor of the refresh token.
    if (action === RefreshAction.Done) logDeadConnection(this.stores, this.#connection);
    return action;
  }

  /** @returns {Promise<boolean>} `false` when another process published newer tokens first */
  async #publish() {
    const { sharedStore } = this.#keeper;
    const { key, publishedKey } = this.#state;
    // Before the new refresh token is published, no other process knows it, so its lock is free. This process takes that lock
    // first. Then a process that waits for the lock of the old refresh token finds the new tokens, and waits until this process
    // has saved them.
    const next = key === publishedKey ? undefined : await sharedStore.lock(key);
    const isNewest = await sharedStore.publish(publishedKey, this.#entryOf(this.#state.tokens));
    this.#state.publishedKey = this.#state.key;
    if (next) {
      await this.#unlock();
      this.#lock = next;
    }
    return isNewest;
  }

  /** @param {TokensOrTombstone} value */
  #entryOf(value) {
    return { key: this.#state.key, value, fence: this.#lock?.fence ?? 0 };
  }

  /** @returns {Promise<number>} the next action */
  async #save() {
    const { RefreshEvent } = core();
    const { policy, tokens } = this.#state;
    const { generation } = policy;
    const isSaved = await saveToStores(this.stores, tokens, generation, this.#connection);
    this.#state.unsavedGeneration = isSaved ? 0 : generation;
    return this.#handle(isSaved ? RefreshEvent.Saved : RefreshEvent.SaveFailed);
  }
}
