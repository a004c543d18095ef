import { R as RuntimeType$1, T as TokenRequest$2, c as AuthorizationRequest$1, d as CoreSource$1, A as AuthorizationClient, e as TokenSet$1 } from './shared.cjs';
export { B as BitbucketAuthError, f as init } from './shared.cjs';

type TokenRequest$1 = TokenRequest$2;
type RuntimeType<Name extends string> = RuntimeType$1<Name>;
type TokenResponse$1 = {
    /**
     * the HTTP status
     */
    status: number;
    /**
     * also a `Map`; names in any letter case
     */
    headers?: RuntimeType<'Headers'> | Iterable<readonly [string, unknown]> | Record<string, unknown> | undefined;
    /**
     * as received, content encoding removed
     */
    body: string | Uint8Array;
    /**
     * when it arrived, in milliseconds since the epoch
     */
    receivedAt: number;
    /**
     * of the token request
     */
    grant: 'authorization_code' | 'refresh_token' | 'client_credentials';
    /**
     * the token
     * set that was refreshed: its refresh token and its scopes stay if the response has none
     */
    previous?: {
        refreshToken?: string | undefined;
        scopes?: readonly string[] | undefined;
    } | undefined;
    /**
     * the token request: its secrets are removed from the server's
     * error message
     */
    request?: Pick<TokenRequest$1, 'body'> | undefined;
};

type AuthorizationRequest = AuthorizationRequest$1;
type TokenRequest = TokenRequest$2;
type TokenSet = TokenSet$1;
type CoreSource = CoreSource$1;
type TokenResponse = TokenResponse$1;
type ClientOptions = {
    /**
     * the Key of the OAuth client at Bitbucket
     */
    clientId: string;
    /**
     * its Secret; leave it out in a browser
     */
    clientSecret?: string | undefined;
    /**
     * an absolute https URL without a fragment, or http on loopback; sent byte for byte
     */
    redirectUri: string;
    /**
     * by default `DEFAULT_SCOPES`; an empty list sends no scope
     * parameter, which requests all scopes of the client
     */
    scopes?: readonly string[] | string | undefined;
    /**
     * URLs that replace Bitbucket Cloud's: https, or http on loopback
     */
    endpoints?: {
        authorizeUrl?: string | undefined;
        tokenUrl?: string | undefined;
        apiUrl?: string | undefined;
    } | undefined;
};
/**
 * The scopes that a client requests by default, in this order. Frozen.
 *
 * @type {readonly string[]}
 */
declare const DEFAULT_SCOPES: readonly string[];
/**
 * An OAuth client at Bitbucket, which `createClient` validates once. Printing or serializing it never shows the secret.
 */
declare class OAuthClient extends AuthorizationClient {
    #private;
    /**
     * @param {ClientOptions} options
     * @param {Function} [caller] the public function that was called. An error's stack trace starts where it was called
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
     */
    constructor(options: ClientOptions, caller?: Function);
    /**
     * The request that exchanges a code for tokens (RFC 6749 section 4.1.3). Send it without following redirects.
     *
     * @param {{ code: string, codeVerifier?: string | undefined, code_verifier?: string | undefined,
     *   redirectUri?: string | undefined }} grant `code`: from `validateAuthorizationResponse` or `authorizeInPopup`, which have
     *   checked the state. `authorizeInPopup` returns the verifier as `code_verifier`. `redirectUri` is needed if the authorization
     *   request had another redirect URI than the client
     * @returns {TokenRequest}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
     */
    buildTokenRequest(grant: {
        code: string;
        codeVerifier?: string | undefined;
        code_verifier?: string | undefined;
        redirectUri?: string | undefined;
    }): TokenRequest;
    /**
     * The request that exchanges a refresh token for new tokens (RFC 6749 section 6). Bitbucket rotates refresh tokens:
     * store the new tokens before you use them.
     *
     * @param {{ refreshToken: string }} grant
     * @returns {TokenRequest}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
     */
    buildRefreshRequest(grant: {
        refreshToken: string;
    }): TokenRequest;
    /**
     * The request for a token of the client itself (RFC 6749 section 4.4).
     *
     * @returns {TokenRequest}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` if the client has no secret
     */
    buildClientCredentialsRequest(): TokenRequest;
    /**
     * Parses a response of the token endpoint (RFC 6749 sections 5.1 and 5.2).
     *
     * @param {TokenResponse} response
     * @returns {TokenSet}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `REDIRECT_REFUSED`, `RESPONSE_TOO_LARGE`, `RESPONSE_NOT_JSON`,
     *   `RESPONSE_INVALID`, `UNEXPECTED_STATUS`, `UNSUPPORTED_TOKEN_TYPE`, `INVALID_CLIENT`, `INVALID_GRANT`,
     *   `RECONNECT_REQUIRED`, `TOKEN_REQUEST_FAILED`
     */
    parseTokenResponse(response: TokenResponse): TokenSet;
}
/**
 * Creates an OAuth client, and validates its configuration.
 *
 * @param {ClientOptions} options
 * @returns {OAuthClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
declare function createClient(options: ClientOptions): OAuthClient;
/**
 * Adds the scopes that the given scopes imply at Bitbucket (`pullrequest` implies `repository`).
 *
 * @param {readonly string[]} list
 * @returns {string[]} the given scopes first, in their order; unknown scopes stay
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
declare function expandScopes(list: readonly string[]): string[];
/**
 * The required scopes that were not granted. Implied scopes count as granted.
 *
 * @param {readonly string[]} required
 * @param {readonly string[]} granted
 * @returns {string[]} empty if nothing is missing
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
declare function missingScopes(required: readonly string[], granted: readonly string[]): string[];

export { DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, missingScopes };
export type { AuthorizationRequest, ClientOptions, CoreSource, TokenRequest, TokenResponse, TokenSet };
