/**
 * `BitbucketAuthIntegration`: what NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection and the host's services. Out: an Axios client for Bitbucket's API, tokens in
 * the host's shape, plain verdicts for people. What never happens here: a rule of OAuth is decided (the core does
 * that), a credential is shown by printing an object, or a new pair of tokens is used before it was handed to the host.
 */

import axios from 'axios';
import { core, failure } from './core.js';
import { lazyEnvironment } from './environment.js';
import { BitbucketAuthError, judge } from './error.js';
import { createApiFetch, send } from './transport.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('./core.js').CoreClient} CoreClient */
/** @typedef {import('./core.js').TokenRequest} TokenRequest */
/** @typedef {import('./core.js').TokenSet} TokenSet */
/** @typedef {import('./environment.js').Environment} Environment */

/**
 * The stored config of a connection, as the host keeps it. Other members are kept as they are.
 *
 * @typedef {object} IntegrationConfig
 * @property {string} [type] `oauth` or `api_key`
 * @property {string} [token] `api_key`: a repository, project or workspace access token
 * @property {string} [oauth_token] `oauth`: the access token
 * @property {string} [refresh_token] `oauth`
 * @property {string} [expires_at] `oauth`: ISO 8601
 * @property {string[]} [scopes] `oauth`: as granted
 * @property {unknown} [oauth] transient: what the GUI brings back from Bitbucket; never stored
 * @property {unknown} [_vars] what `saveVars` keeps
 */

/**
 * Tokens in the host's shape. The host merges them into the stored config, so absent members are left out.
 *
 * @typedef {object} StoredTokens
 * @property {string} oauth_token
 * @property {string} [refresh_token]
 * @property {string} [expires_at] ISO 8601
 * @property {string[]} [scopes] as granted
 */

/**
 * @typedef {object} CodeGrant
 * @property {string} code
 * @property {string} [code_verifier]
 */

/**
 * What the GUIs of NocoDB send as `config.oauth`, by version and by the `model` of the form.
 *
 * @typedef {CodeGrant | { code: CodeGrant }} OAuthPayload
 */

/**
 * @typedef {object} HostServices
 * @property {(config: Record<string, unknown>) => unknown} [saveConfig] stores the whole config
 * @property {((message: string) => void) | { log: (message: string) => void }} [logger]
 */

/**
 * @typedef {object} Repository
 * @property {string} full_name `workspace/repository`
 * @property {string} [name]
 * @property {string} [slug]
 * @property {string} [uuid]
 * @property {string} [description]
 * @property {boolean} [is_private]
 */

/**
 * @typedef {object} Workspace
 * @property {string} slug
 * @property {string} [name]
 * @property {string} [uuid]
 */

/**
 * @template T
 * @typedef {object} Page
 * @property {T[]} values
 * @property {number} [next] number of the next page; absent on the last one
 */

/** Which member of the config holds the access token. @type {Readonly<Record<string, 'oauth_token' | 'token'>>} */
const TOKEN_MEMBER = Object.freeze({ oauth: 'oauth_token', api_key: 'token' });

const SECRET_MEMBERS = [
  'token', 'oauth_token', 'refresh_token', 'access_token', 'bearer_token', 'password', 'client_secret', 'secret',
];
const MASK = '********';

const ACCESS_TOKEN_ACCEPTED = 'Bitbucket accepts the token; what it may do depends on the repository, project or '
  + 'workspace it was made for.';

const REPOSITORY_MEMBERS = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
const WORKSPACE_MEMBERS = ['slug', 'name', 'uuid'];

// A page of pull requests or an upload may pass the mebibyte that bounds a token answer; nothing sound passes this.
const MAX_API_BYTES = 32 * 1024 * 1024;

/** @type {Readonly<Record<number, string>>} */
const API_CODES = Object.freeze({
  401: 'API_UNAUTHENTICATED',
  403: 'API_INSUFFICIENT_SCOPE',
  404: 'API_NOT_FOUND',
  410: 'API_GONE',
  429: 'API_RATE_LIMITED',
});

/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless they say otherwise. */
export class BitbucketAuthIntegration {
  /** @type {IntegrationConfig} */
  #config;

  /** @type {HostServices} */
  #host;

  /** @type {() => Environment} */
  #environment;

  /** @type {((tokens: StoredTokens) => unknown) | undefined} */
  #tokenRefreshCallback;

  /** @type {AxiosInstance | undefined} */
  #client;

  /** @type {Promise<void> | undefined} */
  #refreshing;

