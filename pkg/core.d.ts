/* tslint:disable */
/* eslint-disable */
/**
 * A list that is collected from all workspaces.
 */
export interface CollectedList {
    /**
     * What tells it from others, whatever its page.
     */
    key: string;
    /**
     * The address of the user's workspaces.
     */
    workspaces: string;
    /**
     * By what it is sorted.
     */
    sort?: Sort;
}

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
 * A page of what was collected.
 */
export interface CollectedPage {
    /**
     * Where its values begin.
     */
    from: number;
    /**
     * Where they end.
     */
    to: number;
    /**
     * Its number.
     */
    page: number;
    /**
     * How many values a page has.
     */
    pagelen: number;
    /**
     * How many values all pages have.
     */
    size: number;
    /**
     * The address of the next page.
     */
    next?: string;
}

/**
 * A proxy that can be used.
 */
export interface Proxy {
    /**
     * The variable that names it.
     */
    variable: string;
    /**
     * Scheme, host and port.
     */
    origin: string;
    /**
     * The value of `Proxy-Authorization` (RFC 7617), if the address holds credentials.
     */
    authorization?: string;
}

/**
 * A refusal in words for the user, without markup.
 */
export interface Refusal {
    /**
     * What happened.
     */
    heading: string;
    /**
     * What can be done.
     */
    text: string;
}

/**
 * By which member a list is sorted.
 */
