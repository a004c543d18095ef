var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
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
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/oauth.js
var oauth_exports = {};
__export(oauth_exports, {
  BitbucketAuthError: () => import_error.BitbucketAuthError,
  DEFAULT_SCOPES: () => DEFAULT_SCOPES,
  OAuthClient: () => OAuthClient,
  createClient: () => createClient,
  expandScopes: () => expandScopes,
  init: () => import_core.init,
  missingScopes: () => missingScopes
});
module.exports = __toCommonJS(oauth_exports);
var import_core = require("./core.cjs");
var import_error = require("./error.cjs");
var DEFAULT_SCOPES = Object.freeze([
  "repository",
  "repository:write",
  "pullrequest",
  "pullrequest:write",
  "issue",
  "issue:write",
  "account"
]);
var OAuthClient = class {
  /** @type {import('./core.js').CoreClient} */
  #handle;
  /**
   * @param {ClientOptions} options
   * @param {Function} [caller] the function in whose caller the stack of an error shall start
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
   */
  constructor(options, caller = new.target) {
    this.#handle = (0, import_error.judge)(caller, () => new ((0, import_core.core)()).Client(options));
  }
  /** The Key, as configured. */
  get clientId() {
    return this.#handle.clientId;
  }
  /** The redirect URI, byte for byte as configured. */
  get redirectUri() {
    return this.#handle.redirectUri;
  }
  /** The scopes that are requested; empty when no scope parameter is sent. */
  get scopes() {
    return this.#handle.scopes;
  }
  /** The authorization endpoint. */
  get authorizeUrl() {
    return this.#handle.authorizeUrl;
  }
  /** The token endpoint. */
  get tokenUrl() {
    return this.#handle.tokenUrl;
  }
  /** The base address of the API. */
  get apiUrl() {
    return this.#handle.apiUrl;
  }
  /** Whether the client has a secret (RFC 6749 section 2.1). */
  get confidential() {
    return this.#handle.confidential;
  }
  /**
   * The authorization address for NocoDB's form, whose GUI appends state and PKCE by itself.
   *
   * @returns {string} without `state`, `code_challenge` and `code_challenge_method`, and always with a query
   */
  authorizationUrl() {
    return (0, import_error.judge)(this.authorizationUrl, () => this.#handle.authorizationUrl());
  }
  /**
   * Starts a login with a fresh state (RFC 6749 section 10.12) and PKCE S256 (RFC 7636).
   *
   * @param {{ extraParams?: Record<string, string> }} [options] parameters to add; they cannot replace the client's own
   * @returns {AuthorizationRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  createAuthorizationRequest(options) {
    const { extraParams } = members(options);
    return (0, import_error.judge)(this.createAuthorizationRequest, () => this.#handle.createAuthorizationRequest(extraParams));
  }
  /**
   * Judges what came back to the redirect URI. The state is checked before anything else is believed.
   *
   * @param {string | URL | URLSearchParams} callback the address, or its query
   * @param {{ state: string }} expected what `createAuthorizationRequest` returned for this user
   * @returns {{ code: string }} for `buildTokenRequest`; good for one use within minutes
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `CALLBACK_INVALID`, `CALLBACK_DUPLICATE_PARAMETER`,
   *   `CALLBACK_UNSUPPORTED_RESPONSE`, `STATE_MISSING`, `STATE_MISMATCH`, `ISSUER_MISMATCH`, `ACCESS_DENIED`,
   *   `AUTHORIZATION_FAILED`, `CODE_MISSING`
   */
  validateAuthorizationResponse(callback, expected) {
    const { state } = members(expected);
    const caller = this.validateAuthorizationResponse;
    return { code: (0, import_error.judge)(caller, () => this.#handle.validateAuthorizationResponse(callback, state)) };
  }
  /**
   * The request that exchanges a code for tokens (RFC 6749 section 4.1.3). Send it without following redirects.
   *
   * @param {{ code: string, codeVerifier?: string, redirectUri?: string }} grant `redirectUri`: when the code was
   *   asked for with another than the client's
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  buildTokenRequest(grant) {
    const { code, codeVerifier, redirectUri } = members(grant);
    return (0, import_error.judge)(this.buildTokenRequest, () => this.#handle.buildTokenRequest(code, codeVerifier, redirectUri));
  }
  /**
   * The request that exchanges a refresh token for new tokens (RFC 6749 section 6). Bitbucket rotates refresh tokens:
   * store the answer before it is used.
   *
   * @param {{ refreshToken: string }} grant
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  buildRefreshRequest(grant) {
    const { refreshToken } = members(grant);
    return (0, import_error.judge)(this.buildRefreshRequest, () => this.#handle.buildRefreshRequest(refreshToken));
  }
  /**
   * The request for a token of the client itself (RFC 6749 section 4.4).
   *
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the client has no secret
   */
  buildClientCredentialsRequest() {
    return (0, import_error.judge)(this.buildClientCredentialsRequest, () => this.#handle.buildClientCredentialsRequest());
  }
  /**
   * Judges the token endpoint's answer (RFC 6749 sections 5.1 and 5.2).
   *
   * @param {TokenResponse} response
   * @returns {TokenSet}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `REDIRECT_REFUSED`, `RESPONSE_TOO_LARGE`, `RESPONSE_NOT_JSON`,
   *   `RESPONSE_INVALID`, `UNEXPECTED_STATUS`, `UNSUPPORTED_TOKEN_TYPE`, `INVALID_CLIENT`, `INVALID_GRANT`,
   *   `RECONNECT_REQUIRED`, `TOKEN_REQUEST_FAILED`
   */
  parseTokenResponse(response) {
    const { headers, body, ...rest } = members(response);
    return (0, import_error.judge)(this.parseTokenResponse, () => this.#handle.parseTokenResponse({
      ...rest,
      headers: plainHeaders(headers),
      body: typeof body === "string" ? new TextEncoder().encode(body) : body
    }));
  }
};
function createClient(options) {
  return new OAuthClient(options, createClient);
}
function expandScopes(list) {
  return (0, import_error.judge)(expandScopes, () => (0, import_core.core)().expandScopes(list));
}
function missingScopes(required, granted) {
  return (0, import_error.judge)(missingScopes, () => (0, import_core.core)().missingScopes(required, granted));
}
function members(value) {
  return typeof value === "object" && value !== null ? (
    /** @type {Record<string, unknown>} */
    value
  ) : {};
}
function plainHeaders(headers) {
  if (headers === void 0 || headers === null) return {};
  if (typeof headers !== "object") return headers;
  const entries = Symbol.iterator in headers ? [.../** @type {Iterable<unknown>} */
  headers] : Object.entries(headers);
  const plain = {};
  for (const entry of entries) {
    if (!Array.isArray(entry)) return headers;
    const [name, value] = entry;
    if (value !== void 0 && value !== null) plain[String(name).toLowerCase()] = String(value);
  }
  return plain;
}
