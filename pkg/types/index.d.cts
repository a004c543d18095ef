import { b as Account$3, C as CredentialKind$2, B as BitbucketAuthError, E as ErrorCode$1, P as Phase$1 } from './shared.cjs';
import * as axios from 'axios';

type Counters$1 = {
    /**
     * token requests that brought new tokens
     */
    refreshes: number;
    /**
     * requests to the API that were sent again
     */
    retries: number;
    /**
     * requests that waited a second or longer for room within the rate limit
     */
    rateLimitWaits: number;
    /**
     * of a request to the API or a refresh; `at` in milliseconds since the
     * epoch. That of a page that was asked for ahead counts when its turn comes
     */
    lastError?: {
        code: string;
        at: number;
    };
};

/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it, which the process's own variables about proxies complete. Out: what the core
 * makes of it. What never happens here: a value is judged, kept for the whole process, or told to anybody.
 */
type Env$1 = Record<string, string | undefined>;

type AxiosRequestConfig = axios.AxiosRequestConfig;
type Paginate$1 = <T = any>(path: string, params?: Record<string, unknown>, config?: AxiosRequestConfig & {
    concurrency?: number;
}) => AsyncGenerator<T, void, void>;

type AxiosInstance = axios.AxiosInstance;
type Paginate = Paginate$1;
type BitbucketClient$2 = AxiosInstance & {
    readonly paginate: Paginate;
};

