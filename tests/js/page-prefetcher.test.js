/** Prefetched pages of lists: what a consumer gets and which requests the server gets. */
import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { describe, test } from 'node:test';
import timers from 'node:timers/promises';
import axios from 'axios';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { COURSES, MAX_EXTRA_REQUESTS, PAGELEN, UNLIMITED, aWhile, collect, gate, listOf, pagesOf, upTo } from './list-scene.js';

// A test that hangs fails after a minute.
const PATIENT = { timeout: 60_000 };

describe('paginate on a list whose pages have numbers', PATIENT, () => {
  test('requests six pages at a time, and each page once', async (t) => {
    const list = await listOf(t, { answers: async () => void await aWhile() });
    const { values, error } = await collect(list.client.paginate('/list'));
    assert.equal(error, undefined);
    assert.deepEqual(values, pagesOf(...upTo(20)));
    assert.deepEqual(list.state.asked.toSorted((a, b) => a - b), upTo(20));
    assert.equal(list.state.most, 6);
  });

  test('yields the values in order, whatever the order of the responses', async (t) => {
    const gates = new Map(upTo(7).map((page) => [page, gate()]));
    const list = await listOf(t, { pages: 7, answers: async (page) => void await gates.get(page).opened });
    gates.get(1).open();
    const collected = collect(list.client.paginate('/list'));
    await list.until(({ asked }) => asked.length === 7);
    for (const page of [7, 6, 5, 4, 3]) {
      gates.get(page).open();
      await list.until(({ atOnce }) => atOnce === page - 2);
    }
    gates.get(2).open();
    assert.deepEqual(await collected, { values: pagesOf(...upTo(7)) });
    assert.equal(list.state.asked.length, 7);
  });

  test('requests six pages, and then one more for each page that a slow consumer finishes', async (t) => {
    const list = await listOf(t);
    const pages = list.client.paginate('/list');
    await pages.next();
    await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
    await aWhile();
    assert.deepEqual(list.state.asked.toSorted(), upTo(6));
    for (let n = 0; n < PAGELEN; n += 1) await pages.next();
    await list.until(({ asked }) => asked.length === 7);
    await aWhile();
    assert.equal(list.state.asked.length, 7);
    await pages.return();
  });

  for (const end of ['return', 'throw']) {
    test(`aborts the pending requests and sends no more when the consumer calls ${end}`, async (t) => {
      const list = await listOf(t, { answers: async (page) => void (page > 1 && await new Promise(() => {})) });
      const pages = list.client.paginate('/list');
      assert.deepEqual(await pages.next(), { value: 0, done: false });
      await list.until(({ asked }) => asked.length === 6);
      const ended = pages[end](new Error('enough'));
      if (end === 'throw') await assert.rejects(ended, /enough/);
      else assert.equal((await ended).done, true);
      await list.until(({ closed }) => closed.length === 5);
      await aWhile();
      assert.deepEqual([list.state.asked.length, list.state.closed.toSorted()], [6, [2, 3, 4, 5, 6]]);
    });
  }

  test('requests a failed page again when the consumer reaches it, and reports the second error', async (t) => {
    const list = await listOf(t, {
      pages: 6, answers: (page, body, n) => (page === 4 ? { status: n === 1 ? 403 : 404, body: {} } : undefined),
    });
    const pages = list.client.paginate('/list');
    const first = await pages.next();
    await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
    await aWhile();
    const { values, error } = await collect(pages);
    assert.deepEqual([first.value, ...values], pagesOf(1, 2, 3));
    assert.deepEqual([error.response.status, error.bitbucket.code], [404, 'API_NOT_FOUND']);
  });

  test('does not report the error of a page that the consumer never reaches', async (t) => {
    const list = await listOf(t, { answers: (page) => (page === 4 ? { status: 404, body: {} } : undefined) });
    for await (const value of list.client.paginate('/list')) {
      if (value === 2 * PAGELEN) break;
    }
    await aWhile();
    assert.ok(list.state.asked.includes(4));
  });

  test('waits for the time in Retry-After before it requests a page again', async (t) => {
    const list = await listOf(t, {
      answers: (page, body, n) => (page === 3 && n === 1 ? { status: 429, body: {}, headers: { 'retry-after': '20' } } : undefined),
    });
    const pauses = [];
    t.mock.method(timers, 'setTimeout', async (ms) => void pauses.push(ms));
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    assert.deepEqual(await collect(list.client.paginate('/list')), { values: pagesOf(...upTo(20)) });
    assert.equal(list.state.asked.length, 21);
    const waits = pauses.filter((ms) => ms > 0);
    assert.ok(waits.length === 1 && waits[0] > 15_000 && waits[0] < 30_000, String(pauses));
  });

  test('requests a page with status 202 again when the consumer reaches the page', async (t) => {
    const list = await listOf(t, {
      pages: 4, answers: (page, body, n) => (page === 3 && n === 1 ? { status: 202, body: { values: [] } } : undefined),
    });
    assert.deepEqual(await collect(list.client.paginate('/list')), { values: pagesOf(1, 2, 3, 4) });
    assert.equal(list.state.asked.length, 5);
  });
});

