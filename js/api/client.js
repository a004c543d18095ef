/**
 * The client for Bitbucket's API: an Axios instance.
 *
 * In: requests as Axios' users make them, and a sender. Out: Axios' answers and errors, each error with what the core
 * makes of it in `error.bitbucket`. What never happens here: a credential in a config or an error, or a decision about
 * whether a request is repeated, or what an answer means.
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
 * @property {WriteCounter} writes that are made through it
 * @property {boolean} isRateLimited
 * @property {number} maxWaitMs
 */

const RETRIES = 3;

/** Where `fetch` finds the client's own sender. */
const SENDER = Symbol('sender');

/** Where it finds what Axios keeps from it: the request's own `timeout` and `maxRedirects`. */
const LIMITS = Symbol('limits');

/** What is asked for, where the caller asks for nothing else: logs, diffs and files are no JSON. */
const ACCEPT = 'application/json, */*;q=0.8';

/** Of each response, by its header fields: Axios keeps that object. @type {WeakMap<object, ResponseContext>} */
const responseContexts = new WeakMap();

const utf8 = new TextDecoder();

/**
 * An Axios instance that sends through a sender.
 *
 * @param {object} options
 * @param {string} options.apiUrl
 * @param {CredentialKind} options.kind
 * @param {() => import('../activity.js').Activity} options.activity counts retries and failures
 * @param {Sender} options.sender
 * @param {boolean} [options.isRateLimited] whether the sender has each request wait for room within the rate limit
 * @param {number} [options.maxWaitMs] how long the caller goes on waiting, before a request and between two attempts
 * @returns {BitbucketClient}
 */
export function createClient({ apiUrl, kind, activity, sender, isRateLimited = false, maxWaitMs = Infinity }) {
  const writes = new WriteCounter();
  const client = axios.create();
  Object.assign(client.defaults, {
    baseURL: apiUrl,
    // With a limit, Axios itself turns a form into bytes, which undici takes from any realm.
    maxBodyLength: MAX_BODY_BYTES,
    adapter: 'fetch',
    env: {
      fetch: fetchThroughSender,
      // Axios then hands over address and options as they are, and keeps no request in its errors.
      Request: /** @type {any} */ (null),
      // The package of this name, which Axios has for Node.js, is a stream of a kind that undici does not take.
      FormData,
      // And asks the answer for what it wants of it, by name.
      Response: /** @type {any} */ (null),
    },
    fetchOptions: /** @type {Record<symbol, Sender>} */ ({ [SENDER]: writes.track(sender) }),
    // For `getUri`, and for forms.
    paramsSerializer: REPEATED_NAMES,
    formSerializer: REPEATED_NAMES,
  });
  client.defaults.headers.Accept = ACCEPT;
  return installInterceptors(client, { kind, activity, writes, isRateLimited, maxWaitMs });
}

/**
 * What makes an Axios instance a client, and what is made of one with `create` as well.
 *
 * @param {AxiosInstance} client
 * @param {ClientBehavior} behavior
 * @returns {BitbucketClient}
 */
