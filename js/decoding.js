/**
 * Content codings (RFC 9110 section 8.4), undone.
 *
 * In: a body as it arrived, and the header fields that tell how it is coded. Out: the body itself. What never happens
 * here: more bytes than are asked for, or bytes that are still coded.
 */

import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

/** @typedef {(bytes: Uint8Array, options: import('node:zlib').ZlibOptions) => Promise<Buffer<ArrayBuffer>>} Decoder */

/** What is asked for. */
export const ACCEPTED = 'gzip, br';

const decodeGzip = /** @type {Decoder} */ (promisify(gunzip));

/** What is understood, by its names. @type {Map<string, Decoder>} */
const DECODERS = new Map([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['br', /** @type {Decoder} */ (promisify(brotliDecompress))],
]);

/** What leaves a body as it is: the first is none, and the sender's parser has undone the second. */
const NOTHING_TO_DO = ['identity', 'chunked'];

// More layers are nobody's mistake.
const MOST_CODINGS = 4;

/**
 * What undoes the codings of a body, in the order in which to do that.
 *
 * @param {Record<string, string>} headers
 * @returns {Decoder[] | undefined} `undefined` where a coding is not known
 */
export function decodersFor({ 'content-encoding': content = '', 'transfer-encoding': transfer = '' }) {
  // Transfer codings are applied last.
  const codings = `${content},${transfer}`.toLowerCase().split(',').map((name) => name.trim())
    .filter((name) => name && !NOTHING_TO_DO.includes(name));
  const decoders = codings.reverse().map((name) => DECODERS.get(name));
  const isKnown = decoders.length <= MOST_CODINGS && !decoders.includes(undefined);
  return isKnown ? /** @type {Decoder[]} */ (decoders) : undefined;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Decoder[]} decoders
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} `undefined` where they are more
 */
export async function decode(bytes, decoders, maxBytes) {
  let decoded = bytes;
  for (const decoder of decoders) {
    // Whoever has nothing to send may say all the same how that would be coded.
    if (decoded.length === 0) return decoded;
    try {
      decoded = await decoder(decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
      throw error;
    }
  }
  return decoded;
}
