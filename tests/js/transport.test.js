/** The HTTP sender, through what uses it: every way in which a token endpoint, the network or a proxy can fail. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { closedPort, environment, json, listen, runJsonFixture, serve, thrownBy } from './support.js';

const TOKENS = {
  access_token: 'the-token', token_type: 'bearer', expires_in: 7200, refresh_token: 'the-refresh-token', scope: 'account',
};
const MEBIBYTE = 1024 * 1024;

/** A name that no resolver knows (RFC 6761 section 6.5), for a server on loopback. */
const NAME = 'bitbucket.example';

/** NODE_OPTIONS of a process that does know it. */
const KNOWING_NAME = `--import=data:text/javascript,${encodeURIComponent(`
  import dns from 'node:dns';
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => lookup(name === '${NAME}' ? '127.0.0.1' : name, ...rest);
`)}`;

// Long enough for anything that is answered at once, and only waited for where nothing is.
const PATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '60000' };
const IMPATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '250' };

/** The two calls that ask the token endpoint. */
const CALLS = {
  exchange: (wrapper) => wrapper.exchangeToken({ code: 'the-code' }),
  refresh: (wrapper) => wrapper.refreshToken({ refresh_token: 'the-refresh-token' }),
};

/** What a call ends in, against a token endpoint at `origin`. */
async function failureAt(origin, phase, more = PATIENT) {
  const { wrapper: Wrapper } = createEntry(environment(origin, more));
  const error = await thrownBy(() => CALLS[phase](new Wrapper({ type: 'oauth' })));
  assert.ok(error instanceof BitbucketAuthError, String(error?.stack));
  assert.equal(error.phase, phase);
  return error;
}

const answers = {
  'status 400, unauthorized_client': {
    answer: (response) => json(response, 400, { error: 'unauthorized_client', error_description: 'Invalid OAuth client' }),
    exchange: { code: 'INVALID_CLIENT', status: 400, error: 'unauthorized_client', retryable: false },
    refresh: { code: 'RECONNECT_REQUIRED', status: 400, error: 'unauthorized_client', reauthorize: true },
  },
  'status 400, invalid_grant': {
    answer: (response) => json(response, 400, { error: 'invalid_grant' }),
    exchange: { code: 'INVALID_GRANT', status: 400, reauthorize: true },
    refresh: { code: 'RECONNECT_REQUIRED', status: 400, reauthorize: true },
  },
  'status 401, JSON': {
    answer: (response) => json(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }),
    exchange: { code: 'INVALID_CLIENT', status: 401, retryable: false },
    refresh: { code: 'INVALID_CLIENT', status: 401, retryable: false },
  },
  'status 500, JSON': {
    answer: (response) => json(response, 500, { message: 'oops' }),
    both: { code: 'UNEXPECTED_STATUS', status: 500, retryable: true },
  },
  'status 503, HTML': {
    answer: (response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Down</h1>'),
    both: { code: 'UNEXPECTED_STATUS', status: 503, retryable: true },
  },
  'HTML': {
    answer: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
    both: { code: 'RESPONSE_NOT_JSON', retryable: false },
  },
  'nothing, in status 200': {
    answer: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
    both: { code: 'RESPONSE_NOT_JSON' },
  },
  'status 204': {
    answer: (response) => response.writeHead(204).end(),
    both: { code: 'UNEXPECTED_STATUS', status: 204 },
  },
  'truncated JSON': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(TOKENS).slice(0, -20)),
    both: { code: 'RESPONSE_NOT_JSON' },
  },
  'more than a mebibyte, announced': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': MEBIBYTE + 1 })
      .end(Buffer.alloc(MEBIBYTE + 1, ' ')),
    both: { code: 'RESPONSE_TOO_LARGE', status: 200, retryable: false },
  },
  'more than a mebibyte, in chunks that do not end': {
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
      };
      response.on('drain', more);
      more();
    },
    both: { code: 'RESPONSE_TOO_LARGE', status: 200 },
  },
  'a gzip bomb': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(64 * MEBIBYTE, ' '))),
    both: { code: 'RESPONSE_TOO_LARGE', status: 200 },
  },
  'damaged gzip': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end('this is no gzip'),
    both: { code: 'REQUEST_FAILED', retryable: true, message: /compressed answer is damaged.*Z_DATA_ERROR/ },
  },
  'a dropped connection': {
    answer: (response) => response.destroy(),
    both: { code: 'REQUEST_FAILED', retryable: true, message: /closed before the answer was complete/ },
  },
  'a connection dropped inside the body': {
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"access_token":', () => response.destroy());
    },
    both: { code: 'REQUEST_FAILED', retryable: true, message: /closed before the answer was complete/ },
  },
  'no answer': {
    answer: () => {},
    more: IMPATIENT,
    both: { code: 'REQUEST_TIMEOUT', retryable: true, message: /INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS/ },
  },
  'a body that does not end': {
    answer: (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    more: IMPATIENT,
    both: { code: 'REQUEST_TIMEOUT', retryable: true },
  },
};

