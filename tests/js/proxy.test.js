/**
 * Requests in a company's network: through a real CONNECT proxy, and to servers with certificates of a private authority. Each
 * test sends token and API requests in a process of its own, because Node.js reads the environment variables when it starts.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { lookup } from 'node:dns';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { RequestError, Server } from 'proxy-chain';
import { environment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { freePort, json, serve } from '../support/http-server.js';

const SCOPES = ['repository', 'repository:write', 'pullrequest', 'pullrequest:write', 'issue', 'issue:write', 'account'];
const TOKENS = {
  access_token: 'the-token', token_type: 'bearer', expires_in: 7200, refresh_token: 'the-refresh-token',
  scope: SCOPES.join(' '),
};
const USER = { type: 'user', uuid: '{the-uuid}', display_name: 'Ada' };

const ACCOUNT_PATH = '/2.0/user';

/** The requests of a connection in order: for its tokens, and for two pages of a list. */
const CONNECTION_REQUESTS = ['/site/oauth2/access_token', '/2.0/repositories/acme', '/2.0/repositories/acme?page=2'];

/** The requests for the account: after the exchange, in the connection test, and for the rate limit while a list is read. */
const ACCOUNT_REQUESTS = [ACCOUNT_PATH, ACCOUNT_PATH, ACCOUNT_PATH];

/** A config with which only the API gets requests. */
const ACCESS_TOKEN = JSON.stringify({ type: 'api_key', token: 'the-token' });

/** A host name that no resolver knows (RFC 6761 section 6.5), for a server on loopback. */
const NAME = 'bitbucket.example';

/** NODE_OPTIONS of a process that resolves this name to loopback. */
const RESOLVE_NAME = `--import=data:text/javascript,${encodeURIComponent(`
  import dns from 'node:dns';
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => lookup(name === '${NAME}' ? '127.0.0.1' : name, ...rest);
`)}`;

// Long enough that no request reaches the time limit.
const PATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '60000' };

/** Responds as Bitbucket does. */
function answer({ url, headers: { host }, socket }, response) {
  const isFirstPage = url === '/2.0/repositories/acme';
  const next = `${socket.encrypted ? 'https' : 'http'}://${host}${url}?page=2`;
  const page = { values: [isFirstPage ? 1 : 2], ...(isFirstPage && { next }) };
  json(response, 200, { '/site/oauth2/access_token': TOKENS, '/2.0/user': USER }[url] ?? page);
}

let files;
let tls;

before(() => {
  files = makeCertificates();
  tls = { key: readFileSync(files.key), cert: readFileSync(files.cert) };
  return () => rmSync(files.folder, { recursive: true });
});

/**
 * A server for the token endpoint and the API over TLS, with a certificate of the test authority. `named` is its origin with the
 * name that only the test's proxy resolves. Tests of the proxy need this name, because requests to loopback bypass a proxy.
 */
async function bitbucket(t, answering = answer) {
  const server = await serve(t, answering, tls);
  return { ...server, named: `https://${NAME}:${server.port}` };
}

const trusted = (origin, more) => ({ ...environment(origin, PATIENT), NODE_EXTRA_CA_CERTS: files.authority, ...more });

const proxied = ({ origin }) => ({ HTTP_PROXY: origin, HTTPS_PROXY: origin });

const connect = (t, env) => runJsonFixture(t, 'connect.js', [], env);
const readList = (t, env) => runJsonFixture(t, 'connect.js', [ACCESS_TOKEN], env);

/** Asserts that every request was sent once and in order, with the expected results. */
function assertConnected({ config, connection: { expiresAt, ...connection }, list }, requests) {
  assert.deepEqual(config, [
    'type', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes', 'authorized_at', 'account',
  ]);
  assert.deepEqual(connection, {
    success: true,
    message: 'Connected as Ada.',
    account: { uuid: '{the-uuid}', displayName: 'Ada' },
    scopes: SCOPES,
    missingScopes: [],
  });
  assert.ok(expiresAt > Date.now());
  assert.deepEqual(list, [1, 2]);
  const urls = requests.map(({ url }) => url);
  assert.deepEqual(urls.filter((url) => url !== ACCOUNT_PATH), CONNECTION_REQUESTS);
  assert.deepEqual(urls.filter((url) => url === ACCOUNT_PATH), ACCOUNT_REQUESTS);
  const [{ headers: { authorization } }, ...api] = requests;
  assert.match(authorization, /^Basic /);
  for (const { headers } of api) assert.equal(headers.authorization, 'Bearer the-token');
}

