/** The API client: where it sends credentials, what its errors say, what it repeats, and how it ends. */
import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import axios from 'axios';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { makeCertificates } from '../support/certificates.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { freePort, json, listen, serve } from '../support/http-server.js';

// The package does not export these.
const folder = new URL('js/', import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { Activity } = await import(new URL('activity.js', folder));
const { createClient } = await import(new URL('api/client.js', folder));
const { failure } = await import(new URL('core.js', folder));

const HOUR = 3_600_000;
const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

const CREDENTIALS = {
  oauth: { type: 'oauth', oauth_token: 'the-oauth-token', refresh_token: 'the-refresh-token' },
  api_key: { type: 'api_key', token: 'the-access-token' },
  basic: { type: 'basic', email: 'dana@example.com', token: 'the-api-token' },
  custom: { type: 'custom' },
};
const HEADERS = {
  oauth: 'Bearer the-oauth-token',
  api_key: 'Bearer the-access-token',
  basic: `Basic ${Buffer.from('dana@example.com:the-api-token').toString('base64')}`,
  custom: 'Bearer the-own-token',
};

const ok = (_request, response) => json(response, 200, { type: 'user' });
const giveTokens = (_request, response) => json(response, 200, {
  access_token: 'the-own-token', token_type: 'bearer', expires_in: 3600, scopes: 'account',
});

/** A client for a server that answers API and token requests as told. */
async function clientOf(t, { kind = 'api_key', api = ok, token = giveTokens, variables = UNLIMITED } = {}) {
  const all = await serve(t, (request, response, body) => (
    request.url.startsWith('/site/') ? token(request, response, body) : api(request, response, body)
  ));
  const { wrapper: Wrapper } = createEntry(environment(all.origin, variables));
  const wrapper = new Wrapper(CREDENTIALS[kind]);
  return {
    wrapper,
    client: await wrapper.authenticate(),
    origin: all.origin,
    get requests() {
      return all.requests.filter(({ url }) => !url.startsWith('/site/'));
    },
    get tokenRequests() {
      return all.requests.filter(({ url }) => url.startsWith('/site/'));
    },
  };
}

/** A simulator that ends with the test. */
async function simulator(t, options = {}, variables = {}) {
  const bitbucket = await startSimulator(t, {
    backend: 'newer', clients: [{ private: true, callback: 'http://127.0.0.1:8080/dashboard/' }], ...options,
  });
  return { bitbucket, Wrapper: createEntry(simulatorEnvironment(bitbucket, variables)).wrapper };
}

/** The stored config of a user who consented. */
function connected(bitbucket) {
  const [answer] = bitbucket.control.connect();
  return {
    type: 'oauth',
    oauth_token: answer.access_token,
    refresh_token: answer.refresh_token,
    expires_at: new Date(Date.now() + answer.expires_in * 1000).toISOString(),
  };
}

/** Has the pauses between attempts pass at once. Gives their lengths. */
function withoutPauses(t) {
  const pauses = [];
  const { setTimeout: original } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (callback, ms, ...rest) => {
    // Nothing else is hurried: time limits have to hold.
    const isPause = new Error().stack.includes('axios-retry');
    if (isPause) pauses.push(ms);
    return original(callback, isPause ? 0 : ms, ...rest);
  });
  return pauses;
}

