/**
 * `BitbucketAuthIntegration`: what NocoDB calls the wrapper of an integration.
 *
 * In: the stored config of one connection and the host's services. Out: an Axios client for Bitbucket's API, tokens in
 * the host's shape, plain verdicts for people. What never happens here: a rule of OAuth is decided (the core does
 * that), a credential is shown by printing an object, or a new pair of tokens is used before it was handed to the host.
 */

import { createHash, randomUUID } from 'node:crypto';
import { createClient, meaningOf } from '../api/client.js';
import { fetchPage, listOf } from '../api/paginate.js';
import { createSender } from '../api/sender.js';
import { members, membersOf } from '../arguments.js';
import { core, failure } from '../core.js';
import { lazyEnvironment } from './environment.js';
import { BitbucketAuthError, judge } from '../error.js';
import { masked } from './masks.js';
import { rateLimiterOf } from '../rate-limit.js';
import { signalAfter, within } from '../time-limit.js';
import { clientOf, configFailure, requestTokens } from '../token-endpoint.js';
import { StoredConfig, epoch, pairOf, storedTokens } from './stored-config.js';
import { keeperOf } from '../token-keeper.js';
import { storelessHolder } from '../token-store.js';

/** @typedef {import('../api/client.js').BitbucketClient} BitbucketClient */
/** @typedef {import('../api/sender.js').Sender} Sender */
/** @typedef {import('../core.js').Account} Account */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('../token-connection.js').Connection} Connection */
/** @typedef {import('../token-store.js').Pair} Pair */

/**
 * What the next request carries.
 *
 * @typedef {{ authorization: string, current?: import('../token-connection.js').Current }} Credential `current`: the tokens
 *   that it was made of, where they can be renewed
 */

/**
 * The stored config of a connection, as the host keeps it. Other members are kept as they are.
 *
 * @typedef {object} IntegrationConfig
 * @property {string} [type] `oauth`, `api_key` (a repository, project or workspace access token), `basic` (an API token
 *   of an Atlassian account) or `custom` (the OAuth client acts as itself)
 * @property {string} [token] `api_key`, `basic`
 * @property {string} [email] `basic`: of the Atlassian account
 * @property {string} [workspace] slug, or UUID in braces; for the connection test, and the default of lists
 * @property {string} [repository] `workspace/repository`, for the connection test
 * @property {string} [oauth_token] `oauth`: the access token
 * @property {string} [refresh_token] `oauth`
 * @property {string} [expires_at] `oauth`: when the access token dies, ISO 8601
 * @property {string} [refreshed_at] `oauth`: when these tokens were received, ISO 8601
 * @property {string[]} [scopes] `oauth`: as granted
 * @property {string} [authorized_at] `oauth`: when the user authorized, ISO 8601; stays as it is while tokens are renewed, so
 *   that they can be told from those of another authorization
 * @property {Account} [account] `oauth`: whose tokens they are, where Bitbucket told
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
 * What the GUIs of NocoDB send as `config.oauth`, by version and by the `model` of the form. Those of NocoDB 0.262 to 0.265
 * send no verifier.
 *
 * @typedef {CodeGrant | { code: CodeGrant }} OAuthPayload
 */

/**
 * @typedef {object} HostServices
 * @property {(config: Record<string, unknown>) => unknown} [saveConfig] stores the whole config
 * @property {() => Promise<IntegrationConfig | undefined>} [loadConfig] reads the whole config as it is stored now; nothing when
 *   the connection was deleted. With it, and `saveConfig`, renewed tokens are merged into what is stored, and into no other
 *   login's
 * @property {string} [id] of the connection. Wrappers with the same one share one stored config
 * @property {string} [title] of the connection, for log lines
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
 * @property {string} [next] stands for the next page, for `next` of the next call; absent on the last page
 */

/**
 * Which page of a list: the first one without any of these.
 *
 * @typedef {object} PageQuery
 * @property {string} [next] what the page before gave as `next`
 * @property {number | string} [page] a number, counted from 1, for lists that are numbered; or the same as `next`
 */

/**
 * @typedef {object} TestResult
 * @property {boolean} success
 * @property {string} message what works, or what is wrong and what mends it
 * @property {Account} [account] whose credential it is; only some have a user
 * @property {string[]} [scopes] as granted, where known
 * @property {string[]} [missingScopes] those that are configured or needed, and not granted, except those that Bitbucket no
 *   longer asks for
 * @property {number} [expiresAt] when the access token dies, in milliseconds since the epoch; absent where unknown
 */

