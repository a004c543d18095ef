/**
 * The login at Bitbucket in a popup of the page.
 *
 * In: a public OAuth client, and the click of a user. Out: the code and its verifier, or `null` when the user said no.
 * What never happens here: the provider's pages get hold of the page that opened them, an address is handed to another
 * origin, or a rule of OAuth is decided; the core does that.
 */

import { callCore } from '../error.js';
import { core, failure } from './core.js';
import { PACKAGE_NAME, POPUP_KEY, findWindow, loginClient, requireWindow, sessionStorageOrUndefined, trySetItem, valueOrUndefined } from './page.js';

/** @typedef {import('../../pkg/page-core.js').Client} Client */
/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./page.js').Grant} Grant */
/** @typedef {import('./page.js').Page} Page */
/** @typedef {import('./page.js').PageOptions} PageOptions */

/**
 * @typedef {object} PopupOptions
 * @property {number | undefined} [timeoutMs] how long the user may take, 1 to 600000 milliseconds; by default ten minutes
 * @property {import('../core.js').RuntimeType<'AbortSignal'> | undefined} [signal] ends the login and closes the popup
 * @property {((grant: Grant) => void) | undefined} [onLateGrant] gets what the user granted after the outcome was `null`,
 *   because the popup seemed to be closed and was not
 */

const POPUP_SIZE = { width: 600, height: 760 };

/** How often the popup is looked at, in milliseconds. */
const POLL_INTERVAL_MS = 100;

/** For how long a popup that goes on talking is told that its address was taken. */
const ACKNOWLEDGEMENT_MS = 10_000;

/** For how long the page has the focus, in milliseconds, before a popup counts as closed that seems to be. */
const CLOSED_AFTER_FOCUS_MS = 60_000;

/** What a popup has for an address before its first page, and after it was cut off: that depends on the browser. */
const BLANK_URLS = ['', 'about:blank'];

/**
 * Lets the user log in and consent in a popup. Call it in the very click, or browsers block the popup: it is opened
 * before anything else happens. The popup is closed in every outcome, and cannot reach the page that opened it.
 *
 * The callback is seen in the popup's address. Where this page, Bitbucket's, or one that the login leads over, cuts the
 * popup off (`Cross-Origin-Opener-Policy`), nothing can be seen: then the redirect URI has to be that of the package's
 * `callback.html`, which hands its address over. A popup that was cut off looks to the page like one that the user has
 * closed. So neither ends the login at once: it counts as cancelled when the page has had the focus for a minute since.
 * To let the user end it sooner, offer a button that aborts the `signal`.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `AUTHORIZATION_TIMEOUT`, `REQUEST_ABORTED`, and what
 *   `validateAuthorizationResponse` throws but `ACCESS_DENIED`; `INVALID_CONFIG` also in a worker (`field` is `window`),
 *   in a frame whose sandbox takes its origin away (`origin`), and in a page that is not a browser's (`BroadcastChannel`)
 */
export async function authorizeInPopup(options) {
  const { signal, timeoutMs, onLateGrant } = valueOrUndefined(() => ({
    signal: options?.signal, timeoutMs: options?.timeoutMs, onLateGrant: options?.onLateGrant,
  })) ?? {};
  const opener = findWindow(options);
  /** @type {Popup | undefined} */
  let popup = signal?.aborted || !opener?.BroadcastChannel ? undefined : new Popup(opener);
  try {
    const page = await requireWindow(options, authorizeInPopup);
    const client = loginClient(authorizeInPopup, options, page);
    const waitMs = callCore(authorizeInPopup, () => core().waitingTime(timeoutMs));
    if (signal?.aborted) throw failure('REQUEST_ABORTED', 'authorize');
    if (!popup) return callCore(authorizeInPopup, () => core().refusePage('BroadcastChannel'));
    if (popup.isBlocked) throw failure('POPUP_BLOCKED', 'authorize');
    const request = callCore(authorizeInPopup, () => client.createAuthorizationRequest(undefined));
    popup.show(request.url);
    /** @param {string} address */
    const toGrant = (address) => {
      const code = callCore(authorizeInPopup, () => client.validateInPage(address, request.state));
      return code === undefined ? null : { code, code_verifier: request.codeVerifier };
    };
    const deadline = Date.now() + waitMs;
    const address = await popup.callback(client, waitMs, signal);
    if (address !== null) return toGrant(address);
    void receiveLateCallback(popup, deadline - Date.now(), signal, toGrant).then((grant) => grant && onLateGrant?.(grant));
    popup = undefined;
    return null;
  } finally {
    popup?.close();
  }
}

/**
 * Goes on listening for the callback page of a popup that seemed to be closed, so that its window closes and its code is
 * not left in it.
 *
 * @param {Popup} popup
 * @param {number} waitMs
 * @param {AbortSignal | undefined} signal
 * @param {(address: string) => Grant | null} toGrant
 * @returns {Promise<Grant | null>} `null` also when nothing came that is a grant: the login has its outcome
 */
async function receiveLateCallback(popup, waitMs, signal, toGrant) {
  try {
    return toGrant(await popup.lateCallback(waitMs, signal));
  } catch {
    return null;
  } finally {
    popup.close();
  }
}

/** A popup of a page, and what is heard of it. */
class Popup {
  /** @type {Page} */
  #page;

  /** @type {Window | null | undefined} */
  #window;

  /** Marks what the popup says as its own. */
  #id;

  /** @type {BroadcastChannel} */
  #channel;

