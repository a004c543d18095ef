/**
 * Digests of texts, under which things are found again that are not to be kept.
 *
 * In: a text. Out: its digest. What never happens here: Node's cryptography is loaded before somebody needs a digest. That takes
 * milliseconds, and NocoDB starts, and shows the form, without one.
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