/** How often a refresh is tried: what may pass is repeated, and so is what may come from a lockout. */
function triesOf({ code, retryable }) {
  if (code === 'RECONNECT_REQUIRED') return 2;
  return retryable || ['RESPONSE_NOT_JSON', 'RESPONSE_INVALID', 'RESPONSE_TOO_LARGE'].includes(code) ? 5 : 1;
}

for (const phase of Object.keys(CALLS)) {
  // At the same time, because repetitions take their time.
  describe(`${phase}: the token endpoint answers with`, { concurrency: true }, () => {
    for (const [what, { answer, more, both, [phase]: expected = both }] of Object.entries(answers)) {
      test(what, async (t) => {
        const { origin, requests } = await serve(t, (_request, response) => answer(response));
        const error = await failureAt(origin, phase, more);
        for (const [name, value] of Object.entries(expected)) {
          if (value instanceof RegExp) assert.match(error[name], value);
          else assert.equal(error[name], value, name);
        }
        assert.equal(requests.length, phase === 'refresh' ? triesOf(error) : 1);
      });
    }

    for (const status of [301, 302, 303, 307, 308]) {
      test(`a redirect with status ${status}, which is not followed`, async (t) => {
        const elsewhere = await serve(t, (_request, response) => json(response, 200, TOKENS));
        const { origin, requests } = await serve(t, (_request, response) => {
          response.writeHead(status, { location: `${elsewhere.origin}/?code=the-code` }).end();
        });
        const error = await failureAt(origin, phase);
        assert.equal(error.code, 'REDIRECT_REFUSED');
        assert.equal(error.status, status);
        assert.equal(requests.length, 1);
        assert.equal(elsewhere.requests.length, 0);
      });
    }
  });
}

describe('the network', () => {
  test('nobody listens', async () => {
    const error = await failureAt(`http://127.0.0.1:${await closedPort()}`, 'exchange');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.equal(error.retryable, true);
    assert.match(error.message, /the connection was refused; ECONNREFUSED/);
    assert.equal(error.cause.code, 'ECONNREFUSED');
    assert.deepEqual(Object.keys(error.cause), ['code']);
  });

  test('the host does not exist', async () => {
    const error = await failureAt('https://bitbucket.invalid', 'exchange');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /host name could not be resolved; (ENOTFOUND|EAI_AGAIN)/);
  });

  test('what answers is no HTTP server', async (t) => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n'));
    const error = await failureAt(`http://127.0.0.1:${await listen(t, server)}`, 'refresh');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /not HTTP as it should be; (HPE_\w+|HTTPParserError)\b/);
  });
});

