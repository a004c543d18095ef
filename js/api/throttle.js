/**
 * Makes the requests of one connection wait for Bitbucket's rate limit.
 *
 * In: the connection's credentials, and the responses to its requests. Out: a promise that is fulfilled when the next request
 * may be sent. Never: a count of requests (the rate limiter counts them), or trust in an account that Bitbucket has not
 * confirmed yet.
 *
 * Bitbucket counts requests for each user, access token or OAuth client. A config may name somebody else's account. So the
 * requests of a credential count under the credential's own name until Bitbucket has confirmed the account.
 */

import { core } from '../core.js';
import { rateLimiterOf } from '../rate-limit.js';
import { fetchAccount } from './probe.js';

/** @typedef {import('../credentials.js').Credentials} Credentials */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../rate-limit.js').RateLimiter} RateLimiter */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */
/** @typedef {import('./sender.js').Throttle} SenderThrottle */

/**
 * The account that owns the requests, and the log.
 *
 * @typedef {object} ThrottleInfo
 * @property {string} [account] UUID of the account that owns the tokens, according to the config
 * @property {(message: string) => void} log
 */

/**
 * @param {Environment} environment
 * @param {Credentials} credentials
 * @param {ThrottleInfo} info
 * @param {number} [maxWaitMs] how long a request may wait
 * @returns {Throttle | undefined} `undefined` if there is no limit
 */
export function createThrottle(environment, credentials, info, maxWaitMs) {
  const limiter = rateLimiterOf(environment);
  return limiter && new Throttle(limiter, environment, credentials, info, maxWaitMs);
}

/** Shorter waits are not counted, because the rate limiter itself takes some time. */
const MIN_COUNTED_WAIT_MS = 1000;

/** @implements {SenderThrottle} */
class Throttle {
  #limiter;

  #environment;

  #credentials;

  /** @type {import('../rate-limit.js').AcquireOptions} */
  #options;

  /** The credential's own name, under which requests count until Bitbucket has confirmed the account. */
  #accountName;

  /** Whether the requests may count under the account's name after Bitbucket has confirmed the account. */
  #canIdentifyAccount;

  /**
   * @param {RateLimiter} limiter
   * @param {Environment} environment
   * @param {Credentials} credentials
   * @param {ThrottleInfo} info
   * @param {number} [maxWaitMs]
   */
  constructor(limiter, environment, credentials, info, maxWaitMs) {
    this.#limiter = limiter;
    this.#environment = environment;
    this.#credentials = credentials;
    this.#options = { maxWaitMs, log: (message) => info.log(message) };
    this.#accountName = credentials.name;
    // Names of accounts are hashed with a key that comes from the OAuth client. Without an OAuth client, no account name is sent
    // to Redis.
    const mayStoreNames = environment.client !== undefined || environment.redis === undefined;
    const { email, kind } = credentials;
    const belongsToUser = email !== undefined || (info.account !== undefined && core().holdsUserTokens(kind));
    this.#canIdentifyAccount = mayStoreNames && belongsToUser;
  }

  /**
   * @param {string} group
   * @param {AbortSignal | null} [signal]
   */
  async acquire(group, signal) {
    const from = performance.now();
    await this.#limiter.acquire(this.#accountName, group, { ...this.#options, signal });
    if (performance.now() - from >= MIN_COUNTED_WAIT_MS) this.#credentials.activity.rateLimitWaits += 1;
  }

  /**
   * @param {string} group
   * @param {HttpResponse} response
   */
  onResponse(group, response) {
    if (this.#canIdentifyAccount && core().provesCredential(response.status)) {
      // The call is not awaited, because it must not delay the response.
      void this.#limiter.resolveAccount(this.#accountName, () => this.#fetchAccountName());
    }
    return this.#limiter.onResponse(this.#accountName, group, response);
  }

  /**
   * The name of the account that owns the credential. Called after a response that proves that the credential is valid.
   *
   * @returns {Promise<string | undefined>}
   */
  async #fetchAccountName() {
    const { email } = this.#credentials;
    if (email !== undefined) return `email ${email.toLowerCase()}`;
    try {
      const { authorization } = await this.#credentials.newest();
      const account = await fetchAccount(authorization, this.#environment);
      return account?.uuid && `user ${account.uuid}`;
    } catch {
      return undefined;
    }
  }
}
