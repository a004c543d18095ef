/** Prefetched pages: refusals, time limits, pages that are too old to be used, and what connectionStatus reports. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COURSES, MAX_EXTRA_REQUESTS, PAGELEN, UNLIMITED, aWhile, collect, gate, listOf, pagesOf, upTo } from './list-scene.js';

// A test that waits for ever has failed.
const PATIENT = { timeout: 60_000 };

describe('a prefetched page that Bitbucket rejects with 429', PATIENT, () => {
  const limited = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000' };
  const refusal = { status: 429, body: {}, headers: { 'retry-after': '120' } };

  for (const [what, variables] of Object.entries({ 'with the rate limit on': limited, 'with the rate limit off': UNLIMITED })) {
    test(`causes an error when the consumer reaches it, if Retry-After is long (${what})`, async (t) => {
      t.mock.method(console, 'warn', () => {});
      const list = await listOf(t, { variables, token: what.replaceAll(' ', '-'), answers: (page) => (page === 5 ? refusal : undefined) });
      const { values, error } = await collect(list.client.paginate('/list'));
      assert.deepEqual(values, pagesOf(1, 2, 3, 4));
      assert.deepEqual([error.name, error.response?.status, error.bitbucket.code], ['AxiosError', 429, 'API_RATE_LIMITED']);
      assert.equal(list.state.asked.filter((page) => page === 5).length, 1);
    });
  }

  test('stops the retry of an earlier page', async (t) => {
    t.mock.method(console, 'warn', () => {});
    const second = gate();
    const list = await listOf(t, {
      variables: limited,
      token: 'refused-too-early',
      answers: async (page) => {
        if (page === 5) return refusal;
        if (page !== 2) return undefined;
        await second.opened;
        return { status: 503, body: {} };
      },
    });
    const collected = collect(list.client.paginate('/list', {}, { 'axios-retry': { retryDelay: () => 0 } }));
    await list.until(({ asked, atOnce }) => asked.includes(5) && atOnce === 1);
    await aWhile();
    second.open();
    const { values, error } = await collected;
    assert.deepEqual([values, error.bitbucket.code, error.response], [pagesOf(1), 'API_RATE_LIMITED', undefined]);
    assert.ok(error.bitbucket.retryAfter > 60_000);
  });
});

test('a prefetched page that exceeds its time limit is not requested again', PATIENT, async (t) => {
  const list = await listOf(t, {
    variables: { ...UNLIMITED, INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '1000' },
    answers: async (page) => void (page === 3 && await new Promise(() => {})),
  });
  const { values, error } = await collect(list.client.paginate('/list'));
  assert.deepEqual([values, error.bitbucket.code], [pagesOf(1, 2), 'REQUEST_TIMEOUT']);
  assert.equal(list.state.asked.filter((page) => page === 3).length, 1);
});

describe('a prefetched page', PATIENT, () => {
  /** Makes each value of a page the number of changes that the server had counted before it sent the page. */
  const countChanges = (page, body, n, { changes }) => ({ body: { ...body, values: body.values.map(() => changes) } });
  const atEndOfPage = (values) => values % PAGELEN === 0;

  for (const method of ['put', 'post', 'delete']) {
    test(`is discarded after a ${method.toUpperCase()} request of the consumer`, async (t) => {
      const list = await listOf(t, { pages: 8, answers: countChanges });
      let consumed = 0;
      const { values } = await collect(list.client.paginate('/list'), async () => {
        consumed += 1;
        if (consumed !== 2 * PAGELEN) return;
        await list.until(({ asked, atOnce }) => asked.length >= 7 && atOnce === 0);
        await list.client[method]('/list/1');
      });
      assert.deepEqual(values, Array.from({ length: 8 * PAGELEN }, (_, at) => (at < 2 * PAGELEN ? 0 : 1)));
      assert.ok(list.state.asked.length <= 8 + MAX_EXTRA_REQUESTS, String(list.state.asked));
    });
  }

  test('is discarded if the consumer changes something after each page, at the cost of at most six more requests', async (t) => {
    const list = await listOf(t, { answers: countChanges });
    let consumed = 0;
    const { values } = await collect(list.client.paginate('/list'), async () => {
      consumed += 1;
      if (atEndOfPage(consumed)) await list.client.put('/list/1');
    });
    assert.deepEqual(values, Array.from({ length: 20 * PAGELEN }, (_, at) => Math.floor(at / PAGELEN)));
    assert.ok(list.state.asked.length <= 20 + MAX_EXTRA_REQUESTS, String(list.state.asked));
  });

  test('is discarded if the client requested it while a change was under way', async (t) => {
    const [change, changed] = [gate(), gate()];
    const list = await listOf(t, {
      pages: 6,
      answers: countChanges,
      onChange: async () => {
        change.open();
        await changed.opened;
      },
    });
    const pages = list.client.paginate('/list');
    const put = list.client.put('/list/1');
    await change.opened;
    const first = await pages.next();
    await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
    changed.open();
    await put;
    const { values } = await collect(pages);
    assert.deepEqual([first.value, ...values], Array.from({ length: 6 * PAGELEN }, (_, at) => (at < PAGELEN ? 0 : 1)));
  });

  test('is kept after a HEAD request', async (t) => {
    const list = await listOf(t);
    await collect(list.client.paginate('/list'), () => list.client.head('/list/1'));
    assert.deepEqual(list.state.asked.toSorted((a, b) => a - b), upTo(20));
  });

  for (const [seconds, requests] of [[29, 6], [31, 6 + 5]]) {
    test(`is ${requests > 6 ? 'discarded' : 'kept'} after ${seconds} s`, async (t) => {
      const list = await listOf(t, { pages: 6 });
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      const pages = list.client.paginate('/list');
      await pages.next();
      await list.until(({ asked, atOnce }) => asked.length === 6 && atOnce === 0);
      await aWhile();
      t.mock.timers.tick(seconds * 1000);
      const { values } = await collect(pages);
      assert.equal(values.length, 6 * PAGELEN - 1);
      assert.equal(list.state.asked.length, requests);
    });
  }

  test('is discarded if the consumer takes a minute for each page, at the cost of at most six more requests', async (t) => {
    const list = await listOf(t);
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    let consumed = 0;
    await collect(list.client.paginate('/list'), async () => {
      consumed += 1;
      if (!atEndOfPage(consumed)) return;
      await list.until(({ atOnce }) => atOnce === 0);
      await aWhile();
      t.mock.timers.tick(60_000);
    });
    assert.equal(consumed, 20 * PAGELEN);
    assert.ok(list.state.asked.length <= 20 + MAX_EXTRA_REQUESTS, String(list.state.asked));
  });
});

