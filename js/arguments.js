/**
 * Reads values from callers, NocoDB and stores, for modules that use the whole core (not the smaller core for web pages).
 *
 * In: values of any type. Out: their members, or a `BitbucketAuthError`. Never: the validation of a value, or an exception of the
 * caller's code (of a getter or a `Proxy`) that leaves this file. Only `pick` does not catch such exceptions.
 */

import { createArgumentReader } from './argument-reader.js';
import { core, failure } from './core.js';
import { BitbucketAuthError } from './error.js';
import { isObject } from './loader.js';

export { isObject };

/** @typedef {import('./error.js').Phase} Phase */

/** Reads the members of a public function's argument, in the form that the core expects. */
export const readArgument = createArgumentReader(core);

/**
 * Reads an object of the caller, whose getters may throw anything.
 *
 * @template T
 * @param {Phase} phase
 * @param {string} field
 * @param {() => T} work
 * @returns {T}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, and every `BitbucketAuthError` that `work` throws
 */
export function readSafely(phase, field, work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : failure('INVALID_ARGUMENT', phase, { field });
  }
}

/**
 * Returns the value if it is an object, or else an empty object, for code that only reads members.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export const objectOrEmpty = (value) => (isObject(value) ? value : {});

/**
 * The members with these names, of a value of any type.
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
 * @returns {string | undefined} `undefined` if the value is not a string
 */
export const stringOrUndefined = (value) => (typeof value === 'string' ? value : undefined);

/**
 * The JSON of one member of a value of any type; `undefined` if the member has no JSON, because it is a `BigInt`, contains a
 * cycle, or its getter throws.
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
 * The JSON of an object with these members of the value, without the members that have no JSON.
 *
 * @param {unknown} value
 * @param {string[]} names
 * @returns {string}
 */
export function membersToJson(value, names) {
  const written = names.map((name) => [name, memberToJson(value, name)]).filter(([, json]) => json !== undefined);
  return `{${written.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}
