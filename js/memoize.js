/**
 * Creates objects of the core once, because NocoDB creates a wrapper for each call.
 *
 * In: a function with one string as its argument, which has few different values in a process, like the API's base URL. Out: the
 * same function, which creates each object once. Never: an error is cached.
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
