/**
 * Makes the senders and Axios clients that one connection uses for Bitbucket's API. A sender is a function that sends a request
 * with the connection's credential.
 *
 * In: the connection's credentials and the environment. Out: senders and clients that use these credentials. Never: requests, or
 * rules of Bitbucket's API.
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
 * The connection that the requests belong to.
 *
 * @typedef {object} ConnectionInfo
 * @property {string} [account] UUID of the account that owns the tokens, according to the config
 * @property {string} [workspace] the workspace in the config
 * @property {string} [title] the connection's title in NocoDB
 * @property {string} [id] the connection's id in NocoDB
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
   * @returns {string} the API's base URL
   * @throws {BitbucketAuthError} `INVALID_CONFIG`
   */
  get apiUrl() {
    const { apiUrl, problems } = this.environment;
    if (!apiUrl) throw configFailure(problems.filter(({ field }) => field?.endsWith('_API_URL')));
    return apiUrl;
  }

  /**
   * Creates a sender that never retries.
   *
   * @param {number} [tokenTimeoutMs] how long a request may wait for tokens
   * @param {import('./sender.js').Throttle} [throttle] by default, requests do not wait for the rate limit
   * @returns {Sender}
   */
  createSender(tokenTimeoutMs, throttle) {
    const { apiUrl, credentials, environment: { timeoutMs, proxies } } = this;
    const { title, id } = this.#connectionInfo;
    const connection = () => title ?? id ?? credentials.connection?.name ?? credentials.kind;
    return createSender({ apiUrl, timeoutMs, proxies, credentials, connection, tokenTimeoutMs, throttle });
  }

  /**
   * @param {{ maxWaitMs?: number, tokenTimeoutMs?: number }} [options] how long a request may wait for the rate limit, and for
   *   tokens
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
      // Created lazily: most clients never prefetch.
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
   * Creates a sender that also serves the endpoints that Atlassian removed.
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
