/** Which redirects the API client follows, and which headers it sends to the target. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { thrownBy } from '../support/assertions.js';
import { json, serve } from '../support/http-server.js';
import { HEADERS, UNLIMITED, clientOf, ok, withoutPauses } from './api-client-scene.js';

describe('a redirect', () => {
  /** Returns a client of an API that redirects all requests except those to /end, and the server that is the default target. */
  async function redirecting(t, status, target) {
    const foreign = await serve(t, ok);
    const scene = await clientOf(t, {
      api: (request, response) => {
        if (request.url === '/2.0/end') ok(request, response);
        else response.writeHead(status, { location: target ?? `${foreign.origin}/away` }).end();
      },
    });
    return { ...scene, foreign, requests: scene.requests, scene };
  }

  for (const status of [307, 308]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      test(`with ${status} of a ${method} to another server is refused`, async (t) => {
        const { client, foreign } = await redirecting(t, status);
        const error = await thrownBy(() => client.request({ url: '/x', method, data: { secret: 'of the caller' } }));
        assert.equal(error.bitbucket.code, 'FOREIGN_ORIGIN');
        assert.deepEqual(foreign.requests, []);
      });
    }

    test(`with ${status} of a POST within the API keeps the body`, async (t) => {
      const { client, scene } = await redirecting(t, status, '/2.0/end');
      await client.post('/x', { a: 1 });
      assert.deepEqual(scene.requests.map(({ method, body }) => [method, body]), [['POST', '{"a":1}'], ['POST', '{"a":1}']]);
      assert.ok(scene.requests.every(({ headers }) => headers.authorization === HEADERS.api_key));
    });
  }

  for (const status of [301, 302, 303]) {
    test(`with ${status} turns a POST to another server into a GET without body and credential`, async (t) => {
      const { client, foreign, scene } = await redirecting(t, status);
      await client.post('/x', { a: 1 });
      assert.equal(scene.requests.length, 1);
      const [{ method, body, headers }] = foreign.requests;
      assert.deepEqual([method, body, headers.authorization, headers['content-type']], ['GET', '', undefined, undefined]);
    });
  }

  test('is followed at most 20 times for one request', async (t) => {
    const { client, scene } = await redirecting(t, 302, '/2.0/round');
    const error = await thrownBy(() => client.get('/round', { 'axios-retry': { retries: 0 } }));
    assert.deepEqual([error.bitbucket.code, error.bitbucket.status], ['REDIRECT_REFUSED', 302]);
    assert.equal(scene.requests.length, 21);
  });

  test('to an invalid URL is refused, unless the caller follows no redirects', async (t) => {
    for (const target of ['http://', 'javascript:alert(1)', 'https://user:password@127.0.0.1/']) {
      const { client } = await redirecting(t, 302, target);
      const error = await thrownBy(() => client.get('/x'));
      assert.equal(error.bitbucket.code, 'FOREIGN_ORIGIN', target);
      assert.equal((await thrownBy(() => client.get('/x', { maxRedirects: 0 }))).response.status, 302);
    }
  });

  test('is followed according to `maxRedirects` and `fetchOptions.redirect` of the request', async (t) => {
    const scene = await clientOf(t, {
      api: ({ url }, response) => {
        const left = Number(url.split('/').at(-1));
        if (left === 0) ok(undefined, response);
        else response.writeHead(302, { location: `/2.0/${left - 1}` }).end();
      },
    });
    const outcome = async (path, config) => {
      try {
        return (await scene.client.get(path, { 'axios-retry': { retries: 0 }, ...config })).status;
      } catch (error) {
        return error.response?.status ?? error.bitbucket.code;
      }
    };
    for (const [path, config, expectedOutcome, expectedRequests] of [
      ['/1', { maxRedirects: 0 }, 302, 1], ['/1', { maxRedirects: 1 }, 200, 2], ['/2', { maxRedirects: 1 }, 'REDIRECT_REFUSED', 2],
      ['/5', { maxRedirects: 5 }, 200, 6], ['/25', { maxRedirects: 30 }, 200, 26], ['/25', {}, 'REDIRECT_REFUSED', 21],
      ['/1', { fetchOptions: { redirect: 'error' } }, 'REDIRECT_REFUSED', 1], ['/0', { fetchOptions: { redirect: 'error' } }, 200, 1],
      ['/1', { fetchOptions: { redirect: 'manual' } }, 302, 1], ['/1', { fetchOptions: { redirect: 'follow' } }, 200, 2],
    ]) {
      const before = scene.requests.length;
      const found = [await outcome(path, config), scene.requests.length - before];
      assert.deepEqual(found, [expectedOutcome, expectedRequests], `${path} ${JSON.stringify(config)}`);
    }
    const { bitbucket } = await thrownBy(() => scene.client.get('/1', { fetchOptions: { redirect: 'error' } }));
    assert.doesNotMatch(bitbucket.message, /credentials/);
  });

  test('is followed only within the time limit of the whole request', async (t) => {
    const slow = (_request, response) => setTimeout(() => response.writeHead(302, { location: '/2.0/on' }).end(), 150);
    const scene = await clientOf(t, { api: slow, variables: { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '500' } });
    const begun = performance.now();
    const error = await thrownBy(() => scene.client.get('/x'));
    assert.equal(error.bitbucket.code, 'REQUEST_TIMEOUT');
    assert.match(error.bitbucket.message, /INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS\.$/);
    assert.ok(performance.now() - begun < 1500, String(performance.now() - begun));
    assert.ok(scene.requests.length <= 4, String(scene.requests.length));
  });

  test('to another server drops headers that may be secret, and any redirect drops the header Host', async (t) => {
    const foreign = await serve(t, ok);
    const scene = await clientOf(t, {
      api: ({ url }, response) => {
        if (url === '/2.0/user') ok(undefined, response);
        else response.writeHead(307, { location: url === '/2.0/own' ? '/2.0/user' : foreign.origin }).end();
      },
    });
    const headers = {
      Cookie: 'session=1', 'Proxy-Authorization': 'Basic x', Host: 'evil.example', 'X-Mine': 'yes', Range: 'bytes=0-9', Accept: 'text/plain',
      'If-None-Match': '"a"',
    };
    await scene.client.get('/away', { headers });
    await scene.client.get('/own', { headers });
    const [{ headers: seen, body }] = foreign.requests;
    for (const name of ['cookie', 'proxy-authorization', 'x-mine', 'authorization', 'content-type']) assert.equal(seen[name], undefined, name);
    assert.deepEqual([seen.range, seen.accept, seen['if-none-match'], seen.host, body], ['bytes=0-9', 'text/plain', '"a"', foreign.origin.slice(7), '']);
    for (const own of scene.requests) {
      assert.equal(own.headers.host, scene.origin.slice('http://'.length));
      assert.deepEqual([own.headers.cookie, own.headers['x-mine'], own.headers['proxy-authorization']], ['session=1', 'yes', 'Basic x']);
    }
    // The body of a GET is not forwarded either.
    await scene.client.request({ url: '/away', method: 'GET', data: 'of the caller' });
    assert.equal(foreign.requests.at(-1).body, '');
  });

  test('to a server that rejects the request is not reported as a rejected credential', async (t) => {
    for (const status of [401, 403, 404, 410]) {
      const foreign = await serve(t, (_request, response) => json(response, status, { error: { message: 'No.' } }));
      const scene = await clientOf(t, { api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end() });
      const { bitbucket, response } = await thrownBy(() => scene.client.get('/x'));
      assert.deepEqual([bitbucket.code, bitbucket.status, response.status], ['API_FAILED', status, status]);
      assert.match(bitbucket.message, /redirected the request to another server/);
    }
  });

  test('to a server that responds 429 is repeated after pauses, and does not delay other requests', async (t) => {
    const pauses = withoutPauses(t);
    const foreign = await serve(t, (_request, response) => json(response, 429, {}));
    const scene = await clientOf(t, {
      variables: {},
      api: ({ url }, response) => (
        url === '/2.0/log' ? response.writeHead(302, { location: foreign.origin }).end() : ok(undefined, response)
      ),
    });
    assert.equal((await thrownBy(() => scene.client.get('/log'))).bitbucket.code, 'API_FAILED');
    assert.equal(foreign.requests.length, 3);
    assert.deepEqual(pauses.map((pause) => Math.floor(pause / 10_000)), [3, 6]);
    assert.equal((await scene.client.get('/user')).status, 200);
  });

  test('to a server that responds 401 causes no refresh, because that server did not get the credential', async (t) => {
    const foreign = await serve(t, (_request, response) => json(response, 401, {}));
    const scene = await clientOf(t, {
      kind: 'oauth', api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end(),
    });
    assert.equal((await thrownBy(() => scene.client.get('/x'))).response.status, 401);
    assert.deepEqual([scene.requests.length, scene.tokenRequests.length, foreign.requests.length], [1, 0, 1]);
  });
});
