/**
 * Sends every HTTP request of this package.
 *
 * In: a request as data. Out: the status, header fields and bytes of the response, even if it is a redirect; or a
 * `BitbucketAuthError` that says what failed in the network. Never: an interpretation of a response, a followed redirect, a
 * request that is sent twice, or an error that contains a URL, header or body.
 */

import pLimit from 'p-limit';
import { unlessAborted } from './abort.js';
import { dispatcherFor } from './connection-pool.js';
import { failure } from './core.js';
import { ACCEPT_ENCODING, decode, decodersFor } from './decoding.js';
import { BitbucketAuthError, callCore } from './error.js';
import { memoize } from './memoize.js';
import { networkFailure } from './network-failure.js';
import { onTimeout } from './time-limit.js';

/** @typedef {import('./error.js').Phase} Phase */

/**
 * @typedef {object} SendOptions
 * @property {Phase} phase that an error reports
 * @property {import('../pkg/core.js').Proxies} proxies of the environment
 * @property {number} [timeoutMs] the time limit from the start of the connection to the end of the body, without the time in the
 *   queue. Without this limit, undici's default limits for the header and the body apply
 * @property {AbortSignal | null} [signal]
 * @property {number} [maxBytes] of the body, content encoding removed; by default 1 MiB
 */

/**
 * @typedef {object} HttpResponse
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {Uint8Array<ArrayBuffer>} body
 * @property {number} tookMs since the request was sent
 */

const MAX_BYTES = 1024 * 1024;

// A burst of thousands of connections would look like an attack, and the requests would wait for each other anyway.
const MAX_CONCURRENT = 50;

/** The queue of each origin: the API, the token endpoint, and the few servers that the API redirects to. */
const queueOf = memoize((_origin) => pLimit(MAX_CONCURRENT));

/** Responses with these statuses have no body, even if their header fields describe one (RFC 9110 section 6.4.1). */
const NO_BODY = [204, 304];

const DEFAULT_HEADERS = { 'accept-encoding': ACCEPT_ENCODING, 'user-agent': 'nocodb-bitbucket-auth' };

/**
 * Sends a request, through a proxy if the environment names one for its URL. At most 50 requests to one origin are in flight
 * at once; the others wait in a queue.
 *
 * @param {{ method: string, url: string, headers: Record<string, string>, body?: unknown }} request
 * @param {SendOptions} options
 * @returns {Promise<HttpResponse>}
 * @throws {BitbucketAuthError} `REQUEST_FAILED`, `REQUEST_TIMEOUT`, `REQUEST_ABORTED`, `RESPONSE_TOO_LARGE`,
 *   `RESPONSE_INVALID` for a content coding that the request did not accept, `INVALID_ARGUMENT` for a request that HTTP cannot
 *   express, `INVALID_CONFIG` for an unusable proxy
 */
export async function send(request, options) {
  const url = new URL(request.url);
  const response = queueOf(url.origin)(() => sendNow(url, request, options));
  return unlessAborted(response, options.signal, options.phase);
}

/**
 * @param {URL} url
 * @param {Parameters<typeof send>[0]} request
 * @param {SendOptions} options
 * @returns {Promise<HttpResponse>}
 */
async function sendNow(url, { method, headers, body }, { phase, proxies, timeoutMs, signal, maxBytes = MAX_BYTES }) {
  // A caller that aborted while the request was queued has already got its error.
  if (signal?.aborted) throw failure('REQUEST_ABORTED', phase);
  const sentAt = performance.now();
  const proxy = callCore(send, () => proxies.proxyFor(url.href));
  const controller = new AbortController();
  const abort = () => controller.abort();
  let isTimedOut = false;
  // `onTimeout` is used instead of `AbortSignal.timeout`, because its timer ends with the request, and a timeout can be
  // distinguished from an abort by the caller.
  const stop = timeoutMs === undefined ? undefined : onTimeout(timeoutMs, () => {
    isTimedOut = true;
    abort();
  });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await dispatcherFor(proxy).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: { ...DEFAULT_HEADERS, ...headers },
      body: /** @type {import('node:stream').Readable | undefined} */ (body),
      signal: controller.signal,
      // Our own time limit replaces undici's.
      ...(timeoutMs !== undefined && { headersTimeout: 0, bodyTimeout: 0 }),
    });
    const result = await read(response, method, phase, maxBytes);
    return { ...result, tookMs: performance.now() - sentAt };
  } catch (error) {
    if (error instanceof BitbucketAuthError) throw error;
    if (isTimedOut) throw failure('REQUEST_TIMEOUT', phase);
    if (signal?.aborted) throw failure('REQUEST_ABORTED', phase);
    throw networkFailure(error, phase, proxy);
  } finally {
    stop?.();
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Reads a response to its end.
 *
 * @param {import('undici').Dispatcher.ResponseData} response
 * @param {string} method
 * @param {Phase} phase
 * @param {number} maxBytes
 * @returns {Promise<Omit<HttpResponse, 'tookMs'>>}
 */
async function read({ statusCode: status, headers: fields, body }, method, phase, maxBytes) {
  const headers = joinRepeated(fields);
  if (method === 'HEAD' || NO_BODY.includes(status)) {
    // If such a response announces a length, undici expects that many bytes, and reports an error.
    await collect(body, 0).catch(() => {});
    return { status, headers, body: new Uint8Array() };
  }
  const decoders = decodersFor(headers);
  // A body with an unknown content coding is accepted only if it is empty, so its limit is 0 bytes.
  const coded = await collect(body, decoders ? maxBytes : 0);
  if (!decoders && !coded) throw failure('RESPONSE_INVALID', phase, { status, field: 'content-encoding' });
  const bytes = coded && await decode(coded, decoders ?? [], maxBytes);
  if (!bytes) throw failure('RESPONSE_TOO_LARGE', phase, { status });
  return { status, headers, body: bytes };
}

/**
 * @param {Record<string, string | string[] | undefined>} headers
 * @returns {Record<string, string>} the values of a repeated field joined by commas (RFC 9110 section 5.3)
 */
function joinRepeated(headers) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) fields[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return fields;
}

/**
 * Collects a body. At the limit, stops reading, and so ends the request. The limit applies to the received bytes, not to the
 * announced length.
 *
 * @param {AsyncIterable<Uint8Array>} stream
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>}
 */
async function collect(stream, maxBytes) {
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
