/**
 * The core for pages: the whole core (../core.js) without the parts that only a server needs.
 *
 * In: the core's glue code. Out: its classes and functions, and the reader for arguments of public functions. Never: other
 * logic. ../loader.js loads the core.
 */

import makeGlue from '../../pkg/page-core_bg.js';
import * as identity from '../../pkg/page-core.wasm.key.js';
import { createArgumentReader } from '../argument-reader.js';
import { fromHex } from '../inlined-bytes.js';
import { createLoader } from '../loader.js';

const loader = createLoader({ makeGlue, identity, decode: fromHex });

/** Returns the core. The first call loads it. */
export const core = loader.core;

/**
 * Loads the core before its first use, off the page's main thread. The package does this itself when the page is idle. Only
 * `createClient` needs this call, and only in browsers that refuse to compile a large WebAssembly module synchronously. If
 * the core is already loaded, the call does nothing.
 *
 * @type {() => Promise<void>}
 * @throws {import('../error.js').BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly
 */
export const init = loader.init;

/** Creates a `BitbucketAuthError` for a failure that only the shim can detect. */
export const failure = loader.failure;

/** Reads the members of a public function's argument in the form that the core expects. */
export const readArgument = createArgumentReader(core);
