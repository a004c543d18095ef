/**
 * The entry `nocodb-bitbucket-auth/slim`: the protocol functions without the WebAssembly, which the caller supplies.
 * A bundle with this entry does not contain the WebAssembly, and the page fetches it as a separate file:
 *
 *     import { createClient, init } from 'nocodb-bitbucket-auth/slim';
 *     await init(fetch('/assets/core.wasm')); // the package's file nocodb-bitbucket-auth/core.wasm
 *
 * In: the core's WebAssembly, once, through `init`. Out: what oauth.js exports. Never: an import of the inlined bytes. The
 * functions work only after `init`, unless another entry of the package has loaded the inlined bytes in the same process.
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
 * Loads the core. Call `init` once, before any other call. It does nothing if the core is already loaded. Simultaneous calls
 * share one load, and a failed load can be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} source the WebAssembly, its URL, or an HTTP response with it
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly or there is no source,
 *   `INVALID_ARGUMENT` if `source` is not this version's core
 */
export const init = (source) => load(source);
