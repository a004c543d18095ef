/**
 * Where the API client sends credentials, how connections that act as the OAuth client acquire tokens, and that no error shows a
 * credential.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { makeCertificates } from '../support/certificates.js';
import { environment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { freePort, json, serve } from '../support/http-server.js';
import {
  CREDENTIALS, HEADERS, UNLIMITED, assertNoCredential, clientOf, everythingOf, ok, simulator,
} from './api-client-scene.js';

const HOUR = 3_600_000;

describe('the credential of a connection', () => {
  for (const kind of Object.keys(CREDENTIALS)) {
    test(`is sent to the API for relative and absolute URLs (${kind})`, async (t) => {
      const scene = await clientOf(t, { kind });
      await scene.client.get('/user');
      await scene.client.get(`${scene.origin}/2.0/user?page=2`);
      await scene.client.post('/repositories/acme/site', { is_private: true });
      assert.deepEqual(scene.requests.map(({ headers }) => headers.authorization), Array(3).fill(HEADERS[kind]));
    });

    test(`is not sent to another origin, which gets no request at all (${kind})`, async (t) => {
      const foreign = await serve(t, ok);
      const scene = await clientOf(t, { kind });
      const port = await freePort();
      const host = foreign.origin.slice('http:'.length);
      for (const [url, config] of [
        [`${foreign.origin}/2.0/user`], [`${foreign.origin}/2.0/user`, { method: 'POST', data: 'x' }], [host], ['/user', { baseURL: foreign.origin }],
        [`http://127.0.0.1:${port}/2.0/user`], [scene.origin.replace('http:', 'https:')],
        ['file:///etc/hostname'], [scene.origin.replace('127.0.0.1', 'localhost')], ['http://127.0.0.1%2f@evil.invalid/'],
        [scene.origin.replace('http://', `http://${foreign.origin.slice('http://'.length)}@`).replace(/@.*/, '@evil.invalid/')],
      ]) {
        const error = await thrownBy(() => scene.client.request({ url, ...config }));
        assert.equal(error.isAxiosError, true);
        assert.deepEqual([error.bitbucket.code, error.code, error.bitbucket.phase], ['FOREIGN_ORIGIN', 'FOREIGN_ORIGIN', 'api'], url);
        assertNoCredential(error);
      }
      assert.deepEqual([foreign.requests, scene.requests], [[], []]);
    });

    test(`is not sent to another server when a GET is redirected there (${kind})`, async (t) => {
      const foreign = await serve(t, (request, response) => {
        if (request.url === '/back') response.writeHead(302, { location: `${api.origin}/2.0/user` }).end();
        else ok(request, response);
      });
      const api = await clientOf(t, {
        kind,
        api: (request, response) => {
          const path = request.url.split('/').at(-1);
          if (path === 'user') ok(request, response);
          else response.writeHead(302, { location: `${foreign.origin}/${path}` }).end();
        },
      });
      for (const path of ['/away', '/back']) assert.equal((await api.client.get(path)).status, 200);
      assert.deepEqual(foreign.requests.map(({ url }) => url), ['/away', '/back']);
      assert.ok(foreign.requests.every(({ headers }) => headers.authorization === undefined));
      // After a redirect back to the API, the request has no credential, either.
      assert.deepEqual(api.requests.map(({ url, headers }) => [url, headers.authorization]), [
        ['/2.0/away', HEADERS[kind]], ['/2.0/back', HEADERS[kind]], ['/2.0/user', undefined],
      ]);
    });
  }

  test('is not replaced by a header that a caller sets', async (t) => {
    const foreign = await serve(t, ok);
    const scene = await clientOf(t, {
      api: (request, response) => {
        if (request.url === '/2.0/user') ok(request, response);
        else response.writeHead(302, { location: foreign.origin }).end();
      },
    });
    await scene.client.get('/away', { headers: { Authorization: 'Bearer another' } });
    await scene.client.get('/away', { auth: { username: 'another', password: 'another' } });
    assert.deepEqual(foreign.requests.map(({ headers }) => headers.authorization), [undefined, undefined]);
    await scene.client.get('/user', { headers: { Authorization: 'Bearer another' } });
    await scene.client.get('/user', { auth: { username: 'another', password: 'another' } });
    await scene.client.get(scene.origin.replace('http://', 'http://another:another@') + '/2.0/user');
    assert.deepEqual(scene.requests.map(({ headers }) => headers.authorization), Array(5).fill(HEADERS.api_key));
  });

  test('is not sent after a redirect from https to http, even on the same host', async (t) => {
    const { authority, tls } = makeCertificates(t);
    const plain = await serve(t, ok);
    let api;
    api = await serve(t, (request, response) => {
      const location = { '/2.0/kept': `${api.origin}/2.0/user`, '/2.0/downgraded': `${plain.origin}/2.0/user` }[request.url]
        ?? `http://127.0.0.1:${api.port}/2.0/user`;
      if (request.url === '/2.0/user') ok(request, response);
      else response.writeHead(302, { location }).end();
    }, tls);
    const results = await runJsonFixture(t, 'downgrade.js', [api.origin], { NODE_EXTRA_CA_CERTS: authority });
    assert.deepEqual(results, [200, 'FOREIGN_ORIGIN', 'FOREIGN_ORIGIN']);
    assert.deepEqual(plain.requests, []);
  });
});

