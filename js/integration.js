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
import { clientOf, configFailure, requestTokens } from './token-endpoint.js';
import { holder, keeperOf, makePair } from './token-keeper.js';
import { createApiFetch } from './transport.js';

/** @typedef {import('axios').AxiosInstance} AxiosInstance */
/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('./token-keeper.js').Connection} Connection */
/** @typedef {import('./token-keeper.js').Pair} Pair */

/** @typedef {{ accessToken: string } | import('./token-keeper.js').Current} Credential */

/**
 * The stored config of a connection, as the host keeps it. Other members are kept as they are.
 *
 * @typedef {object} IntegrationConfig
 * @property {string} [type] `oauth` or `api_key`
 * @property {string} [token] `api_key`: a repository, project or workspace access token
 * @property {string} [oauth_token] `oauth`: the access token
 * @property {string} [refresh_token] `oauth`
 * @property {string} [expires_at] `oauth`: when the access token dies, ISO 8601
 * @property {string} [refreshed_at] `oauth`: when these tokens were received, ISO 8601
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
 * @property {string} [expires_at] when the access token dies, ISO 8601
 * @property {string} [refreshed_at] when they were received, ISO 8601
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

  /** @type {Connection | undefined} */
  #connection;

  /** How often a 401 met a request whose body was gone. */
  #unrepeated = 0;

  #holder = holder({
    store: (pair) => this.#store(pair),
    log: (message) => {
      if (this.#host.logger) this.log(message);
      else console.warn(`[nocodb-bitbucket-auth] ${message}`);
    },
  });

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
   * Keeps data of the integration's own beside the config and has the host store it, with the newest tokens: others may
   * have renewed them since this config was read.
   *
   * @param {unknown} vars
   * @returns {Promise<void>} rejects with the host's error when it could not store them
   */
  async saveVars(vars) {
    this.#config = { ...this.#config, _vars: vars };
    const { client } = this.#canRefresh() ? this.#environment() : {};
    if (client) this.#take(await this.#connect(client).latest());
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
  async authenticate() {
    await this.#credential();
    this.#client ??= this.#createClient();
    return this.#client;
  }

  /**
   * Runs `work` with the client. Requests in it that are answered 401 are repeated by the client; where a request's body
   * was a stream and cannot be sent again, the tokens are renewed and `work` is run again, once, from the beginning.
   *
   * @template T
   * @param {(client: AxiosInstance) => T | Promise<T>} work
   * @returns {Promise<T>}
   * @throws {unknown} what `work` throws; what `authenticate` throws also when the tokens expire meanwhile
   */
  async use(work) {
    const client = await this.authenticate();
    const before = this.#unrepeated;
    try {
      return await work(client);
    } catch (error) {
      if (statusOf(error) === 401 && this.#unrepeated !== before) return work(client);
      throw withoutTokens(error) ?? error;
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
    const tokens = await requestTokens(
      this.#environment(),
      (client) => client.buildTokenRequest(code, verifier, undefined),
      'authorization_code',
    );
    return { type: 'oauth', ...storedTokens(tokens) };
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
    const { refresh_token: refreshToken } = /** @type {{ refresh_token: string }} */ (members(tokens));
    const environment = this.#environment();
    const client = clientOf(environment);
    // Refuses what is no refresh token.
    judge(this.refreshToken, () => client.buildRefreshRequest(refreshToken));
    if (this.#canRefresh() && refreshToken === this.#config.refresh_token) {
      return storedTokens((await this.#connect(client).renewed(this.#holder, refreshToken)).pair);
    }
    // Tokens of another connection, or older ones of this one: their store is the host's, which called.
    const owner = holder({ store: () => {}, log: () => {} });
    const connection = keeperOf({ ...environment, client }).attach({ refreshToken }, owner);
    return storedTokens((await connection.renewed(owner, refreshToken)).pair);
  }

  /**
   * For schedulers: renews the tokens of a connection that was unused for 60 days, before its refresh token dies unused
   * after three months. Costs nothing when there is no need.
   *
   * @returns {Promise<{ renewed: boolean }>}
   * @throws {BitbucketAuthError} like `refreshToken`
   */
  async renewIdle() {
    if (!this.#canRefresh()) return { renewed: false };
    const connection = this.#connect(clientOf(this.#environment()));
    if (!connection.isIdle()) return { renewed: false };
    await connection.renewed(this.#holder);
    return { renewed: true };
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
    const credentials = {
      newest: () => this.#credential(),
      /** @type {(status: number, used: Credential, isRepetition: boolean) => boolean} */
      answered: (status, used, isRepetition) => {
        if ('generation' in used) return Boolean(this.#connection?.answered(status, used, isRepetition));
        if (status === 401 && this.#canRefresh()) throw configFailure(problems);
        return false;
      },
      onUnrepeatable: () => {
        this.#unrepeated += 1;
      },
    };
    return axios.create({
      baseURL: apiUrl,
      // With a limit, Axios itself turns a form into bytes, which undici takes from any realm.
      maxBodyLength: MAX_API_BYTES,
      adapter: 'fetch',
      env: {
        fetch: createApiFetch({ apiUrl, timeoutMs, maxBytes: MAX_API_BYTES, credentials }),
        // Axios then hands over address and options as they are, and keeps no request in its errors.
        Request: /** @type {any} */ (null),
      },
      headers: { Accept: 'application/json' },
    });
  }

  /**
   * What goes into the header of the next request.
   *
   * @returns {Promise<Credential>}
   * @throws {BitbucketAuthError} like `authenticate`
   */
  async #credential() {
    if (!this.#canRefresh()) return { accessToken: this.#accessToken() };
    const { client, problems } = this.#environment();
    if (client) return this.#connect(client).newest(this.#holder);
    if (core().isExpired(epoch(this.#config.expires_at), Date.now())) throw configFailure(problems);
    return { accessToken: this.#accessToken() };
  }

  /**
   * The access token as it stands in the config.
   *
   * @returns {string}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  #accessToken() {
    const { type = '' } = this.#config;
    const member = Object.hasOwn(TOKEN_MEMBER, type) ? TOKEN_MEMBER[type] : undefined;
    if (!member) throw failure('INVALID_ARGUMENT', 'api', { field: 'type' });
    const token = usableToken(this.#config[member]);
    if (token === undefined) throw failure('INVALID_ARGUMENT', 'api', { field: member });
    return token;
  }

  #canRefresh() {
    return this.#config.type === 'oauth' && Boolean(this.#config.refresh_token);
  }

  /**
   * The connection that this wrapper's tokens belong to.
   *
   * @param {import('./core.js').CoreClient} client
   * @returns {Connection}
   */
  #connect(client) {
    this.#connection ??= keeperOf({ ...this.#environment(), client }).attach(pairOf(this.#config), this.#holder);
    return this.#connection;
  }

  /**
   * Takes tokens into the config.
   *
   * @param {Pair} pair
   * @returns {StoredTokens}
   */
  #take(pair) {
    const tokens = storedTokens(pair);
    if (pair.accessToken !== undefined && tokens.oauth_token !== this.#config.oauth_token) {
      const { expires_at: _before, expires_in: _older, ...kept } = /** @type {Record<string, unknown>} */ (this.#config);
      // Not by a further spread, for `makePair`'s reason.
      this.#config = Object.assign(kept, tokens);
    }
    return tokens;
  }

  /**
   * Takes newer tokens into the config, and has the host store them.
   *
   * @param {Pair} pair
   * @returns {Promise<void>} rejects with the host's error
   */
  async #store(pair) {
    const { expires_at: before } = this.#config;
    const tokens = this.#take(pair);
    // The callback only merges: a time that stays behind would have each later object refresh again.
    const isStale = Boolean(before) && tokens.expires_at === undefined;
    if (this.#tokenRefreshCallback && !(isStale && this.#host.saveConfig)) await this.#tokenRefreshCallback(tokens);
    else await this.#host.saveConfig?.(storable(this.#config));
  }
}

/**
 * @param {IntegrationConfig} config with a refresh token
 * @returns {Pair}
 */
function pairOf({ oauth_token, refresh_token, expires_at, refreshed_at, scopes }) {
  return makePair({
    accessToken: usableToken(oauth_token),
    refreshToken: String(refresh_token),
    expiresAt: epoch(expires_at),
    obtainedAt: epoch(refreshed_at),
    scopes: scopes || undefined,
  });
}

/**
 * @param {Pick<Pair, 'expiresAt' | 'obtainedAt' | 'scopes' | 'accessToken'> & { refreshToken?: string }} pair
 * @returns {StoredTokens}
 */
function storedTokens({ accessToken = '', refreshToken, expiresAt, obtainedAt, scopes = [] }) {
  return {
    oauth_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    ...(obtainedAt !== undefined && { refreshed_at: new Date(obtainedAt).toISOString() }),
    ...(scopes.length > 0 && { scopes }),
  };
}

/**
 * A token that can be sent in a header; `undefined` for anything else.
 *
 * @param {unknown} token
 * @returns {string | undefined}
 */
function usableToken(token) {
  return typeof token === 'string' && token.trim() && fitsHeader(token) ? token.trim() : undefined;
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
 * Why a request of the client was not even sent: there are no tokens for it.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError | undefined}
 */
function withoutTokens(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof BitbucketAuthError && cause.phase !== 'api' ? cause : undefined;
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
