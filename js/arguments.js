/**
 * Reads values from callers, NocoDB and stores, for modules that use the whole core.
 *
 * In: values of any type. Out: their members, or a `BitbucketAuthError`. Never: a value is validated, or an
 * exception of the caller's code (a getter, a `Proxy`) gets through.
 */

import { createArgumentReader } from './argument-reader.js';
import { core, failure } from './core.js';
import { BitbucketAuthError } from './error.js';
import { isObject } from './loader.js';

export { isObject };

/** @typedef {import('./error.js').Phase} Phase */

/** Reads the members of a public function's argument, as the core takes them. */
export const readArgument = createArgumentReader(core);

/**
 * Reads an object of the caller, whose getters may throw anything.
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
 * A value of any type as an object, for code that only reads members. An empty object replaces any other value.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export const objectOrEmpty = (value) => (isObject(value) ? value : {});

/**
 * The members with these names, as far as a value of any type has them.
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
 * The JSON of one member of a value of any type; `undefined` if there is none: for a `BigInt`, a cycle, or a getter that throws.
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
 * An object with these members as JSON. It leaves out members without a JSON.
 *
 * @param {unknown} value
 * @param {string[]} names
 * @returns {string}
 */
export function membersToJson(value, names) {
  const written = names.map((name) => [name, memberToJson(value, name)]).filter(([, json]) => json !== undefined);
  return `{${written.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}