describe('a credential that a server repeats', () => {
  const token = 'ATCTT3xFfGN0+abc/def=9F0_xyz=';
  const bearer = `Bearer ${token}`;
  const everything = [
    token, btoa(token), btoa(bearer), Buffer.from(bearer).toString('base64url'), Buffer.from(token).toString('hex'), encodeURIComponent(token),
    encodeURIComponent(token).replace(/%../g, (escape) => escape.toLowerCase()), token.replaceAll('/', '\\/'), token.replaceAll('=', '\\u003d'),
    token.replaceAll('=', '&#61;').replaceAll('+', '&#x2B;'), token.replaceAll('=', '&equals;'),
  ];
  const tokenPattern = /ATCTT3xFfGN0|FfGN0|eEZmR04w|hGZkdOM|EFUQ1RU|QVRDVFQz|BVENUVD|41544354/;

  /** Returns a client that has `token` and sends its requests to a server with the request listener `api`. */
  async function repeating(t, api) {
    const { origin } = await serve(t, api);
    const { wrapper: Wrapper } = createEntry(environment(origin, UNLIMITED));
    return new Wrapper({ type: 'api_key', token }).authenticate();
  }
  const withoutRetries = { 'axios-retry': { retries: 0 } };

  test('is not in an error, however the server encodes it', async (t) => {
    const client = await repeating(t, ({ url }, response) => {
      response.writeHead(Number(url.split('/').at(-1)), { 'content-type': 'text/plain', 'x-echo': everything.join(' ') });
      response.end(everything.join('\n'));
    });
    for (const status of [400, 401, 403, 404, 429, 500, 600]) {
      for (const responseType of ['text', 'arraybuffer', 'json']) {
        const error = await thrownBy(() => client.get(`/${status}`, { responseType, ...withoutRetries }));
        const shown = responseType === 'arraybuffer' ? Buffer.from(error.response.data).toString() : error.response.data;
        assert.doesNotMatch(shown, tokenPattern);
        assert.doesNotMatch(everythingOf(error), tokenPattern);
      }
    }
  });

  test('is not in an error that follows a successful response', async (t) => {
    const client = await repeating(t, ({ url }, response) => {
      const isJson = url.endsWith('/json');
      response.writeHead(200, { 'content-type': 'application/json', 'x-echo': everything.join(' ') });
      response.end(isJson ? JSON.stringify({ a: everything }) : everything.join('\n'));
    });
    const strict = { responseType: 'json', transitional: { silentJSONParsing: false } };
    const parsing = await thrownBy(() => client.get('/text', strict));
    assert.deepEqual([parsing.bitbucket.code, parsing.bitbucket.status], ['RESPONSE_NOT_JSON', 200]);
    assert.doesNotMatch(everythingOf(parsing), tokenPattern);
    for (const path of ['/text', '/json']) {
      for (const responseType of ['text', 'arraybuffer', 'json']) {
        const error = await thrownBy(() => client.get(path, { responseType, validateStatus: () => false }));
        assert.deepEqual([error.response.status, error.bitbucket.code], [200, 'API_FAILED']);
        assert.match(error.bitbucket.message, /validateStatus/);
        assert.doesNotMatch(everythingOf(error), tokenPattern);
        if (responseType === 'arraybuffer') assert.doesNotMatch(Buffer.from(error.response.data).toString(), tokenPattern);
      }
    }
    // The data of a successful response stays unchanged.
    assert.deepEqual((await client.get('/json')).data, { a: everything });
  });

  test('is redacted in a body of up to 32 MiB without a delay', async (t) => {
    let body;
    const client = await repeating(t, (_request, response) => response.writeHead(500, { 'content-type': 'text/plain' }).end(body));
    const mebibyte = 1024 * 1024;
    // One MiB of escapes is enough, because no real response consists of escapes alone.
    for (const [filling, size] of [['{"values":["AbC+/d9f\\"\\n",1]},', 31 * mebibyte], ['\\u0041', mebibyte], ['%41%2B', mebibyte], ['&amp;', mebibyte], ['\\\\', mebibyte]]) {
      body = Buffer.concat([Buffer.alloc(size, filling), Buffer.from(` ${token}`)]);
      const begun = process.cpuUsage();
      const { response } = await thrownBy(() => client.get('/x', { responseType: 'arraybuffer', timeout: 60_000, ...withoutRetries }));
      const milliseconds = process.cpuUsage(begun).user / 1000;
      const data = Buffer.from(response.data);
      assert.equal(data.subarray(-11).toString(), ' [redacted]');
      assert.ok(data.subarray(0, size).equals(body.subarray(0, size)), filling);
      assert.ok(milliseconds < 2000, `${filling}: ${milliseconds}`);
    }
  });
});

