/**
 * What this process did for a connection: counters, and messages for those who observe the process.
 *
 * In: requests, refreshes and failures, as they happen. Out: counters, and messages on two channels of
 * `node:diagnostics_channel`. What never happens here: a secret is kept or told, or a message is made that nobody listens to.
 */

import { channel } from 'node:diagnostics_channel';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */

/**
 * A message of the channel `nocodb-bitbucket-auth:request`: one request to the API was answered, or failed. A request that
 * is repeated has a message for each time.
 *
 * @typedef {object} RequestMessage
 * @property {string} connection title of the connection in the host; without one, its id there, or a name that tells nothing
 * @property {string} method
 * @property {string} path below the API's base, without parameters
 * @property {number} startedAt in milliseconds since the epoch
 * @property {number} durationMs from the moment at which it was sent, without waits for tokens and for the rate limit
 * @property {number} [status] of the answer
 * @property {string} [code] of the `BitbucketAuthError`, where there was no answer
 */

/**
 * A message of the channel `nocodb-bitbucket-auth:refresh`: Bitbucket answered a token request, or it failed.
 *
 * @typedef {object} RefreshMessage
 * @property {string} connection a name that tells nothing, which log lines have where the connection has no title
 * @property {'refresh_token' | 'client_credentials'} grant
 * @property {number} startedAt in milliseconds since the epoch
 * @property {number} durationMs
 * @property {string} [code] of the `BitbucketAuthError`, where it failed
 */

/**
 * What happened since this process started, as `connectionStatus` tells it.
 *
 * @typedef {object} Counters
 * @property {number} refreshes token requests that brought new tokens
 * @property {number} retries requests to the API that were sent again
 * @property {number} rateLimitWaits requests that waited a second or longer for room within the rate limit
 * @property {{ code: string, at: number }} [lastError] of a request to the API or a refresh; `at` in milliseconds since the
 *   epoch. That of a page that was asked for ahead counts when its turn comes
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
  failed({ code }) {
    this.#lastError = { code, at: Date.now() };
  }

  /** @returns {Counters} */
  get counters() {
    const { refreshes: renewed, retries, rateLimitWaits } = this;
    return { refreshes: renewed, retries, rateLimitWaits, ...(this.#lastError && { lastError: { ...this.#lastError } }) };
  }
}

/** Tokens that nobody renews have no object that lives as long as they do, so the ones used last are kept. */
const MOST_KEPT = 1000;

/** @type {Map<string, Activity>} */
const kept = new Map();

/**
 * The activity of a credential that nobody renews.
 *
 * @param {string} name of the credential, no secret
 * @returns {Activity} the same one for each wrapper of this credential
 */
export function activityOf(name) {
  const activity = kept.get(name) ?? new Activity();
  kept.delete(name);
  kept.set(name, activity);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return activity;
}

/**
 * Runs a request to the API, and tells those who listen.
 *
 * @template {{ status: number }} Answer
 * @param {() => Pick<RequestMessage, 'connection' | 'method' | 'path'>} describe called only when somebody listens
 * @param {() => Promise<Answer>} send
 * @returns {Promise<Answer>}
 */
export function observeRequest(describe, send) {
  return observe(requests, describe, send, ({ status }) => ({ status }));
}

/**
 * Runs a token request, and tells those who listen.
 *
 * @template T
 * @param {() => Pick<RefreshMessage, 'connection' | 'grant'>} describe called only when somebody listens
 * @param {() => Promise<T>} send
 * @returns {Promise<T>}
 */
export function observeRefresh(describe, send) {
  return observe(refreshes, describe, send, () => ({}));
}

/**
 * @template T
 * @param {import('node:diagnostics_channel').Channel} listeners
 * @param {() => object} describe
 * @param {() => Promise<T>} send
 * @param {(answer: T) => object} outcomeOf
 * @returns {Promise<T>}
 */
async function observe(listeners, describe, send, outcomeOf) {
  if (!listeners.hasSubscribers) return send();
  const startedAt = Date.now();
  const from = performance.now();
  /** @param {object} outcome */
  const tell = (outcome) => listeners.publish({ ...describe(), startedAt, durationMs: performance.now() - from, ...outcome });
  try {
    const answer = await send();
    tell(outcomeOf(answer));
    return answer;
  } catch (error) {
    tell({ code: /** @type {BitbucketAuthError} */ (error).code });
    throw error;
  }
}
