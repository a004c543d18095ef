/**
 * The entry `nocodb-bitbucket-auth/oauth`: the protocol functions together with the WebAssembly that they need.
 *
 * In: nothing. Out: the exports of oauth.js, ready for the first call. This file contains no code of its own: oauth.js contains
 * the functions. oauth.js does not import the WebAssembly, so that slim.js can leave the WebAssembly out.
 */

import '../pkg/inlined/core.wasm.js';

export {
  BitbucketAuthError, DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, init, missingScopes,
} from './oauth.js';