describe('connections that act as the OAuth client itself', () => {
  const refusing = (bad) => ({ headers }, response) => (
    bad.includes(headers.authorization) ? json(response, 401, { type: 'error', error: {} }) : ok(undefined, response)
  );
  /** A token endpoint that numbers its tokens. */
  const numbered = (more = { expires_in: 3600 }) => {
    let tokens = 0;
    return (_request, response) => json(response, 200, { access_token: `own-${tokens += 1}`, token_type: 'bearer', scopes: 'account', ...more });
  };

  test('acquire one token for all wrappers, and store nothing', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const saved = [];
    const services = { saveConfig: (config) => saved.push(config) };
    const wrappers = Array.from({ length: 30 }, () => new Wrapper({ type: 'custom', workspace: 'acme' }, services));
    for (const wrapper of wrappers) wrapper.setTokenRefreshCallback((tokens) => saved.push(tokens));
    const answers = await Promise.all(wrappers.map((wrapper) => wrapper.use((client) => client.get('/repositories/acme'))));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.deepEqual(bitbucket.requests.filter((line) => line.includes('grant=')).map((line) => line.match(/grant=(\w+)/)[1]), ['client_credentials']);
    assert.deepEqual(saved, []);
    assert.ok(wrappers.every(({ config }) => JSON.stringify(config) === '{"type":"custom","workspace":"acme"}'));
  });

  test('acquire a new token when the old token is about to expire or has expired', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const wrapper = new Wrapper({ type: 'custom' });
    const client = await wrapper.authenticate();
    await client.get('/repositories/acme');
    const now = Date.now();
    for (const [at, tokens] of [[0, 1], [0.97 * HOUR, 2], [5 * HOUR, 3]]) {
      t.mock.timers.reset();
      t.mock.timers.enable({ apis: ['Date'], now: now + at });
      assert.equal((await client.get('/repositories/acme')).status, 200);
      assert.equal(bitbucket.requests.filter((line) => line.includes('grant=')).length, tokens, String(at));
    }
    assert.ok(!bitbucket.requests.some((line) => / 401\b/.test(line)));
  });

  test('acquire one new token for all requests that got a 401', async (t) => {
    const scene = await clientOf(t, { kind: 'custom', token: numbered(), api: refusing(['Bearer own-1']) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.client.get('/user')));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(scene.tokenRequests.length, 2);
    for (const { body } of scene.tokenRequests) assert.equal(body, 'grant_type=client_credentials');
  });

  test('cause an error that names the administrator when Bitbucket also rejects the new token', async (t) => {
    const scene = await clientOf(t, { kind: 'custom', token: numbered(), api: (_request, response) => json(response, 401, {}) });
    const error = await thrownBy(() => scene.wrapper.use((client) => client.get('/user')));
    assert.deepEqual([error.response.status, error.bitbucket.code], [401, 'API_UNAUTHENTICATED']);
    assert.match(error.bitbucket.message, /an administrator must check the client/);
    assert.equal(scene.requests.length, 2);
  });

  test('ignore the refresh token of a token response when they acquire a new token', async (t) => {
    const scene = await clientOf(t, {
      kind: 'custom', token: numbered({ refresh_token: 'the-refresh-token' }), api: refusing(['Bearer own-1']),
    });
    assert.equal((await scene.client.get('/user')).status, 200);
    assert.ok(scene.tokenRequests.every(({ body }) => body === 'grant_type=client_credentials'));
  });

  test('fail with INVALID_CLIENT when the client secret is wrong, and send no API request', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, {}, { INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'another' });
    const error = await thrownBy(() => new Wrapper({ type: 'custom' }).authenticate());
    assert.deepEqual([error.code, error.reauthorize], ['INVALID_CLIENT', false]);
    assert.ok(bitbucket.requests.every((line) => !line.includes('/2.0/')));
  });
});