describe('a list', PATIENT, () => {
  for (const [what, answers] of Object.entries(COURSES)) {
    test(`that ${what} yields the same values with and without prefetching`, async (t) => {
      const runs = [];
      for (const concurrency of [1, 6, 2]) {
        const list = await listOf(t, { pages: 10, answers });
        const config = { concurrency, 'axios-retry': { retryDelay: () => 0 } };
        const { values, error } = await collect(list.client.paginate('/list', {}, config));
        const { code, field, status } = error?.bitbucket ?? error ?? {};
        runs.push({ seen: { values, code, field, status }, requests: list.state.asked.length, asked: list.state.asked });
      }
      const [plain, ...ahead] = runs;
      for (const { seen, requests, asked } of ahead) {
        assert.deepEqual(seen, plain.seen);
        assert.ok(requests <= plain.requests + MAX_EXTRA_REQUESTS, `${asked} for ${plain.asked}`);
      }
    });
  }
});

describe('a list whose `next` is opaque', PATIENT, () => {
  const opaque = (origin, page) => ({ values: pagesOf(page), ...(page < 5 && { next: `${origin}/2.0/list?ctx=${page + 1}&page=${page + 1}` }) });

  test('is requested one page ahead', async (t) => {
    const list = await listOf(t, { answers: (page) => ({ body: opaque(list.origin, page) }) });
    const pages = list.client.paginate('/list');
    await pages.next();
    await list.until(({ asked, atOnce }) => asked.length === 2 && atOnce === 0);
    await aWhile();
    assert.deepEqual(list.state.asked, [1, 2]);
    const { values, error } = await collect(pages);
    assert.deepEqual([error, [0, ...values]], [undefined, pagesOf(...upTo(5))]);
    assert.deepEqual(list.state.asked, upTo(5));
  });

  test('yields all values of a page before its invalid `next` is reported', async (t) => {
    const list = await listOf(t, { answers: (page) => ({ body: { ...opaque(list.origin, page), ...(page === 2 && { next: {} }) } }) });
    const { values, error } = await collect(list.client.paginate('/list'));
    assert.deepEqual([values, error.code, error.field], [pagesOf(1, 2), 'RESPONSE_INVALID', 'next']);
  });
});

describe('paginate with the option concurrency', PATIENT, () => {
  test('set to 1 requests each page only when the consumer needs it', async (t) => {
    const list = await listOf(t, { pages: 3, answers: async () => void await aWhile() });
    const { values } = await collect(list.client.paginate('/list', {}, { concurrency: 1 }), async (value) => {
      if (value % PAGELEN !== PAGELEN - 1) return;
      await aWhile();
      assert.deepEqual(list.state.asked, upTo((value + 1) / PAGELEN));
    });
    assert.deepEqual([values, list.state.most], [pagesOf(1, 2, 3), 1]);
  });

  test('set to 3 requests three pages at the same time', async (t) => {
    const list = await listOf(t, { answers: async () => void await aWhile() });
    await collect(list.client.paginate('/list', {}, { concurrency: 3 }));
    assert.equal(list.state.most, 3);
  });

  for (const concurrency of [0, 7, 1.5, -1, NaN, Infinity, '2', true, {}]) {
    test(`set to ${JSON.stringify(concurrency)} (${String(concurrency)}) throws INVALID_ARGUMENT`, async (t) => {
      const list = await listOf(t);
      const { values, error } = await collect(list.client.paginate('/list', {}, { concurrency }));
      assert.deepEqual([values, error.code, error.phase, error.field], [[], 'INVALID_ARGUMENT', 'api', 'concurrency']);
      assert.equal(list.state.asked.length, 0);
    });
  }
});

