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
     * requests that waited a second or longer for the rate limit
     */
    rateLimitWaits: number;
    /**
     * of a request to the API or a refresh; `at` in milliseconds since the
     * epoch. The error of a prefetched page is recorded only when a caller reads that page
     */
    lastError?: {
        code: string;
        at: number;
    };
};

/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it; if the object has no proxy variables, those of the process are added. Out: the
 * settings that the core reads from these variables. Never: the validation of a value, a value in the log, or settings in a
 * variable of the module: each function of `lazyEnvironment` has its own.
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
     * token of the page that follows: pass it as `next` to get that page; absent on the last page
     */
    next?: string;
};
type PageQuery$1 = {
    /**
     * the `next` of the page before
     */
    next?: string | undefined;
    /**
     * number of the page, from 1, if the list is numbered. A page token is accepted
     * here, too, and means the same as in `next`
     */
    page?: number | string | undefined;
};

/**
 * Reads the authorization code that NocoDB's GUI receives from Bitbucket and submits as `config.oauth`.
 *
 * In: `config.oauth`, in any of the shapes that NocoDB's GUIs use. Out: the code and its verifier, of any type. Never: a
 * validation of these values, which the core does, or the exception of a caller's getter. The function throws its own error
 * instead.
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
     * `basic`: the Atlassian account's e-mail address
     */
    email?: string | undefined;
    /**
     * slug, or UUID in braces; used by the connection test and as the default for lists
     */
    workspace?: string | undefined;
    /**
     * `workspace/repository`; used by the connection test
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
     * `oauth`: when the access token expires, ISO 8601
     */
    expires_at?: string | undefined;
    /**
     * `oauth`: when these tokens were received, ISO 8601
     */
    refreshed_at?: string | undefined;
    /**
     * `oauth`: the granted scopes
     */
    scopes?: string[] | undefined;
    /**
     * `oauth`: when the user authorized the connection, ISO 8601; a refresh does not
     * change this time, so the time distinguishes these tokens from those of another authorization
     */
    authorized_at?: string | undefined;
    /**
     * `oauth`: the account that owns the tokens, if Bitbucket returned it
     */
    account?: Account$2 | undefined;
    /**
     * transient: what the GUI received from Bitbucket; the plugin never stores it
     */
    oauth?: unknown;
    /**
     * the data of `saveVars`
     */
    _vars?: unknown;
};
type StoredTokens$1 = {
    oauth_token: string;
    refresh_token?: string;
    /**
     * when the access token expires, ISO 8601
     */
    expires_at?: string;
    /**
     * when the tokens were received, ISO 8601
     */
    refreshed_at?: string;
    /**
     * the granted scopes
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
     * now; returns nothing when the connection was deleted. With `loadConfig` and `saveConfig`, refreshed tokens are merged into
     * the stored config, and never into the config of another login
     */
    loadConfig?: (() => Promise<IntegrationConfig$1 | undefined>) | undefined;
    /**
     * whether the config is composed of several stored configs, and so must not be
     * stored as a whole. In that case, the token refresh callback receives the members that changed
     */
    isComposed?: boolean | undefined;
    /**
     * of the connection. Wrappers with the same id share one stored config
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
/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless their documentation says otherwise. */
declare class BitbucketAuthIntegration {
    #private;
    /**
     * @param {IntegrationConfig} [config] as stored
     * @param {HostServices} [services]
     * @param {() => object} [environment] returns the validated environment variables; by default those of `process.env`
     */
    constructor(config?: IntegrationConfig$1, services?: HostServices$1, environment?: () => object);
    /** The config without the data of `saveVars`. It contains the credentials. */
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
     * The data that `saveVars` stored.
     *
     * @returns {unknown} an empty object when there is nothing
     */
    getVars(): unknown;
    /**
     * Stores the integration's own data in NocoDB, together with the config and the newest tokens, because another wrapper or
     * process may have refreshed the tokens since this config was read.
     *
     * @param {unknown} vars
     * @returns {Promise<void>} rejects with NocoDB's error when NocoDB could not store the data
     */
    saveVars(vars: unknown): Promise<void>;
    /**
     * Writes to NocoDB's logger, if there is one.
     *
     * @param {string} message
     * @returns {void}
     */
    log(message: string): void;
    /**
     * @param {(tokens: StoredTokens) => unknown} callback merges new tokens into the stored config. The callback is
     *   preferred to `saveConfig`, which stores the whole config; but only `saveConfig` can remove a stale `expires_at`
     * @returns {void}
     */
    setTokenRefreshCallback(callback: (tokens: StoredTokens$1) => unknown): void;
    /**
     * An Axios instance for Bitbucket's API 2.0. Each request carries the connection's newest credential, so the instance can be
     * kept as long as it is needed. The credential is sent only to the API's origin. `client.paginate(path, params)` iterates over
     * lists of several pages.
     *
     * Tokens that can be refreshed are refreshed before they expire and after a 401, once for all users of the connection. A
     * request that was answered with 401 is retried with the new token, if its body can be sent again. If the new token came from
     * another process and has expired as well, the request is retried once more. Requests with an idempotent method are retried up
     * to three times when Bitbucket is busy or the network fails. The option `'axios-retry': { retries: 0 }` turns these retries
     * off for a request. Requests wait until Bitbucket's rate limit allows them.
     *
     * Errors are Axios errors. None of them contains the credential. The `error.bitbucket` of each is a `BitbucketAuthError` with
     * the meaning of the error. If a request was not sent, for instance because the tokens cannot be refreshed, the
     * `BitbucketAuthError` is also the `error.cause`.
     *
     * @returns {Promise<BitbucketClient>} the same instance each time
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config contains no usable token, `RECONNECT_REQUIRED` when the user
     *   has to connect again, `INVALID_CONFIG`, and the errors of the transport and of `OAuthClient.parseTokenResponse` when the
     *   tokens have expired and cannot be refreshed
     */
    authenticate(): Promise<BitbucketClient$1>;
    /** The client that `authenticate` returned or `use` passed to its work; `null` before these calls, and after `destroy`. */
    get client(): BitbucketClient$2 | null;
    /**
     * Runs `work` with the client. The client itself retries requests that were answered with 401, unless their body is a stream.
     * After a 401 for a stream, the tokens are refreshed, and `work` is run once more from the beginning. The same happens when
     * `work` throws an error of its own with the status 401, or with a message that contains "token expired", "invalid_grant" or
     * "unauthorized". Tokens that a user entered cannot be refreshed, and new tokens do not help after a 403. In these cases,
     * `work` is not run again.
     *
     * @template T
     * @param {(client: BitbucketClient) => T | Promise<T>} work
     * @returns {Promise<T>}
     * @throws {unknown} the errors that `work` throws; the errors of `authenticate`, also when the tokens expire meanwhile or
     *   cannot be refreshed
     */
    use<T>(work: (client: BitbucketClient$1) => T | Promise<T>): Promise<T>;
    /**
     * Sends requests to Bitbucket to test whether the connection works. This method never throws.
     *
     * @returns {Promise<TestResult>}
     */
    testConnection(): Promise<TestResult$2>;
    /**
     * The known state of the connection, without a request to Bitbucket. It contains no secret.
     *
     * @returns {Promise<ConnectionStatus>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config contains no usable credential, or invalid scopes,
     *   `INVALID_CONFIG` when connections may not act as the OAuth client itself
     */
    connectionStatus(): Promise<ConnectionStatus$2>;
    /**
     * Exchanges the authorization code that the GUI received from Bitbucket for tokens (RFC 6749 section 4.1.3).
     *
     * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes. A code needs its verifier, unless
     *   the environment says that NocoDB's form sends none
     * @param {IntegrationConfig} [_config] accepted because NocoDB passes it; not used
     * @param {{ isInTransaction?: boolean }} [options] `isInTransaction`: NocoDB keeps a database transaction open meanwhile. So
     *   only the token request is sent, with a time limit of five seconds, and the account is not requested
     * @returns {Promise<StoredTokens & { type: 'oauth', authorized_at: string, account?: Account }>} `account` if Bitbucket
     *   returns it
     * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and the errors of the transport and of
     *   `OAuthClient.parseTokenResponse`
     */
    exchangeToken(payload: OAuthPayload$1, _config?: IntegrationConfig$1, options?: {
        isInTransaction?: boolean;
    }): Promise<StoredTokens$1 & {
        type: 'oauth';
        authorized_at: string;
        account?: Account$2;
    }>;
    /**
     * Exchanges a refresh token for new tokens (RFC 6749 section 6). If this refresh token was already exchanged, the method
     * returns the tokens from that exchange, because Bitbucket rotates refresh tokens, and the previous refresh token becomes
     * invalid within minutes. New tokens are passed to NocoDB's store before this method returns them.
     *
     * @param {{ refresh_token: string }} tokens
     * @param {IntegrationConfig} [_config] accepted because NocoDB passes it; not used
     * @returns {Promise<StoredTokens>} with the old refresh token if Bitbucket sent no new one
     * @throws {BitbucketAuthError} `RECONNECT_REQUIRED` when the user has to connect again, `INVALID_CONFIG`, `INVALID_ARGUMENT`,
     *   and the errors of the transport and of `OAuthClient.parseTokenResponse`
     */
    refreshToken(tokens: {
        refresh_token: string;
    }, _config?: IntegrationConfig$1): Promise<StoredTokens$1>;
    /**
     * Refreshes the connection's tokens if they are more than 60 days old, because an unused refresh token becomes invalid after
     * three months. Otherwise, this method does nothing. A scheduler can call it.
     *
     * @returns {Promise<{ renewed: boolean }>}
     * @throws {BitbucketAuthError} the same errors as `refreshToken`
     */
    renewIdle(): Promise<{
        renewed: boolean;
    }>;
    /**
     * Releases the client. The connection can be used again.
     *
     * @returns {Promise<void>}
     */
    destroy(): Promise<void>;
    /**
     * A copy of a config for display: secrets become asterisks, empty values stay, and the copy omits the GUI's transient payload
     * and the data of `saveVars`.
     *
     * @template T
     * @param {T} config
     * @returns {Omit<T, 'oauth' | '_vars'>} an empty object when `config` is not an object
     */
    maskConfig<T>(config: T): Omit<T, 'oauth' | '_vars'>;
    /**
     * Lists the workspaces of the connection's user. For a credential without a user, the list contains the workspace in the
     * config. NocoDB's creators may call this method.
     *
     * @param {PageQuery} [query]
     * @returns {Promise<Page<Workspace>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and the errors of `use`
     */
    listWorkspaces(query?: PageQuery): Promise<Page$1<Workspace$1>>;
    /**
     * Lists the repositories of a workspace that the connection can see. NocoDB's creators may call this method.
     *
     * @param {PageQuery & { workspace?: string | undefined }} [query] `workspace`: slug, or UUID in braces; by default the
     *   workspace in the config
     * @returns {Promise<Page<Repository>>}
     * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and the errors of `use`
     */
    listRepositories(query?: PageQuery & {
        workspace?: string | undefined;
    }): Promise<Page$1<Repository$1>>;
}

/**
 * Tests a connection, and reports its status.
 *
 * In: the factory of a connection's API clients, and the connection's config. Out: a result for the user who pressed
 * "Test connection", and a status that needs no request to Bitbucket. Never: a decision about what to request, or about what a
 * response means. The core decides both.
 */
type Counters = Counters$1;
type Account$1 = Account$3;
type CredentialKind$1 = CredentialKind$2;
type TestResult$1 = {
    success: boolean;
    /**
     * what works, or what is wrong and how to fix it
     */
    message: string;
    /**
     * the account that owns the credential; some credentials have no user
     */
    account?: Account$1;
    /**
     * the granted scopes, where known
     */
    scopes?: string[];
    /**
     * scopes that are configured or needed, but not granted; scopes that Bitbucket no longer
     * uses are left out
     */
    missingScopes?: string[];
    /**
     * when the access token expires, in milliseconds since the epoch; absent where unknown
     */
    expiresAt?: number;
};
type ConnectionStatus$1 = {
    kind: CredentialKind$1;
    /**
     * the account that owns the tokens, if Bitbucket returned it
     */
    account?: Account$1;
    /**
     * the granted scopes, where known
     */
    scopes?: string[];
    /**
     * scopes that are configured, but not granted; scopes that Bitbucket no longer uses are
     * left out
     */
    missingScopes?: string[];
    /**
     * when the access token expires, in milliseconds since the epoch
     */
    expiresAt?: number;
    /**
     * when the tokens were received, in milliseconds since the epoch
     */
    refreshedAt?: number;
    /**
     * a message about what seems to be wrong with the token
     */
    hint?: string;
    /**
     * the counters of this process for the connection
     */
    activity: Counters;
};

/**
 * Describes the integration for NocoDB's list. This file contains only constants.
 */
type IntegrationManifest$1 = {
    title: string;
    /**
     * name of an icon in NocoDB's GUI
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
     * whether each user of a connection may use an account of their own
     */
    allowsPerUserCredentials: boolean;
    /**
     * methods of the wrapper that signed-in creators may call at
     * `POST /api/v2/integrations/{id}/{method}`. No exposed method returns a credential or sends an arbitrary request.
     */
    expose: string[];
};

/**
 * The form that NocoDB's GUI shows for the integration.
 *
 * In: the validated environment. Out: form elements for NocoDB's form builder. Never: the client secret, the auth type OAuth2
 * without a valid configuration, or client credentials that the environment does not allow.
 */
type FormCondition = {
    /**
     * path of the value that the condition tests
     */
    model: string;
    /**
     * the required value
     */
    value?: string;
    /**
     * the allowed values
     */
    in?: string[];
};
type FormElement$1 = {
    type: 'input' | 'select' | 'password' | 'oauth';
    /**
     * path in the integration where the element stores its value
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
     * shows an asterisk, but does not require a value
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
     * contains a query, because the GUI appends `&code_challenge=…&code_challenge_method=S256&state=…`
     */
    authUri: string;
    redirectUri: string;
    clientId: string;
    /**
     * for display only; the GUI does not add them to `authUri`
     */
    scopes: string[];
    /**
     * name of the callback parameter that contains the code
     */
    codeKey: string;
};

type BitbucketAxiosError$1 = axios.AxiosError & {
    bitbucket: BitbucketAuthError;
};
/**
 * Whether a thrown value is the error of a client's request. `error.bitbucket` says what the error means.
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
     * uses the entry's
     * environment
     */
    wrapper: new (config?: IntegrationConfig, services?: HostServices) => BitbucketAuthIntegration;
    /**
     * created when it is read for the first time; this also logs the problems of the environment
     */
    form: FormElement[];
    manifest: Readonly<IntegrationManifest>;
};
/**
 * Creates the integration for an environment. This function takes little time, and never throws.
 *
 * @param {Env} [env] the variables `INTEGRATION_AUTH_BITBUCKET_*`, read on first use
 * @returns {IntegrationEntry}
 */
declare function createEntry(env?: Env): IntegrationEntry;
/** The integration for `process.env`. */
declare const _default: IntegrationEntry;

export { BitbucketAuthError, BitbucketAuthIntegration, createEntry, _default as default, isBitbucketAxiosError };
export type { Account, BitbucketAxiosError, BitbucketClient, CodeGrant, ConnectionStatus, CredentialKind, Env, ErrorCode, FormElement, HostServices, IntegrationConfig, IntegrationEntry, IntegrationManifest, OAuthPayload, Page, Phase, Repository, StoredTokens, TestResult, Workspace };