/** Everything that a value shows, at any depth. */
const everythingOf = (value) => [
  inspect(value, { depth: 30, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  String(value?.stack), JSON.stringify(value), JSON.stringify(value?.toJSON?.()),
].join('\n');

const assertNoCredential = (value) => assert.doesNotMatch(
  everythingOf(value),
  new RegExp(`the-(oauth|access|api|refresh|own)-token|the-secret|${HEADERS.basic.slice(6)}|${btoa('the-key:the-secret')}`),
);

describe('credentials', () => {
  for (const kind of Object.keys(CREDENTIALS)) {
    test(`${kind}: the header goes to the API, by relative and by absolute addresses`, async (t) => {
      const made = await clientOf(t, { kind });
      await made.client.get('/user');
      await made.client.get(`${made.origin}/2.0/user?page=2`);
      await made.client.post('/repositories/acme/site', { is_private: true });
      assert.deepEqual(made.requests.map(({ headers }) => headers.authorization), Array(3).fill(HEADERS[kind]));
    });

    test(`${kind}: no other address is asked at all`, async (t) => {
      const foreign = await serve(t, ok);
      const made = await clientOf(t, { kind });
      const port = await freePort();
      const host = foreign.origin.slice('http:'.length);
      for (const [url, config] of [
        [`${foreign.origin}/2.0/user`], [`${foreign.origin}/2.0/user`, { method: 'POST', data: 'x' }], [host], ['/user', { baseURL: foreign.origin }],
        [`http://127.0.0.1:${port}/2.0/user`], [made.origin.replace('http:', 'https:')],
        ['file:///etc/hostname'], [made.origin.replace('127.0.0.1', 'localhost')], ['http://127.0.0.1%2f@evil.invalid/'],
        [made.origin.replace('http://', `http://${foreign.origin.slice('http://'.length)}@`).replace(/@.*/, '@evil.invalid/')],
      ]) {
        const error = await thrownBy(() => made.client.request({ url, ...config }));
        assert.equal(error.isAxiosError, true);
        assert.deepEqual([error.bitbucket.code, error.code, error.bitbucket.phase], ['FOREIGN_ORIGIN', 'FOREIGN_ORIGIN', 'api'], url);
        assertNoCredential(error);
      }
      assert.deepEqual([foreign.requests, made.requests], [[], []]);
    });

    test(`${kind}: a redirect to another server is followed by a GET, without the credential`, async (t) => {
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
      // Whoever was elsewhere comes back without it.
      assert.deepEqual(api.requests.map(({ url, headers }) => [url, headers.authorization]), [
        ['/2.0/away', HEADERS[kind]], ['/2.0/back', HEADERS[kind]], ['/2.0/user', undefined],
      ]);
    });
  }

  test('are not those that a caller sets', async (t) => {
    const foreign = await serve(t, ok);
    const made = await clientOf(t, {
      api: (request, response) => {
        if (request.url === '/2.0/user') ok(request, response);
        else response.writeHead(302, { location: foreign.origin }).end();
      },
    });
    await made.client.get('/away', { headers: { Authorization: 'Bearer another' } });
    await made.client.get('/away', { auth: { username: 'another', password: 'another' } });
    assert.deepEqual(foreign.requests.map(({ headers }) => headers.authorization), [undefined, undefined]);
    await made.client.get('/user', { headers: { Authorization: 'Bearer another' } });
    await made.client.get('/user', { auth: { username: 'another', password: 'another' } });
    await made.client.get(made.origin.replace('http://', 'http://another:another@') + '/2.0/user');
    assert.deepEqual(made.requests.map(({ headers }) => headers.authorization), Array(5).fill(HEADERS.api_key));
  });

  test('are not taken along from https to http, be it the same host', async (t) => {
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

describe('redirects', () => {
  /** The client of an API that redirects everything but /end, and a foreign server. */
  async function redirecting(t, status, target) {
    const foreign = await serve(t, ok);
    const made = await clientOf(t, {
      api: (request, response) => {
        if (request.url === '/2.0/end') ok(request, response);
        else response.writeHead(status, { location: target ?? `${foreign.origin}/away` }).end();
      },
    });
    return { ...made, foreign, requests: made.requests, made };
  }

  for (const status of [307, 308]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      test(`${status} to another server: a ${method} is refused`, async (t) => {
        const { client, foreign } = await redirecting(t, status);
        const error = await thrownBy(() => client.request({ url: '/x', method, data: { secret: 'of the caller' } }));
        assert.equal(error.bitbucket.code, 'FOREIGN_ORIGIN');
        assert.deepEqual(foreign.requests, []);
      });
    }

    test(`${status} within the API: a POST keeps its body`, async (t) => {
      const { client, made } = await redirecting(t, status, '/2.0/end');
      await client.post('/x', { a: 1 });
      assert.deepEqual(made.requests.map(({ method, body }) => [method, body]), [['POST', '{"a":1}'], ['POST', '{"a":1}']]);
      assert.ok(made.requests.every(({ headers }) => headers.authorization === HEADERS.api_key));
    });
  }

  for (const status of [301, 302, 303]) {
    test(`${status} makes a POST a GET without the body, to another server without the credential`, async (t) => {
      const { client, foreign, made } = await redirecting(t, status);
      await client.post('/x', { a: 1 });
      assert.equal(made.requests.length, 1);
      const [{ method, body, headers }] = foreign.requests;
      assert.deepEqual([method, body, headers.authorization, headers['content-type']], ['GET', '', undefined, undefined]);
    });
  }

  test('end somewhere', async (t) => {
    const { client, made } = await redirecting(t, 302, '/2.0/round');
    const error = await thrownBy(() => client.get('/round', { 'axios-retry': { retries: 0 } }));
    assert.deepEqual([error.bitbucket.code, error.bitbucket.status], ['REDIRECT_REFUSED', 302]);
    assert.equal(made.requests.length, 21);
  });

  test('to what is no address are refused, and not followed at all where the caller does not want it', async (t) => {
    for (const target of ['http://', 'javascript:alert(1)', 'https://user:password@127.0.0.1/']) {
      const { client } = await redirecting(t, 302, target);
      const error = await thrownBy(() => client.get('/x'));
      assert.equal(error.bitbucket.code, 'FOREIGN_ORIGIN', target);
      assert.equal((await thrownBy(() => client.get('/x', { maxRedirects: 0 }))).response.status, 302);
    }
  });

  test('are followed as often, and in the way, that the request says', async (t) => {
    const made = await clientOf(t, {
      api: ({ url }, response) => {
        const left = Number(url.split('/').at(-1));
        if (left === 0) ok(undefined, response);
        else response.writeHead(302, { location: `/2.0/${left - 1}` }).end();
      },
    });
    const outcome = async (path, config) => {
      try {
        return (await made.client.get(path, { 'axios-retry': { retries: 0 }, ...config })).status;
      } catch (error) {
        return error.response?.status ?? error.bitbucket.code;
      }
    };
    for (const [path, config, expected, asked] of [
      ['/1', { maxRedirects: 0 }, 302, 1], ['/1', { maxRedirects: 1 }, 200, 2], ['/2', { maxRedirects: 1 }, 'REDIRECT_REFUSED', 2],
      ['/5', { maxRedirects: 5 }, 200, 6], ['/25', { maxRedirects: 30 }, 200, 26], ['/25', {}, 'REDIRECT_REFUSED', 21],
      ['/1', { fetchOptions: { redirect: 'error' } }, 'REDIRECT_REFUSED', 1], ['/0', { fetchOptions: { redirect: 'error' } }, 200, 1],
      ['/1', { fetchOptions: { redirect: 'manual' } }, 302, 1], ['/1', { fetchOptions: { redirect: 'follow' } }, 200, 2],
    ]) {
      const before = made.requests.length;
      assert.deepEqual([await outcome(path, config), made.requests.length - before], [expected, asked], `${path} ${JSON.stringify(config)}`);
    }
    const { bitbucket } = await thrownBy(() => made.client.get('/1', { fetchOptions: { redirect: 'error' } }));
    assert.doesNotMatch(bitbucket.message, /credentials/);
  });

  test('share the time limit of their request', async (t) => {
    const slow = (_request, response) => setTimeout(() => response.writeHead(302, { location: '/2.0/on' }).end(), 150);
    const made = await clientOf(t, { api: slow, variables: { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '500' } });
    const begun = performance.now();
    const error = await thrownBy(() => made.client.get('/x'));
    assert.equal(error.bitbucket.code, 'REQUEST_TIMEOUT');
    assert.match(error.bitbucket.message, /INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS\.$/);
    assert.ok(performance.now() - begun < 1500, String(performance.now() - begun));
    assert.ok(made.requests.length <= 4, String(made.requests.length));
  });

  test('leave behind what a caller sets and may be a secret, and never take a Host', async (t) => {
    const foreign = await serve(t, ok);
    const made = await clientOf(t, {
      api: ({ url }, response) => {
        if (url === '/2.0/user') ok(undefined, response);
        else response.writeHead(307, { location: url === '/2.0/own' ? '/2.0/user' : foreign.origin }).end();
      },
    });
    const headers = {
      Cookie: 'session=1', 'Proxy-Authorization': 'Basic x', Host: 'evil.example', 'X-Mine': 'yes', Range: 'bytes=0-9', Accept: 'text/plain',
      'If-None-Match': '"a"',
    };
    await made.client.get('/away', { headers });
    await made.client.get('/own', { headers });
    const [{ headers: seen, body }] = foreign.requests;
    for (const name of ['cookie', 'proxy-authorization', 'x-mine', 'authorization', 'content-type']) assert.equal(seen[name], undefined, name);
    assert.deepEqual([seen.range, seen.accept, seen['if-none-match'], seen.host, body], ['bytes=0-9', 'text/plain', '"a"', foreign.origin.slice(7), '']);
    for (const own of made.requests) {
      assert.equal(own.headers.host, made.origin.slice('http://'.length));
      assert.deepEqual([own.headers.cookie, own.headers['x-mine'], own.headers['proxy-authorization']], ['session=1', 'yes', 'Basic x']);
    }
    // Not the body of a GET either.
    await made.client.request({ url: '/away', method: 'GET', data: 'of the caller' });
    assert.equal(foreign.requests.at(-1).body, '');
  });

  test('to a server that refuses are not told as a refusal of the credential', async (t) => {
    for (const status of [401, 403, 404, 410]) {
      const foreign = await serve(t, (_request, response) => json(response, status, { error: { message: 'No.' } }));
      const made = await clientOf(t, { api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end() });
      const { bitbucket, response } = await thrownBy(() => made.client.get('/x'));
      assert.deepEqual([bitbucket.code, bitbucket.status, response.status], ['API_FAILED', status, status]);
      assert.match(bitbucket.message, /another server to which it redirected/);
    }
  });

  test('to a server that answers 429 are asked again with pauses, and hold up nobody else', async (t) => {
    const pauses = withoutPauses(t);
    const foreign = await serve(t, (_request, response) => json(response, 429, {}));
    const made = await clientOf(t, {
      variables: {},
      api: ({ url }, response) => (
        url === '/2.0/log' ? response.writeHead(302, { location: foreign.origin }).end() : ok(undefined, response)
      ),
    });
    assert.equal((await thrownBy(() => made.client.get('/log'))).bitbucket.code, 'API_FAILED');
    assert.equal(foreign.requests.length, 3);
    assert.deepEqual(pauses.map((pause) => Math.floor(pause / 10_000)), [3, 6]);
    assert.equal((await made.client.get('/user')).status, 200);
  });

  test('to a server that answers 401 renew nothing: it did not see the credential', async (t) => {
    const foreign = await serve(t, (_request, response) => json(response, 401, {}));
    const made = await clientOf(t, {
      kind: 'oauth', api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end(),
    });
    assert.equal((await thrownBy(() => made.client.get('/x'))).response.status, 401);
    assert.deepEqual([made.requests.length, made.tokenRequests.length, foreign.requests.length], [1, 0, 1]);
  });
});

describe('errors', () => {
  const bitbucketError = (message, more) => ({ type: 'error', error: { message, ...more } });
  const announcement = 'https://developer.atlassian.com/cloud/bitbucket/changelog/#CHANGE-2770';
  const rows = [
    ['an expired token', 401, bitbucketError('Access token expired. Use your refresh token to obtain a new access token.'),
      { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' }, { code: 'API_UNAUTHENTICATED' }],
    ['an invalid token', 401, bitbucketError('Token is invalid, expired, or not supported for this endpoint.'), {}, { code: 'API_UNAUTHENTICATED' }],
    ['401 in plain text', 401, 'Authentication required', { 'content-type': 'text/plain' }, { code: 'API_UNAUTHENTICATED' }],
    ['a missing scope', 403, bitbucketError('Your credentials lack one or more required privilege scopes.', {
      detail: { required: ['pullrequest:write', 'account'], granted: ['account', 'repository'] },
    }), {}, { code: 'API_INSUFFICIENT_SCOPE', required: ['pullrequest:write', 'account'], granted: ['account', 'repository'] }],
    ['another credential needed', 403, bitbucketError('This API is not accessible by this authentication mechanism'), {}, { code: 'API_FAILED' }],
    ['a repository that is missing', 404, bitbucketError('Repository acme/x not found'), {}, { code: 'API_NOT_FOUND' }],
    ['a detail that is a text', 404, bitbucketError('Resource not found', { detail: 'There is no API hosted at this URL.' }), {},
      { code: 'API_NOT_FOUND', errorDescription: 'Resource not found There is no API hosted at this URL.' }],
    ['what was removed', 410, bitbucketError('CHANGE-2770 - Functionality has been deprecated', { data: { announcement_url: announcement } }), {},
      { code: 'API_GONE', announcementUrl: announcement }],
    ['the rate limit', 429, bitbucketError('Rate limit for this resource has been exceeded.'), {}, { code: 'API_RATE_LIMITED', retryable: true }],
    ['the rate limit with Retry-After', 429, bitbucketError('Rate limit for this resource has been exceeded.'), { 'retry-after': '120' },
      { code: 'API_RATE_LIMITED', retryAfter: 120_000 }],
    ['trouble', 500, bitbucketError('Something went wrong'), {}, { code: 'API_FAILED', retryable: true }],
    ['a page of HTML', 502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }, { code: 'API_FAILED', retryable: true }],
  ];
  for (const [what, status, body, headers, expected] of rows) {
    test(`${what}: Axios' error as ever, and what it means`, async (t) => {
      const made = await clientOf(t, {
        api: (_request, response) => {
          response.writeHead(status, { 'content-type': 'application/json', ...headers });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
      });
      const error = await thrownBy(() => made.client.get('/x', { 'axios-retry': { retries: 0 } }));
      assert.ok(axios.isAxiosError(error));
      assert.equal(error.message, `Request failed with status code ${status}`);
      assert.deepEqual([error.response.status, error.response.data], [status, body]);
      const { bitbucket } = error;
      assert.ok(bitbucket instanceof BitbucketAuthError);
      assert.deepEqual([bitbucket.phase, bitbucket.status], ['api', status]);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(bitbucket[name], value, name);
      assert.doesNotMatch(bitbucket.message, /token expired|invalid_grant|unauthorized/i);
      assert.equal(made.requests.length, 1);
    });
  }

  const spam = [410, { type: 'error', error: { message: 'Gone.' } }];
  for (const [what, [status, body, headers = {}], path, code, pattern] of [
    ['a refusal without a type', [403, { error: { message: 'No.', detail: 'Ask an admin.' } }], '/x', 'API_FAILED', /Bitbucket says: No\. Ask an admin\.$/],
    ['members that are wrong', [400, { error: { message: 'Bad request', fields: { name: ['This field is required.'] } } }], '/x', 'API_FAILED',
      /400: Bad request; name: This field is required\.$/],
    ['a plain text of nobody knows whom', [403, 'Access denied. You must have write or admin access.'], '/x', 'API_FAILED',
      /either whoever .* or a proxy .* The answer says: Access denied\. You must have write or admin access\.$/],
    ['a plain text of Bitbucket\'s', [403, 'Access denied. You must have write or admin access.', { server: 'AtlassianEdge' }], '/x', 'API_FAILED',
      /may not do this\. .* Bitbucket says: Access denied/],
    ['no body', [403, ''], '/x', 'API_FAILED', /may not do this/],
    ['no body of a proxy\'s', [403, '', { via: '1.1 proxy' }], '/x', 'API_FAILED', /not Bitbucket, but a proxy/],
    ['a workspace marked as spam', spam, '/repositories/acme?pagelen=1', 'API_GONE', /^Bitbucket has marked this workspace as spam/],
    ['a part that was removed', spam, '/user/permissions/repositories', 'API_GONE', /^Atlassian has removed/],
    ['status 600', [600, { error: { message: 'No.' } }], '/x', 'API_FAILED', /600/],
  ]) {
    test(`${what}: is told as what it is`, async (t) => {
      const made = await clientOf(t, {
        api: (_request, response) => {
          response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
      });
      for (const more of [{}, { responseType: 'arraybuffer' }]) {
        const error = await thrownBy(() => made.client.get(path, { 'axios-retry': { retries: 0 }, ...more }));
        assert.ok(axios.isAxiosError(error));
        assert.deepEqual([error.response.status, error.bitbucket.code], [status, code]);
        assert.match(error.bitbucket.message, pattern);
      }
      assert.equal((await thrownBy(() => made.client.get(path, { 'axios-retry': { retries: 0 }, responseType: 'blob' }))).response.status, status);
    });
  }

  test('name the scopes of the header fields', async (t) => {
    const headers = { 'x-oauth-scopes': 'repository', 'x-accepted-oauth-scopes': 'repository:write', 'x-credential-type': 'oauth2' };
    const made = await clientOf(t, {
      api: (_request, response) => response.writeHead(403, { 'content-type': 'text/plain', server: 'AtlassianEdge', ...headers }).end('Access denied.'),
    });
    const { bitbucket } = await thrownBy(() => made.client.get('/x'));
    assert.deepEqual([bitbucket.code, bitbucket.required, bitbucket.granted], ['API_INSUFFICIENT_SCOPE', ['repository:write'], ['repository']]);
  });

  test('of a client made with create() mean the same', async (t) => {
    const made = await clientOf(t, { api: (_request, response) => json(response, 403, bitbucketError('No.', { detail: { required: ['account'] } })) });
    for (const client of [made.client.create({ headers: { 'x-mine': 'yes' } }), made.client.create().create()]) {
      const error = await thrownBy(() => client.get('/x'));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.required], ['API_INSUFFICIENT_SCOPE', ['account']]);
      assert.equal(typeof client.paginate, 'function');
    }
    assert.equal(made.requests[0].headers['x-mine'], 'yes');
  });

  test('mean the same whatever the caller has the body decoded as', async (t) => {
    const made = await clientOf(t, {
      api: (_request, response) => json(response, 403, bitbucketError('No.', { detail: { required: ['account'] } })),
    });
    for (const more of [{ responseType: 'text' }, { responseType: 'arraybuffer' }, { transformResponse: [(data) => data] }]) {
      const error = await thrownBy(() => made.client.get('/x', more));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.required], ['API_INSUFFICIENT_SCOPE', ['account']]);
    }
    const decoded = await thrownBy(() => made.client.get('/x', { responseType: 'stream' }));
    assert.deepEqual([decoded.bitbucket.code, decoded.bitbucket.status], ['API_FAILED', 403]);
  });

  test('of the network have the transport\'s words, and Axios\' shape', async (t) => {
    const made = await clientOf(t, { api: (_request, response) => response.destroy() });
    const error = await thrownBy(() => made.client.post('/x'));
    assert.deepEqual([error.isAxiosError, error.response, error.bitbucket.code], [true, undefined, 'REQUEST_FAILED']);
    assert.equal(error.cause, error.bitbucket);
    assert.match(error.message, /could not be reached/);
  });

  for (const kind of Object.keys(CREDENTIALS)) {
    test(`${kind}: hold no credential, be it that the server repeats it in any form`, async (t) => {
      const made = await clientOf(t, {
        kind,
        api: ({ headers: { authorization }, url }, response) => {
          if (url === '/2.0/dropped') return response.destroy();
          const [, value] = authorization.split(' ');
          const decoded = Buffer.from(value, 'base64').toString();
          const all = [authorization, value, encodeURIComponent(value), btoa(value), btoa(authorization), decoded, encodeURIComponent(decoded)];
          const status = Number(url.split('/').at(-1));
          response.writeHead(status, {
            'content-type': 'application/json', 'x-echo': encodeURIComponent(all.slice(0, 4).join(' ')), location: 'x:',
          });
          return response.end(JSON.stringify({ type: 'error', error: { message: all.slice(0, 4).join(' '), detail: all.join(' ') } }));
        },
      });
      for (const path of ['/302', '/400', '/403', '/404', '/429', '/500', '/dropped']) {
        const error = await thrownBy(() => made.client.get(path, { maxRedirects: 0, 'axios-retry': { retries: 0 } }));
        assertNoCredential(error);
        assert.equal('authorization' in error.config.headers || 'Authorization' in error.config.headers, false);
        assert.ok(!error.request);
      }
      assertNoCredential(made.client.defaults);
      assertNoCredential(made.wrapper);
    });
  }
});

describe('time limits', () => {
  const never = () => {};
  const after = (ms) => (_request, response) => setTimeout(() => ok(undefined, response), ms);

  test('of a request of its own end it, and are named', async (t) => {
    const made = await clientOf(t, { api: never });
    for (const config of [{ timeout: 100 }, { timeout: 100, transitional: { clarifyTimeoutError: true } }]) {
      const error = await thrownBy(() => made.client.get('/x', config));
      assert.ok(axios.isAxiosError(error));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.field, error.bitbucket.retryable], ['REQUEST_TIMEOUT', 'timeout', true]);
      assert.match(error.bitbucket.message, /raise timeout\.$/);
    }
  });

  test('of a request of its own may be longer than the usual one', async (t) => {
    const variables = { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '200' };
    const made = await clientOf(t, { api: after(600), variables });
    assert.equal((await made.client.get('/diff', { timeout: 20_000 })).status, 200);
    const error = await thrownBy(() => made.client.get('/diff'));
    assert.deepEqual([error.bitbucket.code, error.bitbucket.field], ['REQUEST_TIMEOUT', undefined]);
  });

  test('leave a signal what it is', async (t) => {
    const made = await clientOf(t, { api: never });
    const error = await thrownBy(() => made.client.get('/x', { timeout: 60_000, signal: AbortSignal.timeout(100) }));
    assert.equal(error.bitbucket.code, 'REQUEST_ABORTED');
  });
});

describe('Accept', () => {
  test('allows what is no JSON, as step logs, and is the caller\'s where there is one', async (t) => {
    const made = await clientOf(t);
    for (const config of [{}, { responseType: 'arraybuffer' }, { headers: { Accept: 'application/octet-stream' } }, { headers: { accept: 'text/plain' } }]) {
      await made.client.get('/x', config);
    }
    await made.client.create({ headers: { Accept: 'text/x-diff' } }).get('/x');
    const usual = 'application/json, */*;q=0.8';
    assert.deepEqual(made.requests.map(({ headers }) => headers.accept), [usual, usual, 'application/octet-stream', 'text/plain', 'text/x-diff']);
  });
});

describe('what a server repeats of the credential', () => {
  const token = 'ATCTT3xFfGN0+abc/def=9F0_xyz=';
  const bearer = `Bearer ${token}`;
  const everything = [
    token, btoa(token), btoa(bearer), Buffer.from(bearer).toString('base64url'), Buffer.from(token).toString('hex'), encodeURIComponent(token),
    encodeURIComponent(token).replace(/%../g, (escape) => escape.toLowerCase()), token.replaceAll('/', '\\/'), token.replaceAll('=', '\\u003d'),
    token.replaceAll('=', '&#61;').replaceAll('+', '&#x2B;'), token.replaceAll('=', '&equals;'),
  ];
  const core = /ATCTT3xFfGN0|FfGN0|eEZmR04w|hGZkdOM|EFUQ1RU|QVRDVFQz|BVENUVD|41544354/;

  /** A client with that token, of a server that answers so. */
  async function repeating(t, api) {
    const { origin } = await serve(t, api);
    const { wrapper: Wrapper } = createEntry(environment(origin, UNLIMITED));
    return new Wrapper({ type: 'api_key', token }).authenticate();
  }
  const withoutRetries = { 'axios-retry': { retries: 0 } };

  test('is not in an error, in whatever way it is written', async (t) => {
    const client = await repeating(t, ({ url }, response) => {
      response.writeHead(Number(url.split('/').at(-1)), { 'content-type': 'text/plain', 'x-echo': everything.join(' ') });
      response.end(everything.join('\n'));
    });
    for (const status of [400, 401, 403, 404, 429, 500, 600]) {
      for (const responseType of ['text', 'arraybuffer', 'json']) {
        const error = await thrownBy(() => client.get(`/${status}`, { responseType, ...withoutRetries }));
        const shown = responseType === 'arraybuffer' ? Buffer.from(error.response.data).toString() : error.response.data;
        assert.doesNotMatch(shown, core);
        assert.doesNotMatch(everythingOf(error), core);
      }
    }
  });

  test('is not in an error that a success becomes', async (t) => {
    const client = await repeating(t, ({ url }, response) => {
      const isJson = url.endsWith('/json');
      response.writeHead(200, { 'content-type': 'application/json', 'x-echo': everything.join(' ') });
      response.end(isJson ? JSON.stringify({ a: everything }) : everything.join('\n'));
    });
    const strict = { responseType: 'json', transitional: { silentJSONParsing: false } };
    const parsing = await thrownBy(() => client.get('/text', strict));
    assert.deepEqual([parsing.bitbucket.code, parsing.bitbucket.status], ['RESPONSE_NOT_JSON', 200]);
    assert.doesNotMatch(everythingOf(parsing), core);
    for (const path of ['/text', '/json']) {
      for (const responseType of ['text', 'arraybuffer', 'json']) {
        const error = await thrownBy(() => client.get(path, { responseType, validateStatus: () => false }));
        assert.deepEqual([error.response.status, error.bitbucket.code], [200, 'API_FAILED']);
        assert.match(error.bitbucket.message, /validateStatus/);
        assert.doesNotMatch(everythingOf(error), core);
        if (responseType === 'arraybuffer') assert.doesNotMatch(Buffer.from(error.response.data).toString(), core);
      }
    }
    // A success is what it is.
    assert.deepEqual((await client.get('/json')).data, { a: everything });
  });

  test('is found in 32 MiB without a wait, whatever they consist of', async (t) => {
    let body;
    const client = await repeating(t, (_request, response) => response.writeHead(500, { 'content-type': 'text/plain' }).end(body));
    const mebibyte = 1024 * 1024;
    // The less an answer looks like one, the less of it is enough.
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

describe('retries', () => {
  /** A client of an API that fails the first `times`, and the pauses that it made. */
  async function failing(t, fail, times = Infinity, options = {}) {
    const pauses = withoutPauses(t);
    let asked = 0;
    const made = await clientOf(t, {
      api: (request, response) => ((asked += 1) <= times ? fail(request, response) : ok(request, response)), ...options,
    });
    return { client: made.client, made, pauses };
  }
  const answering = (status, headers = {}) => (_request, response) => json(response, status, { type: 'error', error: {} }, headers);

  for (const status of [429, 502, 503, 504]) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      test(`a ${method} that is answered ${status} is repeated`, async (t) => {
        const { client, made } = await failing(t, answering(status), 2);
        assert.equal((await client.request({ url: '/x', method })).status, 200);
        assert.equal(made.requests.length, 3);
      });
    }

    for (const method of ['POST', 'PATCH']) {
      test(`a ${method} that is answered ${status} is not`, async (t) => {
        const { client, made } = await failing(t, answering(status));
        assert.equal((await thrownBy(() => client.request({ url: '/x', method, data: {} }))).response.status, status);
        assert.equal(made.requests.length, 1);
      });
    }
  }

  for (const status of [400, 401, 403, 404, 409, 410, 422, 500, 501, 505]) {
    test(`${status} is an answer, and not repeated`, async (t) => {
      const { client, made } = await failing(t, answering(status));
      assert.equal((await thrownBy(() => client.get('/x'))).response.status, status);
      assert.equal(made.requests.length, 1);
    });
  }

  test('end after the third, with the last answer', async (t) => {
    const { client, made, pauses } = await failing(t, answering(503));
    const error = await thrownBy(() => client.get('/x'));
    assert.deepEqual([error.response.status, error.bitbucket.code, made.requests.length, pauses.length], [503, 'API_FAILED', 4, 3]);
  });

  test('wait longer each time, by chance not all the same', async (t) => {
    const { client, pauses } = await failing(t, answering(503));
    for (let turn = 0; turn < 10; turn += 1) await thrownBy(() => client.get('/x'));
    for (const [index, base] of [500, 1000, 2000].entries()) {
      const those = pauses.filter((_pause, at) => at % 3 === index);
      assert.ok(those.every((pause) => pause >= base / 2 && pause <= base), String(those));
      assert.ok(new Set(those).size > 5, String(those));
    }
  });

  test('honour Retry-After in seconds, never earlier than asked', async (t) => {
    const { client, pauses } = await failing(t, answering(429, { 'retry-after': '30' }));
    await thrownBy(() => client.get('/x'));
    assert.equal(pauses.length, 3);
    assert.ok(pauses.every((pause) => pause >= 30_000 && pause <= 33_000), String(pauses));
    assert.ok(new Set(pauses).size > 1, String(pauses));
  });

  test('honour Retry-After as a date', async (t) => {
    const { client, pauses } = await failing(t, (request, response) => (
      answering(503, { 'retry-after': new Date(Date.now() + 40_000).toUTCString() })(request, response)
    ), 1);
    await client.get('/x');
    // A date has whole seconds, and the machine may be slow.
    assert.ok(pauses.length === 1 && pauses[0] > 20_000 && pauses[0] <= 44_000, String(pauses));
  });

  test('do not wait for longer than a minute: the caller gets the answer, and the time', async (t) => {
    for (const retryAfter of ['61', '86400', new Date(Date.now() + HOUR).toUTCString()]) {
      const { client, made, pauses } = await failing(t, answering(429, { 'retry-after': retryAfter }));
      const { bitbucket } = await thrownBy(() => client.get('/x'));
      assert.deepEqual([bitbucket.code, made.requests.length, pauses], ['API_RATE_LIMITED', 1, []]);
      assert.ok(bitbucket.retryAfter > 60_000);
      assert.match(bitbucket.message, /Try again later, in \d+ seconds\.$/);
    }
  });

  test('take a Retry-After that is none or in the past as absent', async (t) => {
    for (const retryAfter of ['soon', '-1', new Date(Date.now() - HOUR).toUTCString()]) {
      const { client, pauses } = await failing(t, answering(503, { 'retry-after': retryAfter }));
      await thrownBy(() => client.get('/x'));
      assert.ok(pauses.length === 3 && pauses.every((pause) => pause >= 250 && pause <= 2000), `${retryAfter}: ${pauses}`);
    }
  });

  test('can be turned off for a request', async (t) => {
    const { client, made } = await failing(t, answering(503));
    await thrownBy(() => client.get('/x', { 'axios-retry': { retries: 0 } }));
    assert.equal(made.requests.length, 1);
  });

  test('cover a connection that breaks, also in the middle of an answer', async (t) => {
    const broken = [
      (_request, response) => response.destroy(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{', () => response.destroy());
      },
    ];
    for (const fail of broken) {
      const { client, made } = await failing(t, fail, 3);
      assert.equal((await client.get('/x')).status, 200);
      assert.equal(made.requests.length, 4);
      const post = await failing(t, fail);
      assert.equal((await thrownBy(() => post.client.post('/x', {}))).bitbucket.code, 'REQUEST_FAILED');
      assert.equal(post.made.requests.length, 1);
    }
  });

  test('cover a kept connection that the server has just closed', async (t) => {
    withoutPauses(t);
    let connections = 0;
    // Answers the first request of each connection and resets at the second: what a server's time limit looks like.
    const server = createTcpServer((socket) => {
      connections += 1;
      let asked = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        asked += 1;
        if (asked === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      });
    });
    const port = await listen(t, server);
    const { wrapper: Wrapper } = createEntry(environment(`http://127.0.0.1:${port}`, UNLIMITED));
    const client = await new Wrapper(CREDENTIALS.api_key).authenticate();
    for (let turn = 0; turn < 4; turn += 1) assert.equal((await client.get('/user')).status, 200);
    assert.ok(connections > 1, String(connections));
  });

  test('are not made where nobody listens to a name that does not exist, or for a body that is a stream', async (t) => {
    const pauses = withoutPauses(t);
    const { wrapper: Wrapper } = createEntry({
      ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_API_URL: 'https://bitbucket.invalid/2.0',
    });
    const client = await new Wrapper(CREDENTIALS.api_key).authenticate();
    assert.equal((await thrownBy(() => client.get('/user'))).bitbucket.code, 'REQUEST_FAILED');
    const { client: streaming, made } = await failing(t, answering(503));
    assert.equal((await thrownBy(() => streaming.put('/x', Readable.from(['a', 'b'])))).response.status, 503);
    assert.deepEqual([made.requests.map(({ body }) => body), pauses], [['ab'], []]);
  });

  for (const phase of ['refresh', 'exchange', 'api']) {
    test(`are ${phase === 'api' ? '' : 'not '}made of a request that failed on its way, phase ${phase}`, async (t) => {
      withoutPauses(t);
      let asked = 0;
      const client = createClient({
        apiUrl: 'https://api.bitbucket.example/2.0',
        kind: 'oauth',
        activity: () => new Activity(),
        sender: async () => {
          asked += 1;
          throw failure('REQUEST_FAILED', phase);
        },
      });
      assert.equal((await thrownBy(() => client.get('/x'))).bitbucket.phase, phase);
      // Where there are no tokens, each attempt would ask for them.
      assert.equal(asked, phase === 'api' ? 4 : 1);
    });
  }

  test('send the same body again', async (t) => {
    const { client, made } = await failing(t, answering(503), 2);
    await client.put('/x', { a: [1, 'ä'] });
    assert.deepEqual(made.requests.map(({ body }) => body), Array(3).fill('{"a":[1,"ä"]}'));
    assert.ok(made.requests.every(({ headers }) => headers['content-type'] === 'application/json'));
  });

  test('carry the token that is newest by then', async (t) => {
    const authorizations = [];
    const { client } = await failing(t, answering(503), 0, {
      kind: 'oauth',
      api: ({ headers: { authorization } }, response) => {
        authorizations.push(authorization);
        if (authorizations.length === 1) answering(503)(undefined, response);
        else if (authorization === HEADERS.oauth) answering(401)(undefined, response);
        else ok(undefined, response);
      },
    });
    assert.equal((await client.get('/x')).status, 200);
    assert.deepEqual(authorizations, [HEADERS.oauth, HEADERS.oauth, 'Bearer the-own-token']);
  });
});

describe('bodies', () => {
  const web = () => new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('web'));
      controller.close();
    },
  });
  for (const [what, data, expected] of [
    ['a stream of texts', () => Readable.from(['a', 'ä']), 'aä'], ['a stream of bytes', () => Readable.from([Buffer.from('a')]), 'a'],
    ['a web stream', web, 'web'], ['a Blob', () => new Blob(['b', 'lob']), 'blob'], ['bytes', () => new Uint8Array([97]), 'a'],
    ['a buffer', () => new Uint8Array([97]).buffer, 'a'], ['nothing', () => undefined, ''],
  ]) {
    test(`${what} arrives as it is`, async (t) => {
      const made = await clientOf(t);
      await made.client.post('/x', data());
      assert.deepEqual(made.requests.map(({ body }) => body), [expected]);
    });
  }

  test('a form of Axios\' own arrives, files included', async (t) => {
    const made = await clientOf(t);
    await made.client.postForm('/x', { message: 'A commit', file: new Blob(['content']) });
    const [{ headers, body }] = made.requests;
    assert.match(headers['content-type'], /^multipart\/form-data; boundary=/);
    assert.match(body, /name="message"\r\n\r\nA commit\r\n[^]*name="file"[^]*\r\n\r\ncontent\r\n/);
  });
});

