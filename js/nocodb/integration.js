/**
 * `BitbucketAuthIntegration`: the class that NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection, and NocoDB's services. Out: an Axios client for Bitbucket's API, tokens in NocoDB's
 * format, and messages for people. Never: a rule of OAuth (the core has them), a credential in a printed object, or a use of new
 * tokens before they were passed to NocoDB.
 */

import { toBitbucketAuthError } from '../api/axios-error.js';
import { objectOrEmpty, readArgument } from '../arguments.js';
import { core } from '../core.js';
import { callCore } from '../error.js';
import { nullTokenStore } from '../token-store.js';
import { toStoredTokens } from './config-tokens.js';
import { withDialogTimeout, withTransactionTimeout } from './dialog-timeouts.js';
import { lazyEnvironment } from './environment.js';
import { loadRequestModules } from './load-request-modules.js';
import { maskConfig } from './masking.js';
import { parseOAuthPayload } from './oauth-payload.js';
import { StoredConfig } from './stored-config.js';

/** @typedef {import('../api/client-factory.js').ApiClientFactory} ApiClientFactory */
/** @typedef {import('../api/client.js').BitbucketClient} BitbucketClient */
/** @typedef {import('../../pkg/core.js').Account} Account */
/** @typedef {import('../../pkg/core.js').TokenSet} TokenSet */
/** @typedef {import('../token-connection.js').Connection} Connection */
/** @typedef {import('./connection-test.js').ConnectionStatus} ConnectionStatus */
/** @typedef {import('./connection-test.js').TestResult} TestResult */
/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('./lists.js').PageQuery} PageQuery */
/** @typedef {import('./oauth-payload.js').OAuthPayload} OAuthPayload */
/** @typedef {import('./lists.js').Repository} Repository */
/** @typedef {import('./lists.js').Workspace} Workspace */

/**
 * @template T
 * @typedef {import('./lists.js').Page<T>} Page
 */

/**
 * The stored config of a connection, as NocoDB keeps it. The plugin does not change members that are not listed here.
 *
 * @typedef {object} IntegrationConfig
 * @property {string | undefined} [type] `oauth`, `api_key` (a repository, project or workspace access token), `basic` (an API
 *   token of an Atlassian account) or `custom` (the OAuth client acts as itself)
 * @property {string | undefined} [token] `api_key`, `basic`
 * @property {string | undefined} [email] `basic`: the Atlassian account's e-mail address
 * @property {string | undefined} [workspace] slug, or UUID in braces; used by the connection test and as the default for lists
 * @property {string | undefined} [repository] `workspace/repository`; used by the connection test
 * @property {string | undefined} [oauth_token] `oauth`: the access token
 * @property {string | undefined} [refresh_token] `oauth`
 * @property {string | undefined} [expires_at] `oauth`: when the access token expires, ISO 8601
 * @property {string | undefined} [refreshed_at] `oauth`: when these tokens were received, ISO 8601
 * @property {string[] | undefined} [scopes] `oauth`: the granted scopes
 * @property {string | undefined} [authorized_at] `oauth`: when the user authorized the connection, ISO 8601; a refresh does not
 *   change this time, so the time distinguishes these tokens from those of another authorization
 * @property {Account | undefined} [account] `oauth`: the account that owns the tokens, if Bitbucket returned it
 * @property {unknown} [oauth] transient: what the GUI received from Bitbucket; the plugin never stores it
 * @property {unknown} [_vars] the data of `saveVars`
 */

/**
 * Tokens in NocoDB's format. NocoDB merges them into the stored config, so absent members are left out.
 *
 * @typedef {object} StoredTokens
 * @property {string} oauth_token
 * @property {string} [refresh_token]
 * @property {string} [expires_at] when the access token expires, ISO 8601
 * @property {string} [refreshed_at] when the tokens were received, ISO 8601
 * @property {string[]} [scopes] the granted scopes
 */

