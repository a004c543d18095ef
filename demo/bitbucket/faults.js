/**
 * Faults that a test asks for.
 *
 * In: `{ target, kind, times?, … }`. Out: for each matching request the fault it must suffer, in the order
 * they were asked for, until they are used up. What replaces an answer is made by the server; what spoils one is
 * here.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { STATUS_FORMS } from './api-errors.js';

export const TARGETS = ['token', 'api', 'authorize'];

/** In place of the request's being processed. */
const INSTEAD = ['status', 'html', 'missing-page', 'redirect', 'drop'];

/**
 * Before the request is processed: delay (then goes on), or any of INSTEAD. After it, so that a token really was
 * rotated or a code used: drop-after, truncate, empty, without, encoded.
 */
export const KINDS = [...INSTEAD, 'delay', 'drop-after', 'truncate', 'empty', 'without', 'encoded'];

const ONLY_API = ['missing-page', 'without'];

/** What an answer may lack: the published description promises none of them. */
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

/** What a kind cannot do without. */
const NEEDS = { delay: 'delayMs', without: 'members', encoded: 'encoding' };

/**
 * @typedef {object} Fault
 * @property {'token' | 'api' | 'authorize'} target
 * @property {'delay' | 'status' | 'drop' | 'drop-after' | 'html' | 'missing-page' | 'redirect' | 'truncate' | 'empty' |
 *   'without' | 'encoded'} kind `missing-page`: the page that a missing repository can get, with the user's profile;
 *   `without`: the answer without `members`; `encoded`: the right answer, compressed
 * @property {number} [status] of `status`, `html` and `redirect`
 * @property {'typed' | 'untyped' | 'plain' | 'none'} [form] how `status` is told: in the API's shape, the same without
 *   `type` and with `detail`, in plain text, without any body. Default: `typed` on the API, elsewhere `plain`
 * @property {string[]} [members] which of `type`, `size`, `page`, `pagelen`, `previous` and `next` to leave out
 * @property {'gzip' | 'x-gzip' | 'br'} [encoding] Content-Encoding of the answer; over an empty body it encodes nothing
 * @property {boolean} [chunked] the answer comes without a length
 * @property {number} [delayMs] in real milliseconds
 * @property {number | string} [retryAfter] is sent as it is: seconds or an HTTP date
 * @property {string} [location]
 * @property {string} [path] of the API, below its base: only requests to it suffer the fault
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
export const isInstead = ({ kind }) => INSTEAD.includes(kind);

/**
 * What a fault leaves of an answer.
 * @param {import('./http.js').Answer} answer
 * @param {Fault | undefined} fault
 * @returns {import('./http.js').Answer | null} null: drop the connection
 */
export function spoiled(answer, fault) {
  switch (fault?.kind) {
    case 'drop-after':
      return null;
    case 'truncate':
      return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    case 'empty':
      return { ...answer, body: '' };
    case 'without':
      return withoutMembers(answer, fault.members);
    default:
      return answer;
  }
}

function withoutMembers(answer, members) {
  if (!answer.headers['content-type']?.startsWith('application/json')) return answer;
  const kept = Object.entries(JSON.parse(answer.body)).filter(([name]) => !members.includes(name));
  return { ...answer, body: JSON.stringify(Object.fromEntries(kept)) };
}

/**
 * How a fault sends an answer.
 * @param {import('./http.js').Answer | null} answer
 * @param {Fault | undefined} fault
 */
export function encoded(answer, fault) {
  if (answer === null || fault === undefined) return answer;
  const { encoding, chunked } = fault;
  const sent = chunked ? { ...answer, chunked } : answer;
  if (encoding === undefined) return sent;
  const body = answer.body.length === 0 ? '' : ENCODERS[encoding](answer.body);
  return { ...sent, headers: { ...answer.headers, 'content-encoding': encoding }, body };
}
