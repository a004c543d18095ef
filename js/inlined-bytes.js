/**
 * The bytes of a core, out of the text that its script in pkg/inlined carries them in.
 *
 * In: text of that build's own. Out: the bytes, by the runtime's quickest decoder. What never happens here: the text is
 * judged; the hash of what comes out is that of the build.
 */

/** @typedef {(text: string) => Uint8Array<ArrayBuffer>} Decoder */

/** What newer runtimes have. @typedef {{ fromBase64?: Decoder, fromHex?: Decoder }} Native */

const native = () => /** @type {Native} */ (/** @type {unknown} */ (Uint8Array));

/** For the whole core, which loads in half the time of hexadecimal digits. @type {Decoder} */
export const fromBase64 = (text) => native().fromBase64?.(text)
  ?? globalThis.Buffer?.from(text, 'base64')
  ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/**
 * For the core of pages, whose bundle counts: what repeats among the bytes repeats in the digits, so that they compress to a
 * seventh less than base64.
 *
 * @type {Decoder}
 */
export const fromHex = (text) => native().fromHex?.(text)
  ?? globalThis.Buffer?.from(text, 'hex')
  ?? Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