/**
 * @typedef {object} HostServices
 * @property {((config: Record<string, unknown>) => unknown) | undefined} [saveConfig] stores the whole config
 * @property {(() => Promise<IntegrationConfig | undefined>) | undefined} [loadConfig] reads the whole config as it is stored
 *   now; returns nothing when the connection was deleted. With `loadConfig` and `saveConfig`, refreshed tokens are merged into
 *   the stored config, and never into the config of another login
 * @property {boolean | undefined} [isComposed] whether the config is composed of several stored configs, and so must not be
 *   stored as a whole. In that case, the token refresh callback receives the members that changed
 * @property {string | undefined} [id] of the connection. Wrappers with the same id share one stored config
 * @property {string | undefined} [title] of the connection, for log lines
 * @property {((message: string) => void) | { log: (message: string) => void } | undefined} [logger]
 */

/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless their documentation says otherwise. */
export class BitbucketAuthIntegration {
  /** @type {StoredConfig} */
  #storedConfig;

  /** @type {HostServices} */
  #services;

  /** @type {() => Environment} */
  #environment;

  /** @type {BitbucketClient | null} */
  #client = null;

  /** @type {ApiClientFactory | undefined} */
  #clientFactory;

  /**
   * @param {IntegrationConfig} [config] as stored
   * @param {HostServices} [services]
   * @param {() => object} [environment] returns the validated environment variables; by default those of `process.env`
   */
  constructor(config, services, environment = lazyEnvironment(process.env)) {
    this.#storedConfig = new StoredConfig(config, services);
    this.#services = services ?? {};
    this.#environment = /** @type {() => Environment} */ (environment);
  }

