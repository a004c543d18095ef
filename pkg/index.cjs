var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/index.js
var index_exports = {};
__export(index_exports, {
  BitbucketAuthError: () => import_error3.BitbucketAuthError,
  BitbucketAuthIntegration: () => BitbucketAuthIntegration,
  createEntry: () => createEntry,
  default: () => index_default
});
module.exports = __toCommonJS(index_exports);
var import_environment2 = require("./environment.cjs");
var import_error3 = require("./error.cjs");

// js/form.js
var CATEGORY = "Authentication";
function form({ client }) {
  const accessToken = { label: "Access token", value: "api_key" };
  const oauth = { label: "OAuth2", value: "oauth" };
  return [
    {
      type: "input",
      label: "Integration name",
      model: "title",
      placeholder: "Integration name",
      category: "General",
      validators: [{ type: "required", message: "Integration name is required" }]
    },
    {
      type: "select",
      label: "Auth type",
      model: "config.type",
      category: CATEGORY,
      placeholder: "Select auth type",
      defaultValue: client ? oauth.value : accessToken.value,
      options: client ? [accessToken, oauth] : [accessToken],
      validators: [{ type: "required", message: "Auth type is required" }]
    },
    {
      type: "password",
      label: "Access token",
      model: "config.token",
      category: CATEGORY,
      placeholder: "Enter your access token",
      helpText: "A repository, project or workspace access token of Bitbucket Cloud",
      condition: { model: "config.type", value: accessToken.value },
      validators: [{ type: "required", message: "Access token is required" }]
    },
    ...client ? [oauthButton(client, oauth.value)] : []
  ];
}
function oauthButton(client, type) {
  return {
    type: "oauth",
    label: "Bitbucket account",
    // The GUI writes { code, code_verifier } to this path.
    model: "config.oauth.code",
    category: CATEGORY,
    condition: { model: "config.type", value: type },
    validators: [{ type: "required", message: "Authenticate with Bitbucket first" }],
    oauthMeta: {
      provider: "Bitbucket",
      authUri: client.authorizationUrl(),
      redirectUri: client.redirectUri,
      clientId: client.clientId,
      scopes: client.scopes,
      codeKey: "code"
    }
  };
}

// js/integration.js
var import_axios = __toESM(require("axios"));
var import_core2 = require("./core.cjs");
var import_environment = require("./environment.cjs");
var import_error2 = require("./error.cjs");

