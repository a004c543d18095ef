/**
 * Sends the API client's requests.
 *
 * In: requests as data, a source of credentials and a throttle for the rate limit. Out: the API's responses as data, after
 * redirects. Never: the credential in a request to another origin or in the response to a failed request, or a decision about
 * where a request may go (the core makes it).
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
 * Makes requests wait for the rate limit.
 *
 * @typedef {object} Throttle
 * @property {(group: string, signal?: AbortSignal | null) => Promise<void>} acquire waits until a request to this group of
 *   resources may be sent
 * @property {(group: string, response: HttpResponse) => Promise<void>} onResponse updates the limit from a response
 */

/**
 * @typedef {object} SenderOptions
 * @property {string} apiUrl
 * @property {number} timeoutMs time limit for requests that have none of their own. It covers sending and receiving, including
 *   redirects and retries; waiting for tokens and for the rate limit does not count
 * @property {import('../../pkg/core.js').Proxies} proxies
 * @property {Pick<Credentials, 'newest' | 'shouldRetryAfter401' | 'activity'>} credentials
 * @property {() => string} connection returns the connection's name, for subscribers to the diagnostics channels
 * @property {number} [tokenTimeoutMs] how long a request may wait for tokens
 * @property {Throttle} [throttle] by default requests do not wait
 */

/**
 * @typedef {object} ApiRequest
 * @property {string} method
 * @property {string} url absolute
 * @property {Record<string, string>} [headers] lower-case names
 * @property {unknown} [body]
 * @property {AbortSignal | null} [signal]
 * @property {number} [timeoutMs]
 * @property {'follow' | 'same-origin' | 'manual' | 'error'} [redirect] `follow` (the default) follows all redirects that the core
 *   allows, `same-origin` only those to the API; `manual` returns a redirect as the response, and `error` throws an error
 * @property {number} [maxRedirects]
 */

/**
 * @typedef {object} ResponseContext
 * @property {string} path the requested path, below the API's base URL
 * @property {boolean} isForeignOrigin whether a redirect led to another origin, which does not get the credential
 * @property {boolean} needsRetry whether a newer credential is available, but the body was a stream and could not be sent again
 * @property {() => string} authorization the `Authorization` header that was sent, for code that redacts the response
 */

/** @typedef {(request: ApiRequest) => Promise<HttpResponse & ResponseContext>} Sender redacts responses from status 300 on */

/**
 * A request that is under way.
 *
 * @typedef {object} OutgoingRequest
 * @property {string | undefined} path below the API's base URL; `undefined` for another server, which gets no credential
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {unknown} body
 */

// Pages of pull requests and uploads may be larger than one mebibyte, the limit for token responses. No valid response exceeds
// 32 MiB.
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const apiAt = memoize((apiUrl) => callCore(createSender, () => new (core().ApiBaseUrl)(apiUrl)));

/**
 * Creates a sender that sends requests to the API with the newest credential, within the rate limit.
 *
 * @param {SenderOptions} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and the errors of the transport, `credentials` and `throttle`
 */
export function createSender({ apiUrl, timeoutMs, proxies, credentials, connection, tokenTimeoutMs, throttle }) {
  const { resourceGroup } = core();
  const api = apiAt(apiUrl);

  /**
   * @param {OutgoingRequest} outgoing
   * @param {string} authorization
   * @param {{ left: number }} time the milliseconds that are left for this request and the requests that follow it
   * @param {AbortSignal | null} [signal]
   * @returns {Promise<HttpResponse>}
   */
  const sendWithinRateLimit = async ({ path, method, url, headers, body }, authorization, time, signal) => {
    // Each request to the API counts against the rate limit, including those that follow a redirect.
    const group = path === undefined ? undefined : resourceGroup(path);
    if (group !== undefined) await throttle?.acquire(group, signal);
    if (time.left <= 0) throw failure('REQUEST_TIMEOUT', 'api');
    const response = await observeRequest(() => ({ connection: connection(), method, path: withoutQuery(path) }), () => send(
      { method, url, headers: path === undefined ? headers : { ...headers, authorization }, body },
      { phase: 'api', timeoutMs: time.left, proxies, signal, maxBytes: MAX_BODY_BYTES },
    ));
    time.left -= response.tookMs;
    if (group !== undefined) await throttle?.onResponse(group, response);
    return response;
  };

  return async (request) => {
    const { method, body, signal, redirect = 'follow', maxRedirects } = request;
    const url = URL.canParse(request.url) ? new URL(request.url).href : request.url;
    const path = callCore(createSender, () => api.relativePath(url));
    /** @type {OutgoingRequest} */
    const original = { path, method, url, headers: forwardedHeaders(request.headers, true, true), body };
    const time = { left: request.timeoutMs ?? timeoutMs };
    let credential = await unlessAborted(credentials.newest(tokenTimeoutMs), signal);
    for (let outgoing = original, followed = 0, retries = 0; ;) {
      const { authorization } = credential;
      const response = await sendWithinRateLimit(outgoing, authorization, time, signal);
      const { status, headers: { location } } = response;
      const isUrl = location !== undefined && URL.canParse(location, outgoing.url);
      const target = isUrl ? new URL(location, outgoing.url).href : location;
      const decision = callCore(createSender, () => api.followUp(
        outgoing.method, outgoing.url, outgoing.path !== undefined, status, target, followed, maxRedirects, redirect,
      ));
      const hasNewerCredential = decision === 'refresh' && credentials.shouldRetryAfter401(credential, retries);
      if (hasNewerCredential) credential = await unlessAborted(credentials.newest(tokenTimeoutMs), signal);
      if (typeof decision === 'object') {
        followed += 1;
        const nextPath = decision.withCredential ? api.relativePath(String(target)) : undefined;
        outgoing = redirectedRequest(outgoing, String(target), decision, nextPath);
      } else if (hasNewerCredential && !isStream(body)) {
        followed = 0;
        retries += 1;
        credentials.activity.retries += 1;
        outgoing = original;
      } else {
        return {
          ...(status >= 300 ? redactResponse(response, authorization) : response),
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
 * A path without its query, which may contain private data.
 *
 * @param {string | undefined} path below the API's base URL; absent for another server
 */
const withoutQuery = (path = '') => path.replace(/[?#].*$/, '');

/**
 * Converts a response that was received just now into the format of the core.
 *
 * @param {Pick<HttpResponse, 'status' | 'headers' | 'body'> & Partial<ResponseContext>} response with lower-case header names
 * @returns {import('../../pkg/core.js').ApiResponse} for one call, because the core consumes it
 */
export function toApiResponse({ status, headers, body, path, isForeignOrigin = false }) {
  // One byte more than the limit, so the core can see that a body is too large.
  const inspectedBody = body.subarray(0, core().maxInspectedBytes() + 1);
  return new (core().ApiResponse)(status, JSON.stringify(headers), inspectedBody, Date.now(), path, isForeignOrigin);
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
 * Returns the headers of the caller that may be sent.
 *
 * @param {Record<string, string> | undefined} headers
 * @param {boolean} toApi
 * @param {boolean} withBody
 */
function forwardedHeaders(headers = {}, toApi, withBody) {
  const { mayForwardHeader } = core();
  return Object.fromEntries(Object.entries(headers).filter(([name]) => mayForwardHeader(name, toApi, withBody)));
}

/**
 * Whether a body can be sent only once.
 *
 * @param {unknown} body
 */
export function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
}
