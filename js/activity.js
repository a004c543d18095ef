/**
 * Counts the activity of this process for a connection, and publishes it for observers of the process.
 *
 * In: each request, refresh and failure, when it happens. Out: counters, and messages on two channels of
 * `node:diagnostics_channel`. Never: a secret in a counter or a message, or a message for a channel without subscribers.
 */

import { channel } from 'node:diagnostics_channel';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */

/**
 * A message of the channel `nocodb-bitbucket-auth:request`: the API answered a request, or the request failed. A request that
 * is repeated has a message for each attempt.
 *
 * @typedef {object} RequestMessage
 * @property {string} connection the connection's title in NocoDB; if it has none, its id in NocoDB, or a name that contains no
 *   secret
 * @property {string} method
 * @property {string} path below the API's base URL, without the query; empty after a redirect to another server
 * @property {number} startedAt in milliseconds since the epoch
 * @property {number} durationMs since the request was sent, without the time that it waited for tokens or the rate limit
 * @property {number} [status] of the response
 * @property {string} [code] of the `BitbucketAuthError`, if there was no response
 */

/**
 * A message of the channel `nocodb-bitbucket-auth:refresh`: Bitbucket answered a token request, or the request failed.
 *
 * @typedef {object} RefreshMessage
 * @property {string} connection a name that contains no secret; log lines use it for a connection without a title
 * @property {'refresh_token' | 'client_credentials'} grant
 * @property {number} startedAt in milliseconds since the epoch
 * @property {number} durationMs
 * @property {string} [code] of the `BitbucketAuthError`, if the request failed
 */

/**
 * The events since this process started, as `connectionStatus` reports them.
 *
 * @typedef {object} Counters
 * @property {number} refreshes token requests that brought new tokens
 * @property {number} retries requests to the API that were sent again
 * @property {number} rateLimitWaits requests that waited a second or longer for the rate limit
 * @property {{ code: string, at: number }} [lastError] of a request to the API or a refresh; `at` in milliseconds since the
 *   epoch. The error of a prefetched page is recorded only when a caller reads that page
 */

const requests = channel('nocodb-bitbucket-auth:request');
const refreshes = channel('nocodb-bitbucket-auth:refresh');

/** The counters of one connection. */
export class Activity {
  refreshes = 0;

  retries = 0;

  rateLimitWaits = 0;

  /** @type {Counters['lastError']} */
  #lastError;

  /** @param {BitbucketAuthError} error */
  recordError({ code }) {
    this.#lastError = { code, at: Date.now() };
  }

  /** @returns {Counters} */
  get counters() {
    const { refreshes: count, retries, rateLimitWaits } = this;
    return { refreshes: count, retries, rateLimitWaits, ...(this.#lastError && { lastError: { ...this.#lastError } }) };
  }
}

/**
 * The maximum number of cached activities. A token that is never refreshed has no connection object that could hold its activity,
 * so this module caches the activities of the most recently used tokens.
 */
const MAX_CACHED = 1000;

/** @type {Map<string, Activity>} */
const activities = new Map();

/**
 * The activity of a credential that is never refreshed.
 *
 * @param {string} name of the credential; it contains no secret
 * @returns {Activity} the same object for each wrapper of this credential
 */
export function activityOf(name) {
  const activity = activities.get(name) ?? new Activity();
  activities.delete(name);
  activities.set(name, activity);
  for (const oldest of activities.keys()) {
    if (activities.size <= MAX_CACHED) break;
    activities.delete(oldest);
  }
  return activity;
}

/**
 * Sends a request to the API, and publishes its message.
 *
 * @template {{ status: number }} Response
 * @param {() => Pick<RequestMessage, 'connection' | 'method' | 'path'>} describe called only if the channel has subscribers
 * @param {() => Promise<Response>} send
 * @returns {Promise<Response>}
 */
export function observeRequest(describe, send) {
  return observe(requests, describe, send, ({ status }) => ({ status }));
}

/**
 * Sends a token request, and publishes its message.
 *
 * @template T
 * @param {() => Pick<RefreshMessage, 'connection' | 'grant'>} describe called only if the channel has subscribers
 * @param {() => Promise<T>} send
 * @returns {Promise<T>}
 */
export function observeRefresh(describe, send) {
  return observe(refreshes, describe, send, () => ({}));
}

/**
 * @template T
 * @param {import('node:diagnostics_channel').Channel} messages
 * @param {() => object} describe
 * @param {() => Promise<T>} send
 * @param {(response: T) => object} outcomeOf
 * @returns {Promise<T>}
 */
async function observe(messages, describe, send, outcomeOf) {
  if (!messages.hasSubscribers) return send();
  const startedAt = Date.now();
  const from = performance.now();
  /** @param {object} outcome */
  const publish = (outcome) => messages.publish({ ...describe(), startedAt, durationMs: performance.now() - from, ...outcome });
  try {
    const response = await send();
    publish(outcomeOf(response));
    return response;
  } catch (error) {
    publish({ code: /** @type {BitbucketAuthError} */ (error).code });
    throw error;
  }
}
