/* tslint:disable */
/* eslint-disable */

/**
 * The API as its requests see it.
 */
export class Api {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The group of resources, for the rate limit, of a request, which is one to the API.
     */
    admit(url: string): string;
    /**
     * For the API's base, as the environment gave it.
     */
    constructor(url: string);
    /**
     * `{ withCredential, becomesGet }` of the request that follows a redirect.
     */
    redirect(method: string, url: string, with_credential: boolean, status: number, location: string): any;
}

/**
 * A client, validated once and used for as long as the process runs.
 */
export class Client {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Three texts, with a space between them.
     */
    aroundGrant(): string;
    /**
     * The address for a host that appends state and PKCE by itself.
     */
    authorizationUrl(): string;
    /**
     * `{ method, url, headers, body }` that asks for a token of the client itself.
     */
    buildClientCredentialsRequest(): any;
    /**
     * `{ method, url, headers, body }` that refreshes tokens.
     */
    buildRefreshRequest(refresh_token: any): any;
    /**
     * `{ method, url, headers, body }` that exchanges a code.
     */
    buildTokenRequest(code: any, code_verifier: any, redirect_uri: any): any;
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
     * Validates `{ clientId, clientSecret?, redirectUri, scopes?, endpoints? }`.
     */
    constructor(options: any);
    /**
     * Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
     * have lower-case names; the body is a `Uint8Array`.
     */
    parseTokenResponse(response: any): any;
    /**
     * State, verifier and challenge, each of 43 characters, and the address, in the buffer. Gives their length.
     */
    quickAuthorizationRequest(): number;
    /**
     * The buffer has the state and the callback. Gives 1 when the callback is good, with offset and length of its code
     * as the first numbers, or a [plain failure](plain_failure).
     */
    quickAuthorizationResponse(state: number, callback: number): number;
    /**
     * The buffer has the verifier and the code. Gives 1 when they go as they are between the texts of
     * [`Self::around_grant`].
     */
    quickTokenRequest(code_verifier: number, code: number): number;
    /**
     * An answer with the status 200 to an exchanged code: the buffer has its media type, unless that is one that was taken
     * before, and its body. Gives 1 when it is good, with the offsets and lengths of both tokens and of the scopes, which
     * have single spaces between them, as the first numbers (a length of 0: there is none), and the expiry as a double
     * behind them (NaN: it is not known).
     */
    quickTokenResponse(media_type: number, body: number, received_at: number): number;
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
 * A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
 */
export class ConnectionTest {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes the answer `{ status, headers, body, receivedAt }`.
     */
    answered(response: any): void;
    /**
     * Takes the message of a failure that left the question without an answer.
     */
    failed(message: string): void;
    /**
     * For `{ kind, workspace?, repository?, hint?, requestedScopes?, grantedScopes? }`.
     */
    constructor(known: any);
    /**
     * The path below the API's base that is to be asked next.
     */
    readonly path: string | undefined;
    /**
     * `{ success, message, account?, scopes?, missingScopes? }`, when there is no more to ask.
     */
    readonly verdict: any;
}

/**
 * What to do next in a turn.
 */
export enum RefreshAction {
    /**
     * The turn is over.
     */
    Rest = 0,
    /**
     * Take the lock.
     */
    Lock = 1,
    /**
     * Look for a successor.
     */
    Look = 2,
    /**
     * Send the token request.
     */
    Refresh = 3,
    /**
     * Keep and show the new pair.
     */
    Publish = 4,
    /**
     * Show that the refresh token is dead.
     */
    Bury = 5,
    /**
     * Hand the pair to the stores.
     */
    Store = 6,
    /**
     * Report that a store failed.
     */
    Report = 7,
    /**
     * Wait until `waitUntil`.
     */
    Wait = 8,
    /**
     * The turn is over, for the reason of the last request.
     */
    FailWithLastRequest = 9,
    /**
     * The turn is over, the lock could not be had.
     */
    FailAsBusy = 10,
}

/**
 * What somebody who wants to use a pair of tokens shall do.
 */
export enum RefreshAnswer {
    /**
     * Use it.
     */
    Use = 0,
    /**
     * Wait for the turn, and ask again.
     */
    Turn = 1,
    /**
     * The connection is dead.
     */
    Dead = 2,
}

/**
 * What happened in a turn, where there is no more to say about it.
 */
export enum RefreshEvent {
    /**
     * The lock is taken.
     */
    Locked = 0,
    /**
     * Somebody else has it.
     */
    LockBusy = 1,
    /**
     * It was lost.
     */
    LockLost = 2,
    /**
     * The refresh token was found to be dead.
     */
    FoundDead = 3,
    /**
     * There is no successor.
     */
    NothingFound = 4,
    /**
     * The pair is published.
     */
    Published = 5,
    /**
     * Somebody else's pair came first.
     */
    Superseded = 6,
    /**
     * The stores took the pair.
     */
    Stored = 7,
    /**
     * One of them did not.
     */
    StoreFailed = 8,
    /**
     * That was reported.
     */
    Reported = 9,
    /**
     * The wait is over.
     */
    Woke = 10,
}

/**
 * When the tokens of one connection are renewed. Times are milliseconds since 1970, `random` is from 0 to 1.
 */
export class RefreshPolicy {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Whether a request that the API answered with `status` is to be repeated.
     */
    answered(status: number, generation: number, is_repetition: boolean, now: number): boolean;
    /**
     * Somebody whose store has the pair `known` wants to use the newest.
     */
    asked(known: number, now: number): RefreshAnswer;
    /**
     * Whether the pair of a config with the newest refresh token and another access token is to be used.
     */
    configured(obtained_at: number | null | undefined, expires_at: number | null | undefined, now: number): boolean;
    /**
     * Goes on after a token request failed with an error of this code.
     */
    failed(code: string, retryable: boolean, retry_after: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Goes on after a successor was found.
     */
    found(obtained_at: number | null | undefined, expires_at: number | null | undefined, same_refresh_token: boolean, now: number, random: number): RefreshAction;
    /**
     * Whether the refresh token was unused for too long.
     */
    isIdle(now: number): boolean;
    /**
     * Another connection of this client was refused.
     */
    lockOut(until: number): void;
    /**
     * For a pair that comes out of a config or was just exchanged.
     */
    constructor(obtained_at: number | null | undefined, expires_at: number | null | undefined, has_access_token: boolean, lockout: number, now: number);
    /**
     * Goes on after an event.
     */
    on(event: RefreshEvent, now: number, random: number): RefreshAction;
    /**
     * Somebody wants a pair that is newer than `generation`.
     */
    renew(generation: number, now: number): RefreshAnswer;
    /**
     * Goes on after Bitbucket sent a new pair.
     */
    renewed(obtained_at: number, expires_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * When a turn is to begin although nobody asks.
     */
    retryAt(now: number): number | undefined;
    /**
     * What is to be done in the turn that is under way.
     */
    readonly action: RefreshAction;
    /**
     * The number of the newest pair.
     */
    readonly generation: number;
    /**
     * Whether a wish for a newer pair stands.
     */
    readonly isForced: boolean;
    /**
     * For how long the other connections are to know of the refusal of this one.
     */
    readonly lockoutOfOthers: number | undefined;
    /**
     * Until when a wait lasts.
     */
    readonly waitUntil: number | undefined;
}

/**
 * Whether an answer says that the access token is no longer accepted.
 */
export function asksForRenewal(status: number): boolean;

/**
 * Judges the address of a page that was loaded and gives its code; `undefined` when the user said no. `pending` is what
 * was remembered of the login: the client's options with `state` and `startedAt`; `undefined` when nothing was.
 */
export function completeRedirect(address: string, pending: any, origin: string, now: number): string | undefined;

/**
 * The scopes that are requested when none are configured.
 */
export function defaultScopes(): string[];

/**
 * The environment variables that [`read_environment`] looks at.
 */
export function environmentVariables(): string[];

/**
 * Scopes with everything that they imply.
 */
export function expandScopes(list: any): string[];

/**
 * The error object for a failure that only JavaScript can see, with the message and flags of the one table.
 */
export function failure(code: string, phase: string, details: any): any;

/**
 * Whether an access token is past its time; without a time it is not known to be.
 */
export function isExpired(expires_at: number | null | undefined, now: number): boolean;

/**
 * Whether a login that began then is over.
 */
export function isPendingOver(started_at: number, now: number): boolean;

/**
 * The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
 */
export function judgeApiResponse(response: any): any;

/**
 * Whether a request that failed with an error of this code and status may be sent again.
 */
export function mayRepeat(method: string, code: string, status?: number | null): boolean;

/**
 * The required scopes that are neither granted nor implied by a granted one.
 */
export function missingScopes(required: any, granted: any): string[];

/**
 * The client of a login that a page starts: `{ clientId, redirectUri, scopes?, endpoints? }`, or `{ client }` with
 * what a client says of itself. `origin` is the page's.
 */
export function pageClient(options: any, origin: string): Client;

/**
 * What a number above 1 that a quick way gives stands for, described like every failure.
 */
export function plainFailure(number: number): any;

/**
 * What an answer tells of the rate limit: `{ limit?, used?, pause? }`, the pause in milliseconds.
 */
export function rateLimitNews(status: number, limit: string | null | undefined, near_limit: string | null | undefined, retry_after: string | null | undefined, known: number, is_configured: boolean, received_at: number): any;

/**
 * What a stored config says of its credential: `{ kind, accessToken?, authorization?, email?, canRenew, hasUser, hint? }`.
 */
export function readCredential(config: any): any;

/**
 * Reads an environment: `{ client?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured, redisUrl?, problems }`.
 * Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is none. `problems` has an INVALID_CONFIG error for each variable that is
 * missing or wrong.
 */
export function readEnvironment(env: any): any;

/**
 * Throws when options carry a client secret.
 */
export function refuseSecret(options: any): void;

/**
 * The state of the response that a page's address carries; empty without one, `undefined` without a response.
 */
export function responseState(address: string, is_pending: boolean): string | undefined;

/**
 * How long to wait before a request is sent again, in milliseconds; `undefined`: too long.
 */
export function retryDelay(attempt: number, retry_after: number | null | undefined, random: number): number | undefined;

/**
 * The address of a buffer for the texts of a call, the second behind the first. `TextEncoder` fills it ten times as fast
 * as a text goes across as an argument, and nothing is allocated.
 */
export function textBuffer(length: number): number;

/**
 * The memory in which the buffer is.
 */
export function textMemory(): any;

/**
 * How long a page waits for the callback, in milliseconds.
 */
export function waitingTime(wanted: any): number;

/**
 * An address without the parameters of a response.
 */
export function withoutResponse(address: string): string;

/**
 * The slug of a workspace, or its UUID in braces, as a segment of a path.
 */
export function workspaceSegment(workspace: any): string;

export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
