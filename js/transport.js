/**
 * The one HTTP sender.
 *
 * In: a request as data. Out: status, header fields and bytes of the answer, a redirect being one like any other, or a
 * `BitbucketAuthError` that says what kind of trouble the network has. What never happens here: an answer is judged or
 * followed, a request is sent twice, or an address, header or body gets into an error.
 */

import pLimit from 'p-limit';
import { unlessAborted } from './abort.js';
import { connectionsThrough } from './connections.js';
import { failure } from './core.js';
import { ACCEPTED, decode, decodersFor } from './decoding.js';
import { BitbucketAuthError, callCore } from './error.js';
import { memoize } from './memoize.js';
import { networkFailure } from './network-failure.js';
import { whenLate } from './time-limit.js';

/** @typedef {import('./error.js').Phase} Phase */

/**
 * @typedef {object} SendOptions
 * @property {Phase} phase for the error, if it comes to that
 * @property {import('../pkg/core.js').Proxies} proxies of the environment
 * @property {number} [timeoutMs] for the whole answer, connection and body included, from the moment at which one of the
 *   connections is free; without it only `signal` ends the request
 * @property {AbortSignal | null} [signal]
 * @property {number} [maxBytes] of the body, content encoding removed; by default 1 MiB
 */

/**
 * @typedef {object} HttpResponse
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {Uint8Array<ArrayBuffer>} body
 * @property {number} tookMs from the moment at which it was sent
 */

const MAX_BYTES = 1024 * 1024;

// More at once would have a burst of thousands of connections look like an attack, and wait for each other anyway.
const MAX_AT_ONCE = 50;

/** One for each origin: the API's, the token endpoint's, and the few that the API redirects to. */
const limitOf = memoize((_origin) => pLimit(MAX_AT_ONCE));

/** Statuses of answers that may tell of a body, and have none (RFC 9110 section 6.4.1). */
const NO_BODY = [204, 304];

const DEFAULT_HEADERS = { 'accept-encoding': ACCEPTED, 'user-agent': 'nocodb-bitbucket-auth' };

/**
 * Sends a request, through a proxy where the environment names one for its address. At most 50 requests to one origin
 * are under way at once; the others wait for their turn.
 *
 * @param {{ method: string, url: string, headers: Record<string, string>, body?: unknown }} request
 * @param {SendOptions} options
 * @returns {Promise<HttpResponse>}
 * @throws {BitbucketAuthError} `REQUEST_FAILED`, `REQUEST_TIMEOUT`, `REQUEST_ABORTED`, `RESPONSE_TOO_LARGE`,
 *   `RESPONSE_INVALID` for a content coding that was not asked for, `INVALID_ARGUMENT` for a request that HTTP cannot
 *   express, `INVALID_CONFIG` for a proxy that cannot be used
 */
export async function send(request, options) {
  const url = new URL(request.url);
  const answer = limitOf(url.origin)(() => sendNow(url, request, options));
  return unlessAborted(answer, options.signal, options.phase);
}

/**
 * @param {URL} url
 * @param {Parameters<typeof send>[0]} request
 * @param {SendOptions} options
 * @returns {Promise<HttpResponse>}
 */
async function sendNow(url, { method, headers, body }, { phase, proxies, timeoutMs, signal, maxBytes = MAX_BYTES }) {
  // Whoever gave up while waiting for a turn has been told.
  if (signal?.aborted) throw failure('REQUEST_ABORTED', phase);
  const sentAt = performance.now();
  const proxy = callCore(send, () => proxies.proxyFor(url.href));
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  // A timer of our own: it is gone with the request, and tells a time limit from the caller's signal.
  const stop = timeoutMs === undefined ? undefined : whenLate(timeoutMs, () => {
    late = true;
    abort();
  });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await connectionsThrough(proxy).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: { ...DEFAULT_HEADERS, ...headers },
      body: /** @type {import('node:stream').Readable | undefined} */ (body),
      signal: controller.signal,
      // One time limit is enough.
      ...(timeoutMs !== undefined && { headersTimeout: 0, bodyTimeout: 0 }),
    });
    const answer = await read(response, method, phase, maxBytes);
    return { ...answer, tookMs: performance.now() - sentAt };
  } catch (error) {
    if (error instanceof BitbucketAuthError) throw error;
    if (late) throw failure('REQUEST_TIMEOUT', phase);
    if (signal?.aborted) throw failure('REQUEST_ABORTED', phase);
    throw networkFailure(error, phase, proxy);
  } finally {
    stop?.();
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Reads an answer to its end.
 *
 * @param {import('undici').Dispatcher.ResponseData} response
 * @param {string} method
 * @param {Phase} phase
 * @param {number} maxBytes
 * @returns {Promise<Omit<HttpResponse, 'tookMs'>>}
 */
async function read({ statusCode: status, headers: fields, body }, method, phase, maxBytes) {
  const headers = joined(fields);
  if (method === 'HEAD' || NO_BODY.includes(status)) {
    // undici takes the length that such an answer tells of for one that it failed to send.
    await collect(body, 0).catch(() => {});
    return { status, headers, body: new Uint8Array() };
  }
  const decoders = decodersFor(headers);
  // Whatever coding is said to be over nothing: of one that is not known, the first byte is one too many.
  const coded = await collect(body, decoders ? maxBytes : 0);
  if (!decoders && !coded) throw failure('RESPONSE_INVALID', phase, { status, field: 'content-encoding' });
  const bytes = coded && await decode(coded, decoders ?? [], maxBytes);
  if (!bytes) throw failure('RESPONSE_TOO_LARGE', phase, { status });
  return { status, headers, body: bytes };
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
 * Collects a body, or gives up at the limit, which ends the request. The announced length is not believed.
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
