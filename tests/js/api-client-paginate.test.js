/** Lists through the API client: the client's `paginate`, and a consumer that requests page after page. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axios from 'axios';
import { BitbucketAuthError } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { json, serve } from '../support/http-server.js';
import { CREDENTIALS, HEADERS, PATIENT, assertNoCredential, clientOf, ok, simulator } from './api-client-scene.js';
import { collect } from './list-scene.js';

const HOUR = 3_600_000;

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

test('a client does not share its defaults for parameters with another client', async (t) => {
  const { Wrapper } = await simulator(t);
  const [one, other] = await Promise.all([1, 2].map(() => new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate()));
  one.defaults.paramsSerializer.indexes = true;
  one.defaults.formSerializer.indexes = true;
  assert.match(other.getUri({ url: '/list', params: { state: ['OPEN', 'MERGED'] } }), /state=OPEN&state=MERGED/);
  assert.deepEqual([other.defaults.paramsSerializer, other.defaults.formSerializer], [{ indexes: null }, { indexes: null }]);
});

describe('paginate', PATIENT, () => {
  /** Serves a list in pages. `nexts` contains the `next` of each page. */
  const pages = (nexts) => ({ url }, response) => {
    const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1);
    const next = nexts[page - 1];
    json(response, 200, { values: [page * 10, page * 10 + 1], ...(next !== undefined && { next }) });
  };

  test('yields each value of all pages of the simulator once', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, { pullRequests: 130 });
    const client = await new Wrapper(connected(bitbucket)).authenticate();
    const path = '/repositories/acme/billing-service/pullrequests';
    const { values, error } = await collect(client.paginate(path, { pagelen: 50, state: 'OPEN' }));
    assert.equal(error, undefined);
    assert.deepEqual([values.length, new Set(values.map(({ id }) => id)).size], [65, 65]);
    const listRequests = bitbucket.requests.filter((line) => line.includes(path));
    assert.equal(listRequests.length, 2);
    assert.ok(listRequests.every((line) => line.includes('state=OPEN') && line.includes('pagelen=50')));
  });

  // In some lists, `next` lacks parameters of the first request. So the client sends these parameters with each request.
  test('applies parameters and config to all pages, while parameters of `next` take precedence', async (t) => {
    const setup = await clientOf(t, {
      api: (request, response) => pages([`${setup.origin}/2.0/list?page=2&q=a%20b`])(request, response),
    });
    const { values } = await collect(setup.client.paginate('/list', { pagelen: 2, q: 'x' }, { headers: { 'x-mine': 'yes' } }));
    assert.deepEqual(values, [10, 11, 20, 21]);
    assert.deepEqual(setup.requests.map(({ url }) => url), ['/2.0/list?pagelen=2&q=x', '/2.0/list?page=2&q=a%20b&pagelen=2']);
    assert.ok(setup.requests.every(({ headers }) => headers['x-mine'] === 'yes' && headers.authorization === HEADERS.api_key));
  });

  test('requests a page only when the consumer needs it', async (t) => {
    const setup = await clientOf(t, {
      api: (request, response) => pages([`${setup.origin}/2.0/list?page=2`])(request, response),
    });
    for await (const value of setup.client.paginate('/list')) {
      if (value === 11) break;
    }
    assert.equal(setup.requests.length, 1);
  });

  for (const kind of Object.keys(CREDENTIALS)) {
    test(`ends with an error when \`next\` is on another server, which gets no request (${kind})`, async (t) => {
      const foreign = await serve(t, ok);
      const setup = await clientOf(t, { kind, api: pages([`${foreign.origin}/2.0/list?page=2`]) });
      const { values, error } = await collect(setup.client.paginate('/list'));
      assert.deepEqual([values, error.bitbucket.code], [[10, 11], 'FOREIGN_ORIGIN']);
      assert.deepEqual(foreign.requests, []);
      assertNoCredential(error);
    });
  }

  test('ends with an error when `next` is a page that was already requested', async (t) => {
    const setup = await clientOf(t, {
      api: (request, response) => (
        pages([`${setup.origin}/2.0/list?page=2`, `${setup.origin}/2.0/list?page=2`])(request, response)),
    });
    const { values, error } = await collect(setup.client.paginate('/list'));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.field, values.length], ['RESPONSE_INVALID', 'next', 4]);
  });

  for (const [what, answer, member] of [
    ['an object without values', {}, 'values'], ['an array', [1], 'values'],
    ['values that are not an array', { values: {} }, 'values'],
    ['a next that is not a string', { values: [], next: 7 }, 'next'],
  ]) {
    test(`ends with an error whose field is "${member}", the invalid member of the response (${what})`, async (t) => {
      const setup = await clientOf(t, { api: (_request, response) => json(response, 200, answer) });
      const { error } = await collect(setup.client.paginate('/list'));
      assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', member]);
    });
  }

  test('ends with the error of the request when a later page fails', async (t) => {
    const setup = await clientOf(t, {
      api: (request, response) => (request.url.includes('page=2') ? json(response, 404, {}) : pages([`${setup.origin}/2.0/list?page=2`])(request, response)),
    });
    const { values, error } = await collect(setup.client.paginate('/list'));
    assert.deepEqual([values, error.response.status, error.bitbucket.code], [[10, 11], 404, 'API_NOT_FOUND']);
  });

  test('ends between two pages when its signal is aborted', async (t) => {
    const setup = await clientOf(t, {
      api: (request, response) => pages([`${setup.origin}/2.0/list?page=2`])(request, response),
    });
    const controller = new AbortController();
    const values = [];
    const error = await thrownBy(async () => {
      for await (const value of setup.client.paginate('/list', {}, { signal: controller.signal })) {
        values.push(value);
        controller.abort();
      }
    });
    assert.deepEqual([values, error.code, error.bitbucket.code, setup.requests.length], [[10, 11], 'ERR_CANCELED', 'REQUEST_ABORTED', 1]);
  });

  test("leaves Axios' own functions intact", async (t) => {
    const setup = await clientOf(t);
    const { client } = setup;
    assert.deepEqual(Object.keys(client), Object.keys(axios.create()));
    assert.equal(typeof client.paginate, 'function');
    for (const call of [
      () => client('/user'), () => client({ url: '/user' }), () => client.request({ url: '/user' }), () => client.get('/user'),
      () => client.head('/user'), () => client.options('/user'), () => client.delete('/user'), () => client.post('/user'),
      () => client.put('/user'), () => client.patch('/user'), () => client.postForm('/user', { a: 1 }),
      () => client.create({ headers: { 'x-mine': 'yes' } }).get('/user'),
    ]) assert.equal((await call()).status, 200);
    assert.ok(setup.requests.every(({ headers, url }) => headers.authorization === HEADERS.api_key && url === '/2.0/user'));
    assert.equal(client.getUri({ url: '/user' }), `${setup.origin}/2.0/user`);
    client.interceptors.request.use((config) => ({ ...config, params: { ...config.params, added: 1 } }));
    client.defaults.headers.common['X-Default'] = 'yes';
    await client.get('/user');
    const { url, headers } = setup.requests.at(-1);
    assert.deepEqual([url, headers['x-default']], ['/2.0/user?added=1', 'yes']);
  });
});