  /** What the popup has for an opener. @type {HTMLIFrameElement | undefined} */
  #openerFrame;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    this.#id = randomId(page);
    this.#channel = new page.BroadcastChannel(PACKAGE_NAME);
    // A popup starts with a copy of the page's session storage, and keeps it when it is cut off from the page.
    const storage = sessionStorageOrUndefined(page);
    trySetItem(storage, POPUP_KEY, this.#id);
    const name = randomId(page);
    this.#window = openWindow(page, name);
    storage?.removeItem(POPUP_KEY);
    this.#openerFrame = this.#window && !this.#window.closed ? replaceOpener(page, this.#window, name) : undefined;
  }

  /** Blockers give no window, or one that they close again at once. */
  get isBlocked() {
    return !this.#window || this.#window.closed;
  }

  /** @param {string} address */
  show(address) {
    // In place of the empty page, to which "back" would lead.
    this.#window?.location.replace(address);
  }

  /**
   * Waits for the popup to be at the redirect URI.
   *
   * @param {Client} client
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<string | null>} the address; `null`: the popup seems to be closed
   */
  callback(client, waitMs, signal) {
    /** @type {number | undefined} */
    let backSince;
    return this.#wait(waitMs, signal, (resolve) => {
      const address = this.#url;
      if (address !== undefined && client.isCallback(address)) return resolve(address);
      // A popup that a policy has cut off looks like one that is closed. But who has closed it is back in this page, and
      // who logs in there is there most of the time.
      if (!this.#window?.closed || !this.#page.document.hasFocus()) backSince = undefined;
      else backSince ??= Date.now();
      if (backSince !== undefined && Date.now() - backSince >= CLOSED_AFTER_FOCUS_MS) resolve(null);
      return undefined;
    });
  }

  /**
   * Waits for the callback page to hand over its address, for as long as a login may take.
   *
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<string>}
   */
  lateCallback(waitMs, signal) {
    return this.#wait(waitMs, signal);
  }

  /**
   * @template {string | null} T
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @param {(resolve: (address: string | T) => void) => void} [poll] is done again and again
   * @returns {Promise<string | T>} what `poll` found, or what the callback page handed over
   */
  async #wait(waitMs, signal, poll) {
    const page = this.#page;
    /** @type {(() => void)[]} */
    const cleanups = [];
    try {
      return await new Promise((resolve, reject) => {
        /** @param {MessageEvent} event */
        const onMessage = ({ origin, data }) => {
          if (origin === page.origin && data?.popup === this.#id && typeof data.address === 'string') {
            resolve(data.address);
          }
        };
        const onAbort = () => reject(failure('REQUEST_ABORTED', 'authorize'));
        const openerFrame = this.#openerFrame?.contentWindow;
        this.#channel.addEventListener('message', onMessage);
        openerFrame?.addEventListener('message', onMessage);
        signal?.addEventListener('abort', onAbort);
        const interval = poll && page.setInterval(() => poll(resolve), POLL_INTERVAL_MS);
        const timer = page.setTimeout(() => reject(failure('AUTHORIZATION_TIMEOUT', 'authorize')), waitMs);
        cleanups.push(
          () => this.#channel.removeEventListener('message', onMessage),
          () => openerFrame?.removeEventListener('message', onMessage),
          () => signal?.removeEventListener('abort', onAbort),
          () => page.clearInterval(interval),
          () => page.clearTimeout(timer),
        );
      });
    } finally {
      cleanups.forEach((step) => step());
    }
  }

  /** The popup's address; `undefined` while it has none, and while it shows a page of another origin. */
  get #url() {
    try {
      const address = this.#window?.location.href;
      return address === undefined || BLANK_URLS.includes(address) ? undefined : address;
    } catch {
      return undefined;
    }
  }

  close() {
    this.#window?.close();
    this.#openerFrame?.remove();
    // The same, for one that was cut off: it listens when it is at the callback page, and says its address until it hears
    // this, as WebKit may lose messages to a window that it moves to another process.
    const acknowledge = () => this.#channel.postMessage({ popup: this.#id, taken: true });
    this.#channel.addEventListener('message', ({ data }) => data?.popup === this.#id && data.taken !== true && acknowledge());
    acknowledge();
    this.#page.setTimeout(() => this.#channel.close(), ACKNOWLEDGEMENT_MS);
  }
}

/**
 * Opens a window of its own, in the middle of the page's. Blockers give `null` or nothing; a sandboxed frame throws in
 * some browsers.
 *
 * @param {Page} page
 * @param {string} name
 * @returns {Window | null | undefined}
 */
function openWindow(page, name) {
  const { width, height } = POPUP_SIZE;
  const left = Math.round(page.screenX + (page.outerWidth - width) / 2);
  const top = Math.round(page.screenY + (page.outerHeight - height) / 2);
  try {
    return page.open('', name, `popup,width=${width},height=${height},left=${left},top=${top}`);
  } catch {
    return undefined;
  }
}

/**
 * Puts an empty frame in the place of the page as the popup's `opener`. A window may send its opener to another address,
 * so the provider's pages could replace this one while the user looks at the popup. Without any opener they could not
 * either, but then this page could no longer close the popup, except in Firefox.
 *
 * @param {Page} page
 * @param {Window} popup
 * @param {string} name
 * @returns {HTMLIFrameElement | undefined}
 */
function replaceOpener(page, popup, name) {
  const frame = page.document.createElement('iframe');
  frame.hidden = true;
  try {
    page.document.documentElement.append(frame);
    // Who opens a window by its name becomes the opener of the one that is there (HTML, window open steps).
    frame.contentWindow?.open('', name);
    if (popup.opener === frame.contentWindow) {
      // In force when somebody sends the frame elsewhere.
      frame.setAttribute('sandbox', '');
      return frame;
    }
    popup.opener = null;
  } catch {
    // The popup is not of this page's origin: neither has one of its own, which the core refuses.
  }
  frame.remove();
  return undefined;
}

/** @param {Page} page */
function randomId(page) {
  const bytes = page.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
