/**
 * The one error class, and the only place where it is made.
 *
 * In: the plain object by which the core describes a failure. Out: a `BitbucketAuthError` with a stack that starts
 * at the caller. What never happens here: a text is made up, or a server's answer, a request or a library's own
 * error is attached; the core has already decided what may be told.
 */
type Phase = 'config' | 'authorize' | 'callback' | 'exchange' | 'refresh' | 'api';
type Failure$1 = {
    /**
     * stable name, see `BitbucketAuthError.code`
     */
    code: string;
    /**
     * the step of a connection's life in which it happened
     */
    phase: Phase;
    /**
     * what is wrong and what mends it
     */
    message: string;
    /**
     * whether the same request may succeed later without anybody doing anything
     */
    retryable: boolean;
    /**
     * whether only the user can mend it, by connecting again
     */
    reauthorize: boolean;
    /**
     * the OAuth error code that Bitbucket sent (RFC 6749 sections 4.1.2.1 and 5.2)
     */
    error?: string;
    /**
     * Bitbucket's description: cut, control characters and secrets removed
     */
    errorDescription?: string;
    /**
     * the HTTP status of the answer
     */
    status?: number;
    /**
     * the argument, environment variable or member that is wrong
     */
    field?: string;
    /**
     * how long to wait before the request is sent again, in milliseconds
     */
    retryAfter?: number;
    /**
     * the scopes that the request needs, as Bitbucket's API says
     */
    required?: string[];
    /**
     * the scopes that the credential has, as Bitbucket's API says
     */
    granted?: string[];
    /**
     * Atlassian's page about a part of the API that was removed
     */
    announcementUrl?: string;
};
/**
 * Every failure of this package. Branch on `code`; texts may change. No property ever holds a code, token, secret,
 * verifier, state or full address.
 */
declare class BitbucketAuthError extends Error {
    /**
     * Stable name of the failure, `INVALID_CONFIG` for instance.
     * @type {string}
     */
    code: string;
    /**
     * The step in which it happened.
     * @type {Phase}
     */
    phase: Phase;
    /**
     * Whether the same request may succeed later without anybody doing anything.
     * @type {boolean}
     */
    retryable: boolean;
    /**
     * Whether only the user can mend it, by connecting again.
     * @type {boolean}
     */
    reauthorize: boolean;
    /**
     * The OAuth error code that Bitbucket sent.
     * @type {string | undefined}
     */
    error: string | undefined;
    /**
     * Bitbucket's description: cut, control characters and secrets removed.
     * @type {string | undefined}
     */
    errorDescription: string | undefined;
    /**
     * The HTTP status of the answer.
     * @type {number | undefined}
     */
    status: number | undefined;
    /**
     * The argument, environment variable or member that is wrong.
     * @type {string | undefined}
     */
    field: string | undefined;
    /**
     * How long to wait before the request is sent again, in milliseconds.
     * @type {number | undefined}
     */
    retryAfter: number | undefined;
    /**
     * The scopes that the request needs, as Bitbucket's API says.
     * @type {string[] | undefined}
     */
    required: string[] | undefined;
    /**
     * The scopes that the credential has, as Bitbucket's API says.
     * @type {string[] | undefined}
     */
    granted: string[] | undefined;
    /**
     * Atlassian's page about a part of the API that was removed.
     * @type {string | undefined}
     */
    announcementUrl: string | undefined;
    /**
     * @param {Failure} failure as the core describes it
     * @param {{ detail?: string, cause?: Error }} [extra] `detail`: more words for the message, in brackets;
     *   `cause`: an error that holds nothing but a message and a `code`
     * @param {Function} [caller] the public function in whose caller the stack shall start
     */
    constructor(failure: Failure$1, { detail, cause }?: {
        detail?: string;
        cause?: Error;
    }, caller?: Function);
    /**
     * What a log may keep: the message and the fields, without the stack.
     *
     * @returns {Record<string, unknown>}
     */
    toJSON(): Record<string, unknown>;
}

