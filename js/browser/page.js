/**
 * Shared parts of the popup login and the redirect login: their options, and access to the page's window.
 *
 * In: a caller's options. Out: the window, the client and the storage to use. Never: the start of a login.
 */

import { callCore } from '../error.js';
import { core, init, readArgument } from './core.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {typeof globalThis extends { window: infer Type } ? Type : object} Page a window, in runtimes that have one */

/**
 * The OAuth client is public (RFC 6749 section 2.1), so a secret is rejected. Pass either `client`, or `clientId` with the other
 * options of a client.
 *
 * @typedef {object} PageOptions
 * @property {import('../authorization-client.js').AuthorizationClient | undefined} [client] made by `createClient` without a
 *   secret
 * @property {string | undefined} [clientId] the Key of the OAuth client at Bitbucket
 * @property {string | undefined} [redirectUri] a URL on the page's own origin, without a fragment, as registered at Bitbucket;
 *   plain http is accepted if the page itself uses it
 * @property {readonly string[] | string | undefined} [scopes] by default `DEFAULT_SCOPES` of
 *   `nocodb-bitbucket-auth/oauth`
 * @property {import('../oauth.js').ClientOptions['endpoints']} [endpoints] by default those of Bitbucket Cloud
 * @property {Page | undefined} [window] by default the window that loaded this module
 */

/**
 * The authorization code and verifier that NocoDB's server exchanges for tokens. Send them to NocoDB at once, and do not store
 * them.
 *
 * @typedef {object} Grant
 * @property {string} code can be used once, within minutes
 * @property {string} code_verifier RFC 7636 section 4.1
 */

/** Prefix of the package's keys in the session storage, and the name of the channel in js/callback.html. */
export const PACKAGE_NAME = 'nocodb-bitbucket-auth';

/** Key in a window's session storage that marks the window as a popup of `authorizeInPopup`. */
export const POPUP_KEY = `${PACKAGE_NAME}:popup`;

/**
 * The window to use; `undefined` in a worker, on a server, and where `window` refers to a global object without a page.
 *
 * @param {{ window?: Page } | null | undefined} options
 * @returns {Page | undefined}
 */
export function findWindow(options) {
  const page = valueOrUndefined(() => options?.window ?? globalThis.window);
  return textOrUndefined(() => page?.origin) === undefined ? undefined : page;
}

/**
 * Reads from a caller's object or from a page. Returns `undefined` if the read throws an exception; the core reports the
 * problem later.
 *
 * @template T
 * @param {() => T} read
 * @returns {T | undefined}
 */
export function valueOrUndefined(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Reads a string. Returns `undefined` for any other value: a `window` that the caller passes may contain values of any type.
 *
 * @param {() => unknown} read
 * @returns {string | undefined}
 */
export function textOrUndefined(read) {
  const value = valueOrUndefined(read);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Loads the core, and returns the window to use.
 *
 * @param {{ window?: Page } | null | undefined} options
 * @param {Function} caller
 * @returns {Promise<Page>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` when there is no window
 */
export async function requireWindow(options, caller) {
  const page = findWindow(options);
  await init();
  return page ?? callCore(caller, () => core().throwMissingFeature('window'));
}

/**
 * The OAuth client of a login that a page starts.
 *
 * @param {Function} caller
 * @param {unknown} options
 * @param {Page} page
 * @returns {import('../../pkg/page-core.js').OAuthCore}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` for an opaque origin
 */
export function loginClient(caller, options, page) {
  const { client, ...own } = readArgument(caller, 'pageOptions', options);
  if (client) callCore(caller, () => core().rejectClientOverrides(Object.keys(own)));
  return createPageClient(caller, page, client ?? { ...own, ...own.endpoints });
}

/**
 * @param {Function} caller
 * @param {Page} page
 * @param {any} settings of the client
 * @returns {import('../../pkg/page-core.js').OAuthCore}
 * @throws {BitbucketAuthError} like `loginClient`
 */
export function createPageClient(caller, page, { clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl }) {
  // Browsers serialise an opaque origin as "null".
  const origin = textOrUndefined(() => page.origin) ?? 'null';
  return callCore(caller, () => core().createPageCore(origin, clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl));
}

/** The page's session storage; `undefined` if the browser or a sandbox forbids it. @param {Page} page */
export function sessionStorageOrUndefined(page) {
  return valueOrUndefined(() => page.sessionStorage);
}

/**
 * Stores a value in a storage, which may be full.
 *
 * @param {Storage | undefined} storage
 * @param {string} key
 * @param {string} value
 * @returns {boolean} whether the value was stored
 */
export function trySetItem(storage, key, value) {
  try {
    storage?.setItem(key, value);
  } catch {
    return false;
  }
  return storage !== undefined;
}