// js/transport.js
var import_undici = require("undici");
var import_core = require("./core.cjs");
var import_error = require("./error.cjs");
var MAX_BYTES = 1024 * 1024;
var PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
var TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
var TROUBLES = [
  [/^(ENOTFOUND|EAI_\w+)$/, "the host name could not be resolved"],
  [/^ECONNREFUSED$/, "the connection was refused"],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, "the connection was closed before the answer was complete"],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, "there is no way to the host"],
  [
    /CERT|ISSUER|SIGNATURE|^UND_ERR_PRX_TLS$/,
    "the TLS certificate is not accepted; if it comes from a private authority, NODE_EXTRA_CA_CERTS must name its file"
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, "the TLS handshake failed"],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, "the answer is not HTTP as it should be"],
  [/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/, "the compressed answer is damaged"],
  // The only requests that undici ends by itself are those that a proxy turns down.
  [/^UND_ERR_ABORTED$/, "the proxy turned the connection down"]
];
var TELLING_NOTHING = ["Error", "TypeError", "AggregateError"];
var LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
var proxying;
var dispatcher = new import_undici.Agent().compose((direct) => (options, handler) => {
  if (isLoopback(options.origin)) return direct(options, handler);
  proxying ??= new import_undici.EnvHttpProxyAgent();
  return proxying.dispatch(options, handler);
});
async function send(request, { phase, timeoutMs, signal, maxBytes = MAX_BYTES, redirect = "manual" }) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const timer = timeoutMs === void 0 ? void 0 : setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const response = await (0, import_undici.fetch)(request.url, {
      method: request.method,
      headers: request.headers,
      body: (
        /** @type {import('undici').BodyInit | null | undefined} */
        request.body
      ),
      duplex: "half",
      redirect,
      signal: controller.signal,
      dispatcher
    });
    const body = await read(response.body, maxBytes);
    if (!body) throw (0, import_core.failure)("RESPONSE_TOO_LARGE", phase, { status: response.status });
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    if (error instanceof import_error.BitbucketAuthError) throw error;
    if (late) throw (0, import_core.failure)("REQUEST_TIMEOUT", phase);
    if (signal?.aborted) throw (0, import_core.failure)("REQUEST_ABORTED", phase);
    throw networkFailure(error, phase, request.url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    abort();
  }
}
function createApiFetch({ apiUrl, maxBytes, accessToken }) {
  const { origin } = new URL(apiUrl);
  return async (input, init = {}) => {
    const url = String(input);
    const { authorization: _callers, ...headers } = Object.fromEntries(new Headers(init.headers));
    const token = new URL(url).origin === origin ? accessToken() : void 0;
    const request = {
      method: init.method ?? "GET",
      url,
      headers: token === void 0 ? headers : { ...headers, authorization: `Bearer ${token}` },
      body: init.body
    };
    const redirect = init.redirect === "manual" ? "manual" : "follow";
    const answer = await send(request, { phase: "api", signal: init.signal, maxBytes, redirect });
    return responseOf(token !== void 0 && answer.status >= 400 ? withoutToken(answer, token) : answer);
  };
}
function isLoopback(url) {
  return url !== void 0 && URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
function responseOf({ status, headers, body }) {
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
}
function withoutToken({ status, headers, body }, token) {
  const forms = /* @__PURE__ */ new Set([token, encodeURIComponent(token), Buffer.from(token).toString("base64")]);
  const cut = (text) => [...forms].reduce((rest, form2) => rest.replaceAll(form2, "[redacted]"), text);
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cut(value)])),
    body: Buffer.from(cut(Buffer.from(body).toString("latin1")), "latin1")
  };
}
async function read(stream, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return void 0;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
function networkFailure(error, phase, url) {
  const code = codeOf(error);
  if (code && TIMEOUT.test(code)) return (0, import_core.failure)("REQUEST_TIMEOUT", phase, void 0, { cause: scrubbed(code, code) });
  const trouble = TROUBLES.find(([pattern]) => code && pattern.test(code))?.[1] ?? "the request could not be sent";
  const proxy = isLoopback(url) ? void 0 : PROXY_VARIABLES.find((name) => process.env[name]);
  const detail = [trouble, code, proxy && `the proxy of ${proxy} is in use unless NO_PROXY excepts the host`];
  return (0, import_core.failure)("REQUEST_FAILED", phase, void 0, {
    detail: detail.filter(Boolean).join("; "),
    cause: scrubbed(trouble, code)
  });
}
function scrubbed(message, code) {
  return Object.assign(new Error(message), code && { code });
}
function codeOf(error) {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const code = "code" in at && typeof at.code === "string" ? at.code : at.name;
    if (/^\w{1,64}$/.test(code) && !TELLING_NOTHING.includes(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return void 0;
}

// js/integration.js
var TOKEN_MEMBER = Object.freeze({ oauth: "oauth_token", api_key: "token" });
var SECRET_MEMBERS = [
  "token",
  "oauth_token",
  "refresh_token",
  "access_token",
  "bearer_token",
  "password",
  "client_secret",
  "secret"
];
var MASK = "********";
var ACCESS_TOKEN_ACCEPTED = "Bitbucket accepts the token; what it may do depends on the repository, project or workspace it was made for.";
var REPOSITORY_MEMBERS = ["full_name", "name", "slug", "uuid", "description", "is_private"];
var WORKSPACE_MEMBERS = ["slug", "name", "uuid"];
var MAX_API_BYTES = 32 * 1024 * 1024;
var API_CODES = Object.freeze({
  401: "API_UNAUTHENTICATED",
  403: "API_INSUFFICIENT_SCOPE",
  404: "API_NOT_FOUND",
  410: "API_GONE",
  429: "API_RATE_LIMITED"
});
var BitbucketAuthIntegration = class {
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
  constructor(config, host, environment = (0, import_environment.lazyEnvironment)(process.env)) {
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
    if (typeof logger === "function") logger(message);
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
    if (this.#canRefresh() && (0, import_core2.core)().isExpired(epoch(expiresAt), Date.now())) await this.#refresh(token);
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
      await this.use((client) => client.get("/user"));
      return { success: true };
    } catch (error) {
      if (this.#config.type === "api_key" && isBitbucketRefusal(error, 403)) {
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
    const { code, code_verifier: verifier } = members(typeof inner === "object" ? inner : payload);
    const client = this.#oauthClient();
    const request = (0, import_error2.judge)(this.exchangeToken, () => client.buildTokenRequest(code, verifier, void 0));
    const tokens = await this.#requestTokens(client, request, "authorization_code", "exchange");
    return { type: "oauth", ...storedTokens(tokens) };
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
    const request = (0, import_error2.judge)(this.refreshToken, () => client.buildRefreshRequest(refreshToken));
    const previous = { refreshToken, ...own && { scopes: this.#config.scopes } };
    const renewed = storedTokens(await this.#requestTokens(client, request, "refresh_token", "refresh", previous));
    if (own) {
      const { expires_at: _stale, expires_in: _older, ...kept } = (
        /** @type {Record<string, unknown>} */
        this.#config
      );
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
    this.#client = void 0;
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
    return (
      /** @type {Omit<T, 'oauth' | '_vars'>} */
      shown
    );
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
    return this.#list("/user/workspaces", page, WORKSPACE_MEMBERS, (value) => value.workspace ?? value);
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
    if (typeof workspace !== "string" || !/^[\w.{}-]+$/.test(workspace) || /^\.+$/.test(workspace)) {
      throw (0, import_core2.failure)("INVALID_ARGUMENT", "api", { field: "workspace" });
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
      if (!Array.isArray(data?.values)) throw (0, import_core2.failure)("RESPONSE_INVALID", "api", { field: "values" });
      const next = typeof data.next === "string" && Number(new URL(data.next).searchParams.get("page"));
      return {
        values: data.values.map((value) => pick(unwrap(members(value)), names)),
        ...next && { next }
      };
    } catch (error) {
      throw judged(error);
    }
  }
  /** @returns {AxiosInstance} */
  #createClient() {
    const { apiUrl, timeoutMs, problems } = this.#environment();
    if (!apiUrl) throw configFailure(problems.filter(({ field }) => field?.endsWith("_API_URL")));
    return import_axios.default.create({
      baseURL: apiUrl,
      timeout: timeoutMs,
      // With a limit, Axios itself turns a form into bytes, which undici takes from any realm.
      maxBodyLength: MAX_API_BYTES,
      adapter: "fetch",
      env: {
        fetch: createApiFetch({ apiUrl, maxBytes: MAX_API_BYTES, accessToken: () => this.#accessToken() }),
        // Axios then hands over address and options as they are, and keeps no request in its errors.
        Request: (
          /** @type {any} */
          null
        )
      },
      headers: { Accept: "application/json" }
    });
  }
  /**
   * The access token as it goes into a header.
   *
   * @returns {string}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  #accessToken() {
    const { type = "" } = this.#config;
    const member = Object.hasOwn(TOKEN_MEMBER, type) ? TOKEN_MEMBER[type] : void 0;
    if (!member) throw (0, import_core2.failure)("INVALID_ARGUMENT", "api", { field: "type" });
    const token = this.#config[member];
    if (typeof token !== "string" || !token.trim() || !fitsHeader(token)) {
      throw (0, import_core2.failure)("INVALID_ARGUMENT", "api", { field: member });
    }
    return token.trim();
  }
  #canRefresh() {
    return this.#config.type === "oauth" && Boolean(this.#config.refresh_token);
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
      this.#refreshing = void 0;
    });
    await this.#refreshing;
  }
  async #renew() {
    const { expires_at: before } = this.#config;
    const tokens = await this.refreshToken({ refresh_token: String(this.#config.refresh_token) });
    const stale = Boolean(before) && tokens.expires_at === void 0;
    try {
      if (this.#tokenRefreshCallback && !(stale && this.#host.saveConfig)) await this.#tokenRefreshCallback(tokens);
      else await this.#host.saveConfig?.(storable(this.#config));
    } catch {
      const { message } = (0, import_core2.failure)("PERSIST_FAILED", "refresh");
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
    return (0, import_error2.judge)(this.#requestTokens, () => client.parseTokenResponse({
      ...answer,
      receivedAt: Date.now(),
      grant,
      request,
      ...previous && { previous }
    }));
  }
};
function storedTokens({ accessToken, refreshToken, expiresAt, scopes }) {
  return {
    oauth_token: accessToken,
    ...refreshToken && { refresh_token: refreshToken },
    ...expiresAt !== void 0 && { expires_at: new Date(expiresAt).toISOString() },
    ...scopes.length > 0 && { scopes }
  };
}
function storable({ oauth: _transient, ...config }) {
  return config;
}
function configFailure([problem]) {
  return problem ? new import_error2.BitbucketAuthError(problem, {}, configFailure) : (0, import_core2.failure)("INVALID_CONFIG", "config");
}
function judged(error) {
  if (error instanceof import_error2.BitbucketAuthError) return error;
  const status = statusOf(error);
  if (status !== void 0) return (0, import_core2.failure)(API_CODES[status] ?? "API_FAILED", "api", { status });
  if (import_axios.default.isAxiosError(error) && ["ECONNABORTED", "ETIMEDOUT"].includes(String(error.code))) {
    return (0, import_core2.failure)("REQUEST_TIMEOUT", "api");
  }
  const cause = error instanceof Error ? error.cause : void 0;
  return cause instanceof import_error2.BitbucketAuthError ? cause : (0, import_core2.failure)("API_FAILED", "api");
}
function statusOf(error) {
  return import_axios.default.isAxiosError(error) ? error.response?.status : void 0;
}
function isBitbucketRefusal(error, status) {
  return statusOf(error) === status && import_axios.default.isAxiosError(error) && members(error.response?.data).type === "error";
}
function fitsHeader(token) {
  try {
    return new Headers({ authorization: token }).has("authorization");
  } catch {
    return false;
  }
}
function epoch(iso) {
  const time = Date.parse(iso ?? "");
  return Number.isNaN(time) ? void 0 : time;
}
function pageNumber(page) {
  if (page === void 0) return void 0;
  if (typeof page === "number" && Number.isSafeInteger(page) && page > 0) return page;
  throw (0, import_core2.failure)("INVALID_ARGUMENT", "api", { field: "page" });
}
function pick(value, names) {
  const given = members(value);
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
}
function members(value) {
  return typeof value === "object" && value !== null ? (
    /** @type {Record<string, unknown>} */
    value
  ) : {};
}

// js/manifest.js
var manifest = Object.freeze({
  title: "Bitbucket",
  icon: "bitBucket",
  version: "0.1.0",
  description: "Connect to Bitbucket Cloud with OAuth 2.0 or an access token",
  author: "NocoDB",
  website: "https://bitbucket.org",
  order: 5,
  expose: ["testConnection", "listWorkspaces", "listRepositories"]
});

// js/index.js
function createEntry(env = process.env) {
  const environment = (0, import_environment2.lazyEnvironment)(env);
  let elements;
  return {
    type: "auth",
    sub_type: "bitbucket",
    wrapper: class BitbucketAuth extends BitbucketAuthIntegration {
      /**
       * @param {IntegrationConfig} [config]
       * @param {HostServices} [host]
       */
      constructor(config, host) {
        super(config, host, environment);
      }
    },
    get form() {
      return elements ??= formFor(environment);
    },
    manifest
  };
}
var index_default = createEntry();
function formFor(environment) {
  try {
    const { problems, ...usable } = environment();
    for (const { message } of problems) warn(message);
    return form(usable);
  } catch (error) {
    warn(error instanceof import_error3.BitbucketAuthError ? error.message : "the configuration could not be read");
    return form({});
  }
}
function warn(message) {
  console.warn(`[nocodb-bitbucket-auth] ${message}`);
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  BitbucketAuthError,
  BitbucketAuthIntegration,
  createEntry
});
