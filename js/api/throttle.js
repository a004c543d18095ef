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
import { accountOf } from './probe.js';

/** @typedef {import('../credentials.js').Credentials} Credentials */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../rate-limit.js').RateLimiter} RateLimiter */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */
/** @typedef {import('./sender.js').Throttle} SenderThrottle */

/**
 * Whose requests they are.
 *
 * @typedef {object} Subject
 * @property {string} [account] whose tokens they are, as the config says
 * @property {(message: string) => void} log
 */

/**
 * @param {Environment} environment
 * @param {Credentials} credentials
 * @param {Subject} subject
 * @param {number} [maxWaitMs] how long a request may wait
 * @returns {Throttle | undefined} `undefined` without a limit
 */
export function throttleOf(environment, credentials, subject, maxWaitMs) {
  const limiter = rateLimiterOf(environment);
  return limiter && new Throttle(limiter, environment, credentials, subject, maxWaitMs);
}

/** Less is the time that counting takes. */
const COUNTED_WAIT_MS = 1000;

/** @implements {SenderThrottle} */
class Throttle {
  #limiter;

  #environment;

  #credentials;

  /** @type {import('../rate-limit.js').AcquireOptions} */
  #options;

  /** What the requests count under at first. */
  #name;

  /** Whether that may change. */
  #isProvable;

  /**
   * @param {RateLimiter} limiter
   * @param {Environment} environment
   * @param {Credentials} credentials
   * @param {Subject} subject
   * @param {number} [maxWaitMs]
   */
  constructor(limiter, environment, credentials, subject, maxWaitMs) {
    this.#limiter = limiter;
    this.#environment = environment;
    this.#credentials = credentials;
    this.#options = { maxWaitMs, log: (message) => subject.log(message) };
    this.#name = credentials.name;
    // Without a client there is no key, and without a key no name of a person goes to Redis.
    const mayBeNamed = environment.client !== undefined || environment.redis === undefined;
    const { email, kind } = credentials;
    this.#isProvable = mayBeNamed && (email !== undefined || (subject.account !== undefined && core().holdsTokens(kind)));
  }

  /**
   * @param {string} group
   * @param {AbortSignal | null} [signal]
   */
  async take(group, signal) {
    const from = performance.now();
    await this.#limiter.acquire(this.#name, group, { ...this.#options, signal });
    if (performance.now() - from >= COUNTED_WAIT_MS) this.#credentials.activity.rateLimitWaits += 1;
  }

  /**
   * @param {string} group
   * @param {HttpResponse} answer
   */
  observe(group, answer) {
    if (this.#isProvable && core().provesCredential(answer.status)) {
      // The answer does not have to wait for this.
      void this.#limiter.resolveAccount(this.#name, () => this.#owner());
    }
    return this.#limiter.onResponse(this.#name, group, answer);
  }

  /**
   * Whose the credential is, after an answer that proves it.
   *
   * @returns {Promise<string | undefined>}
   */
  async #owner() {
    const { email } = this.#credentials;
    if (email !== undefined) return `email ${email.toLowerCase()}`;
    try {
      const { authorization } = await this.#credentials.newest();
      const account = await accountOf(authorization, this.#environment);
      return account?.uuid && `user ${account.uuid}`;
    } catch {
      return undefined;
    }
  }
}
