/**
 * Prefetching for a consumer that requests the pages of a list one after the other: when the client requests the next page ahead
 * of the consumer, and when it does not.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

// A test that waits for ever has failed.
const PATIENT = { timeout: 60_000 };

const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

const LAST = 9;

/** A server with a numbered list, and a client for it. `answer(page, n, request)` may change the status of the n-th response. */
async function listOf(t, { answer = () => undefined, variables = UNLIMITED, config } = {}) {
  const state = { requestedPages: [], underWay: 0, closed: 0 };
  const watchers = [];
  const look = () => watchers.forEach((watcher) => watcher());
  const server = await serve(t, async (request, response) => {
    const url = new URL(request.url, 'http://x');
    const page = Number(url.searchParams.get('page') ?? 1);
    state.requestedPages.push(`${request.method === 'GET' ? '' : request.method}${page}`);
    state.underWay += 1;
    response.once('close', () => {
      state.underWay -= 1;
      if (!response.writableEnded) state.closed += 1;
      look();
    });
    look();
    const next = new URL(url);
    next.searchParams.set('page', page + 1);
    const status = await answer(page, state.requestedPages.length, request) ?? 200;
    json(response, status, status === 200 ? {
      size: LAST, pagelen: 1, page, values: [`${page} for ${request.headers.authorization}`],
      ...(page < LAST && { next: `${server.origin}${next.pathname}${next.search}` }),
    } : {});
  });
  const { wrapper: Wrapper } = createEntry(environment(server.origin, variables));
  const client = await new Wrapper(config ?? { type: 'api_key', token: 'the-token' }).authenticate();
  const until = (holds) => new Promise((resolve) => {
    const watcher = () => holds(state) && resolve();
    watchers.push(watcher);
    watcher();
  });
  return {
    client,
    state,
    until,
    requestedPages: () => state.requestedPages.map((page) => (/^\d+$/.test(page) ? Number(page) : page)),
    get: async (page, more) => (await client.get('/list', { params: { q: 'a b', page }, ...more })).data.page,
    /** Waits until no request is under way, now and after a short pause. */
    quiet: async () => {
      await until(({ underWay }) => underWay === 0);
      await new Promise((resolve) => {
        setTimeout(resolve, 40);
      });
      await until(({ underWay }) => underWay === 0);
    },
  };
}

describe('pages that a consumer requests one after the other', PATIENT, () => {
  test('are requested once each, and prefetched from the third on', async (t) => {
    const list = await listOf(t);
    const seen = [];
    for (let page = 1; page <= LAST; page += 1) {
      seen.push(await list.get(page));
      await list.quiet();
      const count = page < 2 ? page : Math.min(page + 1, LAST);
      assert.deepEqual(list.requestedPages(), Array.from({ length: count }, (_, at) => at + 1));
    }
    assert.deepEqual(seen, list.requestedPages());
  });

  test('are prefetched one at a time', async (t) => {
    let release;
    const list = await listOf(t, { answer: (page) => (page === 4 ? new Promise((resolve) => {
      release = resolve;
    }) : undefined) });
    await list.get(1);
    await list.get(2);
    await list.get(3);
    // During `get(3)`, the client already requested page 4, without waiting for the response to page 3.
    await list.until(({ requestedPages }) => requestedPages.includes('4'));
    const fourth = list.get(4);
    await list.until(({ requestedPages }) => requestedPages.includes('5'));
    await new Promise((resolve) => {
      setTimeout(resolve, 40);
    });
    assert.deepEqual(list.requestedPages(), [1, 2, 3, 4, 5]);
    release();
    assert.equal(await fourth, 4);
  });

  test('pass through interceptors like all other responses', async (t) => {
    const list = await listOf(t);
    const seen = [];
    list.client.interceptors.request.use((config) => {
      seen.push(`asked ${config.params.page}`);
      return config;
    });
    list.client.interceptors.response.use((response) => {
      seen.push(`answered ${response.data.page} ${response.status} ${response.headers['content-type']}`);
      return response;
    });
    for (const page of [1, 2, 3, 4]) await list.get(page);
    assert.deepEqual(seen, [1, 2, 3, 4].flatMap((page) => [`asked ${page}`, `answered ${page} 200 application/json`]));
  });

  test('are answered with a prefetched response only once: the next request for the same page is sent', async (t) => {
    const list = await listOf(t);
    for (const page of [1, 2, 3]) await list.get(page);
    await list.quiet();
    await list.get(3);
    await list.quiet();
    assert.deepEqual(list.requestedPages(), [1, 2, 3, 4, 3]);
  });

  test('are not prefetched beyond the last page', async (t) => {
    const list = await listOf(t);
    for (const page of [LAST - 2, LAST - 1, LAST]) await list.get(page);
    await list.quiet();
    assert.deepEqual(list.requestedPages(), [LAST - 2, LAST - 1, LAST]);
  });
});