describe('a certificate', () => {
  for (const [what, send] of Object.entries({ 'the token endpoint': connect, 'the API': readList })) {
    test(`of an unknown authority is refused, and the message says what to do (${what})`, async (t) => {
      const { origin, requests } = await bitbucket(t);
      const { error } = await send(t, environment(origin, PATIENT));
      assert.equal(error.name, 'BitbucketAuthError');
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.match(error.message, /certificate is not accepted.*NODE_EXTRA_CA_CERTS/);
      assert.match(error.cause, /CERT|SIGNATURE/);
      assert.equal(requests.length, 0);
    });

    test(`of another authority than the configured one is refused (${what})`, async (t) => {
      const { origin, requests } = await bitbucket(t);
      const { error } = await send(t, trusted(origin, { NODE_EXTRA_CA_CERTS: files.otherAuthority }));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.match(error.message, /certificate is not accepted.*NODE_EXTRA_CA_CERTS/);
      assert.equal(requests.length, 0);
    });
  }

  test('for another host is refused', async (t) => {
    const { port, requests } = await bitbucket(t);
    const { error } = await readList(t, trusted(`https://localhost:${port}`));
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.equal(error.cause, 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal(requests.length, 0);
  });

  test('of an authority in NODE_EXTRA_CA_CERTS is accepted', async (t) => {
    const { origin, requests } = await bitbucket(t);
    assertConnected(await connect(t, trusted(origin)), requests);
  });
});

describe('a proxy', () => {
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
    test(`in ${name} forwards token and API requests, and cannot read them`, async (t) => {
      const { named, port, requests } = await bitbucket(t);
      const proxy = await startProxy(t);
      assertConnected(await connect(t, trusted(named, { [name]: proxy.origin })), requests);
      assert.deepEqual(new Set(proxy.targets), new Set([`${NAME}:${port}`]));
      assert.match(proxy.bytes(), /^CONNECT /);
      assert.doesNotMatch(proxy.bytes(), /authorization|the-code|the-token|the-secret|Basic|Bearer/i);
    });
  }

  test('may itself use TLS', async (t) => {
    const { named, port, requests } = await bitbucket(t);
    const proxy = await startProxy(t, { serverType: 'https', httpsOptions: tls });
    assertConnected(await connect(t, trusted(named, { HTTPS_PROXY: proxy.origin })), requests);
    assert.deepEqual(new Set(proxy.targets), new Set([`${NAME}:${port}`]));
  });

  for (const [scheme, host] of [['http', '127.0.0.1'], ['http', 'localhost'], ['https', '127.0.0.1']]) {
    test(`is not used for a loopback endpoint: ${scheme}://${host}`, async (t) => {
      const { port, requests } = await serve(t, answer, scheme === 'https' ? tls : undefined);
      const proxy = await startProxy(t);
      assertConnected(await connect(t, trusted(`${scheme}://${host}:${port}`, proxied(proxy))), requests);
      assert.deepEqual(proxy.targets, []);
    });
  }

  for (const host of ['[::1]', '127.8.9.10', 'localhost']) {
    test(`is neither used nor named in the error when no server listens at a loopback endpoint: ${host}`, async (t) => {
      const proxy = await startProxy(t);
      const { error } = await connect(t, trusted(`http://${host}:${await freePort()}`, proxied(proxy)));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.doesNotMatch(error.message, /the proxy of/);
      assert.deepEqual(proxy.targets, []);
    });
  }

  for (const host of ['127.0.0.1.example', 'localhost.example', '128.0.0.1']) {
    test(`is used for ${host}, which only looks like loopback`, async (t) => {
      const proxy = await startProxy(t, { refuses: true });
      const { error } = await connect(t, trusted(`https://${host}:8443`, proxied(proxy)));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.deepEqual(proxy.targets, [`${host}:8443`]);
    });
  }

  test('is bypassed after a redirect from the proxied API to loopback, which does not get the credential', async (t) => {
    const local = await serve(t, (_request, response) => json(response, 200, { values: [7] }), tls);
    const { named, port } = await bitbucket(t, (_request, response) => {
      response.writeHead(302, { location: `${local.origin}/away` }).end();
    });
    const proxy = await startProxy(t);
    assert.deepEqual((await readList(t, trusted(named, proxied(proxy)))).list, [7]);
    assert.deepEqual(local.requests.map(({ url, headers }) => [url, headers.authorization]), [['/away', undefined]]);
    assert.deepEqual(new Set(proxy.targets), new Set([`${NAME}:${port}`]));
  });

  test('does not make the client follow a redirect to plain http, not even to loopback', async (t) => {
    const local = await serve(t, (_request, response) => json(response, 200, { values: [7] }));
    const { named } = await bitbucket(t, (_request, response) => {
      response.writeHead(302, { location: `${local.origin}/away` }).end();
    });
    const { error } = await readList(t, trusted(named, proxied(await startProxy(t))));
    assert.equal(error.code, 'FOREIGN_ORIGIN');
    assert.equal(local.requests.length, 0);
  });

  test('is used after a redirect from loopback to another host', async (t) => {
    const { named, port, requests } = await bitbucket(t, (_request, response) => json(response, 200, { values: [7] }));
    const local = await serve(t, (_request, response) => response.writeHead(302, { location: `${named}/away` }).end());
    const proxy = await startProxy(t);
    assert.deepEqual((await readList(t, trusted(local.origin, proxied(proxy)))).list, [7]);
    assert.deepEqual(proxy.targets, [`${NAME}:${port}`]);
    assert.deepEqual(requests.map(({ url, headers }) => [url, headers.authorization]), [['/away', undefined]]);
  });

  for (const excepted of [NAME, `localhost,${NAME}`, '*']) {
    test(`is bypassed with NO_PROXY=${excepted}`, async (t) => {
      const { named, requests } = await bitbucket(t);
      const proxy = await startProxy(t);
      const env = trusted(named, { HTTPS_PROXY: proxy.origin, NO_PROXY: excepted, NODE_OPTIONS: RESOLVE_NAME });
      assertConnected(await connect(t, env), requests);
      assert.deepEqual(proxy.targets, []);
    });
  }

  test('is used when NO_PROXY names another host', async (t) => {
    const { named, requests } = await bitbucket(t);
    const proxy = await startProxy(t);
    const env = trusted(named, { HTTPS_PROXY: proxy.origin, NO_PROXY: 'other.example', NODE_OPTIONS: RESOLVE_NAME });
    assertConnected(await connect(t, env), requests);
    assert.ok(proxy.targets.length > 0);
  });
});

