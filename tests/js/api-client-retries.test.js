/** Which requests the API client repeats, after which pauses, and which bodies it can send again. */
import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, listen } from '../support/http-server.js';
import { CREDENTIALS, HEADERS, UNLIMITED, clientOf, ok, withoutPauses } from './api-client-scene.js';

// The package does not export these modules.
const folder = new URL('js/', import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { Activity } = await import(new URL('activity.js', folder));
const { createClient } = await import(new URL('api/client.js', folder));
const { failure } = await import(new URL('core.js', folder));

const HOUR = 3_600_000;

describe('a retry', () => {
  /** Returns a client of an API that fails the first `times` requests, and the pauses before the client's retries. */
  async function failing(t, fail, times = Infinity, options = {}) {
    const pauses = withoutPauses(t);
    let requestCount = 0;
    const scene = await clientOf(t, {
      api: (request, response) => ((requestCount += 1) <= times ? fail(request, response) : ok(request, response)), ...options,
    });
    return { client: scene.client, scene, pauses };
  }
  const answering = (status, headers = {}) => (_request, response) => json(response, status, { type: 'error', error: {} }, headers);

  for (const status of [429, 502, 503, 504]) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      test(`follows a response with ${status} to ${method}`, async (t) => {
        const { client, scene } = await failing(t, answering(status), 2);
        assert.equal((await client.request({ url: '/x', method })).status, 200);
        assert.equal(scene.requests.length, 3);
      });
    }

    for (const method of ['POST', 'PATCH']) {
      test(`does not follow a response with ${status} to ${method}`, async (t) => {
        const { client, scene } = await failing(t, answering(status));
        assert.equal((await thrownBy(() => client.request({ url: '/x', method, data: {} }))).response.status, status);
        assert.equal(scene.requests.length, 1);
      });
    }
  }

  for (const status of [400, 401, 403, 404, 409, 410, 422, 500, 501, 505]) {
    test(`does not follow a response with ${status}`, async (t) => {
      const { client, scene } = await failing(t, answering(status));
      assert.equal((await thrownBy(() => client.get('/x'))).response.status, status);
      assert.equal(scene.requests.length, 1);
    });
  }

  test('is made at most three times for each request, and then the caller gets the last response', async (t) => {
    const { client, scene, pauses } = await failing(t, answering(503));
    const error = await thrownBy(() => client.get('/x'));
    assert.deepEqual([error.response.status, error.bitbucket.code], [503, 'API_FAILED']);
    assert.deepEqual([scene.requests.length, pauses.length], [4, 3]);
  });

  test('waits twice as long as the previous retry, with random jitter', async (t) => {
    const { client, pauses } = await failing(t, answering(503));
    for (let turn = 0; turn < 10; turn += 1) await thrownBy(() => client.get('/x'));
    for (const [index, base] of [500, 1000, 2000].entries()) {
      const those = pauses.filter((_pause, at) => at % 3 === index);
      assert.ok(those.every((pause) => pause >= base / 2 && pause <= base), String(those));
      assert.ok(new Set(those).size > 5, String(those));
    }
  });

  test('waits at least as long as Retry-After says in seconds', async (t) => {
    const { client, pauses } = await failing(t, answering(429, { 'retry-after': '30' }));
    await thrownBy(() => client.get('/x'));
    assert.equal(pauses.length, 3);
    assert.ok(pauses.every((pause) => pause >= 30_000 && pause <= 33_000), String(pauses));
    assert.ok(new Set(pauses).size > 1, String(pauses));
  });

  test('waits until the date of Retry-After', async (t) => {
    const { client, pauses } = await failing(t, (request, response) => (
      answering(503, { 'retry-after': new Date(Date.now() + 40_000).toUTCString() })(request, response)
    ), 1);
    await client.get('/x');
    // A date has whole seconds, and the machine may be slow.
    assert.ok(pauses.length === 1 && pauses[0] > 20_000 && pauses[0] <= 44_000, String(pauses));
  });

  test('is not made when Retry-After is longer than a minute; the error says how long to wait', async (t) => {
    for (const retryAfter of ['61', '86400', new Date(Date.now() + HOUR).toUTCString()]) {
      const { client, scene, pauses } = await failing(t, answering(429, { 'retry-after': retryAfter }));
      const { bitbucket } = await thrownBy(() => client.get('/x'));
      assert.deepEqual([bitbucket.code, scene.requests.length, pauses], ['API_RATE_LIMITED', 1, []]);
      assert.ok(bitbucket.retryAfter > 60_000);
      assert.match(bitbucket.message, /Try again later, in \d+ seconds\.$/);
    }
  });

  test('ignores a Retry-After that is invalid or in the past', async (t) => {
    for (const retryAfter of ['soon', '-1', new Date(Date.now() - HOUR).toUTCString()]) {
      const { client, pauses } = await failing(t, answering(503, { 'retry-after': retryAfter }));
      await thrownBy(() => client.get('/x'));
      assert.ok(pauses.length === 3 && pauses.every((pause) => pause >= 250 && pause <= 2000), `${retryAfter}: ${pauses}`);
    }
  });

  test('can be disabled for a request', async (t) => {
    const { client, scene } = await failing(t, answering(503));
    await thrownBy(() => client.get('/x', { 'axios-retry': { retries: 0 } }));
    assert.equal(scene.requests.length, 1);
  });

  test('follows a connection that breaks before or during the response, unless the method is POST', async (t) => {
    const broken = [
      (_request, response) => response.destroy(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{', () => response.destroy());
      },
    ];
    for (const fail of broken) {
      const { client, scene } = await failing(t, fail, 3);
      assert.equal((await client.get('/x')).status, 200);
      assert.equal(scene.requests.length, 4);
      const post = await failing(t, fail);
      assert.equal((await thrownBy(() => post.client.post('/x', {}))).bitbucket.code, 'REQUEST_FAILED');
      assert.equal(post.scene.requests.length, 1);
    }
  });

  test('follows a request on a keep-alive connection that the server has just closed', async (t) => {
    withoutPauses(t);
    let connections = 0;
    // Responds to the first request of each connection, and resets the connection at the second request, like a server whose
    // keep-alive timeout has just expired.
    const server = createTcpServer((socket) => {
      connections += 1;
      let requestCount = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        requestCount += 1;
        if (requestCount === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      });
    });
    const port = await listen(t, server);
    const { wrapper: Wrapper } = createEntry(environment(`http://127.0.0.1:${port}`, UNLIMITED));
    const client = await new Wrapper(CREDENTIALS.api_key).authenticate();
    for (let turn = 0; turn < 4; turn += 1) assert.equal((await client.get('/user')).status, 200);
    assert.ok(connections > 1, String(connections));
  });

  test('is made neither for a host name that does not exist nor for a request whose body is a stream', async (t) => {
    const pauses = withoutPauses(t);
    const { wrapper: Wrapper } = createEntry({
      ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_API_URL: 'https://bitbucket.invalid/2.0',
    });
    const client = await new Wrapper(CREDENTIALS.api_key).authenticate();
    assert.equal((await thrownBy(() => client.get('/user'))).bitbucket.code, 'REQUEST_FAILED');
    const { client: streaming, scene } = await failing(t, answering(503));
    assert.equal((await thrownBy(() => streaming.put('/x', Readable.from(['a', 'b'])))).response.status, 503);
    assert.deepEqual([scene.requests.map(({ body }) => body), pauses], [['ab'], []]);
  });

  for (const phase of ['refresh', 'exchange', 'api']) {
    test(`${phase === 'api' ? 'follows' : 'does not follow'} a network failure in the phase "${phase}"`, async (t) => {
      withoutPauses(t);
      let requestCount = 0;
      const client = createClient({
        apiUrl: 'https://api.bitbucket.example/2.0',
        kind: 'oauth',
        activity: () => new Activity(),
        sender: async () => {
          requestCount += 1;
          throw failure('REQUEST_FAILED', phase);
        },
      });
      assert.equal((await thrownBy(() => client.get('/x'))).bitbucket.phase, phase);
      // A failure of the refresh or the exchange leaves the client without tokens, so each retry would request tokens again.
      assert.equal(requestCount, phase === 'api' ? 4 : 1);
    });
  }

  test('sends the same body', async (t) => {
    const { client, scene } = await failing(t, answering(503), 2);
    await client.put('/x', { a: [1, 'ä'] });
    assert.deepEqual(scene.requests.map(({ body }) => body), Array(3).fill('{"a":[1,"ä"]}'));
    assert.ok(scene.requests.every(({ headers }) => headers['content-type'] === 'application/json'));
  });

  test('carries the newest token', async (t) => {
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

describe('a request body', () => {
  const web = () => new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('web'));
      controller.close();
    },
  });
  for (const [what, data, expected] of [
    ['a stream of strings', () => Readable.from(['a', 'ä']), 'aä'],
    ['a stream of bytes', () => Readable.from([Buffer.from('a')]), 'a'],
    ['a web stream', web, 'web'], ['a Blob', () => new Blob(['b', 'lob']), 'blob'], ['bytes', () => new Uint8Array([97]), 'a'],
    ['a buffer', () => new Uint8Array([97]).buffer, 'a'], ['no data', () => undefined, ''],
  ]) {
    test(`of ${what} arrives unchanged`, async (t) => {
      const scene = await clientOf(t);
      await scene.client.post('/x', data());
      assert.deepEqual(scene.requests.map(({ body }) => body), [expected]);
    });
  }

  test("of Axios' own FormData arrives complete, with its files", async (t) => {
    const scene = await clientOf(t);
    await scene.client.postForm('/x', { message: 'A commit', file: new Blob(['content']) });
    const [{ headers, body }] = scene.requests;
    assert.match(headers['content-type'], /^multipart\/form-data; boundary=/);
    assert.match(body, /name="message"\r\n\r\nA commit\r\n[^]*name="file"[^]*\r\n\r\ncontent\r\n/);
  });
});

