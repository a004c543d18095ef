/**
 * Takes the objects apart that callers give to the public functions.
 *
 * In: whatever a caller gave. Out: the members that the function reads, or a `BitbucketAuthError` that names the member
 * that nothing would read. What never happens here: a name is known (the core has them), a value is judged, or an
 * exception of the caller's own code (a getter, a proxy) gets through.
 */

import { core, failure } from './core.js';
import { BitbucketAuthError, judge } from './error.js';

/** @typedef {import('./error.js').Phase} Phase */

/** @type {Record<string, { name: string, phase: Phase, reads: string[] }>} */
const known = {};

/**
 * The members of an argument. What is no object has none: what is missing is for the core to name.
 *
 * @param {Function} caller the public function in whose caller the stack of an error shall start
 * @param {string} argument as the core calls it
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
export function membersOf(caller, argument, value) {
  if (!isObject(value)) return {};
  const { name: field, phase, reads } = known[argument] ??= core().describeArgument(argument);
  return reading(phase, field, () => {
    /** @type {Record<string, unknown>} */
    const members = {};
    // Also those that a class has by getters.
    for (const name of reads) members[name] = value[name];
    for (const name of Object.keys(value)) {
      if (reads.includes(name) || value[name] === undefined || value[name] === null) continue;
      judge(caller, () => core().checkMember(argument, name));
    }
    return members;
  });
}

/**
 * Reads an object of a caller's, which may throw anything.
 *
 * @template T
 * @param {Phase} phase
 * @param {string} field
 * @param {() => T} work
 * @returns {T}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, and what `work` throws of that class
 */
export function reading(phase, field, work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : failure('INVALID_ARGUMENT', phase, { field });
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * The members of what may be anything, where nobody has to know which ones there are.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export const members = (value) => (isObject(value) ? value : {});

/**
 * Some members of what may be anything, those that are there.
 *
 * @param {unknown} value
 * @param {string[]} names
 * @returns {any}
 */
export function pick(value, names) {
  const given = members(value);
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
}
