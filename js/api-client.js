/**
 * The client for Bitbucket's API: an Axios instance, and the sender beneath it.
 *
 * In: requests as Axios' users make them, and where the credential and the room within the rate limit come from. Out:
 * Axios' answers and errors, each error with what the core makes of it in `error.bitbucket`. What never happens here: a
 * credential in a config, an error or a request to another origin, or a decision about where a request may go, whether
 * it is repeated, or what an answer means.
 */

import axios from 'axios';
import axiosRetry from 'axios-retry';
import { unlessAborted } from './abort.js';
import { core, failure } from './core.js';
import { BitbucketAuthError, judge } from './error.js';
import { send } from './transport.js';

/** @typedef {import('axios').AxiosError} AxiosError */
/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('axios').AxiosRequestConfig} AxiosRequestConfig */
/** @typedef {import('./core.js').CredentialKind} CredentialKind */
/** @typedef {import('./transport.js').Answer} Answer */

/**
 * Iterates over the values of all pages of a list, fetching each page when it is needed.
 *
 * @callback Paginate
 * @param {string} path of the list, as in `client.get`
 * @param {Record<string, unknown>} [params] of the first page, `pagelen` for instance; `next` links have their own
 * @param {AxiosRequestConfig} [config] of every request, `signal` for instance
 * @returns {AsyncGenerator<any, void, void>} throws what `client.get` throws, with `error.bitbucket` of code
 *   `FOREIGN_ORIGIN` where `next` leads away from the API; and a `BitbucketAuthError` `RESPONSE_INVALID` for an answer
 *   that is no page
 */

/** @typedef {AxiosInstance & { readonly paginate: Paginate }} BitbucketClient */

/**
 * What goes into the header of a request.
 *
 * @typedef {{ authorization: string }} Credential
 */

/**
 * Where credentials come from.
 *
 * @template {Credential} T
 * @typedef {object} CredentialSource
 * @property {() => Promise<T>} newest
 * @property {(status: number, used: T, isRepetition: boolean) => boolean} answered whether the request is to be
 *   repeated with the newest credential
 * @property {() => void} onUnrepeatable told when it is, and cannot be: its body was a stream
 */

/**
 * Where room within the rate limit comes from.
 *
 * @typedef {object} Throttle
 * @property {(group: string, signal?: AbortSignal | null) => Promise<void>} take waits until a request to this group of
 *   resources may be sent
 * @property {(group: string, answer: Answer) => Promise<void>} observe learns from an answer
 */

/**
 * @template {Credential} T
 * @typedef {object} SenderOptions
 * @property {string} apiUrl
 * @property {number} timeoutMs of each request, from the moment at which it is sent
 * @property {CredentialSource<T>} credentials
 * @property {Throttle} [throttle] by default there is no limit
 */

/**
 * @typedef {object} ApiRequest
 * @property {string} method
 * @property {string} url absolute
 * @property {Record<string, string>} [headers] lower-case names
 * @property {unknown} [body]
 * @property {AbortSignal | null} [signal]
 * @property {'follow' | 'own' | 'manual'} [redirect] which redirects are followed: all that the core allows, which is
 *   the default; those to the API only; or none, each being an answer like any other
 */

/** @typedef {(request: ApiRequest) => Promise<Answer>} Sender */

// A page of pull requests or an upload may pass the mebibyte that bounds a token answer; nothing sound passes this.
const MAX_BYTES = 32 * 1024 * 1024;

const REDIRECTS = [301, 302, 303, 307, 308];

// As many as browsers follow.
const MOST_REDIRECTS = 20;

const RETRIES = 3;

/** Where `fetch` finds the client's own sender. */
const SENDER = Symbol('sender');

const utf8 = new TextDecoder();

/** Header fields that describe a body. */
const OF_BODY = /^content-/;

/**
 * Sends requests to the API with the newest credential, each in its turn.
 *
 * @template {Credential} T
 * @param {SenderOptions<T>} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and what the transport, `credentials` and `throttle`
 *   throw
 */