function installInterceptors(client, behavior) {
  const { kind, activity, isRateLimited, maxWaitMs } = behavior;
  client.interceptors.request.use((config) => {
    // With a limit, Axios reads a stream itself, and takes texts for empty.
    if (isStream(config.data)) config.maxBodyLength = -1;
    const { timeout, maxRedirects, fetchOptions } = config;
    config.fetchOptions = /** @type {any} */ ({ ...fetchOptions, [LIMITS]: { timeout, maxRedirects } });
    return withRepeatedNames(config);
  });
  // Before axios-retry, which asks what was found here.
  client.interceptors.response.use(undefined, (error) => {
    if (axios.isAxiosError(error)) {
      const bitbucket = toBitbucketError(error, kind);
      if (!isPrefetch(error.config)) activity().failed(bitbucket);
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
  // Not enumerable: whoever copies or compares Axios instances sees Axios' own members only.
  return /** @type {BitbucketClient} */ (Object.defineProperty(client, 'paginate', { value: paginate(client, behavior) }));
}

/**
 * Whether newer tokens may cure what somebody does with a client, or beside it, and failed with this error.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isCuredByRenewal(error) {
  const { response, status, statusCode, message } = objectOrEmpty(error);
  const failedStatus = [objectOrEmpty(response).status, status, statusCode].find((each) => typeof each === 'number');
  const own = findClientError(error);
  return core().isCuredByRenewal(
    own !== undefined,
    responseContexts.get(objectOrEmpty(objectOrEmpty(own).response).headers ?? {})?.needsRetry === true,
    /** @type {number | undefined} */ (failedStatus),
    typeof message === 'string' ? message : '',
  );
}

/**
 * The error of the client that an error is, or that caused it.
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
 * Why a request of the client was not even sent: there are no tokens for it.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError | undefined}
 */
export function tokenErrorOf(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof BitbucketAuthError && cause.phase !== 'api' ? cause : undefined;
}

/**
 * The `fetch` of all clients: Axios keeps each one that it ever meets, with all that it holds.
 *
 * @param {string | URL | Request} input
 * @param {RequestInit & { [SENDER]?: Sender, [LIMITS]?: { timeout?: unknown, maxRedirects?: unknown } }} [init]
 * @returns {Promise<Response>}
 */
async function fetchThroughSender(input, init = {}) {
  const sender = /** @type {Sender} */ (init[SENDER]);
  const { timeout, maxRedirects } = init[LIMITS] ?? {};
  const answer = await sender({
    method: init.method ?? 'GET',
    url: String(input),
    headers: lowerCaseNames(init.headers),
    body: init.body,
    signal: init.signal,
    ...(typeof timeout === 'number' && timeout > 0 && { timeoutMs: timeout }),
    ...(typeof maxRedirects === 'number' && { maxRedirects }),
    redirect: init.redirect,
  });
  const { status, body, path, isForeignOrigin, needsRetry, authorization } = answer;
  const responseHeaders = axios.AxiosHeaders.from(answer.headers);
  responseContexts.set(responseHeaders, { path, isForeignOrigin, needsRetry, authorization });
  // Of a status of its own: the constructor refuses some, and a body for others.
  const toResponse = () => new Response(body, { headers: answer.headers });
  // A tenth of a request's time goes by in a Response, which few ask for.
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
    // From there on the sender has done it.
    if (response.status < 300 && authorization) redactAxiosResponse(response, authorization());
    // What it quotes may be a piece of the credential.
    if (objectOrEmpty(cause).name === 'SyntaxError') {
      return replaceText(error, failure('RESPONSE_NOT_JSON', 'api', { status: response.status }));
    }
    const answer = toApiResponse({
      status: response.status,
      headers: Object.fromEntries(Object.entries({ ...response.headers }).map(([field, value]) => (
        [field.toLowerCase(), String(value)]
      ))),
      body: bodyBytes(response.data),
      path,
      isForeignOrigin,
    });
    return new BitbucketAuthError(callCore(toBitbucketError, () => core().judgeApiResponse(answer, kind)), {}, toBitbucketError);
  }
  // Axios' own limit ends the request by the signal, so its cause is that it was ended.
  const isTimeout = code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'REQUEST_TIMEOUT';
  if (isTimeout && config?.timeout) return failure('REQUEST_TIMEOUT', 'api', { field: 'timeout' });
  if (cause instanceof BitbucketAuthError) return cause;
  if (name === 'CanceledError') return failure('REQUEST_ABORTED', 'api');
  return failure(isTimeout ? 'REQUEST_TIMEOUT' : 'API_FAILED', 'api');
}

/**
 * Replaces the words of an error.
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
  // Some faults of a connection do not pass: a name that does not exist, a certificate that is not accepted.
  const isTransient = !cause || axiosRetry.isNetworkError(/** @type {any} */ ({ code: objectOrEmpty(cause).code }));
  const state = config['axios-retry'];
  const attempts = (state?.retryCount ?? 0) + 1;
  if (!isTransient
    || !core().mayRepeat(String(config.method).toUpperCase(), code, response?.status, phase)
    || retryDelay(error, attempts, isRateLimited, maxWaitMs, 0) === undefined) return false;
  // Back in the queue it waits like any other request, and none of those has an end to that.
  if (isRateLimitedResponse && state && core().isHourUsedUp(response?.status, headerValue(response?.headers, 'retry-after'), Date.now())) {
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
 * @returns {number | undefined} milliseconds; `undefined` when that is too long to wait
 */
function retryDelay({ response }, attempts, isRateLimited, maxWaitMs, random) {
  const retryAfter = headerValue(response?.headers, 'retry-after');
  const isRateLimitedResponse = isRateLimited && !isForeignResponse(response);
  return core().retryDelay(attempts, response?.status, retryAfter, isRateLimitedResponse, maxWaitMs, Date.now(), random);
}

/**
 * Whether another server gave an answer, of which the queue of the rate limit knows nothing.
 *
 * @param {AxiosError['response']} response
 */
function isForeignResponse(response) {
  return response !== undefined && responseContexts.get(response.headers)?.isForeignOrigin === true;
}

/**
 * The body that Axios has decoded; empty for one that cannot be had back.
 *
 * @param {unknown} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bodyBytes(data) {
  // A copy, as a class of somebody's own may have lengths of its own.
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  try {
    return new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data) ?? '');
  } catch {
    return new Uint8Array();
  }
}
