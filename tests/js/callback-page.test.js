/**
 * The callback page in servers of this process, and in processes with the preload.
 *
 * In: requests as browsers and other programs send them. Out: checks of the responses, and of the requests that other listeners
 * get. tests/vectors/callback_page.json says what counts as a callback.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import 'nocodb-bitbucket-auth';
import { makeCertificates } from '../support/certificates.js';
import { environment } from '../support/environment.js';

const packageUrl = (path) => new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { serveCallbackPage } = await import(packageUrl('js/nocodb/callback-page.js'));
const REGISTER = createRequire(import.meta.url).resolve('nocodb-bitbucket-auth/register');
const REGISTER_MODULE = new URL(import.meta.resolve('nocodb-bitbucket-auth/register')).href;
const page = readFileSync(packageUrl('js/callback.html'), 'utf8');

const PATH = '/dashboard/';
const CALLBACK = `${PATH}?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj`;
const DENIAL = `${PATH}?error=access_denied&error_description=marked+text&state=af0ifjsldkj`;

/** The arguments of each call of NocoDB's request listeners. @type {unknown[][]} */
const heard = [];

/** NocoDB's request listener: it responds with the request's target. @this {unknown} */
function listener(request, response, ...more) {
  heard.push([this, request, response, ...more]);
  response.end(`NocoDB's own answer to ${request.url}`);
}

const servers = {};
/** Whether the proxy `env` returns variables instead of throwing. */
let isReadable = false;

const env = new Proxy(environment('https://bitbucket.example'), {
  get(variables, name) {
    if (!isReadable) throw new Error('unreadable');
    return variables[name];
  },
});

before(async (context) => {
  const { tls } = makeCertificates(context);
  const make = {
    'http': () => http.createServer(listener),
    'https': () => https.createServer(tls, listener),
    'http2': () => http2.createServer(listener),
    'http2 over TLS, for HTTP/1.1, too': () => http2.createSecureServer({ ...tls, allowHTTP1: true }, listener),
  };
  const start = async (when) => {
    for (const [kind, makeIt] of Object.entries(make)) {
      const server = makeIt().listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers[`${kind}, made ${when}`] = server;
    }
  };
  await start('before');
  serveCallbackPage(env);
  // The preload calls this again when NocoDB assigns its list of integrations again.
  serveCallbackPage(env);
  await start('afterwards');
});

after(() => Object.values(servers).forEach((server) => {
  server.closeAllConnections?.();
  server.close();
}));

