/* tslint:disable */
/* eslint-disable */
/**
 * How a failure leaves the core. Fields that do not apply are left out.
 */
interface Failure$2 {
    /**
     * Stable name of the failure.
     */
    code: Code;
    /**
     * The step of a connection's life in which it happened.
     */
    phase: Phase$1;
    /**
     * What is wrong and what mends it.
     */
    message: string;
    /**
     * Whether the same request may succeed later without anybody doing anything.
     */
    retryable: boolean;
    /**
     * Whether only the user can mend it, by connecting again.
     */
    reauthorize: boolean;
    /**
     * The OAuth error code that Bitbucket sent (RFC 6749 sections 4.1.2.1 and 5.2).
     */
    error?: string;
    /**
     * Bitbucket's description: cut, control characters and secrets removed.
     */
    errorDescription?: string;
    /**
     * The HTTP status of the answer.
     */
    status?: number;
    /**
     * The argument, environment variable or member that is wrong.
     */
    field?: string;
    /**
     * How long to wait before the request is sent again, in milliseconds.
     */
    retryAfter?: number;
    /**
     * The scopes that the request needs, as Bitbucket's API says.
     */
    required?: string[];
    /**
     * The scopes that the credential has, as Bitbucket's API says.
     */
    granted?: string[];
    /**
     * Atlassian's page about a part of the API that was removed.
     */
    announcementUrl?: string;
}

/**
 * The step of a connection's life in which an error happened.
 */
type Phase$1 = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";

/**
 * The page at the redirect URI.
 */
declare class CallbackPage {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What to show for a request with this target: `{ refusal?: { heading, text } }`; `undefined` when it is none of ours.
     */
    shownAt(target: string): any;
}

/**
 * A client, validated once and used for as long as the process runs.
 */
declare class Client {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The address for a host that appends state and PKCE by itself.
     */
    authorizationUrl(): string;
    /**
     * `{ method, url, headers, body }` that asks for a token of the client itself.
     */
    buildClientCredentialsRequest(): any;
    /**
     * The same for what a host's form handed over.
     */
    buildHostTokenRequest(code: any, code_verifier: any, is_verifier_optional: boolean): any;
    /**
     * `{ method, url, headers, body }` that refreshes tokens.
     */
    buildRefreshRequest(refresh_token: any): any;
    /**
     * `{ method, url, headers, body }` that exchanges a code. `its_other_name`: what the caller has as `code_verifier`, as
     * NocoDB writes it.
     */
    buildTokenRequest(code: any, code_verifier: any, redirect_uri: any, its_other_name: any): any;
    /**
     * `{ url, state, codeVerifier, codeChallenge, redirectUri }`.
     */
    createAuthorizationRequest(extra_params: any): any;
    /**
     * A key for one purpose, derived from the secret.
     */
    deriveKey(purpose: string): Uint8Array;
    /**
     * Whether an address is at the redirect URI, whatever it carries.
     */
    isCallback(address: string): boolean;
    /**
     * The requested scopes that Bitbucket asks for and that were not granted.
     */
    missingScopes(granted: any): string[];
    /**
     * Validates `{ clientId, clientSecret?, redirectUri, scopes?, endpoints? }`.
     */
    constructor(options: any);
    /**
     * Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
     * have lower-case names; the body is a `Uint8Array`.
     */
    parseTokenResponse(response: any): any;
    /**
     * Judges a callback (string, `URL` or `URLSearchParams`) and gives its code.
     */
    validateAuthorizationResponse(callback: any, state: any): string;
    /**
     * Judges a callback for a page that waits for it and gives its code; `undefined` when the user said no.
     */
    validateInPage(address: string, state: string): string | undefined;
    /**
     * The API's base.
     */
    readonly apiUrl: string;
    /**
     * The authorization endpoint.
     */
    readonly authorizeUrl: string;
    /**
     * The Key.
     */
    readonly clientId: string;
    /**
     * Whether the client has a secret (RFC 6749 section 2.1).
     */
    readonly confidential: boolean;
    /**
     * Where Bitbucket sends the user back to, byte for byte as configured.
     */
    readonly redirectUri: string;
    /**
     * The scopes that are requested, in order.
     */
    readonly scopes: string[];
    /**
     * The token endpoint.
     */
    readonly tokenUrl: string;
}

/**
 * The proxy that the environment names, and the hosts that it excepts.
 */
declare class Proxies {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `{ variable, origin, authorization? }` of the proxy for a request to this address; `undefined` where there is none.
     */
    proxyFor(url: string): any;
}

/**
 * The one error class, and the only place where it is made.
 *
 * In: the plain object by which the core describes a failure. Out: a `BitbucketAuthError` with a stack that starts
 * at the caller. What never happens here: a text is made up, or a server's answer, a request or a library's own
 * error is attached; the core has already decided what may be told.
 */
type ErrorCode = Code;
type Failure$1 = Failure$2;
type Phase = Phase$1;
/**
 * Every failure of this package. Branch on `code`; texts may change. No property ever holds a code, token, secret,
 * verifier, state or full address.
 */
declare class BitbucketAuthError extends Error {
    /**
     * Stable name of the failure, `INVALID_CONFIG` for instance.
     * @type {ErrorCode}
     */
    code: ErrorCode;
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
type CoreEnvironment = {
    /**
     * only when OAuth can be offered
     */
    client?: Client;
    /**
     * only with a client
     */
    callbackPage?: CallbackPage;
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
