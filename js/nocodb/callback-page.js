/**
 * The callback page in NocoDB's own server, at whichever address is registered at Bitbucket: NocoDB's routes differ from
 * version to version in what they do with a query, and some drop it before the GUI has read it.
 *
 * In: the requests of this process's HTTP servers, ahead of every listener. Out: the package's callback page for a request
 *   that brings an authorization response; the core says which one does, and has the words for a refusal. NocoDB's GUI finds
 *   code and state in the popup's address as ever. Everything else goes on as it came.
 * Never here: a rule of OAuth, a value of the request in the page, or an exception that leaves the hook.
 */

import { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { page, policy } from '../../pkg/callback.html.js';
import { lazyEnvironment } from './environment.js';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('../../pkg/core.js').Refusal} Refusal */
/** @typedef {import('../../pkg/core.js').ShownPage} ShownPage */
/** @typedef {import('./environment.js').Env} Env */

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': policy,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * NocoDB's GUI closes its popup as soon as it sees an error in the address, before anybody could read a word. This policy
 * cuts the popup off: to the GUI it looks closed, which ends its login as well, and the window stays.
 */
const CUT_OFF = { 'Cross-Origin-Opener-Policy': 'same-origin' };

/** Requests to HTTP/2 servers are left alone: NocoDB's routes do not work on them. */
const SERVERS = [Server, SecureServer];

let isInstalled = false;

/**
 * From now on, the servers of this process answer callbacks, those that listen already, too.
 *
 * @param {Env} [env] read when the first request comes that could be one
 */
export function serveCallbackPage(env = process.env) {
  if (isInstalled) return;
  isInstalled = true;
  const environment = lazyEnvironment(env);
  /** @type {(target: string) => ShownPage | undefined} */
  const shownAt = (target) => environment().callbackPage?.shownAt(target);
  for (const { prototype } of SERVERS) interceptRequests(prototype, (request, response) => respondToCallback(shownAt, request, response));
}

/**
 * Puts `handle` ahead of all listeners of the `request` event.
 *
 * @param {{ emit: Function }} prototype of servers
 * @param {(request: IncomingMessage, response: ServerResponse) => boolean} handle
 */
function interceptRequests(prototype, handle) {
  const { emit } = prototype;
  /** @this {unknown} @param {string | symbol} event */
  const emitUnlessHandled = function (event) {
    // Not named one by one: how many there are is the caller's business.
    const args = arguments;
    if (event === 'request' && handle(args[1], args[2])) return true;
    return emit.apply(this, args);
  };
  Object.defineProperty(prototype, 'emit', { value: emitUnlessHandled, writable: true, configurable: true });
}

/**
 * Answers a callback.
 *
 * @param {(target: string) => ShownPage | undefined} shownAt
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @returns {boolean} whether it was one
 */
function respondToCallback(shownAt, request, response) {
  try {
    const { method, url } = request;
    const shown = method === 'GET' && url?.includes('?') ? shownAt(url) : undefined;
    if (!shown) return false;
    const { headers, body } = pageFor(shown);
    response.writeHead(200, headers).end(body);
    return true;
  } catch {
    // What is wrong with the environment or the core is in the log already, and NocoDB must go on.
    return false;
  }
}

/**
 * The page with its header fields.
 *
 * @param {ShownPage} shown
 * @returns {{ headers: Record<string, string>, body: string }}
 */
export function pageFor({ refusal }) {
  return refusal ? { headers: { ...HEADERS, ...CUT_OFF }, body: renderRefusal(refusal) } : { headers: HEADERS, body: page };
}

/**
 * The same page with the words for a refusal in it, which hold no markup.
 *
 * @param {Refusal} refusal
 */
function renderRefusal({ heading, text }) {
  const main = `<main>\n<h1>${heading}</h1>\n<p>${text}</p>\n<button type="button">Close this window</button>\n</main>`;
  return page.replace(/<main>[^]*<\/main>/, () => main);
}
