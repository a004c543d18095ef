/**
 * Faults that a test injects.
 *
 * In: `{ target, kind, times?, … }`. Out: the fault for each matching request. Faults are used in the order in which they were
 * injected, each as often as its `times` says. This module alters normal responses. If a fault replaces the normal response, the
 * server creates the replacement.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { STATUS_FORMS } from './api-errors.js';

export const TARGETS = ['token', 'api', 'authorize'];

/** Faults that replace the processing of a request. */
const REPLACEMENTS = ['status', 'html', 'missing-page', 'redirect', 'drop'];

/**
 * `delay` acts before the processing of a request, and REPLACEMENTS act in place of the processing. The other kinds act after the
 * processing, when a refresh token has already been replaced or a code has been used.
 */
export const KINDS = [...REPLACEMENTS, 'delay', 'drop-after', 'truncate', 'empty', 'without', 'encoded'];

const ONLY_API = ['missing-page', 'without'];

/** Members that a response may lack: Bitbucket's published description of the API guarantees none of them. */
export const MEMBERS = ['type', 'size', 'page', 'pagelen', 'previous', 'next'];

const ENCODERS = {
  gzip: (body) => gzipSync(body),
  'x-gzip': (body) => gzipSync(body),
  br: (body) => brotliCompressSync(body),
};

export const ENCODINGS = Object.keys(ENCODERS);

const VALID = {
  status: (value) => Number.isInteger(value) && value >= 200 && value <= 599,
  delayMs: (value) => Number.isFinite(value) && value >= 0,
  times: (value) => Number.isInteger(value) && value >= 1,
  form: (value) => Object.hasOwn(STATUS_FORMS, value),
  encoding: (value) => Object.hasOwn(ENCODERS, value),
  members: (value) => Array.isArray(value) && value.length > 0 && value.every((name) => MEMBERS.includes(name)),
  chunked: (value) => typeof value === 'boolean',
  path: (value) => typeof value === 'string' && value.startsWith('/'),
};

/** The required options of each kind. */
const NEEDS = { delay: 'delayMs', without: 'members', encoded: 'encoding' };

/**
 * @typedef {object} Fault
 * @property {'token' | 'api' | 'authorize'} target
 * @property {'delay' | 'status' | 'drop' | 'drop-after' | 'html' | 'missing-page' | 'redirect' | 'truncate' | 'empty' |
 *   'without' | 'encoded'} kind `missing-page`: the HTML page with the user's profile that Bitbucket may send for a missing
 *   repository; `without`: the response without `members`; `encoded`: the normal response, compressed
 * @property {number} [status] the status of the response, for the kinds `status`, `html` and `redirect`
 * @property {'typed' | 'untyped' | 'plain' | 'none'} [form] the body of the response, for the kind `status`: the API's error
 *   object, the same object without `type` and with `detail`, plain text, or no body. Default: `typed` on the API, elsewhere
 *   `plain`
 * @property {string[]} [members] which of `type`, `size`, `page`, `pagelen`, `previous` and `next` to omit
 * @property {'gzip' | 'x-gzip' | 'br'} [encoding] Content-Encoding of the response; an empty body stays empty
 * @property {boolean} [chunked] whether the response is sent without a length
 * @property {number} [delayMs] in real milliseconds
 * @property {number | string} [retryAfter] seconds or an HTTP date, sent unchanged
 * @property {string} [location]
 * @property {string} [path] path below the API's base URL; only requests to this path get the fault
 * @property {number} [times] default 1
 */
export class Faults {
  #queue = [];

  /** @param {Fault} fault @throws {TypeError} */
  add(fault) {
    const { target, kind, times = 1 } = fault ?? {};
    if (!TARGETS.includes(target)) throw new TypeError(`target must be one of ${TARGETS.join(', ')}`);
    if (!KINDS.includes(kind)) throw new TypeError(`kind must be one of ${KINDS.join(', ')}`);
    if (fault.path !== undefined && target !== 'api') throw new TypeError('a path is for the API');
    if (ONLY_API.includes(kind) && target !== 'api') throw new TypeError(`${kind} is for the API`);
    for (const [name, isValid] of Object.entries(VALID)) {
      if (fault[name] !== undefined && !isValid(fault[name])) throw new TypeError(`${name} is not valid`);
    }
    if (NEEDS[kind] && fault[NEEDS[kind]] === undefined) throw new TypeError(`${kind} needs ${NEEDS[kind]}`);
    this.#queue.push({ ...fault, times });
  }

  /** @param {string} pathname @returns {Fault | undefined} */
  take(target, pathname) {
    const isAbout = ({ path }) => path === undefined || pathname === `/2.0${path}`;
    const index = this.#queue.findIndex((fault) => fault.target === target && isAbout(fault));
    if (index < 0) return undefined;
    const fault = this.#queue[index];
    fault.times -= 1;
    if (fault.times === 0) this.#queue.splice(index, 1);
    return fault;
  }

  reset() {
    this.#queue = [];
  }
}

/** @param {Fault} fault */
export const replacesResponse = ({ kind }) => REPLACEMENTS.includes(kind);

/**
 * Alters a response as the fault says.
 * @param {import('./http.js').HttpResponse} response
 * @param {Fault | undefined} fault
 * @returns {import('./http.js').HttpResponse | null} null: drop the connection
 */
export function alterResponse(response, fault) {
  switch (fault?.kind) {
    case 'drop-after':
      return null;
    case 'truncate':
      return { ...response, body: response.body.slice(0, Math.ceil(response.body.length / 2)) };
    case 'empty':
      return { ...response, body: '' };
    case 'without':
      return withoutMembers(response, fault.members);
    default:
      return response;
  }
}

function withoutMembers(response, members) {
  if (!response.headers['content-type']?.startsWith('application/json')) return response;
  const kept = Object.entries(JSON.parse(response.body)).filter(([name]) => !members.includes(name));
  return { ...response, body: JSON.stringify(Object.fromEntries(kept)) };
}

/**
 * Changes how the response is sent.
 * @param {import('./http.js').HttpResponse | null} response
 * @param {Fault | undefined} fault
 */
export function encodeResponse(response, fault) {
  if (response === null || fault === undefined) return response;
  const { encoding, chunked } = fault;
  const sent = chunked ? { ...response, chunked } : response;
  if (encoding === undefined) return sent;
  const body = response.body.length === 0 ? '' : ENCODERS[encoding](response.body);
  return { ...sent, headers: { ...response.headers, 'content-encoding': encoding }, body };
}