/** Sends a request over HTTP/1.1, and returns the response. */
async function ask(server, target, { method = 'GET', headers } = {}) {
  const { request } = 'setSecureContext' in server ? https : http;
  const asked = request({
    host: '127.0.0.1', port: server.address().port, path: target, method, headers, agent: false, rejectUnauthorized: false,
  }).end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

const plain = () => servers['http, made afterwards'];
const ours = () => Object.entries(servers).filter(([name]) => !name.startsWith('http2'));

async function assertPassedOn(server, target, options) {
  const before = heard.length;
  const { status, body } = await ask(server, target, options);
  assert.equal(status, 200);
  if (options?.method !== 'HEAD') assert.equal(body, `NocoDB's own answer to ${target}`);
  assert.equal(heard.length, before + 1);
  const [self, request, response, ...more] = heard.at(-1);
  assert.equal(self, server);
  assert.ok(request.url === target && response.req === request);
  assert.deepEqual(more, []);
}

// This test must run first: after the first successful read, the environment is not read again.
test('every request reaches NocoDB while the environment cannot be read', async () => {
  for (const target of [CALLBACK, DENIAL, PATH]) await assertPassedOn(plain(), target);
  isReadable = true;
  assert.match((await ask(plain(), CALLBACK)).body, /Bitbucket has answered/);
});

describe('a request that is not a callback', () => {
  for (const [what, target, options] of [
    ['another path', '/?code=abc&state=def'],
    ['the path without a query', PATH],
    ['the path with another query', `${PATH}?page=2`],
    ['a code without a state', `${PATH}?code=abc`],
    ['a Google sign-in', `${CALLBACK}&scope=email+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email&authuser=0`],
    ['POST', CALLBACK, { method: 'POST' }],
    ['HEAD', CALLBACK, { method: 'HEAD' }],
    ['OPTIONS', CALLBACK, { method: 'OPTIONS' }],
  ]) {
    test(`reaches NocoDB unchanged (${what})`, async () => {
      for (const [, server] of ours()) await assertPassedOn(server, target, options);
    });
  }
});

describe('`emit` of a server', () => {
  test('returns the same value as without the plugin, and passes on the exceptions of the listeners', () => {
    const server = http.createServer();
    assert.equal(server.emit('request', { method: 'GET', url: '/' }, {}), false);
    assert.equal(server.emit('other'), false);
    const said = [];
    server.on('other', (...args) => said.push(args));
    assert.equal(server.emit('other', 1, 2, 3, 4), true);
    server.emit('other');
    assert.deepEqual(said, [[1, 2, 3, 4], []]);
    server.on('request', (...args) => {
      said.push(args);
      throw new RangeError('of the listener');
    });
    const request = { method: 'GET', url: '/', more: 'of this' };
    assert.throws(() => server.emit('request', request, 'response', 'more'), new RangeError('of the listener'));
    assert.deepEqual(said.at(-1), [request, 'response', 'more']);
    assert.throws(() => server.emit('error', new TypeError('unheard')), new TypeError('unheard'));
  });

  test('calls the listeners even if the event has no valid request', () => {
    const server = http.createServer();
    let times = 0;
    server.on('request', () => { times += 1; });
    const thrower = { get method() { throw new Error('of the request'); } };
    const odd = [[], [null, null], [{}, {}], [thrower, {}], [{ method: 'GET' }, {}], [{ method: 'GET', url: 7 }, {}]];
    for (const args of odd) assert.equal(server.emit('request', ...args), true);
    assert.equal(times, odd.length);
  });

  test('calls the listeners when another listener has already begun the response', async () => {
    const server = http.createServer((request, response) => response.end(' and ended'));
    const first = server.listeners('request');
    server.on('early', (request, response) => {
      response.write('begun');
      server.emit('request', request, response);
    });
    server.removeAllListeners('request');
    server.on('request', first[0]);
    server.emit = function (event, ...args) {
      return Object.getPrototypeOf(this).emit.call(this, event === 'request' && !args[1].headersSent ? 'early' : event, ...args);
    };
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.equal((await ask(server, CALLBACK)).body, 'begun and ended');
    } finally {
      server.close();
    }
  });
});