/**
 * @typedef {object} ConnectionStatus
 * @property {CredentialKind} kind
 * @property {Account} [account] whose tokens they are, where Bitbucket told
 * @property {string[]} [scopes] as granted, where known
 * @property {string[]} [missingScopes] those that are configured and not granted, except those that Bitbucket no longer
 *   asks for
 * @property {number} [expiresAt] when the access token dies, in milliseconds since the epoch
 * @property {number} [refreshedAt] when the tokens were received, in milliseconds since the epoch
 * @property {string} [hint] what seems to be wrong with the token
 */

const ACCOUNT_MEMBERS = ['uuid', 'nickname', 'displayName'];
const REPOSITORY_MEMBERS = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
const WORKSPACE_MEMBERS = ['slug', 'name', 'uuid'];

// People wait in a dialog, and want to hear what is going on …
const DIALOG_MS = 15_000;
// … which the wait for tokens says itself if it ends before.
const DIALOG_TOKENS_MS = 12_000;
const ACCOUNT_MS = 3000;

/** One connection to Bitbucket. Its methods throw `BitbucketAuthError` unless they say otherwise. */
export class BitbucketAuthIntegration {
  /** @type {StoredConfig} */
  #stored;

  /** @type {HostServices} */
  #host;

  /** @type {() => Environment} */
  #environment;

  /** @type {BitbucketClient | undefined} */
  #client;

  /** @type {import('../core.js').StoredCredential | undefined} */
  #described;

  /** @type {Connection | undefined} */
  #connection;

  /** How often a 401 met a request whose body was gone. */
  #unrepeated = 0;

  /**
   * @param {IntegrationConfig} [config] as stored
   * @param {HostServices} [host]
   * @param {() => Environment} [environment] the judged environment; by default that of `process.env`
   */
  constructor(config, host, environment = lazyEnvironment(process.env)) {
    this.#stored = new StoredConfig(config, host);
    this.#host = host ?? {};
    this.#environment = environment;
  }

