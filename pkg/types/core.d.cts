/**
 * Loads the WebAssembly core, once per process or page, on first use.
 *
 * In: the wasm bytes inside JavaScript, or what the caller brings along. Out: the glue's classes and functions, typed.
 * What never happens here: a file or address is read unless the caller asks for it, the wasm is loaded twice, or a
 * value is judged.
 */
import { BitbucketAuthError } from './error.cjs';
export type Failure = import('./error.cjs').Failure;
export type Phase = import('./error.cjs').Phase;
export type TokenRequest = {
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
export type TokenSet = {
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
export type AuthorizationRequest = {
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
export type CoreClient = {
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
    buildTokenRequest: (code: unknown, codeVerifier: unknown, redirectUri: unknown) => TokenRequest;
    buildRefreshRequest: (refreshToken: unknown) => TokenRequest;
    buildClientCredentialsRequest: () => TokenRequest;
    parseTokenResponse: (response: unknown) => TokenSet;
};
export type CoreEnvironment = {
    /**
     * only when OAuth can be offered
     */
    client?: CoreClient;
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
     * of the Redis through which processes share their tokens; it may hold a password
     */
    redisUrl?: string;
    /**
     * `INVALID_CONFIG` with the variable's name in `field`, never its value
     */
    problems: Failure[];
};
export type RefreshPolicy = {
    /**
     * the number of the newest pair
     */
    generation: number;
    isForced: boolean;
    action: number;
    waitUntil?: number;
    asked: (known: number, now: number) => number;
    renew: (generation: number, now: number) => number;
    isIdle: (now: number) => boolean;
    retryAt: (now: number) => number | undefined;
    lockOut: (until: number) => void;
    lockoutOfOthers?: number;
    answered: (status: number, generation: number, isRepetition: boolean, now: number) => boolean;
    configured: (obtainedAt: number | undefined, expiresAt: number | undefined, now: number) => boolean;
    on: (event: number, now: number, random: number) => number;
    found: (obtainedAt: number | undefined, expiresAt: number | undefined, sameRefreshToken: boolean, now: number, random: number) => number;
    renewed: (obtainedAt: number, expiresAt: number | undefined, now: number, random: number) => number;
    failed: (code: string, retryable: boolean, retryAfter: number | undefined, now: number, random: number) => number;
};
export type RefreshPolicyClass = new (obtainedAt: number | undefined, expiresAt: number | undefined, hasAccessToken: boolean, lockout: number, now: number) => RefreshPolicy;
export type FailureDetails = {
    status?: number;
    field?: string;
    retryAfter?: number;
};
export type CredentialKind = 'oauth' | 'api_key' | 'basic' | 'custom';
export type StoredCredential = {
    kind: CredentialKind;
    accessToken?: string;
    /**
     * the value of the header; absent when a token has to be fetched first
     */
    authorization?: string;
    email?: string;
    /**
     * whether a new token can be had without anybody doing anything
     */
    canRenew: boolean;
    /**
     * whether it is a person's
     */
    hasUser: boolean;
    /**
     * what seems to be wrong with the token
     */
    hint?: string;
};
export type Account = {
    /**
     * in braces
     */
    uuid?: string;
    nickname?: string;
    displayName?: string;
};
export type ApiAnswer = {
    status: number;
    /**
     * lower-case names
     */
    headers: Record<string, string>;
    body: Uint8Array;
    /**
     * milliseconds since the epoch
     */
    receivedAt: number;
};
export type ConnectionTest = {
    /**
     * below the API's base, to be asked next
     */
    path?: string;
    answered: (answer: ApiAnswer) => void;
    failed: (message: string) => void;
    /**
     * when there is nothing more to ask
     */
    verdict?: Verdict;
};
export type Verdict = {
    success: boolean;
    message: string;
    account?: Account;
    /**
     * as granted
     */
    scopes?: string[];
    missingScopes?: string[];
};
export type KnownToTest = {
    kind: CredentialKind;
    workspace?: string;
    repository?: string;
    hint?: string;
    requestedScopes?: string[];
    grantedScopes?: string[];
};
export type Api = {
    /**
     * gives the group of resources of a request to the API
     */
    admit: (url: string) => string;
    redirect: (method: string, url: string, withCredential: boolean, status: number, location: string) => {
        withCredential: boolean;
        becomesGet: boolean;
    };
};
export type Core = {
    Client: new (options: unknown) => CoreClient;
    RefreshPolicy: RefreshPolicyClass;
    RefreshAnswer: Record<'Use' | 'Turn' | 'Dead', number>;
    RefreshAction: Record<'Rest' | 'Lock' | 'Look' | 'Refresh' | 'Publish' | 'Bury' | 'Store' | 'Report' | 'Wait' | 'FailWithLastRequest' | 'FailAsBusy', number>;
    RefreshEvent: Record<'Locked' | 'LockBusy' | 'LockLost' | 'FoundDead' | 'NothingFound' | 'Published' | 'Superseded' | 'Stored' | 'StoreFailed' | 'Reported' | 'Woke', number>;
    readEnvironment: (env: Record<string, string | undefined>) => CoreEnvironment;
    environmentVariables: () => string[];
    defaultScopes: () => string[];
    expandScopes: (list: unknown) => string[];
    missingScopes: (required: unknown, granted: unknown) => string[];
    isExpired: (expiresAt: unknown, now: number) => boolean;
    failure: (code: string, phase: Phase, details?: FailureDetails) => Failure;
    Api: new (apiUrl: string) => Api;
    asksForRenewal: (status: number) => boolean;
    readCredential: (config: unknown) => StoredCredential;
    workspaceSegment: (workspace: unknown) => string;
    ConnectionTest: new (known: KnownToTest) => ConnectionTest;
    judgeApiResponse: (answer: ApiAnswer & {
        kind: CredentialKind;
    }) => Failure;
    mayRepeat: (method: string, code: string, status?: number) => boolean;
    /**
     *   milliseconds; `undefined` when that is too long to wait
     */
    retryDelay: (attempt: number, retryAfter: number | undefined, random: number) => number | undefined;
    /**
     * `pause` in milliseconds
     */
    rateLimitNews: (status: number, limit: string | undefined, nearLimit: string | undefined, retryAfter: string | undefined, known: number, isConfigured: boolean, receivedAt: number) => {
        limit?: number;
        used?: number;
        pause?: number;
    };
};
export type CoreSource = Uint8Array | ArrayBuffer | WebAssembly.Module | Response | URL | string;
export type Glue = {
    __wbg_set_wasm: (exports: WebAssembly.Exports) => void;
};
export type Base64Decoder = {
    fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
};
/**
 * The core, loaded if it was not yet.
 *
 * @returns {Core}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly
 */
export declare function core(): Core;
/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} [source] the wasm, its address, or an HTTP response with it; by default
 *   the bytes that are part of this package
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, `INVALID_ARGUMENT`
 *   when `source` is not this version's core
 */
export declare function init(source?: CoreSource | Promise<CoreSource>): Promise<void>;
/**
 * A `BitbucketAuthError` for what only the shim can see; the core has the words and the flags.
 *
 * @param {string} code
 * @param {Phase} phase
 * @param {FailureDetails} [details]
 * @param {{ detail?: string, cause?: Error }} [extra]
 * @returns {BitbucketAuthError}
 */
export declare function failure(code: string, phase: Phase, details?: FailureDetails, extra?: {
    detail?: string;
    cause?: Error;
}): BitbucketAuthError;