type Failure = Failure$1;
type TokenRequest = {
    /**
     * always `POST`
     */
    method: string;
    /**
     * the token endpoint
     */
    url: string;
    headers: Record<string, string>;
    /**
     * form-urlencoded
     */
    body: string;
};
type TokenSet = {
    accessToken: string;
    tokenType: 'bearer';
    refreshToken?: string;
    /**
     * milliseconds since the epoch; absent when the answer did not say
     */
    expiresAt?: number;
    /**
     * as granted, in the answer's order
     */
    scopes: string[];
};
type AuthorizationRequest = {
    /**
     * where to send the user
     */
    url: string;
    /**
     * belongs in the user's session; checked by `validateAuthorizationResponse`
     */
    state: string;
    /**
     * belongs in the user's session; for `buildTokenRequest` (RFC 7636 section 4.1)
     */
    codeVerifier: string;
    /**
     * S256 of the verifier (RFC 7636 section 4.2)
     */
    codeChallenge: string;
    /**
     * as sent
     */
    redirectUri: string;
};
type CoreClient = {
    clientId: string;
    redirectUri: string;
    scopes: string[];
    authorizeUrl: string;
    tokenUrl: string;
    apiUrl: string;
    confidential: boolean;
    /**
     * 256 bits derived from the secret (RFC 5869)
     */
    deriveKey: (purpose: string) => Uint8Array;
    authorizationUrl: () => string;
    createAuthorizationRequest: (extraParams: unknown) => AuthorizationRequest;
    validateAuthorizationResponse: (callback: unknown, state: unknown) => string;
    /**
     * whether an address is at the redirect URI, whatever it carries
     */
    isCallback: (address: string) => boolean;
    /**
     * `undefined` when the user said no
     */
    validateInPage: (address: string, state: string) => string | undefined;
    /**
     * `itsOtherName`: what the caller has as `code_verifier`
     */
    buildTokenRequest: (code: unknown, codeVerifier: unknown, redirectUri: unknown, itsOtherName?: unknown) => TokenRequest;
    /**
     * of
     * what a host's form handed over
     */
    buildHostTokenRequest: (code: unknown, codeVerifier: unknown, isVerifierOptional: boolean) => TokenRequest;
    /**
     * of the requested ones, without those that Bitbucket no longer
     * asks for
     */
    missingScopes: (granted: unknown) => string[];
    buildRefreshRequest: (refreshToken: unknown) => TokenRequest;
    buildClientCredentialsRequest: () => TokenRequest;
    parseTokenResponse: (response: unknown) => TokenSet;
};
type CoreEnvironment = {
    /**
     * only when OAuth can be offered
     */
    client?: CoreClient;
    /**
     * only with a client
     */
    callbackPage?: CoreCallbackPage;
    /**
     * absent when its override cannot be used
     */
    apiUrl?: string;
    /**
     * time limit of one request, in milliseconds
     */
    timeoutMs: number;
    /**
     * how long to wait after a refusal before a refresh token is tried again, in milliseconds
     */
    lockoutMs: number;
    /**
     * requests to the API in an hour; absent when there is no limit
     */
    rateLimit?: number;
    /**
     * whether the environment says so
     */
    isRateLimitConfigured: boolean;
    /**
     * whether connections may act as the OAuth client itself
     */
    mayActAsClient: boolean;
    /**
     * whether the host's form may send a code without its verifier
     */
    isVerifierOptional: boolean;
    /**
     * whether requests to endpoints that Atlassian removed are answered from others
     */
    replacesRemoved: boolean;
    /**
     * the way to Bitbucket
     */
    proxies: Proxies;
    /**
     * of the Redis through which processes share their tokens; it may hold a password
     */
    redisUrl?: string;
    /**
     * the variable that names it
     */
    redisVariable?: string;
    /**
     * the number of its database
     */
    redisDatabase?: number;
    /**
     * whether that is NocoDB's own, and another one is to be found beside it
     */
    isRedisDatabaseSought: boolean;
    /**
     * those that NocoDB's other variables name
     */
    otherRedisDatabases?: number[];
    /**
     * `INVALID_CONFIG` with the variable's name in `field`, never its value
     */
    problems: Failure[];
};
type CoreCallbackPage = {
    /**
     * what to show for a request with this target;
     * `undefined` when it brings no authorization response
     */
    shownAt: (target: string) => {
        refusal?: Refusal;
    } | undefined;
};
type Refusal = {
    heading: string;
    text: string;
};
type Proxies = {
    /**
     * for a request to this address; throws `INVALID_CONFIG` with the
     * variable's name in `field` where the proxy cannot be used
     */
    proxyFor: (url: string) => Proxy | undefined;
};
type Proxy = {
    /**
     * the environment variable that names it
     */
    variable: string;
    /**
     * scheme, host and port
     */
    origin: string;
    /**
     * the value of `Proxy-Authorization`
     */
    authorization?: string;
};
type CredentialKind = 'oauth' | 'api_key' | 'basic' | 'custom';
type Account = {
    /**
     * in braces
     */
    uuid?: string;
    nickname?: string;
    displayName?: string;
};
type RuntimeType<Name extends string> = typeof globalThis extends Record<Name, {
    prototype: infer Type;
}> ? Type : never;
type CompiledModule = typeof globalThis extends {
    WebAssembly: {
        Module: {
            prototype: infer Type;
        };
    };
} ? Type : never;
type CoreSource = Uint8Array | ArrayBuffer | CompiledModule | RuntimeType<'Response'> | RuntimeType<'URL'> | string;
/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} [source] the wasm, its address, or an HTTP response with it; by default
 *   the bytes that are part of this package, which `nocodb-bitbucket-auth/slim` leaves out. In Node.js, addresses
 *   of files and paths are read, too.
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is
 *   neither a source nor bytes, `INVALID_ARGUMENT` when `source` cannot be read, or is not this version's core
 */
declare function init(source?: CoreSource | Promise<CoreSource>): Promise<void>;

export { BitbucketAuthError as B, init as i };
export type { Account as A, CoreEnvironment as C, Phase as P, RuntimeType as R, TokenRequest as T, CredentialKind as a, AuthorizationRequest as b, TokenSet as c, CoreSource as d };
