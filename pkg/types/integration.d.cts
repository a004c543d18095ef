/**
 * `BitbucketAuthIntegration`: what NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection and the host's services. Out: an Axios client for Bitbucket's API, tokens in
 * the host's shape, plain verdicts for people. What never happens here: a rule of OAuth is decided (the core does
 * that), a credential is shown by printing an object, or a new pair of tokens is used before it was handed to the host.
 */
export type BitbucketClient = import('./api-client.cjs').BitbucketClient;
export type Sender = import('./api-client.cjs').Sender;
export type Account = import('./core.cjs').Account;
export type CredentialKind = import('./core.cjs').CredentialKind;
export type Environment = import('./environment.cjs').Environment;
export type Connection = import('./token-keeper.cjs').Connection;
export type Pair = import('./token-keeper.cjs').Pair;
export type Credential = {
    authorization: string;
    current?: import('./token-keeper.cjs').Current;
};
export type IntegrationConfig = {
    /**
     * `oauth`, `api_key` (a repository, project or workspace access token), `basic` (an API token
     * of an Atlassian account) or `custom` (the OAuth client acts as itself)
     */
    type?: string;
    /**
     * `api_key`, `basic`
     */
    token?: string;
    /**
     * `basic`: of the Atlassian account
     */
    email?: string;
    /**
     * slug, or UUID in braces; for the connection test, and the default of lists
     */
    workspace?: string;
    /**
     * `workspace/repository`, for the connection test
     */
    repository?: string;
    /**
     * `oauth`: the access token
     */
    oauth_token?: string;
    /**
     * `oauth`
     */
    refresh_token?: string;
    /**
     * `oauth`: when the access token dies, ISO 8601
     */
    expires_at?: string;
    /**
     * `oauth`: when these tokens were received, ISO 8601
     */
    refreshed_at?: string;
    /**
     * `oauth`: as granted
     */
    scopes?: string[];
    /**
     * `oauth`: whose tokens they are, where Bitbucket told
     */
    account?: Account;
    /**
     * transient: what the GUI brings back from Bitbucket; never stored
     */
    oauth?: unknown;
    /**
     * what `saveVars` keeps
     */
    _vars?: unknown;
};
export type StoredTokens = {
    oauth_token: string;
    refresh_token?: string;
    /**
     * when the access token dies, ISO 8601
     */
    expires_at?: string;
    /**
     * when they were received, ISO 8601
     */
    refreshed_at?: string;
    /**
     * as granted
     */
    scopes?: string[];
};
export type CodeGrant = {
    code: string;
    code_verifier?: string;
};
export type OAuthPayload = CodeGrant | {
    code: CodeGrant;
};
export type HostServices = {
    /**
     * stores the whole config
     */
    saveConfig?: (config: Record<string, unknown>) => unknown;
    logger?: ((message: string) => void) | {
        log: (message: string) => void;
    };
};
export type Repository = {
    /**
     * `workspace/repository`
     */
    full_name: string;
    name?: string;
    slug?: string;
    uuid?: string;
    description?: string;
    is_private?: boolean;
};
export type Workspace = {
    slug: string;
    name?: string;
    uuid?: string;
};
export type Page<T> = {
    values: T[];
    /**
     * number of the next page; absent on the last one
     */
    next?: number;
};
export type TestResult = {
    success: boolean;
    /**
     * what works, or what is wrong and what mends it
     */
    message: string;
    /**
     * whose credential it is; only some have a user
     */
    account?: Account;
    /**
     * as granted, where known
     */
    scopes?: string[];
    /**
     * those that are configured or needed, and not granted
     */
    missingScopes?: string[];
    /**
     * when the access token dies, in milliseconds since the epoch; absent where unknown
     */
    expiresAt?: number;
};
export type ConnectionStatus = {
    kind: CredentialKind;
    /**
     * whose tokens they are, where Bitbucket told
     */
    account?: Account;
    /**
     * as granted, where known
     */
    scopes?: string[];
    /**
     * those that are configured and not granted
     */
    missingScopes?: string[];
    /**
     * when the access token dies, in milliseconds since the epoch
     */
    expiresAt?: number;
    /**
     * when the tokens were received, in milliseconds since the epoch
     */
    refreshedAt?: number;
    /**
     * what seems to be wrong with the token
     */
    hint?: string;
};
/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless they say otherwise. */
export declare class BitbucketAuthIntegration {
    #private;
    /**
     * @param {IntegrationConfig} [config] as stored
     * @param {HostServices} [host]
     * @param {() => Environment} [environment] the judged environment; by default that of `process.env`
     */
    constructor(config?: IntegrationConfig, host?: HostServices, environment?: () => Environment);
    /** The config without what `saveVars` keeps. It holds the credentials. */
    get config(): {
        type?: string;
        token?: string;
        email?: string;
        workspace?: string;
        repository?: string;
        oauth_token?: string;
        refresh_token?: string;
        expires_at?: string;
        refreshed_at?: string;
        scopes?: string[];
        account?: Account;
        oauth?: unknown;
    };
    /**
     * What `saveVars` kept.
     *
     * @returns {unknown} an empty object when there is nothing
     */
    getVars(): unknown;
    /**
     * Keeps data of the integration's own beside the config and has the host store it, with the newest tokens: others may
     * have renewed them since this config was read.
     *
     * @param {unknown} vars
     * @returns {Promise<void>} rejects with the host's error when it could not store them
     */
    saveVars(vars: unknown): Promise<void>;
    /**
     * Writes to the host's log, if it gave one.
     *
     * @param {string} message
     * @returns {void}
     */
    log(message: string): void;
    /**
     * @param {(tokens: StoredTokens) => unknown} callback merges new tokens into the stored config; preferred to
     *   `saveConfig`, which stores the whole config, except where an `expires_at` has to go, which no merge removes
     * @returns {void}
     */
    setTokenRefreshCallback(callback: (tokens: StoredTokens) => unknown): void;
    /**
     * An Axios instance for Bitbucket's API: the base address is that of version 2.0, and each request carries the
     * connection's newest credential, so the instance can be kept for as long as it is needed. It goes to the API's origin
     * only; `client.paginate(path, params)` iterates over lists of several pages.
     *
     * Tokens that can be renewed are, ahead of their expiry and after a 401, once for all users of the connection; a
     * request that was answered 401 is repeated once with the new token, if its body can be sent again. Requests whose
     * method is idempotent are retried up to three times when Bitbucket is busy or the connection breaks; a request may
     * set `'axios-retry': { retries: 0 }`. Requests wait for their turn within Bitbucket's rate limit.
     *
     * Errors are Axios' own; none of them holds the credential, and each has `error.bitbucket`, a `BitbucketAuthError`
     * that says what it means. Requests that were not sent, because the tokens cannot be renewed for instance, have it as
     * `error.cause`, too.
     *
     * @returns {Promise<BitbucketClient>} the same one each time
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable token, `RECONNECT_REQUIRED` when the
     *   user has to connect again, `INVALID_CONFIG`, and what the transport and `OAuthClient.parseTokenResponse` throw
     *   when the tokens have expired and cannot be renewed
     */
    authenticate(): Promise<BitbucketClient>;
    /**
     * Runs `work` with the client. Requests in it that are answered 401 are repeated by the client; where a request's body
     * was a stream and cannot be sent again, the tokens are renewed and `work` is run again, once, from the beginning.
     *
     * @template T
     * @param {(client: BitbucketClient) => T | Promise<T>} work
     * @returns {Promise<T>}
     * @throws {unknown} what `work` throws; what `authenticate` throws also when the tokens expire meanwhile
     */
    use<T>(work: (client: BitbucketClient) => T | Promise<T>): Promise<T>;
    /**
     * Whether the connection works, asked of Bitbucket. Never throws.
     *
     * @returns {Promise<TestResult>}
     */
    testConnection(): Promise<TestResult>;
    /**
     * What is known of the connection, without asking Bitbucket. It holds no secret.
     *
     * @returns {Promise<ConnectionStatus>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable credential
     */
    connectionStatus(): Promise<ConnectionStatus>;
    /**
     * Exchanges what the GUI brought back from Bitbucket for tokens (RFC 6749 section 4.1.3).
     *
     * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes
     * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
     * @returns {Promise<StoredTokens & { type: 'oauth', account?: Account }>} `account` where Bitbucket tells it
     * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
     *   `OAuthClient.parseTokenResponse` throw
     */
    exchangeToken(payload: OAuthPayload, _config?: IntegrationConfig): Promise<StoredTokens & {
        type: 'oauth';
        account?: Account;
    }>;
    /**
     * Exchanges a refresh token for new tokens (RFC 6749 section 6), or finds the ones for which it was exchanged before:
     * Bitbucket rotates refresh tokens, and an older one is dead within minutes. New tokens are handed to the host's store
     * before this returns them.
     *
     * @param {{ refresh_token: string }} tokens
     * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
     * @returns {Promise<StoredTokens>} with the old refresh token when Bitbucket sent no new one
     * @throws {BitbucketAuthError} `RECONNECT_REQUIRED` when the user has to connect again, `INVALID_CONFIG`,
     *   `INVALID_ARGUMENT`, and what the transport and `OAuthClient.parseTokenResponse` throw
     */
    refreshToken(tokens: {
        refresh_token: string;
    }, _config?: IntegrationConfig): Promise<StoredTokens>;
    /**
     * For schedulers: renews the tokens of a connection that was unused for 60 days, before its refresh token dies unused
     * after three months. Costs nothing when there is no need.
     *
     * @returns {Promise<{ renewed: boolean }>}
     * @throws {BitbucketAuthError} like `refreshToken`
     */
    renewIdle(): Promise<{
        renewed: boolean;
    }>;
    /**
     * Lets go of the client. The connection can be used again.
     *
     * @returns {Promise<void>}
     */
    destroy(): Promise<void>;
    /**
     * A copy of a config that may be shown: secrets become asterisks, empty values stay, the transient payload of the
     * GUI and what `saveVars` keeps are dropped.
     *
     * @template T
     * @param {T} config
     * @returns {Omit<T, 'oauth' | '_vars'>} an empty object when `config` is none
     */
    maskConfig<T>(config: T): Omit<T, 'oauth' | '_vars'>;
    /**
     * The workspaces that the connection's user belongs to; for a credential that is no user's, the one of the config.
     * Exposed to NocoDB's creators.
     *
     * @param {{ page?: number }} [query] pages count from 1
     * @returns {Promise<Page<Workspace>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
     */
    listWorkspaces(query?: {
        page?: number;
    }): Promise<Page<Workspace>>;
    /**
     * The repositories of a workspace that the connection can see. Exposed to NocoDB's creators.
     *
     * @param {{ workspace?: string, page?: number }} [query] `workspace`: its slug or its UUID in braces, by default that
     *   of the config; pages count from 1
     * @returns {Promise<Page<Repository>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
     */
    listRepositories(query?: {
        workspace?: string;
        page?: number;
    }): Promise<Page<Repository>>;
}
