/**
 * The client for Bitbucket's API: an Axios instance.
 *
 * In: requests made with Axios, and a sender (the function that adds the credential and sends a request). Out: Axios responses
 * and errors; each error carries the core's interpretation as `error.bitbucket`. Never: a credential in a config or an error, or
 * a decision whether a request is retried or what a response means. The core makes those decisions.
 */

import axios from 'axios';
import axiosRetry from 'axios-retry';
import { isObject, objectOrEmpty } from '../arguments.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError, callCore } from '../error.js';
import { toBitbucketAuthError } from './axios-error.js';
import { WriteCounter } from './freshness.js';
import { REPEATED_NAMES, headerValue, paginate, withRepeatedNames } from './paginate.js';
import { isPrefetch } from './prefetch-attempt.js';
import { redactAxiosResponse } from './redaction.js';
import { MAX_BODY_BYTES, isStream, toApiResponse } from './sender.js';

/** @typedef {import('axios').AxiosError} AxiosError */
/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('./paginate.js').Paginate} Paginate */
/** @typedef {import('./sender.js').ResponseContext} ResponseContext */
/** @typedef {import('./sender.js').Sender} Sender */

/** @typedef {AxiosInstance & { readonly paginate: Paginate }} BitbucketClient */

/**
 * @typedef {object} ClientBehavior
 * @property {CredentialKind} kind
 * @property {() => import('../activity.js').Activity} activity
 * @property {WriteCounter} writes counts the client's requests that may change something
 * @property {boolean} isRateLimited whether requests wait for the rate limit
 * @property {number} maxWaitMs
 */

const RETRIES = 3;

/** The fetch option that carries the client's sender. */
const SENDER = Symbol('sender');

/** The fetch option that carries the request's own `timeout` and `maxRedirects`, which Axios does not pass on. */
const LIMITS = Symbol('limits');

/** The default `Accept` header. It accepts any type, because logs, diffs and files are not JSON. */
const ACCEPT = 'application/json, */*;q=0.8';

/**
 * The context of each response. The key is the response's headers object, which Axios keeps.
 *
 * @type {WeakMap<object, ResponseContext>}
 */
const responseContexts = new WeakMap();

const utf8 = new TextDecoder();

/**
 * Creates an Axios instance that sends requests through a sender.
 *
 * @param {object} options
 * @param {string} options.apiUrl
 * @param {CredentialKind} options.kind
 * @param {() => import('../activity.js').Activity} options.activity counts retries and failures
 * @param {Sender} options.sender
 * @param {boolean} [options.isRateLimited] whether the sender makes each request wait for the rate limit
 * @param {number} [options.maxWaitMs] how long the caller is willing to wait before a request and between two attempts
 * @returns {BitbucketClient}
 */
export function createClient({ apiUrl, kind, activity, sender, isRateLimited = false, maxWaitMs = Infinity }) {
  const writes = new WriteCounter();
  const client = axios.create();
  Object.assign(client.defaults, {
    baseURL: apiUrl,
    // If a limit is set, Axios serialises forms to bytes itself. undici accepts bytes from any realm, but not forms.
    maxBodyLength: MAX_BODY_BYTES,
    adapter: 'fetch',
    env: {
      fetch: fetchThroughSender,
      // Without `Request`, Axios passes the URL and the options to `fetch` unchanged, and keeps no request in its errors.
      Request: /** @type {any} */ (null),
      // Axios' default for Node.js is the package form-data, whose streams undici does not accept.
      FormData,
      // Without `Response`, Axios calls the response's methods by name, so a plain object is enough.
      Response: /** @type {any} */ (null),
    },
    fetchOptions: /** @type {Record<symbol, Sender>} */ ({ [SENDER]: writes.track(sender) }),
    // `getUri` and forms use these serialisers.
    paramsSerializer: { ...REPEATED_NAMES },
    formSerializer: { ...REPEATED_NAMES },
  });
  client.defaults.headers.Accept = ACCEPT;
  return installInterceptors(client, { kind, activity, writes, isRateLimited, maxWaitMs });
}

/**
 * Turns an Axios instance, and every instance that its `create` returns, into a client.
 *
 * @param {AxiosInstance} client
 * @param {ClientBehavior} behavior
 * @returns {BitbucketClient}
 */
