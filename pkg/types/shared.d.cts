/**
 * A token request. It contains secrets: send it, do not log it.
 */
interface TokenRequest {
    /**
     * Always `POST`.
     */
    method: string;
    /**
     * The token endpoint.
     */
    url: string;
    headers: Record<string, string>;
    /**
     * Encoded as `application/x-www-form-urlencoded`.
     */
    body: string;
}

/**
 * An authorization request. The caller keeps it until the callback.
 */
interface AuthorizationRequest$1 {
    /**
     * The URL to send the user to.
     */
    url: string;
    /**
     * The state. The caller keeps it in the user's session and passes it to `validateAuthorizationResponse`.
     */
    state: string;
    /**
     * The code verifier (RFC 7636 section 4.1). The caller keeps it in the user's session and passes it to
     * `buildTokenRequest`.
     */
    codeVerifier: string;
    /**
     * The S256 challenge of the verifier (RFC 7636 section 4.2).
     */
    codeChallenge: string;
    /**
     * The redirect URI in the request.
     */
    redirectUri: string;
}

/**
 * The account that a credential belongs to.
 */
interface Account {
    /**
     * The UUID in braces.
     */
    uuid?: string;
    /**
     * The name that Bitbucket uses in URLs.
     */
    nickname?: string;
    /**
     * The name that Bitbucket shows to users.
     */
    displayName?: string;
}

/**
 * The credential in a stored config.
 */
interface StoredCredential {
    /**
     * The credential's type, as NocoDB names it.
     */
    kind: 'oauth' | 'api_key' | 'basic' | 'custom';
    /**
     * The token; absent if the plugin has to request it first.
     */
    accessToken?: string;
    /**
     * The value of the `Authorization` header; absent if the plugin has to request the token first.
     */
    authorization?: string;
    /**
     * The e-mail address of the Atlassian account that an API token belongs to.
     */
    email?: string;
    /**
     * Whether the plugin can request a new token without a user.
     */
    canRefresh: boolean;
    /**
     * Whether the credential belongs to a user.
     */
    hasUser: boolean;
    /**
     * A sentence about a probable mistake, if the token looks like one of another type.
     */
    hint?: string;
}

/**
 * The data of an error. Fields that do not apply are left out.
 */
interface ErrorDetails$1 {
    /**
     * The stable name of the error.
     */
    code: Code;
    /**
     * The step of a connection's life cycle in which the error occurred.
     */
    phase: Phase$1;
    /**
     * What is wrong, and how to fix it.
     */
    message: string;
    /**
     * Whether the same request may succeed later without any action.
     */
    retryable: boolean;
    /**
     * Whether only the user can fix the error, by authenticating again.
     */
    reauthorize: boolean;
    /**
     * The OAuth error code that Bitbucket sent (RFC 6749 sections 4.1.2.1 and 5.2).
     */
    error?: string;
    /**
     * Bitbucket's description, shortened and without control characters and secrets.
     */
    errorDescription?: string;
    /**
     * The HTTP status of the response.
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
     * The scopes that the request needs, according to Bitbucket's API.
     */
    required?: string[];
    /**
     * The scopes that the credential has, according to Bitbucket's API.
     */
    granted?: string[];
    /**
     * The URL of Atlassian's announcement that this part of the API is removed.
     */
    announcementUrl?: string;
}

/**
 * The step of a connection's life cycle in which an error occurred.
 */
type Phase$1 = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * The type of an access token.
 */
type TokenType = "bearer";

/**
 * Tokens with an absolute expiry.
 */
interface TokenSet {
    /**
     * The access token, sent as `Authorization: Bearer`.
     */
    accessToken: string;
    /**
     * The only type that is accepted (RFC 6750).
     */
    tokenType: TokenType;
    /**
     * The refresh token, which is exchanged for the next tokens.
     */
    refreshToken?: string;
    /**
     * When the access token expires, in milliseconds since 1970; absent if the response did not say.
     */
    expiresAt?: number;
    /**
     * The granted scopes, in the response's order.
     */
    scopes: string[];
}

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";

/**
 * The error class of this package.
 *
 * In: the plain object with which the core describes a failure. Out: a `BitbucketAuthError` whose stack starts at the caller.
 * Never: a message that this file words itself, or an attached response, request or error of other code. The core decides what an
 * error may contain.
 */
type ErrorCode = Code;
type ErrorDetails = ErrorDetails$1;
type Phase = Phase$1;
/**
 * An error with the members of a failure, which the core documents.
 *
 * @type {new (message: string, options?: { cause?: Error }) => Error & ErrorDetails}
 */
declare const Described: new (message: string, options?: {
    cause?: Error;
}) => Error & ErrorDetails;
/**
 * Every failure of this package. Branch on `code`; messages may change. No property contains an authorization code, token,
 * secret, verifier, state or complete URL.
 */
