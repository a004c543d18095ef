/** The faults that a test can request from the simulator. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  CALLBACK, FORM, WRONG_CREDENTIALS, assertApiError, assertRefused, authorizeUrl, basic, bearer, connect, get,
  refresh,
} from './simulator-requests.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('a fault of the simulator', () => {
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
  const issuedTokenSets = () => bb.control.stats().token.refresh_token.issued;

  test('of kind status sends JSON at the API, plain text at the token endpoint, and an optional Retry-After', async () => {
    bb.control.fault({ target: 'api', kind: 'status', status: 429, retryAfter: 7 });
    const limited = await get(bb, '/user', bearer(tokens.access_token));
    assertApiError(limited, 429, 'Rate limit for this resource has been exceeded.');
    assert.equal(limited.headers.get('retry-after'), '7');
    const before = issuedTokenSets();
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
    assert.equal(issuedTokenSets(), before);
  });

  test('with a path applies only to requests for that path', async () => {
    const status = async (path) => (await get(bb, path, bearer(tokens.access_token))).status;
    bb.control.fault({ target: 'api', kind: 'status', status: 503, path: '/repositories/acme-labs' });
    assert.equal(await status('/repositories/acme?role=member'), 200);
    assert.equal(await status('/repositories/acme-labs?role=member'), 503);
    assert.equal(await status('/repositories/acme-labs?role=member'), 200);
    assert.throws(() => bb.control.fault({ target: 'token', kind: 'drop', path: '/user' }), TypeError);
    assert.throws(() => bb.control.fault({ target: 'api', kind: 'drop', path: 'user' }), TypeError);
  });

  test('of kind drop closes the connection before the request is processed', async () => {
    const before = issuedTokenSets();
    bb.control.fault({ target: 'token', kind: 'drop' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(issuedTokenSets(), before);
  });

  test('of kind drop-after closes the connection after the token was rotated', async () => {
    const before = issuedTokenSets();
    bb.control.fault({ target: 'token', kind: 'drop-after' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(issuedTokenSets(), before + 1);
    bb.control.advance(11 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(MINUTE);
    tokens = await connect(bb);
  });

  test('of kind html responds 200 with a page, and does not process the request', async () => {
    const before = issuedTokenSets();
    bb.control.fault({ target: 'token', kind: 'html' });
    const response = await rawRefresh();
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), /^text\/html/);
    assert.equal(issuedTokenSets(), before);
  });

  test('of kind redirect redirects to a default page, or to the URL that the test sets', async () => {
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

  test('of kind truncate or empty damages the response to a processed request', async () => {
    const before = issuedTokenSets();
    bb.control.fault({ target: 'token', kind: 'truncate' });
    const truncated = await rawRefresh();
    assert.equal(truncated.status, 200);
    const half = await truncated.text();
    assert.ok(half.startsWith('{"access_token"'));
    assert.throws(() => JSON.parse(half), SyntaxError);
    bb.control.fault({ target: 'token', kind: 'empty' });
    const empty = await rawRefresh();
    assert.deepEqual([empty.status, await empty.text()], [200, '']);
    assert.equal(issuedTokenSets(), before + 2);
  });

  test('of kind delay sends the response later', async () => {
    const before = issuedTokenSets();
    bb.control.fault({ target: 'token', kind: 'delay', delayMs: 30 });
    assert.equal((await rawRefresh()).status, 200);
    assert.equal(issuedTokenSets(), before + 1);
  });

  test('applies only to the next matching requests, after the faults that were requested before it', async () => {
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

  test('may apply to the authorization page', async () => {
    bb.control.fault({ target: 'authorize', kind: 'status', status: 500 });
    await assert.rejects(bb.authorize(authorizeUrl(bb)), /responded with 500/);
    assert.ok((await bb.authorize(authorizeUrl(bb))).startsWith(CALLBACK));
  });

  test('of kind delay does not delay the end of the simulator', async () => {
    const other = await startBitbucket();
    other.control.fault({ target: 'api', kind: 'delay', delayMs: 600_000 });
    // When the response to one of the two requests arrives, the simulator delays the other request.
    const requests = [fetch(`${other.apiUrl}/user`), fetch(`${other.apiUrl}/user`)];
    assert.equal((await Promise.any(requests)).status, 401);
    await other.close();
    const outcomes = (await Promise.allSettled(requests)).map(({ status }) => status);
    assert.deepEqual(outcomes.sort(), ['fulfilled', 'rejected']);
  });
});