  /** @returns {IntegrationConfig} */
  get #config() {
    return this.#stored.config;
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
    const { client } = this.#stored.canRefresh ? this.#environment() : {};
    await this.#stored.saveVars(vars, client && this.#connect(client));
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
    this.#stored.tokenRefreshCallback = callback;
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
    await this.#credential();
    this.#client ??= this.#createClient();
    return this.#client;
  }

  /**
   * Runs `work` with the client. Requests in it that are answered 401 are repeated by the client; where a request's body
   * was a stream and cannot be sent again, the tokens are renewed and `work` is run again, once, from the beginning.
   *
   * @template T
   * @param {(client: BitbucketClient) => T | Promise<T>} work
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
   * Whether the connection works, asked of Bitbucket. Never throws.
   *
   * @returns {Promise<TestResult>}
   */
  async testConnection() {
    try {
      return await inDialog(this.#test());
    } catch (error) {
      return { success: false, message: meaningOf(error).message };
    }
  }

  /** @returns {Promise<TestResult>} */
  async #test() {
    const { kind, hint } = this.#describe();
    const { workspace, repository } = this.#config;
    const until = performance.now() + DIALOG_TOKENS_MS;
    // The scopes are those of the tokens that will be sent, not of those before them.
    await this.#credential(DIALOG_TOKENS_MS);
    const { scopes: grantedScopes } = await this.#tokens();
    const test = judge(this.testConnection, () => new (core().ConnectionTest)({
      kind,
      workspace,
      repository,
      hint,
      requestedScopes: this.#environment().client?.scopes,
      grantedScopes,
    }));
    // Neither in the queue of the rate limit nor retried: somebody waits for the answer, whatever it is. Nor is there another
    // wait for a store that takes too long: the tokens are good all the same.
    await this.#probe(test, this.#createSender(undefined, until - performance.now()));
    const { expiresAt } = await this.#tokens();
    const verdict = test.verdict ?? { success: false, message: failure('API_FAILED', 'api').message };
    return { ...verdict, ...(expiresAt !== undefined && { expiresAt }) };
  }

  /**
   * What is known of the connection, without asking Bitbucket. It holds no secret.
   *
   * @returns {Promise<ConnectionStatus>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the config has no usable credential, or unusable scopes,
   *   `INVALID_CONFIG` when connections may not act as the OAuth client itself
   */
  async connectionStatus() {
    const { kind, hint } = this.#describe();
    const { account } = this.#config;
    const { scopes: stored, expiresAt, obtainedAt } = await this.#tokens();
    const { client } = this.#environment();
    // A store may hold anything.
    const read = stored ? judge(this.connectionStatus, () => core().readScopes(stored)) : [];
    const scopes = read.length > 0 ? read : undefined;
    return {
      kind,
      // Another kind may have left it.
      ...(kind === 'oauth' && account && { account: pick(account, ACCOUNT_MEMBERS) }),
      ...(scopes && { scopes }),
      ...(scopes && client && { missingScopes: judge(this.connectionStatus, () => client.missingScopes(scopes)) }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(obtainedAt !== undefined && { refreshedAt: obtainedAt }),
      ...(hint && { hint }),
    };
  }

  /**
   * Exchanges what the GUI brought back from Bitbucket for tokens (RFC 6749 section 4.1.3).
   *
   * @param {OAuthPayload} payload the value of `config.oauth`, in any of its three shapes. A code needs its verifier, unless
   *   the environment says that the host's form sends none
   * @param {IntegrationConfig} [_config] taken because hosts pass it; not needed
   * @returns {Promise<StoredTokens & { type: 'oauth', authorized_at: string, account?: Account }>} `account` where Bitbucket tells it
   * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
   *   `OAuthClient.parseTokenResponse` throw
   */
  async exchangeToken(payload, _config) {
    const { code: inner } = members(payload);
    const { code, code_verifier: verifier } = members(typeof inner === 'object' ? inner : payload);
    const environment = this.#environment();
    const tokens = await requestTokens(
      environment,
      (client) => client.buildHostTokenRequest(code, verifier, environment.isVerifierOptional),
      'authorization_code',
    );
    const account = await this.#accountOf(`Bearer ${tokens.accessToken}`);
    return {
      type: 'oauth',
      ...storedTokens(tokens),
      authorized_at: new Date(tokens.obtainedAt).toISOString(),
      ...(account && { account }),
    };
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
    if (this.#stored.canRefresh && refreshToken === this.#config.refresh_token) {
      return storedTokens((await this.#connect(client).renewed(this.#stored, refreshToken)).pair);
    }
    // Tokens of another connection, or older ones of this one: their store is the host's, which called.
    const owner = storelessHolder();
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
    if (!this.#stored.canRefresh) return { renewed: false };
    const connection = this.#connect(clientOf(this.#environment()));
    if (!connection.isIdle()) return { renewed: false };
    await connection.renewed(this.#stored);
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
    return /** @type {Omit<T, 'oauth' | '_vars'>} */ (masked(config));
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
    const address = this.#pageAddress('/user/workspaces', membersOf(this.listWorkspaces, 'listQuery', query));
    const { workspace } = this.#config;
    const slug = typeof workspace === 'string' ? workspace.trim() : '';
    if (!this.#describe().hasUser && slug) return { values: [{ slug }] };
    // Each value is a membership; the workspace is one of its members.
    return this.#list(address, WORKSPACE_MEMBERS, (value) => value.workspace ?? value);
  }

  /**
   * The repositories of a workspace that the connection can see. Exposed to NocoDB's creators.
   *
   * @param {PageQuery & { workspace?: string }} [query] `workspace`: its slug or its UUID in braces, by default that of the
   *   config
   * @returns {Promise<Page<Repository>>}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what `use` throws
   */
  async listRepositories(query) {
    const given = membersOf(this.listRepositories, 'listQuery', query);
    const { workspace = this.#config.workspace } = given;
    const segment = judge(this.listRepositories, () => core().workspaceSegment(workspace));
    return this.#list(this.#pageAddress(`/repositories/${segment}`, given), REPOSITORY_MEMBERS);
  }

  /**
   * @param {string} path
   * @param {PageQuery | undefined} query
   * @returns {string} of the page of that list
   */
  #pageAddress(path, query) {
    const { next, page } = members(query);
    return judge(this.#pageAddress, () => core().pageAddress(path, next, page));
  }

  /**
   * @template T
   * @param {string} address of the page, below the API's base
   * @param {string[]} names what is handed on of each value
   * @param {(value: Record<string, unknown>) => unknown} [unwrap]
   * @returns {Promise<Page<T>>}
   */
  async #list(address, names, unwrap = (value) => value) {
    try {
      const client = this.#createClient({ maxWaitMs: DIALOG_MS, patienceMs: DIALOG_TOKENS_MS });
      const list = listOf(client, address);
      const { values, goOn } = await inDialog(fetchPage(client, list, {}, DIALOG_MS));
      return {
        values: values.map((value) => pick(unwrap(members(value)), names)),
        ...(goOn() && { next: judge(this.#list, () => list.token) }),
      };
    } catch (error) {
      // Not Axios' error, which holds the request.
      throw meaningOf(error);
    }
  }

  /**
   * Asks Bitbucket what a test wants to know.
   *
   * @param {import('../core.js').ConnectionTest} test
   * @param {Sender} sender
   * @param {AbortSignal} [signal]
   */
  async #probe(test, sender, signal) {
    for (let path = test.path; path !== undefined; path = test.path) {
      try {
        const headers = { accept: 'application/json' };
        // What another server says, without having seen the credential, proves nothing.
        const answer = await sender({ method: 'GET', url: this.#apiUrl() + path, headers, signal, redirect: 'own' });
        test.answered({ ...answer, receivedAt: Date.now() });
      } catch (error) {
        test.failed(meaningOf(error).message);
      }
    }
  }

  /**
   * Whose token it is, if Bitbucket tells in time. New tokens are worth more than this.
   *
   * @param {string} authorization
   * @returns {Promise<Account | undefined>}
   */
  async #accountOf(authorization) {
    try {
      const { timeoutMs, proxies } = this.#environment();
      const sender = createSender({
        apiUrl: this.#apiUrl(),
        timeoutMs,
        proxies,
        credentials: {
          newest: async () => ({ authorization }),
          answered: () => false,
          onUnrepeatable: () => {},
        },
      });
      const test = new (core().ConnectionTest)({ kind: 'oauth' });
      await this.#probe(test, sender, signalAfter(ACCOUNT_MS));
      return test.verdict?.account;
    } catch {
      return undefined;
    }
  }

  /**
   * @param {{ maxWaitMs?: number, patienceMs?: number }} [options] how long a request may wait for room within the rate
   *   limit, and for tokens
   */
  #createClient({ maxWaitMs, patienceMs } = {}) {
    const throttle = this.#throttle(maxWaitMs);
    return createClient({
      apiUrl: this.#apiUrl(),
      kind: this.#describe().kind,
      sender: this.#createSender(throttle, patienceMs),
      isQueued: throttle !== undefined,
      maxWaitMs,
    });
  }

  /**
   * @param {import('../api/sender.js').Throttle} [throttle]
   * @param {number} [patienceMs] how long a request may wait for tokens
   * @returns {Sender}
   */
  #createSender(throttle, patienceMs) {
    const { timeoutMs, proxies, problems } = this.#environment();
    return createSender({
      apiUrl: this.#apiUrl(),
      timeoutMs,
      proxies,
      throttle,
      credentials: {
        newest: () => this.#credential(patienceMs),
        /** @type {(status: number, used: Credential, repetitions: number) => boolean} */
        answered: (status, { current }, repetitions) => {
          if (current) return Boolean(this.#connection?.answered(status, current, repetitions));
          if (this.#describe().canRenew && core().asksForRenewal(status)) throw configFailure(problems);
          return false;
        },
        onUnrepeatable: () => {
          this.#unrepeated += 1;
        },
      },
    });
  }

  /**
   * @param {number} [maxWaitMs]
   * @returns {import('../api/sender.js').Throttle | undefined}
   */
  #throttle(maxWaitMs) {
    const limiter = rateLimiterOf(this.#environment());
    if (!limiter) return undefined;
    const { account, whose } = this.#rateLimitAccount();
    const log = (/** @type {string} */ message) => this.#stored.log(message);
    return {
      take: (group, signal) => limiter.take(account, group, { signal, maxWaitMs, log }),
      observe: (group, answer) => {
        // The answer does not have to wait for this.
        if (whose && core().provesCredential(answer.status)) void limiter.prove(account, whose);
        return limiter.observe(account, group, answer);
      },
    };
  }

  /**
   * Whose rate limit it is: Bitbucket counts for each user, access token or OAuth client. A config may claim to be somebody
   * else's, so the credential counts under a name of its own until Bitbucket has answered.
   *
   * @returns {{ account: string, whose?: () => Promise<string | undefined> }} `whose`: asks for the user, after an answer
   *   that proves the credential
   */
  #rateLimitAccount() {
    const { kind, email, accessToken = '' } = this.#readCredential();
    const { uuid } = members(this.#config.account);
    const { client, redisUrl } = this.#environment();
    if (kind === 'custom' && client) return { account: `client ${client.clientId}` };
    const account = this.#stored.canRefresh && client
      ? `connection ${nameOf(this.#connect(client))}`
      : `token ${createHash('sha256').update(JSON.stringify([email, accessToken])).digest('base64url')}`;
    // Without a client there is no key, and without a key no name of a person goes to Redis.
    if (!client && redisUrl) return { account };
    if (email !== undefined) return { account, whose: async () => `email ${email.toLowerCase()}` };
    if (kind === 'oauth' && typeof uuid === 'string') return { account, whose: () => this.#provenUser() };
    return { account };
  }

  /**
   * The user whose tokens these are, as Bitbucket says.
   *
   * @returns {Promise<string | undefined>}
   */
  async #provenUser() {
    try {
      const { authorization } = await this.#credential();
      const account = await this.#accountOf(authorization);
      return account?.uuid && `user ${account.uuid}`;
    } catch {
      return undefined;
    }
  }

  /** @returns {string} */
  #apiUrl() {
    const { apiUrl, problems } = this.#environment();
    if (!apiUrl) throw configFailure(problems.filter(({ field }) => field?.endsWith('_API_URL')));
    return apiUrl;
  }

  /**
   * What goes into the header of the next request.
   *
   * @param {number} [patienceMs] how long to wait for tokens
   * @returns {Promise<Credential>}
   * @throws {BitbucketAuthError} like `authenticate`
   */
  async #credential(patienceMs) {
    const { canRenew } = this.#describe();
    const { client, problems } = canRenew ? this.#environment() : {};
    if (client) {
      const current = await this.#connect(client).newest(this.#stored, patienceMs);
      return { authorization: `Bearer ${current.accessToken}`, current };
    }
    const { authorization } = canRenew ? this.#readCredential() : this.#describe();
    const isGone = canRenew && core().isExpired(epoch(this.#config.expires_at), Date.now());
    if (isGone || authorization === undefined) throw configFailure(problems ?? []);
    return { authorization };
  }

  /**
   * What the config says of the credential, without tokens that can be renewed.
   *
   * @returns {import('../core.js').StoredCredential}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` for the OAuth client itself where that is not allowed
   */
  #describe() {
    if (this.#described) return this.#described;
    const described = this.#readCredential();
    // The keeper has tokens that can be renewed, and a copy of them takes kilobytes.
    const { accessToken: _its, authorization: _ofIt, ...kept } = described;
    this.#described = described.canRenew ? kept : described;
    return this.#described;
  }

  /** The same, with tokens that can be renewed. */
  #readCredential() {
    const { mayActAsClient } = this.#environment();
    return judge(this.#readCredential, () => core().readCredential(this.#config, mayActAsClient));
  }

  /**
   * The newest tokens that are known, as they are.
   *
   * @returns {Promise<Partial<Pair>>}
   */
  async #tokens() {
    const { kind, canRenew } = this.#describe();
    const { client } = canRenew ? this.#environment() : {};
    const latest = client && await this.#connect(client).latest();
    // Members of another kind may be left from before.
    const { scopes, ...tokens } = latest ?? (kind === 'oauth' ? pairOf(this.#config, undefined) : {});
    // Where the answer named none, nobody knows them.
    return { ...tokens, ...(scopes && scopes.length !== 0 && { scopes }) };
  }

  /**
   * The connection that this wrapper's tokens belong to, or that of the OAuth client itself.
   *
   * @param {import('../core.js').CoreClient} client
   * @returns {Connection}
   */
  #connect(client) {
    if (this.#connection) return this.#connection;
    const keeper = keeperOf({ ...this.#environment(), client });
    const pair = () => {
      const { accessToken } = this.#readCredential();
      const { oauth_token: own } = this.#config;
      // The very text of the config, and not another one like it.
      return pairOf(this.#config, accessToken === own ? own : accessToken);
    };
    this.#connection = this.#stored.canRefresh ? keeper.attach(pair(), this.#stored) : keeper.ofClient();
    return this.#connection;
  }
}

/**
 * @template T
 * @param {Promise<T>} work that a dialog waits for
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_TIMEOUT`, and whatever the work rejects with
 */
async function inDialog(work) {
  try {
    return await within(DIALOG_MS, work);
  } catch (error) {
    throw members(error).code === 'TIMEOUT' ? failure('REQUEST_TIMEOUT', 'api') : error;
  }
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
 * @param {unknown} error
 * @returns {unknown}
 */
function statusOf(error) {
  return members(members(error).response).status;
}

/** Names for connections whose account is not known. @type {WeakMap<Connection, string>} */
const names = new WeakMap();

/** @param {Connection} connection */
function nameOf(connection) {
  const name = names.get(connection) ?? randomUUID();
  names.set(connection, name);
  return name;
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
