/**
 * Sends the core's token requests, and lets the core parse the responses.
 *
 * In: the validated environment, and a request that the core built. Out: a token set, or a `BitbucketAuthError`. Never: a
 * repeated request, a stored token, or a response that the core has not validated.
 */

import { core, failure } from './core.js';
import { BitbucketAuthError, callCore } from './error.js';
import { parseTokenResponse } from './token-response.js';
import { send } from './transport.js';

/** @typedef {import('../pkg/core.js').OAuthCore} OAuthCore */
/** @typedef {import('../pkg/core.js').TokenRequest} TokenRequest */
/** @typedef {import('../pkg/core.js').TokenSet} TokenSet */
/** @typedef {import('./nocodb/environment.js').Environment} Environment */

/**
 * The client that the environment describes.
 *
 * @param {Environment} environment
 * @returns {OAuthCore}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` with the missing or invalid variable
 */
export function requireClient({ client, problems }) {
  if (client) return client;
  throw configFailure(problems);
}

/**
 * @param {import('./error.js').ErrorDetails[]} problems of the environment; the error reports the first one
 * @returns {BitbucketAuthError}
 */
export function configFailure([problem]) {
  return problem ? new BitbucketAuthError(problem, {}, configFailure) : failure('INVALID_CONFIG', 'config');
}

/**
 * @param {Environment} environment
 * @param {(client: OAuthCore) => TokenRequest} build
 * @param {'authorization_code' | 'refresh_token' | 'client_credentials'} grant
 * @param {Partial<Pick<TokenSet, 'refreshToken' | 'scopes'>>} [previous] values for members that the response may lack
 * @returns {Promise<TokenSet & { obtainedAt: number }>} `obtainedAt`: milliseconds since the epoch
 * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and the errors of the transport and of
 *   `OAuthClient.parseTokenResponse`
 */
export async function requestTokens(environment, build, grant, previous) {
  const client = requireClient(environment);
  const request = callCore(requestTokens, () => build(client));
  const phase = core().grantTypePhase(grant);
  const { timeoutMs, proxies } = environment;
  const { status, headers, body } = await send(request, { phase, timeoutMs, proxies });
  const obtainedAt = Date.now();
  const response = { status, headers, body, receivedAt: obtainedAt, grant, previous, request };
  const tokens = parseTokenResponse(requestTokens, client, response);
  return { ...tokens, obtainedAt };
}
