/**
 * `BitbucketAuthIntegration`: what NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection and the host's services. Out: an Axios client for Bitbucket's API, tokens in
 * the host's shape, plain verdicts for people. What never happens here: a rule of OAuth is decided (the core does
 * that), a credential is shown by printing an object, or a new pair of tokens is used before it was handed to the host.
 */

import { toBitbucketAuthError } from '../api/axios-error.js';
import { objectOrEmpty, readArgument } from '../arguments.js';
import { core } from '../core.js';
import { callCore } from '../error.js';
import { nullTokenStore } from '../token-store.js';
import { withDialogTimeout, withTransactionTimeout } from './dialog-timeouts.js';
import { lazyEnvironment } from './environment.js';
import { loadRequestModules } from './load-request-modules.js';
import { maskConfig } from './masking.js';
import { parseOAuthPayload } from './oauth-payload.js';
import { StoredConfig, storedTokens } from './stored-config.js';

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
 * The stored config of a connection, as the host keeps it. Other members are kept as they are.
 *
 * @typedef {object} IntegrationConfig
 * @property {string | undefined} [type] `oauth`, `api_key` (a repository, project or workspace access token), `basic` (an API
 *   token of an Atlassian account) or `custom` (the OAuth client acts as itself)
 * @property {string | undefined} [token] `api_key`, `basic`
 * @property {string | undefined} [email] `basic`: of the Atlassian account
 * @property {string | undefined} [workspace] slug, or UUID in braces; for the connection test, and the default of lists
 * @property {string | undefined} [repository] `workspace/repository`, for the connection test
 * @property {string | undefined} [oauth_token] `oauth`: the access token
 * @property {string | undefined} [refresh_token] `oauth`
 * @property {string | undefined} [expires_at] `oauth`: when the access token dies, ISO 8601
 * @property {string | undefined} [refreshed_at] `oauth`: when these tokens were received, ISO 8601
 * @property {string[] | undefined} [scopes] `oauth`: as granted
 * @property {string | undefined} [authorized_at] `oauth`: when the user authorized, ISO 8601; stays as it is while tokens are
 *   renewed, so that they can be told from those of another authorization
 * @property {Account | undefined} [account] `oauth`: whose tokens they are, where Bitbucket told
 * @property {unknown} [oauth] transient: what the GUI brings back from Bitbucket; never stored
 * @property {unknown} [_vars] what `saveVars` keeps
 */

/**
 * Tokens in the host's shape. The host merges them into the stored config, so absent members are left out.
 *
 * @typedef {object} StoredTokens
 * @property {string} oauth_token
 * @property {string} [refresh_token]
 * @property {string} [expires_at] when the access token dies, ISO 8601
 * @property {string} [refreshed_at] when they were received, ISO 8601
 * @property {string[]} [scopes] as granted
 */

/**
 * @typedef {object} HostServices
 * @property {((config: Record<string, unknown>) => unknown) | undefined} [saveConfig] stores the whole config
 * @property {(() => Promise<IntegrationConfig | undefined>) | undefined} [loadConfig] reads the whole config as it is stored
 *   now; nothing when the connection was deleted. With it, and `saveConfig`, renewed tokens are merged into what is stored, and
 *   into no other login's
 * @property {boolean | undefined} [isComposed] the config is put together of several stored ones, so it is none to store as a
 *   whole: the token refresh callback is given the members that changed
 * @property {string | undefined} [id] of the connection. Wrappers with the same one share one stored config
 * @property {string | undefined} [title] of the connection, for log lines
 * @property {((message: string) => void) | { log: (message: string) => void } | undefined} [logger]
 */

/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless they say otherwise. */
export class BitbucketAuthIntegration {
  /** @type {StoredConfig} */
  #storedConfig;

  /** @type {HostServices} */
  #host;

  /** @type {() => Environment} */
  #environment;

  /** @type {BitbucketClient | null} */
  #client = null;

  /** @type {ApiClientFactory | undefined} */
  #clientFactory;

  /**
   * @param {IntegrationConfig} [config] as stored
   * @param {HostServices} [host]
   * @param {() => object} [environment] the judged environment, of the entry; by default that of `process.env`
   */
  constructor(config, host, environment = lazyEnvironment(process.env)) {
    this.#storedConfig = new StoredConfig(config, host);
    this.#host = host ?? {};
    this.#environment = /** @type {() => Environment} */ (environment);
  }

