/** Lists of several pages: the URL of each page, the end of a list, and invalid pages. */
import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { describe, test } from 'node:test';
import timers from 'node:timers/promises';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { collect } from './list-scene.js';

// A test that waits for ever has failed.
const PATIENT = { timeout: 60_000 };

const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

/** A client for a server on which `api(url, n)` returns status, body and headers of the n-th response. */
async function clientOf(t, api, variables = UNLIMITED) {
  let n = 0;
  const server = await serve(t, (request, response) => {
    n += 1;
    const { status = 200, body, headers } = api(new URL(request.url, 'http://x'), n);
    if (body === undefined) response.writeHead(status, headers).end();
    else json(response, status, body, headers);
  });
  const wrapper = new (createEntry(environment(server.origin, variables)).wrapper)({ type: 'api_key', token: 'the-token' });
  return {
    origin: server.origin,
    wrapper,
    client: await wrapper.authenticate(),
    urls: () => server.requests.map(({ url }) => url),
    bodies: () => server.requests.map(({ body }) => body),
  };
}

/** Makes each sleep end at once. Returns the list of the requested durations in milliseconds. */
function withoutSleep(t) {
  const pauses = [];
  t.mock.method(timers, 'setTimeout', async (ms) => {
    pauses.push(ms);
  });
  // Modules that import `setTimeout` by name get the mock, too.
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return pauses;
}

/** The pages of a list of numbers. `describePage` returns the members of a page beside `values`. */
function numbered(size, describePage) {
  const all = Array.from({ length: size }, (_, index) => index);
  return (url) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    const pagelen = Number(url.searchParams.get('pagelen') ?? 10);
    const values = all.slice((page - 1) * pagelen, page * pagelen);
    return { body: { values, ...describePage({ page, pagelen, size, url }) } };
  };
}

describe('a list', PATIENT, () => {
  test('without next in its responses continues as long as its size promises more values', async (t) => {
    const setup = await clientOf(t, numbered(21, ({ page, pagelen, size }) => ({ page, pagelen, size })));
    const { values, error } = await collect(setup.client.paginate('/list', { q: 'a b' }));
    assert.equal(error, undefined);
    assert.deepEqual(values, Array.from({ length: 21 }, (_, index) => index));
    assert.deepEqual(setup.urls(), ['/2.0/list?q=a+b', '/2.0/list?q=a+b&page=2', '/2.0/list?q=a+b&page=3']);
  });

  test('whose size is too high ends at the first empty page', async (t) => {
    const setup = await clientOf(t, numbered(13, ({ page, pagelen }) => ({ page, pagelen, size: 99 })));
    const { values, error } = await collect(setup.client.paginate('/list'));
    assert.deepEqual([values.length, error, setup.urls().length], [13, undefined, 3]);
  });

  for (const next of [null, '']) {
    test(`ends at a page with next: ${JSON.stringify(next)}`, async (t) => {
      const setup = await clientOf(t, () => ({ body: { values: [1], next } }));
      assert.deepEqual(await collect(setup.client.paginate('/list')), { values: [1] });
      assert.equal(setup.urls().length, 1);
    });
  }

  test('is requested with its sort order and filters on each page even if next lacks these parameters', async (t) => {
    const setup = await clientOf(t, numbered(25, ({ page, url }) => (
      page < 3 ? { next: `${setup.origin}${url.pathname}?page=${page + 1}&pagelen=10` } : {}
    )));
    const { values } = await collect(setup.client.paginate('/repositories/acme/website/pipelines', {
      sort: '-created_on', status: ['PASSED', 'FAILED'],
    }));
    assert.equal(values.length, 25);
    const path = '/2.0/repositories/acme/website/pipelines';
    assert.deepEqual(setup.urls(), [
      `${path}?sort=-created_on&status=PASSED&status=FAILED`,
      `${path}?page=2&pagelen=10&sort=-created_on&status=PASSED&status=FAILED`,
      `${path}?page=3&pagelen=10&sort=-created_on&status=PASSED&status=FAILED`,
    ]);
  });

  test('is requested with the parameters from the path, from params and from the config', async (t) => {
    const api = numbered(11, ({ page }) => (page === 1 ? { next: `${setup.origin}/2.0/list?page=2` } : {}));
    const setup = await clientOf(t, api);
    for (const run of [
      () => setup.client.paginate('/list?a=1&b=2'),
      () => setup.client.paginate('/list?a=1', { b: 2 }),
      () => setup.client.paginate('/list', { a: 1, b: 2 }),
      () => setup.client.paginate('/list?a=1', undefined, { params: { b: 2 } }),
      () => setup.client.paginate(`${setup.origin}/2.0/list?a=1&b=2`),
    ]) {
      const before = setup.urls().length;
      assert.equal((await collect(run())).values.length, 11);
      assert.deepEqual(setup.urls().slice(before), ['/2.0/list?a=1&b=2', '/2.0/list?page=2&a=1&b=2']);
    }
  });

  test("is requested with each parameter from the client's defaults only once", async (t) => {
    const setup = await clientOf(t, numbered(11, ({ page }) => (page === 1 ? { next: `${setup.origin}/2.0/list?page=2` } : {})));
    setup.client.defaults.params = { a: 1 };
    await collect(setup.client.paginate('/list', { b: 2 }));
    assert.deepEqual(setup.urls(), ['/2.0/list?a=1&b=2', '/2.0/list?page=2&a=1&b=2']);
  });

  test('with a cursor continues at the URL in next, without a change to that URL', async (t) => {
    const setup = await clientOf(t, (url) => (url.searchParams.has('ctx')
      ? { body: { values: [2] } } : { body: { values: [1], next: `${setup.origin}/2.0/commits?ctx=0f%2D&page=2` } }));
    assert.deepEqual((await collect(setup.client.paginate('/commits', { include: 'main' }))).values, [1, 2]);
    assert.deepEqual(setup.urls(), ['/2.0/commits?include=main', '/2.0/commits?ctx=0f%2D&page=2']);
  });

  test('is requested with the field next even if the caller\'s parameter fields omits or excludes next', async (t) => {
    const setup = await clientOf(t, numbered(25, ({ page, url }) => (
      page < 3 && url.searchParams.get('fields').split(',').includes('next')
        ? { next: `${setup.origin}/2.0/list?page=${page + 1}&fields=${encodeURIComponent(url.searchParams.get('fields'))}` } : {}
    )));
    for (const [path, params] of [['/list', { fields: 'values.id' }], ['/list?fields=values.id,-next', undefined]]) {
      assert.equal((await collect(setup.client.paginate(path, params))).values.length, 25);
    }
    assert.ok(setup.urls().every((url) => new URL(url, 'http://x').searchParams.get('fields') === 'values.id,next'));
  });
});

