/**
 * The login at Bitbucket in a popup.
 *
 * In: a public OAuth client, and the user's click. Out: the code and its verifier, or `null` when the user closed the popup or
 * denied access. Never: access of Bitbucket's pages to the page that opened them, a callback URL from another origin, or a rule
 * of OAuth outside the core.
 */

import { callCore } from '../error.js';
import { core, failure } from './core.js';
import {
  PACKAGE_NAME, POPUP_KEY, findWindow, loginClient, requireWindow, sessionStorageOrUndefined, trySetItem, valueOrUndefined,
} from './page.js';

/** @typedef {import('../../pkg/page-core.js').OAuthCore} Client */
/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./page.js').Grant} Grant */
/** @typedef {import('./page.js').Page} Page */
/** @typedef {import('./page.js').PageOptions} PageOptions */

/**
 * @typedef {object} PopupOptions
 * @property {number | undefined} [timeoutMs] how long the user may take, 1 to 600000 milliseconds; by default ten minutes
 * @property {import('../core.js').RuntimeType<'AbortSignal'> | undefined} [signal] ends the login and closes the popup
 * @property {((grant: Grant) => void) | undefined} [onLateGrant] receives the grant if the popup only seemed to be closed. In
 *   this case, the promise has resolved to `null` before the user gives consent
 */

const POPUP_SIZE = { width: 600, height: 760 };

/** Interval at which the popup's URL is read, in milliseconds. */
const POLL_INTERVAL_MS = 100;

/** How long the page keeps confirming to the popup that it has received the callback's URL, in milliseconds. */
const ACKNOWLEDGEMENT_MS = 10_000;

/** A popup that seems to be closed counts as closed when the page has had the focus for this long, in milliseconds. */
const CLOSED_AFTER_FOCUS_MS = 60_000;

/** The URLs that browsers report for a popup before its first page, and after a policy has isolated it. */
const BLANK_URLS = ['', 'about:blank'];

/**
 * Lets the user log in and give consent in a popup. Call this function directly in the click handler; otherwise, browsers block
 * the popup. The function opens the popup before it does anything else, and closes the popup in every outcome. The popup cannot
 * access the page that opened it.
 *
 * The page detects the callback by the popup's URL. This page, Bitbucket's pages, or another page of the login may isolate the
 * popup with `Cross-Origin-Opener-Policy`. If so, the page cannot see the popup's URL, and the redirect URI has to be the URL
 * of the package's `callback.html`, which posts its own URL to the page. The page cannot distinguish an isolated popup from a
 * popup that the user has closed. So a popup that seems to be closed counts as cancelled only after the page has had the focus
 * for a minute. To let the user cancel sooner, offer a button that aborts the `signal`.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `AUTHORIZATION_TIMEOUT`, `REQUEST_ABORTED`, and the errors of
 *   `validateAuthorizationResponse` except `ACCESS_DENIED`; `INVALID_CONFIG` also in a worker (`field` is `window`), in a
 *   sandboxed frame with an opaque origin (`origin`), and outside of a browser (`BroadcastChannel`)
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
    const waitMs = callCore(authorizeInPopup, () => core().loginTimeout(timeoutMs));
    if (signal?.aborted) throw failure('REQUEST_ABORTED', 'authorize');
    if (!popup) return callCore(authorizeInPopup, () => core().throwMissingFeature('BroadcastChannel'));
    if (popup.isBlocked) throw failure('POPUP_BLOCKED', 'authorize');
    const request = callCore(authorizeInPopup, () => client.createAuthorizationRequest(undefined));
    popup.navigate(request.url);
    /** @param {string} url */
    const toGrant = (url) => {
      const code = callCore(authorizeInPopup, () => client.validateInPage(url, request.state));
      return code === undefined ? null : { code, code_verifier: request.codeVerifier };
    };
    const deadline = Date.now() + waitMs;
    const url = await popup.waitForCallback(client, waitMs, signal);
    if (url !== null) return toGrant(url);
    void receiveLateCallback(popup, deadline - Date.now(), signal, toGrant).then((grant) => grant && onLateGrant?.(grant));
    popup = undefined;
    return null;
  } finally {
    popup?.close();
  }
}

/**
 * Waits for the callback page of a popup that seemed to be closed. Then closes the popup, so that the code does not stay in the
 * popup's URL.
 *
 * @param {Popup} popup
 * @param {number} waitMs
 * @param {AbortSignal | undefined} signal
 * @param {(url: string) => Grant | null} toGrant
 * @returns {Promise<Grant | null>} `null` also when the callback contains no grant, because the login already has an outcome
 */
async function receiveLateCallback(popup, waitMs, signal, toGrant) {
  try {
    return toGrant(await popup.waitForLateCallback(waitMs, signal));
  } catch {
    return null;
  } finally {
    popup.close();
  }
}