describe('connectionStatus reports', PATIENT, () => {
  const activityOf = async ({ wrapper }) => (await wrapper.connectionStatus()).activity;
  const NOTHING = { refreshes: 0, retries: 0, rateLimitWaits: 0 };

  test('no error when a consumer stops', async (t) => {
    const list = await listOf(t, { token: 'stopped', answers: async (page) => void (page > 1 && await new Promise(() => {})) });
    const pages = list.client.paginate('/list');
    await pages.next();
    await list.until(({ asked }) => asked.length === 6);
    await pages.return();
    await list.until(({ closed }) => closed.length === 5);
    await aWhile();
    assert.deepEqual(await activityOf(list), NOTHING);
  });

  test('no error of a prefetched page that the consumer never reaches', async (t) => {
    const list = await listOf(t, { token: 'too-many', answers: COURSES['ends before the size that it reports'] });
    await collect(list.client.paginate('/list'));
    await aWhile();
    assert.deepEqual(await activityOf(list), NOTHING);
  });

  test('the error of a page that the consumer reaches', async (t) => {
    const list = await listOf(t, { token: 'gone', answers: (page) => (page === 3 ? { status: 404, body: {} } : undefined) });
    await collect(list.client.paginate('/list'));
    assert.equal((await activityOf(list)).lastError.code, 'API_NOT_FOUND');
  });

  test('each repeated page as a retry, and the last error', async (t) => {
    const list = await listOf(t, { pages: 6, token: 'once-again', answers: COURSES['responds 503 once for each page'] });
    await collect(list.client.paginate('/list', {}, { 'axios-retry': { retryDelay: () => 0 } }));
    const { retries, lastError } = await activityOf(list);
    assert.deepEqual([retries, lastError.code], [6, 'API_FAILED']);
  });
});
