/** Random lists, read with and without prefetching: the consumer gets the same values, and at most six more requests are sent. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../support/random.js';
import { MAX_EXTRA_REQUESTS, PAGELEN, collect, listOf } from './list-scene.js';

const LISTS = 200;

/** Unusual responses to a request for a page; `n` is the number of requests for this page so far. */
const ODDITIES = [
  () => ({ status: 403, body: {} }),
  () => ({ status: 404, body: {} }),
  () => ({ status: 429, body: {} }),
  () => ({ status: 500, body: {} }),
  () => ({ status: 503, body: {} }),
  () => ({ body: { values: 'none' } }),
  () => 'drop',
  (body, n) => (n === 1 ? 'drop' : undefined),
  (body, n) => (n <= 2 ? { status: 503, body: {} } : undefined),
  (body, n) => (n === 1 ? { status: 429, body: {} } : undefined),
  (body, n) => (n === 1 ? { status: 429, body: {}, headers: { 'retry-after': '0' } } : undefined),
  () => ({ status: 429, body: {}, headers: { 'retry-after': '120' } }),
  ({ next, ...body }) => ({ body }),
  ({ size, ...body }) => ({ body }),
  (body) => ({ body: { ...body, values: [] } }),
  (body) => ({ body: { ...body, values: body.values.slice(1) } }),
  (body) => ({ body: { ...body, size: body.page * PAGELEN } }),
  (body) => ({ body: { ...body, size: body.size + 40 } }),
  (body) => ({ body: { ...body, next: body.next?.replace(/page=\d+/, `page=${body.page + 2}`) } }),
  (body) => ({ body: { ...body, next: body.next?.replace(/page=\d+/, `page=${body.page}`) } }),
  (body) => ({ body: { ...body, next: body.next && `${body.next}&ctx=0f` } }),
  (body) => ({ body: { ...body, next: 'http://127.0.0.1:9/2.0/list?page=2' } }),
  (body) => ({ body: { ...body, next: 7 } }),
];

/** Draws a list: its number of pages, how it is read, and the response to the n-th request for a page. */
function drawList(seed) {
  const random = new Random(seed);
  const pages = random.integer(1, 14);
  const concurrency = random.integer(2, 6);
  const stopsAfter = random.chance(0.3) ? random.integer(1, pages * PAGELEN) : Infinity;
  const odds = random.next() * 0.3;
  const answers = async (page, body, n) => {
    const ofPage = new Random(seed * 1000 + page);
    const delay = ofPage.integer(0, 3);
    if (delay > 0) await new Promise((resolve) => { setTimeout(resolve, delay); });
    return ofPage.chance(odds) ? ofPage.pick(ODDITIES)(body, n) : undefined;
  };
  return { pages, concurrency, stopsAfter, answers };
}

/** Reads a list as a consumer does, and returns its values and the requests that the server got. */
async function read(t, { pages, stopsAfter, answers }, concurrency) {
  const setup = await listOf(t, { pages, answers });
  const enough = new Error('enough');
  let received = 0;
  const { values, error } = await collect(setup.client.paginate('/list', {}, { concurrency, 'axios-retry': { retryDelay: () => 0 } }), () => {
    received += 1;
    if (received === stopsAfter) throw enough;
  });
  const { code, field, status } = error?.bitbucket ?? error ?? {};
  return {
    seen: { values, isStopped: error === enough, code, field, status, hasResponse: error?.response !== undefined },
    asked: setup.state.asked,
    most: setup.state.most,
  };
}

describe(`${LISTS} random lists give the same values with and without prefetching`, { timeout: 120_000 }, () => {
  for (let seed = 1; seed <= LISTS; seed += 20) {
    test(`with the seeds ${seed} to ${seed + 19}`, async (t) => {
      for (let each = seed; each < seed + 20; each += 1) {
        const list = drawList(each);
        const sequential = await read(t, list, 1);
        const prefetching = await read(t, list, list.concurrency);
        assert.deepEqual(prefetching.seen, sequential.seen, `list ${each}`);
        const requests = `list ${each}: ${prefetching.asked} for ${sequential.asked}`;
        assert.ok(prefetching.asked.length <= sequential.asked.length + MAX_EXTRA_REQUESTS, requests);
        assert.ok(prefetching.most <= list.concurrency, `list ${each}`);
      }
    });
  }
});