  /**
   * @param {IntegrationConfig} [config] as stored
   * @param {HostServices} [host]
   * @param {() => Environment} [environment] the judged environment; by default that of `process.env`
   */
  constructor(config, host, environment = lazyEnvironment(process.env)) {
    this.#config = { ...config };
    this.#host = host ?? {};
    this.#environment = environment;
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
   * Keeps data of the integration's own beside the config and has the host store it.
   *
   * @param {unknown} vars
   * @returns {Promise<void>} rejects with the host's error when it could not store them
   */
  async saveVars(vars) {
    this.#config = { ...this.#config, _vars: vars };
    await this.#host.saveConfig?.(storable(this.#config));
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
    this.#tokenRefreshCallback = callback;
  }

  /**
   * An Axios instance for Bitbucket's API: the base address is that of version 2.0, and each request to the API's
   * origin carries the connection's newest access token. Errors are Axios' own; none of them holds the credential.
   * An expired token is refreshed first; calls on this object at the same time share one refresh, other objects of the
   * same connection do not take part.
   *
   * @returns {Promise<AxiosInstance>} the same one each time
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable token; when the token has expired,
   *   also what `refreshToken` throws
   */
  async authenticate() {
    await this.#refreshing;
    const { oauth_token: token, expires_at: expiresAt } = this.#config;
    if (this.#canRefresh() && core().isExpired(epoch(expiresAt), Date.now())) await this.#refresh(token);
    this.#accessToken();
    this.#client ??= this.#createClient();
    return this.#client;
  }

  /**
   * Runs `work` with the client. When Bitbucket answers 401 to it, the tokens are refreshed once and it is run again,
   * from the beginning. Calls on this object at the same time share one refresh; other objects of the same connection
   * do not take part.
   *
   * @template T
   * @param {(client: AxiosInstance) => T | Promise<T>} work
   * @returns {Promise<T>}
   * @throws {unknown} what `work` throws; besides that what `authenticate` and `refreshToken` throw
   */
  async use(work) {
    const client = await this.authenticate();
    const { oauth_token: token } = this.#config;
    try {
      return await work(client);
    } catch (error) {
      if (statusOf(error) !== 401 || !this.#canRefresh()) throw error;
      await this.#refresh(token);
      return work(client);
    }
  }

  /**
   * Whether the connection works, asked of `GET /2.0/user`. Never throws.
   *
   * @returns {Promise<{ success: boolean, message?: string }>} `message`: what is wrong and what mends it, or what
   *   success leaves open
   */
  async testConnection() {
    try {
      await this.use((client) => client.get('/user'));
      return { success: true };
    } catch (error) {
      // Access tokens belong to no user, so a working one gets 403 here; one that is not accepted gets 401.
      if (this.#config.type === 'api_key' && isBitbucketRefusal(error, 403)) {
        return { success: true, message: ACCESS_TOKEN_ACCEPTED };
      }
      return { success: false, message: judged(error).message };
    }
  }

  /**
   * Exchanges what the GUI brought back from Bitbucket for tokens (RFC 6749 section 4.1.3).
   *
   * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes
   * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
   * @returns {Promise<StoredTokens & { type: 'oauth' }>}
   * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
   *   `OAuthClient.parseTokenResponse` throw
   */
  async exchangeToken(payload, _config) {
    const { code: inner } = members(payload);
    const { code, code_verifier: verifier } = members(typeof inner === 'object' ? inner : payload);
    const client = this.#oauthClient();
    const request = judge(this.exchangeToken, () => client.buildTokenRequest(code, verifier, undefined));
    const tokens = await this.#requestTokens(client, request, 'authorization_code', 'exchange');
    return { type: 'oauth', ...storedTokens(tokens) };
  }

  /**
   * Exchanges a refresh token for new tokens (RFC 6749 section 6). Bitbucket rotates refresh tokens: the result has to
   * be stored, the old one is dead within minutes.
   *
   * @param {{ refresh_token: string }} tokens
   * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
   * @returns {Promise<StoredTokens>} with the old refresh token when Bitbucket sent no new one
   * @throws {BitbucketAuthError} `RECONNECT_REQUIRED` when the user has to connect again, `INVALID_CONFIG`,
   *   `INVALID_ARGUMENT`, and what the transport and `OAuthClient.parseTokenResponse` throw
   */
  async refreshToken(tokens, _config) {
    const { refresh_token: refreshToken } = members(tokens);
    const own = refreshToken === this.#config.refresh_token;
    const client = this.#oauthClient();
    const request = judge(this.refreshToken, () => client.buildRefreshRequest(refreshToken));
    // What the answer leaves out stays as it was (RFC 6749 section 6).
    const previous = { refreshToken, ...(own && { scopes: this.#config.scopes }) };
    const renewed = storedTokens(await this.#requestTokens(client, request, 'refresh_token', 'refresh', previous));
    // In memory first: whatever happens to the host's store, this process keeps the only pair that works.
    if (own) {
      const { expires_at: _stale, expires_in: _older, ...kept } = /** @type {Record<string, unknown>} */ (this.#config);
      this.#config = { ...kept, ...renewed };
    }
    return renewed;
  }

  /**
   * Lets go of the client. The connection can be used again.
   *
   * @returns {Promise<void>}
   */
  async destroy() {
    this.#client = undefined;
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
    const { oauth: _transient, _vars, ...shown } = members(config);
    for (const name of SECRET_MEMBERS) {
      if (shown[name]) shown[name] = MASK;
    }
    return /** @type {Omit<T, 'oauth' | '_vars'>} */ (shown);
  }

  /**
   * The workspaces that the connection's user belongs to. Exposed to NocoDB's creators.
   *
   * @param {{ page?: number }} [query] pages count from 1
   * @returns {Promise<Page<Workspace>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
   */
  async listWorkspaces(query) {
    const page = pageNumber(members(query).page);
    // Each value is a membership; the workspace is one of its members.
    return this.#list('/user/workspaces', page, WORKSPACE_MEMBERS, (value) => value.workspace ?? value);
  }

  /**
   * The repositories of a workspace that the connection can see. Exposed to NocoDB's creators.
   *
   * @param {{ workspace: string, page?: number }} query `workspace`: its slug or its UUID in braces; pages count from 1
   * @returns {Promise<Page<Repository>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
   */
  async listRepositories(query) {
    const { workspace, page } = members(query);
    if (typeof workspace !== 'string' || !/^[\w.{}-]+$/.test(workspace) || /^\.+$/.test(workspace)) {
      throw failure('INVALID_ARGUMENT', 'api', { field: 'workspace' });
    }
    return this.#list(`/repositories/${encodeURIComponent(workspace)}`, pageNumber(page), REPOSITORY_MEMBERS);
  }

  /**
   * @template T
   * @param {string} path
   * @param {number | undefined} page
   * @param {string[]} names what is handed on of each value
   * @param {(value: Record<string, unknown>) => unknown} [unwrap]
   * @returns {Promise<Page<T>>}
   */
  async #list(path, page, names, unwrap = (value) => value) {
    try {
      const { data } = await this.use((client) => client.get(path, { params: page && { page } }));
      if (!Array.isArray(data?.values)) throw failure('RESPONSE_INVALID', 'api', { field: 'values' });
      const next = typeof data.next === 'string' && Number(new URL(data.next).searchParams.get('page'));
      return {
        values: data.values.map((/** @type {unknown} */ value) => pick(unwrap(members(value)), names)),
        ...(next && { next }),
      };
    } catch (error) {
      throw judged(error);
    }
  }

  /** @returns {AxiosInstance} */
  #createClient() {
    const { apiUrl, timeoutMs, problems } = this.#environment();
    if (!apiUrl) throw configFailure(problems.filter(({ field }) => field?.endsWith('_API_URL')));
    return axios.create({
      baseURL: apiUrl,
      timeout: timeoutMs,
      // With a limit, Axios itself turns a form into bytes, which undici takes from any realm.
      maxBodyLength: MAX_API_BYTES,
      adapter: 'fetch',
      env: {
        fetch: createApiFetch({ apiUrl, maxBytes: MAX_API_BYTES, accessToken: () => this.#accessToken() }),
        // Axios then hands over address and options as they are, and keeps no request in its errors.
        Request: /** @type {any} */ (null),
      },
      headers: { Accept: 'application/json' },
    });
  }

  /**
   * The access token as it goes into a header.
   *
   * @returns {string}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  #accessToken() {
    const { type = '' } = this.#config;
    const member = Object.hasOwn(TOKEN_MEMBER, type) ? TOKEN_MEMBER[type] : undefined;
    if (!member) throw failure('INVALID_ARGUMENT', 'api', { field: 'type' });
    const token = this.#config[member];
    if (typeof token !== 'string' || !token.trim() || !fitsHeader(token)) {
      throw failure('INVALID_ARGUMENT', 'api', { field: member });
    }
    return token.trim();
  }

  #canRefresh() {
    return this.#config.type === 'oauth' && Boolean(this.#config.refresh_token);
  }

  /**
   * Refreshes the tokens, unless that was done since `used` was current.
   *
   * @param {string | undefined} used
   * @returns {Promise<void>}
   */
  async #refresh(used) {
    if (!this.#refreshing && this.#config.oauth_token !== used) return;
    this.#refreshing ??= this.#renew().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #renew() {
    const { expires_at: before } = this.#config;
    const tokens = await this.refreshToken({ refresh_token: String(this.#config.refresh_token) });
    // The callback only merges: a time that stays behind would have each later object refresh again.
    const stale = Boolean(before) && tokens.expires_at === undefined;
    try {
      if (this.#tokenRefreshCallback && !(stale && this.#host.saveConfig)) await this.#tokenRefreshCallback(tokens);
      else await this.#host.saveConfig?.(storable(this.#config));
    } catch {
      // The host's error may hold the tokens that it could not store, so it stays here.
      const { message } = failure('PERSIST_FAILED', 'refresh');
      if (this.#host.logger) this.log(message);
      else console.warn(`[nocodb-bitbucket-auth] ${message}`);
    }
  }

  /**
   * @returns {CoreClient}
   * @throws {BitbucketAuthError} `INVALID_CONFIG` with the variable that is missing or wrong
   */
  #oauthClient() {
    const { client, problems } = this.#environment();
    if (client) return client;
    throw configFailure(problems);
  }

  /**
   * @param {CoreClient} client
   * @param {TokenRequest} request
   * @param {'authorization_code' | 'refresh_token'} grant
   * @param {'exchange' | 'refresh'} phase
   * @param {object} [previous]
   * @returns {Promise<TokenSet>}
   */
  async #requestTokens(client, request, grant, phase, previous) {
    const { timeoutMs } = this.#environment();
    const answer = await send(request, { phase, timeoutMs });
    return judge(this.#requestTokens, () => client.parseTokenResponse({
      ...answer,
      receivedAt: Date.now(),
      grant,
      request,
      ...(previous && { previous }),
    }));
  }
}

/**
 * @param {TokenSet} tokens
 * @returns {StoredTokens}
 */
function storedTokens({ accessToken, refreshToken, expiresAt, scopes }) {
  return {
    oauth_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    ...(scopes.length > 0 && { scopes }),
  };
}

/**
 * A config as it may be stored: without the code and verifier that the GUI sent.
 *
 * @param {IntegrationConfig} config
 * @returns {Record<string, unknown>}
 */
function storable({ oauth: _transient, ...config }) {
  return config;
}

/**
 * @param {import('./error.js').Failure[]} problems of the environment, the first of which is told
 * @returns {BitbucketAuthError}
 */
function configFailure([problem]) {
  return problem ? new BitbucketAuthError(problem, {}, configFailure) : failure('INVALID_CONFIG', 'config');
}

/**
 * What a failed request to the API means, without the request.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError}
 */
function judged(error) {
  if (error instanceof BitbucketAuthError) return error;
  const status = statusOf(error);
  if (status !== undefined) return failure(API_CODES[status] ?? 'API_FAILED', 'api', { status });
  if (axios.isAxiosError(error) && ['ECONNABORTED', 'ETIMEDOUT'].includes(String(error.code))) {
    return failure('REQUEST_TIMEOUT', 'api');
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof BitbucketAuthError ? cause : failure('API_FAILED', 'api');
}

/**
 * @param {unknown} error
 * @returns {number | undefined}
 */
function statusOf(error) {
  return axios.isAxiosError(error) ? error.response?.status : undefined;
}

/**
 * Whether Bitbucket itself refused with this status, in its own form: a proxy's error page says nothing of a token.
 *
 * @param {unknown} error
 * @param {number} status
 */
function isBitbucketRefusal(error, status) {
  return statusOf(error) === status && axios.isAxiosError(error) && members(error.response?.data).type === 'error';
}

/**
 * Whether a token can be sent at all. `Headers` names the value in its error, which therefore goes no further.
 *
 * @param {string} token
 */
function fitsHeader(token) {
  try {
    return new Headers({ authorization: token }).has('authorization');
  } catch {
    return false;
  }
}

/**
 * @param {string | undefined} iso
 * @returns {number | undefined}
 */
function epoch(iso) {
  const time = Date.parse(iso ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/**
 * @param {unknown} page
 * @returns {number | undefined}
 */
function pageNumber(page) {
  if (page === undefined) return undefined;
  if (typeof page === 'number' && Number.isSafeInteger(page) && page > 0) return page;
  throw failure('INVALID_ARGUMENT', 'api', { field: 'page' });
}

/**
 * @param {unknown} value
 * @param {string[]} names
 * @returns {any}
 */
function pick(value, names) {
  const given = members(value);
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function members(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}
