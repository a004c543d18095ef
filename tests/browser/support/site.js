/**
 * A web site that uses the package, as an administrator of NocoDB may serve it: a page with a button, the package's
 * files and its callback page.
 *
 * In: headers and further pages. Out: HTTP on this machine. What never happens here: a part of the package is replaced.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { callbackPage, importMap, packageFile } from '../../../demo/browser/package-files.js';

export const CALLBACK = '/callback.html';

/** A policy for pages that use the package; the import map of these tests is inline. */
export const policy = (scripts) => ({ 'content-security-policy': `default-src 'none'; script-src ${scripts}` });

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${importMap}</head>
<body><button type="button">Connect</button><script type="module" src="/module.js"></script></body>
</html>`;

/** Makes the package's modules known to what a test runs in the page. */
const MODULE = `import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
Object.assign(window, { browser, oauth });
document.documentElement.dataset.ready = 'yes';
`;

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
    if (path === '/module.js') return { headers: { 'content-type': 'text/javascript' }, body: MODULE };
    if (path === '/' || path === '/app') {
      return { headers: { ...html, ...headers }, body: PAGE };
    }
    return await packageFile(path) ?? { status: 404, headers: html, body: 'not found' };
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const { status = 200, headers: fields, body = '' } = await answer(pathname);
    response.writeHead(status, fields).end(body);
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