export interface Sort {
    /**
     * The member, with dots between the names.
     */
    member: string;
    /**
     * Whether the largest comes first.
     */
    isDescending: boolean;
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
 * The request that follows a redirect.
 */
export interface Redirect {
    /**
     * Whether the credential goes along.
     */
    withCredential: boolean;
    /**
     * Whether it is a GET, whatever the request was.
     */
    becomesGet: boolean;
    /**
     * Whether the body goes along, and the header fields that describe it.
     */
    withBody: boolean;
}

/**
 * The step of a connection's life in which an error happened.
 */
export type Phase = "config" | "authorize" | "callback" | "exchange" | "refresh" | "api";

/**
 * The type of an access token.
 */
export type TokenType = "bearer";

/**
 * Tokens with an absolute expiry.
 */
export interface TokenSet {
    /**
     * Sent as `Authorization: Bearer`.
     */
    accessToken: string;
    /**
     * The only type that is accepted (RFC 6750).
     */
    tokenType: TokenType;
    /**
     * Exchanged for the next tokens.
     */
    refreshToken?: string;
    /**
     * In milliseconds since the epoch; absent when the answer did not say.
     */
    expiresAt?: number;
    /**
     * As granted, in the answer's order.
     */
    scopes: string[];
}

/**
 * What NocoDB's form needs to begin a login: it adds state and PKCE by itself.
 */
export interface Login {
    /**
     * Where to send the user.
     */
    authorizationUrl: string;
    /**
     * The Key.
     */
    clientId: string;
    /**
     * Where Bitbucket sends the user back to, byte for byte as configured.
     */
    redirectUri: string;
    /**
     * The scopes that are requested, in order.
     */
    scopes: string[];
}

/**
 * What a member may be, and in which form it is handed to the core. `undefined` and `null` are absent.
 */
export type Kind = "any" | "text" | "number" | "number" | "bytes" | "scopes" | "callback" | "texts" | "headers" | "members" | "hints" | "false" | "forbidden" | "ignored";

/**
 * What a row holds.
 */
export type RowHolding = "Chain" | "Others" | "OthersNewer" | "InVault" | "Replaced";

/**
 * What a stored config says of its credential.
 */
export interface StoredCredential {
    /**
     * Its kind, as NocoDB names it.
     */
    kind: 'oauth' | 'api_key' | 'basic' | 'custom';
    /**
     * The token, unless one has to be fetched first.
     */
    accessToken?: string;
    /**
     * The value of the header `Authorization`; absent when a token has to be fetched first.
     */
    authorization?: string;
    /**
     * The Atlassian account of an API token.
     */
    email?: string;
    /**
     * Whether a new token can be had without anybody doing anything.
     */
    canRenew: boolean;
    /**
     * Whether it is a person's.
     */
    hasUser: boolean;
    /**
     * What seems to be wrong with the token.
     */
    hint?: string;
}

/**
 * What a token request needs on the wire. It holds secrets: send it, do not log it.
 */
export interface TokenRequest {
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
     * In the form of `application/x-www-form-urlencoded`.
     */
    body: string;
}

/**
 * What an answer about a workspace, which is no success, means for the list.
 */
export interface WorkspaceVerdict {
    /**
     * The list is answered with the same; it goes on without the workspace; or the workspace is asked without a role.
     */
    verdict: 'refused' | 'left out' | 'without role';
    /**
     * What an administrator is told.
     */
    told?: string;
}

/**
 * What an answer tells.
 */
export interface RateLimitNews {
    /**
     * The limit is this one.
     */
    limit?: number;
    /**
     * At least so many requests were sent within the hour, by whomever.
     */
    used?: number;
    /**
     * Nobody is to send for so many milliseconds, …
     */
    pause?: number;
    /**
     * … and then, for the rest of the hour, one request in so many: the hour is used up, and nobody knows when its requests
     * were sent. Absent where Bitbucket said itself how long to wait.
     */
    pace?: number;
}

/**
 * What becomes of an entry that is published.
 */
export interface PublicationStep {
    /**
     * What to store, in a word of the shared store's script.
     */
    step: 'none' | 'join' | 'replace' | 'follow' | 'follow-anew' | 'precede';
    /**
     * The fence of what is stored beside the entry.
     */
    by: number;
    /**
     * Whether the entry is the newest.
     */
    isNewest: boolean;
}

/**
 * What came out.
 */
export interface Verdict {
    /**
     * Whether Bitbucket accepts the credential, and it may do something.
     */
    success: boolean;
    /**
     * For people.
     */
    message: string;
    /**
     * Whose credential it is, where it has a user.
     */
    account?: Account;
    /**
     * The granted scopes, where they are known.
     */
    scopes?: string[];
    /**
     * Those that were requested or needed, and not granted.
     */
    missingScopes?: string[];
}

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
 * What lists that are collected may take.
 */
export interface CollectionLimits {
    /**
     * How long a list is kept, in milliseconds.
     */
    keptMs: number;
    /**
     * Lists of a connection.
     */
    mostLists: number;
    /**
     * In characters of JSON.
     */
    longestList: number;
    /**
     * Workspaces that are read at the same time.
     */
    mostAtOnce: number;
}

/**
 * What takes the place of a request: a list that is collected, a refusal, or the request itself, whose answer
 * `withoutTracker` judges.
 */
export interface Replaced {
    /**
     * Path of the removed endpoint, below the API's base.
     */
    endpoint: string;
    /**
     * What an administrator is told.
     */
    notice: string;
    /**
     * The body of a 400.
     */
    refusal?: string;
    /**
     * A list that is collected.
     */
    list?: CollectedList;
}

/**
 * What the environment says, as far as it is data.
 */
export interface Settings {
    /**
     * What is missing or wrong: `INVALID_CONFIG` with the variable's name in `field`, never its value.
     */
    problems: Failure[];
    /**
     * What NocoDB's form needs to begin a login; absent when OAuth cannot be offered.
     */
    login?: Login;
    /**
     * Where a user logs in; absent when its override cannot be used.
     */
    authorizeUrl?: string;
    /**
     * The token endpoint; absent when its override cannot be used.
     */
    tokenUrl?: string;
    /**
     * The API's base; absent when its override cannot be used.
     */
    apiUrl?: string;
    /**
     * The time limit of one request, in milliseconds.
     */
    timeoutMs: number;
    /**
     * How long to wait after a refusal before a refresh token is tried again, in milliseconds.
     */
    lockoutMs: number;
    /**
     * Requests to the API in an hour; absent when there is no limit.
     */
    rateLimit?: number;
    /**
     * Whether the environment says so.
     */
    isRateLimitConfigured: boolean;
    /**
     * Whether connections may act as the OAuth client itself.
     */
    mayActAsClient: boolean;
    /**
     * Whether the host's form may send a code without its verifier.
     */
    isVerifierOptional: boolean;
    /**
     * Whether the variables say that NocoDB runs its jobs in processes of their own.
     */
    hasWorkers: boolean;
    /**
     * Whether requests to endpoints that Atlassian removed are answered from others.
     */
    replacesRemoved: boolean;
    /**
     * The Redis through which processes share their tokens.
     */
    redis?: RedisAddress;
}

/**
 * What the environment says, judged.
 */
export interface JudgedEnvironment {
    /**
     * All that is data.
     */
    settings: Settings;
    /**
     * Absent when OAuth cannot be offered.
     */
    client?: Client;
    /**
     * The page at the client's redirect URI.
     */
    callbackPage?: CallbackPage;
    /**
     * The way to Bitbucket.
     */
    proxies: Proxies;
}

/**
 * What the page at the redirect URI shows.
 */
export interface ShownPage {
    /**
     * Why Bitbucket gave no code; absent when it has answered.
     */
    refusal?: Refusal;
}

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
export type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";

/**
 * Where a Redis is, and as whom to talk to it.
 */
export interface RedisServer {
    /**
     * A name or an address, without brackets.
     */
    host: string;
    /**
     * Its port.
     */
    port: number;
    /**
     * Of an ACL; absent for the default user.
     */
    username?: string;
    /**
     * Absent where none is asked for.
     */
    password?: string;
    /**
     * The number of the database.
     */
    database: number;
    /**
     * Whether the connection is encrypted, or the client's name of an authority that is to be trusted.
     */
    tls?: string;
    /**
     * 4 or 6: the version of IP to be used; 0 for any.
     */
    family: number;
    /**
     * What the names of all keys begin with.
     */
    keyPrefix?: string;
}

/**
 * Where the Redis is that processes share.
 */
export interface RedisAddress {
    /**
     * As it was written; it may hold a password.
     */
    url: string;
    /**
     * The variable that names it, for the log.
     */
    variable?: string;
    /**
     * The number of its database; by default the one in the address.
     */
    database?: number;
    /**
     * Whether that is NocoDB's own, and another one is to be found beside it.
     */
    isDatabaseSought?: boolean;
    /**
     * Those that NocoDB's other variables name.
     */
    otherDatabases?: number[];
}

/**
 * Where the plugin's data is to be.
 */
export interface RedisChoice {
    /**
     * The number of the database.
     */
    database: number;
    /**
     * Why it is NocoDB's own; absent when it is another.
     */
    stays?: string;
}

/**
 * Whose credential it is.
 */
export interface Account {
    /**
     * The UUID in braces.
     */
    uuid?: string;
    /**
     * What Bitbucket shows in addresses.
     */
    nickname?: string;
    /**
     * What Bitbucket shows to people.
     */
    displayName?: string;
}


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
     * What to do with an answer: `undefined` to hand it on, `'renew'` to send the request again if there is a newer
     * credential, or what the request is like that follows a redirect.
     */
    judge(method: string, url: string, with_credential: boolean, status: number, location: string | null | undefined, followed: number, most: number | null | undefined, following: string): 'renew' | Redirect | undefined;
    /**
     * For the API's base, as the environment gave it.
     */
    constructor(url: string);
}

