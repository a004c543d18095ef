/**
 * The core for pages: the whole one (../core.js) without what only a server needs.
 *
 * In: its glue. Out: its classes and functions, and the reader of arguments that asks it. What never happens here: anything
 * else; ../loader.js loads it.
 */

import makeGlue from '../../pkg/page-core_bg.js';
import * as identity from '../../pkg/page-core.wasm.key.js';
import { createArgumentReader } from '../argument-reader.js';
import { fromHex } from '../inlined-bytes.js';
import { createLoader } from '../loader.js';

const loader = createLoader({ makeGlue, identity, decode: fromHex });

/** The core, loaded if it was not yet. */
export const core = loader.core;

/**
 * Loads the core ahead of its first use, off the page's main thread. An idle page does so by itself. Needed only before
 * `createClient`, and there only in browsers that compile no large WebAssembly at once. Does nothing when the core is loaded.
 *
 * @type {() => Promise<void>}
 * @throws {import('../error.js').BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly
 */
export const init = loader.init;

/** A `BitbucketAuthError` for what only the shim can see. */
export const failure = loader.failure;

/** The members of an argument of a public function, as the core takes them. */
export const readArgument = createArgumentReader(core);
