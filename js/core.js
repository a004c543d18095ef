/**
 * The whole core, for all modules except those of the login from a web page (browser/core.js).
 *
 * In: the core's glue from wasm-bindgen, and the source that a caller passes to `init`. Out: the core's classes and functions.
 * Never: any other logic. loader.js loads the core.
 */

import makeGlue from '../pkg/core_bg.js';
import * as identity from '../pkg/core.wasm.key.js';
import { readSource } from './core-source.js';
import { fromBase64 } from './inlined-bytes.js';
import { createLoader } from './loader.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */

/** @typedef {import('./loader.js').ConnectionEnd} ConnectionEnd */

/** @typedef {import('../pkg/core.js').StoredCredential['kind']} CredentialKind */

/**
 * A type of the runtime, or `never` if the type is not declared. So the declarations of this package compile even without the
 * DOM's declarations.
 *
 * @template {string} Name
 * @typedef {typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : never} RuntimeType
 */

/**
 * @typedef {typeof globalThis extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : never} CompiledModule
 */

/**
 * The WebAssembly (compiled or not), the URL of the WebAssembly, or an HTTP response that contains the WebAssembly. Node.js also
 * reads files, by `file:` URL or path.
 *
 * @typedef {Uint8Array | ArrayBuffer | CompiledModule | RuntimeType<'Response'> | RuntimeType<'URL'> | string} CoreSource
 */

const loader = createLoader({ makeGlue, identity, decode: fromBase64, read: readSource });

/** The core. The first call loads it. */
export const core = loader.core;

/**
 * Loads the core before its first use. Node.js never needs this function; in a page, this function keeps the main thread free.
 * The function does nothing when the core is already loaded. Simultaneous calls share one load, and a failed load can be
 * repeated.
 *
 * @type {(source?: CoreSource | Promise<CoreSource>) => Promise<void>}
 * @param source the WebAssembly, its URL, or an HTTP response with it; by default the bytes that are part of this package,
 *   which `nocodb-bitbucket-auth/slim` leaves out. Node.js also reads `file:` URLs and paths.
 * @throws {BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly, or there is neither a source nor
 *   inlined bytes, `INVALID_ARGUMENT` if `source` cannot be read or is not this version's core
 */
export const init = loader.init;

/** Creates a `BitbucketAuthError` for a failure that only the shim can detect. */
export const failure = loader.failure;
