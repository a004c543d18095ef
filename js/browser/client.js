/**
 * Creates the OAuth client for a front end that builds authorization URLs and validates callbacks itself.
 *
 * In: the configuration of a public client. Out: the client, without the functions for tokens. Never: a validation of the
 * configuration. The core validates it, and rejects a secret.
 */

import { AuthorizationClient } from '../authorization-client.js';
import { callCore } from '../error.js';
import { core, readArgument } from './core.js';
import { textOrUndefined } from './page.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {Omit<import('../oauth.js').ClientOptions, 'clientSecret'>} PublicClientOptions */

/**
 * Creates a public client (RFC 6749 section 2.1), whose configuration the core validates once. The core rejects a secret. If the
 * page itself was loaded over plain http, a redirect URI on the page's own origin may use plain http, too.
 *
 * @param {PublicClientOptions} options
 * @returns {AuthorizationClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
export function createClient(options) {
  const { clientId, redirectUri, scopes, endpoints = {} } = readArgument(createClient, 'publicClientOptions', options);
  const { authorizeUrl, tokenUrl, apiUrl } = endpoints;
  const handle = callCore(createClient, () => core().createPublicCore(
    textOrUndefined(() => globalThis.location?.origin), clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl,
  ));
  return new AuthorizationClient(handle, readArgument);
}
