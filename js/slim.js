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

export {
  BitbucketAuthError, DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, missingScopes,
} from './oauth.js';

/** @typedef {import('./oauth.js').AuthorizationRequest} AuthorizationRequest */
/** @typedef {import('./oauth.js').ClientOptions} ClientOptions */
/** @typedef {import('./oauth.js').CoreSource} CoreSource */
/** @typedef {import('./oauth.js').TokenRequest} TokenRequest */
/** @typedef {import('./oauth.js').TokenResponse} TokenResponse */
/** @typedef {import('./oauth.js').TokenSet} TokenSet */

/**
 * Loads the core. Needed once, before the first call. Does nothing when it is loaded; calls at the same time share one
 * load; a failed one may be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} source the wasm, its address, or an HTTP response with it
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is no
 *   source, `INVALID_ARGUMENT` when `source` is not this version's core
 */
export const init = (source) => load(source);
