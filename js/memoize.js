/**
 * Objects of the core that are made once, since a host makes a wrapper for each call.
 *
 * In: a function of a text that takes few values in a process, like the API's address. Out: the same function, which makes no
 * object twice. What never happens here: a failure is kept.
 */

/**
 * @template T
 * @param {(key: string) => T} make
 * @returns {(key: string) => T}
 */
export function memoize(make) {
  /** @type {Map<string, T>} */
  const made = new Map();
  return (key) => {
    let found = made.get(key);
    if (found === undefined) made.set(key, (found = make(key)));
    return found;
  };
}
