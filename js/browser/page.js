/**
 * The page in which a login starts: its options, its window, and what the two kinds of login share.
 *
 * In: what a caller says. Out: the window that is meant. What never happens here: a login.
 */

import { callCore } from '../error.js';
import { core, init, readArgument } from './core.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {typeof globalThis extends { window: infer Type } ? Type : object} Page a window, where there are such */

/**
 * The client is a public one (RFC 6749 section 2.1): `client`, or `clientId` and what goes with it. A secret is
 * refused.
 *
 * @typedef {object} PageOptions
 * @property {import('../authorization-client.js').AuthorizationClient | undefined} [client] made by `createClient` without a
 *   secret
 * @property {string | undefined} [clientId] the Key of the OAuth client at Bitbucket
 * @property {string | undefined} [redirectUri] an address on the page's own origin, without a fragment, as registered at
 *   Bitbucket; plain http is accepted where the page itself is on it
 * @property {readonly string[] | string | undefined} [scopes] by default `DEFAULT_SCOPES` of
 *   `nocodb-bitbucket-auth/oauth`
 * @property {import('../oauth.js').ClientOptions['endpoints']} [endpoints] other addresses than
 *   Bitbucket Cloud's
 * @property {Page | undefined} [window] by default the window in which this module was loaded
 */

/**
 * What NocoDB's server exchanges for tokens. Hand it over at once and keep it nowhere.
 *
 * @typedef {object} Grant
 * @property {string} code good for one use within minutes
 * @property {string} code_verifier RFC 7636 section 4.1
 */

/** Begins the package's names in the session storage, and is the channel's name in js/callback.html. */
export const PACKAGE_NAME = 'nocodb-bitbucket-auth';

/** Marks a window as a popup of `authorizeInPopup` in its session storage. */
export const POPUP_KEY = `${PACKAGE_NAME}:popup`;

/**
 * The window that is meant; `undefined` in a worker, on a server, and where `window` is another name for a global object
 * that has no page.
 *
 * @param {{ window?: Page } | null | undefined} options
 * @returns {Page | undefined}
 */
export function findWindow(options) {
  const page = valueOrUndefined(() => options?.window ?? globalThis.window);
  return textOrUndefined(() => page?.origin) === undefined ? undefined : page;
}

/**
 * What is read of an object of a caller's, or of a page; `undefined` where that throws. The core says later what is wrong.
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
 * The same for a text. A caller's own `window` may have anything in the place of one.
 *
 * @param {() => unknown} read
 * @returns {string | undefined}
 */
export function textOrUndefined(read) {
  const value = valueOrUndefined(read);
  return typeof value === 'string' ? value : undefined;
}

/**
 * The window that is meant, once the core is loaded.
 *
 * @param {{ window?: Page } | null | undefined} options
 * @param {Function} caller
 * @returns {Promise<Page>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where there is none
 */
export async function requireWindow(options, caller) {
  const page = findWindow(options);
  await init();
  return page ?? callCore(caller, () => core().refusePage('window'));
}

/**
 * The client of a login that a page starts.
 *
 * @param {Function} caller
 * @param {unknown} options
 * @param {Page} page
 * @returns {import('../../pkg/page-core.js').Client}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` for an opaque origin
 */
export function loginClient(caller, options, page) {
  const { client, ...own } = readArgument(caller, 'pageOptions', options);
  if (client) callCore(caller, () => core().checkBesideClient(Object.keys(own)));
  return createPageClient(caller, page, client ?? { ...own, ...own.endpoints });
}

/**
 * @param {Function} caller
 * @param {Page} page
 * @param {any} settings of the client
 * @returns {import('../../pkg/page-core.js').Client}
 * @throws {BitbucketAuthError} like `loginClient`
 */
export function createPageClient(caller, page, { clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl }) {
  // Browsers write an origin that is none as null.
  const origin = textOrUndefined(() => page.origin) ?? 'null';
  return callCore(caller, () => core().pageClient(origin, clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl));
}

/** The page's session storage, unless its browser or its frame forbids it. @param {Page} page */
export function sessionStorageOrUndefined(page) {
  return valueOrUndefined(() => page.sessionStorage);
}

/**
 * Remembers a value. A storage that is full refuses it.
 *
 * @param {Storage | undefined} storage
 * @param {string} key
 * @param {string} value
 * @returns {boolean} whether it is remembered
 */
export function trySetItem(storage, key, value) {
  try {
    storage?.setItem(key, value);
  } catch {
    return false;
  }
  return storage !== undefined;
}
