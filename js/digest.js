/**
 * Digests of strings that this package recognizes later but must not keep.
 *
 * In: a string. Out: its digest. Never: the loading of `node:crypto` before the first digest. Loading takes milliseconds, and
 * NocoDB needs no digest to start or to show the form.
 */

/** @type {typeof import('node:crypto').createHash | undefined} */
let createHash;

/**
 * SHA-256.
 *
 * @param {string} text
 * @returns {Buffer}
 */
export function digest(text) {
  createHash ??= process.getBuiltinModule('node:crypto').createHash;
  return createHash('sha256').update(text).digest();
}
