/**
 * Passes a response of the token endpoint to the core.
 *
 * In: a response from a caller or from the transport. Out: a token set, or a `BitbucketAuthError`. Never: a validation of the
 * response. Only the core validates it.
 */

import { readArgument } from './arguments.js';
import { callCore } from './error.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('../pkg/core.js').TokenRequest} TokenRequest */
/** @typedef {import('../pkg/core.js').TokenSet} TokenSet */

/**
 * @template {string} Name
 * @typedef {import('./core.js').RuntimeType<Name>} RuntimeType
 */

/**
 * @typedef {object} TokenResponse
 * @property {number} status the HTTP status
 * @property {RuntimeType<'Headers'> | Iterable<readonly [string, unknown]> | Record<string, unknown> | undefined} [headers]
 *   also a `Map`; names in any letter case
 * @property {string | Uint8Array} body as received, content encoding removed
 * @property {number} receivedAt when it arrived, in milliseconds since the epoch
 * @property {'authorization_code' | 'refresh_token' | 'client_credentials'} grant of the token request
 * @property {{ refreshToken?: string | undefined, scopes?: readonly string[] | undefined } | undefined} [previous] the token
 *   set that was refreshed: its refresh token and its scopes stay if the response has none
 * @property {Pick<TokenRequest, 'body'> | undefined} [request] the token request: its secrets are removed from the server's
 *   error message
 */

/**
 * @param {Function} caller the public function that was called; an error's stack trace starts at the code that called it
 * @param {Pick<import('../pkg/core.js').OAuthCore, 'parseTokenResponse'>} client
 * @param {TokenResponse} response
 * @returns {TokenSet}
 * @throws {BitbucketAuthError}
 */
export function parseTokenResponse(caller, client, response) {
  const given = readArgument(caller, 'tokenResponse', response);
  const { grant, status, body, receivedAt, headers = {}, previous = {}, request = {} } = given;
  return callCore(caller, () => client.parseTokenResponse(
    grant, status, body, receivedAt, headers['content-type'], headers['www-authenticate'], headers['retry-after'],
    previous.refreshToken, previous.scopes, request.body,
  ));
}
