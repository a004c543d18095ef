/**
 * A web site that uses the package, as an administrator of NocoDB may serve it: a page with a button, the package's files and its
 * callback page.
 *
 * In: headers and more pages. Out: HTTP on this machine. Never: a substitute for a part of the package.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { callbackPage, importMap, packageFile } from '../../../demo/browser/package-files.js';

export const CALLBACK = '/callback.html';

/** Header fields with a Content Security Policy. For a page with the inline import map, `scripts` must contain the map's hash. */
export const policy = (scripts) => ({ 'content-security-policy': `default-src 'none'; script-src ${scripts}` });

const page = (body) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${importMap}</head>
<body>${body}</body>
</html>`;

const pageWith = (module) => page(`<button type="button">Connect</button><script type="module" src="${module}"></script>`);

/** Assigns the package's modules to properties of `window`, for the code that a test runs in the page. */
const MODULE = `import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
Object.assign(window, { browser, oauth });
document.documentElement.dataset.ready = 'yes';
`;

/** The script of a page that logs in without waiting for a click or a call. The options come in the fragment. */
const AT_ONCE = `import './module.js';
window.browser.authorizeInPopup(JSON.parse(decodeURIComponent(location.hash.slice(1))))
  .then((value) => ({ value }), (error) => ({ error: error.toJSON() }))
  .then((outcome) => { window.settled = outcome; });
`;
const COMPLETES = `import './module.js';
window.completed = window.browser.completeRedirect();
`;

/** The script of a page that counts compilations of a core. The test decides when the page is idle and when compilation ends. */
const COUNTED = `const { Module, compile } = WebAssembly;
const counted = { compile: 0, Module: 0, rejections: 0 };
const held = [];
const released = () => new Promise((resolve) => { held.push(resolve); });
Object.assign(window, {
  counted,
  holds: false,
  release: () => held.forEach((resolve) => resolve()),
  requestIdleCallback: (work) => { window.idle = work; },
  onunhandledrejection: () => { counted.rejections += 1; },
});
WebAssembly.compile = async (bytes) => {
  counted.compile += 1;
  if (window.holds) await released();
  return compile(bytes);
};
WebAssembly.Module = new Proxy(Module, {
  construct(target, args) {
    counted.Module += 1;
    return new target(...args);
  },
});
import('./module.js');
`;

/** The script of a worker that calls the functions that need a page, and reports their errors. */
const WORKER = `import { authorizeInPopup, beginRedirect, completeRedirect } from '/package/js/browser.js';
onmessage = async ({ data }) => {
  const calls = [authorizeInPopup, beginRedirect, completeRedirect];
  const errors = await Promise.all(calls.map((call) => call(data).catch((error) => error.toJSON?.() ?? String(error))));
  postMessage(errors);
};
`;

const script = (body) => ({ headers: { 'content-type': 'text/javascript' }, body });

/** A page that shows a page of the site in a frame. @param {string} attributes of the frame */
export const framing = (attributes) => ({ body: page(`<iframe width="800" height="400" ${attributes}></iframe>`) });

/**
 * @param {{ headers?: Record<string, string>, pages?: Record<string, { status?: number, body?: string,
 *   headers?: Record<string, string> }> }} [options] `headers` of the page with the button; `pages` by path
 * @returns {Promise<{ port: number, origin: string, close: () => Promise<void> }>}
 */
export async function startSite({ headers = {}, pages = {} } = {}) {
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const answer = async (path) => {
    if (Object.hasOwn(pages, path)) return { ...pages[path], headers: { ...html, ...pages[path].headers } };
    if (path === CALLBACK) return callbackPage();
    if (path === '/module.js') return script(MODULE);
    if (path === '/at-once.js') return script(AT_ONCE);
    if (path === '/completes.js') return script(COMPLETES);
    if (path === '/counted.js') return script(COUNTED);
    if (path === '/worker.js') return script(WORKER);
    if (path === '/at-once') return { headers: html, body: pageWith('/at-once.js') };
    if (path === '/counted') return { headers: { ...html, ...headers }, body: pageWith('/counted.js') };
    if (path === '/completes') return { headers: html, body: pageWith('/completes.js') };
    if (path === '/' || path === '/app') return { headers: { ...html, ...headers }, body: pageWith('/module.js') };
    return await packageFile(path) ?? { status: 404, headers: html, body: 'not found' };
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const { status = 200, headers: fields, body = '' } = await answer(pathname);
    // A sandboxed frame has an opaque origin, so its requests for modules are cross-origin.
    response.writeHead(status, { 'access-control-allow-origin': '*', ...fields }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    origin: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