type Repository$2 = {
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
type Workspace$2 = {
    slug: string;
    name?: string;
    uuid?: string;
};
type Page$2<T> = {
    values: T[];
    /**
     * stands for the next page, for `next` of the next call; absent on the last page
     */
    next?: string;
};
type PageQuery$1 = {
    /**
     * what the page before gave as `next`
     */
    next?: string | undefined;
    /**
     * a number, counted from 1, for lists that are numbered; or the same as `next`
     */
    page?: number | string | undefined;
};

/**
 * What NocoDB's GUI brings back from Bitbucket: `config.oauth`.
 *
 * In: that member, in any of the shapes that GUIs send. Out: the code and its verifier, whatever they are. What never happens
 * here: a value is judged (the core does that), or an exception of the caller's own code gets through.
 */
type CodeGrant$1 = {
    code: string;
    code_verifier?: string | undefined;
};
type OAuthPayload$2 = CodeGrant$1 | {
    code: CodeGrant$1;
};

type BitbucketClient$1 = BitbucketClient$2;
type Account$2 = Account$3;
type ConnectionStatus$2 = ConnectionStatus$1;
type TestResult$2 = TestResult$1;
type PageQuery = PageQuery$1;
type OAuthPayload$1 = OAuthPayload$2;
type Repository$1 = Repository$2;
type Workspace$1 = Workspace$2;
type Page$1<T> = Page$2<T>;
type IntegrationConfig$1 = {
    /**
     * `oauth`, `api_key` (a repository, project or workspace access token), `basic` (an API
     * token of an Atlassian account) or `custom` (the OAuth client acts as itself)
     */
    type?: string | undefined;
    /**
     * `api_key`, `basic`
     */
    token?: string | undefined;
    /**
     * `basic`: of the Atlassian account
     */
    email?: string | undefined;
    /**
     * slug, or UUID in braces; for the connection test, and the default of lists
     */
    workspace?: string | undefined;
    /**
     * `workspace/repository`, for the connection test
     */
    repository?: string | undefined;
    /**
     * `oauth`: the access token
     */
    oauth_token?: string | undefined;
    /**
     * `oauth`
     */
    refresh_token?: string | undefined;
    /**
     * `oauth`: when the access token dies, ISO 8601
     */
    expires_at?: string | undefined;
    /**
     * `oauth`: when these tokens were received, ISO 8601
     */
    refreshed_at?: string | undefined;
    /**
     * `oauth`: as granted
     */
    scopes?: string[] | undefined;
    /**
     * `oauth`: when the user authorized, ISO 8601; stays as it is while tokens are
     * renewed, so that they can be told from those of another authorization
     */
    authorized_at?: string | undefined;
    /**
     * `oauth`: whose tokens they are, where Bitbucket told
     */
    account?: Account$2 | undefined;
    /**
     * transient: what the GUI brings back from Bitbucket; never stored
     */
    oauth?: unknown;
    /**
     * what `saveVars` keeps
     */
    _vars?: unknown;
};
type StoredTokens$1 = {
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
type HostServices$1 = {
    /**
     * stores the whole config
     */
    saveConfig?: ((config: Record<string, unknown>) => unknown) | undefined;
    /**
     * reads the whole config as it is stored
     * now; nothing when the connection was deleted. With it, and `saveConfig`, renewed tokens are merged into what is stored, and
     * into no other login's
     */
    loadConfig?: (() => Promise<IntegrationConfig$1 | undefined>) | undefined;
    /**
     * the config is put together of several stored ones, so it is none to store as a
     * whole: the token refresh callback is given the members that changed
     */
    isComposed?: boolean | undefined;
    /**
     * of the connection. Wrappers with the same one share one stored config
     */
    id?: string | undefined;
    /**
     * of the connection, for log lines
     */
    title?: string | undefined;
    logger?: ((message: string) => void) | {
        log: (message: string) => void;
    } | undefined;
};
/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless they say otherwise. */
declare class BitbucketAuthIntegration {
    #private;
    /**
     * @param {IntegrationConfig} [config] as stored
     * @param {HostServices} [host]
     * @param {() => object} [environment] the judged environment, of the entry; by default that of `process.env`
     */
    constructor(config?: IntegrationConfig$1, host?: HostServices$1, environment?: () => object);
    /** The config without what `saveVars` keeps. It holds the credentials. */
    get config(): {
        type?: string | undefined;
        token?: string | undefined;
        email?: string | undefined;
        workspace?: string | undefined;
        repository?: string | undefined;
        oauth_token?: string | undefined;
        refresh_token?: string | undefined;
        expires_at?: string | undefined;
        refreshed_at?: string | undefined;
        scopes?: string[] | undefined;
        authorized_at?: string | undefined;
        account?: Account$2 | undefined;
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
    setTokenRefreshCallback(callback: (tokens: StoredTokens$1) => unknown): void;
    /**
     * An Axios instance for Bitbucket's API: the base address is that of version 2.0, and each request carries the
     * connection's newest credential, so the instance can be kept for as long as it is needed. It goes to the API's origin
     * only; `client.paginate(path, params)` iterates over lists of several pages.
     *
     * Tokens that can be renewed are, ahead of their expiry and after a 401, once for all users of the connection; a
     * request that was answered 401 is repeated with the new token, and once more where another process had renewed that one
     * and it has expired, too, if its body can be sent again. Requests whose method is idempotent are retried up to three
     * times when Bitbucket is busy or the connection breaks; a request may set `'axios-retry': { retries: 0 }`. Requests wait
     * for their turn within Bitbucket's rate limit.
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
    authenticate(): Promise<BitbucketClient$1>;
    /** The client that `authenticate` and `use` gave last; before that, and after `destroy`, `null`. */
    get client(): BitbucketClient$2 | null;
    /**
     * Runs `work` with the client. Requests in it that are answered 401 are repeated by the client. Where only `work` can do
     * that, the tokens are renewed and `work` is run again, once, from the beginning: a request's body was a stream, or `work`
     * failed with an error of its own that has the status 401 or says "token expired", "invalid_grant" or "unauthorized". An
     * access or API token cannot be renewed, and a 403 is not cured by that.
     *
     * @template T
     * @param {(client: BitbucketClient) => T | Promise<T>} work
     * @returns {Promise<T>}
     * @throws {unknown} what `work` throws; what `authenticate` throws also when the tokens expire meanwhile, or cannot be renewed
     */
    use<T>(work: (client: BitbucketClient$1) => T | Promise<T>): Promise<T>;
    /**
     * Whether the connection works, asked of Bitbucket. Never throws.
     *
     * @returns {Promise<TestResult>}
     */
    testConnection(): Promise<TestResult$2>;
    /**
     * What is known of the connection, without asking Bitbucket. It holds no secret.
     *
     * @returns {Promise<ConnectionStatus>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable credential, or unusable scopes,
     *   `INVALID_CONFIG` when connections may not act as the OAuth client itself
     */
    connectionStatus(): Promise<ConnectionStatus$2>;
    /**
     * Exchanges what the GUI brought back from Bitbucket for tokens (RFC 6749 section 4.1.3).
     *
     * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes. A code needs its verifier, unless
     *   the environment says that the host's form sends none
     * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
     * @param {{ isInTransaction?: boolean }} [options] `isInTransaction`: the host keeps a transaction of its database open
     *   meanwhile, so it is one request, for at most five seconds, and Bitbucket is not asked for the account
     * @returns {Promise<StoredTokens & { type: 'oauth', authorized_at: string, account?: Account }>} `account` where Bitbucket tells it
     * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
     *   `OAuthClient.parseTokenResponse` throw
     */
    exchangeToken(payload: OAuthPayload$1, _config?: IntegrationConfig$1, options?: {
        isInTransaction?: boolean;
    }): Promise<StoredTokens$1 & {
        type: 'oauth';
        authorized_at: string;
        account?: Account$2;
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
    }, _config?: IntegrationConfig$1): Promise<StoredTokens$1>;
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
     * @param {PageQuery} [query]
     * @returns {Promise<Page<Workspace>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
     */
    listWorkspaces(query?: PageQuery): Promise<Page$1<Workspace$1>>;
    /**
     * The repositories of a workspace that the connection can see. Exposed to NocoDB's creators.
     *
     * @param {PageQuery & { workspace?: string | undefined }} [query] `workspace`: its slug or its UUID in braces, by default that of the
     *   config
     * @returns {Promise<Page<Repository>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
     */
    listRepositories(query?: PageQuery & {
        workspace?: string | undefined;
    }): Promise<Page$1<Repository$1>>;
}

/**
 * What a connection can do, and what is known of it.
 *
 * In: the way of a connection to the API, and its config. Out: a verdict for whoever pressed "Test connection", and what is
 * known without asking Bitbucket. What never happens here: a decision about what is asked, or what an answer means.
 */
type Counters = Counters$1;
type Account$1 = Account$3;
type CredentialKind$1 = CredentialKind$2;
type TestResult$1 = {
    success: boolean;
    /**
     * what works, or what is wrong and what mends it
     */
    message: string;
    /**
     * whose credential it is; only some have a user
     */
    account?: Account$1;
    /**
     * as granted, where known
     */
    scopes?: string[];
    /**
     * those that are configured or needed, and not granted, except those that Bitbucket no
     * longer asks for
     */
    missingScopes?: string[];
    /**
     * when the access token dies, in milliseconds since the epoch; absent where unknown
     */
    expiresAt?: number;
};
type ConnectionStatus$1 = {
    kind: CredentialKind$1;
    /**
     * whose tokens they are, where Bitbucket told
     */
    account?: Account$1;
    /**
     * as granted, where known
     */
    scopes?: string[];
    /**
     * those that are configured and not granted, except those that Bitbucket no longer
     * asks for
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
    /**
     * what this process did for the connection
     */
    activity: Counters;
};

/**
 * How the integration presents itself in NocoDB's list. Constant data, nothing else.
 */
type IntegrationManifest$1 = {
    title: string;
    /**
     * a name that NocoDB's GUI knows
     */
    icon: string;
    /**
     * of the package
     */
    version: string;
    description: string;
    /**
     * of the package
     */
    author: string;
    website: string;
    /**
     * position in NocoDB's list
     */
    order: number;
    /**
     * whether a connection may leave the account to each of its users
     */
    allowsPerUserCredentials: boolean;
    /**
     * methods of the wrapper that signed-in creators may call at
     * `POST /api/v2/integrations/{id}/{method}`. None of them returns a credential or sends an arbitrary request.
     */
    expose: string[];
};

/**
 * The form that NocoDB's GUI shows for the integration.
 *
 * In: the judged environment. Out: form elements as NocoDB's form builder takes them. What never happens here: the
 * client secret appears, or OAuth2 is offered without a valid configuration, or the client itself without leave.
 */
type FormCondition = {
    /**
     * path of the value that is looked at
     */
    model: string;
    /**
     * what it has to be
     */
    value?: string;
    /**
     * what it has to be one of
     */
    in?: string[];
};
type FormElement$1 = {
    type: 'input' | 'select' | 'password' | 'oauth';
    /**
     * path in the integration that the element writes to
     */
    model: string;
    label: string;
    placeholder?: string;
    /**
     * of 24 columns
     */
    span?: number;
    category?: string;
    helpText?: string;
    /**
     * shows the asterisk only
     */
    required?: boolean;
    defaultValue?: string;
    /**
     * when the element is shown
     */
    condition?: FormCondition;
    validators?: FormValidator[];
    options?: {
        label: string;
        value: string;
    }[];
    oauthMeta?: OAuthMeta;
};
type FormValidator = {
    type: 'required' | 'email';
    message: string;
} | {
    type: 'regex';
    pattern: string;
    message: string;
};
type OAuthMeta = {
    provider: string;
    /**
     * has a query: the GUI appends `&code_challenge=…&code_challenge_method=S256&state=…`
     */
    authUri: string;
    redirectUri: string;
    clientId: string;
    /**
     * shown only; the GUI does not add them to `authUri`
     */
    scopes: string[];
    /**
     * the callback's parameter with the code
     */
    codeKey: string;
};

type BitbucketAxiosError$1 = axios.AxiosError & {
    bitbucket: BitbucketAuthError;
};
/**
 * Whether something that was thrown is an error of a client's request. `error.bitbucket` says what it means.
 *
 * @param {unknown} error
 * @returns {error is BitbucketAxiosError}
 */
declare function isBitbucketAxiosError(error: unknown): error is BitbucketAxiosError$1;

type BitbucketAxiosError = BitbucketAxiosError$1;
type BitbucketClient = BitbucketClient$2;
type Account = Account$3;
type CredentialKind = CredentialKind$2;
type Env = Env$1;
type ErrorCode = ErrorCode$1;
type Phase = Phase$1;
type FormElement = FormElement$1;
type IntegrationManifest = IntegrationManifest$1;
type IntegrationConfig = IntegrationConfig$1;
type CodeGrant = CodeGrant$1;
type ConnectionStatus = ConnectionStatus$1;
type HostServices = HostServices$1;
type OAuthPayload = OAuthPayload$2;
type Repository = Repository$2;
type StoredTokens = StoredTokens$1;
type TestResult = TestResult$1;
type Workspace = Workspace$2;
type Page<T> = Page$2<T>;
type IntegrationEntry = {
    type: 'auth';
    sub_type: 'bitbucket';
    /**
     * bound to the
     * environment of the entry
     */
    wrapper: new (config?: IntegrationConfig, host?: HostServices) => BitbucketAuthIntegration;
    /**
     * made when it is first read; what is wrong with the environment is then logged, once
     */
    form: FormElement[];
    manifest: Readonly<IntegrationManifest>;
};
/**
 * Makes the integration for an environment. Cheap, and never throws.
 *
 * @param {Env} [env] the variables `INTEGRATION_AUTH_BITBUCKET_*`, read on first use
 * @returns {IntegrationEntry}
 */
declare function createEntry(env?: Env): IntegrationEntry;
/** The integration for `process.env`. */
declare const _default: IntegrationEntry;

export { BitbucketAuthError, BitbucketAuthIntegration, createEntry, _default as default, isBitbucketAxiosError };
export type { Account, BitbucketAxiosError, BitbucketClient, CodeGrant, ConnectionStatus, CredentialKind, Env, ErrorCode, FormElement, HostServices, IntegrationConfig, IntegrationEntry, IntegrationManifest, OAuthPayload, Page, Phase, Repository, StoredTokens, TestResult, Workspace };
