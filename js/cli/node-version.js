/**
 * Compares versions of Node.js, with syntax that an old Node.js can parse.
 */

/**
 * @param {string} version such as 20.18.1
 * @param {string} needed such as >=20.18.1, or 22
 * @returns {boolean}
 */
export function isTooOld(version, needed) {
  const [own, least] = [version, needed].map((text) => text.replace(/^[^0-9]*/, '').split('.').map(Number));
  const at = [0, 1, 2].find((index) => (own[index] || 0) !== (least[index] || 0));
  return at !== undefined && (own[at] || 0) < (least[at] || 0);
}
