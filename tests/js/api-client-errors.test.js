/** What the errors of the API client say, and which media types the client accepts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axios from 'axios';
import { BitbucketAuthError } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { json } from '../support/http-server.js';
import { CREDENTIALS, assertNoCredential, clientOf } from './api-client-scene.js';

describe('an error of the API client', () => {
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
    ['a credential of the wrong type', 403, bitbucketError('This API is not accessible by this authentication mechanism'), {}, { code: 'API_FAILED' }],
    ['a repository that is missing', 404, bitbucketError('Repository acme/x not found'), {}, { code: 'API_NOT_FOUND' }],
    ['an error detail that is a string', 404, bitbucketError('Resource not found', { detail: 'There is no API hosted at this URL.' }), {},
      { code: 'API_NOT_FOUND', errorDescription: 'Resource not found There is no API hosted at this URL.' }],
    ['a removed endpoint', 410, bitbucketError('CHANGE-2770 - Functionality has been deprecated', { data: { announcement_url: announcement } }), {},
      { code: 'API_GONE', announcementUrl: announcement }],
    ['the rate limit', 429, bitbucketError('Rate limit for this resource has been exceeded.'), {}, { code: 'API_RATE_LIMITED', retryable: true }],
    ['the rate limit with Retry-After', 429, bitbucketError('Rate limit for this resource has been exceeded.'), { 'retry-after': '120' },
      { code: 'API_RATE_LIMITED', retryAfter: 120_000 }],
    ['an internal error', 500, bitbucketError('Something went wrong'), {}, { code: 'API_FAILED', retryable: true }],
    ['an HTML page', 502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }, { code: 'API_FAILED', retryable: true }],
  ];
  for (const [what, status, body, headers, expected] of rows) {
    test(`has the shape of an Axios error, and a code that fits the response (${what})`, async (t) => {
      const setup = await clientOf(t, {
        api: (_request, response) => {
          response.writeHead(status, { 'content-type': 'application/json', ...headers });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
      });
      const error = await thrownBy(() => setup.client.get('/x', { 'axios-retry': { retries: 0 } }));
      assert.ok(axios.isAxiosError(error));
      assert.equal(error.message, `Request failed with status code ${status}`);
      assert.deepEqual([error.response.status, error.response.data], [status, body]);
      const { bitbucket } = error;
      assert.ok(bitbucket instanceof BitbucketAuthError);
      assert.deepEqual([bitbucket.phase, bitbucket.status], ['api', status]);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(bitbucket[name], value, name);
      assert.doesNotMatch(bitbucket.message, /token expired|invalid_grant|unauthorized/i);
      assert.equal(setup.requests.length, 1);
    });
  }

  const spam = [410, { type: 'error', error: { message: 'Gone.' } }];
  for (const [what, [status, body, headers = {}], path, code, pattern] of [
    ['an error without a type', [403, { error: { message: 'No.', detail: 'Ask an admin.' } }], '/x', 'API_FAILED', /Bitbucket says: No\. Ask an admin\.$/],
    ['invalid fields', [400, { error: { message: 'Bad request', fields: { name: ['This field is required.'] } } }], '/x', 'API_FAILED',
      /400: Bad request; name: This field is required\.$/],
    ['plain text of unknown origin', [403, 'Access denied. You must have write or admin access.'], '/x', 'API_FAILED',
      /either the owner of the credential .* or a proxy .* The response says: Access denied\. You must have write or admin access\.$/],
    ['plain text from Bitbucket', [403, 'Access denied. You must have write or admin access.', { server: 'AtlassianEdge' }], '/x', 'API_FAILED',
      /its owner lacks the permission\. .* Bitbucket says: Access denied/],
    ['an empty body', [403, ''], '/x', 'API_FAILED', /its owner lacks the permission/],
    ['an empty body from a proxy', [403, '', { via: '1.1 proxy' }], '/x', 'API_FAILED', /a proxy or firewall rejected the request, not Bitbucket/],
    ['a workspace marked as spam', spam, '/repositories/acme?pagelen=1', 'API_GONE', /^Bitbucket has marked this workspace as spam/],
    ['a removed endpoint', spam, '/user/permissions/repositories', 'API_GONE', /^Atlassian has removed/],
    ['status 600', [600, { error: { message: 'No.' } }], '/x', 'API_FAILED', /600/],
  ]) {
    test(`explains the response (${what})`, async (t) => {
      const setup = await clientOf(t, {
        api: (_request, response) => {
          response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
      });
      for (const more of [{}, { responseType: 'arraybuffer' }]) {
        const error = await thrownBy(() => setup.client.get(path, { 'axios-retry': { retries: 0 }, ...more }));
        assert.ok(axios.isAxiosError(error));
        assert.deepEqual([error.response.status, error.bitbucket.code], [status, code]);
        assert.match(error.bitbucket.message, pattern);
      }
      assert.equal((await thrownBy(() => setup.client.get(path, { 'axios-retry': { retries: 0 }, responseType: 'blob' }))).response.status, status);
    });
  }

  test("names the scopes that the response's headers contain", async (t) => {
    const headers = { 'x-oauth-scopes': 'repository', 'x-accepted-oauth-scopes': 'repository:write', 'x-credential-type': 'oauth2' };
    const setup = await clientOf(t, {
      api: (_request, response) => response.writeHead(403, { 'content-type': 'text/plain', server: 'AtlassianEdge', ...headers }).end('Access denied.'),
    });
    const { bitbucket } = await thrownBy(() => setup.client.get('/x'));
    assert.deepEqual([bitbucket.code, bitbucket.required, bitbucket.granted], ['API_INSUFFICIENT_SCOPE', ['repository:write'], ['repository']]);
  });

  test('has a code that fits the response even if client.create() created the client', async (t) => {
    const setup = await clientOf(t, { api: (_request, response) => json(response, 403, bitbucketError('No.', { detail: { required: ['account'] } })) });
    for (const client of [setup.client.create({ headers: { 'x-mine': 'yes' } }), setup.client.create().create()]) {
      const error = await thrownBy(() => client.get('/x'));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.required], ['API_INSUFFICIENT_SCOPE', ['account']]);
      assert.equal(typeof client.paginate, 'function');
    }
    assert.equal(setup.requests[0].headers['x-mine'], 'yes');
  });

  test('has a code that fits the body for each responseType except stream, for which only the status counts', async (t) => {
    const setup = await clientOf(t, {
      api: (_request, response) => json(response, 403, bitbucketError('No.', { detail: { required: ['account'] } })),
    });
    for (const more of [{ responseType: 'text' }, { responseType: 'arraybuffer' }, { transformResponse: [(data) => data] }]) {
      const error = await thrownBy(() => setup.client.get('/x', more));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.required], ['API_INSUFFICIENT_SCOPE', ['account']]);
    }
    const decoded = await thrownBy(() => setup.client.get('/x', { responseType: 'stream' }));
    assert.deepEqual([decoded.bitbucket.code, decoded.bitbucket.status], ['API_FAILED', 403]);
  });

  test('has the shape of an Axios error and the message of the transport after a network failure', async (t) => {
    const setup = await clientOf(t, { api: (_request, response) => response.destroy() });
    const error = await thrownBy(() => setup.client.post('/x'));
    assert.deepEqual([error.isAxiosError, error.response, error.bitbucket.code], [true, undefined, 'REQUEST_FAILED']);
    assert.equal(error.cause, error.bitbucket);
    assert.match(error.message, /could not be reached/);
  });

  for (const kind of Object.keys(CREDENTIALS)) {
    test(`contains no credential, even if the response repeats the credential in several encodings (${kind})`, async (t) => {
      const setup = await clientOf(t, {
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
        const error = await thrownBy(() => setup.client.get(path, { maxRedirects: 0, 'axios-retry': { retries: 0 } }));
        assertNoCredential(error);
        assert.equal('authorization' in error.config.headers || 'Authorization' in error.config.headers, false);
        assert.ok(!error.request);
      }
      assertNoCredential(setup.client.defaults);
      assertNoCredential(setup.wrapper);
    });
  }
});

describe('the Accept header', () => {
  test('allows media types other than JSON, for example for step logs, unless the caller sets the header', async (t) => {
    const setup = await clientOf(t);
    for (const config of [{}, { responseType: 'arraybuffer' }, { headers: { Accept: 'application/octet-stream' } }, { headers: { accept: 'text/plain' } }]) {
      await setup.client.get('/x', config);
    }
    await setup.client.create({ headers: { Accept: 'text/x-diff' } }).get('/x');
    const usual = 'application/json, */*;q=0.8';
    assert.deepEqual(setup.requests.map(({ headers }) => headers.accept), [usual, usual, 'application/octet-stream', 'text/plain', 'text/x-diff']);
  });
});
