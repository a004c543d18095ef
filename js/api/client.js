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
import { isAttemptAhead } from './attempt-ahead.js';
import { Changes } from './freshness.js';
import { meaningOf } from './meaning.js';
import { REPEATING, headerOf, paginate, repeating } from './paginate.js';
import { cutOutOf } from './redaction.js';
import { MAX_BYTES, answerOf, isStream } from './sender.js';

/** @typedef {import('axios').AxiosError} AxiosError */
/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('./paginate.js').Paginate} Paginate */
/** @typedef {import('./sender.js').Circumstances} Circumstances */
/** @typedef {import('./sender.js').Sender} Sender */

/** @typedef {AxiosInstance & { readonly paginate: Paginate }} BitbucketClient */

/**
 * @typedef {object} Behaviour
 * @property {CredentialKind} kind
 * @property {() => import('../activity.js').Activity} activity
 * @property {Changes} changes that are made through it
 * @property {boolean} isQueued
 * @property {number} maxWaitMs
 */

const RETRIES = 3;

/** Where `fetch` finds the client's own sender. */
const SENDER = Symbol('sender');

/** Where it finds what Axios keeps from it: the request's own `timeout` and `maxRedirects`. */
const LIMITS = Symbol('limits');

/** What is asked for, where the caller asks for nothing else: logs, diffs and files are no JSON. */
const ACCEPT = 'application/json, */*;q=0.8';

/** Of each response, by its header fields: Axios keeps that object. @type {WeakMap<object, Circumstances>} */
const circumstances = new WeakMap();

const utf8 = new TextDecoder();

/**
 * An Axios instance that sends through a sender.
 *
 * @param {object} options
 * @param {string} options.apiUrl
 * @param {CredentialKind} options.kind
 * @param {() => import('../activity.js').Activity} options.activity counts retries and failures
 * @param {Sender} options.sender
 * @param {boolean} [options.isQueued] whether the sender has each request wait for room within the rate limit
 * @param {number} [options.maxWaitMs] how long the caller goes on waiting, before a request and between two attempts
 * @returns {BitbucketClient}
 */
export function createClient({ apiUrl, kind, activity, sender, isQueued = false, maxWaitMs = Infinity }) {
  const changes = new Changes();
  const client = axios.create();
  Object.assign(client.defaults, {
    baseURL: apiUrl,
    // With a limit, Axios itself turns a form into bytes, which undici takes from any realm.
    maxBodyLength: MAX_BYTES,
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
    fetchOptions: /** @type {Record<symbol, Sender>} */ ({ [SENDER]: changes.of(sender) }),
    // For `getUri`, and for forms.
    paramsSerializer: REPEATING,
    formSerializer: REPEATING,
  });
  client.defaults.headers.Accept = ACCEPT;
  return equip(client, { kind, activity, changes, isQueued, maxWaitMs });
}

/**
 * What makes an Axios instance a client, and what is made of one with `create` as well.
 *
 * @param {AxiosInstance} client
 * @param {Behaviour} behaviour
 * @returns {BitbucketClient}
 */
function equip(client, behaviour) {
  const { kind, activity, isQueued, maxWaitMs } = behaviour;
  client.interceptors.request.use((config) => {
    // With a limit, Axios reads a stream itself, and takes texts for empty.
    if (isStream(config.data)) config.maxBodyLength = -1;
    const { timeout, maxRedirects, fetchOptions } = config;
    config.fetchOptions = /** @type {any} */ ({ ...fetchOptions, [LIMITS]: { timeout, maxRedirects } });
    return repeating(config);
  });
  // Before axios-retry, which asks what was found here.
  client.interceptors.response.use(undefined, (error) => {
    if (axios.isAxiosError(error)) {
      const bitbucket = judgeError(error, kind);
      if (!isAttemptAhead(error.config)) activity().failed(bitbucket);
      Object.assign(error, { bitbucket });
    }
    throw error;
  });
  axiosRetry(client, {
    retries: RETRIES,
    retryCondition: (error) => mayRetry(error, isQueued, maxWaitMs),
    onRetry: () => {
      activity().retries += 1;
    },
    retryDelay: (attempts, error) => delay(error, attempts, isQueued, maxWaitMs, Math.random()) ?? 0,
  });
  const { create } = client;
  client.create = (config) => equip(create(config), behaviour);
  // Not enumerable: whoever copies or compares Axios instances sees Axios' own members only.
  return /** @type {BitbucketClient} */ (Object.defineProperty(client, 'paginate', { value: paginate(client, behaviour) }));
}

/**
 * Whether newer tokens may cure what somebody does with a client, or beside it, and failed with this error.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isCuredByRenewal(error) {
  const { response, status, statusCode, message } = objectOrEmpty(error);
  const told = [objectOrEmpty(response).status, status, statusCode].find((each) => typeof each === 'number');
  const own = ofClient(error);
  return core().isCuredByRenewal(
    own !== undefined,
    circumstances.get(objectOrEmpty(objectOrEmpty(own).response).headers ?? {})?.isUnrepeated === true,
    /** @type {number | undefined} */ (told),
    typeof message === 'string' ? message : '',
  );
}

/**
 * The error of the client that an error is, or that caused it.
 *
 * @param {unknown} error
 * @returns {unknown}
 */