/** Requests of a consumer that cause no prefetch, and the pages that the server is asked for. */
const WITHOUT_PREFETCH = {
  'one page': [async ({ get }) => get(1), [1]],
  'the same page again and again': [async ({ get }) => [await get(1), await get(1), await get(1)], [1, 1, 1]],
  'several pages at once': [({ get }) => Promise.all([1, 2, 3, 4].map((page) => get(page))), [1, 2, 3, 4]],
  'pages backwards': [async ({ get }) => [await get(4), await get(3), await get(2)], [4, 3, 2]],
  'pages, and another list in between': [async ({ get, client }) => {
    for (const page of [1, 2, 3]) {
      await get(page);
      await client.get('/other', { params: { page: 7 } });
    }
  }, [1, 7, 2, 7, 3, 7]],
  'pages with different parameters': [async ({ get }) => [await get(1), await get(2, { params: { q: 'b', page: 2 } })], [1, 2]],
  'pages with different header fields': [async ({ get }) => {
    for (const page of [1, 2, 3, 4]) await get(page, page % 2 ? {} : { headers: { 'x-one': '1' } });
  }, [1, 2, 3, 4]],
  'pages with a signal': [async ({ get }) => {
    for (const page of [1, 2, 3]) await get(page, { signal: new AbortController().signal });
  }, [1, 2, 3]],
  'pages with a time limit': [async ({ get }) => {
    for (const page of [1, 2, 3]) await get(page, { timeout: 10_000 });
  }, [1, 2, 3]],
  'pages with redirects turned off': [async ({ get }) => {
    for (const page of [1, 2, 3]) await get(page, { maxRedirects: 0 });
  }, [1, 2, 3]],
  'pages with a method other than GET': [async ({ client }) => {
    for (const page of [1, 2, 3]) await client.put('/list', {}, { params: { page } });
  }, ['PUT1', 'PUT2', 'PUT3']],
  'pages with paginate and a concurrency of 1': [async ({ client }) => {
    for await (const value of client.paginate('/list', {}, { concurrency: 1 })) if (value.startsWith('4')) break;
  }, [1, 2, 3, 4]],
  'pages, and gets an error in between': [async ({ get, fail }) => {
    await get(1);
    fail(404);
    await assert.rejects(get(2), ({ response }) => response.status === 404);
    fail();
    await get(3);
  }, [1, 2, 3]],
};

describe('the client does not prefetch for a consumer that requests', PATIENT, () => {
  for (const [what, [ask, expected]] of Object.entries(WITHOUT_PREFETCH)) {
    test(what, async (t) => {
      let status;
      const list = await listOf(t, { answer: () => status });
      await ask({ ...list, fail: (next) => (status = next) });
      await list.quiet();
      // Simultaneous requests arrive in any order.
      assert.deepEqual(what.startsWith('several') ? list.requestedPages().toSorted() : list.requestedPages(), expected);
    });
  }
});

test('a page is not prefetched when the prefetch would have to wait for the rate limit', PATIENT, async (t) => {
  const list = await listOf(t, { variables: { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '3' } });
  for (const page of [1, 2, 3]) await list.get(page);
  await list.quiet();
  assert.deepEqual(list.requestedPages(), [1, 2, 3]);
});

