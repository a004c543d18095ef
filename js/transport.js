/**
 * The one HTTP sender.
 *
 * In: a request as data. Out: status, header fields and bytes of the answer, a redirect being one like any other, or a
 * `BitbucketAuthError` that says what kind of trouble the network has. What never happens here: an answer is judged or
 * followed, a request for this machine leaves it, or an address, header or body gets into an error.
 */

import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import pLimit from 'p-limit';
import { Agent, EnvHttpProxyAgent } from 'undici';
import { failure } from './core.js';
import { BitbucketAuthError } from './error.js';

/** @typedef {import('./error.js').Phase} Phase */

/**
 * @typedef {object} SendOptions
 * @property {Phase} phase for the error, if it comes to that
 * @property {number} [timeoutMs] for the whole answer, body included, from the moment at which one of the connections
 *   is free; without it only `signal` ends the request
 * @property {AbortSignal | null} [signal]
 * @property {number} [maxBytes] of the body, content encoding removed; by default 1 MiB
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {Uint8Array<ArrayBuffer>} body
 */

const MAX_BYTES = 1024 * 1024;

// More at once would have a burst of thousands of connections look like an attack, and wait for each other anyway.
const MAX_AT_ONCE = 50;

/** One for each origin. @type {Map<string, import('p-limit').Limit>} */
const limits = new Map();

const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

const TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** What the codes of Node.js, OpenSSL and undici mean to an administrator. @type {readonly [RegExp, string][]} */
const TROUBLES = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'the host name could not be resolved'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, 'the connection was closed before the answer was complete'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, 'there is no way to the host'],
  [
    /CERT|ISSUER|SIGNATURE|^UND_ERR_PRX_TLS$/,
    'the TLS certificate is not accepted; if it comes from a private authority, NODE_EXTRA_CA_CERTS must name its file',
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, 'the TLS handshake failed'],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, 'the answer is not HTTP as it should be'],
  [/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/, 'the compressed answer is damaged'],
  [/^PROXY_407$/, 'the proxy asks for credentials, which belong into its address: http://user:password@host:port'],
  // The only requests that undici ends by itself are those that a proxy turns down.
  [/^(PROXY_\d+|UND_ERR_ABORTED)$/, 'the proxy turned the connection down, so its rules must allow this host'],
];

/** Only these words of undici's say how a proxy answered. */
const PROXY_ANSWER = /^Proxy response \((\d{3})\)/;

const TELLING_NOTHING = ['Error', 'TypeError', 'AggregateError'];

// Plain http is allowed for loopback because it stays on this machine; a proxy would be handed secrets in clear.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const direct = new Agent();

/** @type {EnvHttpProxyAgent | undefined} */
let proxying;

/** What is asked for, and understood. @type {Map<string, () => import('node:stream').Transform>} */
const DECODERS = new Map([['gzip', createGunzip], ['br', createBrotliDecompress]]);

/** Statuses of answers that may tell of an encoding, and have nothing to decode (RFC 9110 section 6.4.1). */
const NO_BODY = [204, 304];

const DEFAULT_HEADERS = { 'accept-encoding': [...DECODERS.keys()].join(', '), 'user-agent': 'nocodb-bitbucket-auth' };

/**
 * Sends a request through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, if any; requests to loopback go
 * through none. At most 50 requests to one origin are under way at once; the others wait for their turn.
 *
 * @param {{ method: string, url: string, headers: Record<string, string>, body?: unknown }} request
 * @param {SendOptions} options
 * @returns {Promise<Answer>}
 * @throws {BitbucketAuthError} `REQUEST_FAILED`, `REQUEST_TIMEOUT`, `REQUEST_ABORTED`, `RESPONSE_TOO_LARGE`
 */
export async function send(request, options) {
  const url = new URL(request.url);
  let limit = limits.get(url.origin);
  if (!limit) limits.set(url.origin, (limit = pLimit(MAX_AT_ONCE)));
  return limit(() => sendNow(url, request, options));
}