function installInterceptors(client, behavior) {
  const { kind, activity, isRateLimited, maxWaitMs } = behavior;
  client.interceptors.request.use((config) => {
    // If a limit is set, Axios reads a stream itself, and treats the stream's text chunks as empty.
    if (isStream(config.data)) config.maxBodyLength = -1;
    const { timeout, maxRedirects, fetchOptions } = config;
    config.fetchOptions = /** @type {any} */ ({ ...fetchOptions, [LIMITS]: { timeout, maxRedirects } });
    return withRepeatedNames(config);
  });
  // This interceptor must run before axios-retry, which reads `error.bitbucket`.
  client.interceptors.response.use(undefined, (error) => {
    if (axios.isAxiosError(error)) {
      const bitbucket = toBitbucketError(error, kind);
      if (!isPrefetch(error.config)) activity().recordError(bitbucket);
      Object.assign(error, { bitbucket });
    }
    throw error;
  });
  axiosRetry(client, {
    retries: RETRIES,
    retryCondition: (error) => shouldRetry(error, isRateLimited, maxWaitMs),
    onRetry: () => {
      activity().retries += 1;
    },
    retryDelay: (attempts, error) => retryDelay(error, attempts, isRateLimited, maxWaitMs, Math.random()) ?? 0,
  });
  const { create } = client;
  client.create = (config) => installInterceptors(create(config), behavior);
  // `paginate` is not enumerable, so that code that copies or compares Axios instances sees only Axios' own members.
  return /** @type {BitbucketClient} */ (Object.defineProperty(client, 'paginate', { value: paginate(client, behavior) }));
}

/**
 * Whether a repetition with newer tokens may succeed after an error. A client, or code that used a client, threw the error.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function maySucceedAfterRefresh(error) {
  const { response, status, statusCode, message } = objectOrEmpty(error);
  const failedStatus = [objectOrEmpty(response).status, status, statusCode].find((each) => typeof each === 'number');
  const clientError = findClientError(error);
  return core().maySucceedAfterRefresh(
    clientError !== undefined,
    responseContexts.get(objectOrEmpty(objectOrEmpty(clientError).response).headers ?? {})?.needsRetry === true,
    /** @type {number | undefined} */ (failedStatus),
    typeof message === 'string' ? message : '',
  );
}

/**
 * Finds the client's error: the error itself, or one in its chain of causes.
 *
 * @param {unknown} error
 * @returns {unknown}
 */
function findClientError(error) {
  const seen = new Set();
  for (let each = error; isObject(each) && !seen.has(each); each = each.cause) {
    if (each instanceof BitbucketAuthError || each.bitbucket instanceof BitbucketAuthError) return each;
    seen.add(each);
  }
  return undefined;
}

/**
 * The error that prevented the client from getting tokens, so that the client sent no request; `undefined` if the request failed
 * for another reason.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError | undefined}
 */
export function tokenErrorOf(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof BitbucketAuthError && cause.phase !== 'api' ? cause : undefined;
}

/**
 * The `fetch` function of all clients. There is only one, because Axios keeps every `fetch` it ever sees, together with
 * everything the function references.
 *
 * @param {string | URL | Request} input
 * @param {RequestInit & { [SENDER]?: Sender, [LIMITS]?: { timeout?: unknown, maxRedirects?: unknown } }} [init]
 * @returns {Promise<Response>}
 */
async function fetchThroughSender(input, init = {}) {
  const sender = /** @type {Sender} */ (init[SENDER]);
  const { timeout, maxRedirects } = init[LIMITS] ?? {};
  const senderResponse = await sender({
    method: init.method ?? 'GET',
    url: String(input),
    headers: lowerCaseNames(init.headers),
    body: init.body,
    signal: init.signal,
    ...(typeof timeout === 'number' && timeout > 0 && { timeoutMs: timeout }),
    ...(typeof maxRedirects === 'number' && { maxRedirects }),
    redirect: init.redirect,
  });
  const { status, body, path, isForeignOrigin, needsRetry, authorization } = senderResponse;
  const responseHeaders = axios.AxiosHeaders.from(senderResponse.headers);
  responseContexts.set(responseHeaders, { path, isForeignOrigin, needsRetry, authorization });
  // The status is left out: the constructor of Response rejects some statuses, and rejects a body for others.
  const toResponse = () => new Response(body, { headers: senderResponse.headers });
  // The response is a plain object, because creating a Response takes a tenth of a request's time, and few callers need one.
  return /** @type {any} */ ({
    status,
    statusText: '',
    headers: responseHeaders,
    text: async () => utf8.decode(body),
    arrayBuffer: () => toResponse().arrayBuffer(),
    blob: () => toResponse().blob(),
    formData: () => toResponse().formData(),
    stream: () => toResponse().body,
  });
}

/** @param {RequestInit['headers']} headers */
function lowerCaseNames(headers) {
  /** @type {Record<string, string>} */
  const lower = {};
  for (const [name, value] of Object.entries(headers ?? {})) lower[name.toLowerCase()] = value;
  return lower;
}

/**
 * @param {AxiosError} error
 * @param {CredentialKind} kind
 * @returns {BitbucketAuthError}
 */
