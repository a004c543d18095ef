/**
 * The room of one connection within Bitbucket's rate limit.
 *
 * In: its credentials, and what its requests were answered. Out: the moment at which the next one may be sent. What never
 * happens here: requests are counted (the rate limiter does that), or an account is believed before Bitbucket has named it.
 *
 * Bitbucket counts for each user, access token or OAuth client. A config may claim to be somebody else's, so the credential
 * counts under a name of its own until Bitbucket has answered.
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
 * Whose requests they are.
 *
 * @typedef {object} ThrottleInfo
 * @property {string} [account] whose tokens they are, as the config says
 * @property {(message: string) => void} log
 */

/**
 * @param {Environment} environment
 * @param {Credentials} credentials
 * @param {ThrottleInfo} info
 * @param {number} [maxWaitMs] how long a request may wait
 * @returns {Throttle | undefined} `undefined` without a limit
 */
export function createThrottle(environment, credentials, info, maxWaitMs) {
  const limiter = rateLimiterOf(environment);
  return limiter && new Throttle(limiter, environment, credentials, info, maxWaitMs);
}

/** Less is the time that counting takes. */
const MIN_COUNTED_WAIT_MS = 1000;

/** @implements {SenderThrottle} */
class Throttle {
  #limiter;

  #environment;

  #credentials;

  /** @type {import('../rate-limit.js').AcquireOptions} */
  #options;

  /** What the requests count under at first. */
  #accountName;

  /** Whether that may change. */
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
    // Without a client there is no key, and without a key no name of a person goes to Redis.
    const mayStoreNames = environment.client !== undefined || environment.redis === undefined;
    const { email, kind } = credentials;
    this.#canIdentifyAccount = mayStoreNames && (email !== undefined || (info.account !== undefined && core().holdsTokens(kind)));
  }

  /**
   * @param {string} group
   * @param {AbortSignal | null} [signal]
   */
  async take(group, signal) {
    const from = performance.now();
    await this.#limiter.acquire(this.#accountName, group, { ...this.#options, signal });
    if (performance.now() - from >= MIN_COUNTED_WAIT_MS) this.#credentials.activity.rateLimitWaits += 1;
  }

  /**
   * @param {string} group
   * @param {HttpResponse} answer
   */
  observe(group, answer) {
    if (this.#canIdentifyAccount && core().provesCredential(answer.status)) {
      // The answer does not have to wait for this.
      void this.#limiter.resolveAccount(this.#accountName, () => this.#fetchAccountName());
    }
    return this.#limiter.onResponse(this.#accountName, group, answer);
  }

  /**
   * Whose the credential is, after an answer that proves it.
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
