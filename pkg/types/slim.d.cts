import { AuthorizationRequest as AuthorizationRequest$1, ClientOptions as ClientOptions$1, CoreSource as CoreSource$1, TokenRequest as TokenRequest$1, TokenResponse as TokenResponse$1, TokenSet as TokenSet$1 } from './oauth.cjs';
export { DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, missingScopes } from './oauth.cjs';
export { B as BitbucketAuthError } from './shared.cjs';

type AuthorizationRequest = AuthorizationRequest$1;
type ClientOptions = ClientOptions$1;
type CoreSource = CoreSource$1;
type TokenRequest = TokenRequest$1;
type TokenResponse = TokenResponse$1;
type TokenSet = TokenSet$1;
/**
 * Loads the core. Call `init` once, before any other call. It does nothing if the core is already loaded. Simultaneous calls
 * share one load, and a failed load can be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} source the WebAssembly, its URL, or an HTTP response with it
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly or there is no source,
 *   `INVALID_ARGUMENT` if `source` is not this version's core
 */
declare const init: (source: CoreSource | Promise<CoreSource>) => Promise<void>;

export { init };
export type { AuthorizationRequest, ClientOptions, CoreSource, TokenRequest, TokenResponse, TokenSet };
