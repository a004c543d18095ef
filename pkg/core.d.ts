/* tslint:disable */
/* eslint-disable */
/**
 * A list that the package collects from all workspaces.
 */
export interface CollectedList {
    /**
     * Identifies the list. All pages of a list have the same key.
     */
    key: string;
    /**
     * The URL of the user's workspaces.
     */
    workspaces: string;
    /**
     * The order of the list.
     */
    sort?: Sort;
}

/**
 * A page of a collected list.
 */
export interface CollectedPage {
    /**
     * The index of the page's first value.
     */
    from: number;
    /**
     * The index after the page's last value.
     */
    to: number;
    /**
     * The number of the page.
     */
    page: number;
    /**
     * The number of values on a page.
     */
    pagelen: number;
    /**
     * The number of values on all pages.
     */
    size: number;
    /**
     * The URL of the next page.
     */
    next?: string;
}

/**
 * A token request. It contains secrets: send it, do not log it.
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
     * Encoded as `application/x-www-form-urlencoded`.
     */
    body: string;
}

/**
 * A valid proxy.
 */
export interface Proxy {
    /**
     * The variable that contains its URL.
     */
    variable: string;
    /**
     * Scheme, host and port.
     */
    origin: string;
    /**
     * The value of `Proxy-Authorization` (RFC 7617), if the URL contains credentials.
     */
    authorization?: string;
}

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
 * How a request to a removed endpoint is handled. If `list` is present, the package collects that list instead. If `refusal` is
 * present, the caller gets a 400 with this body. If both are absent, the request is sent unchanged, and `issuesNotFoundBody`
 * judges the response.
 */
export interface Replacement {
    /**
     * The path of the removed endpoint, below the API's base URL.
     */
    endpoint: string;
    /**
     * The message for NocoDB's log.
     */
    notice: string;
    /**
     * The body of a 400 that replaces the response.
     */
    refusal?: string;
    /**
     * The list that the package collects.
     */
    list?: CollectedList;
}

/**
 * How the shared token store processes a published entry.
 */
export interface PublicationStep {
    /**
     * The name of the step in the shared store's script.
     */
    step: 'none' | 'join' | 'replace' | 'follow' | 'follow-anew' | 'precede';
    /**
     * The fence that the step stores with the link from one refresh token to the next.
     */
    linkFence: number;
    /**
     * Whether the entry becomes the newest one.
     */
    isNewest: boolean;
}

/**
 * The Redis that processes share.
 */
export interface RedisAddress {
    /**
     * The URL as configured. It may contain a password.
     */
    url: string;
    /**
     * The variable that contains the URL, for the log.
     */
    variable?: string;
    /**
     * The number of the database; by default the one in the URL.
     */
    database?: number;
    /**
     * Whether `database` is NocoDB's own. If so, the plugin searches for another database on the same Redis.
     */
    searchesDatabase?: boolean;
    /**
     * The numbers of the databases that NocoDB's other variables name.
     */
    otherDatabases?: number[];
}

/**
 * The account that a credential belongs to.
 */