describe('a prefetched page', PATIENT, () => {
  /** A client that has requested pages 1 to 3; the fourth is prefetched. */
  async function threePages(t, options) {
    const list = await listOf(t, options);
    for (const page of [1, 2, 3]) await list.get(page);
    await list.quiet();
    assert.deepEqual(list.requestedPages(), [1, 2, 3, 4]);
    return list;
  }

  for (const [what, ask] of Object.entries({
    'any other request': ({ client }) => client.get('/other'),
    'a request that changes something': ({ client }) => client.post('/list', {}),
    'a request that fails': ({ client }) => client.delete('/list', { params: { page: 'nothing' } }),
    'a request for another page': ({ get }) => get(7),
    'a request for the same page with different header fields': ({ get }) => get(4, { headers: { accept: 'text/plain' } }),
    'a request for the same page with a signal': ({ get }) => get(4, { signal: new AbortController().signal }),
  })) {
    test(`is discarded after ${what}`, async (t) => {
      const list = await threePages(t);
      await ask(list);
      await list.quiet();
      const before = list.requestedPages().length;
      assert.equal(await list.get(4), 4);
      await list.quiet();
      assert.deepEqual(list.requestedPages().slice(before), [4]);
    });
  }

  test('is discarded when a simultaneous request has changed something', async (t) => {
    let release;
    const list = await listOf(t, { answer: (page, n, { method }) => (method === 'POST' ? new Promise((resolve) => {
      release = resolve;
    }) : undefined) });
    const change = list.client.post('/list', {}, { params: { page: 99 } });
    await list.until(({ requestedPages }) => requestedPages.includes('POST99'));
    for (const page of [1, 2, 3]) await list.get(page);
    await list.until(({ requestedPages, underWay }) => requestedPages.includes('4') && underWay === 1);
    release();
    await change;
    await list.get(4);
    assert.equal(list.requestedPages().filter((page) => page === 4).length, 2);
  });

  test('is discarded after half a minute', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const list = await listOf(t);
    const settled = async () => {
      await list.until(({ requestedPages, underWay }) => requestedPages.length === 4 && underWay === 0);
      await new Promise((resolve) => {
        setImmediate(() => setImmediate(resolve));
      });
    };
    for (const page of [1, 2, 3]) await list.get(page);
    await settled();
    t.mock.timers.tick(29_000);
    t.mock.timers.tick(1_000);
    assert.equal(await list.get(4), 4);
    assert.equal(list.requestedPages().filter((page) => page === 4).length, 2);
  });

  test('that failed costs only one additional request', async (t) => {
    let n = 0;
    const list = await listOf(t, { answer: (page) => (page === 4 && (n += 1) === 1 ? 403 : undefined) });
    for (const page of [1, 2, 3]) await list.get(page);
    await list.quiet();
    assert.equal(await list.get(4), 4);
    await list.quiet();
    assert.deepEqual(list.requestedPages().toSorted(), [1, 2, 3, 4, 4, 5]);
  });

  test('that failed is requested again, and the error of the second request is reported', async (t) => {
    const list = await listOf(t, { answer: (page) => (page === 4 ? 403 : undefined) });
    for (const page of [1, 2, 3]) await list.get(page);
    await assert.rejects(list.get(4), ({ bitbucket }) => bitbucket.status === 403);
    await list.quiet();
    assert.equal(list.requestedPages().filter((page) => page === 4).length, 2);
  });

  test('that Bitbucket rejects with 429 counts as the first attempt', async (t) => {
    const list = await listOf(t, { answer: (page) => (page === 4 ? 429 : undefined) });
    for (const page of [1, 2, 3]) await list.get(page);
    await assert.rejects(list.get(4, { 'axios-retry': { retries: 0 } }), ({ response }) => response.status === 429);
    await list.quiet();
    assert.equal(list.requestedPages().filter((page) => page === 4).length, 1);
  });

  test('that exceeds its time limit is not requested again', async (t) => {
    const list = await listOf(t, {
      variables: { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '1000' },
      answer: (page) => (page === 4 ? new Promise(() => {}) : undefined),
    });
    for (const page of [1, 2, 3]) await list.get(page);
    await assert.rejects(list.get(4), ({ bitbucket }) => bitbucket.code === 'REQUEST_TIMEOUT');
    assert.equal(list.requestedPages().filter((page) => page === 4).length, 1);
  });


  test('counts once within the rate limit', async (t) => {
    const list = await listOf(t, { variables: { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '6' } });
    for (const page of [1, 2, 3, 4, 5]) await list.get(page);
    await list.quiet();
    assert.equal(await list.get(6), 6);
    assert.deepEqual(list.requestedPages(), [1, 2, 3, 4, 5, 6]);
  });

  test('is requested again when the credential has changed', async (t) => {
    const bitbucket = await startSimulator(t, { pullRequests: 200, refreshGraceMs: 0 });
    const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, UNLIMITED));
    const [tokens] = bitbucket.control.connect();
    const wrapper = new Wrapper({
      type: 'oauth',
      oauth_token: tokens.access_token,
      refresh_token: tokens.refresh_token,
      expires_at: new Date(Date.now() + tokens.expires_in * 1000).toISOString(),
    });
    const client = await wrapper.authenticate();
    const get = async (page) => (await client.get('/repositories/acme/billing-service/pullrequests', { params: { page } })).data.page;
    for (const page of [1, 2, 3]) await get(page);
    const fourth = () => bitbucket.requests.filter((line) => line.includes('page=4')).length;
    while (fourth() < 1) await new Promise(setImmediate);
    await wrapper.refreshToken({ refresh_token: tokens.refresh_token });
    assert.equal(await get(4), 4);
    assert.equal(fourth(), 2);
    assert.equal(bitbucket.control.stats().token.refresh_token.issued, 1);
  });
});