  /** @returns {IntegrationConfig} */
  get #config() {
    return this.#storedConfig.config;
  }

  /** The config without what `saveVars` keeps. It holds the credentials. */
  get config() {
    const { _vars, ...config } = this.#config;
    return config;
  }

  /**
   * What `saveVars` kept.
   *
   * @returns {unknown} an empty object when there is nothing
   */
  getVars() {
    return this.#config._vars ?? {};
  }

  /**
   * Keeps data of the integration's own beside the config and has the host store it, with the newest tokens: others may
   * have renewed them since this config was read.
   *
   * @param {unknown} vars
   * @returns {Promise<void>} rejects with the host's error when it could not store them
   */
  async saveVars(vars) {
    const isKept = this.#storedConfig.canRefresh && this.#environment().client !== undefined;
    await this.#storedConfig.saveVars(vars, isKept ? () => this.#openConnection() : undefined);
  }

  /**
   * Writes to the host's log, if it gave one.
   *
   * @param {string} message
   * @returns {void}
   */
  log(message) {
    const { logger } = this.#host;
    if (typeof logger === 'function') logger(message);
    else logger?.log(message);
  }

  /**
   * @param {(tokens: StoredTokens) => unknown} callback merges new tokens into the stored config; preferred to
   *   `saveConfig`, which stores the whole config, except where an `expires_at` has to go, which no merge removes
   * @returns {void}
   */
  setTokenRefreshCallback(callback) {
    this.#storedConfig.tokenRefreshCallback = callback;
  }

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
  async authenticate() {
    const clientFactory = await this.#openClientFactory();
    await clientFactory.credentials.newest();
    return this.#clientOf(clientFactory);
  }

  /** The client that `authenticate` and `use` gave last; before that, and after `destroy`, `null`. */
  get client() {
    return this.#client;
  }

  /** @param {ApiClientFactory} clientFactory */
  #clientOf(clientFactory) {
    return (this.#client ??= clientFactory.createClient());
  }

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
  async use(work) {
    const clientFactory = await this.#openClientFactory();
    const { isCuredByRenewal, tokenErrorOf } = await loadRequestModules();
    const { credentials } = clientFactory;
    let used = await credentials.newest();
    for (let retries = 0; ; retries += 1) {
      try {
        return await work(this.#clientOf(clientFactory));
      } catch (error) {
        const newer = isCuredByRenewal(error) ? await credentials.replacementFor(used, retries) : undefined;
        if (!newer) throw tokenErrorOf(error) ?? error;
        used = newer;
      }
    }
  }

  /**
   * Whether the connection works, asked of Bitbucket. Never throws.
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
   * What is known of the connection, without asking Bitbucket. It holds no secret.
   *
   * @returns {Promise<ConnectionStatus>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable credential, or unusable scopes,
   *   `INVALID_CONFIG` when connections may not act as the OAuth client itself
   */
  async connectionStatus() {
    const { connectionStatus } = await loadRequestModules();
    return connectionStatus(await this.#openClientFactory(), this.#config);
  }

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
      ...storedTokens(tokens),
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
      note({ level: 'INFO', event: 'connected', text: 'Bitbucket issued tokens for a user\'s consent.' });
      return tokens;
    } catch (error) {
      const { code, message } = toBitbucketAuthError(error);
      note({ level: 'WARN', event: 'connect-failed', text: `${code}: ${message}` });
      throw error;
    }
  }

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
  async refreshToken(tokens, _config) {
    const { refresh_token: refreshToken } = /** @type {{ refresh_token: string }} */ (objectOrEmpty(tokens));
    const environment = this.#environment();
    const { clientOf, keeperOf } = await loadRequestModules();
    const client = clientOf(environment);
    // Refuses what is no refresh token.
    readArgument(this.refreshToken, 'refreshGrant', { refreshToken });
    callCore(this.refreshToken, () => client.buildRefreshRequest(refreshToken));
    const ownConnection = refreshToken === this.#config.refresh_token ? await this.#openConnection() : undefined;
    if (ownConnection) return storedTokens((await ownConnection.forceRefresh(this.#storedConfig, refreshToken)).tokens);
    // Tokens of another connection, or older ones of this one: their store is the host's, which called.
    const store = nullTokenStore();
    const connection = keeperOf({ ...environment, client }).attach({ refreshToken }, store);
    return storedTokens((await connection.forceRefresh(store, refreshToken)).tokens);
  }

  /**
   * For schedulers: renews the tokens of a connection that was unused for 60 days, before its refresh token dies unused
   * after three months. Costs nothing when there is no need.
   *
   * @returns {Promise<{ renewed: boolean }>}
   * @throws {BitbucketAuthError} like `refreshToken`
   */
  async renewIdle() {
    const connection = await this.#openConnection();
    if (!connection?.isIdle()) return { renewed: false };
    await connection.forceRefresh(this.#storedConfig);
    return { renewed: true };
  }

  /**
   * Lets go of the client. The connection can be used again.
   *
   * @returns {Promise<void>}
   */
  async destroy() {
    this.#client = null;
  }

  /**
   * A copy of a config that may be shown: secrets become asterisks, empty values stay, the transient payload of the
   * GUI and what `saveVars` keeps are dropped.
   *
   * @template T
   * @param {T} config
   * @returns {Omit<T, 'oauth' | '_vars'>} an empty object when `config` is none
   */
  maskConfig(config) {
    return /** @type {Omit<T, 'oauth' | '_vars'>} */ (maskConfig(config));
  }

  /**
   * The workspaces that the connection's user belongs to; for a credential that is no user's, the one of the config.
   * Exposed to NocoDB's creators.
   *
   * @param {PageQuery} [query]
   * @returns {Promise<Page<Workspace>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
   */
  async listWorkspaces(query) {
    const { workspace } = this.#config;
    const parsedQuery = readArgument(this.listWorkspaces, 'listQuery', query);
    const { listWorkspaces } = await loadRequestModules();
    return listWorkspaces(await this.#openClientFactory(), workspace, parsedQuery);
  }

  /**
   * The repositories of a workspace that the connection can see. Exposed to NocoDB's creators.
   *
   * @param {PageQuery & { workspace?: string | undefined }} [query] `workspace`: its slug or its UUID in braces, by default that of the
   *   config
   * @returns {Promise<Page<Repository>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
   */
  async listRepositories(query) {
    const { workspace } = this.#config;
    const parsedQuery = readArgument(this.listRepositories, 'listQuery', query);
    const { listRepositories } = await loadRequestModules();
    return listRepositories(await this.#openClientFactory(), workspace, parsedQuery);
  }

  /**
   * The way to the API, with the config's credential.
   *
   * @returns {Promise<ApiClientFactory>} the same one each time
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` for the OAuth client itself where that is not allowed, and
   *   what `loadRequestModules` throws
   */
  async #openClientFactory() {
    const { ApiClientFactory, createCredentials } = await loadRequestModules();
    if (this.#clientFactory) return this.#clientFactory;
    const stored = this.#storedConfig;
    const environment = this.#environment();
    const credential = callCore(this.authenticate, () => core().readCredential(stored.json, environment.mayActAsClient));
    const credentials = createCredentials(credential, stored.tokens(credential.accessToken), stored, environment);
    this.#clientFactory = new ApiClientFactory(credentials, environment, stored);
    return this.#clientFactory;
  }

  /**
   * That of the config's tokens, if they can be renewed.
   *
   * @returns {Promise<Connection | undefined>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` without an OAuth client, and what `loadRequestModules` throws
   */
  async #openConnection() {
    if (!this.#storedConfig.canRefresh) return undefined;
    const { clientOf } = await loadRequestModules();
    clientOf(this.#environment());
    return (await this.#openClientFactory()).credentials.connection;
  }
}

/**
 * @param {ReturnType<typeof parseOAuthPayload>} grant
 * @param {Environment} environment
 * @returns {Promise<TokenSet & { obtainedAt: number }>}
 * @throws {BitbucketAuthError} what `requestTokens` and `loadRequestModules` throw
 */
async function exchangeCode(grant, environment) {
  const { requestTokens } = await loadRequestModules();
  return requestTokens(environment, (client) => {
    const { code, codeVerifier } = readArgument(requestTokens, 'codeGrant', grant);
    return client.buildHostTokenRequest(code, codeVerifier, environment.isVerifierOptional);
  }, 'authorization_code');
}

/**
 * Whose tokens they are, if Bitbucket tells in time.
 *
 * @param {TokenSet} tokens
 * @param {Environment} environment
 */
async function fetchTokenOwner({ accessToken }, environment) {
  const { fetchAccount } = await loadRequestModules();
  return fetchAccount(core().bearer(accessToken), environment);
}
