/**
 * The sender beneath the API client.
 *
 * In: requests as data, and where the credential and the room within the rate limit come from. Out: the API's answers as
 * data, redirects followed. What never happens here: a request to another origin with the credential, an answer that
 * repeats it, or a decision about where a request may go.
 */

import { unlessAborted } from '../abort.js';
import { observeRequest } from '../activity.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { memoize } from '../memoize.js';
import { send } from '../transport.js';
import { redactResponse } from './redaction.js';

/** @typedef {import('../credentials.js').Credentials} Credentials */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */

/**
 * Where room within the rate limit comes from.
 *
 * @typedef {object} Throttle
 * @property {(group: string, signal?: AbortSignal | null) => Promise<void>} take waits until a request to this group of
 *   resources may be sent
 * @property {(group: string, answer: HttpResponse) => Promise<void>} observe learns from an answer
 */

/**
 * @typedef {object} SenderOptions
 * @property {string} apiUrl
 * @property {number} timeoutMs of each request that has no limit of its own: what it may take to be sent and answered,
 *   redirects and its repetition included, waits for tokens and for room not
 * @property {import('../../pkg/core.js').Proxies} proxies
 * @property {Pick<Credentials, 'newest' | 'shouldRetryAfter401' | 'activity'>} credentials
 * @property {() => string} connection what it is called for those who observe the process
 * @property {number} [tokenTimeoutMs] how long a request may wait for tokens
 * @property {Throttle} [throttle] by default there is no limit
 */

/**
 * @typedef {object} ApiRequest
 * @property {string} method
 * @property {string} url absolute
 * @property {Record<string, string>} [headers] lower-case names
 * @property {unknown} [body]
 * @property {AbortSignal | null} [signal]
 * @property {number} [timeoutMs]
 * @property {'follow' | 'own' | 'manual' | 'error'} [redirect] which redirects are followed: all that the core allows,
 *   which is the default; those to the API only; or none, each being an answer like any other, or an error
 * @property {number} [maxRedirects]
 */

/**
 * @typedef {object} ResponseContext
 * @property {string} path what was asked for, below the API's base
 * @property {boolean} isForeignOrigin whether a redirect led away from the API, where the credential does not go along
 * @property {boolean} needsRetry whether the request would have been sent again, as there is a newer credential by now,
 *   if its body had not been a stream
 * @property {() => string} authorization what was sent, for whoever has to cut it out of the answer
 */

/** @typedef {(request: ApiRequest) => Promise<HttpResponse & ResponseContext>} Sender an answer from 300 on is without the credential */

/**
 * A request that is under way.
 *
 * @typedef {object} OutgoingRequest
 * @property {string | undefined} path below the API's base; `undefined` for another server, which gets no credential
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {unknown} body
 */

// A page of pull requests or an upload may pass the mebibyte that bounds a token answer; nothing sound passes this.
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const apiAt = memoize((apiUrl) => callCore(createSender, () => new (core().Api)(apiUrl)));

/**
 * Sends requests to the API with the newest credential, each in its turn.
 *
 * @param {SenderOptions} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and what the transport, `credentials` and `throttle`
 *   throw
 */
