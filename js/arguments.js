/**
 * What callers, hosts and stores give, for whatever asks the whole core.
 *
 * In: values of any kind. Out: their members, or a `BitbucketAuthError`. What never happens here: a value is judged, or an
 * exception of the caller's own code (a getter, a proxy) gets through.
 */

import { createArgumentReader } from './argument-reader.js';
import { core, failure } from './core.js';
import { BitbucketAuthError } from './error.js';
import { isObject } from './loader.js';

export { isObject };

/** @typedef {import('./error.js').Phase} Phase */

/** The members of an argument of a public function, as the core takes them. */
export const readArgument = createArgumentReader(core);

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
export function readSafely(phase, field, work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : failure('INVALID_ARGUMENT', phase, { field });
  }
}

/**
 * The members of what may be anything, where nobody has to know which ones there are.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export const objectOrEmpty = (value) => (isObject(value) ? value : {});

/**
 * Some members of what may be anything, those that are there.
 *
 * @param {unknown} value
 * @param {string[]} names
 * @returns {any}
 */
export function pick(value, names) {
  const given = objectOrEmpty(value);
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
}

/**
 * @param {unknown} value
 * @returns {string | undefined} what is no text counts as absent
 */
export const stringOrUndefined = (value) => (typeof value === 'string' ? value : undefined);

/**
 * The JSON of a member of what may be anything; `undefined` where it has none: a `BigInt`, a cycle, a getter that throws.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {string | undefined}
 */
export function memberToJson(value, name) {
  try {
    return JSON.stringify(objectOrEmpty(value)[name]);
  } catch {
    return undefined;
  }
}

/**
 * The JSON of some members of what may be anything, those that have one.
 *
 * @param {unknown} value
 * @param {string[]} names
 * @returns {string}
 */
export function membersToJson(value, names) {
  const written = names.map((name) => [name, memberToJson(value, name)]).filter(([, json]) => json !== undefined);
  return `{${written.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}