function toBitbucketError(error, kind) {
  const { response, config, cause, code, name } = error;
  if (response) {
    const { path, isForeignOrigin, authorization } = responseContexts.get(response.headers) ?? {};
    // From status 300 on, the sender has already removed the credential.
    if (response.status < 300 && authorization) redactAxiosResponse(response, authorization());
    // The message of a SyntaxError quotes the body, which may contain a part of the credential.
    if (objectOrEmpty(cause).name === 'SyntaxError') {
      return replaceText(error, failure('RESPONSE_NOT_JSON', 'api', { status: response.status }));
    }
    const apiResponse = toApiResponse({
      status: response.status,
      headers: Object.fromEntries(Object.entries({ ...response.headers }).map(([field, value]) => (
        [field.toLowerCase(), String(value)]
      ))),
      body: bodyBytes(response.data),
      path,
      isForeignOrigin,
    });
    const described = callCore(toBitbucketError, () => core().apiErrorFromResponse(apiResponse, kind));
    return new BitbucketAuthError(described, {}, toBitbucketError);
  }
  // When Axios' own time limit expires, Axios aborts the signal, so `cause` is then the abort and not the timeout.
  const isTimeout = code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'REQUEST_TIMEOUT';
  if (isTimeout && config?.timeout) return failure('REQUEST_TIMEOUT', 'api', { field: 'timeout' });
  if (cause instanceof BitbucketAuthError) return cause;
  if (name === 'CanceledError') return failure('REQUEST_ABORTED', 'api');
  return failure(isTimeout ? 'REQUEST_TIMEOUT' : 'API_FAILED', 'api');
}

/**
 * Replaces an error's message, stack and cause.
 *
 * @param {AxiosError} error
 * @param {BitbucketAuthError} bitbucketError
 * @returns {BitbucketAuthError}
 */
function replaceText(error, bitbucketError) {
  const frames = String(error.stack).split('\n').filter((line) => line.startsWith('    at '));
  const stack = [`${error.name}: ${bitbucketError.message}`, ...frames].join('\n');
  for (const [name, value] of Object.entries({ message: bitbucketError.message, stack, cause: bitbucketError })) {
    Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return bitbucketError;
}

/**
 * @param {AxiosError} error
 * @param {boolean} isRateLimited
 * @param {number} maxWaitMs
 */
function shouldRetry(error, isRateLimited, maxWaitMs) {
  const { config, response } = error;
  const { code, phase, cause } = toBitbucketAuthError(error);
  const isRateLimitedResponse = isRateLimited && !isForeignResponse(response);
  if (!config || isStream(config.data)) return false;
  // Some connection failures are permanent: an unknown host name, or a certificate that is not trusted.
  const isTransient = !cause || axiosRetry.isNetworkError(/** @type {any} */ ({ code: objectOrEmpty(cause).code }));
  const state = config['axios-retry'];
  const attempts = (state?.retryCount ?? 0) + 1;
  if (!isTransient
    || !core().mayRetry(String(config.method).toUpperCase(), code, response?.status, phase)
    || retryDelay(error, attempts, isRateLimited, maxWaitMs, 0) === undefined) return false;
  // When the hourly limit is exhausted, the retry enters the request queue again like any other request, as often as necessary.
  // So the rejected request does not count as an attempt.
  const retryAfter = headerValue(response?.headers, 'retry-after');
  if (isRateLimitedResponse && state && core().isHourlyLimitExhausted(response?.status, retryAfter, Date.now())) {
    state.retryCount = attempts - 2;
  }
  return true;
}

/**
 * @param {AxiosError} error
 * @param {number} attempts
 * @param {boolean} isRateLimited
 * @param {number} maxWaitMs
 * @param {number} random
 * @returns {number | undefined} milliseconds; `undefined` when the delay would be too long
 */
function retryDelay({ response }, attempts, isRateLimited, maxWaitMs, random) {
  const retryAfter = headerValue(response?.headers, 'retry-after');
  const isRateLimitedResponse = isRateLimited && !isForeignResponse(response);
  return core().retryDelay(attempts, response?.status, retryAfter, isRateLimitedResponse, maxWaitMs, Date.now(), random);
}

/**
 * Whether another server sent the response. The rate limit does not apply to that server.
 *
 * @param {AxiosError['response']} response
 */
function isForeignResponse(response) {
  return response !== undefined && responseContexts.get(response.headers)?.isForeignOrigin === true;
}

/**
 * The bytes of a body that Axios decoded; empty if the body cannot be converted back.
 *
 * @param {unknown} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bodyBytes(data) {
  // The bytes are copied, because a caller's own class may override the length.
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  try {
    return new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data) ?? '');
  } catch {
    return new Uint8Array();
  }
}
