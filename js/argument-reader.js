/**
 * Takes the objects apart that callers give to the public functions.
 *
 * In: whatever a caller gave. Out: the members that the function reads, as texts, numbers and bytes, or a
 * `BitbucketAuthError` that names the member that does not fit. What never happens here: a name is known (the core has
 * them, and says of which type each is), a value is judged, or an exception of the caller's own code (a getter, a proxy)
 * gets through.
 */

import { callCore } from './error.js';
import { isObject, tagOf } from './loader.js';

/** @typedef {Pick<typeof import('../pkg/core.js'), 'argumentSchema' | 'throwArgumentError' | 'ArgumentProblem'>} Core */

/**
 * The members of an argument that are there, as the core takes them.
 *
 * @callback ReadArgument
 * @param {Function} caller the public function in whose caller the stack of an error shall start
 * @param {string} argument as the core calls it
 * @param {unknown} value
 * @param {string} [grant] what tokens were asked for with, where that is known: an error's phase depends on it
 * @returns {any} an object with those members
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
  const known = {};

  /** @type {ReadArgument} */
  return function readArgument(caller, argument, value, grant) {
    const { members, names, isRequired: mustBeObject, allowsUnknown, isLenient } = known[argument] ??= schemaFor(argument);
    /** @type {Record<string, any>} */
    const taken = {};
    /** @param {keyof Core['ArgumentProblem']} problem @param {string} [name] */
    const refuse = (problem, name = '') => {
      const { ArgumentProblem, throwArgumentError } = core();
      if (!isLenient) callCore(caller, () => throwArgumentError(argument, /** @type {any} */ (ArgumentProblem)[problem], name, grant ?? taken.grant));
      return taken;
    };
    // Of what is no object, a member that is required is told to be missing.
    const isIgnored = isThere(value) && !members.some(({ isRequired }) => isRequired);
    if ((mustBeObject || isIgnored) && !isObject(value)) return refuse('NotAnObject');
    const source = isObject(value) ? value : {};
    /** @type {unknown[]} */
    let given;
    /** @type {string | undefined} */
    let unknown;
    try {
      // Also those that a class has by getters.
      given = members.map(({ name, type }) => (type === 'ignored' ? undefined : source[name]));
      if (!allowsUnknown) unknown = Object.keys(source).find((key) => !names.includes(key) && isThere(source[key]));
    } catch {
      return refuse('Unreadable');
    }
    if (unknown !== undefined) refuse('UnknownMember', unknown);
    for (let at = 0; at < members.length; at += 1) {
      const { name, type, isRequired, limit } = members[at];
      const its = given[at];
      if (!isThere(its)) {
        if (isRequired) refuse('MissingMember', name);
        continue;
      }
      const isArgument = type === 'lenientObject' || (type === 'object' && isObject(its));
      const plain = isArgument ? readArgument(caller, name, its, taken.grant) : plainOf(type, its, limit);
      if (plain === undefined) refuse('WrongType', name);
      else if (plain === null) refuse('TooLong', name);
      else taken[name] = plain;
    }
    return taken;
  };
}

/**
 * @param {string} type
 * @param {unknown} value
 * @param {number} limit
 * @returns {unknown} `undefined`: of another type, or it cannot be read; `null`: too long
 */
function plainOf(type, value, limit) {
  try {
    return PLAIN[type]?.(value, limit);
  } catch {
    return undefined;
  }
}

/** @type {Record<string, (value: any, limit: number) => unknown>} */
const PLAIN = {
  any: (value) => value,
  text: textOf,
  number: (value) => (typeof value === 'number' ? value : undefined),
  false: (value) => (value === false ? value : undefined),
  // One that is over the limit need not be read to its end, and one of another realm is as good.
  bytes(value, limit) {
    if (typeof value === 'string') return (encoder ??= new TextEncoder()).encode(value.slice(0, limit + 1));
    if (!ArrayBuffer.isView(value) || tagOf(value) !== 'Uint8Array') return undefined;
    // A copy, whatever properties that one was given.
    return new Uint8Array(/** @type {any} */ (value)).subarray(0, limit + 1);
  },
  scopes(value, limit) {
    if (typeof value === 'string') return value;
    if (!Array.isArray(value)) return undefined;
    const { length } = value;
    if (length > limit) return null;
    const texts = Array.from({ length }, (_, at) => textOf(value[at]));
    return texts.includes(undefined) ? undefined : texts.join(' ');
  },
  callback(value, limit) {
    const tag = tagOf(value);
    const text = tag === 'URL' ? value.href : tag === 'URLSearchParams' ? value.toString() : value;
    if (typeof text !== 'string') return undefined;
    return (tag === 'URLSearchParams' ? `?${text}` : text).slice(0, limit + 1);
  },
  textRecord(value) {
    // Members of a `Map` or a `URLSearchParams` would be lost without a word.
    if (typeof value !== 'object' || !isPlain(value)) return undefined;
    const entries = Reflect.ownKeys(value).filter((name) => typeof name === 'string')
      .map((name) => [name, textOf(value[name])]);
    return entries.some(([, text]) => text === undefined) ? undefined : String(new URLSearchParams(/** @type {any} */ (entries)));
  },
  headers(value) {
    if (typeof value !== 'object') return undefined;
    /** @type {Record<string, string>} */
    const plain = {};
    for (const entry of Symbol.iterator in value ? value : Object.entries(value)) {
      if (!Array.isArray(entry)) return undefined;
      const [name, field] = entry;
      if (isThere(field)) plain[String(name).toLowerCase()] = String(field);
    }
    return plain;
  },
};

/** Made at the first call: importing does nothing. @type {TextEncoder | undefined} */
let encoder;

/** @param {unknown} value */
function textOf(value) {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether an object was written as a literal, or came out of JSON, in whatever realm.
 *
 * @param {object} value
 */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @param {unknown} value */
const isThere = (value) => value !== undefined && value !== null;