export function createSender({ apiUrl, timeoutMs, credentials, throttle }) {
  const { Api } = core();
  const api = judge(createSender, () => new Api(apiUrl));

  /**
   * @param {ApiRequest} request
   * @param {string} authorization
   * @param {string} group
   */
  const attempt = async (request, authorization, group) => {
    const { signal, redirect } = request;
    await throttle?.take(group, signal);
    let next = request;
    for (let redirects = 0, withCredential = true; ; redirects += 1) {
      const { method, url, body, headers = {} } = next;
      const answer = await send(
        { method, url, headers: withCredential ? { ...headers, authorization } : headers, body },
        { phase: 'api', timeoutMs, signal, maxBytes: MAX_BYTES },
      );
      if (redirects === 0) await throttle?.observe(group, answer);
      const { status, headers: { location } } = answer;
      if (redirect === 'manual' || !REDIRECTS.includes(status) || location === undefined) {
        return { answer: status >= 300 ? withoutCredential(answer, authorization) : answer, withCredential };
      }
      if (redirects === MOST_REDIRECTS) throw failure('REDIRECT_REFUSED', 'api', { status });
      const target = URL.canParse(location, url) ? new URL(location, url).href : location;
      const judged = judge(attempt, () => api.redirect(method, url, withCredential, status, target));
      withCredential = judged.withCredential;
      if (redirect === 'own' && !withCredential) throw failure('REDIRECT_REFUSED', 'api', { status });
      next = { ...(judged.becomesGet ? asGet(next) : next), url: target };
    }
  };

  return async (request) => {
    const { signal } = request;
    const url = URL.canParse(request.url) ? new URL(request.url).href : request.url;
    const group = judge(createSender, () => api.admit(url));
    const absolute = { ...request, url };
    const used = await unlessAborted(credentials.newest(), signal);
    const { answer, withCredential } = await attempt(absolute, used.authorization, group);
    // Another server's answer says nothing of a credential that it was not given.
    if (!withCredential || !credentials.answered(answer.status, used, false)) return answer;
    const newer = await unlessAborted(credentials.newest(), signal);
    if (isStream(request.body)) {
      credentials.onUnrepeatable();
      return answer;
    }
    const second = await attempt(absolute, newer.authorization, group);
    if (second.withCredential) credentials.answered(second.answer.status, newer, true);
    return second.answer;
  };
}

/**
 * An Axios instance that sends through a sender.
 *
 * @param {{ apiUrl: string, kind: CredentialKind, sender: Sender }} options
 * @returns {BitbucketClient}
 */
export function createClient({ apiUrl, kind, sender }) {
  const client = axios.create({
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
    fetchOptions: /** @type {Record<symbol, Sender>} */ ({ [SENDER]: sender }),
    headers: { Accept: 'application/json' },
  });
  client.interceptors.request.use((config) => {
    // With a limit, Axios reads a stream itself, and takes texts for empty.
    if (isStream(config.data)) config.maxBodyLength = -1;
    return config;
  });
  // Before axios-retry, which asks what was found here.
  client.interceptors.response.use(undefined, (error) => {
    if (axios.isAxiosError(error)) Object.assign(error, { bitbucket: judgeError(error, kind) });
    throw error;
  });
  axiosRetry(client, {
    retries: RETRIES,
    retryCondition: mayRetry,
    retryDelay: (attempt, error) => core().retryDelay(attempt, retryAfter(error), Math.random()) ?? 0,
  });
  // Not enumerable: whoever copies or compares Axios instances sees Axios' own members only.
  return /** @type {BitbucketClient} */ (Object.defineProperty(client, 'paginate', { value: paginate(client) }));
}

/**
 * What an error of the client means.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError}
 */
export function meaningOf(error) {
  if (error instanceof BitbucketAuthError) return error;
  const bitbucket = members(error).bitbucket;
  return bitbucket instanceof BitbucketAuthError ? bitbucket : failure('API_FAILED', 'api');
}

/**
 * The `fetch` of all clients: Axios keeps each one that it ever meets, with all that it holds.
 *
 * @param {string | URL | Request} input
 * @param {RequestInit & { [SENDER]?: Sender }} [init]
 * @returns {Promise<Response>}
 */
