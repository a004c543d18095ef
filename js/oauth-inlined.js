/**
 * The entry `nocodb-bitbucket-auth/oauth`: the protocol functions together with the WebAssembly that they need.
 *
 * In: nothing. Out: what oauth.js exports, ready for the first call. What never happens here: anything else. oauth.js contains
 * the functions, and does not import the bytes, so that slim.js can leave them out.
 */

import '../pkg/inlined/core.wasm.js';

export {
  BitbucketAuthError, DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, init, missingScopes,
} from './oauth.js';
