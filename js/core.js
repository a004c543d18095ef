/**
 * The whole core, for everything but the login from a web page (browser/core.js).
 *
 * In: the core's glue, and what a caller brings along to `init`. Out: its classes and functions. What never happens here:
 * anything else; loader.js loads it.
 */

import makeGlue from '../pkg/core_bg.js';
import * as identity from '../pkg/core.wasm.key.js';
import { readSource } from './core-source.js';
import { fromBase64 } from './inlined-bytes.js';
import { createLoader } from './loader.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */

/** @typedef {import('./loader.js').Ending} Ending */

/** @typedef {import('../pkg/core.js').StoredCredential['kind']} CredentialKind */

/**
 * A type of the runtime's own, or none: the declarations of this package also compile without those of the DOM.
 *
 * @template {string} Name
 * @typedef {typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : never} RuntimeType
 */

/**
 * @typedef {typeof globalThis extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : never} CompiledModule
 */

/**
 * The wasm, compiled or not, its address, or an HTTP response with it. Node.js also reads files, by `file:` address or path.
 *
 * @typedef {Uint8Array | ArrayBuffer | CompiledModule | RuntimeType<'Response'> | RuntimeType<'URL'> | string} CoreSource
 */

const loader = createLoader({ makeGlue, identity, decode: fromBase64, read: readSource });

/** The core, loaded if it was not yet. */
export const core = loader.core;

/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @type {(source?: CoreSource | Promise<CoreSource>) => Promise<void>}
 * @param source the wasm, its address, or an HTTP response with it; by default the bytes that are part of this package,
 *   which `nocodb-bitbucket-auth/slim` leaves out. In Node.js, addresses of files and paths are read, too.
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is
 *   neither a source nor bytes, `INVALID_ARGUMENT` when `source` cannot be read, or is not this version's core
 */
export const init = loader.init;

/** A `BitbucketAuthError` for what only the shim can see. */
export const failure = loader.failure;
