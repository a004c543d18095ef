/** How a request of the API client ends without a response: its AbortSignal is aborted, or its time limit is exceeded. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axios from 'axios';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { CREDENTIALS, PATIENT, UNLIMITED, assertNoCredential, clientOf, giveTokens, ok } from './api-client-scene.js';

const HOUR = 3_600_000;

describe('the time limit of a request', () => {
  const never = () => {};
  const after = (ms) => (_request, response) => setTimeout(() => ok(undefined, response), ms);

  test('ends the request, and the error names the limit', async (t) => {
    const scene = await clientOf(t, { api: never });
    for (const config of [{ timeout: 100 }, { timeout: 100, transitional: { clarifyTimeoutError: true } }]) {
      const error = await thrownBy(() => scene.client.get('/x', config));
      assert.ok(axios.isAxiosError(error));
      assert.deepEqual([error.bitbucket.code, error.bitbucket.field, error.bitbucket.retryable], ['REQUEST_TIMEOUT', 'timeout', true]);
      assert.match(error.bitbucket.message, /raise timeout\.$/);
    }
  });

  test('may be longer than INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS', async (t) => {
    const variables = { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '200' };
    const scene = await clientOf(t, { api: after(600), variables });
    assert.equal((await scene.client.get('/diff', { timeout: 20_000 })).status, 200);
    const error = await thrownBy(() => scene.client.get('/diff'));
    assert.deepEqual([error.bitbucket.code, error.bitbucket.field], ['REQUEST_TIMEOUT', undefined]);
  });

  test('does not disable the signal of the request', async (t) => {
    const scene = await clientOf(t, { api: never });
    const error = await thrownBy(() => scene.client.get('/x', { timeout: 60_000, signal: AbortSignal.timeout(100) }));
    assert.equal(error.bitbucket.code, 'REQUEST_ABORTED');
  });
});

describe('an AbortSignal', PATIENT, () => {
  /** Starts a request with a signal, aborts the signal once `begun` is fulfilled, and checks the error. */
  async function assertAborts(call, begun) {
    const controller = new AbortController();
    const failed = thrownBy(() => call(controller.signal));
    await begun;
    controller.abort();
    const error = await failed;
    assert.deepEqual([error.code, error.bitbucket.code, error.bitbucket.phase], ['ERR_CANCELED', 'REQUEST_ABORTED', 'api']);
    assert.ok(axios.isCancel(error));
    assertNoCredential(error);
  }
  /** Returns a promise and the function that fulfils it. */
  const deferred = () => {
    let resolve;
    const promise = new Promise((settle) => {
      resolve = settle;
    });
    return { promise, resolve };
  };

  test('prevents the request if the signal is already aborted', async (t) => {
    const scene = await clientOf(t);
    for (const method of ['GET', 'POST']) {
      const error = await thrownBy(() => scene.client.request({ url: '/x', method, signal: AbortSignal.abort() }));
      assert.deepEqual([error.code, error.bitbucket.code], ['ERR_CANCELED', 'REQUEST_ABORTED']);
    }
    assert.deepEqual(scene.requests, []);
  });

  test('ends the wait for tokens, while the token request continues for other callers', async (t) => {
    const { promise: requested, resolve } = deferred();
    const { promise: answer, resolve: release } = deferred();
    const { origin, requests } = await serve(t, async (request, response) => {
      if (request.url.startsWith('/2.0/')) return ok(request, response);
      resolve();
      await answer;
      return giveTokens(request, response);
    });
    const { wrapper: Wrapper } = createEntry(environment(origin, UNLIMITED));
    // The client is obtained while the token is valid.
    const config = { ...CREDENTIALS.oauth, expires_at: new Date(Date.now() + HOUR).toISOString() };
    const client = await new Wrapper(config).authenticate();
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * HOUR });
    const other = client.get('/other');
    await assertAborts((signal) => client.get('/user', { signal }), requested);
    release();
    assert.equal((await other).status, 200);
    assert.deepEqual(requests.map(({ url }) => url), ['/site/oauth2/access_token', '/2.0/other']);
  });

  test('ends the wait for the rate limit', async (t) => {
    const scene = await clientOf(t, { variables: { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1' } });
    await scene.client.get('/user');
    await assertAborts((signal) => scene.client.get('/user', { signal }), new Promise((resolve) => { setImmediate(resolve); }));
    await assertAborts((signal) => scene.client.get('/user', { signal }));
    assert.equal(scene.requests.length, 1);
  });

  test('ends the wait between two attempts', async (t) => {
    const { promise: requested, resolve } = deferred();
    const scene = await clientOf(t, {
      api: (_request, response) => {
        json(response, 503, {}, { 'retry-after': '50' });
        response.on('finish', resolve);
      },
    });
    await assertAborts((signal) => scene.client.get('/user', { signal }), requested);
    assert.equal(scene.requests.length, 1);
  });

  test('ends the wait for a response, and the reading of its body', async (t) => {
    for (const begin of [() => {}, (response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{');
    }]) {
      const { promise: requested, resolve } = deferred();
      const { promise: ended, resolve: end } = deferred();
      const scene = await clientOf(t, {
        api: (_request, response) => {
          response.on('close', end);
          begin(response);
          resolve();
        },
      });
      await assertAborts((signal) => scene.client.get('/user', { signal }), requested);
      // The client must close the connection.
      await ended;
    }
  });

  test('ends a request that follows a redirect', async (t) => {
    const { promise: requested, resolve } = deferred();
    const foreign = await serve(t, resolve);
    const scene = await clientOf(t, { api: (_request, response) => response.writeHead(302, { location: foreign.origin }).end() });
    await assertAborts((signal) => scene.client.get('/user', { signal }), requested);
  });

  test('has no listener left after a successful request', async (t) => {
    const scene = await clientOf(t);
    const controller = new AbortController();
    const listening = t.mock.method(controller.signal, 'addEventListener');
    const left = t.mock.method(controller.signal, 'removeEventListener');
    for (let turn = 0; turn < 3; turn += 1) await scene.client.get('/user', { signal: controller.signal });
    assert.ok(listening.mock.callCount() > 0);
    assert.equal(left.mock.callCount() >= listening.mock.callCount(), true);
    controller.abort();
    assert.equal(scene.requests.length, 3);
  });
});
