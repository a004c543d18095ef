/**
 * `BitbucketAuthIntegration`: what NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection and the host's services. Out: an Axios client for Bitbucket's API, tokens in
 * the host's shape, plain verdicts for people. What never happens here: a rule of OAuth is decided (the core does
 * that), a credential is shown by printing an object, or a new pair of tokens is used before it was handed to the host.
 */
export type AxiosInstance = import('axios').AxiosInstance;
export type Environment = import('./environment.js').Environment;
export type Connection = import('./token-keeper.js').Connection;
export type Pair = import('./token-keeper.js').Pair;
export type Credential = {
    accessToken: string;
} | import('./token-keeper.js').Current;
export type IntegrationConfig = {
    /**
     * `oauth` or `api_key`
     */
    type?: string;
    /**
     * `api_key`: a repository, project or workspace access token
     */
    token?: string;
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
        oauth_token?: string;
        refresh_token?: string;
        expires_at?: string;
        refreshed_at?: string;
        scopes?: string[];
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
     * An Axios instance for Bitbucket's API: the base address is that of version 2.0, and each request to the API's
     * origin carries the connection's newest access token, so the instance can be kept for as long as it is needed. The
     * tokens are renewed ahead of their expiry and after a 401, once for all users of the connection; a request that was
     * answered 401 is repeated once with the new token, if its body can be sent again. Errors are Axios' own; none of them
     * holds the credential. When the tokens cannot be renewed, requests fail with `error.cause`, a `BitbucketAuthError`.
     *
     * @returns {Promise<AxiosInstance>} the same one each time
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable token, `RECONNECT_REQUIRED` when the
     *   user has to connect again, `INVALID_CONFIG`, and what the transport and `OAuthClient.parseTokenResponse` throw
     *   when the tokens have expired and cannot be renewed
     */
    authenticate(): Promise<AxiosInstance>;
    /**
     * Runs `work` with the client. Requests in it that are answered 401 are repeated by the client; where a request's body
     * was a stream and cannot be sent again, the tokens are renewed and `work` is run again, once, from the beginning.
     *
     * @template T
     * @param {(client: AxiosInstance) => T | Promise<T>} work
     * @returns {Promise<T>}
     * @throws {unknown} what `work` throws; what `authenticate` throws also when the tokens expire meanwhile
     */
    use<T>(work: (client: AxiosInstance) => T | Promise<T>): Promise<T>;
    /**
     * Whether the connection works, asked of `GET /2.0/user`. Never throws.
     *
     * @returns {Promise<{ success: boolean, message?: string }>} `message`: what is wrong and what mends it, or what
     *   success leaves open
     */
    testConnection(): Promise<{
        success: boolean;
        message?: string;
    }>;
    /**
     * Exchanges what the GUI brought back from Bitbucket for tokens (RFC 6749 section 4.1.3).
     *
     * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes
     * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
     * @returns {Promise<StoredTokens & { type: 'oauth' }>}
     * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
     *   `OAuthClient.parseTokenResponse` throw
     */
    exchangeToken(payload: OAuthPayload, _config?: IntegrationConfig): Promise<StoredTokens & {
        type: 'oauth';
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
     * The workspaces that the connection's user belongs to. Exposed to NocoDB's creators.
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
     * @param {{ workspace: string, page?: number }} query `workspace`: its slug or its UUID in braces; pages count from 1
     * @returns {Promise<Page<Repository>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
     */
    listRepositories(query: {
        workspace: string;
        page?: number;
    }): Promise<Page<Repository>>;
}
