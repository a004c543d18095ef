/**
 * Encrypts the tokens that go to Redis (AES-256-GCM).
 *
 * In: an entry (tokens or a tombstone, see `TokenEntry` in memory-store.js), or the text that Redis holds for an entry. Out: the
 * ciphertext, which is the last part of that text, or the entry. Never: acceptance of a ciphertext with another key, fence or
 * predecessor than those with which it was encrypted. The predecessor is the key of the refresh token that the entry's refresh
 * token replaced. A ciphertext in the format of older versions is bound to its key only.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { HIGHEST_FENCE } from './redis-scripts.js';

/** @typedef {import('./memory-store.js').TokenEntry} TokenEntry */

const CIPHER = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

export class EntryCipher {
  /** @type {Uint8Array} */
  #key;

  /** @param {Uint8Array} key 256 bits */
  constructor(key) {
    this.#key = key;
  }

  /**
   * @param {TokenEntry} entry
   * @param {string} predecessor the key of the refresh token that this entry's refresh token replaced
   * @returns {string} the ciphertext
   */
  encrypt({ key, value, fence }, predecessor) {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(additionalData(key, fence, predecessor));
    const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url');
  }

  /**
   * @param {unknown} key
   * @param {unknown} text `<fence> <predecessor> <ciphertext>`; older versions write no predecessor
   * @returns {TokenEntry | undefined} `undefined` if the text cannot be decrypted; the entry then counts as absent
   */
  decrypt(key, text) {
    const [, digits, predecessor, ciphertext] = /^(\d+) (?:(.*) )?(\S+)$/.exec(String(text)) ?? [];
    const fence = Number(digits);
    if (typeof key !== 'string' || ciphertext === undefined || !(fence <= HIGHEST_FENCE)) return undefined;
    const bytes = Buffer.from(ciphertext, 'base64url');
    if (bytes.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_LENGTH), { authTagLength: TAG_LENGTH });
      decipher.setAAD(additionalData(key, fence, predecessor)).setAuthTag(bytes.subarray(-TAG_LENGTH));
      const decrypted = Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, -TAG_LENGTH)), decipher.final()]);
      return { key, value: JSON.parse(decrypted.toString('utf8')), fence };
    } catch {
      return undefined;
    }
  }
}

/**
 * The additional data (AAD) bind a ciphertext to its format, its key and, except in the older format, its fence and predecessor.
 *
 * @param {string} key
 * @param {number} fence
 * @param {string} [predecessor] absent in the format of older versions
 */
function additionalData(key, fence, predecessor) {
  return Buffer.from(predecessor === undefined
    ? `nocodb-bitbucket-auth pair 1 ${key}`
    : `nocodb-bitbucket-auth pair 2 ${JSON.stringify([key, fence, predecessor])}`);
}