  /** @returns {IntegrationConfig} */
  get #config() {
    return this.#storedConfig.config;
  }

  /** The config without the data of `saveVars`. It contains the credentials. */
  get config() {
    const { _vars, ...config } = this.#config;
    return config;
  }

  /**
   * The data that `saveVars` stored.
   *
   * @returns {unknown} an empty object when there is nothing
   */
  getVars() {
    return this.#config._vars ?? {};
  }

  /**
   * Stores the integration's own data in NocoDB, together with the config and the newest tokens, because another wrapper or
   * process may have refreshed the tokens since this config was read.
   *
   * @param {unknown} vars
   * @returns {Promise<void>} rejects with NocoDB's error when NocoDB could not store the data
   */
  async saveVars(vars) {
    const isKept = this.#storedConfig.canRefresh && this.#environment().client !== undefined;
    await this.#storedConfig.saveVars(vars, isKept ? () => this.#openConnection() : undefined);
  }

  /**
   * Writes to NocoDB's logger, if there is one.
   *
   * @param {string} message
   * @returns {void}
   */
  log(message) {
    const { logger } = this.#services;
    if (typeof logger === 'function') logger(message);
    else logger?.log(message);
  }

  /**
   * @param {(tokens: StoredTokens) => unknown} callback merges new tokens into the stored config. The callback is
   *   preferred to `saveConfig`, which stores the whole config; but only `saveConfig` can remove a stale `expires_at`
   * @returns {void}
   */
  setTokenRefreshCallback(callback) {
    this.#storedConfig.tokenRefreshCallback = callback;
  }

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
  async authenticate() {
    const clientFactory = await this.#openClientFactory();
    await clientFactory.credentials.newest();
    return this.#clientOf(clientFactory);
  }

  /** The client that `authenticate` returned or `use` passed to its work; `null` before these calls, and after `destroy`. */
  get client() {
    return this.#client;
  }

  /** @param {ApiClientFactory} clientFactory */
  #clientOf(clientFactory) {
    return (this.#client ??= clientFactory.createClient());
  }

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
  async use(work) {
    const clientFactory = await this.#openClientFactory();
    const { maySucceedAfterRefresh, tokenErrorOf } = await loadRequestModules();
    const { credentials } = clientFactory;
    let credential = await credentials.newest();
    for (let retries = 0; ; retries += 1) {
      try {
        return await work(this.#clientOf(clientFactory));
      } catch (error) {
        const newer = maySucceedAfterRefresh(error) ? await credentials.replacementFor(credential, retries) : undefined;
        if (!newer) throw tokenErrorOf(error) ?? error;
        credential = newer;
      }
    }
  }

  /**
   * Sends requests to Bitbucket to test whether the connection works. This method never throws.
   *
   * @returns {Promise<TestResult>}
   */
  async testConnection() {
    try {
      return await withDialogTimeout(this.#test());
    } catch (error) {
      return { success: false, message: toBitbucketAuthError(error).message };
    }
  }

  async #test() {
    const { testConnection } = await loadRequestModules();
    return testConnection(await this.#openClientFactory(), this.#config);
  }

  /**
   * The known state of the connection, without a request to Bitbucket. It contains no secret.
   *
   * @returns {Promise<ConnectionStatus>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config contains no usable credential, or invalid scopes,
   *   `INVALID_CONFIG` when connections may not act as the OAuth client itself
   */
  async connectionStatus() {
    const { connectionStatus } = await loadRequestModules();
    return connectionStatus(await this.#openClientFactory(), this.#config);
  }

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
  async exchangeToken(payload, _config, options) {
    const grant = parseOAuthPayload(payload);
    const environment = this.#environment();
    const { isInTransaction } = objectOrEmpty(options);
    const tokens = await this.#logConnect(() => {
      const exchange = exchangeCode(grant, environment);
      return isInTransaction ? withTransactionTimeout(exchange) : exchange;
    });
    const account = isInTransaction ? undefined : await fetchTokenOwner(tokens, environment);
    return {
      type: 'oauth',
      ...toStoredTokens(tokens),
      authorized_at: new Date(tokens.obtainedAt).toISOString(),
      ...(account && { account }),
    };
  }

  /**
   * @template T
   * @param {() => Promise<T>} exchange
   * @returns {Promise<T>}
   */
  async #logConnect(exchange) {
    const from = performance.now();
    /** @param {Omit<import('../log-lines.js').LogEntry, 'durationMs'>} entry */
    const note = (entry) => this.#storedConfig.note({ ...entry, durationMs: performance.now() - from });
    try {
      const tokens = await exchange();
      note({ level: 'INFO', event: 'connected', text: 'Bitbucket issued tokens after the user\'s consent.' });
      return tokens;
    } catch (error) {
      const { code, message } = toBitbucketAuthError(error);
      note({ level: 'WARN', event: 'connect-failed', text: `${code}: ${message}` });
      throw error;
    }
  }

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
  async refreshToken(tokens, _config) {
    const { refresh_token: refreshToken } = /** @type {{ refresh_token: string }} */ (objectOrEmpty(tokens));
    const environment = this.#environment();
    const { requireClient, keeperOf } = await loadRequestModules();
    const client = requireClient(environment);
    // Throws if this is not a refresh token.
    readArgument(this.refreshToken, 'refreshGrant', { refreshToken });
    callCore(this.refreshToken, () => client.buildRefreshRequest(refreshToken));
    const ownConnection = refreshToken === this.#config.refresh_token ? await this.#openConnection() : undefined;
    if (ownConnection) return toStoredTokens((await ownConnection.forceRefresh(this.#storedConfig, refreshToken)).tokens);
    // The refresh token belongs to another connection, or is an older refresh token of this connection. The new tokens are only
    // returned, because the caller, NocoDB, stores them.
    const store = nullTokenStore();
    const connection = keeperOf({ ...environment, client }).attach({ refreshToken }, store);
    return toStoredTokens((await connection.forceRefresh(store, refreshToken)).tokens);
  }

  /**
   * Refreshes the connection's tokens if they are more than 60 days old, because an unused refresh token becomes invalid after
   * three months. Otherwise, this method does nothing. A scheduler can call it.
   *
   * @returns {Promise<{ renewed: boolean }>}
   * @throws {BitbucketAuthError} the same errors as `refreshToken`
   */
  async renewIdle() {
    const connection = await this.#openConnection();
    if (!connection?.isIdle()) return { renewed: false };
    await connection.forceRefresh(this.#storedConfig);
    return { renewed: true };
  }

  /**
   * Releases the client. The connection can be used again.
   *
   * @returns {Promise<void>}
   */
  async destroy() {
    this.#client = null;
  }

  /**
   * A copy of a config for display: secrets become asterisks, empty values stay, and the copy omits the GUI's transient payload
   * and the data of `saveVars`.
   *
   * @template T
   * @param {T} config
   * @returns {Omit<T, 'oauth' | '_vars'>} an empty object when `config` is not an object
   */
  maskConfig(config) {
    return /** @type {Omit<T, 'oauth' | '_vars'>} */ (maskConfig(config));
  }

  /**
   * Lists the workspaces of the connection's user. For a credential without a user, the list contains the workspace in the
   * config. NocoDB's creators may call this method.
   *
   * @param {PageQuery} [query]
   * @returns {Promise<Page<Workspace>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and the errors of `use`
   */
  async listWorkspaces(query) {
    const { workspace } = this.#config;
    const parsedQuery = readArgument(this.listWorkspaces, 'listQuery', query);
    const { listWorkspaces } = await loadRequestModules();
    return listWorkspaces(await this.#openClientFactory(), workspace, parsedQuery);
  }

  /**
   * Lists the repositories of a workspace that the connection can see. NocoDB's creators may call this method.
   *
   * @param {PageQuery & { workspace?: string | undefined }} [query] `workspace`: slug, or UUID in braces; by default the
   *   workspace in the config
   * @returns {Promise<Page<Repository>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and the errors of `use`
   */
  async listRepositories(query) {
    const { workspace } = this.#config;
    const parsedQuery = readArgument(this.listRepositories, 'listQuery', query);
    const { listRepositories } = await loadRequestModules();
    return listRepositories(await this.#openClientFactory(), workspace, parsedQuery);
  }

  /**
   * The factory of API clients, with the config's credential.
   *
   * @returns {Promise<ApiClientFactory>} the same object each time
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` when connections may not act as the OAuth client itself,
   *   and the errors of `loadRequestModules`
   */
  async #openClientFactory() {
    const { ApiClientFactory, createCredentials } = await loadRequestModules();
    if (this.#clientFactory) return this.#clientFactory;
    const stored = this.#storedConfig;
    const environment = this.#environment();
    const credential = callCore(this.authenticate, () => core().readCredential(stored.json, environment.allowsClientCredentials));
    const credentials = createCredentials(credential, stored.tokens(credential.accessToken), stored, environment);
    this.#clientFactory = new ApiClientFactory(credentials, environment, stored);
    return this.#clientFactory;
  }

  /**
   * The connection to which the config's tokens belong, if these tokens can be refreshed.
   *
   * @returns {Promise<Connection | undefined>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` without an OAuth client, and the errors of
   *   `loadRequestModules`
   */
  async #openConnection() {
    if (!this.#storedConfig.canRefresh) return undefined;
    const { requireClient } = await loadRequestModules();
    requireClient(this.#environment());
    return (await this.#openClientFactory()).credentials.connection;
  }
}

/**
 * @param {ReturnType<typeof parseOAuthPayload>} grant
 * @param {Environment} environment
 * @returns {Promise<TokenSet & { obtainedAt: number }>}
 * @throws {BitbucketAuthError} the errors of `requestTokens` and `loadRequestModules`
 */
async function exchangeCode(grant, environment) {
  const { requestTokens } = await loadRequestModules();
  return requestTokens(environment, (client) => {
    const { code, codeVerifier } = readArgument(requestTokens, 'codeGrant', grant);
    return client.buildNocoDbTokenRequest(code, codeVerifier, environment.isVerifierOptional);
  }, 'authorization_code');
}

/**
 * The account that owns the tokens, if Bitbucket returns it in time.
 *
 * @param {TokenSet} tokens
 * @param {Environment} environment
 */
async function fetchTokenOwner({ accessToken }, environment) {
  const { fetchAccount } = await loadRequestModules();
  return fetchAccount(core().bearer(accessToken), environment);
}