function ofClient(error) {
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
export function withoutTokens(error) {
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
    headers: lowerCased(init.headers),
    body: init.body,
    signal: init.signal,
    ...(typeof timeout === 'number' && timeout > 0 && { timeoutMs: timeout }),
    ...(typeof maxRedirects === 'number' && { maxRedirects }),
    redirect: init.redirect,
  });
  const { status, body, path, isElsewhere, isUnrepeated, authorization } = answer;
  const fields = axios.AxiosHeaders.from(answer.headers);
  circumstances.set(fields, { path, isElsewhere, isUnrepeated, authorization });
  // Of a status of its own: the constructor refuses some, and a body for others.
  const whole = () => new Response(body, { headers: answer.headers });
  // A tenth of a request's time goes by in a Response, which few ask for.
  return /** @type {any} */ ({
    status,
    statusText: '',
    headers: fields,
    text: async () => utf8.decode(body),
    arrayBuffer: () => whole().arrayBuffer(),
    blob: () => whole().blob(),
    formData: () => whole().formData(),
    stream: () => whole().body,
  });
}

/** @param {RequestInit['headers']} headers */
function lowerCased(headers) {
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
function judgeError(error, kind) {
  const { response, config, cause, code, name } = error;
  if (response) {
    const { path, isElsewhere, authorization } = circumstances.get(response.headers) ?? {};
    // From there on the sender has done it.
    if (response.status < 300 && authorization) cutOutOf(response, authorization());
    // What it quotes may be a piece of the credential.
    if (objectOrEmpty(cause).name === 'SyntaxError') {
      return inPlaceOf(error, failure('RESPONSE_NOT_JSON', 'api', { status: response.status }));
    }
    const answer = answerOf({
      status: response.status,
      headers: Object.fromEntries(Object.entries({ ...response.headers }).map(([field, value]) => (
        [field.toLowerCase(), String(value)]
      ))),
      body: bytesOf(response.data),
      path,
      isElsewhere,
    });
    return new BitbucketAuthError(callCore(judgeError, () => core().judgeApiResponse(answer, kind)), {}, judgeError);
  }
  // Axios' own limit ends the request by the signal, so its cause is that it was ended.
  const isLate = code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'REQUEST_TIMEOUT';
  if (isLate && config?.timeout) return failure('REQUEST_TIMEOUT', 'api', { field: 'timeout' });
  if (cause instanceof BitbucketAuthError) return cause;
  if (name === 'CanceledError') return failure('REQUEST_ABORTED', 'api');
  return failure(isLate ? 'REQUEST_TIMEOUT' : 'API_FAILED', 'api');
}

/**
 * Replaces the words of an error.
 *
 * @param {AxiosError} error
 * @param {BitbucketAuthError} meaning
 * @returns {BitbucketAuthError}
 */
function inPlaceOf(error, meaning) {
  const frames = String(error.stack).split('\n').filter((line) => line.startsWith('    at '));
  const stack = [`${error.name}: ${meaning.message}`, ...frames].join('\n');
  for (const [name, value] of Object.entries({ message: meaning.message, stack, cause: meaning })) {
    Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return meaning;
}

/**
 * @param {AxiosError} error
 * @param {boolean} isQueued
 * @param {number} maxWaitMs
 */
function mayRetry(error, isQueued, maxWaitMs) {
  const { config, response } = error;
  const { code, phase, cause } = meaningOf(error);
  const isInQueue = isQueued && !isOfOthers(response);
  if (!config || isStream(config.data)) return false;
  // Some faults of a connection do not pass: a name that does not exist, a certificate that is not accepted.
  const passes = !cause || axiosRetry.isNetworkError(/** @type {any} */ ({ code: objectOrEmpty(cause).code }));
  const state = config['axios-retry'];
  const attempts = (state?.retryCount ?? 0) + 1;
  if (!passes
    || !core().mayRepeat(String(config.method).toUpperCase(), code, response?.status, phase)
    || delay(error, attempts, isQueued, maxWaitMs, 0) === undefined) return false;
  // Back in the queue it waits like any other request, and none of those has an end to that.
  if (isInQueue && state && core().isHourUsedUp(response?.status, headerOf(response?.headers, 'retry-after'), Date.now())) {
    state.retryCount = attempts - 2;
  }
  return true;
}

/**
 * @param {AxiosError} error
 * @param {number} attempts
 * @param {boolean} isQueued
 * @param {number} maxWaitMs
 * @param {number} random
 * @returns {number | undefined} milliseconds; `undefined` when that is too long to wait
 */
function delay({ response }, attempts, isQueued, maxWaitMs, random) {
  const retryAfter = headerOf(response?.headers, 'retry-after');
  const isInQueue = isQueued && !isOfOthers(response);
  return core().retryDelay(attempts, response?.status, retryAfter, isInQueue, maxWaitMs, Date.now(), random);
}

/**
 * Whether another server gave an answer, of which the queue of the rate limit knows nothing.
 *
 * @param {AxiosError['response']} response
 */
function isOfOthers(response) {
  return response !== undefined && circumstances.get(response.headers)?.isElsewhere === true;
}

/**
 * The body that Axios has decoded; empty for one that cannot be had back.
 *
 * @param {unknown} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(data) {
  // A copy, as a class of somebody's own may have lengths of its own.
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  try {
    return new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data) ?? '');
  } catch {
    return new Uint8Array();
  }
}
