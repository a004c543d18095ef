/**
 * The login at Bitbucket from a web page: in a popup, or in the page itself.
 *
 * In: a public OAuth client, and the click of a user. Out: the code and its verifier, as NocoDB's server takes them, or
 * `null` when the user said no. What never happens here: a client secret is taken, a token is fetched, an address is
 * handed to another origin, or a rule of OAuth is decided; the core does that.
 */

import '../pkg/inlined/core.wasm.js';

export { authorizeInPopup } from './browser/popup.js';
export { beginRedirect, completeRedirect } from './browser/redirect.js';

/** @typedef {import('./browser/page.js').Grant} Grant */
/** @typedef {import('./browser/page.js').PageOptions} PageOptions */
/** @typedef {import('./browser/popup.js').PopupOptions} PopupOptions */