/** A popup that a page opened, and the messages from the popup. */
class Popup {
  /** @type {Page} */
  #page;

  /** @type {Window | null | undefined} */
  #window;

  /** Identifies the popup's messages. */
  #id;

  /** @type {BroadcastChannel} */
  #channel;

  /** The frame that replaces the page as the popup's opener. @type {HTMLIFrameElement | undefined} */
  #openerFrame;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    this.#id = randomId(page);
    this.#channel = new page.BroadcastChannel(PACKAGE_NAME);
    // A popup starts with a copy of the page's session storage, and keeps the copy even if a policy isolates the popup.
    const storage = sessionStorageOrUndefined(page);
    trySetItem(storage, POPUP_KEY, this.#id);
    const name = randomId(page);
    this.#window = openWindow(page, name);
    storage?.removeItem(POPUP_KEY);
    this.#openerFrame = this.#window && !this.#window.closed ? replaceOpener(page, this.#window, name) : undefined;
  }

  /** A popup blocker returns no window, or a window that it closes at once. */
  get isBlocked() {
    return !this.#window || this.#window.closed;
  }

  /** @param {string} url */
  navigate(url) {
    // Replaces the blank page, so that the popup's "back" button does not lead to the blank page.
    this.#window?.location.replace(url);
  }

  /**
   * Waits until the popup is at the redirect URI.
   *
   * @param {Client} client
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<string | null>} the popup's URL; `null`: the popup seems to be closed
   */
  waitForCallback(client, waitMs, signal) {
    /** @type {number | undefined} */
    let focusedSince;
    return this.#waitForUrl(waitMs, signal, (resolve) => {
      const url = this.#url;
      if (url !== undefined && client.isCallbackUrl(url)) return resolve(url);
      // A popup that a policy has isolated looks closed. But a user who has closed it is back in this page, and a user who is
      // logging in has the focus in the popup most of the time.
      if (!this.#window?.closed || !this.#page.document.hasFocus()) focusedSince = undefined;
      else focusedSince ??= Date.now();
      if (focusedSince !== undefined && Date.now() - focusedSince >= CLOSED_AFTER_FOCUS_MS) resolve(null);
      return undefined;
    });
  }

  /**
   * Waits until the callback page posts its URL, at most for the rest of the time that the login may take.
   *
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<string>}
   */
  waitForLateCallback(waitMs, signal) {
    return this.#waitForUrl(waitMs, signal);
  }

  /**
   * @template {string | null} T
   * @param {number} waitMs
   * @param {AbortSignal | undefined} signal
   * @param {(resolve: (url: string | T) => void) => void} [poll] called at intervals
   * @returns {Promise<string | T>} the value with which `poll` called `resolve`, or the URL that the callback page posted
   */
  async #waitForUrl(waitMs, signal, poll) {
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

  /** The popup's URL; `undefined` while the popup is blank or shows a page of another origin. */
  get #url() {
    try {
      const url = this.#window?.location.href;
      return url === undefined || BLANK_URLS.includes(url) ? undefined : url;
    } catch {
      return undefined;
    }
  }

  close() {
    this.#window?.close();
    this.#openerFrame?.remove();
    // This message is for the callback page in an isolated popup. The callback page posts its URL repeatedly until it receives
    // this message, because WebKit may lose messages to a window that it moves to another process.
    const acknowledge = () => this.#channel.postMessage({ popup: this.#id, taken: true });
    this.#channel.addEventListener('message', ({ data }) => data?.popup === this.#id && data.taken !== true && acknowledge());
    acknowledge();
    this.#page.setTimeout(() => this.#channel.close(), ACKNOWLEDGEMENT_MS);
  }
}

/**
 * Opens a window in the centre of the page's window. Popup blockers make `open` return `null` or nothing, and some browsers throw
 * in a sandboxed frame.
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
 * Makes an empty frame the popup's `opener` instead of this page. A window may navigate its opener, so Bitbucket's pages could
 * replace this page while the user looks at the popup. A popup without an opener cannot do that either, but only in Firefox
 * could this page then close the popup.
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
    // A frame that opens an existing window by its name becomes the opener of that window (HTML, window open steps).
    frame.contentWindow?.open('', name);
    if (popup.opener === frame.contentWindow) {
      // The sandbox takes effect when another window navigates the frame.
      frame.setAttribute('sandbox', '');
      return frame;
    }
    popup.opener = null;
  } catch {
    // The popup is not same-origin with this page, so both origins are opaque. The core rejects opaque origins.
  }
  frame.remove();
  return undefined;
}

/** @param {Page} page */
function randomId(page) {
  const bytes = page.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