export function createSender({ apiUrl, timeoutMs, proxies, credentials, connection, tokenTimeoutMs, throttle }) {
  const { resourceGroup } = core();
  const api = apiAt(apiUrl);

  /**
   * @param {OutgoingRequest} outgoing
   * @param {string} authorization
   * @param {{ left: number }} time milliseconds
   * @param {AbortSignal | null} [signal]
   * @returns {Promise<HttpResponse>}
   */
  const sendWithinRateLimit = async ({ path, method, url, headers, body }, authorization, time, signal) => {
    // Each request to the API counts against the limit, also one that follows a redirect.
    const group = path === undefined ? undefined : resourceGroup(path);
    if (group !== undefined) await throttle?.take(group, signal);
    if (time.left <= 0) throw failure('REQUEST_TIMEOUT', 'api');
    const answer = await observeRequest(() => ({ connection: connection(), method, path: withoutQuery(path) }), () => send(
      { method, url, headers: path === undefined ? headers : { ...headers, authorization }, body },
      { phase: 'api', timeoutMs: time.left, proxies, signal, maxBytes: MAX_BODY_BYTES },
    ));
    time.left -= answer.tookMs;
    if (group !== undefined) await throttle?.observe(group, answer);
    return answer;
  };

  return async (request) => {
    const { method, body, signal, redirect = 'follow', maxRedirects } = request;
    const url = URL.canParse(request.url) ? new URL(request.url).href : request.url;
    const path = callCore(createSender, () => api.admit(url));
    /** @type {OutgoingRequest} */
    const original = { path, method, url, headers: forwardedHeaders(request.headers, true, true), body };
    const time = { left: request.timeoutMs ?? timeoutMs };
    let credential = await unlessAborted(credentials.newest(tokenTimeoutMs), signal);
    for (let outgoing = original, followed = 0, retries = 0; ;) {
      const { authorization } = credential;
      const answer = await sendWithinRateLimit(outgoing, authorization, time, signal);
      const { status, headers: { location } } = answer;
      const target = location !== undefined && URL.canParse(location, outgoing.url) ? new URL(location, outgoing.url).href : location;
      const decision = callCore(createSender, () => api.judge(
        outgoing.method, outgoing.url, outgoing.path !== undefined, status, target, followed, maxRedirects, redirect,
      ));
      const hasNewerCredential = decision === 'renew' && credentials.shouldRetryAfter401(credential, retries);
      if (hasNewerCredential) credential = await unlessAborted(credentials.newest(tokenTimeoutMs), signal);
      if (typeof decision === 'object') {
        followed += 1;
        outgoing = redirectedRequest(outgoing, String(target), decision, decision.withCredential ? api.admit(String(target)) : undefined);
      } else if (hasNewerCredential && !isStream(body)) {
        followed = 0;
        retries += 1;
        credentials.activity.retries += 1;
        outgoing = original;
      } else {
        return {
          ...(status >= 300 ? redactResponse(answer, authorization) : answer),
          path,
          isForeignOrigin: outgoing.path === undefined,
          needsRetry: hasNewerCredential,
          authorization: () => authorization,
        };
      }
    }
  };
}

/**
 * A path without its parameters, which may name anything.
 *
 * @param {string | undefined} path below the API's base; empty for another server's
 */
const withoutQuery = (path = '') => path.replace(/[?#].*$/, '');

/**
 * An answer as the core takes it, received just now.
 *
 * @param {Pick<HttpResponse, 'status' | 'headers' | 'body'> & Partial<ResponseContext>} answer with lower-case names of header fields
 * @returns {import('../../pkg/core.js').ApiAnswer} for one call
 */
export function toApiResponse({ status, headers, body, path, isForeignOrigin = false }) {
  // The core has to see that a body is too large.
  const judged = body.subarray(0, core().largestJudgedBody() + 1);
  return new (core().ApiAnswer)(status, JSON.stringify(headers), judged, Date.now(), path, isForeignOrigin);
}

/**
 * The request that follows a redirect.
 *
 * @param {OutgoingRequest} outgoing
 * @param {string} url
 * @param {{ becomesGet: boolean, withBody: boolean }} how
 * @param {string | undefined} path
 * @returns {OutgoingRequest}
 */
function redirectedRequest({ method, headers, body }, url, { becomesGet, withBody }, path) {
  return {
    path,
    method: becomesGet ? 'GET' : method,
    url,
    headers: forwardedHeaders(headers, path !== undefined, withBody),
    body: withBody ? body : undefined,
  };
}

/**
 * The header fields of a caller that go along.
 *
 * @param {Record<string, string> | undefined} headers
 * @param {boolean} toApi
 * @param {boolean} withBody
 */
function forwardedHeaders(headers = {}, toApi, withBody) {
  const { mayCarry } = core();
  return Object.fromEntries(Object.entries(headers).filter(([name]) => mayCarry(name, toApi, withBody)));
}

/**
 * Whether a body is gone once it was sent.
 *
 * @param {unknown} body
 */
export function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
}
