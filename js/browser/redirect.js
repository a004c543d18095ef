/**
 * The login at Bitbucket in the page itself: the page navigates to Bitbucket, and the page at the redirect URI reads the
 * response.
 *
 * In: a public OAuth client, and the URL of the page that was loaded. Out: the code and its verifier, or `null` when the user
 * denied access. Never: a pending login (the stored data of a login that waits for its response) that is kept for longer than
 * a login may take, or a rule of OAuth. The core has these rules.
 */

import { callCore } from '../error.js';
import { core, readArgument } from './core.js';
import {
  PACKAGE_NAME, POPUP_KEY, createPageClient, findWindow, loginClient, requireWindow, sessionStorageOrUndefined, textOrUndefined,
  trySetItem,
} from './page.js';

/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./page.js').Grant} Grant */
/** @typedef {import('./page.js').Page} Page */
/** @typedef {import('./page.js').PageOptions} PageOptions */

/** The prefix of a pending login's key in the session storage. The login's state follows it. */
const PENDING_PREFIX = `${PACKAGE_NAME}:pending:`;

/**
 * Navigates the page to Bitbucket. The page at the redirect URI then calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} resolves when the navigation starts
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also when the page has no session storage or the storage is
 *   full (`field` is `sessionStorage`), in a worker (`window`), and in a sandboxed frame with an opaque origin (`origin`)
 */
export async function beginRedirect(options) {
  const page = await requireWindow(options, beginRedirect);
  const client = loginClient(beginRedirect, options, page);
  const storage = sessionStorageOrUndefined(page);
  if (!storage) return callCore(beginRedirect, () => core().throwMissingFeature('sessionStorage'));
  const { url, state, codeVerifier } = callCore(beginRedirect, () => client.createAuthorizationRequest(undefined));
  const { clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl } = client;
  // If this window was a popup of `authorizeInPopup`, it no longer belongs to that login.
  storage.removeItem(POPUP_KEY);
  const now = Date.now();
  for (const key of pendingKeys(storage)) {
    if (core().isLoginExpired(Number(readPendingLogin(storage, key)?.startedAt), now)) storage.removeItem(key);
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
  if (!isKept) return callCore(beginRedirect, () => core().throwMissingFeature('sessionStorage'));
  page.location.assign(url);
}

/** Pages in which `completeRedirect` is running. @type {WeakMap<Page, Promise<Grant | null>>} */
const completions = new WeakMap();

/**
 * Reads the response to `beginRedirect` from the page's URL. Call it whenever the page at the redirect URI is loaded, before
 * anything else changes the URL. If the URL contains a response, the call deletes the pending login and removes the response's
 * parameters from the URL, whatever the outcome is. Concurrent calls share one outcome.
 *
 * @param {{ window?: Page | undefined }} [options]
 * @returns {Promise<Grant | null>} `null`: the URL contains no response, the user denied access, or the page is in a popup of
 *   `authorizeInPopup`
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the response was already used,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and the errors of `validateAuthorizationResponse`
 *   except `ACCESS_DENIED`; `INVALID_CONFIG` in a worker (`field` is `window`)
 */
export function completeRedirect(options = {}) {
  const page = findWindow(options);
  const running = page && completions.get(page);
  if (running) return running;
  const completion = complete(options);
  if (page) {
    const forget = () => completions.delete(page);
    completions.set(page, completion);
    completion.then(forget, forget);
  }
  return completion;
}

/**
 * @param {{ window?: Page }} options
 * @returns {Promise<Grant | null>}
 */
async function complete(options) {
  // The URL is read before the core is loaded, because other scripts may change it meanwhile.
  const url = textOrUndefined(() => findWindow(options)?.location.href) ?? '';
  const page = await requireWindow(options, completeRedirect);
  readArgument(completeRedirect, 'pageOptions', options);
  const storage = sessionStorageOrUndefined(page);
  // In a popup of `authorizeInPopup`, the page that opened the popup waits for this URL.
  if (storage?.getItem(POPUP_KEY)) return null;
  const keys = storage ? pendingKeys(storage) : [];
  const state = core().callbackState(url, keys.length > 0);
  if (state === undefined) return null;
  const pending = storage && readPendingLogin(storage, PENDING_PREFIX + state);
  // A response that matches no pending login ends all pending logins of this tab, because the user has come back from Bitbucket.
  for (const key of pending ? [PENDING_PREFIX + state] : keys) storage?.removeItem(key);
  const current = textOrUndefined(() => page.location.href) ?? '';
  page.history.replaceState(page.history.state, '', core().removeCallbackParameters(current));
  if (!pending) {
    callCore(completeRedirect, () => core().checkUnmatchedCallback(url));
    return null;
  }
  const { state: sent, startedAt, codeVerifier, endpoints, ...own } = readArgument(completeRedirect, 'pending', pending);
  const client = createPageClient(completeRedirect, page, { ...own, ...endpoints });
  const code = callCore(completeRedirect, () => client.completeRedirect(url, sent, startedAt, Date.now()));
  return code === undefined ? null : { code, code_verifier: codeVerifier };
}

/**
 * Reads a pending login.
 *
 * @param {Storage} storage
 * @param {string} key
 * @returns {any} parsed JSON; the core validates it
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
