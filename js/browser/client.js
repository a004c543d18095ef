/**
 * The OAuth client of a front end that builds addresses and judges callbacks by itself.
 *
 * In: what is configured of a public client. Out: the client, without the functions that are about tokens. What never happens
 * here: a secret is taken, or a rule of OAuth is decided; the core does that.
 */

import { AuthorizationClient } from '../authorization-client.js';
import { callCore } from '../error.js';
import { core, readArgument } from './core.js';
import { textOrUndefined } from './page.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {Omit<import('../oauth.js').ClientOptions, 'clientSecret'>} PublicClientOptions */

/**
 * Validates the configuration of a public client (RFC 6749 section 2.1), once. A secret is refused. In a page, a redirect URI
 * on the page's own origin may be plain http, if the page itself is on it.
 *
 * @param {PublicClientOptions} options
 * @returns {AuthorizationClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
export function createClient(options) {
  const { clientId, redirectUri, scopes, endpoints = {} } = readArgument(createClient, 'publicClientOptions', options);
  const { authorizeUrl, tokenUrl, apiUrl } = endpoints;
  const handle = callCore(createClient, () => core().publicClient(
    textOrUndefined(() => globalThis.location?.origin), clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl,
  ));
  return new AuthorizationClient(handle, readArgument);
}
