/**
 * Removes the credential from responses that repeat it.
 *
 * In: a server's response, in any of the shapes that Axios gives it, and the credential. Out: the response without the
 * credential. Never: a search for the credential in its possible encodings; the core does that.
 */

import { core } from '../core.js';

/** @typedef {import('../../pkg/core.js').Redactor} Redactor */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */

// The core's memory never shrinks, so a large body passes through it in chunks.
const CHUNK_BYTES = 1024 * 1024;

const utf8 = new TextDecoder();

/**
 * @param {HttpResponse} response
 * @param {string} authorization
 * @returns {HttpResponse}
 */
export function redactResponse(response, authorization) {
  return withRedactor(authorization, (redactor) => ({
    ...response,
    headers: redactHeaders(response.headers, redactor),
    body: redactBytes(response.body, redactor),
  }));
}

/**
 * Redacts the headers and the decoded data of Axios' response in place. It does not touch streams, because a stream can be
 * read only once, and nothing prints it.
 *
 * @param {{ data: unknown, headers: any }} response
 * @param {string} authorization
 */
export function redactAxiosResponse(response, authorization) {
  withRedactor(authorization, (redactor) => {
    response.data = redactData(response.data, redactor);
    Object.assign(response.headers, redactHeaders({ ...response.headers }, redactor));
  });
}

/**
 * @template T
 * @param {string} authorization
 * @param {(redactor: Redactor) => T} work
 * @returns {T}
 */
function withRedactor(authorization, work) {
  const redactor = new (core().Redactor)(authorization);
  try {
    return work(redactor);
  } finally {
    redactor.free();
  }
}

/**
 * @param {Record<string, unknown>} fields
 * @param {Redactor} redactor
 * @returns {Record<string, string>}
 */
function redactHeaders(fields, redactor) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactor.redact(String(value))]));
}

/**
 * @param {Uint8Array} bytes
 * @param {Redactor} redactor
 * @returns {Uint8Array<ArrayBuffer>}
 */
function redactBytes(bytes, redactor) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(redactor.push(bytes.subarray(at, at + CHUNK_BYTES)));
  return Buffer.concat([...chunks, redactor.end()]);
}

/**
 * @param {unknown} data
 * @param {Redactor} redactor
 * @returns {unknown}
 */
function redactData(data, redactor) {
  if (typeof data === 'string') return utf8.decode(redactBytes(Buffer.from(data), redactor));
  if (data instanceof ArrayBuffer) return new Uint8Array(redactBytes(new Uint8Array(data), redactor)).buffer;
  if (data instanceof Uint8Array) return redactBytes(data, redactor);
  const isJson = Array.isArray(data) || Object.getPrototypeOf(data ?? 0) === Object.prototype;
  return isJson ? JSON.parse(utf8.decode(redactBytes(Buffer.from(JSON.stringify(data)), redactor))) : data;
}
