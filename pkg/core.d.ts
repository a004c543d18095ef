/* tslint:disable */
/* eslint-disable */
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
 * The step of a connection's life in which an error happened.
 */
export type Phase = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
export type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";


/**
 * The API as its requests see it.
 */
export class Api {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The path, below the API's base, of a request, which is one to the API.
     */
    admit(url: string): string;
    /**
     * What to do with an answer: `undefined` to hand it on, `'renew'` to send the request again if there is a newer credential,
     * or `{ withCredential, becomesGet, withBody }` of the request that follows a redirect.
     */
    judge(method: string, url: string, with_credential: boolean, status: number, location: string | null | undefined, followed: number, most: number | null | undefined, following: string): any;
    /**
     * For the API's base, as the environment gave it.
     */
    constructor(url: string);
}

/**
 * The page at the redirect URI.
 */
export class CallbackPage {
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
export class Client {
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
 * A list that is read page by page.
 */
export class List {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes what an answer says of its page, `next` being any value. Whether there is another page.
     */
    answered(next: any, values: number, page?: number | null, pagelen?: number | null, size?: number | null): boolean;
    /**
     * For the absolute address of the first page.
     */
    constructor(address: string);
    /**
     * The absolute address of the page to ask for.
     */
    readonly address: string;
    /**
     * What stands for that page, to be handed out.
     */
    readonly token: string;
}

/**
 * The proxy that the environment names, and the hosts that it excepts.
 */
export class Proxies {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `{ variable, origin, authorization? }` of the proxy for a request to this address; `undefined` where there is none.
     */
    proxyFor(url: string): any;
}

/**
 * Cuts a credential out of what a server answered.
 */
export class Redactor {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The end of the body.
     */
    end(): Uint8Array;
    /**
     * For the value of the header field `Authorization` that was sent.
     */
    constructor(authorization: string);
    /**
     * Takes the next piece of a body, and gives what is ready.
     */
    push(piece: Uint8Array | number[]): Uint8Array;
    /**
     * A text without it.
     */
    text(text: string): string;
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
     * Get in line for a token request.
     */
    Queue = 3,
    /**
     * Send the token request.
     */
    Refresh = 4,
    /**
     * See whether another refusal explains the last one.
     */
    Judge = 5,
    /**
     * Keep and show the new pair.
     */
    Publish = 6,
    /**
     * Show that the refresh token is dead.
     */
    Bury = 7,
    /**
     * Hand the pair to the stores.
     */
    Store = 8,
    /**
     * Report that a store failed.
     */
    Report = 9,
    /**
     * Wait, for `pause` milliseconds.
     */
    Wait = 10,
}

/**
 * Who may send a token request now.
 */
export enum RefreshAdmission {
    /**
     * Nobody, until something changes.
     */
    Nobody = 0,
    /**
     * Nobody, for `wait` milliseconds.
     */
    NobodyYet = 1,
    /**
     * The first one in line.
     */
    First = 2,
    /**
     * The first one in line, once no other process sends one.
     */
    FirstAlone = 3,
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
     * Wait for the next step of the turn, and ask again.
     */
    Turn = 1,
    /**
     * Fail: the refresh token is dead.
     */
    Dead = 2,
    /**
     * Fail, for the reason of the last request.
     */
    Failed = 3,
    /**
     * Fail: others have to be waited for, as it is not known yet which refresh tokens of the client are dead.
     */
    Doubtful = 4,
    /**
     * Fail: something takes too long.
     */
    Busy = 5,
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
     * Nobody who waits has a store of this connection's any more.
     */
    Abandoned = 3,
    /**
     * There is no successor.
     */
    NothingFound = 4,
    /**
     * The line has come to this connection.
     */
    Admitted = 5,
    /**
     * The pair is published.
     */
    Published = 6,
    /**
     * Somebody else's pair came first.
     */
    Superseded = 7,
    /**
     * The stores took the pair.
     */
    Stored = 8,
    /**
     * One of them did not.
     */
    StoreFailed = 9,
    /**
     * That was reported.
     */
    Reported = 10,
    /**
     * The wait is over.
     */
    Woke = 11,
}

/**
 * Who goes first in the line for token requests.
 */
export enum RefreshLane {
    /**
     * An answer may be lost.
     */
    Urgent = 0,
    /**
     * Nothing speaks against the refresh token.
     */
    Sound = 1,
    /**
     * It was refused.
     */
    Suspect = 2,
}

/**
 * When the tokens of one connection are renewed.
 */
export class RefreshPolicy {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Somebody whose store has the pair `known` wants to use the newest, and waits for it until `deadline`.
     */
    asked(known: number, deadline: number, now: number): RefreshAnswer;
    /**
     * Whether a pair with these times, found elsewhere, is to be taken for one that follows this one.
     */
    believes(obtained_at?: number | null, expires_at?: number | null): boolean;
    /**
     * Whether the pair of a config with the newest refresh token and another access token is to be used.
     */
    configured(obtained_at: number | null | undefined, expires_at: number | null | undefined, now: number): boolean;
    /**
     * Goes on after a token request failed with an error of this code.
     */
    failed(code: string, retryable: boolean, retry_after: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Goes on after it was found that the refresh token was declared dead.
     */
    foundDead(died_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Goes on after a pair with another refresh token was found in a row of the host's, where nobody remembers that one of
     * them led to the other.
     */
    foundInRow(obtained_at: number | null | undefined, expires_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Goes on after a successor was found.
     */
    found(obtained_at: number | null | undefined, expires_at: number | null | undefined, same_refresh_token: boolean, now: number, random: number): RefreshAction;
    /**
     * Whether the refresh token was unused for too long.
     */
    isIdle(now: number): boolean;
    /**
     * Goes on after a refusal was judged by what the shared record tells: how long ago another connection of the client was
     * refused, and how long ago this one was, in milliseconds.
     */
    judged(others_refused_ago: number | null | undefined, refused_ago: number, now: number, random: number): RefreshAction;
    /**
     * In which lane of the line for token requests the connection belongs: a number for `RefreshQueue.enter`.
     */
    lane(now: number): RefreshLane;
    /**
     * For a pair that comes out of a config or was just exchanged.
     */
    constructor(obtained_at: number | null | undefined, expires_at: number | null | undefined, has_access_token: boolean, lockout: number, now: number);
    /**
     * Goes on after an event.
     */
    on(event: RefreshEvent, now: number, random: number): RefreshAction;
    /**
     * For how many milliseconds a wait lasts. It may end earlier than what it is for.
     */
    pause(now: number): number | undefined;
    /**
     * Why there is no pair for somebody who waits no longer.
     */
    reason(now: number): RefreshAnswer;
    /**
     * Whether a request that the API answered 401, after so many repetitions, is to be repeated.
     */
    reject(generation: number, repetitions: number, now: number): boolean;
    /**
     * Somebody wants a pair that is newer than `generation`, and waits for it until `deadline`.
     */
    renew(generation: number, deadline: number, now: number): RefreshAnswer;
    /**
     * Goes on after Bitbucket sent a new pair.
     */
    renewed(obtained_at: number, expires_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * In how many milliseconds to see whether a turn is to begin although nobody asks; 0: now.
     */
    retryIn(now: number): number | undefined;
    /**
     * Whether work that failed as with a bad token, after so many repetitions, is to be done again with a newer pair.
     */
    suspect(generation: number, repetitions: number, now: number): boolean;
    /**
     * For how many milliseconds from now on no token request is sent; `undefined`: one may be sent.
     */
    wait(now: number): number | undefined;
    /**
     * What is to be done in the turn that is under way.
     */
    readonly action: RefreshAction;
    /**
     * The number of the newest pair.
     */
    readonly generation: number;
    /**
     * Whether Bitbucket refused the refresh token.
     */
    readonly isDoubtful: boolean;
    /**
     * Whether a wish for a newer pair stands.
     */
    readonly isForced: boolean;
}

/**
 * The line for the token requests of one OAuth client.
 */
export class RefreshQueue {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Admits the first one in line, and gives its ticket.
     */
    admit(alone: boolean): number | undefined;
    /**
     * Gets in line. Gives a ticket.
     */
    enter(lane: RefreshLane): number;
    /**
     * The request of somebody who was admitted failed, or was not sent.
     */
    failed(now: number): void;
    /**
     * The request of somebody who was admitted was granted. It was sent at `sent_at`.
     */
    granted(sent_at: number, now: number): void;
    /**
     * What the shared record tells, in milliseconds before now.
     */
    learn(refused_ago: number | null | undefined, granted_ago: number | null | undefined, now: number): void;
    /**
     * An empty one.
     */
    constructor(lockout: number);
    /**
     * Who may send a request now.
     */
    next(now: number): RefreshAdmission;
    /**
     * The request of somebody who was admitted was refused.
     */
    refused(now: number): void;
    /**
     * For how many milliseconds nobody is admitted.
     */
    wait(now: number): number;
}

/**
 * The endpoints of an API that are gone. A list is known by the address that was asked for.
 */
export class RemovedEndpoints {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The address of what belongs to a list in a workspace, by its segment of a path.
     */
    inWorkspace(url: string, segment: string, with_role: boolean): string | undefined;
    /**
     * `{ verdict, told? }` on an answer about a workspace that is no success: `refused`, `left out` or `without role`, and
     * what an administrator is told of it.
     */
    judge(url: string, segment: string, with_role: boolean, response: any): any;
    /**
     * What a list may take: `{ keptMs, mostLists, longestList, mostAtOnce }`.
     */
    static limits(): any;
    /**
     * For the API's base, as the environment gave it.
     */
    constructor(url: string);
    /**
     * `{ from, to, page, pagelen, size, next? }`: the page of a list, when it has so many values in all.
     */
    page(url: string, size: number): any;
    /**
     * What takes the place of a request, `{ endpoint, notice, refusal?, list? }`; `undefined` where it is sent as it is.
     * `refusal` is the body of a 400; `list` is one that is collected: `{ key, workspaces, sort? }`.
     */
    replacement(method: string, url: string): any;
}

/**
 * What a row of the host's holds.
 */
export enum RowHolding {
    /**
     * A pair of the wrapper's chain.
     */
    Chain = 0,
    /**
     * A pair of the same authorization that somebody else obtained.
     */
    Others = 1,
    /**
     * The same, obtained later than the wrapper's.
     */
    OthersNewer = 2,
    /**
     * A reference to a vault.
     */
    InVault = 3,
    /**
     * Something else.
     */
    Replaced = 4,
}

/**
 * Throws for a member that an argument cannot have.
 */
export function checkMember(argument: string, member: string): void;

/**
 * The database to be used, `{ database, stays? }`, of those of [`redis_databases`], by a word for each: `missing`, `empty`,
 * `ours`, `others`, `marked` or `invaded`. `stays` says why it is NocoDB's own.
 */
export function chooseRedisDatabase(surveyed: Uint32Array | number[], survey: string): any;

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
 * `{ name, phase, reads }`: what an argument is called, to which step it belongs, and for which members it is read.
 */
export function describeArgument(argument: string): any;

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
 * The status with which NocoDB answers a request that failed with this code, and with this answer of Bitbucket's.
 */
export function hostStatus(code: string, status?: number | null): number;

/**
 * Whether newer tokens may cure work that failed.
 */
export function isCuredByRenewal(is_of_client: boolean, is_unrepeated: boolean, status: number | null | undefined, message: string): boolean;

/**
 * Whether an access token is past its time; without a time it is not known to be.
 */
export function isExpired(expires_at: number | null | undefined, now: number): boolean;

/**
 * Whether an answer says that the account's hour is used up, so that the request takes its place in the queue again.
 */
export function isHourUsedUp(status: number | null | undefined, retry_after: string | null | undefined, received_at: number): boolean;

/**
 * Whether a login that began then is over.
 */
export function isPendingOver(started_at: number, now: number): boolean;

/**
 * Whether a token request that failed with an error of this code was refused because of its refresh token.
 */
export function isRefusal(code: string): boolean;

/**
 * Whether a value is an object that stands for a text in a vault, and holds nothing else.
 */
export function isVaultReference(value: any): boolean;

/**
 * Whether requests wait for as long as Bitbucket asks, in milliseconds.
 */
export function isWaitedFor(told: number): boolean;

/**
 * The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
 */
export function judgeApiResponse(response: any): any;

/**
 * The error object for an exchange that did not end within that.
 */
export function lateInTransaction(): any;

/**
 * The error object for a new row with asterisks in the place of a credential.
 */
export function maskedCredential(field: string): any;

/**
 * Whether a caller's header field, its name in lower case, goes along.
 */
export function mayCarry(name: string, to_api: boolean, with_body: boolean): boolean;

/**
 * Whether a request that failed with an error of this code, status and phase may be sent again.
 */
export function mayRepeat(method: string, code: string, status: number | null | undefined, phase: string): boolean;

/**
 * The required scopes that are neither granted nor implied by a granted one.
 */
export function missingScopes(required: any, granted: any): string[];

/**
 * Whether a published pair, by its times and its fence, cannot have been followed by one that was found.
 */
export function outdates(obtained_at: number | null | undefined, expires_at: number | null | undefined, fence: number, found_obtained_at: number | null | undefined, found_expires_at: number | null | undefined, found_fence: number): boolean;

/**
 * The address of a page of a list, whose own address has no query: of the one that `next` stands for, or of the one that
 * `page` numbers; the first one without both. Callers may give any values.
 */
export function pageAddress(list: string, next: any, page: any): string;

/**
 * The client of a login that a page starts: `{ clientId, redirectUri, scopes?, endpoints? }`, or `{ client }` with
 * what a client says of itself. `origin` is the page's.
 */
export function pageClient(options: any, origin: string): Client;

/**
 * In how many milliseconds a page is asked for again, for it is not ready; `undefined`: this is the page.
 */
export function pageRepetition(status: number, retry_after: string | null | undefined, number: number, patience: number, received_at: number, random: number): number | undefined;

/**
 * Whether an answer with this status proves that Bitbucket knows the credential.
 */
export function provesCredential(status: number): boolean;

/**
 * The environment variables about proxies, which [`read_environment`] looks at, too.
 */
export function proxyVariables(): string[];

/**
 * What an answer tells of the rate limit: `{ limit?, used?, pause?, pace? }`, pause and pace in milliseconds.
 */
export function rateLimitNews(status: number, limit: string | null | undefined, near_limit: string | null | undefined, retry_after: string | null | undefined, known: number, is_configured: boolean, refusals: number, received_at: number): any;

/**
 * What a stored config says of its credential: `{ kind, accessToken?, authorization?, email?, canRenew, hasUser, hint? }`.
 * `may_act_as_client` is what the environment says of that.
 */
export function readCredential(config: any, may_act_as_client: boolean): any;

/**
 * Reads an environment: `{ client?, callbackPage?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured,
 * mayActAsClient, isVerifierOptional, replacesRemoved, redisUrl?, redisVariable?, redisDatabase?, isRedisDatabaseSought,
 * otherRedisDatabases?, proxies, problems }`.
 * Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is
 * none. `problems` has an INVALID_CONFIG error for each variable that is missing or wrong.
 */
export function readEnvironment(env: any): any;

/**
 * Scopes of a store as a list, each once.
 */
export function readScopes(list: any): string[];

/**
 * Why NocoDB's own database is to be used, when looking at the others was refused with this reply. `undefined`: no database
 * can be used at present.
 */
export function redisDatabaseTrouble(reply: string): string | undefined;

/**
 * The databases to be looked at for one that is not NocoDB's own, which is the first of them. `others`: those that NocoDB's
 * other variables name.
 */
export function redisDatabases(home: number, others: Uint32Array | number[]): Uint32Array;

/**
 * The Redis at an address: `{ host, port, username?, password?, database, tls?, family, keyPrefix? }`.
 */
export function redisServer(address: string): any;

/**
 * Why a Redis did not do what it was asked, in a word, by the code and the message of its client's error. `undefined`
 * when it can be used all the same.
 */
export function redisTrouble(code: string, message: string): string | undefined;

/**
 * Throws that a page cannot start a login, for want of this property of the browser's.
 */
export function refusePage(lacks: string): never;

/**
 * Throws when options carry a client secret.
 */
export function refuseSecret(options: any): void;

/**
 * The group of resources, for the rate limit, that a path below the API's base belongs to.
 */
export function resourceGroup(path: string): string;

/**
 * The state of the response that a page's address carries; empty without one, `undefined` without a response.
 */
export function responseState(address: string, is_pending: boolean): string | undefined;

/**
 * How long to wait before a request is sent again, in milliseconds; `undefined`: too long. `retryAfter` is the header
 * field of the answer.
 */
export function retryDelay(attempts: number, status: number | null | undefined, retry_after: string | null | undefined, is_queued: boolean, patience: number, received_at: number, random: number): number | undefined;

/**
 * What a row holds, for a wrapper with certain tokens. `row` is `undefined` where the row has no refresh token.
 */
export function rowHolding(row: any, own: any, is_of_same_chain: boolean, is_in_vault: boolean, is_refused: boolean): RowHolding;

/**
 * Whether a config of this type takes its tokens for an authorization code.
 */
export function takesCode(kind: any): boolean;

/**
 * How long an exchange may keep a transaction open, in milliseconds.
 */
export function transactionLimit(): number;

/**
 * How long a page waits for the callback, in milliseconds.
 */
export function waitingTime(wanted: any): number;

/**
 * An address without the parameters of a response.
 */
export function withoutResponse(address: string): string;

/**
 * The body of the 404 in place of what Bitbucket answers for issues; `undefined`: that stays.
 */
export function withoutTracker(status: number, is_elsewhere: boolean): string | undefined;

/**
 * The slug of a workspace, or its UUID in braces, as a segment of a path.
 */
export function workspaceSegment(workspace: any): string;
