/**
 * The way of one connection to Bitbucket's API.
 *
 * In: its credentials, and the environment. Out: senders and clients that use them. What never happens here: a request, or
 * a decision.
 */

import { configFailure } from '../token-endpoint.js';
import { createClient } from './client.js';
import { readAhead } from './read-ahead.js';
import { listCacheOf, replaceRemovedEndpoints } from './removed-endpoints.js';
import { createSender } from './sender.js';
import { createThrottle } from './throttle.js';

/** @typedef {import('../credentials.js').Credentials} Credentials */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('./client.js').BitbucketClient} BitbucketClient */
/** @typedef {import('./sender.js').Sender} Sender */

/**
 * Whose requests they are.
 *
 * @typedef {object} ConnectionInfo
 * @property {string} [account] whose tokens they are, as the config says
 * @property {string} [workspace] that of the config
 * @property {string} [title] of the connection in the host
 * @property {string} [id] of the connection in the host
 * @property {(entry: import('../log-lines.js').LogEntry) => void} note writes an event of the connection to the log
 */

export class ApiClientFactory {
  /** @type {Credentials} */
  credentials;

  /** @type {Environment} */
  environment;

  /** @type {ConnectionInfo} */
  #connectionInfo;

  /**
   * @param {Credentials} credentials
   * @param {Environment} environment
   * @param {ConnectionInfo} connectionInfo
   */
  constructor(credentials, environment, connectionInfo) {
    this.credentials = credentials;
    this.environment = environment;
    this.#connectionInfo = connectionInfo;
  }

  /**
   * @returns {string} the API's base
   * @throws {BitbucketAuthError} `INVALID_CONFIG`
   */
  get apiUrl() {
    const { apiUrl, problems } = this.environment;
    if (!apiUrl) throw configFailure(problems.filter(({ field }) => field?.endsWith('_API_URL')));
    return apiUrl;
  }

  /**
   * A sender that retries nothing.
   *
   * @param {number} [tokenTimeoutMs] how long a request may wait for tokens
   * @param {import('./sender.js').Throttle} [throttle] without one, no request waits for room within the rate limit
   * @returns {Sender}
   */
  createSender(tokenTimeoutMs, throttle) {
    const { apiUrl, credentials, environment: { timeoutMs, proxies } } = this;
    const { title, id } = this.#connectionInfo;
    const connection = () => title ?? id ?? credentials.connection?.name ?? credentials.kind;
    return createSender({ apiUrl, timeoutMs, proxies, credentials, connection, tokenTimeoutMs, throttle });
  }

  /**
   * @param {{ maxWaitMs?: number, tokenTimeoutMs?: number }} [options] how long a request may wait for room within the rate
   *   limit, and for tokens
   * @returns {BitbucketClient}
   */
  createClient({ maxWaitMs, tokenTimeoutMs } = {}) {
    const { apiUrl, credentials, environment } = this;
    const throttleInfo = {
      account: this.#connectionInfo.account,
      /** @param {string} text */
      log: (text) => this.#connectionInfo.note({ level: 'WARN', event: 'rate-limited', text }),
    };
    const throttle = createThrottle(environment, credentials, throttleInfo, maxWaitMs);
    /** @type {Sender | undefined} */
    let withoutWaiting;
    const sender = readAhead({
      sender: this.createSender(tokenTimeoutMs, throttle),
      // Most clients never need it.
      sendPrefetch: (request) => {
        withoutWaiting ??= this.createSender(tokenTimeoutMs, createThrottle(environment, credentials, throttleInfo, 0));
        return withoutWaiting(request);
      },
      newest: () => credentials.newest(tokenTimeoutMs),
    });
    return createClient({
      apiUrl,
      kind: credentials.kind,
      activity: () => credentials.activity,
      sender: environment.replacesRemoved ? this.#withRemovedEndpoints(sender) : sender,
      isRateLimited: throttle !== undefined,
      maxWaitMs,
    });
  }

  /**
   * A sender that also answers for endpoints that Atlassian removed.
   *
   * @param {Sender} sender
   * @returns {Sender}
   */
  #withRemovedEndpoints(sender) {
    const { apiUrl, credentials } = this;
    const { workspace } = this.#connectionInfo;
    return replaceRemovedEndpoints(sender, {
      apiUrl,
      kind: credentials.kind,
      lists: listCacheOf(credentials.connection ?? credentials),
      ...(!credentials.hasUser && workspace && { workspace }),
      log: (text, event) => this.#connectionInfo.note({ level: 'WARN', event, text }),
    });
  }
}
