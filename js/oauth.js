/**
 * The protocol functions, for Node.js and browsers alike.
 *
 * In: plain values, and responses of the token endpoint. Out: requests as data, token sets, or a `BitbucketAuthError`. Never:
 * sent requests, stored tokens, or rules of OAuth. The core has these rules.
 */

import { readArgument } from './arguments.js';
import { AuthorizationClient } from './authorization-client.js';
import { core, init } from './core.js';
import { BitbucketAuthError, callCore } from './error.js';
import { parseTokenResponse } from './token-response.js';

export { init, BitbucketAuthError };

/** @typedef {import('../pkg/core.js').AuthorizationRequest} AuthorizationRequest */
/** @typedef {import('../pkg/core.js').TokenRequest} TokenRequest */
/** @typedef {import('../pkg/core.js').TokenSet} TokenSet */
/** @typedef {import('./core.js').CoreSource} CoreSource */
/** @typedef {import('./token-response.js').TokenResponse} TokenResponse */

/**
 * @typedef {object} ClientOptions
 * @property {string} clientId the Key of the OAuth client at Bitbucket
 * @property {string | undefined} [clientSecret] its Secret; leave it out in a browser
 * @property {string} redirectUri an absolute https URL without a fragment, or http on loopback; sent byte for byte
 * @property {readonly string[] | string | undefined} [scopes] by default `DEFAULT_SCOPES`; an empty list sends no scope
 *   parameter, which requests all scopes of the client
 * @property {{ authorizeUrl?: string | undefined, tokenUrl?: string | undefined, apiUrl?: string | undefined } | undefined
 *   } [endpoints] URLs that replace Bitbucket Cloud's: https, or http on loopback
 */

/**
 * The scopes that a client requests by default, in this order. Frozen.
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
 * An OAuth client at Bitbucket, which `createClient` validates once. Printing or serializing it never shows the secret.
 */
export class OAuthClient extends AuthorizationClient {
  /** @type {import('../pkg/core.js').OAuthCore} */
  #handle;

  /**
   * @param {ClientOptions} options
   * @param {Function} [caller] the public function that was called. An error's stack trace starts where it was called
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
   */
  constructor(options, caller = new.target) {
    const { clientId, redirectUri, clientSecret, scopes, endpoints = {} } = readArgument(caller, 'clientOptions', options);
    const { authorizeUrl, tokenUrl, apiUrl } = endpoints;
    const handle = callCore(caller, () =>
      new (core().OAuthCore)(clientId, redirectUri, clientSecret, scopes, authorizeUrl, tokenUrl, apiUrl));
    super(handle, readArgument);
    this.#handle = handle;
  }

  /**
   * The request that exchanges a code for tokens (RFC 6749 section 4.1.3). Send it without following redirects.
   *
   * @param {{ code: string, codeVerifier?: string | undefined, code_verifier?: string | undefined,
   *   redirectUri?: string | undefined }} grant `code`: from `validateAuthorizationResponse` or `authorizeInPopup`, which have
   *   checked the state. `authorizeInPopup` returns the verifier as `code_verifier`. `redirectUri` is needed if the authorization
   *   request had another redirect URI than the client
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  buildTokenRequest(grant) {
    const given = readArgument(this.buildTokenRequest, 'codeGrant', grant);
    const { code, codeVerifier, redirectUri, code_verifier: snakeCaseVerifier } = given;
    return callCore(this.buildTokenRequest, () =>
      this.#handle.buildTokenRequest(code, codeVerifier, snakeCaseVerifier, redirectUri));
  }

  /**
   * The request that exchanges a refresh token for new tokens (RFC 6749 section 6). Bitbucket rotates refresh tokens:
   * store the new tokens before you use them.
   *
   * @param {{ refreshToken: string }} grant
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  buildRefreshRequest(grant) {
    const { refreshToken } = readArgument(this.buildRefreshRequest, 'refreshGrant', grant);
    return callCore(this.buildRefreshRequest, () => this.#handle.buildRefreshRequest(refreshToken));
  }

  /**
   * The request for a token of the client itself (RFC 6749 section 4.4).
   *
   * @returns {TokenRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT` if the client has no secret
   */
  buildClientCredentialsRequest() {
    return callCore(this.buildClientCredentialsRequest, () => this.#handle.buildClientCredentialsRequest());
  }

  /**
   * Parses a response of the token endpoint (RFC 6749 sections 5.1 and 5.2).
   *
   * @param {TokenResponse} response
   * @returns {TokenSet}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `REDIRECT_REFUSED`, `RESPONSE_TOO_LARGE`, `RESPONSE_NOT_JSON`,
   *   `RESPONSE_INVALID`, `UNEXPECTED_STATUS`, `UNSUPPORTED_TOKEN_TYPE`, `INVALID_CLIENT`, `INVALID_GRANT`,
   *   `RECONNECT_REQUIRED`, `TOKEN_REQUEST_FAILED`
   */
  parseTokenResponse(response) {
    return parseTokenResponse(this.parseTokenResponse, this.#handle, response);
  }
}

/**
 * Creates an OAuth client, and validates its configuration.
 *
 * @param {ClientOptions} options
 * @returns {OAuthClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
export function createClient(options) {
  return new OAuthClient(options, createClient);
}

/**
 * Adds the scopes that the given scopes imply at Bitbucket (`pullrequest` implies `repository`).
 *
 * @param {readonly string[]} list
 * @returns {string[]} the given scopes first, in their order; unknown scopes stay
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
export function expandScopes(list) {
  const { scopes } = readArgument(expandScopes, 'scopes', { scopes: list });
  return callCore(expandScopes, () => core().expandScopes(scopes));
}

/**
 * The required scopes that were not granted. Implied scopes count as granted.
 *
 * @param {readonly string[]} required
 * @param {readonly string[]} granted
 * @returns {string[]} empty if nothing is missing
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
export function missingScopes(required, granted) {
  const given = readArgument(missingScopes, 'requiredScopes', { required, granted });
  return callCore(missingScopes, () => core().missingScopes(given.required, given.granted));
}