describe('proxies and certificates', () => {
  let files;
  let tls;

  before(() => {
    files = makeCertificates();
    tls = { key: readFileSync(files.key), cert: readFileSync(files.cert) };
    return () => rmSync(files.folder, { recursive: true });
  });

  const answer = (request, response) => {
    json(response, 200, request.url === '/site/oauth2/access_token' ? TOKENS : { type: 'user' });
  };

  /**
   * A token endpoint and API over TLS, signed by an authority of its own. `named` is its origin under a name that
   * only the test's proxy knows: what goes to loopback goes to no proxy.
   */
  const bitbucket = async (t, answering = answer) => {
    const server = await serve(t, answering, tls);
    return { ...server, named: `https://${NAME}:${server.port}` };
  };

  const trusted = (origin, more) => ({ ...environment(origin, PATIENT), NODE_EXTRA_CA_CERTS: files.authority, ...more });

  const CONNECTED = {
    tokens: ['type', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes'],
    connection: { success: true },
  };

  test('an authority that nobody named is refused, and the message says what to do', async (t) => {
    const { origin, requests } = await bitbucket(t);
    const { error } = await runJsonFixture(t, 'connect.js', [], environment(origin, PATIENT));
    assert.equal(error.name, 'BitbucketAuthError');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /certificate is not accepted.*NODE_EXTRA_CA_CERTS/);
    assert.match(error.cause, /CERT|SIGNATURE/);
    assert.equal(requests.length, 0);
  });

  test('NODE_EXTRA_CA_CERTS is believed', async (t) => {
    const { origin, requests } = await bitbucket(t);
    assert.deepEqual(await runJsonFixture(t, 'connect.js', [], trusted(origin)), CONNECTED);
    assert.deepEqual(requests.map(({ url }) => url), ['/site/oauth2/access_token', '/2.0/user']);
  });

  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
    test(`${name} is used for tokens and for the API, and sees neither`, async (t) => {
      const { named, port, requests } = await bitbucket(t);
      const proxy = await startProxy(t);
      const result = await runJsonFixture(t, 'connect.js', [], trusted(named, { [name]: proxy.origin }));
      assert.deepEqual(result, CONNECTED);
      assert.equal(requests.length, 2);
      assert.ok(proxy.seen.length > 0);
      for (const { target, bytes } of proxy.seen) {
        assert.equal(target, `${NAME}:${port}`);
        assert.doesNotMatch(Buffer.concat(bytes).toString('latin1'), /authorization|the-code|the-token|Basic|Bearer/i);
      }
    });
  }

  const proxied = ({ origin }) => ({ HTTP_PROXY: origin, HTTPS_PROXY: origin });

  for (const [scheme, host] of [['http', '127.0.0.1'], ['http', 'localhost'], ['https', '127.0.0.1']]) {
    test(`a loopback endpoint, ${scheme}://${host}: the proxy sees nothing`, async (t) => {
      const { port, requests } = await serve(t, answer, scheme === 'https' ? tls : undefined);
      const proxy = await startProxy(t);
      const env = trusted(`${scheme}://${host}:${port}`, proxied(proxy));
      assert.deepEqual(await runJsonFixture(t, 'connect.js', [], env), CONNECTED);
      assert.deepEqual(proxy.seen, []);
      assert.equal(requests.length, 2);
    });
  }

  for (const host of ['[::1]', '127.8.9.10', 'localhost']) {
    test(`a loopback endpoint that is not there, ${host}: the proxy sees nothing and is not blamed`, async (t) => {
      const proxy = await startProxy(t);
      const env = environment(`http://${host}:${await closedPort()}`, { ...PATIENT, ...proxied(proxy) });
      const { error } = await runJsonFixture(t, 'connect.js', [], env);
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.doesNotMatch(error.message, /the proxy of/);
      assert.deepEqual(proxy.seen, []);
    });
  }

  for (const host of ['127.0.0.1.example', 'localhost.example', '128.0.0.1']) {
    test(`what only looks like loopback, ${host}, goes through the proxy`, async (t) => {
      const proxy = await startProxy(t, 407);
      const { error } = await runJsonFixture(t, 'connect.js', [], trusted(`https://${host}:8443`, proxied(proxy)));
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.deepEqual(proxy.seen.map(({ target }) => target), [`${host}:8443`]);
    });
  }

  test('a redirect from the proxied API to loopback goes past the proxy', async (t) => {
    const local = await serve(t, answer);
    const { named, port } = await bitbucket(t, (request, response) => {
      if (request.method === 'POST') answer(request, response);
      else response.writeHead(302, { location: `${local.origin}/away` }).end();
    });
    const proxy = await startProxy(t);
    assert.deepEqual(await runJsonFixture(t, 'connect.js', [], trusted(named, proxied(proxy))), CONNECTED);
    assert.deepEqual(local.requests.map(({ url, headers }) => [url, headers.authorization]), [['/away', undefined]]);
    assert.ok(proxy.seen.every(({ target }) => target === `${NAME}:${port}`));
  });

  test('a redirect from loopback to another host goes through the proxy', async (t) => {
    const { named, port } = await bitbucket(t);
    const local = await serve(t, (request, response) => {
      if (request.method === 'POST') answer(request, response);
      else response.writeHead(302, { location: `${named}/away` }).end();
    });
    const proxy = await startProxy(t);
    assert.deepEqual(await runJsonFixture(t, 'connect.js', [], trusted(local.origin, proxied(proxy))), CONNECTED);
    assert.deepEqual(proxy.seen.map(({ target }) => target), [`${NAME}:${port}`]);
  });

  for (const excepted of [NAME, `localhost,${NAME}`, '*']) {
    test(`NO_PROXY=${excepted} goes past the proxy`, async (t) => {
      const { named, requests } = await bitbucket(t);
      const proxy = await startProxy(t);
      const env = trusted(named, { HTTPS_PROXY: proxy.origin, NO_PROXY: excepted, NODE_OPTIONS: KNOWING_NAME });
      assert.deepEqual(await runJsonFixture(t, 'connect.js', [], env), CONNECTED);
      assert.equal(proxy.seen.length, 0);
      assert.equal(requests.length, 2);
    });
  }

  test('a proxy that turns the connection down is named', async (t) => {
    const { named, requests } = await bitbucket(t);
    const proxy = await startProxy(t, 407);
    const { error } = await runJsonFixture(t, 'connect.js', [], trusted(named, { HTTPS_PROXY: proxy.origin }));
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /the proxy turned the connection down.*HTTPS_PROXY/);
    assert.equal(requests.length, 0);
  });

  test('a proxy that is not there is named', async (t) => {
    const { named } = await bitbucket(t);
    const HTTPS_PROXY = `http://127.0.0.1:${await closedPort()}`;
    const { error } = await runJsonFixture(t, 'connect.js', [], trusted(named, { HTTPS_PROXY }));
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /the connection was refused.*the proxy of HTTPS_PROXY is in use/);
  });

  test('a proxy address that is none is named, without its value', async (t) => {
    const { named } = await bitbucket(t);
    const { error } = await runJsonFixture(t, 'connect.js', [], trusted(named, { HTTPS_PROXY: 'user:marked-password@' }));
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /the proxy of HTTPS_PROXY/);
    assert.doesNotMatch(JSON.stringify(error), /marked-password/);
  });
});

/**
 * A proxy that only knows CONNECT: it answers with `status`, and joins the two ends when that is 200. Whatever the
 * host is called, it is on loopback.
 */
async function startProxy(t, status = 200) {
  const seen = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client, head) => {
    const bytes = [];
    seen.push({ target: request.url, bytes });
    client.on('error', () => {});
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      client.on('data', (chunk) => bytes.push(chunk)).pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  return { origin: `http://127.0.0.1:${await listen(t, server)}`, seen };
}

/** An authority of our own and a certificate that it signed for 127.0.0.1 and NAME, made by openssl. */
function makeCertificates() {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const validity = ['-days', '2'];
  writeFileSync(at('extensions'), `subjectAltName=IP:127.0.0.1,DNS:${NAME}\n`);
  openssl('req', '-x509', ...key, ...validity, '-subj', '/CN=Test authority', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', ...key, '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr'));
  openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial',
    ...validity, '-extfile', at('extensions'), '-out', at('server.pem'));
  return { folder, authority: at('ca.pem'), key: at('server.key'), cert: at('server.pem') };
}
