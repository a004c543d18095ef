/**
 * The login at Bitbucket from a web page: in a popup, or in the page itself.
 *
 * In: a public OAuth client, and the click of a user. Out: the code and its verifier, as NocoDB's server takes them, or
 * `null` when the user said no. What never happens here: a client secret is taken, a token is fetched, an address is
 * handed to another origin, or a rule of OAuth is decided; the core does that.
 */

import '../pkg/inlined/core.wasm.js';
import { membersOf } from './arguments.js';
import { core, failure, init } from './core.js';
import { judge } from './error.js';

/** @typedef {import('./core.js').CoreClient} CoreClient */
/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {typeof globalThis extends { window: infer Type } ? Type : object} Page a window, where there are such */

/**
 * The client is a public one (RFC 6749 section 2.1): `client`, or `clientId` and what goes with it. A secret is
 * refused.
 *
 * @typedef {object} PageOptions
 * @property {import('./oauth.js').OAuthClient} [client] made by `createClient` without a secret
 * @property {string} [clientId] the Key of the OAuth client at Bitbucket
 * @property {string} [redirectUri] an address on the page's own origin, without a fragment, as registered at Bitbucket;
 *   plain http is accepted where the page itself is on it
 * @property {readonly string[] | string} [scopes] by default `DEFAULT_SCOPES` of `nocodb-bitbucket-auth/oauth`
 * @property {{ authorizeUrl?: string, tokenUrl?: string, apiUrl?: string }} [endpoints] other addresses than
 *   Bitbucket Cloud's
 * @property {Page} [window] by default the window in which this module was loaded
 */

/**
 * @typedef {object} PopupOptions
 * @property {number} [timeoutMs] how long the user may take, 1 to 600000 milliseconds; by default ten minutes
 * @property {import('./core.js').RuntimeType<'AbortSignal'>} [signal] ends the login and closes the popup
 */

/**
 * What NocoDB's server exchanges for tokens. Hand it over at once and keep it nowhere.
 *
 * @typedef {object} Grant
 * @property {string} code good for one use within minutes
 * @property {string} code_verifier RFC 7636 section 4.1
 */

/** Names the popup in its session storage, and is the channel's name in js/callback.html. */
const NAME = 'nocodb-bitbucket-auth';

/** Before the state, in the session storage's keys of logins that are pending. */
const PENDING = `${NAME}:pending:`;

const POPUP = `${NAME}:popup`;

const POPUP_SIZE = { width: 600, height: 760 };

/** How often the popup's address is looked at, in milliseconds. */
const LOOK_MS = 100;

/** For how long the page has the focus, in milliseconds, before a popup counts as closed that seems to be. */
const BACK_FROM_OPEN_POPUP_MS = 3_000;
const BACK_FROM_SEVERED_POPUP_MS = 60_000;

/**
 * Lets the user log in and consent in a popup. Call it in the very click, or browsers block the popup: it is opened
 * before anything else happens. The popup is closed in every outcome.
 *
 * The callback is seen in the popup's address. Where Bitbucket's page, or one that the login leads over, cuts the popup
 * off (`Cross-Origin-Opener-Policy`), nothing can be seen: then the redirect URI has to be that of the package's
 * `callback.html`, which hands its address over. Nor can it be seen then that the user closes the popup, so the login
 * counts as cancelled when the page has had the focus for a while.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `INVALID_CONFIG`, `AUTHORIZATION_TIMEOUT`,
 *   `REQUEST_ABORTED`, and what `validateAuthorizationResponse` throws but `ACCESS_DENIED`
 */
export async function authorizeInPopup(options) {
  const { signal, timeoutMs, window: page = window } = options ?? {};
  const popup = signal?.aborted ? undefined : new Popup(page);
  try {
    await init();
    const client = pageClient(authorizeInPopup, options, page);
    const waitMs = judge(authorizeInPopup, () => core().waitingTime(timeoutMs));
    if (!popup || signal?.aborted) throw failure('REQUEST_ABORTED', 'authorize');
    if (popup.isBlocked) throw failure('POPUP_BLOCKED', 'authorize');
    const request = judge(authorizeInPopup, () => client.createAuthorizationRequest(undefined));
    popup.show(request.url);
    const address = await popup.callback(client, waitMs, signal);
    if (address === null) return null;
    const code = judge(authorizeInPopup, () => client.validateInPage(address, request.state));
    return code === undefined ? null : { code, code_verifier: request.codeVerifier };
  } finally {
    popup?.close();
  }
}