describe('a 401', () => {
  const refusing = (until) => ({ headers }, response) => (
    headers.authorization === until ? ok(undefined, response) : json(response, 401, { type: 'error', error: {} })
  );

  for (const [what, data, type] of [
    ['JSON', { a: 1 }, /^application\/json/], ['a text', 'a=1', /urlencoded/], ['parameters', new URLSearchParams('a=1'), /urlencoded/],
    ['bytes', new Uint8Array([97, 61, 49]), /./], ['a form', (() => {
      const form = new FormData();
      form.set('a', '1');
      return form;
    })(), /^multipart\/form-data; boundary=/],
  ]) {
    test(`has ${what} sent again with new tokens`, async (t) => {
      const made = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
      assert.equal((await made.client.post('/x', data)).status, 200);
      const [first, second] = made.requests;
      assert.equal(made.requests.length, 2);
      assert.ok(first.body.length > 2 && first.body === second.body);
      assert.match(second.headers['content-type'] ?? 'none', type);
    });
  }

  test('has a stream not sent again, but the tokens renewed, and the work of `use` run again', async (t) => {
    const made = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
    const error = await thrownBy(() => made.client.post('/x', Readable.from(['a'])));
    assert.deepEqual([error.response.status, made.requests.length, made.tokenRequests.length], [401, 1, 1]);
    const other = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
    let runs = 0;
    await other.wrapper.use((client) => {
      runs += 1;
      return client.post('/x', Readable.from(['a']));
    });
    assert.deepEqual([runs, other.requests.map(({ body }) => body)], [2, ['a', 'a']]);
  });
});

