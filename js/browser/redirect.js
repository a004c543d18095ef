/**
 * The login at Bitbucket in the page itself: it goes to Bitbucket, and the page at the redirect URI takes what came back.
 *
 * In: a public OAuth client, and the address of a page that was loaded. Out: the code and its verifier, or `null` when
 * the user said no. What never happens here: a login is remembered longer than it may take, or a rule of OAuth is
 * decided; the core does that.
 */

import { callCore } from '../error.js';
import { core, readArgument } from './core.js';
import { PACKAGE_NAME, POPUP_KEY, createPageClient, findWindow, loginClient, requireWindow, sessionStorageOrUndefined, textOrUndefined, trySetItem } from './page.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./page.js').Grant} Grant */
/** @typedef {import('./page.js').Page} Page */
/** @typedef {import('./page.js').PageOptions} PageOptions */

/** Before the state, in the session storage's keys of logins that are pending. */
const PENDING_PREFIX = `${PACKAGE_NAME}:pending:`;

/**
 * Sends the page itself to Bitbucket. When it is back at the redirect URI, that page calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} the page is about to go
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also where the page has no session storage or no room
 *   in it (`field` is `sessionStorage`), in a worker (`window`), and in a frame whose sandbox takes its origin away
 *   (`origin`)
 */
export async function beginRedirect(options) {
  const page = await requireWindow(options, beginRedirect);
  const client = loginClient(beginRedirect, options, page);
  const storage = sessionStorageOrUndefined(page);
  if (!storage) return callCore(beginRedirect, () => core().refusePage('sessionStorage'));
  const { url, state, codeVerifier } = callCore(beginRedirect, () => client.createAuthorizationRequest(undefined));
  const { clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl } = client;
  // A popup in which somebody begins anew is nobody's popup any more.
  storage.removeItem(POPUP_KEY);
  const now = Date.now();
  for (const key of pendingKeys(storage)) {
    if (core().isPendingOver(Number(readPendingLogin(storage, key)?.startedAt), now)) storage.removeItem(key);
  }
  const isKept = trySetItem(storage, PENDING_PREFIX + state, JSON.stringify({
    clientId,
    redirectUri,
    scopes,
    endpoints: { authorizeUrl, tokenUrl, apiUrl },
    state,
    codeVerifier,
    startedAt: now,
  }));
  if (!isKept) return callCore(beginRedirect, () => core().refusePage('sessionStorage'));
  page.location.assign(url);
}

/** Pages in which `completeRedirect` is under way. @type {WeakMap<Page, Promise<Grant | null>>} */
const completions = new WeakMap();

/**
 * Takes the answer to `beginRedirect` out of the page's address. Call it whenever the page at the redirect URI is
 * loaded, before anything else changes the address. What was remembered of the login is gone afterwards, and so are the
 * answer's parameters from the address, whatever the outcome. Calls at the same time share one outcome.
 *
 * @param {{ window?: Page | undefined }} [options]
 * @returns {Promise<Grant | null>} `null`: the address carries no answer, or the user denied access
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the answer was taken before,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and what `validateAuthorizationResponse`
 *   throws but `ACCESS_DENIED`; `INVALID_CONFIG` in a worker (`field` is `window`)
 */
export function completeRedirect(options = {}) {
  const page = findWindow(options);
  const known = page && completions.get(page);
  if (known) return known;
  const underWay = complete(options);
  if (page) {
    const forget = () => completions.delete(page);
    completions.set(page, underWay);
    underWay.then(forget, forget);
  }
  return underWay;
}

/**
 * @param {{ window?: Page }} options
 * @returns {Promise<Grant | null>}
 */
async function complete(options) {
  // Other programs may change it while the core is being loaded.
  const address = textOrUndefined(() => findWindow(options)?.location.href) ?? '';
  const page = await requireWindow(options, completeRedirect);
  readArgument(completeRedirect, 'pageOptions', options);
  const storage = sessionStorageOrUndefined(page);
  // In a popup of `authorizeInPopup`, the page that opened it waits for this very address.
  if (storage?.getItem(POPUP_KEY)) return null;
  const keys = storage ? pendingKeys(storage) : [];
  const state = core().responseState(address, keys.length > 0);
  if (state === undefined) return null;
  const pending = storage && readPendingLogin(storage, PENDING_PREFIX + state);
  // An answer that fits none ends all that this tab has begun: it has come back.
  for (const key of pending ? [PENDING_PREFIX + state] : keys) storage?.removeItem(key);
  page.history.replaceState(page.history.state, '', core().withoutResponse(textOrUndefined(() => page.location.href) ?? ''));
  if (!pending) {
    callCore(completeRedirect, () => core().checkStrayResponse(address));
    return null;
  }
  const { state: sent, startedAt, codeVerifier, endpoints, ...own } = readArgument(completeRedirect, 'pending', pending);
  const client = createPageClient(completeRedirect, page, { ...own, ...endpoints });
  const code = callCore(completeRedirect, () => client.completeRedirect(address, sent, startedAt, Date.now()));
  return code === undefined ? null : { code, code_verifier: codeVerifier };
}

/**
 * What was remembered of a login.
 *
 * @param {Storage} storage
 * @param {string} key
 * @returns {any} of JSON; the core looks at it
 */
function readPendingLogin(storage, key) {
  try {
    return JSON.parse(storage.getItem(key) ?? '') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {Storage} storage */
function pendingKeys(storage) {
  return Object.keys(storage).filter((key) => key.startsWith(PENDING_PREFIX));
}