/**
 * @param {URL} url
 * @param {Parameters<typeof send>[0]} request
 * @param {SendOptions} options
 * @returns {Promise<Answer>}
 */
async function sendNow(url, { method, headers, body }, { phase, timeoutMs, signal, maxBytes = MAX_BYTES }) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  // A timer of our own: it is gone with the request, and tells a time limit from the caller's signal.
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const dispatcher = isLoopback(url) ? direct : (proxying ??= new EnvHttpProxyAgent());
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: { ...DEFAULT_HEADERS, ...headers },
      body: /** @type {import('node:stream').Readable | undefined} */ (body),
      signal: controller.signal,
    });
    const { statusCode: status } = response;
    const bytes = await read(method === 'HEAD' ? response.body : decoded(response), maxBytes);
    if (!bytes) throw failure('RESPONSE_TOO_LARGE', phase, { status });
    return { status, headers: joined(response.headers), body: bytes };
  } catch (error) {
    if (error instanceof BitbucketAuthError) throw error;
    if (late) throw failure('REQUEST_TIMEOUT', phase);
    if (signal?.aborted) throw failure('REQUEST_ABORTED', phase);
    throw networkFailure(error, phase, url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** @param {URL} url */
function isLoopback({ hostname }) {
  return LOOPBACK.test(hostname);
}

/**
 * @param {Record<string, string | string[] | undefined>} headers
 * @returns {Record<string, string>} with the lines of a repeated field as one (RFC 9110 section 5.3)
 */
function joined(headers) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) fields[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return fields;
}

/**
 * @param {import('undici').Dispatcher.ResponseData} response
 * @returns {import('node:stream').Readable}
 */
function decoded({ statusCode, headers, body }) {
  const encoding = String(headers['content-encoding'] ?? '').toLowerCase();
  const decoder = NO_BODY.includes(statusCode) ? undefined : DECODERS.get(encoding)?.();
  // Whoever reads is told of errors.
  return decoder ? pipeline(body, decoder, () => {}) : body;
}

/**
 * Reads a body to its end, or gives up at the limit, which ends the request. The announced length is not believed, and
 * a compressed body is counted as it unfolds.
 *
 * @param {AsyncIterable<Uint8Array>} stream
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>}
 */
async function read(stream, maxBytes) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * What went wrong on the way, in words. Of the library's error only its code is kept: some hold sockets and
 * addresses.
 *
 * @param {unknown} error
 * @param {Phase} phase
 * @param {URL} url only to tell whether a proxy was asked
 * @returns {BitbucketAuthError}
 */
function networkFailure(error, phase, url) {
  const code = codeOf(error);
  if (code && TIMEOUT.test(code)) return failure('REQUEST_TIMEOUT', phase, undefined, { cause: scrubbed(code, code) });
  const trouble = TROUBLES.find(([pattern]) => code && pattern.test(code))?.[1] ?? 'the request could not be sent';
  const proxy = isLoopback(url) ? undefined : PROXY_VARIABLES.find((name) => process.env[name]);
  const detail = [trouble, code, proxy && `the proxy of ${proxy} is in use unless NO_PROXY excepts the host`];
  return failure('REQUEST_FAILED', phase, undefined, {
    detail: detail.filter(Boolean).join('; '),
    cause: scrubbed(trouble, code),
  });
}

/**
 * @param {string} message
 * @param {string | undefined} code
 * @returns {Error}
 */
function scrubbed(message, code) {
  return Object.assign(new Error(message), code && { code });
}

/**
 * The first error code along the chain of causes, or else a telling name; `fetch` hides it one or two steps down.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const [, status] = PROXY_ANSWER.exec(at.message) ?? [];
    if (status !== undefined) return `PROXY_${status}`;
    const code = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
    if (/^\w{1,64}$/.test(code) && !TELLING_NOTHING.includes(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return undefined;
}
