/**
 * Decodes the WebAssembly that a script in pkg/inlined contains as a string.
 *
 * In: that string. Out: the bytes, by the fastest decoder of the runtime. Never: a validation of the string. The build wrote it.
 */

/** @typedef {(text: string) => Uint8Array<ArrayBuffer>} Decoder */

/** The decoders of newer runtimes. @typedef {{ fromBase64?: Decoder, fromHex?: Decoder }} Native */

const native = () => /** @type {Native} */ (/** @type {unknown} */ (Uint8Array));

/** The decoder for the whole core. Base64 loads in half the time of hexadecimal digits. @type {Decoder} */
export const fromBase64 = (text) => native().fromBase64?.(text)
  ?? globalThis.Buffer?.from(text, 'base64')
  ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/**
 * The decoder for the core of `./browser`, where the size of the bundle matters. Repeated bytes become repeated digits, so
 * compressed hexadecimal digits are a seventh smaller than compressed base64.
 *
 * @type {Decoder}
 */
export const fromHex = (text) => native().fromHex?.(text)
  ?? globalThis.Buffer?.from(text, 'hex')
  ?? Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
