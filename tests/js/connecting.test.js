/**
 * What happens before a request is sent: proxies and servers that do not respond, respond wrongly, or close the connection. The
 * request ends within its time limit, and at once when its signal is aborted. The client connects once and leaves nothing open.
 */
import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { makeCertificates } from '../support/certificates.js';
import { environment } from '../support/environment.js';
import { freePort, listen } from '../support/http-server.js';

/** A host name that no resolver knows (RFC 6761 section 6.5), so only a proxy could reach it. */
const TARGET = 'https://bitbucket.example';

const LIMIT_MS = 400;
const ABORTED_AFTER_MS = 150;

// How much longer than the limit a request may take on a busy machine.
const SLACK_MS = 1500;

/** Starts a server that calls `behave` with each connection, and records the data that it receives and its open connections. */
async function startServer(t, behave, tls) {
  const seen = { connections: 0, open: new Set(), heads: [] };
  const onSocket = (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => seen.heads.push(chunk.toString('latin1')));
    behave(socket);
  };
  const server = tls ? createTlsServer(tls, onSocket) : createTcpServer(onSocket);
  server.on('connection', (socket) => {
    seen.connections += 1;
    seen.open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => seen.open.delete(socket));
  });
  server.on('tlsClientError', () => {});
  const port = await listen(t, server);
  return Object.assign(seen, {
    port,
    connects: () => seen.heads.join('').split('CONNECT ').length - 1,
    async assertClosed() {
      for (let waited = 0; seen.open.size > 0 && waited < 2000; waited += 20) await pause(20);
      assert.equal(seen.open.size, 0, 'a connection stays open');
    },
  });
}

/** Calls `act` when the proxy receives the first bytes of a request. */
const onFirstData = (act) => (socket) => socket.once('data', () => act(socket));

/** Opens the tunnel as a proxy does, and then calls `act`, which behaves as the server at the other end. */
const tunnelTo = (act) => onFirstData((socket) => {
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n', () => act(socket));
});

function clientOf(env, timeoutMs = LIMIT_MS) {
  const { wrapper: Wrapper } = createEntry(environment(TARGET, {
    NO_PROXY: 'none.example',
    INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(timeoutMs),
    ...env,
  }));
  return new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
}

/** Sends a POST, which the client never repeats. */
const post = async (env, config, timeoutMs) => (await clientOf(env, timeoutMs)).post('/', 'x', config);

/** Returns how long a call took, and the `BitbucketAuthError` with which it failed. */
async function timed(call) {
  const start = performance.now();
  const thrown = await thrownBy(call);
  const { bitbucket } = thrown;
  assert.ok(bitbucket instanceof BitbucketAuthError, String(thrown.stack));
  return { error: bitbucket, took: performance.now() - start };
}