/** A popup of a page, and what is heard of it. */
class Popup {
  /** @type {Page} */
  #page;

  /** @type {Window | null} */
  #window;

  /** Marks what the popup says as its own. */
  #id;

  /** @type {BroadcastChannel} */
  #channel;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    this.#id = randomId(page);
    // A popup starts with a copy of the page's session storage, and keeps it when it is cut off from the page.
    const storage = sessionStorageOf(page);
    storage?.setItem(POPUP, this.#id);
    this.#window = page.open('', '_blank', features(page));
    storage?.removeItem(POPUP);
    this.#channel = new page.BroadcastChannel(NAME);
  }

  get isBlocked() {
    // Some blockers open it and close it again at once, and so may a user, who then knows what happened.
    return this.#window === null;
  }

  /** @param {string} address */
  show(address) {
    // In place of the empty page, to which "back" would lead.
    if (!this.#window?.closed) this.#window?.location.replace(address);
  }

  /**
   * Waits for the popup to be at the redirect URI.
   *
   * @param {CoreClient} client
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<string | null>} the address; `null`: the popup was closed
   */
  async callback(client, waitMs, signal) {
    const page = this.#page;
    /** @type {(() => void)[]} */
    const undo = [];
    try {
      return await new Promise((resolve, reject) => {
        /** @param {MessageEvent} event */
        const hear = ({ origin, data }) => {
          if (origin === page.location.origin && data?.popup === this.#id && typeof data.address === 'string') {
            resolve(data.address);
          }
        };
        const stop = () => reject(failure('REQUEST_ABORTED', 'authorize'));
        const look = this.#looking(client, resolve);
        this.#channel.addEventListener('message', hear);
        page.addEventListener('message', hear);
        signal?.addEventListener('abort', stop);
        const interval = page.setInterval(look, LOOK_MS);
        const timer = page.setTimeout(() => reject(failure('AUTHORIZATION_TIMEOUT', 'authorize')), waitMs);
        undo.push(
          () => this.#channel.removeEventListener('message', hear),
          () => page.removeEventListener('message', hear),
          () => signal?.removeEventListener('abort', stop),
          () => page.clearInterval(interval),
          () => page.clearTimeout(timer),
        );
      });
    } finally {
      undo.forEach((step) => step());
    }
  }

  /**
   * What is done again and again: looks whether the popup is at the redirect URI, or closed.
   *
   * @param {CoreClient} client
   * @param {(address: string | null) => void} found
   */
  #looking(client, found) {
    let wasForeign = false;
    /** @type {number | undefined} */
    let backSince;
    return () => {
      const address = this.#address;
      if (address !== undefined && client.isCallback(address)) return found(address);
      if (!this.#window?.closed) {
        wasForeign ||= address === undefined;
        return undefined;
      }
      // It was closed on a page of this origin, which a page of another origin cannot feign.
      if (address !== undefined) return found(null);
      // A popup that a policy has cut off looks like one that is closed. But who has closed it is back in this page,
      // and who logs in there is not. One that looks closed from the other origin's first page on is most likely cut
      // off.
      if (!this.#page.document.hasFocus()) backSince = undefined;
      else backSince ??= Date.now();
      const enough = wasForeign ? BACK_FROM_OPEN_POPUP_MS : BACK_FROM_SEVERED_POPUP_MS;
      if (backSince !== undefined && Date.now() - backSince >= enough) found(null);
      return undefined;
    };
  }

  /** The popup's address; `undefined` while it shows a page of another origin. */
  get #address() {
    try {
      return this.#window?.location.href;
    } catch {
      return undefined;
    }
  }

  close() {
    this.#window?.close();
    // The same, for one that was cut off: it listens when it is at the callback page.
    this.#channel.postMessage({ popup: this.#id, taken: true });
    this.#channel.close();
  }
}

/**
 * Sends the page itself to Bitbucket. When it is back at the redirect URI, that page calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} the page is about to go
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also where the page has no session storage
 */
