/**
 * Keeps objects of the core for later calls. NocoDB creates a wrapper object for each call, and each wrapper would otherwise
 * create the same objects again.
 *
 * In: a function that creates an object from a string. A process uses few different strings, such as the API's base URL. Out: a
 * function that creates the object for each string once, and afterwards returns that object. Never: a cached error.
 */

/**
 * @template T
 * @param {(key: string) => T} create
 * @returns {(key: string) => T}
 */
export function memoize(create) {
  /** @type {Map<string, T>} */
  const cache = new Map();
  return (key) => {
    let value = cache.get(key);
    if (value === undefined) cache.set(key, (value = create(key)));
    return value;
  };
}