/** Returns the number of running timers. A request must leave none behind. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

const silent = {
  'a proxy that accepts the connection and sends nothing': { proxy: () => {} },
  'a proxy that sends half a status line': { proxy: onFirstData((socket) => socket.write('HTTP/1.1 20')) },
  'a proxy that does not stop sending header fields': {
    proxy: onFirstData((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    }),
  },
  'a proxy that opens the tunnel and then sends nothing': { proxy: tunnelTo(() => {}) },
  'an https proxy that does not respond to the TLS handshake': { proxy: () => {}, scheme: 'https' },
  'a server that does not respond to the TLS handshake': { server: () => {} },
};

describe('a request that waits for its connection', () => {
  // The first request of a process takes longer, because it loads modules. So it is sent before the tests measure times.
  before(() => thrownBy(async () => post({ INTEGRATION_AUTH_BITBUCKET_API_URL: `https://127.0.0.1:${await freePort()}/2.0` })));

  for (const [what, { proxy, server, scheme = 'http' }] of Object.entries(silent)) {
    const start = async (t) => {
      const seen = await startServer(t, proxy ?? server);
      const env = proxy
        ? { HTTPS_PROXY: `${scheme}://127.0.0.1:${seen.port}` }
        : { INTEGRATION_AUTH_BITBUCKET_API_URL: `https://127.0.0.1:${seen.port}/2.0` };
      return { seen, env };
    };

    test(`ends within its time limit (${what})`, async (t) => {
      const { seen, env } = await start(t);
      const timersBefore = timers();
      const { error, took } = await timed(() => post(env));
      assert.equal(error.code, 'REQUEST_TIMEOUT');
      assert.ok(took >= LIMIT_MS - 20 && took < LIMIT_MS + SLACK_MS, `${took} ms`);
      assert.equal(seen.connections, 1);
      if (proxy && scheme === 'http') assert.equal(seen.connects(), 1);
      await seen.assertClosed();
      assert.ok(timers() <= timersBefore, 'a timer is still running');
    });

    test(`ends at once when its signal is aborted (${what})`, async (t) => {
      const { seen, env } = await start(t);
      const signal = AbortSignal.timeout(ABORTED_AFTER_MS);
      const { error, took } = await timed(() => post(env, { signal }, 60_000));
      assert.equal(error.code, 'REQUEST_ABORTED');
      assert.ok(took < ABORTED_AFTER_MS + SLACK_MS, `${took} ms`);
      assert.equal(seen.connections, 1);
      await seen.assertClosed();
    });
  }

  test('sends nothing when its signal is already aborted', async (t) => {
    const seen = await startServer(t, () => {});
    const signal = AbortSignal.abort();
    const { error } = await timed(() => post({ HTTPS_PROXY: `http://127.0.0.1:${seen.port}` }, { signal }));
    assert.equal(error.code, 'REQUEST_ABORTED');
    assert.equal(seen.connections, 0);
  });

  test('ends at once when its signal is aborted, even while all 50 connections are in use', async (t) => {
    const seen = await startServer(t, () => {});
    const client = await clientOf({ HTTPS_PROXY: `http://127.0.0.1:${seen.port}` }, 60_000);
    const controller = new AbortController();
    const requests = Array.from({ length: 120 }, () => thrownBy(() => (
      client.post('/', 'x', { signal: controller.signal })
    )));
    while (seen.connections < 50) await pause(10);
    const start = performance.now();
    controller.abort();
    for (const { bitbucket } of await Promise.all(requests)) assert.equal(bitbucket.code, 'REQUEST_ABORTED');
    assert.ok(performance.now() - start < SLACK_MS);
    assert.equal(seen.connections, 50);
    await seen.assertClosed();
  });

  test('does not end other requests when it is aborted', async (t) => {
    const sockets = [];
    const seen = await startServer(t, (socket) => socket.once('data', () => sockets.push(socket)));
    const client = await clientOf({ HTTPS_PROXY: `http://127.0.0.1:${seen.port}` }, 60_000);
    const controller = new AbortController();
    const other = thrownBy(() => client.post('/', 'x'));
    const given = thrownBy(() => client.post('/', 'x', { signal: controller.signal }));
    while (sockets.length < 2) await pause(10);
    controller.abort();
    assert.equal((await given).bitbucket.code, 'REQUEST_ABORTED');
    await pause(100);
    assert.equal(seen.open.size, 1);
    for (const socket of sockets) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    assert.match((await other).bitbucket.message, /PROXY_403/);
    await seen.assertClosed();
  });

  test('ends at once when its signal is aborted, even if its body is a stream or a form', async (t) => {
    const seen = await startServer(t, () => {});
    const env = { HTTPS_PROXY: `http://127.0.0.1:${seen.port}` };
    for (const body of [() => ReadableStream.from(['x']), () => new FormData()]) {
      const signal = AbortSignal.timeout(ABORTED_AFTER_MS);
      const client = await clientOf(env, 60_000);
      const { error, took } = await timed(() => client.post('/', body(), { signal }));
      assert.equal(error.code, 'REQUEST_ABORTED');
      assert.ok(took < ABORTED_AFTER_MS + SLACK_MS, `${took} ms`);
      await seen.assertClosed();
    }
  });
});

const responses = {
  'rejects the request with 403': [onFirstData((s) => s.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope')), /PROXY_403/],
  'rejects the request with 403 and keeps the connection open': [
    onFirstData((s) => s.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope')), /PROXY_403/,
  ],
  'rejects the request with 407': [onFirstData((s) => s.end('HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n')), /PROXY_407/],
  'responds with a redirect': [onFirstData((s) => s.end('HTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n')), /PROXY_302/],
  'responds with 502 and a chunked body that does not end': [
    onFirstData((s) => s.write('HTTP/1.1 502 Bad Gateway\r\ntransfer-encoding: chunked\r\n\r\n')), /the proxy could not reach the host; PROXY_502/,
  ],
  'closes the connection without a response': [onFirstData((s) => s.end()), /closed before the response was complete/],
  'closes the connection before it receives a request': [(s) => s.end(), /closed before the response was complete/],
  'resets the connection without a response': [onFirstData((s) => s.resetAndDestroy()), /closed before the response was complete/],
  'closes the connection in the middle of its response': [onFirstData((s) => s.end('HTTP/1.1 200 O')), /closed before the response|not valid HTTP/],
  'responds with something other than HTTP': [onFirstData((s) => s.end('SSH-2.0-x\r\n')), /not valid HTTP/],
  'sends more header fields than the client accepts': [
    onFirstData((s) => s.end(`HTTP/1.1 200 OK\r\n${'x: yyyyyyyyyy\r\n'.repeat(3000)}\r\n`)), /not valid HTTP/,
  ],
  'opens a tunnel and closes it': [tunnelTo((s) => s.end()), /closed before the response was complete|TLS/],
  'opens a tunnel and resets it': [tunnelTo((s) => s.resetAndDestroy()), /closed before the response was complete/],
  'opens a tunnel to a server that does not use TLS': [tunnelTo((s) => s.end('HTTP/1.1 400 Bad Request\r\n\r\n')), /TLS handshake/],
  'responds with 200 and a page': [
    onFirstData((s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<h1>Hi</h1>\r\n')), /TLS handshake|closed before/,
  ],
};

describe('the client connects only once to a proxy that', () => {
  for (const [what, [behave, message]] of Object.entries(responses)) {
    test(what, async (t) => {
      const seen = await startServer(t, behave);
      const { error } = await timed(() => post({ HTTP_PROXY: `127.0.0.1:${seen.port}` }, {}, 10_000));
      assert.equal(error.code, 'REQUEST_FAILED', error.message);
      assert.match(error.message, message);
      assert.match(error.message, /the request used the proxy of HTTP_PROXY/);
      await pause(100);
      assert.equal(seen.connections, 1);
      assert.ok(seen.connects() <= 1);
      await seen.assertClosed();
    });
  }
});

test('the client connects once for each retry to a proxy that closes the connection', async (t) => {
  const seen = await startServer(t, onFirstData((socket) => socket.end()));
  const client = await clientOf({ HTTPS_PROXY: `http://127.0.0.1:${seen.port}` }, 10_000);
  const { error } = await timed(() => client.get('/', { 'axios-retry': { retries: 2, retryDelay: () => 1 } }));
  assert.equal(error.code, 'REQUEST_FAILED');
  assert.equal(seen.connects(), 3);
});

describe('a proxy', () => {
  const authorizationAt = async (t, userInfo, tls) => {
    const seen = await startServer(t, onFirstData((s) => s.end('HTTP/1.1 407 Auth\r\n\r\n')), tls);
    const { error } = await timed(() => post({ HTTPS_PROXY: `http://${userInfo}127.0.0.1:${seen.port}` }, {}, 10_000));
    assert.match(error.message, /PROXY_407/);
    return /proxy-authorization: (.*)\r\n/i.exec(seen.heads.join(''))?.[1];
  };

  test('gets a user name even when its URL has no password', async (t) => {
    assert.equal(await authorizationAt(t, 'token@'), `Basic ${btoa('token:')}`);
  });

  test('gets the decoded user name and password', async (t) => {
    assert.equal(await authorizationAt(t, 'a%20b:c%25+@'), `Basic ${btoa('a b:c%+')}`);
  });

  test('gets no credentials when its URL has none', async (t) => {
    assert.equal(await authorizationAt(t, ''), undefined);
  });

  test('gets the host and the port of the request, and nothing else', async (t) => {
    const seen = await startServer(t, onFirstData((s) => s.end('HTTP/1.1 403 Forbidden\r\n\r\n')));
    await timed(() => post({ HTTPS_PROXY: `http://127.0.0.1:${seen.port}` }, {}, 10_000));
    const head = seen.heads.join('');
    assert.match(head, /^CONNECT bitbucket\.example:443 HTTP\/1\.1\r\n/);
    assert.match(head, /\r\nhost: bitbucket\.example:443\r\n/i);
    assert.doesNotMatch(head, /the-token|authorization|user-agent/i);
  });

  test('at an https URL with an IP address gets a TLS connection without a server name, in every version of Node.js', async (t) => {
    const { tls } = makeCertificates(t);
    const names = [];
    const seen = await startServer(t, onFirstData((s) => s.end('HTTP/1.1 403 Forbidden\r\n\r\n')), {
      ...tls, SNICallback: (name, done) => { names.push(name); done(null); },
    });
    const { error } = await timed(() => post({ HTTPS_PROXY: `https://127.0.0.1:${seen.port}` }, {}, 10_000));
    // The client does not trust the authority of this certificate. This error shows that the client received the certificate.
    assert.match(error.message, /certificate is not accepted/);
    assert.deepEqual(names, []);
    await seen.assertClosed();
  });
});

describe('an error of a proxy or of its variable', () => {
  test('names HTTPS_PROXY when https_proxy is empty', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${await freePort()}`;
    const { error } = await timed(() => post({ https_proxy: '', HTTPS_PROXY }, {}, 10_000));
    assert.match(error.message, /connection was refused.*the request used the proxy of HTTPS_PROXY/);
  });

  test('names a valid HTTPS_PROXY instead of an invalid HTTP_PROXY', async (t) => {
    const seen = await startServer(t, onFirstData((s) => s.end('HTTP/1.1 403 Forbidden\r\n\r\n')));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${seen.port}`, HTTP_PROXY: '"socks5h://x"' };
    const { error } = await timed(() => post(env, {}, 10_000));
    assert.match(error.message, /PROXY_403.*the request used the proxy of HTTPS_PROXY/);
  });

  test('does not occur for a host that NO_PROXY excludes', async () => {
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}`, NO_PROXY: 'bitbucket.example' };
    const { error } = await timed(() => post(env, {}, 10_000));
    assert.match(error.message, /host name could not be resolved/);
    assert.doesNotMatch(error.message, /the proxy of/);
  });

  test("names the process's variable when the entry's environment has no proxy variable", async (t) => {
    const seen = await startServer(t, onFirstData((s) => s.end('HTTP/1.1 403 Forbidden\r\n\r\n')));
    const before = { ...process.env };
    t.after(() => {
      process.env = before;
    });
    process.env = { ...before, https_proxy: `http://127.0.0.1:${seen.port}` };
    const { error } = await timed(() => post({ NO_PROXY: undefined }, {}, 10_000));
    assert.match(error.message, /PROXY_403.*the request used the proxy of https_proxy/);
    const own = { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` };
    assert.match((await timed(() => post(own, {}, 10_000))).error.message, /refused.*the request used the proxy of HTTPS_PROXY/);
    assert.equal(seen.connects(), 1);
  });

  test("is logged without the variable's value when the form is read", (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    void createEntry(environment(TARGET, { HTTPS_PROXY: '"http://ada:marked@proxy.example"' })).form;
    const lines = warn.mock.calls.map(({ arguments: [line] }) => line);
    assert.equal(lines.length, 1);
    assert.match(lines[0], /HTTPS_PROXY is in quotes/);
    assert.doesNotMatch(lines[0], /marked|ada/);
  });
});
