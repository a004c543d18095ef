/**
 * The entry `nocodb-bitbucket-auth/browser`: the login at Bitbucket from a web page, in a popup or in the page itself, with
 * the WebAssembly that it needs.
 *
 * In: a public OAuth client, and the click of a user. Out: the code and its verifier, as NocoDB's server takes them, or
 * `null` when the user said no. What never happens here: a client secret is taken, a token is fetched, an address is
 * handed to another origin, or a rule of OAuth is decided; the core does that.
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