declare class BitbucketAuthError extends Described {
    /**
     * @param {ErrorDetails} failure as the core describes it
     * @param {{ detail?: string, cause?: Error }} [extra] `detail`: a text to append to the message in brackets; `cause`: an error
     *   that has only a message and a `code`
     * @param {Function} [caller] the public function that was called; the stack trace starts at the code that called it
     */
    constructor(failure: ErrorDetails, { detail, cause }?: {
        detail?: string;
        cause?: Error;
    }, caller?: Function);
    /**
     * The message and the fields, without the stack, for logs.
     *
     * @returns {Record<string, unknown>}
     */
    toJSON(): Record<string, unknown>;
}

type CredentialKind = StoredCredential['kind'];
type RuntimeType$1<Name extends string> = typeof globalThis extends Record<Name, {
    prototype: infer Type;
}> ? Type : never;
type CompiledModule = typeof globalThis extends {
    WebAssembly: {
        Module: {
            prototype: infer Type;
        };
    };
} ? Type : never;
type CoreSource = Uint8Array | ArrayBuffer | CompiledModule | RuntimeType$1<'Response'> | RuntimeType$1<'URL'> | string;
/**
 * Loads the core before its first use. Node.js never needs this function; in a page, this function keeps the main thread free.
 * The function does nothing when the core is already loaded. Simultaneous calls share one load, and a failed load can be
 * repeated.
 *
 * @type {(source?: CoreSource | Promise<CoreSource>) => Promise<void>}
 * @param source the WebAssembly, its URL, or an HTTP response with it; by default the bytes that are part of this package,
 *   which `nocodb-bitbucket-auth/slim` leaves out. Node.js also reads `file:` URLs and paths.
 * @throws {BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly, or there is neither a source nor
 *   inlined bytes, `INVALID_ARGUMENT` if `source` cannot be read or is not this version's core
 */
declare const init$1: (source?: CoreSource | Promise<CoreSource>) => Promise<void>;

type AuthorizationRequest = AuthorizationRequest$1;
type RuntimeType<Name extends string> = RuntimeType$1<Name>;
/** Printing or serializing an instance never shows the secret. */
declare class AuthorizationClient {
    #private;
    /** The client ID as configured. Bitbucket calls it the Key. */
    get clientId(): string;
    /** The redirect URI, byte for byte as configured. */
    get redirectUri(): string;
    /** The requested scopes; empty if the client sends no scope parameter. */
    get scopes(): string[];
    /** The authorization endpoint. */
    get authorizeUrl(): string;
    /** The token endpoint. */
    get tokenUrl(): string;
    /** The base URL of the API. */
    get apiUrl(): string;
    /** Whether the client has a secret (RFC 6749 section 2.1). */
    get confidential(): boolean;
    /**
     * The authorization URL for NocoDB's form. NocoDB's GUI appends state and PKCE.
     *
     * @returns {string} a URL without `state`, `code_challenge` and `code_challenge_method`, but always with a query
     */
    authorizationUrl(): string;
    /**
     * Starts a login with a fresh state (RFC 6749 section 10.12) and PKCE S256 (RFC 7636).
     *
     * @param {{ extraParams?: Record<string, string> | undefined }} [options] parameters to add; they cannot replace those of
     *   the client
     * @returns {AuthorizationRequest}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
     */
    createAuthorizationRequest(options?: {
        extraParams?: Record<string, string> | undefined;
    }): AuthorizationRequest;
    /**
     * Validates a callback to the redirect URI. The state is checked before any other parameter is used.
     *
     * @param {string | RuntimeType<'URL'> | RuntimeType<'URLSearchParams'>} callback the callback's URL, or the query of that URL
     * @param {{ state: string }} expected the state that `createAuthorizationRequest` returned for this user
     * @returns {{ code: string }} the code for `buildTokenRequest`; it is valid for one use, and only for minutes
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `CALLBACK_INVALID`, `CALLBACK_DUPLICATE_PARAMETER`,
     *   `CALLBACK_UNSUPPORTED_RESPONSE`, `STATE_MISSING`, `STATE_MISMATCH`, `ISSUER_MISMATCH`, `ACCESS_DENIED`,
     *   `AUTHORIZATION_FAILED`, `CODE_MISSING`
     */
    validateAuthorizationResponse(callback: string | RuntimeType<'URL'> | RuntimeType<'URLSearchParams'>, expected: {
        state: string;
    }): {
        code: string;
    };
}

/**
 * Loads the core before its first use, off the page's main thread. The package does this itself when the page is idle. Only
 * `createClient` needs this call, and only in browsers that refuse to compile a large WebAssembly module synchronously. If
 * the core is already loaded, the call does nothing.
 *
 * @type {() => Promise<void>}
 * @throws {import('../error.cjs').BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly
 */
declare const init: () => Promise<void>;

export { AuthorizationClient as A, BitbucketAuthError as B, init$1 as f, init as i };
export type { CredentialKind as C, ErrorCode as E, Phase as P, RuntimeType$1 as R, TokenRequest as T, AuthorizationRequest as a, Account as b, AuthorizationRequest$1 as c, CoreSource as d, TokenSet as e };