describe('a list of the simulator', PATIENT, () => {
  const REPOSITORY = '/repositories/acme/billing-service';

  async function simulator(t) {
    const scopes = ['repository', 'pullrequest', 'pipeline'];
    const bitbucket = await startSimulator(t, {
      accessTokens: [{ token: 'the-token', kind: 'workspace', workspace: 'acme', scopes }], pullRequests: 8,
    });
    const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, UNLIMITED));
    return new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
  }

  /** Asserts that short pages contain the same values as one long page. */
  async function assertWhole(client, path, params, nameOf) {
    const whole = await client.get(path, { params: { ...params, pagelen: 100 } });
    const { values, error } = await collect(client.paginate(path, { ...params, pagelen: 2 }));
    assert.equal(error, undefined);
    assert.equal('next' in whole.data, false);
    assert.ok(values.length > 2, String(values.length));
    assert.deepEqual(values.map(nameOf), whole.data.values.map(nameOf));
    assert.equal(new Set(values.map(nameOf)).size, values.length);
  }

  test('is complete even if the URLs in next lack the sort order and the filters', async (t) => {
    const client = await simulator(t);
    for (const params of [
      { sort: '-created_on' }, { 'target.branch': 'main' }, { status: ['PASSED', 'FAILED'], sort: '-created_on' },
      { fields: 'values.build_number,values.target.ref_name' },
    ]) await assertWhole(client, `${REPOSITORY}/pipelines`, params, ({ build_number: number }) => number);
  });

  test('is complete with cursors and without a size', async (t) => {
    const client = await simulator(t);
    const { data } = await client.get(`${REPOSITORY}/commits`);
    await assertWhole(client, `${REPOSITORY}/commits`, {}, ({ hash }) => hash);
    await assertWhole(client, `${REPOSITORY}/commit/${data.values[0].hash}/statuses`, {}, ({ key }) => key);
  });

  test('is complete behind a redirect', async (t) => {
    const client = await simulator(t);
    await assertWhole(client, `${REPOSITORY}/pullrequests/3/diffstat`, {}, ({ new: { path } }) => path);
  });
});

