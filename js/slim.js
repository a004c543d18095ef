/**
 * The entry `nocodb-bitbucket-auth/slim`: the protocol functions without the WebAssembly, for those who bring it along.
 * A bundle with it is smaller by the bytes, which the page then fetches as a file of its own:
 *
 *     import { createClient, init } from 'nocodb-bitbucket-auth/slim';
 *     await init(fetch('/assets/core.wasm')); // the package's file nocodb-bitbucket-auth/core.wasm
 *
 * In: the core, once, by `init`. Out: what oauth.js exports. What never happens here: the inlined bytes are imported,
 * or a call works before `init` has got a source.
 */

import { init as load } from './oauth.js';

/** @typedef {import('./oauth.js').CoreSource} Source */

export * from './oauth.js';

/**
 * Loads the core. Needed once, before the first call. Does nothing when it is loaded; calls at the same time share one
 * load; a failed one may be repeated.
 *
 * @param {Source | Promise<Source>} source the wasm, its address, or an HTTP response with it
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is no
 *   source, `INVALID_ARGUMENT` when `source` is not this version's core
 */
export const init = (source) => load(source);
