/**
 * An example of a site whose pages log in to Bitbucket, with the simulator in place of Bitbucket.
 *
 * In: HTTP on this machine. Out: the page, the package's files, and the result of the code exchange by the site's server,
 * which alone has the client secret. Never: a secret or a token in the page or in the output.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createClient } from 'nocodb-bitbucket-auth/oauth';
import { startBitbucket } from '../bitbucket/server.js';
import { callbackPage, importMap, importMapSource, packageFile } from './package-files.js';

const FILES = {
  '/page.js': 'text/javascript; charset=utf-8',
  '/watch.js': 'text/javascript; charset=utf-8',
  '/style.css': 'text/css; charset=utf-8',
};
const LARGEST_BODY = 16 * 1024;

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const POLICY = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${importMapSource}; style-src 'self'; `
  + 'connect-src \'self\'; img-src data:; base-uri \'none\'; form-action \'none\'; frame-ancestors \'none\'';

const file = (name) => readFile(new URL(name, import.meta.url), 'utf8');

const json = (status, value) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LARGEST_BODY) throw new RangeError('the body is too long');
  }
  return JSON.parse(text);
}

/** Exchanges the code and the verifier for tokens, as NocoDB's server does. */
async function exchange(client, { code, code_verifier: codeVerifier }) {
  const { method, url, headers, body } = client.buildTokenRequest({ code, codeVerifier });
  const response = await fetch(url, { method, headers, body, redirect: 'manual' });
  const { scopes, expiresAt } = client.parseTokenResponse({
    status: response.status,
    headers: response.headers,
    body: new Uint8Array(await response.arrayBuffer()),
    receivedAt: Date.now(),
    grant: 'authorization_code',
    request: { body },
  });
  return { scopes, expiresAt };
}

/**
 * @param {{ port?: number }} [options] by default any free port
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 * @throws what `listen` throws when the port is in use
 */
export async function startDemo({ port = 0 } = {}) {
  let answer;
  const server = createServer(async (request, response) => {
    try {
      const { status = 200, headers, body } = await answer(request);
      response.writeHead(status, { ...HEADERS, ...headers }).end(body);
    } catch {
      response.writeHead(400, HEADERS).end();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${server.address().port}`;

  // Bitbucket allows one callback URL for each client, so each kind of login has a client of its own.
  const ways = Object.fromEntries(Object.entries({ popup: '/callback.html', page: '/' }).map(([way, path]) =>
    [way, { key: randomBytes(16).toString('hex'), secret: randomBytes(38).toString('hex'), callback: origin + path }]));
  const bitbucket = await startBitbucket({
    clients: Object.values(ways).map((client) => ({ ...client, name: 'The example page' })),
  });
  const { authorizeUrl, tokenUrl, apiUrl } = bitbucket;
  const endpoints = { authorizeUrl, tokenUrl, apiUrl };
  const optionsOf = ({ key, callback }) => ({ clientId: key, redirectUri: callback, endpoints });

  answer = async (request) => {
    const { pathname } = new URL(request.url, origin);
    if (request.method === 'POST' && pathname === '/exchange') {
      // Without a preflight, only a page of this origin can send this content type.
      if (request.headers['content-type'] !== 'application/json') return json(415, {});
      const { way, grant } = await bodyOf(request);
      if (!Object.hasOwn(ways, way)) return json(400, {});
      const client = createClient({ ...optionsOf(ways[way]), clientSecret: ways[way].secret });
      return exchange(client, grant).then((tokens) => json(200, tokens), (error) => json(502, error));
    }
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' }, body: '' };
    if (pathname === '/') {
      const body = (await file('index.html')).replace('<!-- import map -->', importMap);
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };
      return { headers, body };
    }
    if (pathname === '/options.json') {
      return json(200, Object.fromEntries(Object.entries(ways).map(([way, client]) => [way, optionsOf(client)])));
    }
    if (pathname === '/callback.html') return callbackPage();
    if (Object.hasOwn(FILES, pathname)) {
      return { headers: { 'content-type': FILES[pathname] }, body: await file(pathname.slice(1)) };
    }
    return await packageFile(pathname) ?? { status: 404, headers: {}, body: '' };
  };

  return {
    url: `${origin}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await Promise.all([once(server, 'close'), bitbucket.close()]);
    },
  };
}