describe('a proxy with a password', () => {
  const USER_INFO = 'ada:the-proxy%3Apassword';
  const withUserInfo = (origin, userInfo) => origin.replace('//', `//${userInfo}@`);

  test('receives the password that its URL contains, and Bitbucket does not receive it', async (t) => {
    const { named, requests } = await bitbucket(t);
    const proxy = await startProxy(t, { userInfo: USER_INFO });
    assertConnected(await connect(t, trusted(named, { HTTPS_PROXY: withUserInfo(proxy.origin, USER_INFO) })), requests);
    assert.match(proxy.bytes(), /proxy-authorization: Basic /i);
    for (const { headers } of requests) assert.equal(headers['proxy-authorization'], undefined);
  });

  for (const [what, send] of Object.entries({ 'the token endpoint': connect, 'the API': readList })) {
    for (const [how, userInfo, words] of [
      ['missing', undefined, /the proxy requires credentials.*user:password@host.*HTTPS_PROXY/],
      ['wrong', 'ada:the-marked-password', /the proxy does not accept the credentials in its URL.*HTTPS_PROXY/],
    ]) {
      test(`responds 407 to a ${how} password, and the error message says what to do (${what})`, async (t) => {
        const { named, requests } = await bitbucket(t);
        const { origin } = await startProxy(t, { userInfo: USER_INFO });
        const env = trusted(named, { HTTPS_PROXY: userInfo ? withUserInfo(origin, userInfo) : origin });
        const { error } = await send(t, env);
        assert.equal(error.code, 'REQUEST_FAILED');
        assert.equal(error.cause, 'PROXY_407');
        assert.match(error.message, words);
        assert.doesNotMatch(JSON.stringify(error), /marked/);
        assert.equal(requests.length, 0);
      });
    }
  }
});

