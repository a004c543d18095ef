/* tslint:disable */
/* eslint-disable */
/**
 * A member of an argument.
 */
export interface MemberDescription {
    name: string;
    kind: Kind;
    isRequired: boolean;
    /**
     * The most that is looked at of its value.
     */
    limit: number;
}

/**
 * How a failure leaves the core. Fields that do not apply are left out.
 */
export interface Failure {
    /**
     * Stable name of the failure.
     */
    code: Code;
    /**
     * The step of a connection's life in which it happened.
     */
    phase: Phase;
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
 * How an argument is taken apart.
 */
export interface ArgumentDescription {
    /**
     * The members that it may have, in the order in which they are looked at.
     */
    members: MemberDescription[];
    /**
     * Whether it must be an object.
     */
    isNeeded: boolean;
    /**
     * Whether it may have other members.
     */
    isForeign: boolean;
    /**
     * Whether what of it cannot be used is left out.
     */
    isHint: boolean;
}

/**
 * The step of a connection's life in which an error happened.
 */
export type Phase = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * What a member may be, and in which form it is handed to the core. `undefined` and `null` are absent.
 */
export type Kind = "any" | "text" | "number" | "number" | "bytes" | "scopes" | "callback" | "texts" | "headers" | "members" | "hints" | "false" | "forbidden" | "ignored";

/**
 * What has to be remembered between sending the user to Bitbucket and the callback.
 */
export interface AuthorizationRequest {
    /**
     * Where to send the user.
     */
    url: string;
    /**
     * Belongs in the user's session; checked by `validateAuthorizationResponse`.
     */
    state: string;
    /**
     * Belongs in the user's session; for `buildTokenRequest` (RFC 7636 section 4.1).
     */
    codeVerifier: string;
    /**
     * S256 of the verifier (RFC 7636 section 4.2).
     */
    codeChallenge: string;
    /**
     * As sent.
     */
    redirectUri: string;
}

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
export type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";


/**
 * A client, validated once and used for as long as the process runs.
 */
export class Client {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The address for a host that appends state and PKCE by itself.
     */
    authorizationUrl(): string;
    /**
     * Judges the address of a page that was loaded, against the login that began there, and gives its code; `undefined`
     * when the user said no.
     */
    completeRedirect(address: string, state: string, started_at: number, now: number): string | undefined;
    /**
     * Starts a login. `extra_params` is a form.
     */
    createAuthorizationRequest(extra_params?: string | null): AuthorizationRequest;
    /**
     * Whether an address is at the redirect URI, whatever it carries.
     */
    isCallback(address: string): boolean;
    /**
     * Judges a callback and gives its code.
     */
    validateAuthorizationResponse(callback: string, state: string): string;
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
 * In which way something does not fit.
 */
export enum Misfit {
    /**
     * The argument is no object.
     */
    NotAnObject = 0,
    /**
     * The argument cannot be read.
     */
    Unreadable = 1,
    /**
     * The argument has a member that it cannot have.
     */
    Unknown = 2,
    /**
     * A member is not there.
     */
    Missing = 3,
    /**
     * A member is of another kind.
     */
    OtherKind = 4,
    /**
     * A list is longer than it may be.
     */
    TooLong = 5,
}

/**
 * Throws when one of these members of a page's options says what the client beside it says itself.
 */
export function checkBesideClient(members: string[]): void;

/**
 * Throws for a response that belongs to no login that began here, unless it says that the user said no.
 */
export function checkStrayResponse(address: string): void;

/**
 * How an argument is taken apart.
 */
export function describeArgument(argument: string): ArgumentDescription;

/**
 * The error object for a failure that only JavaScript can see, with the message and flags of the one table. `ending`: of the
 * wrapper's connection, though Bitbucket refused nothing.
 */
export function failure(code: string, phase: string, field?: string | null, status?: number | null, retry_after?: number | null, ending?: string | null): Failure;

/**
 * Whether a login that began then is over.
 */
export function isPendingOver(started_at: number, now: number): boolean;

/**
 * The client of a login that a page of this origin starts.
 */
export function pageClient(origin: string, client_id?: string | null, redirect_uri?: string | null, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): Client;

/**
 * The client of a front end that builds addresses and judges callbacks by itself. `origin` is its page's, where it is in one.
 */
export function publicClient(origin: string | null | undefined, client_id: string, redirect_uri: string, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): Client;

/**
 * Throws for what does not fit. `grant`: what tokens were asked for with, where that is known.
 */
export function refuseArgument(argument: string, misfit: Misfit, member: string, grant?: string | null): void;

/**
 * Throws that a page cannot start a login, for want of this property of the browser's.
 */
export function refusePage(lacks: 'window' | 'sessionStorage' | 'BroadcastChannel'): never;

/**
 * The state of the response that a page's address carries; empty without one, `undefined` without a response.
 */
export function responseState(address: string, is_pending: boolean): string | undefined;

/**
 * How long a page waits for the callback, in milliseconds.
 */
export function waitingTime(wanted?: number | null): number;

/**
 * An address without the parameters of a response.
 */
export function withoutResponse(address: string): string;
