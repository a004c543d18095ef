/**
 * The part of `node:assert/strict` that tests/js/vectors.js uses, for pages.
 *
 * In: values of a test. Out: an error if the values are not as expected. Never: a comparison that is more lenient than
 * that of Node.js; tests/scripts/page-assert.test.js compares the two modules.
 */
export class AssertionError extends Error {}

const isPlain = (value) => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;

function isDeepEqual(one, other) {
  if (Object.is(one, other)) return true;
  if ([one, other].some((value) => typeof value !== 'object' || value === null)) return false;
  // Other objects (a Map, a Date) have more state than their members, or a significant prototype.
  if (![one, other].every(isPlain)) throw new AssertionError('only plain objects and arrays can be compared');
  if (Array.isArray(one) !== Array.isArray(other) || one.length !== other.length) return false;
  const names = Reflect.ownKeys(one);
  return names.length === Reflect.ownKeys(other).length
    && names.every((name) => Object.hasOwn(other, name) && isDeepEqual(one[name], other[name]));
}

const shown = (value) => JSON.stringify(value) ?? String(value);

function fail(message, fallback) {
  throw new AssertionError(message ?? fallback);
}

function ok(value, message) {
  if (!value) fail(message, `${shown(value)} is not truthy`);
}

function equal(seen, expected, message) {
  if (!Object.is(seen, expected)) fail(message, `${shown(seen)} instead of ${shown(expected)}`);
}

function deepEqual(seen, expected, message) {
  if (!isDeepEqual(seen, expected)) fail(message && `${message}: ${shown(seen)}`, `${shown(seen)} instead of ${shown(expected)}`);
}

/** @param {(error: unknown) => boolean} accepts returns true only for the expected error, and may throw for another error */
function throws(call, accepts) {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = { error };
  }
  if (!thrown) fail(undefined, 'nothing was thrown');
  if (accepts(thrown.error) !== true) fail(undefined, `another error was thrown: ${thrown.error}`);
}

export default { ok, equal, deepEqual, throws };
