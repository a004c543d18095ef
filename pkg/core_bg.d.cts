/* tslint:disable */
/* eslint-disable */

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
 * The required scopes that are neither granted nor implied by a granted one.
 */
export function missingScopes(required: any, granted: any): string[];

/**
 * Reads an environment: `{ client?, apiUrl?, timeoutMs, problems }`. Without `client` OAuth cannot be offered;
 * without `apiUrl` the API's override is unusable. `problems` has an INVALID_CONFIG error for each variable that is
 * missing or wrong.
 */
export function readEnvironment(env: any): any;

export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
