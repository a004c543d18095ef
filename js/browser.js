/**
 * The entry `nocodb-bitbucket-auth/browser`: logs a user in at Bitbucket from a web page, in a popup or by a redirect. This
 * entry contains the WebAssembly that a login needs.
 *
 * In: a public OAuth client, and the click of a user. Out: the authorization code and its PKCE verifier, in the form that
 * NocoDB's server takes, or `null` if the user denied the request. Never: a client secret as input, a request for tokens, a URL
 * that is passed to another origin, or a rule of OAuth outside the core.
 */

import '../pkg/inlined/page-core.wasm.js';
import { loadWhenIdle } from './browser/idle.js';

export { createClient } from './browser/client.js';
export { init } from './browser/core.js';
export { authorizeInPopup } from './browser/popup.js';
export { beginRedirect, completeRedirect } from './browser/redirect.js';
export { BitbucketAuthError } from './error.js';

loadWhenIdle();

/** @typedef {import('./authorization-client.js').AuthorizationClient} AuthorizationClient */
/** @typedef {import('./authorization-client.js').AuthorizationRequest} AuthorizationRequest */
/** @typedef {import('./browser/client.js').PublicClientOptions} PublicClientOptions */
/** @typedef {import('./error.js').ErrorCode} ErrorCode */
/** @typedef {import('./error.js').Phase} Phase */
/** @typedef {import('./browser/page.js').Grant} Grant */
/** @typedef {import('./browser/page.js').PageOptions} PageOptions */
/** @typedef {import('./browser/popup.js').PopupOptions} PopupOptions */