describe('a callback', () => {
  test("gets the plugin's page, and the other listeners do not get the request", async () => {
    const before = heard.length;
    for (const [name, server] of ours()) {
      const { status, headers, body } = await ask(server, CALLBACK);
      assert.equal(status, 200, name);
      assert.equal(body, page.replace(/<!--[^]*?-->\n/, ''), name);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      // NocoDB's GUI polls the URL of its popup, so no policy may isolate the popup from the GUI.
      assert.equal(headers['cross-origin-opener-policy'], undefined);
    }
    assert.equal(heard.length, before);
  });

  test("gets a Content-Security-Policy that allows only the page's own script and style", async () => {
    const { headers, body } = await ask(plain(), CALLBACK);
    const hash = (tag) => {
      const [, text] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body);
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    assert.deepEqual(headers['content-security-policy'].split('; '), [
      "default-src 'none'", `script-src ${hash('script')}`, `style-src ${hash('style')}`, "base-uri 'none'", "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    assert.ok(!/\bsrc=|href=|url\(/.test(body), 'the page loads something');
  });

  test('that reports an error gets a page that contains nothing from the request', async () => {
    const { status, headers, body } = await ask(plain(), DENIAL);
    assert.equal(status, 200);
    // NocoDB's GUI closes a popup when it sees an error in its URL. It cannot see the URL of an isolated popup.
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(body, /<main>\n<h1>Access was denied<\/h1>\n<p>.+<\/p>\n<button type="button">Close this window<\/button>\n<\/main>/);
    for (const given of ['access_denied', 'marked', 'af0ifjsldkj']) assert.ok(!body.includes(given), given);
    const scope = await ask(plain(), DENIAL.replace('access_denied', 'invalid_scope'));
    assert.match(scope.body, /INTEGRATION_AUTH_BITBUCKET_SCOPES/);
    const other = await ask(plain(), DENIAL.replace('access_denied', '%3Cscript%3Ealert(1)%3C%2Fscript%3E'));
    assert.match(other.body, /<h1>Bitbucket ended the login with an error<\/h1>/);
    assert.ok(!other.body.includes('alert'));
  });

  test('leaves the TCP connection usable for the next request, even if the callback has a body', async () => {
    const socket = connect(plain().address().port, '127.0.0.1').setEncoding('utf8');
    await once(socket, 'connect');
    socket.write(`GET ${CALLBACK} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET ${PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.ok(text.indexOf('Bitbucket has answered') < text.indexOf(`NocoDB's own answer to ${PATH}`));
  });

  test("gets the plugin's page even when other code wraps `emit` or replaces the listeners of the server", async () => {
    const { emit } = http.Server.prototype;
    let seen = 0;
    http.Server.prototype.emit = function (...args) {
      seen += args[0] === 'request' ? 1 : 0;
      return emit.apply(this, args);
    };
    // The library engine.io, which NocoDB uses, replaces the listeners in this way.
    const server = http.createServer(listener);
    const taken = server.listeners('request').slice();
    server.removeAllListeners('request');
    server.on('request', (request, response) => taken.forEach((call) => call.call(server, request, response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.match((await ask(server, CALLBACK)).body, /Bitbucket has answered/);
      await assertPassedOn(server, PATH);
      assert.equal(seen, 2);
    } finally {
      http.Server.prototype.emit = emit;
      server.close();
    }
  });
});

test('an HTTP/2 server does not respond with the callback page', async () => {
  const others = Object.entries(servers).filter(([name]) => name.startsWith('http2'));
  assert.equal(others.length, 4);
  for (const [name, server] of others) {
    const isSecure = name.includes('TLS');
    if (isSecure) await assertPassedOn(server, CALLBACK);
    const session = http2.connect(`http${isSecure ? 's' : ''}://127.0.0.1:${server.address().port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': CALLBACK }).setEncoding('utf8');
    let body = '';
    for await (const chunk of stream) body += chunk;
    session.close();
    assert.equal(body, `NocoDB's own answer to ${CALLBACK}`, name);
  }
});

describe('a process with the preload', () => {
  /** Starts the fixture serve.cjs in a process, and returns its responses to these request targets. */
  async function answersOf(execArgv, args, targets) {
    const child = fork(fileURLToPath(new URL('fixtures/serve.cjs', import.meta.url)), args, {
      execArgv,
      env: { PATH: process.env.PATH, ...environment('https://bitbucket.example'), NC_PUBLIC_URL: 'https://nocodb.example' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const [{ port, isHooked }] = await once(child, 'message');
      const bodies = [];
      for (const target of targets) bodies.push(await (await fetch(`http://127.0.0.1:${port}${target}`)).text());
      return { isHooked, bodies };
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  }

  test("does not change its HTTP servers as long as NocoDB's class Integration has not appeared", async () => {
    const { isHooked, bodies } = await answersOf(['--require', REGISTER], ['without class'], [CALLBACK]);
    assert.equal(isHooked, false);
    assert.deepEqual(bodies, [`NocoDB's own answer to ${CALLBACK}`]);
  });

  for (const [how, execArgv] of [['--require', ['--require', REGISTER]], ['--import', ['--import', REGISTER_MODULE]]]) {
    test(`responds to callbacks when the preload is loaded by ${how}`, async () => {
      const { isHooked, bodies } = await answersOf(execArgv, [], [CALLBACK, DENIAL, PATH]);
      assert.equal(isHooked, true);
      assert.match(bodies[0], /Bitbucket has answered/);
      assert.match(bodies[1], /Access was denied/);
      assert.equal(bodies[2], `NocoDB's own answer to ${PATH}`);
    });
  }
});
