/**
 * The protocol functions, for Node.js and browsers alike.
 *
 * In: plain values and what came over the wire. Out: requests as data, judged answers, or a `BitbucketAuthError`.
 * What never happens here: a request is sent, a token is kept, or a rule of OAuth is decided; the core does that.
 */

import { membersOf } from './arguments.js';
import { core, init } from './core.js';
import { BitbucketAuthError, judge } from './error.js';

export { init, BitbucketAuthError };

/** @typedef {import('./core.js').AuthorizationRequest} AuthorizationRequest */
/** @typedef {import('./core.js').TokenRequest} TokenRequest */
/** @typedef {import('./core.js').TokenSet} TokenSet */
/** @typedef {import('./core.js').CoreSource} CoreSource */

/**
 * @template {string} Name
 * @typedef {import('./core.js').RuntimeType<Name>} RuntimeType
 */

/**
 * @typedef {object} ClientOptions
 * @property {string} clientId the Key of the OAuth client at Bitbucket
 * @property {string} [clientSecret] its Secret; leave it out in a browser
 * @property {string} redirectUri an absolute https address without a fragment, or http on loopback; sent byte for byte
 * @property {readonly string[] | string} [scopes] by default `DEFAULT_SCOPES`; an empty list sends no scope parameter,
 *   which asks for all that the client has
 * @property {{ authorizeUrl?: string, tokenUrl?: string, apiUrl?: string }} [endpoints] other addresses than
 *   Bitbucket Cloud's: https, or http on loopback
 */

/**
 * @typedef {object} TokenResponse
 * @property {number} status the HTTP status
 * @property {RuntimeType<'Headers'> | Iterable<readonly [string, unknown]> | Record<string, unknown>} [headers] also a `Map`; names in
 *   any letter case
 * @property {string | Uint8Array} body as received, content encoding removed
 * @property {number} receivedAt when it arrived, in milliseconds since the epoch
 * @property {'authorization_code' | 'refresh_token' | 'client_credentials'} grant what was asked for
 * @property {Partial<Pick<TokenSet, 'refreshToken' | 'scopes'>>} [previous] the token set that was refreshed: its
 *   refresh token and its scopes are kept when the answer brings none
 * @property {Pick<TokenRequest, 'body'>} [request] the request that was answered: its secrets are cut out of what the
 *   server says
 */

/**
 * The scopes that are requested unless others are configured, in this order. Frozen.
 *
 * @type {readonly string[]}
 */
export const DEFAULT_SCOPES = Object.freeze([
  'repository',
  'repository:write',
  'pullrequest',
  'pullrequest:write',
  'issue',
  'issue:write',
  'account',
]);

/**
 * An OAuth client at Bitbucket: validated once, for as long as it is needed. Made by `createClient`. Nothing that
 * prints or serialises it shows the secret.
 */
export class OAuthClient {
  /** @type {import('../pkg/core.js').Client} */
  #handle;

  /**
   * @param {ClientOptions} options
   * @param {Function} [caller] the function in whose caller the stack of an error shall start
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
   */
  constructor(options, caller = new.target) {
    const given = membersOf(caller, 'clientOptions', options);
    this.#handle = judge(caller, () => new (core().Client)(given));
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
    return this.#handle.authorizationUrl();
  }

  /**
   * Starts a login with a fresh state (RFC 6749 section 10.12) and PKCE S256 (RFC 7636).
   *
   * @param {{ extraParams?: Record<string, string> }} [options] parameters to add; they cannot replace the client's own
   * @returns {AuthorizationRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  createAuthorizationRequest(options) {
    const { extraParams } = membersOf(this.createAuthorizationRequest, 'authorizationOptions', options);
    return judge(this.createAuthorizationRequest, () => this.#handle.createAuthorizationRequest(extraParams));
  }

  /**
   * Judges what came back to the redirect URI. The state is checked before anything else is believed.
   *
   * @param {string | RuntimeType<'URL'> | RuntimeType<'URLSearchParams'>} callback the address, or its query
   * @param {{ state: string }} expected what `createAuthorizationRequest` returned for this user
   * @returns {{ code: string }} for `buildTokenRequest`; good for one use within minutes
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `CALLBACK_INVALID`, `CALLBACK_DUPLICATE_PARAMETER`,
   *   `CALLBACK_UNSUPPORTED_RESPONSE`, `STATE_MISSING`, `STATE_MISMATCH`, `ISSUER_MISMATCH`, `ACCESS_DENIED`,
   *   `AUTHORIZATION_FAILED`, `CODE_MISSING`
   */
  validateAuthorizationResponse(callback, expected) {
    const caller = this.validateAuthorizationResponse;
    const { state } = membersOf(caller, 'expectedResponse', expected);
    const { callback: text } = membersOf(caller, 'callback', { callback });
    return { code: judge(caller, () => this.#handle.validateAuthorizationResponse(text, state)) };
  }

  /**
   * The request that exchanges a code for tokens (RFC 6749 section 4.1.3). Send it without following redirects.
   *
   * @param {{ code: string, codeVerifier?: string, code_verifier?: string, redirectUri?: string }} grant what
   *   `authorizeInPopup` gives has the verifier as `code_verifier`; `redirectUri`: when the code was asked for with
   *   another than the client's
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  buildTokenRequest(grant) {
    const given = membersOf(this.buildTokenRequest, 'codeGrant', grant);
    const { code, codeVerifier, redirectUri, code_verifier: itsOtherName } = given;
    return judge(this.buildTokenRequest, () =>
      this.#handle.buildTokenRequest(code, codeVerifier, redirectUri, itsOtherName));
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
    const { refreshToken } = membersOf(this.buildRefreshRequest, 'refreshGrant', grant);
    return judge(this.buildRefreshRequest, () => this.#handle.buildRefreshRequest(refreshToken));
  }

  /**
   * The request for a token of the client itself (RFC 6749 section 4.4).
   *
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when the client has no secret
   */
  buildClientCredentialsRequest() {
    return judge(this.buildClientCredentialsRequest, () => this.#handle.buildClientCredentialsRequest());
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
    const given = membersOf(this.parseTokenResponse, 'tokenResponse', response);
    return judge(this.parseTokenResponse, () => this.#handle.parseTokenResponse(given));
  }
}

/**
 * Validates the configuration of an OAuth client, once.
 *
 * @param {ClientOptions} options
 * @returns {OAuthClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
export function createClient(options) {
  return new OAuthClient(options, createClient);
}

/**
 * Adds the scopes that the given ones imply at Bitbucket (`pullrequest` implies `repository`).
 *
 * @param {readonly string[]} list
 * @returns {string[]} the given ones first, in their order; unknown ones are kept
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
export function expandScopes(list) {
  const { scopes } = membersOf(expandScopes, 'scopes', { scopes: list });
  return judge(expandScopes, () => core().expandScopes(scopes));
}

/**
 * What the granted scopes lack, implied ones counted as granted.
 *
 * @param {readonly string[]} required
 * @param {readonly string[]} granted
 * @returns {string[]} empty when nothing is missing
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
export function missingScopes(required, granted) {
  const given = membersOf(missingScopes, 'requiredScopes', { required, granted });
  return judge(missingScopes, () => core().missingScopes(given.required, given.granted));
}
