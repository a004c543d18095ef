/**
 * The part of an OAuth client that needs no tokens: authorization requests and responses.
 *
 * In: an OAuth client of the core. Out: authorization URLs, and validated callbacks. Never: a rule of OAuth. The core
 * has these rules.
 */

import { callCore } from './error.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('../pkg/core.js').AuthorizationRequest} AuthorizationRequest */

/**
 * @template {string} Name
 * @typedef {import('./core.js').RuntimeType<Name>} RuntimeType
 */

/** Printing or serializing an instance never shows the secret. */
export class AuthorizationClient {
  /** @type {AuthorizationHandle} */
  #handle;

  /** @type {import('./argument-reader.js').ReadArgument} */
  #readArgument;

  /**
   * @internal
   * @param {AuthorizationHandle} handle
   * @param {import('./argument-reader.js').ReadArgument} readArgument the argument reader of the core that `handle` belongs to
   * @typedef {Pick<import('../pkg/core.js').OAuthCore, 'clientId' | 'redirectUri' | 'scopes' | 'authorizeUrl' | 'tokenUrl'
   *   | 'apiUrl' | 'confidential' | 'authorizationUrl' | 'createAuthorizationRequest' | 'validateAuthorizationResponse'>
   *   } AuthorizationHandle
   */
  constructor(handle, readArgument) {
    this.#handle = handle;
    this.#readArgument = readArgument;
  }

  /** The client ID as configured. Bitbucket calls it the Key. */
  get clientId() {
    return this.#handle.clientId;
  }

  /** The redirect URI, byte for byte as configured. */
  get redirectUri() {
    return this.#handle.redirectUri;
  }

  /** The requested scopes; empty if the client sends no scope parameter. */
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

  /** The base URL of the API. */
  get apiUrl() {
    return this.#handle.apiUrl;
  }

  /** Whether the client has a secret (RFC 6749 section 2.1). */
  get confidential() {
    return this.#handle.confidential;
  }

  /**
   * The authorization URL for NocoDB's form. NocoDB's GUI appends state and PKCE.
   *
   * @returns {string} a URL without `state`, `code_challenge` and `code_challenge_method`, but always with a query
   */
  authorizationUrl() {
    return this.#handle.authorizationUrl();
  }

  /**
   * Starts a login with a fresh state (RFC 6749 section 10.12) and PKCE S256 (RFC 7636).
   *
   * @param {{ extraParams?: Record<string, string> | undefined }} [options] parameters to add; they cannot replace those of
   *   the client
   * @returns {AuthorizationRequest}
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
   */
  createAuthorizationRequest(options) {
    const caller = this.createAuthorizationRequest;
    const { extraParams } = this.#readArgument(caller, 'authorizationOptions', options);
    return callCore(caller, () => this.#handle.createAuthorizationRequest(extraParams));
  }

  /**
   * Validates a callback to the redirect URI. The state is checked before any other parameter is used.
   *
   * @param {string | RuntimeType<'URL'> | RuntimeType<'URLSearchParams'>} callback the callback's URL, or the query of that URL
   * @param {{ state: string }} expected the state that `createAuthorizationRequest` returned for this user
   * @returns {{ code: string }} the code for `buildTokenRequest`; it is valid for one use, and only for minutes
   * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `CALLBACK_INVALID`, `CALLBACK_DUPLICATE_PARAMETER`,
   *   `CALLBACK_UNSUPPORTED_RESPONSE`, `STATE_MISSING`, `STATE_MISMATCH`, `ISSUER_MISMATCH`, `ACCESS_DENIED`,
   *   `AUTHORIZATION_FAILED`, `CODE_MISSING`
   */
  validateAuthorizationResponse(callback, expected) {
    const caller = this.validateAuthorizationResponse;
    const { state } = this.#readArgument(caller, 'expectedResponse', expected);
    const { callback: text } = this.#readArgument(caller, 'callback', { callback });
    return { code: callCore(caller, () => this.#handle.validateAuthorizationResponse(text, state)) };
  }
}