// Whoever waits for ever has failed.
const PATIENT = { timeout: 60_000 };

describe('paginate', PATIENT, () => {
  /** A list of pages at `/list`, each of whose `next` is what the test says. */
  const pages = (nexts) => ({ url }, response) => {
    const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1);
    const next = nexts[page - 1];
    json(response, 200, { values: [page * 10, page * 10 + 1], ...(next !== undefined && { next }) });
  };
  /** Values up to the end or the error. */
  async function collect(iterator) {
    const values = [];
    try {
      for await (const value of iterator) values.push(value);
      return { values };
    } catch (error) {
      return { values, error };
    }
  }

  test('goes through all pages of the simulator, each value once', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, { pullRequests: 130 });
    const client = await new Wrapper(connected(bitbucket)).authenticate();
    const path = '/repositories/acme/billing-service/pullrequests';
    const { values, error } = await collect(client.paginate(path, { pagelen: 50, state: 'OPEN' }));
    assert.equal(error, undefined);
    assert.deepEqual([values.length, new Set(values.map(({ id }) => id)).size], [65, 65]);
    const asked = bitbucket.requests.filter((line) => line.includes(path));
    assert.equal(asked.length, 2);
    assert.ok(asked.every((line) => line.includes('state=OPEN') && line.includes('pagelen=50')));
  });

  // `next` of some lists has lost what the first request asked for, so that is asked for again on each page.
  test('takes parameters and config for all pages; what `next` has comes first', async (t) => {
    const made = await clientOf(t, { api: (request, response) => pages([`${made.origin}/2.0/list?page=2&q=a%20b`])(request, response) });
    const { values } = await collect(made.client.paginate('/list', { pagelen: 2, q: 'x' }, { headers: { 'x-mine': 'yes' } }));
    assert.deepEqual(values, [10, 11, 20, 21]);
    assert.deepEqual(made.requests.map(({ url }) => url), ['/2.0/list?pagelen=2&q=x', '/2.0/list?page=2&q=a%20b&pagelen=2']);
    assert.ok(made.requests.every(({ headers }) => headers['x-mine'] === 'yes' && headers.authorization === HEADERS.api_key));
  });

  test('fetches a page when it is needed', async (t) => {
    const made = await clientOf(t, { api: (request, response) => pages([`${made.origin}/2.0/list?page=2`])(request, response) });
    for await (const value of made.client.paginate('/list')) {
      if (value === 11) break;
    }
    assert.equal(made.requests.length, 1);
  });

  for (const kind of Object.keys(CREDENTIALS)) {
    test(`${kind}: a link to another server ends it, and that server hears nothing`, async (t) => {
      const foreign = await serve(t, ok);
      const made = await clientOf(t, { kind, api: pages([`${foreign.origin}/2.0/list?page=2`]) });
      const { values, error } = await collect(made.client.paginate('/list'));
      assert.deepEqual([values, error.bitbucket.code], [[10, 11], 'FOREIGN_ORIGIN']);
      assert.deepEqual(foreign.requests, []);
      assertNoCredential(error);
    });
  }

  test('a link in a circle ends it', async (t) => {
    const made = await clientOf(t, {
      api: (request, response) => pages([`${made.origin}/2.0/list?page=2`, `${made.origin}/2.0/list?page=2`])(request, response),
    });
    const { values, error } = await collect(made.client.paginate('/list'));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.field, values.length], ['RESPONSE_INVALID', 'next', 4]);
  });

  for (const [what, answer, member] of [
    ['no page', {}, 'values'], ['a list', [1], 'values'], ['values that are none', { values: {} }, 'values'],
    ['a next that is none', { values: [], next: 7 }, 'next'],
  ]) {
    test(`${what} is told`, async (t) => {
      const made = await clientOf(t, { api: (_request, response) => json(response, 200, answer) });
      const { error } = await collect(made.client.paginate('/list'));
      assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', member]);
    });
  }

  test('an error of a later page is that of the client', async (t) => {
    const made = await clientOf(t, {
      api: (request, response) => (request.url.includes('page=2') ? json(response, 404, {}) : pages([`${made.origin}/2.0/list?page=2`])(request, response)),
    });
    const { values, error } = await collect(made.client.paginate('/list'));
    assert.deepEqual([values, error.response.status, error.bitbucket.code], [[10, 11], 404, 'API_NOT_FOUND']);
  });

  test('a signal ends it between pages', async (t) => {
    const made = await clientOf(t, { api: (request, response) => pages([`${made.origin}/2.0/list?page=2`])(request, response) });
    const controller = new AbortController();
    const values = [];
    const error = await thrownBy(async () => {
      for await (const value of made.client.paginate('/list', {}, { signal: controller.signal })) {
        values.push(value);
        controller.abort();
      }
    });
    assert.deepEqual([values, error.code, error.bitbucket.code, made.requests.length], [[10, 11], 'ERR_CANCELED', 'REQUEST_ABORTED', 1]);
  });

  test('breaks nothing of Axios\' own', async (t) => {
    const made = await clientOf(t);
    const { client } = made;
    assert.deepEqual(Object.keys(client), Object.keys(axios.create()));
    assert.equal(typeof client.paginate, 'function');
    for (const call of [
      () => client('/user'), () => client({ url: '/user' }), () => client.request({ url: '/user' }), () => client.get('/user'),
      () => client.head('/user'), () => client.options('/user'), () => client.delete('/user'), () => client.post('/user'),
      () => client.put('/user'), () => client.patch('/user'), () => client.postForm('/user', { a: 1 }),
      () => client.create({ headers: { 'x-mine': 'yes' } }).get('/user'),
    ]) assert.equal((await call()).status, 200);
    assert.ok(made.requests.every(({ headers, url }) => headers.authorization === HEADERS.api_key && url === '/2.0/user'));
    assert.equal(client.getUri({ url: '/user' }), `${made.origin}/2.0/user`);
    client.interceptors.request.use((config) => ({ ...config, params: { ...config.params, added: 1 } }));
    client.defaults.headers.common['X-Default'] = 'yes';
    await client.get('/user');
    const { url, headers } = made.requests.at(-1);
    assert.deepEqual([url, headers['x-default']], ['/2.0/user?added=1', 'yes']);
  });
});