describe('aborting the signal of paginate', PATIENT, () => {
  test('aborts all pending requests', async (t) => {
    const controller = new AbortController();
    const list = await listOf(t, { answers: async (page) => void (page > 1 && await new Promise(() => {})) });
    const collected = collect(list.client.paginate('/list', {}, { signal: controller.signal }));
    await list.until(({ asked }) => asked.length === 7);
    controller.abort();
    const { values, error } = await collected;
    assert.deepEqual([values, error.code, error.bitbucket.code], [pagesOf(1), 'ERR_CANCELED', 'REQUEST_ABORTED']);
    await list.until(({ closed }) => closed.length === 6);
    assert.equal(list.state.asked.length, 7);
  });

  test('ends the list even when the next page has already arrived', async (t) => {
    const controller = new AbortController();
    const list = await listOf(t);
    const { values, error } = await collect(list.client.paginate('/list', {}, { signal: controller.signal }), async () => {
      await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
      controller.abort();
    });
    assert.deepEqual([values, error.bitbucket.code, list.state.asked.length], [pagesOf(1), 'REQUEST_ABORTED', 6]);
  });

  test('ends the list even when the next page has already arrived (with an Axios cancelToken instead)', async (t) => {
    const { token: cancelToken, cancel } = axios.CancelToken.source();
    const list = await listOf(t);
    const { values, error } = await collect(list.client.paginate('/list', {}, { cancelToken }), async (value) => {
      if (value > 0) return;
      await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
      cancel('enough');
    });
    assert.deepEqual([values, error.message, error.bitbucket.code, list.state.asked.length], [pagesOf(1), 'enough', 'REQUEST_ABORTED', 6]);
  });
});

describe('a client that prefetches pages', PATIENT, () => {
  test('keeps to the rate limit, and never sends a request that is aborted while it waits', async (t) => {
    const controller = new AbortController();
    const list = await listOf(t, { variables: { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '4' } });
    const collected = collect(list.client.paginate('/list', {}, { signal: controller.signal }));
    await list.until(({ asked, atOnce }) => asked.length === 4 && atOnce === 0);
    await aWhile();
    controller.abort();
    const { values, error } = await collected;
    assert.deepEqual([values, error.bitbucket.code], [pagesOf(1, 2, 3, 4), 'REQUEST_ABORTED']);
    assert.equal(list.state.asked.length, 4);
  });

  const PATH = '/repositories/acme/billing-service/pullrequests';
  const params = { pagelen: 10, state: ['OPEN', 'MERGED'] };

  /** Reads all pull requests, and calls `trouble(control)` after the 25th. Returns the identifiers and the counts of requests. */
  async function read(t, concurrency, trouble) {
    const bitbucket = await startSimulator(t, { pullRequests: 300 });
    const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, UNLIMITED));
    const [tokens] = bitbucket.control.connect();
    const client = await new Wrapper({
      type: 'oauth',
      oauth_token: tokens.access_token,
      refresh_token: tokens.refresh_token,
      expires_at: new Date(Date.now() + tokens.expires_in * 1000).toISOString(),
    }).authenticate();
    const ids = [];
    const retry = { 'axios-retry': { retryDelay: () => 0 } };
    for await (const { id } of client.paginate(PATH, params, { concurrency, ...retry })) {
      ids.push(id);
      if (ids.length === 25) trouble(bitbucket.control);
    }
    const { api, token } = bitbucket.control.stats();
    return { ids, requests: api.requests + api.faults, refreshes: token.refresh_token.issued };
  }

  for (const [what, trouble] of Object.entries({
    'no trouble': () => {},
    'tokens that expire in the middle': ({ advance }) => advance(2 * 3_600_000),
    'a 429 without Retry-After': ({ fault }) => fault({ target: 'api', kind: 'status', status: 429 }),
    'a 429 with Retry-After': ({ fault }) => fault({ target: 'api', kind: 'status', status: 429, retryAfter: 0 }),
    'a connection that breaks before the request is processed': ({ fault }) => fault({ target: 'api', kind: 'drop' }),
    'a connection that breaks after the request was processed': ({ fault }) => fault({ target: 'api', kind: 'drop-after' }),
  })) {
    test(`gets the same pull requests as without prefetching, with at most six more requests (${what})`, async (t) => {
      const plain = await read(t, 1, trouble);
      const ahead = await read(t, undefined, trouble);
      assert.ok(plain.ids.length > 100, String(plain.ids.length));
      assert.equal(new Set(plain.ids).size, plain.ids.length);
      assert.deepEqual(ahead.ids, plain.ids);
      assert.equal(ahead.refreshes, plain.refreshes);
      assert.ok(ahead.requests <= plain.requests + MAX_EXTRA_REQUESTS, `${ahead.requests} for ${plain.requests}`);
    });
  }
});
