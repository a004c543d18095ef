/**
 * Decodes content codings (RFC 9110 section 8.4).
 *
 * In: a body as it arrived, and the header fields that name its codings. Out: the decoded body. Never: bytes that are still
 * encoded, or more bytes than the caller allows.
 */

import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

/** @typedef {(bytes: Uint8Array, options: import('node:zlib').ZlibOptions) => Promise<Buffer<ArrayBuffer>>} Decoder */

/** The header field `Accept-Encoding` of requests. */
export const ACCEPT_ENCODING = 'gzip, br';

const decodeGzip = /** @type {Decoder} */ (promisify(gunzip));

/** The supported codings by name. @type {Map<string, Decoder>} */
const DECODERS = new Map([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['br', /** @type {Decoder} */ (promisify(brotliDecompress))],
]);

/** Codings that need no decoding: `identity` means no coding, and Node.js' HTTP parser has already removed `chunked`. */
const NO_DECODING = ['identity', 'chunked'];

// Even a misconfigured server does not apply more codings than this.
const MAX_CODINGS = 4;

/**
 * The decoders of a body, in the order in which they have to run.
 *
 * @param {Record<string, string>} headers
 * @returns {Decoder[] | undefined} `undefined` if a coding is unknown
 */
export function decodersFor({ 'content-encoding': content = '', 'transfer-encoding': transfer = '' }) {
  // Transfer codings are applied last, so they have to be decoded first.
  const codings = `${content},${transfer}`.toLowerCase().split(',').map((name) => name.trim())
    .filter((name) => name && !NO_DECODING.includes(name));
  const decoders = codings.reverse().map((name) => DECODERS.get(name));
  const isKnown = decoders.length <= MAX_CODINGS && !decoders.includes(undefined);
  return isKnown ? /** @type {Decoder[]} */ (decoders) : undefined;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Decoder[]} decoders
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} `undefined` if the decoded body has more bytes
 */
export async function decode(bytes, decoders, maxBytes) {
  let decoded = bytes;
  for (const decoder of decoders) {
    // A server may name a coding for an empty body.
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