describe('an array among the parameters', PATIENT, () => {
  const params = { state: ['OPEN', 'MERGED'] };

  for (const [what, more, expected] of [
    ['is sent as repeated parameters', {}, 'state=OPEN&state=MERGED'],
    ['has brackets if the caller configures them', { paramsSerializer: { indexes: false } }, 'state%5B%5D=OPEN&state%5B%5D=MERGED'],
    ['is encoded by an encoder of the caller', { paramsSerializer: { encode: (text) => text.toLowerCase() } }, 'state=open&state=merged'],
    ['is serialized by a serializer of the caller', { paramsSerializer: { serialize: () => 'x=1' } }, 'x=1'],
    ['is serialized by a function of the caller', { paramsSerializer: () => 'x=2' }, 'x=2'],
  ]) {
    test(what, async (t) => {
      const setup = await clientOf(t, () => ({ body: { values: [] } }));
      await setup.client.get('/pullrequests', { params, ...more });
      await collect(setup.client.paginate('/pullrequests', params, more));
      assert.deepEqual(setup.urls(), Array(2).fill(`/2.0/pullrequests?${expected}`));
    });
  }

  test('becomes repeated parameters in a URL and in a form', async (t) => {
    const setup = await clientOf(t, () => ({ body: {} }));
    assert.match(setup.client.getUri({ url: '/pullrequests', params }), /\?state=OPEN&state=MERGED$/);
    await setup.client.post('/src', { files: ['a', 'b'] }, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    await setup.client.postForm('/src', { files: ['a', 'b'] });
    const [urlEncoded, multipart] = setup.bodies();
    assert.equal(urlEncoded, 'files=a&files=b');
    assert.equal(multipart.match(/name="files"/g).length, 2);
  });

  test("is serialized by the serializer in the client's defaults", async (t) => {
    const setup = await clientOf(t, () => ({ body: { values: [] } }));
    setup.client.defaults.paramsSerializer = { indexes: false };
    await setup.client.get('/pullrequests', { params });
    assert.deepEqual(setup.urls(), ['/2.0/pullrequests?state%5B%5D=OPEN&state%5B%5D=MERGED']);
  });
});

describe('a page that Bitbucket is still working on', PATIENT, () => {
  const notReady = { 'an empty body': undefined, 'a page without values': { values: [], pagelen: 30 } };

  for (const [what, body] of Object.entries(notReady)) {
    test(`is requested again after longer and longer pauses (${what})`, async (t) => {
      const setup = await clientOf(t, (_url, n) => (n < 4 ? { status: 202, body } : { body: { values: [1, 2] } }));
      const pauses = withoutSleep(t);
      assert.deepEqual(await collect(setup.client.paginate('/list')), { values: [1, 2] });
      assert.equal(setup.urls().length, 4);
      assert.equal(pauses.length, 3);
      pauses.forEach((pause, at) => assert.ok(pause >= 500 * 2 ** at && pause <= 1000 * 2 ** at, String(pauses)));
    });

    test(`is reported as an error after six attempts, and not as an empty result (${what})`, async (t) => {
      const setup = await clientOf(t, () => ({ status: 202, body }));
      withoutSleep(t);
      const { values, error } = await collect(setup.client.paginate('/list'));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([values, error.code, error.status, error.retryable], [[], 'API_NOT_READY', 202, true]);
      assert.match(error.message, /not finished preparing this response/);
      assert.equal(setup.urls().length, 6);
    });
  }

  test('is reported to a caller of listRepositories after pauses of at most 15 seconds each', async (t) => {
    const setup = await clientOf(t, () => ({ status: 202 }));
    const pauses = withoutSleep(t);
    const error = await thrownBy(() => setup.wrapper.listRepositories({ workspace: 'acme' }));
    assert.deepEqual([error.code, error.retryable], ['API_NOT_READY', true]);
    assert.ok(pauses.length > 0 && pauses.every((pause) => pause <= 15_000), String(pauses));
  });

  test('is not requested again after the signal of the request is aborted', async (t) => {
    const controller = new AbortController();
    const setup = await clientOf(t, () => {
      setImmediate(() => setTimeout(() => controller.abort(), 50));
      return { status: 202 };
    });
    const { error } = await collect(setup.client.paginate('/list', {}, { signal: controller.signal }));
    assert.deepEqual([error.code, error.bitbucket.code, setup.urls().length], ['ERR_CANCELED', 'REQUEST_ABORTED', 1]);
  });
});
