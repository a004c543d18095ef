/**
 * Reads the arguments of the public functions.
 *
 * In: a value of any type from a caller. Out: the members that the function needs, as strings, numbers and bytes, or a
 * `BitbucketAuthError` that names the invalid member. Never: a definition of names and types (they come from the core), a
 * validation of values, or an exception of the caller's code (a getter, a `Proxy`) that leaves this file.
 */

import { callCore } from './error.js';
import { isObject, tagOf } from './loader.js';

/** @typedef {Pick<typeof import('../pkg/core.js'), 'argumentSchema' | 'throwArgumentError' | 'ArgumentProblem'>} Core */

/**
 * Reads the members of an argument, in the form that the core expects.
 *
 * @callback ReadArgument
 * @param {Function} caller the public function that was called: an error's stack trace starts at the call of this function
 * @param {string} argument the argument's name in the core
 * @param {unknown} value
 * @param {string} [grant] the grant type, if known: the phase of an error depends on it
 * @returns {any} an object with the members that the core defines
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */

/**
 * @param {() => Core} core
 * @returns {ReadArgument}
 */
export function createArgumentReader(core) {
  /** @param {string} argument */
  const schemaFor = (argument) => {
    const schema = core().argumentSchema(argument);
    return { ...schema, names: schema.members.map(({ name }) => name) };
  };
  /** @type {Record<string, ReturnType<typeof schemaFor>>} */
  const schemas = {};

  /** @type {ReadArgument} */
  return function readArgument(caller, argument, value, grant) {
    const { members, names, isRequired: mustBeObject, allowsUnknown, isLenient } = schemas[argument] ??= schemaFor(argument);
    /** @type {Record<string, any>} */
    const result = {};
    /** @param {keyof Core['ArgumentProblem']} problem @param {string} [name] */
    const reject = (problem, name = '') => {
      const { ArgumentProblem, throwArgumentError } = core();
      const code = /** @type {any} */ (ArgumentProblem)[problem];
      if (!isLenient) callCore(caller, () => throwArgumentError(argument, code, name, grant ?? result.grant));
      return result;
    };
    // A value that is not an object would be ignored if no member is required. If a member is required, the error for such a
    // value names that member.
    const isIgnored = isPresent(value) && !members.some(({ isRequired }) => isRequired);
    if ((mustBeObject || isIgnored) && !isObject(value)) return reject('NotAnObject');
    const source = isObject(value) ? value : {};
    /** @type {unknown[]} */
    let values;
    /** @type {string | undefined} */
    let unknown;
    try {
      // The members are read by name, so that the getters of a class are read, too.
      values = members.map(({ name, type }) => (type === 'ignored' ? undefined : source[name]));
      if (!allowsUnknown) unknown = Object.keys(source).find((key) => !names.includes(key) && isPresent(source[key]));
    } catch {
      return reject('Unreadable');
    }
    if (unknown !== undefined) reject('UnknownMember', unknown);
    for (let at = 0; at < members.length; at += 1) {
      const { name, type, isRequired, limit } = members[at];
      const memberValue = values[at];
      if (!isPresent(memberValue)) {
        if (isRequired) reject('MissingMember', name);
        continue;
      }
      const isArgument = type === 'lenientObject' || (type === 'object' && isObject(memberValue));
      const converted = isArgument ? readArgument(caller, name, memberValue, result.grant) : convert(type, memberValue, limit);
      if (converted === undefined) reject('WrongType', name);
      else if (converted === null) reject('TooLong', name);
      else result[name] = converted;
    }
    return result;
  };
}

/**
 * @param {string} type
 * @param {unknown} value
 * @param {number} limit
 * @returns {unknown} `undefined` if the value has another type or cannot be read; `null` if it is too long
 */
function convert(type, value, limit) {
  try {
    return CONVERTERS[type]?.(value, limit);
  } catch {
    return undefined;
  }
}

/** @type {Record<string, (value: any, limit: number) => unknown>} */
const CONVERTERS = {
  any: (value) => value,
  text: stringOrUndefined,
  number: (value) => (typeof value === 'number' ? value : undefined),
  false: (value) => (value === false ? value : undefined),
  // A value over the limit is not read to its end. An array of another realm is accepted.
  bytes(value, limit) {
    if (typeof value === 'string') return (encoder ??= new TextEncoder()).encode(value.slice(0, limit + 1));
    if (!ArrayBuffer.isView(value) || tagOf(value) !== 'Uint8Array') return undefined;
    // The bytes are copied, without the properties that the caller may have added.
    return new Uint8Array(/** @type {any} */ (value)).subarray(0, limit + 1);
  },
  scopes(value, limit) {
    if (typeof value === 'string') return value;
    if (!Array.isArray(value)) return undefined;
    const { length } = value;
    if (length > limit) return null;
    const texts = Array.from({ length }, (_, at) => stringOrUndefined(value[at]));
    return texts.includes(undefined) ? undefined : texts.join(' ');
  },
  callback(value, limit) {
    const tag = tagOf(value);
    const text = tag === 'URL' ? value.href : tag === 'URLSearchParams' ? value.toString() : value;
    if (typeof text !== 'string') return undefined;
    return (tag === 'URLSearchParams' ? `?${text}` : text).slice(0, limit + 1);
  },
  textRecord(value) {
    // Only plain objects are accepted, because the entries of a `Map` or a `URLSearchParams` would be lost silently.
    if (typeof value !== 'object' || !isPlain(value)) return undefined;
    const entries = Reflect.ownKeys(value).filter((name) => typeof name === 'string')
      .map((name) => [name, stringOrUndefined(value[name])]);
    return entries.some(([, text]) => text === undefined) ? undefined : String(new URLSearchParams(/** @type {any} */ (entries)));
  },
  headers(value) {
    if (typeof value !== 'object') return undefined;
    /** @type {Record<string, string>} */
    const plain = {};
    for (const entry of Symbol.iterator in value ? value : Object.entries(value)) {
      if (!Array.isArray(entry)) return undefined;
      const [name, field] = entry;
      if (isPresent(field)) plain[String(name).toLowerCase()] = String(field);
    }
    return plain;
  },
};

/** Created at the first call, so that importing this file has no side effects. @type {TextEncoder | undefined} */
let encoder;

/** @param {unknown} value */
function stringOrUndefined(value) {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether an object was written as a literal or parsed from JSON, in any realm.
 *
 * @param {object} value
 */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @param {unknown} value */
const isPresent = (value) => value !== undefined && value !== null;