describe("a consumer like NocoDB's sync packages", () => {
  /** Requests page after page by its number until a page has no `next`, as such packages do. */
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

  test('gets all pages although the tokens expire between two requests', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t, { pullRequests: 200 });
    const stored = [];
    const wrapper = new Wrapper(connected(bitbucket));
    wrapper.setTokenRefreshCallback((tokens) => stored.push(tokens));
    let requestCount = 0;
    const all = await fetchPullRequests({
      use: (work) => wrapper.use((client) => work({
        get: async (...args) => {
          if ((requestCount += 1) % 2 === 0) bitbucket.control.advance(2 * HOUR);
          return client.get(...args);
        },
      })),
    }, repository);
    assert.equal(new Set(all.map(({ id }) => id)).size, 100);
    assert.ok(stored.length >= 2, String(stored.length));
  });

  test("can read the status of an error and Bitbucket's message", async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const error = await thrownBy(() => fetchPullRequests(new Wrapper(connected(bitbucket)), { workspace: 'acme', repo: 'none' }));
    assert.equal(error.response.status, 404);
    assert.equal(error.response.data.error.message, 'Repository acme/none not found');
    assert.equal(error.bitbucket.code, 'API_NOT_FOUND');
  });

  test('gets an error from `use` when the user must connect again', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const wrapper = new Wrapper(connected(bitbucket));
    bitbucket.control.revoke();
    const error = await thrownBy(() => fetchPullRequests(wrapper, repository));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', true]);
  });
});
