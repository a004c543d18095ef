/** The faults that a test has the simulator commit. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  CALLBACK, FORM, WRONG_CREDENTIALS, assertApiError, assertRefused, authorizeUrl, basic, bearer, connect, get,
  refresh,
} from './simulator-requests.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('faults', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
    tokens = await connect(bb);
  });
  after(() => bb.close());

  const rawRefresh = () =>
    fetch(bb.tokenUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': FORM, authorization: basic(bb.client) },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
      }).toString(),
    });
  const processed = () => bb.control.stats().token.refresh_token.issued;

  test('status: on the API in its shape, elsewhere plain, with Retry-After when asked for', async () => {
    bb.control.fault({ target: 'api', kind: 'status', status: 429, retryAfter: 7 });
    const limited = await get(bb, '/user', bearer(tokens.access_token));
    assertApiError(limited, 429, 'Rate limit for this resource has been exceeded.');
    assert.equal(limited.headers.get('retry-after'), '7');
    const before = processed();
    bb.control.fault({
      target: 'token',
      kind: 'status',
      status: 503,
      retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT',
    });
    const response = await rawRefresh();
    assert.equal(response.status, 503);
    assert.match(response.headers.get('content-type'), /^text\/plain/);
    assert.equal(response.headers.get('retry-after'), 'Wed, 21 Oct 2026 07:28:00 GMT');
    assert.equal(processed(), before);
  });

  test('with a path: only requests to it are hit', async () => {
    const status = async (path) => (await get(bb, path, bearer(tokens.access_token))).status;
    bb.control.fault({ target: 'api', kind: 'status', status: 503, path: '/repositories/acme-labs' });
    assert.equal(await status('/repositories/acme?role=member'), 200);
    assert.equal(await status('/repositories/acme-labs?role=member'), 503);
    assert.equal(await status('/repositories/acme-labs?role=member'), 200);
    assert.throws(() => bb.control.fault({ target: 'token', kind: 'drop', path: '/user' }), TypeError);
    assert.throws(() => bb.control.fault({ target: 'api', kind: 'drop', path: 'user' }), TypeError);
  });

  test('drop: the connection ends, and nothing was processed', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'drop' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(processed(), before);
  });

  test('drop-after: the connection ends, but the token was rotated', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'drop-after' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(processed(), before + 1);
    bb.control.advance(11 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(MINUTE);
    tokens = await connect(bb);
  });

  test('html: 200 and a page, nothing processed', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'html' });
    const response = await rawRefresh();
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), /^text\/html/);
    assert.equal(processed(), before);
  });

  test('redirect: to another page, or where the test says', async () => {
    bb.control.fault({ target: 'token', kind: 'redirect' });
    bb.control.fault({
      target: 'token',
      kind: 'redirect',
      status: 307,
      location: 'https://evil.example.com/',
    });
    const first = await rawRefresh();
    assert.deepEqual([first.status, first.headers.get('location')], [302, `${bb.origin}/elsewhere`]);
    const second = await rawRefresh();
    assert.deepEqual([second.status, second.headers.get('location')], [307, 'https://evil.example.com/']);
  });

  test('truncate and empty: processed, but the answer is spoiled', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'truncate' });
    const truncated = await rawRefresh();
    assert.equal(truncated.status, 200);
    const half = await truncated.text();
    assert.ok(half.startsWith('{"access_token"'));
    assert.throws(() => JSON.parse(half), SyntaxError);
    bb.control.fault({ target: 'token', kind: 'empty' });
    const empty = await rawRefresh();
    assert.deepEqual([empty.status, await empty.text()], [200, '']);
    assert.equal(processed(), before + 2);
  });

  test('delay: the answer comes all the same', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'delay', delayMs: 30 });
    assert.equal((await rawRefresh()).status, 200);
    assert.equal(processed(), before + 1);
  });

  test('they hit the next matching requests only, in order', async () => {
    bb.control.reset();
    tokens = await connect(bb);
    bb.control.fault({ target: 'api', kind: 'status', status: 500, times: 2 });
    bb.control.fault({ target: 'api', kind: 'status', status: 502 });
    assert.equal((await rawRefresh()).status, 200);
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1)
      statuses.push((await get(bb, '/user', bearer(tokens.access_token))).status);
    assert.deepEqual(statuses, [500, 500, 502, 200]);
  });

  test('on the authorize page', async () => {
    bb.control.fault({ target: 'authorize', kind: 'status', status: 500 });
    await assert.rejects(bb.authorize(authorizeUrl(bb)), /answered 500/);
    assert.ok((await bb.authorize(authorizeUrl(bb))).startsWith(CALLBACK));
  });

  test('closing does not wait for a delayed answer', async () => {
    const other = await startBitbucket();
    other.control.fault({ target: 'api', kind: 'delay', delayMs: 600_000 });
    // As soon as one of the two is answered, the other one has arrived and waits.
    const both = [fetch(`${other.apiUrl}/user`), fetch(`${other.apiUrl}/user`)];
    assert.equal((await Promise.any(both)).status, 401);
    await other.close();
    const outcomes = (await Promise.allSettled(both)).map(({ status }) => status);
    assert.deepEqual(outcomes.sort(), ['fulfilled', 'rejected']);
  });
});
