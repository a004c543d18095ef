/**
 * Serves the callback page from NocoDB's own server, at the redirect URI that is registered at Bitbucket. Without this, the GUI
 * would not get every callback, because the routes of some NocoDB versions drop the URL's query before the GUI has read it.
 *
 * In: the requests to this process's HTTP servers, before any listener. Out: the package's callback page for a request that
 *   carries an authorization response. The core recognises these requests, and writes the page's text if Bitbucket reports an
 *   error. NocoDB's GUI reads code and state from the popup's URL, as without the plugin. All other requests pass through
 *   unchanged.
 * Never: a rule of OAuth outside the core, a value of the request in the page, or an exception that leaves the hook.
 */

import { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { page, policy } from '../../pkg/callback.html.js';
import { lazyEnvironment } from './environment.js';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('../../pkg/core.js').ErrorNotice} ErrorNotice */
/** @typedef {import('../../pkg/core.js').CallbackContent} CallbackContent */
/** @typedef {import('./environment.js').Env} Env */

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': policy,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * NocoDB's GUI closes its popup as soon as the URL contains an error, before anybody can read the page. This policy separates
 * the popup from the GUI. To the GUI, the popup looks closed, so the GUI ends its login, and the window stays open.
 */
const ISOLATION_HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin' };

/** HTTP/2 servers are not intercepted, because NocoDB's routes do not work on them. */
const SERVERS = [Server, SecureServer];

let isInstalled = false;

/**
 * Makes the servers of this process respond to callbacks with the page. This includes servers that already listen.
 *
 * @param {Env} [env] read at the first request that may be a callback
 */
export function serveCallbackPage(env = process.env) {
  if (isInstalled) return;
  isInstalled = true;
  const environment = lazyEnvironment(env);
  /** @type {(target: string) => CallbackContent | undefined} */
  const contentFor = (target) => environment().callbackPage?.contentFor(target);
  for (const { prototype } of SERVERS) {
    interceptRequests(prototype, (request, response) => respondToCallback(contentFor, request, response));
  }
}

/**
 * Calls `handle` before all listeners of the `request` event.
 *
 * @param {{ emit: Function }} prototype of servers
 * @param {(request: IncomingMessage, response: ServerResponse) => boolean} handle
 */
function interceptRequests(prototype, handle) {
  const { emit } = prototype;
  /** @this {unknown} @param {string | symbol} event */
  const emitUnlessHandled = function (event) {
    // The function uses `arguments`, because the caller may pass any number of arguments.
    const args = arguments;
    if (event === 'request' && handle(args[1], args[2])) return true;
    return emit.apply(this, args);
  };
  Object.defineProperty(prototype, 'emit', { value: emitUnlessHandled, writable: true, configurable: true });
}

/**
 * Responds to a callback.
 *
 * @param {(target: string) => CallbackContent | undefined} contentFor
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @returns {boolean} whether the request was a callback
 */
function respondToCallback(contentFor, request, response) {
  try {
    const { method, url } = request;
    const shownPage = method === 'GET' && url?.includes('?') ? contentFor(url) : undefined;
    if (!shownPage) return false;
    const { headers, body } = pageFor(shownPage);
    response.writeHead(200, headers).end(body);
    return true;
  } catch {
    // Problems with the environment or the core are already logged, and NocoDB must keep running.
    return false;
  }
}

/**
 * The page with its headers.
 *
 * @param {CallbackContent} shownPage
 * @returns {{ headers: Record<string, string>, body: string }}
 */
export function pageFor({ error: refusal }) {
  if (!refusal) return { headers: HEADERS, body: page };
  return { headers: { ...HEADERS, ...ISOLATION_HEADERS }, body: renderRefusal(refusal) };
}

/**
 * The page with the text about an error that Bitbucket reported. The text contains no markup.
 *
 * @param {ErrorNotice} refusal
 */
function renderRefusal({ heading, text }) {
  const main = `<main>\n<h1>${heading}</h1>\n<p>${text}</p>\n<button type="button">Close this window</button>\n</main>`;
  return page.replace(/<main>[^]*<\/main>/, () => main);
}
