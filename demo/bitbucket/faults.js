/**
 * Faults that a test asks for.
 *
 * In: `{ target, kind, times?, … }`. Out: for each matching request the fault it must suffer, in the order
 * they were asked for, until they are used up. What a fault does is carried out by the server; here they
 * are only checked and queued.
 */
const TARGETS = ['token', 'api', 'authorize'];

/**
 * Before the request is processed: delay (then goes on), status, html, redirect, drop.
 * After it, so that a token really was rotated or a code used: drop-after, truncate, empty.
 */
const KINDS = ['delay', 'status', 'html', 'redirect', 'drop', 'drop-after', 'truncate', 'empty'];

const NUMBERS = {
  status: (value) => Number.isInteger(value) && value >= 200 && value <= 599,
  delayMs: (value) => Number.isFinite(value) && value >= 0,
  times: (value) => Number.isInteger(value) && value >= 1,
};

/**
 * @typedef {{
 *   target: 'token' | 'api' | 'authorize',
 *   kind: 'delay' | 'status' | 'drop' | 'drop-after' | 'html' | 'redirect' | 'truncate' | 'empty',
 *   status?: number, delayMs?: number, retryAfter?: number | string, location?: string, times?: number,
 * }} Fault  `delayMs` in real milliseconds; `retryAfter` is sent as it is: seconds or an HTTP date
 */
export class Faults {
  #queue = [];

  /** @param {Fault} fault @throws {TypeError} */
  add(fault) {
    const { target, kind, times = 1 } = fault ?? {};
    if (!TARGETS.includes(target)) throw new TypeError(`target must be one of ${TARGETS.join(', ')}`);
    if (!KINDS.includes(kind)) throw new TypeError(`kind must be one of ${KINDS.join(', ')}`);
    for (const [name, isValid] of Object.entries(NUMBERS)) {
      if (fault[name] !== undefined && !isValid(fault[name])) throw new TypeError(`${name} is not valid`);
    }
    if (kind === 'delay' && fault.delayMs === undefined) throw new TypeError('a delay needs delayMs');
    this.#queue.push({ ...fault, times });
  }

  /** @returns {Fault | undefined} */
  take(target) {
    const index = this.#queue.findIndex((fault) => fault.target === target);
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