/**
 * An answer of the API.
 */
export class ApiAnswer {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `headers`: JSON of an object with the header fields by their names in lower case. `path`: what was asked for, below
     * the API's base. `is_elsewhere`: whether a redirect led away from the API.
     */
    constructor(status: number, headers: string, body: Uint8Array | number[], received_at: number, path: string | null | undefined, is_elsewhere: boolean);
}

/**
 * The page at the redirect URI.
 */
export class CallbackPage {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What to show for a request with this target; `undefined` when it brings no authorization response.
     */
    shownAt(target: string): ShownPage | undefined;
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
     * The request for a token of the client itself.
     */
    buildClientCredentialsRequest(): TokenRequest;
    /**
     * The same for what a host's form handed over.
     */
    buildHostTokenRequest(code: string, code_verifier: string | null | undefined, is_verifier_optional: boolean): TokenRequest;
    /**
     * The request that refreshes tokens.
     */
    buildRefreshRequest(refresh_token: string): TokenRequest;
    /**
     * The request by which a connection of this grant gets new tokens.
     */
    buildRenewalRequest(grant: string, refresh_token: string): TokenRequest;
    /**
     * The request that exchanges a code which `validateAuthorizationResponse` gave. `its_other_name`: what the caller has
     * as `code_verifier`, as NocoDB writes it.
     */
    buildTokenRequest(code: string, code_verifier?: string | null, its_other_name?: string | null, redirect_uri?: string | null): TokenRequest;
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
    missingScopes(granted: string): string[];
    /**
     * Validates what a caller configures; with a secret, it can ask for tokens.
     */
    constructor(client_id: string, redirect_uri: string, client_secret?: string | null, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null);
    /**
     * Judges an answer and gives a token set. `previous…`: what is known from before, as a store has it. `request_body`:
     * the form that was sent.
     */
    parseTokenResponse(grant: string, status: number, body: Uint8Array | number[], received_at: number, content_type?: string | null, www_authenticate?: string | null, retry_after?: string | null, previous_refresh_token?: string | null, previous_scopes?: string | null, request_body?: string | null): TokenSet;
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
 * A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
 */
export class ConnectionTest {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes the answer.
     */
    answered(answer: ApiAnswer): void;
    /**
     * Takes the message of a failure that left the question without an answer.
     */
    failed(message: string): void;
    /**
     * For a credential of this kind, and what else is known of it. Scopes have spaces between them.
     */
    constructor(kind: string, workspace?: string | null, repository?: string | null, hint?: string | null, requested_scopes?: string | null, granted_scopes?: string | null);
    /**
     * The path below the API's base that is to be asked next.
     */
    readonly path: string | undefined;
    /**
     * What came out, when there is no more to ask.
     */
    readonly verdict: Verdict | undefined;
}

/**
 * A list that is read page by page.
 */
export class List {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The addresses that may be asked for while the caller holds so many pages that it consumes: of the page to ask for, and
     * of pages whose turn comes after it.
     */
    addresses(held: number): string[];
    /**
     * Takes what an answer says of its page. Whether there is another page.
     */
    answered(next: string | null | undefined, values: number, page?: number | null, pagelen?: number | null, size?: number | null): boolean;
    /**
     * Whether one more page may be asked for ahead where so many were, whose values nobody has yet.
     */
    mayGoAhead(ahead: number): boolean;
    /**
     * For the absolute address of the first page. `concurrency`: how many pages may be under way or kept at once.
     */
    constructor(address: string, concurrency?: number | null);
    /**
     * Takes note that a page was asked for ahead in vain.
     */
    wasted(): void;
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
 * The pages of lists that one client is asked for by their numbers.
 */
export class PageSequence {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes note that a request was answered as it should be. Whether it matters what the answer says.
     */
    answered(address: string): boolean;
    /**
     * Takes note of a request of the caller's, by its absolute address. The address of the page that may be fetched at once.
     */
    asked(address: string): string | undefined;
    /**
     * Takes note of a request that is not for a page, or not like any other.
     */
    interrupted(): void;
    /**
     * For a client that was asked for nothing yet.
     */
    constructor();
    /**
     * Takes what the answer says of its page. The address of the page that may be fetched now.
     */
    told(address: string, next?: string | null, pagelen?: number | null, size?: number | null): string | undefined;
}

/**
 * The proxy that the environment names, and the hosts that it excepts.
 */
export class Proxies {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The proxy for a request to this address; `undefined` where there is none.
     */
    proxyFor(url: string): Proxy | undefined;
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
     * A request without an answer may have used up the refresh token, which is good for minutes only.
     */
    Urgent = 0,
    /**
     * Nothing speaks against the refresh token.
     */
    Sound = 1,
    /**
     * It was refused, and nothing explains that.
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
    inWorkspace(url: string, segment: string, with_role: boolean): string;
    /**
     * Judges an answer about a workspace that is no success, to a request with a credential of this kind.
     */
    judge(url: string, segment: string, with_role: boolean, answer: ApiAnswer, kind: string): WorkspaceVerdict;
    /**
     * What a list may take.
     */
    static limits(): CollectionLimits;
    /**
     * For the API's base, as the environment gave it.
     */
    constructor(url: string);
    /**
     * The page of a list, when it has so many values in all.
     */
    page(url: string, size: number): CollectedPage;
    /**
     * What takes the place of a request; `undefined` where it is sent as it is.
     */
    replacement(method: string, url: string): Replaced | undefined;
}

/**
 * When the requests of one account and group of resources were sent. Times are in milliseconds, of a clock that never goes
 * back.
 */
export class RequestLog {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Counts the requests of another log here, too.
     */
    absorb(other: RequestLog): void;
    /**
     * Counts a request.
     */
    add(time: number, number: number, is_missing: boolean): void;
    /**
     * How many requests a shared log has to have.
     */
    known(now: number): number;
    /**
     * Notes that the shared log may have lost any of them.
     */
    lose(): void;
    /**
     * The requests that the shared log may not have: the number of one, and how long ago it was sent, in microseconds; the
     * same of the next one, and so on.
     */
    missing(most: number, now: number): Float64Array;
    /**
     * Without requests.
     */
    constructor();
    /**
     * Notes that the shared log has these.
     */
    passedOn(numbers: Float64Array | number[]): void;
    /**
     * Takes back a request that was not sent.
     */
    takeBack(number: number): void;
    /**
     * How many requests others must have sent, when so many were sent in all.
     */
    unknown(used: number, now: number): number;
    /**
     * For how many milliseconds no request may be sent.
     */
    wait(limit: number, now: number): number;
}

/**
 * What is known of tokens, beside the tokens.
 */
export class TokenOrigin {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `authorized_at` as stored, the account's UUID, and times in milliseconds since 1970.
     */
    constructor(authorized_at?: string | null, account?: string | null, obtained_at?: number | null, expires_at?: number | null);
}

/**
 * The value of `Authorization` for an access token.
 */
export function bearer(access_token: string): string;

/**
 * Throws when one of these members of a page's options says what the client beside it says itself.
 */
export function checkBesideClient(members: string[]): void;

/**
 * Throws for a response that belongs to no login that began here, unless it says that the user said no.
 */
export function checkStrayResponse(address: string): void;

/**
 * The database to be used, of those of [`redis_databases`], by a word for each: `missing`, `empty`, `ours`, `others`, `marked`
 * or `invaded`.
 */
export function chooseRedisDatabase(surveyed: Uint32Array | number[], survey: string): RedisChoice;

/**
 * Which of Bitbucket's kinds of clients has a Key and a Secret of these lengths; `undefined` when none has.
 */
export function clientGeneration(client: Client): 'older' | 'newer' | undefined;

/**
 * By how many seconds this machine's clock is ahead of a server's `Date`, as far as it matters; `undefined` for what is no
 * date.
 */
export function clockSkew(date: string, earliest: number, latest: number): number | undefined;

/**
 * The names of the members that `readCredential` reads, with spaces between them.
 */
export function credentialMembers(): string;

/**
 * The scopes that are requested when none are configured.
 */
export function defaultScopes(): string[];

/**
 * How an argument is taken apart.
 */
export function describeArgument(argument: string): ArgumentDescription;

/**
 * The environment variables that [`read_environment`] looks at, with spaces between them.
 */
export function environmentVariables(): string;

/**
 * Scopes with everything that they imply.
 */
export function expandScopes(scopes: string): string[];

/**
 * The error object for a failure that only JavaScript can see, with the message and flags of the one table. `ending`: of the
 * wrapper's connection, though Bitbucket refused nothing.
 */
export function failure(code: string, phase: string, field?: string | null, status?: number | null, retry_after?: number | null, ending?: string | null): Failure;

/**
 * Whether a config of this type holds tokens that a user consented to.
 */
export function holdsTokens(kind: string): boolean;

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
 * Whether a pair came after another one, as far as their times tell.
 */
export function isLater(obtained_at?: number | null, expires_at?: number | null, other_obtained_at?: number | null, other_expires_at?: number | null): boolean;

/**
 * Whether a shared store lacks an entry that a process knows, and has another one in its place.
 */
export function isMissingBeside(obtained_at: number | null | undefined, expires_at: number | null | undefined, is_dead: boolean, fence: number, shared_obtained_at: number | null | undefined, shared_expires_at: number | null | undefined, shared_is_dead: boolean, shared_fence: number, same_refresh_token: boolean, leads_there: boolean): boolean;

/**
 * Whether a callback that was refused with this code is none of the login that waits: its own may still come.
 */
export function isOfAnotherLogin(code: string): boolean;

/**
 * Whether the credential of a config of this type is the OAuth client itself.
 */
export function isOfClient(kind: string): boolean;

/**
 * Whether what came of a request ahead, an answer with this status or an error with this code, is what the page has to show
 * when its turn comes.
 */
export function isOutcomeAhead(status?: number | null, code?: string | null): boolean;

/**
 * Whether a login that began then is over.
 */
export function isPendingOver(started_at: number, now: number): boolean;

/**
 * Whether a token request that failed with an error of this code was refused because of its refresh token.
 */
export function isRefusal(code: string): boolean;

/**
 * Whether the tokens of a config of this type can be renewed with this refresh token.
 */
export function isRenewable(kind: string, refresh_token: string): boolean;

/**
 * Whether a request of this method changes nothing.
 */
export function isSafe(method: string): boolean;

/**
 * Whether the second address of a Redis leads to this database of the one at the first.
 */
export function isSameDatabase(address: string, database: number, other: string): boolean;

/**
 * Whether the JSON of a member of a config stands for a text in a vault.
 */
export function isVaultReference(member: string): boolean;

/**
 * Whether requests wait for as long as Bitbucket asks, in milliseconds.
 */
export function isWaitedFor(told: number): boolean;

/**
 * The error object for an answer of the API that is no success, to a request with a credential of this kind.
 */
export function judgeApiResponse(answer: ApiAnswer, kind: string): Failure;

/**
 * What is at the client's redirect URI, when it was asked with an authorization response without a code.
 */
export function judgeCallback(client: Client, status: number, location: string | null | undefined, is_page: boolean): 'page' | 'elsewhere' | 'downgrade' | 'moved' | 'query-lost' | 'guarded' | 'missing' | 'failing' | 'other-page';

/**
 * What an endpoint that was asked without a credential shows by its status.
 */
export function judgeEndpoint(is_for_users: boolean, status: number): 'reached' | 'foreign' | 'failing';

/**
 * What it means for Key and Secret that the exchange of a made-up code failed with this code.
 */
export function judgeTrialExchange(code: string): 'accepted' | 'refused' | 'failed' | 'unknown';

/**
 * The size of the largest body that is looked at, in bytes. Of a larger one, one byte more has to be seen.
 */
export function largestJudgedBody(): number;

/**
 * The error object for an exchange that did not end within that.
 */
export function lateInTransaction(): Failure;

/**
 * The error object for a new row with asterisks in the place of a credential.
 */
export function maskedCredential(field: string): Failure;

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
export function missingScopes(required: string, granted: string): string[];

/**
 * What a published entry is to a connection that looks for news of its pair: the entry has a pair, or says that its refresh
 * token is dead, or both.
 */
export function newsOf(has_pair: boolean, is_dead: boolean, same_refresh_token: boolean, same_access_token: boolean): 'death' | 'pair' | 'nothing';

/**
 * Whether a published entry cannot have been followed by one that was found.
 */
export function outdates(obtained_at: number | null | undefined, expires_at: number | null | undefined, is_dead: boolean, fence: number, found_obtained_at: number | null | undefined, found_expires_at: number | null | undefined, found_is_dead: boolean, found_fence: number): boolean;

/**
 * The address of a page of a list, whose own address has no query: of the one that `next` stands for, else of the one that
 * `page` stands for or has as its number, else of the first one.
 */
export function pageAddress(list: string, next?: string | null, page?: string | null, page_number?: number | null): string;

/**
 * The client of a login that a page of this origin starts.
 */
export function pageClient(origin: string, client_id?: string | null, redirect_uri?: string | null, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): Client;

/**
 * In how many milliseconds a page is asked for again, for it is not ready; `undefined`: this is the page.
 */
export function pageRepetition(status: number, retry_after: string | null | undefined, number: number, patience: number, received_at: number, random: number): number | undefined;

/**
 * The phase to which a token request of this grant belongs.
 */
export function phaseOf(grant: string): Phase;

/**
 * Whether an answer with this status proves that Bitbucket knows the credential.
 */
export function provesCredential(status: number): boolean;

/**
 * The environment variables about proxies, which [`read_environment`] looks at, too, with spaces between them.
 */
export function proxyVariables(): string;

/**
 * The client of a front end that builds addresses and judges callbacks by itself. `origin` is its page's, where it is in one.
 */
export function publicClient(origin: string | null | undefined, client_id: string, redirect_uri: string, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null): Client;

/**
 * What becomes of an entry that was obtained under a lock with this fence, and is published where this is known.
 */
export function publication(fence: number, place: string, is_first: boolean, newest: number, highest: number, is_last: boolean, own: number): PublicationStep;

/**
 * What an answer tells of the rate limit.
 */
export function rateLimitNews(status: number, limit: string | null | undefined, near_limit: string | null | undefined, retry_after: string | null | undefined, known: number, is_configured: boolean, refusals: number, received_at: number): RateLimitNews;

/**
 * For how long a request counts, in milliseconds.
 */
export function rateLimitWindow(): number;

/**
 * What the JSON of a config's members says of its credential. `may_act_as_client` is what the environment says of that.
 */
export function readCredential(config: string, may_act_as_client: boolean): StoredCredential;

/**
 * Judges an environment. `variables`: JSON of an object with those that [`environment_variables`] and [`proxy_variables`]
 * name; what is no text counts as absent.
 */
export function readEnvironment(variables: string): JudgedEnvironment;

/**
 * Scopes of a store as a list, each once.
 */
export function readScopes(scopes: string): string[];

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
 * The Redis at an address.
 */
export function redisServer(address: string): RedisServer;

/**
 * Why a Redis did not do what it was asked, in a word, by the code and the message of its client's error. `undefined`
 * when it can be used all the same.
 */
export function redisTrouble(code: string, message: string): string | undefined;

/**
 * Throws for what does not fit. `grant`: what tokens were asked for with, where that is known.
 */
export function refuseArgument(argument: string, misfit: Misfit, member: string, grant?: string | null): void;

/**
 * Throws that a page cannot start a login, for want of this property of the browser's.
 */
export function refusePage(lacks: 'window' | 'sessionStorage' | 'BroadcastChannel'): never;

/**
 * The group of resources, for the rate limit, that a path below the API's base belongs to.
 */
export function resourceGroup(path: string): string;

/**
 * The state of the response that a page's address carries; empty without one, `undefined` without a response.
 */
export function responseState(address: string, is_pending: boolean): string | undefined;

/**
 * The scopes that a client requests and Bitbucket no longer asks for.
 */
export function retiredScopes(client: Client): string[];

/**
 * How long to wait before a request is sent again, in milliseconds; `undefined`: too long. `retryAfter` is the header
 * field of the answer.
 */
export function retryDelay(attempts: number, status: number | null | undefined, retry_after: string | null | undefined, is_queued: boolean, patience: number, received_at: number, random: number): number | undefined;

/**
 * What a row holds, for a wrapper with its `own` tokens. `row` is absent where the row has no refresh token.
 */
export function rowHolding(row: TokenOrigin | null | undefined, own: TokenOrigin, is_of_same_chain: boolean, is_in_vault: boolean, is_refused: boolean): RowHolding;

/**
 * How many characters a client's Secret has.
 */
export function secretLength(client: Client): number;

/**
 * Whether a config of this type takes its tokens for an authorization code.
 */
export function takesCode(kind: string): boolean;

/**
 * How long an exchange may keep a transaction open, in milliseconds.
 */
export function transactionLimit(): number;

/**
 * How long a page waits for the callback, in milliseconds.
 */
export function waitingTime(wanted?: number | null): number;

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
export function workspaceSegment(workspace?: string | null): string;