export interface Account {
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
 * The configuration from the environment.
 */
export interface ValidatedEnvironment {
    /**
     * The part that is plain data.
     */
    settings: Settings;
    /**
     * The OAuth client; absent when its variables are missing or invalid.
     */
    client?: OAuthCore;
    /**
     * The page at the client's redirect URI.
     */
    callbackPage?: CallbackPage;
    /**
     * The proxies for requests to Bitbucket.
     */
    proxies: Proxies;
}

/**
 * The credential in a stored config.
 */
export interface StoredCredential {
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
 * The database for the plugin's data.
 */
export interface RedisChoice {
    /**
     * The number of the database.
     */
    database: number;
    /**
     * Why the plugin uses NocoDB's own database; absent when it uses another database.
     */
    fallbackReason?: string;
}

/**
 * The explanation of an error for the user, in plain text.
 */
export interface ErrorNotice {
    /**
     * What happened.
     */
    heading: string;
    /**
     * What the user can do.
     */
    text: string;
}

/**
 * The limits of collected lists.
 */
export interface CollectionLimits {
    /**
     * How long a list is cached, in milliseconds.
     */
    cacheMs: number;
    /**
     * The maximum number of cached lists of a connection.
     */
    maxLists: number;
    /**
     * The largest size of a list, in characters of JSON.
     */
    maxListLength: number;
    /**
     * The maximum number of workspaces that are read at the same time.
     */
    maxConcurrent: number;
}

/**
 * The location of a Redis, and the credentials for it.
 */
export interface RedisServer {
    /**
     * A host name or an IP address, without brackets.
     */
    host: string;
    /**
     * Its port.
     */
    port: number;
    /**
     * The name of an ACL user; absent for the default user.
     */
    username?: string;
    /**
     * The password; absent if Redis needs none.
     */
    password?: string;
    /**
     * The number of the database.
     */
    database: number;
    /**
     * `true` for an encrypted connection, or the name of a TLS profile of ioredis, which trusts another certificate authority.
     */
    tls?: string;
    /**
     * The version of IP, 4 or 6; 0 for either.
     */
    family: number;
    /**
     * The prefix of all keys.
     */
    keyPrefix?: string;
}

/**
 * The order of a list.
 */
export interface Sort {
    /**
     * The member by which the list is sorted. Dots separate the names of nested members.
     */
    member: string;
    /**
     * Whether the order is descending.
     */
    isDescending: boolean;
}

/**
 * The part of the configuration that is plain data.
 */
export interface Settings {
    /**
     * An error for each missing or invalid variable. Its code is `INVALID_CONFIG`, and `field` is the variable's name.
     * No error contains the variable's value.
     */
    problems: ErrorDetails[];
    /**
     * What NocoDB's form needs to start a login; absent when there is no OAuth client.
     */
    login?: Login;
    /**
     * The authorization endpoint; absent when its override is invalid.
     */
    authorizeUrl?: string;
    /**
     * The token endpoint; absent when its override is invalid.
     */
    tokenUrl?: string;
    /**
     * The API's base URL; absent when its override is invalid.
     */
    apiUrl?: string;
    /**
     * The time limit of one request, in milliseconds.
     */
    timeoutMs: number;
    /**
     * The lockout in milliseconds. After a client has sent a dead refresh token, Bitbucket may refuse all its refresh tokens
     * for this long.
     */
    lockoutMs: number;
    /**
     * The maximum number of requests to the API in an hour; absent when there is no limit.
     */
    rateLimit?: number;
    /**
     * Whether an administrator configured the rate limit.
     */
    isRateLimitConfigured: boolean;
    /**
     * Whether connections may act as the OAuth client itself.
     */
    allowsClientCredentials: boolean;
    /**
     * Whether NocoDB's form may send an authorization code without its code verifier.
     */
    isVerifierOptional: boolean;
    /**
     * Whether the variables make NocoDB run its jobs in separate processes.
     */
    hasWorkers: boolean;
    /**
     * Whether requests to endpoints that Atlassian removed are replaced by requests to other endpoints.
     */
    replacesRemoved: boolean;
    /**
     * The Redis through which processes share their tokens.
     */
    redis?: RedisAddress;
}

/**
 * The request that follows a redirect.
 */
export interface Redirect {
    /**
     * Whether the request carries the credential.
     */
    withCredential: boolean;
    /**
     * Whether the method changes to GET.
     */
    becomesGet: boolean;
    /**
     * Whether the request carries the body and the header fields that describe it.
     */
    withBody: boolean;
}

/**
 * The result of a connection test.
 */
export interface TestResult {
    /**
     * Whether the connection works, as far as the responses show. False if Bitbucket rejects the credential, if the
     * credential has no permission at all, or if a request of the test fails for another reason.
     */
    success: boolean;
    /**
     * A message for the user.
     */
    message: string;
    /**
     * The account of the user to whom the credential belongs; absent for a credential without a user.
     */
    account?: Account;
    /**
     * The granted scopes, if they are known.
     */
    scopes?: string[];
    /**
     * The scopes that the client requested or that the connection needs, and that were not granted.
     */
    missingScopes?: string[];
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
 * The type of an access token.
 */
export type TokenType = "bearer";

/**
 * Tokens with an absolute expiry.
 */
export interface TokenSet {
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
 * What NocoDB's form needs to start a login. The form itself adds state and PKCE.
 */
export interface Login {
    /**
     * The URL to which the form sends the user.
     */
    authorizationUrl: string;
    /**
     * The client ID, which Bitbucket calls Key.
     */
    clientId: string;
    /**
     * The redirect URI, byte for byte as configured.
     */
    redirectUri: string;
    /**
     * The scopes that are requested, in order.
     */
    scopes: string[];
}

/**
 * What a failed request about a workspace means for the list.
 */
export interface WorkspaceOutcome {
    /**
     * The whole list fails with the same error, the list leaves the workspace out, or the request is repeated without a
     * role.
     */
    outcome: 'fail' | 'skip' | 'retry-without-role';
    /**
     * The message for NocoDB's log.
     */
    notice?: string;
}

/**
 * What a response says about the rate limit.
 */
export interface RateLimitUpdate {
    /**
     * The new limit.
     */
    limit?: number;
    /**
     * The account sent at least this many requests within the hour, from all of its clients together.
     */
    used?: number;
    /**
     * No request is sent for this many milliseconds.
     */
    pause?: number;
    /**
     * The interval between two requests after the pause, for the rest of the hour, in milliseconds. The requests are spread
     * because it is not known when the requests that used up the limit were sent. Absent when Bitbucket said how long to wait.
     */
    pace?: number;
}

/**
 * What a row contains.
 */
export type RowContent = "SameChain" | "SameAuthorization" | "SameAuthorizationNewer" | "VaultReference" | "Replaced";

/**
 * What the page at the redirect URI shows.
 */
export interface CallbackContent {
    /**
     * Why Bitbucket sent no authorization code; absent if it sent one.
     */
    error?: ErrorNotice;
}

/**
 * What went wrong. The names are stable; consumers branch on them.
 */
export type Code = "INVALID_ARGUMENT" | "INVALID_CONFIG" | "POPUP_BLOCKED" | "AUTHORIZATION_TIMEOUT" | "CALLBACK_INVALID" | "CALLBACK_DUPLICATE_PARAMETER" | "CALLBACK_UNSUPPORTED_RESPONSE" | "STATE_MISSING" | "STATE_MISMATCH" | "ISSUER_MISMATCH" | "ACCESS_DENIED" | "AUTHORIZATION_FAILED" | "CODE_MISSING" | "REQUEST_FAILED" | "REQUEST_TIMEOUT" | "REQUEST_ABORTED" | "REDIRECT_REFUSED" | "RESPONSE_TOO_LARGE" | "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "UNEXPECTED_STATUS" | "UNSUPPORTED_TOKEN_TYPE" | "INVALID_CLIENT" | "INVALID_GRANT" | "RECONNECT_REQUIRED" | "TOKEN_REQUEST_FAILED" | "API_UNAUTHENTICATED" | "API_INSUFFICIENT_SCOPE" | "API_NOT_FOUND" | "API_GONE" | "API_RATE_LIMITED" | "API_NOT_READY" | "API_FAILED" | "FOREIGN_ORIGIN" | "REFRESH_PENDING" | "PERSIST_FAILED";


/**
 * The API's base URL, by which the core decides where a request may go.
 */
export class ApiBaseUrl {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What the sender (js/api/sender.js) does after a response: `undefined` to return the response to the caller, `'refresh'` to
     * send the request again once a newer credential is available, or the request that follows a redirect.
     */
    followUp(method: string, url: string, with_credential: boolean, status: number, location: string | null | undefined, redirects_followed: number, max_redirects: number | null | undefined, redirect_mode: string): 'refresh' | Redirect | undefined;
    /**
     * Validates the base URL that the environment configures.
     */
    constructor(url: string);
    /**
     * The path of a request below the base URL. Throws `FOREIGN_ORIGIN` for a URL of another origin.
     */
    relativePath(url: string): string;
}

/**
 * A response of the API.
 */
export class ApiResponse {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `headers` is the JSON of an object that maps the lower-case names of the header fields to their values. `path` is
     * the request's path below the API's base URL. `is_foreign_origin` says whether a redirect led to another origin
     * than the API's.
     */
    constructor(status: number, headers: string, body: Uint8Array | number[], received_at: number, path: string | null | undefined, is_foreign_origin: boolean);
}

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
 * The page at the redirect URI.
 */
export class CallbackPage {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What the page shows for a request target; `undefined` for a request without an authorization response.
     */
    contentFor(target: string): CallbackContent | undefined;
}

/**
 * A test of a connection. While there is a `path`, the caller requests it, and calls `onResponse` or `onError`.
 */
export class ConnectionTest {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Starts the test of a connection with a credential of this type. The other arguments are known facts about the connection.
     * Scopes are separated by spaces.
     */
    constructor(kind: string, workspace?: string | null, repository?: string | null, hint?: string | null, requested_scopes?: string | null, granted_scopes?: string | null);
    /**
     * Ends the test with the message of an error, because the last request got no response.
     */
    onError(message: string): void;
    /**
     * Reads the response to the last request.
     */
    onResponse(response: ApiResponse): void;
    /**
     * The path to request next, below the API's base URL; absent when the test is over.
     */
    readonly path: string | undefined;
    /**
     * The result; absent until the test is over.
     */
    readonly result: TestResult | undefined;
}

/**
 * An OAuth client, validated once and used for as long as the process runs.
 */
export class OAuthCore {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The authorization URL without state and PKCE, for NocoDB. NocoDB appends its own state and PKCE parameters.
     */
    authorizationUrl(): string;
    /**
     * The request for a token that belongs to the client itself (RFC 6749 section 4.4).
     */
    buildClientCredentialsRequest(): TokenRequest;
    /**
     * The request that exchanges a code from NocoDB's form.
     */
    buildNocoDbTokenRequest(code: string, code_verifier: string | null | undefined, is_verifier_optional: boolean): TokenRequest;
    /**
     * The request that refreshes tokens.
     */
    buildRefreshRequest(refresh_token: string): TokenRequest;
    /**
     * The request that gets new tokens for a connection with this grant type.
     */
    buildRequestForGrantType(grant_type: string, refresh_token: string): TokenRequest;
    /**
     * The request that exchanges a code from `validateAuthorizationResponse`. `code_verifier_alias` is the same as
     * `code_verifier`, for callers that use NocoDB's spelling of the member.
     */
    buildTokenRequest(code: string, code_verifier?: string | null, code_verifier_alias?: string | null, redirect_uri?: string | null): TokenRequest;
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
     * A key for one purpose, derived from the client secret.
     */
    deriveKey(purpose: string): Uint8Array;
    /**
     * Whether a URL has the redirect URI's origin and path.
     */
    isCallbackUrl(url: string): boolean;
    /**
     * The requested scopes that were not granted, without those that Bitbucket has retired.
     */
    missingScopes(granted: string): string[];
    /**
     * Validates a caller's configuration. Only a client with a secret can request tokens from Bitbucket.
     */
    constructor(client_id: string, redirect_uri: string, client_secret?: string | null, scopes?: string | null, authorize_url?: string | null, token_url?: string | null, api_url?: string | null);
    /**
     * Validates a response and returns its token set. `previous_…` are the values that were stored before a refresh.
     * `request_body` is the form of the request.
     */
    parseTokenResponse(grant_type: string, status: number, body: Uint8Array | number[], received_at: number, content_type?: string | null, www_authenticate?: string | null, retry_after?: string | null, previous_refresh_token?: string | null, previous_scopes?: string | null, request_body?: string | null): TokenSet;
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
 * Predicts the page that a client's caller will request next, if the caller requests pages by their numbers.
 */
export class PagePredictor {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Creates a predictor that has recorded no request.
     */
    constructor();
    /**
     * Takes what the response says about its page. Returns the URL of the page to prefetch now.
     */
    onPage(url: string, next?: string | null, pagelen?: number | null, size?: number | null): string | undefined;
    /**
     * Records the absolute URL of the caller's request. Returns the URL of the page to prefetch while that request
     * is under way.
     */
    onRequest(url: string): string | undefined;
    /**
     * Records a successful response. Returns whether `onPage` has to be called with what the response says about its
     * page.
     */
    onSuccess(url: string): boolean;
    /**
     * Forgets the sequence of pages. The shim calls this method for each request that is not for a page, or that has
     * unusual options.
     */
    reset(): void;
}

/**
 * Reads a list page by page.
 */
export class Paginator {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes what a response says about its page, and advances to the next page. Returns whether there is a next page.
     */
    advance(next: string | null | undefined, values: number, page?: number | null, pagelen?: number | null, size?: number | null): boolean;
    /**
     * The URLs that may be requested now: first the URL of the next page, then the URLs of the pages to prefetch.
     * `held` is the number of pages that the caller is still consuming.
     */
    fetchableUrls(held: number): string[];
    /**
     * Whether one more page may be prefetched. `unused` is the number of prefetched pages whose values the caller
     * has not used yet.
     */
    mayPrefetch(unused: number): boolean;
    /**
     * Takes the absolute URL of the first page. `concurrency` limits how many pages are requested or buffered at
     * once.
     */
    constructor(first_page: string, concurrency?: number | null);
    /**
     * Records that a prefetched page turned out to be useless.
     */
    recordWastedPrefetch(): void;
    /**
     * An opaque token for the next page. The caller may return the token to its own caller.
     */
    readonly pageToken: string;
    /**
     * The absolute URL of the next page to request.
     */
    readonly url: string;
}

/**
 * The proxy from the environment, and the hosts that bypass it.
 */
export class Proxies {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The proxy for a request to this URL; `undefined` when the request goes directly.
     */
    proxyFor(url: string): Proxy | undefined;
}

/**
 * Removes a credential from a server's response.
 */
export class Redactor {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the rest of the body.
     */
    end(): Uint8Array;
    /**
     * Takes the value of the request's `Authorization` header.
     */
    constructor(authorization: string);
    /**
     * Takes the next chunk of a body, and returns the bytes that can be passed on. Keeps the last bytes back if the
     * credential may begin in them.
     */
    push(chunk: Uint8Array | number[]): Uint8Array;
    /**
     * Returns the text without the credential.
     */
    redact(text: string): string;
}

/**
 * What the caller does next in a refresh cycle.
 */
export enum RefreshAction {
    /**
     * Nothing: the cycle is over.
     */
    Done = 0,
    /**
     * Acquire the lock.
     */
    AcquireLock = 1,
    /**
     * Search for a successor: a token set that another process obtained in exchange for the current refresh token.
     */
    FindSuccessor = 2,
    /**
     * Enter the queue for token requests.
     */
    Enqueue = 3,
    /**
     * Send the token request.
     */
    RequestTokens = 4,
    /**
     * Look up whether Bitbucket may have refused this refresh token only because it had refused that of another
     * connection.
     */
    JudgeRefusal = 5,
    /**
     * Keep the new token set and publish it.
     */
    Publish = 6,
    /**
     * Publish that the refresh token is dead.
     */
    WriteTombstone = 7,
    /**
     * Save the token set in the stores.
     */
    SaveTokens = 8,
    /**
     * Report that a store did not save the token set.
     */
    ReportSaveFailure = 9,
    /**
     * Wait, for `waitDuration` milliseconds.
     */
    Wait = 10,
}

/**
 * Which connection may send a token request now.
 */
export enum RefreshAdmission {
    /**
     * None, until a request ends or a connection enters the queue.
     */
    None = 0,
    /**
     * None, for `waitTime` milliseconds.
     */
    NoneYet = 1,
    /**
     * The first one in the queue.
     */
    First = 2,
    /**
     * The first one in the queue, as soon as no other process sends a token request.
     */
    FirstExclusive = 3,
}

/**
 * What a caller that wants to use the tokens does.
 */
export enum RefreshDecision {
    /**
     * Use the newest token set.
     */
    Use = 0,
    /**
     * Wait for the next step of the cycle, and acquire again.
     */
    Wait = 1,
    /**
     * Fail: Bitbucket no longer accepts the refresh token, so it is *dead*.
     */
    Dead = 2,
    /**
     * Fail with the error of the last token request.
     */
    RequestFailed = 3,
    /**
     * Fail: it is not known yet which refresh tokens of the client are dead, or another process holds the lock.
     */
    RefreshPending = 4,
    /**
     * Fail: a request or a store takes too long.
     */
    TimedOut = 5,
}

/**
 * An event of a refresh cycle that carries no data.
 */
export enum RefreshEvent {
    /**
     * This process acquired the lock.
     */
    LockAcquired = 0,
    /**
     * Another process or wrapper holds the lock.
     */
    LockBusy = 1,
    /**
     * The lock was lost.
     */
    LockLost = 2,
    /**
     * None of the waiting callers has a store that still contains tokens of this connection.
     */
    NoStoreLeft = 3,
    /**
     * The search found no successor of the current token set.
     */
    NoSuccessor = 4,
    /**
     * The queue admitted this connection.
     */
    Admitted = 5,
    /**
     * The token set or the tombstone is published.
     */
    Published = 6,
    /**
     * Another process published its own result before this process did.
     */
    Superseded = 7,
    /**
     * All stores saved the token set.
     */
    Saved = 8,
    /**
     * At least one store did not save the token set.
     */
    SaveFailed = 9,
    /**
     * The failure to save was reported.
     */
    Reported = 10,
    /**
     * The wait has ended.
     */
    WaitEnded = 11,
}

/**
 * Decides when the tokens of one connection are refreshed.
 */
export class RefreshPolicy {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A caller wants to use the newest token set, and waits for it until `deadline`. `known_generation` is the number
     * of the token set that the caller's store was last asked to save.
     */
    acquire(known_generation: number, deadline: number, now: number): RefreshDecision;
    /**
     * In how many milliseconds to begin a cycle although no caller acquires the tokens. 0 means now, and `undefined`
     * means that there is no reason to begin a cycle.
     */
    backgroundRefreshIn(now: number): number | undefined;
    /**
     * How many milliseconds this connection has to wait before it may send a token request; `undefined` if it may
     * send one now.
     */
    backoff(now: number): number | undefined;
    /**
     * Returns the reason why a caller that stops waiting gets no tokens.
     */
    failureReason(now: number): RefreshDecision;
    /**
     * A caller wants a token set that is newer than the one with the number `generation`, and waits for it until
     * `deadline`.
     */
    forceRefresh(generation: number, deadline: number, now: number): RefreshDecision;
    /**
     * Continues the cycle after an event that carries no data.
     */
    handle(event: RefreshEvent, now: number, random: number): RefreshAction;
    /**
     * Whether the refresh token has been unused for so long that it should be used before it expires.
     */
    isIdle(now: number): boolean;
    /**
     * Whether a token set that was found elsewhere, with these times, counts as the successor of the current one.
     */
    isSuccessor(obtained_at?: number | null, expires_at?: number | null): boolean;
    /**
     * Creates the policy of a connection whose token set comes from a stored config or from a token response.
     */
    constructor(obtained_at: number | null | undefined, expires_at: number | null | undefined, has_access_token: boolean, lockout: number, now: number);
    /**
     * Continues after Bitbucket returned a new token set.
     */
    onRefreshed(obtained_at: number, expires_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Continues after the caller looked up the shared record of refusals. Bitbucket refused the refresh token of
     * another connection of the client `others_refused_ago` milliseconds ago, and that of this connection
     * `refused_ago` milliseconds ago.
     */
    onRefusalJudged(others_refused_ago: number | null | undefined, refused_ago: number, now: number, random: number): RefreshAction;
    /**
     * Continues after a token request failed with this error code.
     */
    onRequestFailed(code: string, retryable: boolean, retry_after: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * Continues after the search found a token set with another refresh token in a row of NocoDB's database. The
     * shared store does not record that one of the two refresh tokens replaced the other.
     */
    onRowTokensFound(obtained_at: number | null | undefined, expires_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * A stored config has the newest refresh token and another access token. Returns whether to use the config's
     * token set.
     */
    onStoredTokens(obtained_at: number | null | undefined, expires_at: number | null | undefined, now: number): boolean;
    /**
     * Continues after the search found a successor.
     */
    onSuccessorFound(obtained_at: number | null | undefined, expires_at: number | null | undefined, same_refresh_token: boolean, now: number, random: number): RefreshAction;
    /**
     * Continues after the search found a tombstone: the record in the shared store that the refresh token is dead.
     */
    onTombstoneFound(died_at: number | null | undefined, now: number, random: number): RefreshAction;
    /**
     * The API returned 401 for a request with the token set of this number, after `repetitions` earlier attempts.
     * Returns whether to repeat the request.
     */
    onUnauthorized(generation: number, repetitions: number, now: number): boolean;
    /**
     * A caller's work failed, after `repetitions` earlier attempts, with an error that an expired access token may
     * cause. Returns whether to repeat the work with a newer token set.
     */
    onWorkFailed(generation: number, repetitions: number, now: number): boolean;
    /**
     * The priority with which the connection enters the queue for token requests (`RefreshQueue.enqueue`).
     */
    priority(now: number): RefreshPriority;
    /**
     * How many milliseconds the action `Wait` lasts. A single wait has a maximum length, so it may end before the time
     * that the connection waits for.
     */
    waitDuration(now: number): number | undefined;
    /**
     * What the caller does next in the cycle that is under way.
     */
    readonly action: RefreshAction;
    /**
     * The number of the newest token set.
     */
    readonly generation: number;
    /**
     * Whether a caller has forced a refresh that is not over yet.
     */
    readonly isRefreshForced: boolean;
    /**
     * Whether Bitbucket refused the refresh token.
     */
    readonly isRefused: boolean;
}

/**
 * The priority of a token request. Requests of the same priority are admitted in the order in which they were queued.
 */
export enum RefreshPriority {
    /**
     * The response to an earlier request may have been lost. Then the refresh token is used up, and Bitbucket
     * accepts it for only a few more minutes.
     */
    Urgent = 0,
    /**
     * Nothing indicates that the refresh token is dead.
     */
    Normal = 1,
    /**
     * Bitbucket refused the refresh token, and no lockout explains the refusal, so the token is probably dead.
     */
    Suspect = 2,
}

/**
 * The queue for the token requests of one OAuth client.
 */
export class RefreshQueue {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Which connection may send a request now.
     */
    admission(now: number): RefreshAdmission;
    /**
     * Admits the first connection in the queue, and returns its ticket.
     */
    admitFirst(is_exclusive: boolean): number | undefined;
    /**
     * Applies the record that the processes share: how long ago Bitbucket last refused a request, and how long ago
     * the last granted request was sent, both in milliseconds.
     */
    applyUpdate(refused_ago: number | null | undefined, granted_ago: number | null | undefined, now: number): void;
    /**
     * Adds a connection to the queue. Returns its ticket.
     */
    enqueue(priority: RefreshPriority): number;
    /**
     * An empty queue.
     */
    constructor(lockout: number);
    /**
     * An admitted request failed, or was not sent.
     */
    onFailed(now: number): void;
    /**
     * Bitbucket granted an admitted request, which was sent at `sent_at`.
     */
    onGranted(sent_at: number, now: number): void;
    /**
     * Bitbucket refused an admitted request.
     */
    onRefused(now: number): void;
    /**
     * For how many milliseconds the queue admits no connection.
     */
    waitTime(now: number): number;
}

/**
 * The removed endpoints of an API. A list is identified by the URL that was requested.
 */
export class RemovedEndpoints {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The limits of a list.
     */
    static limits(): CollectionLimits;
    /**
     * Takes the API's base URL, as it was configured.
     */
    constructor(url: string);
    /**
     * The page that `url` requests from a list of `size` values.
     */
    page(url: string, size: number): CollectedPage;
    /**
     * How a request is handled; `undefined` unless it is for a removed endpoint.
     */
    replacement(method: string, url: string): Replacement | undefined;
    /**
     * Decides what a failed request about a workspace means. `kind` is the type of the request's credential.
     */
    workspaceOutcome(url: string, segment: string, with_role: boolean, answer: ApiResponse, kind: string): WorkspaceOutcome;
    /**
     * The URL of one workspace's part of a list. `segment` is the workspace's path segment.
     */
    workspaceUrl(url: string, segment: string, with_role: boolean): string;
}

/**
 * When the requests of one account to one group of resources were sent. Times are milliseconds of a monotonic clock.
 */
export class RequestLog {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Marks all requests as unshared, because the shared log may have lost any of them.
     */
    markAllUnshared(): void;
    /**
     * Marks requests as present in the shared log.
     */
    markShared(numbers: Float64Array | number[]): void;
    /**
     * Records the requests of another log here, too.
     */
    merge(other: RequestLog): void;
    /**
     * How many requests the shared log (in Redis, for all processes) contains at least, if the shared log has lost none.
     */
    minimumSharedCount(now: number): number;
    /**
     * An empty log.
     */
    constructor();
    /**
     * Records a request.
     */
    record(time: number, number: number, is_unshared: boolean): void;
    /**
     * Removes a request that was not sent.
     */
    remove(number: number): void;
    /**
     * How many of the account's `used` requests are not in this log, because other clients of the account sent them.
     */
    unloggedCount(used: number, now: number): number;
    /**
     * The oldest requests that may be missing from the shared log, at most `most` of them. Each request takes two
     * elements: its number, and how long ago it was sent, in microseconds.
     */
    unshared(most: number, now: number): Float64Array;
    /**
     * How many milliseconds to wait until a request may be sent.
     */
    waitTime(limit: number, now: number): number;
}

/**
 * What is known about tokens, apart from the tokens themselves.
 */
export class TokenMetadata {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `authorized_at` is the stored value, `account` is the account's UUID, and the times are in milliseconds since
     * 1970.
     */
    constructor(authorized_at?: string | null, account?: string | null, obtained_at?: number | null, expires_at?: number | null);
}

/**
 * The error object for an unsuccessful response to a request with a credential of this type.
 */
export function apiErrorFromResponse(response: ApiResponse, kind: string): ErrorDetails;

/**
 * The schema by which js/argument-reader.js reads an argument of a public function.
 */
export function argumentSchema(argument: string): ArgumentSchema;

/**
 * The value of `Authorization` for an access token.
 */
export function bearer(access_token: string): string;

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
 * Chooses one of the [`redis_database_candidates`]. `survey` has one word for each candidate. The word says what the
 * database contains: `missing`, `empty`, `ours`, `others`, `marked` or `invaded` (see `Content` in src/redis.rs).
 */
export function chooseRedisDatabase(surveyed: Uint32Array | number[], survey: string): RedisChoice;

/**
 * Classifies a published entry for a connection that searches for a successor of its token set. The entry has
 * tokens, a tombstone, or both.
 */
export function classifyEntry(has_tokens: boolean, is_dead: boolean, same_refresh_token: boolean, same_access_token: boolean): 'tombstone' | 'tokens' | 'nothing';

/**
 * Classifies the tokens in a row. `row` describes these tokens; it is absent when the row has no refresh token. `own`
 * describes the tokens of the wrapper (NocoDB's object for a call) that was created from the row.
 */
export function classifyRow(row: TokenMetadata | null | undefined, own: TokenMetadata, is_of_same_chain: boolean, is_in_vault: boolean, is_refused: boolean): RowContent;

/**
 * Which of Bitbucket's two OAuth back ends issued the client, judging by the lengths of its Key and its Secret;
 * `undefined` if neither issues Keys and Secrets of these lengths.
 */
export function clientGeneration(client: OAuthCore): 'older' | 'newer' | undefined;

/**
 * By how many seconds this machine's clock is ahead of a server's `Date`; 0 for a harmless difference, and `undefined` if
 * the text is not a date.
 */
export function clockSkew(date: string, earliest: number, latest: number): number | undefined;

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
 * The names of the members that `readCredential` reads, separated by spaces.
 */
export function credentialMembers(): string;

/**
 * Decides what the store does with an entry that was obtained under a lock with this fence. The other arguments are
 * the fields of `PublicationContext`.
 */
export function decidePublication(fence: number, position: string, is_first: boolean, newest_fence: number, highest_fence: number, is_last: boolean, own_fence: number): PublicationStep;

/**
 * The scopes that are requested by default.
 */
export function defaultScopes(): string[];

/**
 * The condition of an endpoint, judging by the status of its response to a request without a credential. `is_for_users`
 * is true for the authorization endpoint.
 */
export function endpointStatus(is_for_users: boolean, status: number): 'reached' | 'foreign' | 'failing';

/**
 * The names of the environment variables that [`read_environment`] reads, separated by spaces.
 */
export function environmentVariables(): string;

/**
 * The error object for a failure that only JavaScript can detect. The core defines the message and the flags of each error
 * code. `connection_end` says why a connection ended, if Bitbucket did not refuse its tokens.
 */
export function errorDetails(code: string, phase: string, field?: string | null, status?: number | null, retry_after?: number | null, connection_end?: string | null): ErrorDetails;

/**
 * Adds to scopes all scopes that they imply.
 */
export function expandScopes(scopes: string): string[];

/**
 * The phase of the errors of a token request with this grant type.
 */
export function grantTypePhase(grant_type: string): Phase;

/**
 * Whether a config of this type has tokens that a user consented to.
 */
export function holdsUserTokens(kind: string): boolean;

/**
 * Whether requests wait as long as Bitbucket asks. `retry_after` is that time in milliseconds.
 */
export function honorsRetryAfter(retry_after: number): boolean;

/**
 * Whether a config of this type acts as the OAuth client itself.
 */
export function isClientCredentials(kind: string): boolean;

/**
 * Whether a published entry is newer than the entry that was found in the shared store in its place. If so, the found
 * entry cannot be the successor of the published entry.
 */
export function isEntryNewer(obtained_at: number | null | undefined, expires_at: number | null | undefined, is_dead: boolean, fence: number, found_obtained_at: number | null | undefined, found_expires_at: number | null | undefined, found_is_dead: boolean, found_fence: number): boolean;

/**
 * Whether an access token has expired. Without an expiry time it counts as valid.
 */
export function isExpired(expires_at: number | null | undefined, now: number): boolean;

/**
 * Whether a callback belongs to a login other than the pending one. `code` is the code of the error with which the core
 * rejected the callback. If the result is true, the callback of the pending login may still arrive.
 */
export function isFromAnotherLogin(code: string): boolean;

/**
 * Whether a response means that the account has reached its hourly limit. The request then joins the request queue
 * again.
 */
export function isHourlyLimitExhausted(status: number | null | undefined, retry_after: string | null | undefined, received_at: number): boolean;

/**
 * Whether a token set was issued after another one, as far as their times show.
 */
export function isIssuedLater(obtained_at?: number | null, expires_at?: number | null, other_obtained_at?: number | null, other_expires_at?: number | null): boolean;

/**
 * Whether the login that began at `started_at` has expired.
 */
export function isLoginExpired(started_at: number, now: number): boolean;

/**
 * Whether the shared store has lost an entry that a process knows, and has another entry in its place.
 */
export function isMissingFromSharedStore(obtained_at: number | null | undefined, expires_at: number | null | undefined, is_dead: boolean, fence: number, shared_obtained_at: number | null | undefined, shared_expires_at: number | null | undefined, shared_is_dead: boolean, shared_fence: number, same_refresh_token: boolean, is_linked: boolean): boolean;

/**
 * Whether the error code of a failed token request means that Bitbucket refused the refresh token.
 */
export function isRefreshTokenRefused(code: string): boolean;

/**
 * Whether the tokens of a config of this type can be refreshed with this refresh token.
 */
export function isRefreshable(kind: string, refresh_token: string): boolean;

/**
 * Whether a method is safe (RFC 9110 section 9.2.1).
 */
export function isSafeMethod(method: string): boolean;

/**
 * Whether the Redis URL `other` leads to the database with the number `database` of the Redis server at `address`.
 */
export function isSameRedisDatabase(address: string, database: number, other: string): boolean;

/**
 * Whether the result of a prefetch may be used for the page. The result is a response with this status, or an error
 * with this code. The shim requests the page again if the result may not be used.
 */
export function isUsablePrefetch(status?: number | null, code?: string | null): boolean;

/**
 * Whether the JSON of a config's member is a reference to a secret in a vault.
 */
export function isVaultReference(member: string): boolean;

/**
 * The body of a 404 that replaces Bitbucket's response to a request for issues; `undefined` when the response stays as it is.
 */
export function issuesNotFoundBody(status: number, is_foreign_origin: boolean): string | undefined;

/**
 * How long a page waits for the callback, in milliseconds. Throws if the requested time is out of range.
 */
export function loginTimeout(requested?: number | null): number;

/**
 * The error object for a new row that has asterisks in place of a credential.
 */
export function maskedCredentialError(field: string): Failure;

/**
 * The maximum size of a body that the core inspects, in bytes. If a body is larger, the shim passes this number of
 * bytes and one more, so that the core recognizes that the body is too large.
 */
export function maxInspectedBytes(): number;

/**
 * Whether the caller's header field with this lower-case name may be sent.
 */
export function mayForwardHeader(name: string, to_api: boolean, with_body: boolean): boolean;

/**
 * Whether to retry a request that failed with an error of this code, status and phase.
 */
export function mayRetry(method: string, code: string, status: number | null | undefined, phase: string): boolean;

/**
 * Whether newer tokens may fix the failure of a caller's work with a client.
 */
export function maySucceedAfterRefresh(is_from_api_client: boolean, is_unrepeated: boolean, status: number | null | undefined, message: string): boolean;

/**
 * The required scopes that are neither granted nor implied by a granted one.
 */
export function missingScopes(required: string, granted: string): string[];

/**
 * The status of NocoDB's response to a request that failed with this code. `status` is the status of Bitbucket's
 * response; absent if Bitbucket did not respond.
 */
export function nocodbStatus(code: string, status?: number | null): number;

/**
 * How many milliseconds to wait before requesting the page again; `undefined` if the response is the page. Bitbucket
 * responds with 202 while it prepares a page.
 */
export function pageRetryDelay(status: number, retry_after: string | null | undefined, number: number, patience: number, received_at: number, random: number): number | undefined;

/**
 * The URL of a page of a list. `list` has no query. The token `next` selects the page. If `next` is absent, the token
 * `page` selects the page, or else the number `page_number`. If all three are absent, the URL is that of the first
 * page.
 */
export function pageUrl(list: string, next?: string | null, page?: string | null, page_number?: number | null): string;

/**
 * Parses a Redis URL.
 */
export function parseRedisUrl(address: string): RedisServer;

/**
 * Parses stored scopes into a list without duplicates.
 */
export function parseScopes(scopes: string): string[];

/**
 * Whether a response with this status proves that Bitbucket accepted the credential of the request.
 */
export function provesCredential(status: number): boolean;

/**
 * The names of the proxy variables that [`read_environment`] also reads, separated by spaces.
 */
export function proxyVariables(): string;

/**
 * What a response says about the rate limit.
 */
export function rateLimitUpdate(status: number, limit: string | null | undefined, near_limit: string | null | undefined, retry_after: string | null | undefined, known: number, is_configured: boolean, refusals: number, received_at: number): RateLimitUpdate;

/**
 * For how long a request counts against the limit, in milliseconds.
 */
export function rateLimitWindow(): number;

/**
 * Reads the credential from the JSON of a config's members. `allows_client_credentials` comes from the environment.
 */
export function readCredential(config: string, allows_client_credentials: boolean): StoredCredential;

/**
 * Reads the environment. `variables` is the JSON of an object with the variables that [`environment_variables`] and
 * [`proxy_variables`] name. A value that is not a string counts as absent.
 */
export function readEnvironment(variables: string): ValidatedEnvironment;

/**
 * What is at the client's redirect URI, judging by how the server there responds to an authorization response
 * without a code.
 */
export function redirectUriStatus(client: OAuthCore, status: number, location: string | null | undefined, is_page: boolean): 'page' | 'elsewhere' | 'downgrade' | 'moved' | 'query-lost' | 'guarded' | 'missing' | 'failing' | 'other-page';

/**
 * The databases from which the plugin chooses the one for its data. The first one is NocoDB's. `others` are the
 * databases that NocoDB's other variables name.
 */
export function redisDatabaseCandidates(home: number, others: Uint32Array | number[]): Uint32Array;

/**
 * Summarizes an error of a Redis client in a word or two, from its code and message; `undefined` if the plugin can
 * use Redis in spite of the error.
 */
export function redisErrorSummary(code: string, message: string): string | undefined;

/**
 * Returns the reason why the plugin uses NocoDB's own database after Redis rejected the survey of the other databases
 * with this reply; `undefined` if the plugin cannot use any database at present.
 */
export function redisFallbackReason(reply: string): string | undefined;

/**
 * Throws if one of these members of a page's options repeats a property of the given client.
 */
export function rejectClientOverrides(members: string[]): void;

/**
 * A URL without the parameters of an authorization response.
 */
export function removeCallbackParameters(url: string): string;

/**
 * The group of resources that a path below the API's base URL belongs to. Each group has its own rate limit.
 */
export function resourceGroup(path: string): string;

/**
 * The scopes that a client requests although Bitbucket no longer needs them.
 */
export function retiredScopes(client: OAuthCore): string[];

/**
 * How long to wait before a retry, in milliseconds; `undefined` if the wait would be too long. `retry_after` is the
 * response's header field.
 */
export function retryDelay(attempts: number, status: number | null | undefined, retry_after: string | null | undefined, is_queued: boolean, patience: number, received_at: number, random: number): number | undefined;

/**
 * The length of a client's Secret in characters.
 */
export function secretLength(client: OAuthCore): number;

/**
 * Throws the error for an invalid argument or member. `grant_type` is the grant type of the token request, if it is known.
 */
export function throwArgumentError(argument: string, problem: ArgumentProblem, member: string, grant_type?: string | null): void;

/**
 * Throws the error for a page that cannot start a login because the browser lacks this feature.
 */
export function throwMissingFeature(feature: 'window' | 'sessionStorage' | 'BroadcastChannel'): never;

/**
 * How long the exchange of an authorization code may keep a transaction of NocoDB's database open, in milliseconds.
 */
export function transactionTimeout(): number;

/**
 * The error object for an exchange that takes longer than `transactionTimeout`.
 */
export function transactionTimeoutError(): Failure;

/**
 * What the error code of a failed token request says about the Key and the Secret. The command `doctor` sends this request
 * with a made-up authorization code.
 */
export function trialExchangeOutcome(code: string): 'accepted' | 'refused' | 'failed' | 'unknown';

/**
 * Whether a config of this type gets its tokens in exchange for an authorization code.
 */
export function usesAuthorizationCode(kind: string): boolean;

/**
 * Returns a path segment for the slug of a workspace, or for its UUID in braces.
 */
export function workspaceSegment(workspace?: string | null): string;
