/* tslint:disable */
/* eslint-disable */
/**
 * An authorization request. The caller keeps it until the callback.
 */
export interface AuthorizationRequest {
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
 * The data of an error. Fields that do not apply are left out.
 */
export interface ErrorDetails {
    /**
     * The stable name of the error.
     */
    code: Code;
    /**
     * The step of a connection's life cycle in which the error occurred.
     */
    phase: Phase;
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
 * The schema of a member.
 */
export interface MemberSchema {
    name: string;
    type: MemberType;
    isRequired: boolean;
    /**
     * The maximum size that the shim reads: the number of scopes in a list, of bytes in a body, or of characters in a
     * callback; 0 for no limit.
     */
    limit: number;
}

/**
 * The schema of an argument.
 */
export interface ArgumentSchema {
    /**
     * The known members, in the order in which they are read.
     */
    members: MemberSchema[];
    /**
     * Whether the argument must be an object; otherwise, an absent argument counts as an empty object.
     */
    isRequired: boolean;
    /**
     * Whether unknown members are ignored.
     */
    allowsUnknown: boolean;
    /**
     * Whether invalid members are ignored.
     */
    isLenient: boolean;
}

/**
 * The step of a connection's life cycle in which an error occurred.
 */
export type Phase = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * The type of a member, and the form in which the core takes it. `undefined` and `null` count as absent.
 */
export type MemberType = "any" | "text" | "number" | "number" | "bytes" | "scopes" | "callback" | "textRecord" | "headers" | "object" | "lenientObject" | "false" | "forbidden" | "ignored";

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
export type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";


/**
 * What is wrong with an argument or one of its members.
 */
export enum ArgumentProblem {
    /**
     * The argument is not an object.
     */
    NotAnObject = 0,
    /**
     * Reading the argument threw an exception.
     */
    Unreadable = 1,
    /**
     * The argument has an unknown member.
     */
    UnknownMember = 2,
    /**
     * A required member is absent.
     */
    MissingMember = 3,
    /**
     * A member has the wrong type.
     */
    WrongType = 4,
    /**
     * A list is too long.
     */
    TooLong = 5,
}

/**
 * An OAuth client, validated once and used for as long as the process runs.
 */
export class OAuthCore {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The authorization URL without state and PKCE, for NocoDB. NocoDB appends its own state and PKCE parameters.
     */
    authorizationUrl(): string;
    /**
     * Validates the callback in the URL of a loaded page against the pending login. Returns the callback's code;
     * `undefined` if the user denied access.
     */
    completeRedirect(url: string, state: string, started_at: number, now: number): string | undefined;
    /**
     * Starts a login. `extra_params` are form-encoded.
     */
    createAuthorizationRequest(extra_params?: string | null): AuthorizationRequest;
    /**
     * Whether a URL has the redirect URI's origin and path.
     */
    isCallbackUrl(url: string): boolean;
    /**
     * Validates a callback and returns its code.
     */
    validateAuthorizationResponse(callback: string, state: string): string;
    /**
     * Validates a callback for which a page waits. Returns the callback's code; `undefined` if the user denied
     * access.
     */
    validateInPage(url: string, state: string): string | undefined;
    /**
     * The API's base URL.
     */
    readonly apiUrl: string;
    /**
     * The authorization endpoint.
     */
    readonly authorizeUrl: string;
    /**
     * The Key of the OAuth consumer.
     */
    readonly clientId: string;
    /**
     * Whether the client is confidential, that is, has a secret (RFC 6749 section 2.1).
     */
    readonly confidential: boolean;
    /**
     * The redirect URI, byte for byte as configured.
     */
    readonly redirectUri: string;
    /**
     * The scopes to request, in order.
     */
    readonly scopes: string[];
    /**
     * The token endpoint.
     */
    readonly tokenUrl: string;
}

/**
 * The schema by which js/argument-reader.js reads an argument of a public function.
 */
export function argumentSchema(argument: string): ArgumentSchema;

/**
 * The state of the authorization response in a page's URL: empty if the response has no state, `undefined` if the URL
 * has no response.
 */
export function callbackState(url: string, is_login_pending: boolean): string | undefined;

/**
 * Throws for an authorization response that belongs to no pending login, unless the response says that the user denied
 * access.
 */
export function checkUnmatchedCallback(url: string): void;

/**
 * The client for a login that a page of this origin starts.
 */
export function createPageCore(origin: string, client_id?: string | null, redirect_uri?: string | null, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): OAuthCore;

/**
 * The client for a front end that builds authorization URLs and validates callbacks by itself. `origin` is the
 * origin of the page, if the front end runs in a page.
 */
export function createPublicCore(origin: string | null | undefined, client_id: string, redirect_uri: string, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): OAuthCore;

/**
 * The error object for a failure that only JavaScript can detect. The core defines the message and the flags of each error
 * code. `connection_end` says why a connection ended, if Bitbucket did not refuse its tokens.
 */
export function errorDetails(code: string, phase: string, field?: string | null, status?: number | null, retry_after?: number | null, connection_end?: string | null): ErrorDetails;

/**
 * Whether the login that began at `started_at` has expired.
 */
export function isLoginExpired(started_at: number, now: number): boolean;

/**
 * How long a page waits for the callback, in milliseconds. Throws if the requested time is out of range.
 */
export function loginTimeout(requested?: number | null): number;

/**
 * Throws if one of these members of a page's options repeats a property of the given client.
 */
export function rejectClientOverrides(members: string[]): void;

/**
 * A URL without the parameters of an authorization response.
 */
export function removeCallbackParameters(url: string): string;

/**
 * Throws the error for an invalid argument or member. `grant_type` is the grant type of the token request, if it is known.
 */
export function throwArgumentError(argument: string, problem: ArgumentProblem, member: string, grant_type?: string | null): void;

/**
 * Throws the error for a page that cannot start a login because the browser lacks this feature.
 */
export function throwMissingFeature(feature: 'window' | 'sessionStorage' | 'BroadcastChannel'): never;
