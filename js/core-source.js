/**
 * Reads the WebAssembly that a caller passes to `init`.
 *
 * In: bytes, a module, an HTTP response, a URL or a path. Out: the WebAssembly, if it is this version's core.
 * Never: a file or URL that no caller named, or any other WebAssembly.
 */

import { BitbucketAuthError } from './error.js';
import { describeCause, isModule, isObject, tagOf } from './loader.js';

/** @typedef {import('./core.js').CoreSource} CoreSource */
/** @typedef {import('./loader.js').Identity} Identity */
/** @typedef {import('./loader.js').Wasm} Wasm */

/**
 * Reads the WebAssembly of a source, and checks that it is this version's core. No other WebAssembly may run.
 *
 * @param {CoreSource | Promise<CoreSource>} source
 * @param {Identity} identity of this version's core
 * @param {Function} caller the public function that was called: an error's stack trace starts at the call of this function
 * @returns {Promise<Wasm>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
export async function readSource(source, identity, caller) {
  const wasm = await read(source, caller);
  if (isModule(wasm)) {
    if (!isThisBuild(wasm, identity)) throw unusable(caller);
    return wasm;
  }
  const { subtle } = globalThis.crypto ?? {};
  if (subtle) {
    const digest = new Uint8Array(await subtle.digest('SHA-256', wasm));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (found !== identity.hash) throw unusable(caller);
    return wasm;
  }
  // A page loaded over plain http has no `crypto.subtle`.
  if (!WebAssembly.validate(wasm)) throw unusable(caller);
  const module = await WebAssembly.compile(wasm);
  if (!isThisBuild(module, identity)) throw unusable(caller);
  return module;
}

/**
 * Whether a compiled module has the custom section that the build gave this version's core. JavaScript cannot read the bytes of
 * a compiled module, so the section has to identify it.
 *
 * @param {WebAssembly.Module} module
 * @param {Identity} identity
 */
function isThisBuild(module, { section, build }) {
  return WebAssembly.Module.customSections(module, section)
    .some((content) => String.fromCharCode(...new Uint8Array(content)) === build);
}

/**
 * @param {CoreSource | Promise<CoreSource>} source
 * @param {Function} caller
 * @returns {Promise<Wasm>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
async function read(source, caller) {
  /** @type {unknown} */
  let found;
  try {
    found = await source;
    if (typeof found === 'string' || tagOf(found) === 'URL') found = await load(String(found));
    if (isObject(found) && 'arrayBuffer' in found) {
      const response = /** @type {Response} */ (/** @type {unknown} */ (found));
      if ('ok' in response && !response.ok) {
        throw unusable(caller, `could not be read (status ${Number(response.status)})`);
      }
      found = await response.arrayBuffer();
    }
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : unusable(caller, `could not be read (${describeCause(error)})`);
  }
  if (isModule(found)) return found;
  const isBuffer = tagOf(found) === 'ArrayBuffer';
  if (!isBuffer && !ArrayBuffer.isView(found)) throw unusable(caller);
  const bytes = /** @type {Uint8Array} */ (/** @type {unknown} */ (isBuffer ? new Uint8Array(
    /** @type {ArrayBuffer} */ (/** @type {unknown} */ (found))) : found));
  // The bytes are copied, so that the caller cannot change them between the check and their use.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
}

/**
 * Loads a URL or a file.
 *
 * @param {string} urlOrPath
 * @returns {Promise<Response | Uint8Array>}
 */
async function load(urlOrPath) {
  const file = urlOrPath.startsWith('file:') ? new URL(urlOrPath) : urlOrPath;
  // A page cannot read files, and resolves a path against its own URL. A single letter before a colon is a Windows drive, not the
  // scheme of a URL.
  const isPath = !URL.canParse(urlOrPath) || /^[a-z]:/i.test(urlOrPath);
  const isFile = typeof file !== 'string' || (isPath && typeof location === 'undefined');
  const fs = isFile ? globalThis.process?.getBuiltinModule?.('node:fs') : undefined;
  return fs ? fs.promises.readFile(file) : fetch(urlOrPath);
}

/**
 * @param {Function} caller
 * @param {string} [reason]
 */
function unusable(caller, reason = 'is not this version\'s WebAssembly core') {
  return new BitbucketAuthError({
    code: 'INVALID_ARGUMENT',
    phase: 'config',
    message: `An argument passed to nocodb-bitbucket-auth is invalid: source ${reason}.`,
    retryable: false,
    reauthorize: false,
    field: 'source',
  }, {}, caller);
}
