/**
 * How the simulator refreshes tokens, compared with the known behaviour of Bitbucket: a refresh token that stays the same,
 * rotation, and the lockout. A lockout follows when a used refresh token is used again too late: all refresh tokens of the client
 * are rejected for a while.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  CALLBACK, WRONG_CREDENTIALS, assertRefused, basic, bearer, connect, get, post, refresh, withBitbucket,
} from './simulator-requests.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

describe('a refresh at the older back end', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ backend: 'older', clients: [{ callback: CALLBACK }] });
  });
  after(() => bb.close());

  const INVALID_REFRESH_TOKEN = [400, 'invalid_request', 'Invalid refresh_token'];

  test('is rejected without a refresh token, and with an unknown or revoked refresh token', async () => {
    assert.equal((await post(bb, { grant_type: 'refresh_token' })).body.error, 'invalid_request');
    assertRefused(await refresh(bb, 'unknown'), INVALID_REFRESH_TOKEN);
    const { refresh_token: refreshToken } = await connect(bb);
    bb.control.revoke();
    assertRefused(await refresh(bb, refreshToken), INVALID_REFRESH_TOKEN);
  });

  test('returns the same refresh token for years', async () => {
    const { refresh_token: refreshToken } = await connect(bb);
    for (let turn = 0; turn < 3; turn += 1) {
      bb.control.advance(400 * DAY);
      const { status, body } = await refresh(bb, refreshToken);
      assert.deepEqual([status, body.refresh_token], [200, refreshToken]);
      assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
    }
  });
});

describe('a refresh at the newer back end', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({
      clients: [
        { key: 'k1', secret: 's1', callback: CALLBACK },
        { key: 'k2', secret: 's2', callback: CALLBACK },
      ],
    });
  });
  after(() => bb.close());

  test('with an unknown, foreign or revoked token gets unauthorized_client, and causes no lockout', async () => {
    tokens = await connect(bb);
    assertRefused(await refresh(bb, 'unknown'), WRONG_CREDENTIALS);
    const foreign = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    assertRefused(
      await post(bb, foreign, { authorization: basic({ key: 'k2', secret: 's2' }) }),
      WRONG_CREDENTIALS,
    );
    assert.equal((await refresh(bb, tokens.refresh_token)).status, 200);
    const doomed = await connect(bb);
    bb.control.revoke();
    assertRefused(await refresh(bb, doomed.refresh_token), WRONG_CREDENTIALS);
    assert.equal((await refresh(bb, (await connect(bb)).refresh_token)).status, 200);
  });

  test('returns new tokens each time', async () => {
    tokens = await connect(bb);
    const seen = new Set([tokens.access_token, tokens.refresh_token]);
    let { refresh_token: refreshToken } = tokens;
    for (let turn = 1; turn <= 4; turn += 1) {
      bb.control.advance(HOUR);
      const { status, body } = await refresh(bb, refreshToken);
      assert.equal(status, 200);
      seen.add(body.access_token).add(body.refresh_token);
      assert.equal(seen.size, 2 + 2 * turn);
      assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
      refreshToken = body.refresh_token;
    }
  });

  test('leaves the former access token valid until it expires', async () => {
    tokens = await connect(bb);
    await refresh(bb, tokens.refresh_token);
    assert.equal((await get(bb, '/user', bearer(tokens.access_token))).status, 200);
    bb.control.advance(HOUR);
    assert.equal((await get(bb, '/user', bearer(tokens.access_token))).status, 401);
  });

  test('with a used token returns other tokens until ten minutes after the first use, and revokes no tokens', async () => {
    tokens = await connect(bb);
    const first = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(9 * MINUTE);
    const second = await refresh(bb, tokens.refresh_token);
    assert.equal(second.status, 200);
    assert.notEqual(second.body.refresh_token, first.refresh_token);
    assert.equal((await refresh(bb, first.refresh_token)).status, 200);
    assert.equal((await refresh(bb, second.body.refresh_token)).status, 200);
  });

  test('is rejected ten minutes after the first use of the refresh token, even after a second use', async () => {
    tokens = await connect(bb);
    await refresh(bb, tokens.refresh_token);
    bb.control.advance(9 * MINUTE);
    assert.equal((await refresh(bb, tokens.refresh_token)).status, 200);
    bb.control.advance(2 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(MINUTE);
  });

  test('with a used token locks out the client ten minutes after the first use, but revokes no tokens', async () => {
    tokens = await connect(bb);
    const bystander = await connect(bb);
    const successor = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(11 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    assertRefused(await refresh(bb, successor.refresh_token), WRONG_CREDENTIALS);
    assertRefused(await refresh(bb, bystander.refresh_token), WRONG_CREDENTIALS);
    // The lockout affects neither the other client nor access tokens.
    const foreign = { grant_type: 'authorization_code', code: 'unknown' };
    assertRefused(
      await post(bb, foreign, { authorization: basic({ key: 'k2', secret: 's2' }) }),
      INVALID_CODE,
    );
    assert.equal((await get(bb, '/user', bearer(successor.access_token))).status, 200);
    bb.control.advance(21 * SECOND);
    assert.equal((await refresh(bb, successor.refresh_token)).status, 200);
    assert.equal((await refresh(bb, bystander.refresh_token)).status, 200);
  });

  test('prolongs a lockout if it sends a used token, but not if it sends a valid token', async () => {
    tokens = await connect(bb);
    const successor = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(11 * MINUTE);
    await refresh(bb, tokens.refresh_token);
    bb.control.advance(15 * SECOND);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(15 * SECOND);
    assertRefused(await refresh(bb, successor.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(6 * SECOND);
    assert.equal((await refresh(bb, successor.refresh_token)).status, 200);
  });

  test('is rejected if the refresh token was issued more than three months ago', async () => {
    tokens = await connect(bb);
    let { refresh_token: refreshToken } = tokens;
    for (let turn = 0; turn < 3; turn += 1) {
      bb.control.advance(60 * DAY);
      const { status, body } = await refresh(bb, refreshToken);
      assert.equal(status, 200);
      refreshToken = body.refresh_token;
    }
    bb.control.advance(92 * DAY);
    assertRefused(await refresh(bb, refreshToken), WRONG_CREDENTIALS);
  });
});

describe('a refresh with a scope', () => {
  for (const backend of ['older', 'newer']) {
    test(`is rejected if the scope was not granted, and otherwise narrows the grant for good (${backend} back end)`, async () => {
      await withBitbucket({ backend }, async (bb) => {
        const tokens = await connect(bb, { scope: 'repository:write account' });
        assert.equal(
          (await refresh(bb, tokens.refresh_token, { scope: 'webhook' })).body.error,
          'invalid_scope',
        );
        const narrowed = (await refresh(bb, tokens.refresh_token, { scope: 'repository' })).body;
        assert.equal(narrowed.scope ?? narrowed.scopes, 'repository');
        assert.equal((await get(bb, '/user', bearer(narrowed.access_token))).status, 403);
        const next = (await refresh(bb, narrowed.refresh_token)).body;
        assert.equal(next.scope ?? next.scopes, 'repository');
      });
    });
  }
});
