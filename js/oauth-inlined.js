/**
 * The entry `nocodb-bitbucket-auth/oauth`: the protocol functions together with the WebAssembly that they need.
 *
 * In: nothing. Out: what oauth.js exports, ready for its first call. What never happens here: anything else; oauth.js
 * has the functions, and does without the bytes for those who bring their own (slim.js).
 */

import '../pkg/inlined/core.wasm.js';

export {
  BitbucketAuthError, DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, init, missingScopes,
} from './oauth.js';