describe('a request that gets a 401', () => {
  const refusing = (until) => ({ headers }, response) => (
    headers.authorization === until ? ok(undefined, response) : json(response, 401, { type: 'error', error: {} })
  );

  for (const [what, data, type] of [
    ['JSON', { a: 1 }, /^application\/json/], ['a string', 'a=1', /urlencoded/],
    ['URLSearchParams', new URLSearchParams('a=1'), /urlencoded/],
    ['bytes', new Uint8Array([97, 61, 49]), /./], ['FormData', (() => {
      const form = new FormData();
      form.set('a', '1');
      return form;
    })(), /^multipart\/form-data; boundary=/],
  ]) {
    test(`is repeated with new tokens when its body is ${what}`, async (t) => {
      const scene = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
      assert.equal((await scene.client.post('/x', data)).status, 200);
      const [first, second] = scene.requests;
      assert.equal(scene.requests.length, 2);
      assert.ok(first.body.length > 2 && first.body === second.body);
      assert.match(second.headers['content-type'] ?? 'none', type);
    });
  }

  test('is not repeated when its body is a stream; the tokens are refreshed, and `use` calls its callback again', async (t) => {
    const scene = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
    const error = await thrownBy(() => scene.client.post('/x', Readable.from(['a'])));
    assert.deepEqual([error.response.status, scene.requests.length, scene.tokenRequests.length], [401, 1, 1]);
    const other = await clientOf(t, { kind: 'oauth', api: refusing('Bearer the-own-token') });
    let runs = 0;
    await other.wrapper.use((client) => {
      runs += 1;
      return client.post('/x', Readable.from(['a']));
    });
    assert.deepEqual([runs, other.requests.map(({ body }) => body)], [2, ['a', 'a']]);
  });
});