async function fetchThroughSender(input, init = {}) {
  const sender = /** @type {Sender} */ (init[SENDER]);
  // The credential is the sender's; one that a caller sets would go along wherever a redirect leads.
  const { authorization: _callers, ...headers } = lowerCased(init.headers);
  const { status, headers: fields, body } = await sender({
    method: init.method ?? 'GET',
    url: String(input),
    headers,
    body: init.body,
    signal: init.signal,
    redirect: init.redirect === 'manual' ? 'manual' : 'follow',
  });
  // The constructor refuses even an empty body for these statuses.
  const whole = () => new Response([204, 205, 304].includes(status) ? null : body, { status, headers: fields });
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
  return Object.fromEntries(Object.entries({ ...headers }).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * @param {AxiosError} error
 * @param {CredentialKind} kind
 * @returns {BitbucketAuthError}
 */
function judgeError({ response, cause, code, name }, kind) {
  if (response) {
    const { judgeApiResponse } = core();
    const answer = {
      status: response.status,
      headers: Object.fromEntries(Object.entries({ ...response.headers }).map(([name, value]) => (
        [name.toLowerCase(), String(value)]
      ))),
      body: bytesOf(response.data),
      receivedAt: Date.now(),
      kind,
    };
    return new BitbucketAuthError(judge(judgeError, () => judgeApiResponse(answer)), {}, judgeError);
  }
  if (cause instanceof BitbucketAuthError) return cause;
  if (name === 'CanceledError') return failure('REQUEST_ABORTED', 'api');
  return failure(code === 'ECONNABORTED' || code === 'ETIMEDOUT' ? 'REQUEST_TIMEOUT' : 'API_FAILED', 'api');
}

/** @param {AxiosError} error */
function mayRetry(error) {
  const { config, response } = error;
  const { code, cause } = meaningOf(error);
  if (!config || isStream(config.data)) return false;
  // Some faults of a connection do not pass: a name that does not exist, a certificate that is not accepted.
  const passes = !cause || axiosRetry.isNetworkError(/** @type {any} */ ({ code: members(cause).code }));
  return passes
    && core().mayRepeat(String(config.method).toUpperCase(), code, response?.status)
    && core().retryDelay(1, retryAfter(error), 0) !== undefined;
}

/** @param {AxiosError} error */
function retryAfter(error) {
  return meaningOf(error).retryAfter;
}

/**
 * @param {AxiosInstance} client
 * @returns {Paginate}
 */
function paginate(client) {
  return async function* pages(path, params, config) {
    const seen = new Set();
    for (let url = path, query = params; ; query = undefined) {
      const { data } = await client.get(url, { ...config, params: query });
      const { values, next } = members(data);
      if (!Array.isArray(values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      yield* values;
      if (next === undefined) return;
      if (typeof next !== 'string' || seen.has(next)) throw failure('RESPONSE_INVALID', 'api', { field: 'next' });
      seen.add(next);
      url = next;
    }
  };
}

/**
 * @param {ApiRequest} request
 * @returns {ApiRequest} without its body
 */
function asGet({ headers = {}, body: _dropped, ...request }) {
  const kept = Object.entries(headers).filter(([name]) => !OF_BODY.test(name));
  return { ...request, method: 'GET', headers: Object.fromEntries(kept) };
}

/**
 * Whether a body is gone once it was sent.
 *
 * @param {unknown} body
 */
function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
}

/**
 * Error pages, of proxies above all, may repeat the request; and errors end up in logs.
 *
 * @param {Answer} answer
 * @param {string} authorization
 * @returns {Answer}
 */
function withoutCredential({ status, headers, body }, authorization) {
  const [, credential = ''] = authorization.split(' ');
  const decoded = Buffer.from(credential, 'base64').toString('latin1');
  const [, token = ''] = decoded.split(/:(.*)/s);
  const secrets = [credential, ...(authorization.startsWith('Basic ') ? [decoded, token] : [])];
  const forms = new Set(secrets.filter(Boolean).flatMap((secret) => (
    [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  )));
  /** @param {string} text */
  const cut = (text) => [...forms].reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cut(value)])),
    body: Buffer.from(cut(Buffer.from(body).toString('latin1')), 'latin1'),
  };
}

/**
 * The body that Axios has decoded; empty for one that cannot be had back.
 *
 * @param {unknown} data
 * @returns {Uint8Array}
 */
function bytesOf(data) {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  try {
    return new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data) ?? '');
  } catch {
    return new Uint8Array();
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function members(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}
