/**
 * HTTP as data.
 *
 * In: Node's request objects. Out: parameters, read by OAuth's rules, and responses as plain objects. The server sends these
 * responses, or alters them if a test has injected a fault. No endpoint of the simulator uses a socket.
 *
 * @typedef {{ status: number, headers: Record<string, string>, body: string | Buffer, chunked?: boolean }} HttpResponse
 *   `chunked`: sent without a Content-Length
 */
import { setTimeout as wait } from 'node:timers/promises';

const BODY_LIMIT = 64 * 1024;

/** @returns {HttpResponse} */
export function json(status, value, headers = {}) {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** @returns {HttpResponse} */
export function text(status, body, headers = {}) {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** @returns {HttpResponse} */
export function html(status, body, headers = {}) {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

/** @returns {HttpResponse} */
export function nothing(status, headers = {}) {
  return { status, headers, body: '' };
}

/** @returns {HttpResponse} */
export function redirect(status, location, headers = {}) {
  return nothing(status, { location, ...headers });
}

/**
 * Returns the request's body, or null if the body is longer than that of any OAuth request.
 * @returns {Promise<string | null>}
 */
export async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= BODY_LIMIT) chunks.push(chunk);
  }
  return length > BODY_LIMIT ? null : Buffer.concat(chunks).toString('utf8');
}

export function mediaType(request) {
  return (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
}

/**
 * Reads parameters by the rules of RFC 6749 section 3.1: a parameter without a value counts as absent, and no
 * parameter may be repeated.
 */
export class Parameters {
  #values = new Map();
  #repeated = new Set();

  /** @param {URLSearchParams} source */
  constructor(source) {
    for (const [name, value] of source) {
      if (this.#values.has(name)) this.#repeated.add(name);
      this.#values.set(name, value);
    }
  }

  /** @returns {string | undefined} */
  get(name) {
    return this.#values.get(name) || undefined;
  }

  isRepeated(...names) {
    return names.length ? names.some((name) => this.#repeated.has(name)) : this.#repeated.size > 0;
  }
}

/** Waits in real time, not in the time of the simulator's clock. Rejects when the signal aborts, because the server closes. */
export async function pause(ms, signal) {
  await wait(ms, undefined, { signal });
}