export async function beginRedirect(options) {
  const { window: page = window } = options ?? {};
  await init();
  const client = pageClient(beginRedirect, options, page);
  const storage = sessionStorageOf(page);
  if (!storage) throw failure('INVALID_CONFIG', 'authorize', { field: 'sessionStorage' });
  const { url, state, codeVerifier } = judge(beginRedirect, () => client.createAuthorizationRequest(undefined));
  const { clientId, redirectUri, scopes, authorizeUrl, tokenUrl, apiUrl } = client;
  // A popup in which somebody begins anew is nobody's popup any more.
  storage.removeItem(POPUP);
  const now = Date.now();
  for (const key of pendingKeys(storage)) {
    if (core().isPendingOver(Number(read(storage, key)?.startedAt), now)) storage.removeItem(key);
  }
  storage.setItem(PENDING + state, JSON.stringify({
    clientId,
    redirectUri,
    scopes,
    endpoints: { authorizeUrl, tokenUrl, apiUrl },
    state,
    codeVerifier,
    startedAt: now,
  }));
  page.location.assign(url);
}

/** Pages in which `completeRedirect` is under way. @type {WeakMap<Page, Promise<Grant | null>>} */
const completing = new WeakMap();

/**
 * Takes the answer to `beginRedirect` out of the page's address. Call it whenever the page at the redirect URI is
 * loaded, before anything else changes the address. What was remembered of the login is gone afterwards, and so are the
 * answer's parameters from the address, whatever the outcome. Calls at the same time share one outcome.
 *
 * @param {{ window?: Page }} [options]
 * @returns {Promise<Grant | null>} `null`: the address carries no answer, or the user denied access
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the answer was taken before,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and what `validateAuthorizationResponse`
 *   throws but `ACCESS_DENIED`
 */
export function completeRedirect(options = {}) {
  const page = options?.window ?? window;
  const underWay = completing.get(page) ?? complete(options, page).finally(() => completing.delete(page));
  completing.set(page, underWay);
  return underWay;
}

/**
 * @param {unknown} options
 * @param {Page} page
 * @returns {Promise<Grant | null>}
 */
async function complete(options, page) {
  // Other programs may change it while the core is being loaded.
  const address = page.location.href;
  await init();
  judge(completeRedirect, () => core().refuseSecret(options));
  membersOf(completeRedirect, 'pageOptions', options);
  const storage = sessionStorageOf(page);
  // In a popup of `authorizeInPopup`, the page that opened it waits for this very address.
  if (storage?.getItem(POPUP)) return null;
  const keys = storage ? pendingKeys(storage) : [];
  const state = core().responseState(address, keys.length > 0);
  if (state === undefined) return null;
  const pending = storage && read(storage, PENDING + state);
  // An answer that fits none ends all that this tab has begun: it has come back.
  for (const key of pending ? [PENDING + state] : keys) storage?.removeItem(key);
  page.history.replaceState(page.history.state, '', core().withoutResponse(page.location.href));
  const code = judge(completeRedirect, () =>
    core().completeRedirect(address, pending, page.location.origin, Date.now()));
  return code === undefined || !pending ? null : { code, code_verifier: pending.codeVerifier };
}

/**
 * The client of a login that a page starts.
 *
 * @param {Function} caller
 * @param {unknown} options
 * @param {Page} page
 * @returns {CoreClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
function pageClient(caller, options, page) {
  const { endpoints } = membersOf(caller, 'pageOptions', options);
  membersOf(caller, 'endpoints', endpoints);
  return judge(caller, () => core().pageClient(options, page.location.origin));
}

/**
 * What was remembered of a login.
 *
 * @param {Storage} storage
 * @param {string} key
 * @returns {{ codeVerifier: string, startedAt: number } | undefined} the core looks at the rest
 */
function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key) ?? '') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {Storage} storage */
function pendingKeys(storage) {
  return Object.keys(storage).filter((key) => key.startsWith(PENDING));
}

/** The page's session storage, unless its browser or its frame forbids it. @param {Page} page */
function sessionStorageOf(page) {
  try {
    return page.sessionStorage;
  } catch {
    return undefined;
  }
}

/** @param {Page} page */
function randomId(page) {
  const bytes = page.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A window of its own, in the middle of the page's. @param {Page} page */
function features({ screenX, screenY, outerWidth, outerHeight }) {
  const { width, height } = POPUP_SIZE;
  const left = Math.round(screenX + (outerWidth - width) / 2);
  const top = Math.round(screenY + (outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}