describe('the error of a request that fails at the proxy', () => {
  for (const [what, send] of Object.entries({ 'the token endpoint': connect, 'the API': readList })) {
    test(`says that the proxy refuses the host with 403 (${what})`, async (t) => {
      const { named, requests } = await bitbucket(t);
      const proxy = await startProxy(t, { refuses: true });
      const { error } = await send(t, trusted(named, { HTTPS_PROXY: proxy.origin }));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.equal(error.cause, 'PROXY_403');
      assert.match(error.message, /the proxy refused the connection.*rules must allow this host.*HTTPS_PROXY/);
      assert.equal(requests.length, 0);
      // The exchange of a code has one attempt, and a request for a list has four. Each attempt uses the proxy once.
      assert.equal(proxy.targets.length, send === connect ? 1 : 4);
    });

    test(`says that the proxy cannot be reached (${what})`, async (t) => {
      const { named } = await bitbucket(t);
      const { error } = await send(t, trusted(named, { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` }));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.match(error.message, /the connection was refused.*the request used the proxy of HTTPS_PROXY/);
    });
  }

  test("says that the proxy's own certificate is not accepted", async (t) => {
    const { named } = await bitbucket(t);
    const proxy = await startProxy(t, { serverType: 'https', httpsOptions: tls });
    const { error } = await readList(t, { ...environment(named, PATIENT), HTTPS_PROXY: proxy.origin });
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /certificate is not accepted.*NODE_EXTRA_CA_CERTS.*the request used the proxy of HTTPS_PROXY/);
    assert.deepEqual(proxy.targets, []);
  });

  for (const [what, send] of Object.entries({ 'the token endpoint': connect, 'the API': readList })) {
    test(`names the variable with the invalid URL but not its value, and no request bypasses the proxy (${what})`, async (t) => {
      const { named, requests } = await bitbucket(t);
      const env = trusted(named, { HTTPS_PROXY: 'user:marked-password@', NODE_OPTIONS: RESOLVE_NAME });
      const { error } = await send(t, env);
      assert.equal(error.code, 'INVALID_CONFIG');
      assert.match(error.message, /: HTTPS_PROXY is not a valid URL/);
      assert.doesNotMatch(JSON.stringify(error), /marked-password/);
      assert.equal(requests.length, 0);
    });
  }
});

/**
 * A proxy that stops after the test and records its requests. It connects every host name to loopback. With `userInfo` it
 * requires these credentials; with `refuses` it responds 403. Other options are those of proxy-chain.
 */
async function startProxy(t, { userInfo, refuses, ...options } = {}) {
  const targets = [];
  const chunks = [];
  const proxy = new Server({
    host: '127.0.0.1',
    port: 0,
    ...options,
    prepareRequestFunction: ({ hostname, port, username, password, isHttp }) => {
      targets.push(isHttp ? 'a request that is no CONNECT' : `${hostname}:${port}`);
      if (refuses) throw new RequestError('This host is not allowed.', 403);
      const given = [username, password].map(encodeURIComponent).join(':');
      return {
        requestAuthentication: userInfo !== undefined && given !== userInfo,
        dnsLookup: (_name, ...rest) => lookup('127.0.0.1', ...rest),
      };
    },
  });
  // With a TLS proxy, only the decrypted bytes show what the proxy can read.
  proxy.server.on(options.serverType === 'https' ? 'secureConnection' : 'connection', (socket) => {
    socket.on('data', (chunk) => chunks.push(chunk));
  });
  await proxy.listen();
  t.after(() => proxy.close(true));
  return {
    origin: `${options.serverType ?? 'http'}://127.0.0.1:${proxy.port}`,
    targets,
    bytes: () => Buffer.concat(chunks).toString('latin1'),
  };
}

/** Makes two authorities with openssl, and a certificate for 127.0.0.1 and NAME that the first authority signs. */
function makeCertificates() {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const validity = ['-days', '2'];
  writeFileSync(at('extensions'), `subjectAltName=IP:127.0.0.1,DNS:${NAME}\n`);
  for (const [file, name] of [['ca', 'Test authority'], ['other', 'Other authority']]) {
    openssl('req', '-x509', ...key, ...validity, '-subj', `/CN=${name}`, '-keyout', at(`${file}.key`),
      '-out', at(`${file}.pem`));
  }
  openssl('req', ...key, '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr'));
  openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial',
    ...validity, '-extfile', at('extensions'), '-out', at('server.pem'));
  return {
    folder, authority: at('ca.pem'), otherAuthority: at('other.pem'), key: at('server.key'), cert: at('server.pem'),
  };
}