describe('an AbortSignal', PATIENT, () => {
  /** A signal, and what happens when a request with it is aborted after `begun`. */
  async function aborted(call, begun) {
    const controller = new AbortController();
    const failed = thrownBy(() => call(controller.signal));
    await begun;
    controller.abort();
    const error = await failed;
    assert.deepEqual([error.code, error.bitbucket.code, error.bitbucket.phase], ['ERR_CANCELED', 'REQUEST_ABORTED', 'api']);
    assert.ok(axios.isCancel(error));
    assertNoCredential(error);
  }
  /** A promise and what fulfils it. */
  const deferred = () => {
    let resolve;
    const promise = new Promise((settle) => {
      resolve = settle;
    });
    return { promise, resolve };
  };

  test('that is aborted already: nothing is sent', async (t) => {
    const made = await clientOf(t);
    for (const method of ['GET', 'POST']) {
      const error = await thrownBy(() => made.client.request({ url: '/x', method, signal: AbortSignal.abort() }));
      assert.deepEqual([error.code, error.bitbucket.code], ['ERR_CANCELED', 'REQUEST_ABORTED']);
    }
    assert.deepEqual(made.requests, []);
  });

  test('ends the wait for tokens, whose request goes on for others', async (t) => {
    const { promise: asked, resolve } = deferred();
    const { promise: answer, resolve: release } = deferred();
    const { origin, requests } = await serve(t, async (request, response) => {
      if (request.url.startsWith('/2.0/')) return ok(request, response);
      resolve();
      await answer;
      return giveTokens(request, response);
    });
    const { wrapper: Wrapper } = createEntry(environment(origin, UNLIMITED));
    // A client is had while the token is good.
    const config = { ...CREDENTIALS.oauth, expires_at: new Date(Date.now() + HOUR).toISOString() };
    const client = await new Wrapper(config).authenticate();
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * HOUR });
    const other = client.get('/other');
    await aborted((signal) => client.get('/user', { signal }), asked);
    release();
    assert.equal((await other).status, 200);
    assert.deepEqual(requests.map(({ url }) => url), ['/site/oauth2/access_token', '/2.0/other']);
  });

  test('ends the wait for room within the rate limit', async (t) => {
    const made = await clientOf(t, { variables: { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1' } });
    await made.client.get('/user');
    await aborted((signal) => made.client.get('/user', { signal }), new Promise((resolve) => { setImmediate(resolve); }));
    await aborted((signal) => made.client.get('/user', { signal }));
    assert.equal(made.requests.length, 1);
  });

  test('ends the wait between two attempts', async (t) => {
    const { promise: asked, resolve } = deferred();
    const made = await clientOf(t, {
      api: (_request, response) => {
        json(response, 503, {}, { 'retry-after': '50' });
        response.on('finish', resolve);
      },
    });
    await aborted((signal) => made.client.get('/user', { signal }), asked);
    assert.equal(made.requests.length, 1);
  });

  test('ends the wait for an answer, and the reading of its body', async (t) => {
    for (const begin of [() => {}, (response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{');
    }]) {
      const { promise: asked, resolve } = deferred();
      const { promise: ended, resolve: end } = deferred();
      const made = await clientOf(t, {
        api: (_request, response) => {
          response.on('close', end);
          begin(response);
          resolve();
        },
      });
      await aborted((signal) => made.client.get('/user', { signal }), asked);
      // The connection does not go on.
      await ended;
    }
  });

  test('ends the answer after a redirect, too', async (t) => {
    const { promise: asked, resolve } = deferred();
    const foreign = await serve(t, resolve);
    const made = await clientOf(t, { api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end() });
    await aborted((signal) => made.client.get('/user', { signal }), asked);
  });

  test('leaves nothing behind after a request that ended well', async (t) => {
    const made = await clientOf(t);
    const controller = new AbortController();
    const listening = t.mock.method(controller.signal, 'addEventListener');
    const left = t.mock.method(controller.signal, 'removeEventListener');
    for (let turn = 0; turn < 3; turn += 1) await made.client.get('/user', { signal: controller.signal });
    assert.ok(listening.mock.callCount() > 0);
    assert.equal(left.mock.callCount() >= listening.mock.callCount(), true);
    controller.abort();
    assert.equal(made.requests.length, 3);
  });
});

describe('client credentials', () => {
  const refusing = (bad) => ({ headers }, response) => (
    bad.includes(headers.authorization) ? json(response, 401, { type: 'error', error: {} }) : ok(undefined, response)
  );
  /** A token endpoint that numbers its tokens. */
  const numbered = (more = { expires_in: 3600 }) => {
    let tokens = 0;
    return (_request, response) => json(response, 200, { access_token: `own-${tokens += 1}`, token_type: 'bearer', scopes: 'account', ...more });
  };

  test('fetch a token by themselves, once for all wrappers, and store nothing', async (t) => {
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

  test('are renewed ahead of their end, and after it', async (t) => {
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

  test('are renewed after a 401, once for all requests at once', async (t) => {
    const made = await clientOf(t, { kind: 'custom', token: numbered(), api: refusing(['Bearer own-1']) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => made.client.get('/user')));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(made.tokenRequests.length, 2);
    for (const { body } of made.tokenRequests) assert.equal(body, 'grant_type=client_credentials');
  });

  test('that are refused all the same end in an error that names who can mend it', async (t) => {
    const made = await clientOf(t, { kind: 'custom', token: numbered(), api: (_request, response) => json(response, 401, {}) });
    const error = await thrownBy(() => made.wrapper.use((client) => client.get('/user')));
    assert.deepEqual([error.response.status, error.bitbucket.code], [401, 'API_UNAUTHENTICATED']);
    assert.match(error.bitbucket.message, /an administrator must check the client/);
    assert.equal(made.requests.length, 2);
  });

  test('ignore a refresh token, and go on without a time', async (t) => {
    const made = await clientOf(t, {
      kind: 'custom', token: numbered({ refresh_token: 'the-refresh-token' }), api: refusing(['Bearer own-1']),
    });
    assert.equal((await made.client.get('/user')).status, 200);
    assert.ok(made.tokenRequests.every(({ body }) => body === 'grant_type=client_credentials'));
  });

  test('of a wrong secret say so, without an attempt at the API', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, {}, { INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'another' });
    const error = await thrownBy(() => new Wrapper({ type: 'custom' }).authenticate());
    assert.deepEqual([error.code, error.reauthorize], ['INVALID_CLIENT', false]);
    assert.ok(bitbucket.requests.every((line) => !line.includes('/2.0/')));
  });
});

describe('a consumer like NocoDB\'s packages for synchronization', () => {
  /** Pages by `page` until one is not full, as such packages do. */
  async function fetchPullRequests(wrapper, { workspace, repo }) {
    return wrapper.use(async (client) => {
      const all = [];
      for (let page = 1; ; page += 1) {
        const { data } = await client.get(`/repositories/${workspace}/${repo}/pullrequests`, {
          params: { state: 'OPEN', pagelen: 20, page },
        });
        all.push(...data.values);
        if (!data.next) return all;
      }
    });
  }
  const repository = { workspace: 'acme', repo: 'billing-service' };

  test('gets all pages', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, { pullRequests: 200 });
    const all = await fetchPullRequests(new Wrapper(connected(bitbucket)), repository);
    assert.equal(new Set(all.map(({ id }) => id)).size, 100);
  });

  test('does not notice that tokens expire midway', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, { pullRequests: 200 });
    const stored = [];
    const wrapper = new Wrapper(connected(bitbucket));
    wrapper.setTokenRefreshCallback((tokens) => stored.push(tokens));
    let asked = 0;
    const all = await fetchPullRequests({
      use: (work) => wrapper.use((client) => work({
        get: async (...args) => {
          if ((asked += 1) % 2 === 0) bitbucket.control.advance(2 * HOUR);
          return client.get(...args);
        },
      })),
    }, repository);
    assert.equal(new Set(all.map(({ id }) => id)).size, 100);
    assert.ok(stored.length >= 2, String(stored.length));
  });

  test('reads the status of a failure, and Bitbucket\'s words', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const error = await thrownBy(() => fetchPullRequests(new Wrapper(connected(bitbucket)), { workspace: 'acme', repo: 'none' }));
    assert.equal(error.response.status, 404);
    assert.equal(error.response.data.error.message, 'Repository acme/none not found');
    assert.equal(error.bitbucket.code, 'API_NOT_FOUND');
  });

  test('hears that the user must connect again, from `use` itself', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const wrapper = new Wrapper(connected(bitbucket));
    bitbucket.control.revoke();
    const error = await thrownBy(() => fetchPullRequests(wrapper, repository));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', true]);
  });
});
