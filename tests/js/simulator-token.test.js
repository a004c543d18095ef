/**
 * The simulator's token endpoint, compared with the known behaviour of Bitbucket.
 *
 * In: token requests as clients and attackers would send them. Out: checks of the responses, for each row of the
 * table of errors in demo/bitbucket/token-endpoint.js. All other tests rely on the simulator, so these tests verify it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  CALLBACK, FORM, WRONG_CREDENTIALS, assertApiError, assertRefused, authorizeUrl, basic, bearer, connect, get,
  getCode, pkce, post, refresh, withBitbucket,
} from './simulator-requests.js';

const SECOND = 1000;

const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

/** Sends a token request without an Authorization header. */
async function postBare(bb, body, contentType = FORM) {
  const response = await fetch(bb.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe("client authentication at the simulator's token endpoint", () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }, { callback: CALLBACK }] });
  });
  after(() => bb.close());

  // The request has a code, because the error for an invalid code differs from the error for a wrong client. The error for an
  // invalid refresh token is the same as for a wrong client.
  const request = { grant_type: 'authorization_code', code: 'c' };

  for (const [what, header] of [
    ['a wrong Secret', ({ key }) => basic({ key, secret: 'wrong' })],
    ['a wrong Key', ({ secret }) => basic({ key: 'wrong', secret })],
    ['no Secret', ({ key }) => basic({ key, secret: '' })],
    ['Basic without a colon', ({ key }) => `Basic ${Buffer.from(key).toString('base64')}`],
    ['Basic that is not base64', () => 'Basic *'],
    ['a malformed escape', ({ key }) => basic({ key, secret: '%zz' })],
    ['Bearer instead of Basic', ({ secret }) => bearer(secret)],
  ]) {
    test(`gets 400 unauthorized_client for ${what}`, async () => {
      assertRefused(await post(bb, request, { authorization: header(bb.client) }), WRONG_CREDENTIALS);
    });
  }

  test('gets 400 unauthorized_client for wrong credentials in the body', async () => {
    const body = new URLSearchParams({ ...request, client_id: bb.client.key, client_secret: 'wrong' });
    assertRefused(await postBare(bb, body.toString()), WRONG_CREDENTIALS);
  });

  const NO_AUTHENTICATION = [
    400,
    'unauthorized_client',
    'Requests must be authenticated using OAuth client credentials',
  ];

  test('is rejected if it is absent or incomplete', async () => {
    assertRefused(await postBare(bb, new URLSearchParams(request).toString()), NO_AUTHENTICATION);
    const half = new URLSearchParams({ ...request, client_id: bb.client.key });
    assertRefused(await postBare(bb, half.toString()), NO_AUTHENTICATION);
  });

  test('is ignored in the query', async () => {
    const { key: client_id, secret: client_secret } = bb.client;
    const url = `${bb.tokenUrl}?${new URLSearchParams({ ...request, client_id, client_secret })}`;
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': FORM }, body: '' });
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error_description, NO_AUTHENTICATION[2]);
  });

  test('is rejected if the request uses two methods of authentication', async () => {
    const both = await post(bb, { ...request, client_id: bb.client.key, client_secret: bb.client.secret });
    assert.deepEqual([both.status, both.body.error], [400, 'invalid_request']);
    assertRefused(await post(bb, { ...request, client_id: 'another' }), WRONG_CREDENTIALS);
  });

  test('gets 400 invalid_request if a parameter is repeated', async () => {
    const { status, body } = await post(
      bb,
      'grant_type=refresh_token&grant_type=refresh_token&refresh_token=r',
    );
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });

  test("gets the status and error of the option tokenErrors, because Bitbucket's own status and error are unknown", async () => {
    const tokenErrors = { wrongCredentials: { status: 401, error: 'invalid_client' } };
    await withBitbucket({ tokenErrors }, async (other) => {
      const answer = await post(other, request, { authorization: basic({ key: 'x', secret: 'y' }) });
      assertRefused(answer, [401, 'invalid_client', 'Invalid OAuth client credentials']);
      assert.match(answer.headers.get('www-authenticate'), /^Basic /);
      assertRefused(await refresh(other, 'dead'), WRONG_CREDENTIALS);
    });
  });

  test('is not read from a GET request or from a body of more than 64 KiB', async () => {
    assert.equal((await fetch(bb.tokenUrl)).status, 405);
    const long = await fetch(bb.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': FORM },
      body: 'x'.repeat(70_000),
    });
    assert.equal(long.status, 413);
  });

  test('decodes the Key and the Secret in a Basic header, which are form-encoded', async () => {
    const client = { key: 'a b:c', secret: 'p+q%&=é', callback: CALLBACK, private: true };
    const encode = (value) => new URLSearchParams({ v: value }).toString().slice(2);
    await withBitbucket({ clients: [client] }, async (odd) => {
      const grant = { grant_type: 'client_credentials' };
      assertRefused(await post(odd, grant), WRONG_CREDENTIALS);
      const encoded = { key: encode(client.key), secret: encode(client.secret) };
      assert.equal((await post(odd, grant, { authorization: basic(encoded) })).status, 200);
      const inBody = new URLSearchParams({ ...grant, client_id: client.key, client_secret: client.secret });
      assert.equal((await postBare(odd, inBody.toString())).status, 200);
    });
  });
});

describe("the grant_type at the simulator's token endpoint", () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
  });
  after(() => bb.close());

  const unsupported = (name) => [400, 'invalid_grant', `Unsupported grant type: ${name}`];

  test('is rejected if it is absent or empty', async () => {
    assertRefused(await post(bb, ''), unsupported('None'));
    assertRefused(await post(bb, 'grant_type='), unsupported('None'));
  });

  test('is not read from a JSON body', async () => {
    const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: 'r' });
    assertRefused(await post(bb, body, { 'content-type': 'application/json' }), unsupported('None'));
  });

  test('is rejected if it is password, and not echoed in the error if it is not a valid name', async () => {
    assertRefused(
      await post(bb, { grant_type: 'password', username: 'u', password: 'p' }),
      unsupported('password'),
    );
    assertRefused(await post(bb, { grant_type: 'Some Secret!' }), unsupported('None'));
  });

  test('is rejected if it is client_credentials and the client is public', async () => {
    const { status, body } = await post(bb, { grant_type: 'client_credentials' });
    assert.deepEqual([status, body.error], [400, 'invalid_grant']);
    assert.match(body.error_description, /^Cannot use client_credentials with a consumer marked as "public"/);
  });

  test('of client_credentials gives a private client no refresh token, and only the scopes of the client', async () => {
    const clients = [{ callback: CALLBACK, private: true, scopes: ['repository', 'account'] }];
    for (const backend of ['older', 'newer']) {
      await withBitbucket({ backend, clients }, async (other) => {
        const refused = await post(other, { grant_type: 'client_credentials', scope: 'webhook' });
        assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_scope']);
        const { status, body } = await post(other, { grant_type: 'client_credentials' });
        assert.equal(status, 200);
        assert.equal('refresh_token' in body, false);
        assert.equal(body[backend === 'older' ? 'scopes' : 'scope'], 'repository account');
        assert.equal(body.state, backend === 'older' ? 'client_credentials' : undefined);
        assertApiError(
          await get(other, '/user', bearer(body.access_token)),
          403,
          'This API is not accessible by this authentication mechanism',
        );
        assert.equal((await get(other, '/repositories/acme', bearer(body.access_token))).status, 200);
      });
    }
  });
});

describe("a code at the simulator's token endpoint", () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({
      codeLifetimeMs: 30 * SECOND,
      clients: [{ callback: CALLBACK }, { callback: CALLBACK }],
    });
  });
  after(() => bb.close());

  const exchange = (code, extra = {}) =>
    post(bb, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      ...extra,
    });

  test('is rejected if it is absent or unknown', async () => {
    const none = await post(bb, { grant_type: 'authorization_code', redirect_uri: CALLBACK });
    assert.deepEqual([none.status, none.body.error], [400, 'invalid_request']);
    assertRefused(await exchange('unknown'), INVALID_CODE);
  });

  test('is rejected the second time, and the tokens of the first exchange are revoked', async () => {
    const code = await getCode(bb);
    const { body } = await exchange(code);
    assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
    assertRefused(await exchange(code), INVALID_CODE);
    assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 401);
    assertRefused(await refresh(bb, body.refresh_token), WRONG_CREDENTIALS);
  });

  test('is rejected after it has expired', async () => {
    const code = await getCode(bb);
    bb.control.advance(31 * SECOND);
    assertRefused(await exchange(code), INVALID_CODE);
  });

  test('gives tokens for the user who logged in', async () => {
    const users = [];
    for (const user of ['dana', 'robin']) {
      const code = new URL(await bb.authorize(authorizeUrl(bb), { user })).searchParams.get('code');
      const { body: { access_token: token } } = await exchange(code);
      const answer = await fetch(`${bb.apiUrl}/user`, { headers: { authorization: `Bearer ${token}` } });
      const { nickname, uuid } = await answer.json();
      users.push([user, nickname, uuid]);
    }
    assert.deepEqual(users.map(([user, nickname]) => [user, nickname]), [['dana', 'dana'], ['robin', 'robin']]);
    assert.notEqual(users[0][2], users[1][2]);
  });

  test('is rejected from another client', async () => {
    const other = await startBitbucket({
      clients: [
        { key: 'k1', secret: 's1', callback: CALLBACK },
        { key: 'k2', secret: 's2', callback: CALLBACK },
      ],
    });
    try {
      const code = await getCode(other);
      const body = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
      assertRefused(
        await post(other, body, { authorization: basic({ key: 'k2', secret: 's2' }) }),
        INVALID_CODE,
      );
      assert.equal((await post(other, body)).status, 200);
    } finally {
      await other.close();
    }
  });

  test('is rejected without the redirect_uri of the authorization request, or with another redirect_uri', async () => {
    assertRefused(
      await exchange(await getCode(bb), { redirect_uri: 'https://evil.example.com/' }),
      INVALID_CODE,
    );
    assertRefused(await exchange(await getCode(bb), { redirect_uri: '' }), INVALID_CODE);
  });

  test('is rejected with a foreign redirect_uri if the authorization request had no redirect_uri', async () => {
    const without = { redirect_uri: undefined };
    assertRefused(
      await exchange(await getCode(bb, without), { redirect_uri: 'https://evil.example.com/' }),
      INVALID_CODE,
    );
    assert.equal((await exchange(await getCode(bb, without))).status, 200);
  });

  test('is rejected with a missing, wrong or malformed verifier, and cannot be used again', async () => {
    for (const wrong of [undefined, pkce().verifier, 'short', `${pkce().verifier}!`]) {
      const { verifier, challenge } = pkce();
      const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
      assertRefused(await exchange(code, wrong === undefined ? {} : { code_verifier: wrong }), INVALID_CODE);
      assertRefused(await exchange(code, { code_verifier: verifier }), INVALID_CODE);
    }
  });

  test('is rejected with a verifier that matches the challenge but is shorter than RFC 7636 allows', async () => {
    const verifier = 'short';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
    assertRefused(await exchange(code, { code_verifier: verifier }), INVALID_CODE);
  });

  test('is rejected with a verifier if the authorization request had no challenge, to prevent a PKCE downgrade', async () => {
    assertRefused(await exchange(await getCode(bb), { code_verifier: pkce().verifier }), INVALID_CODE);
  });

  test('is accepted with the right verifier', async () => {
    const { verifier, challenge } = pkce();
    const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
    assert.equal((await exchange(code, { code_verifier: verifier })).status, 200);
  });

  test('stays valid after a request with wrong client credentials', async () => {
    const code = await getCode(bb);
    const body = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
    assertRefused(
      await post(bb, body, { authorization: basic({ key: bb.client.key, secret: 'x' }) }),
      WRONG_CREDENTIALS,
    );
    assert.equal((await exchange(code)).status, 200);
  });
});

describe('a token response of the simulator', () => {
  test('of the older back end has scopes, the grant type as state, opaque tokens and a lifetime of two hours', async () => {
    await withBitbucket({ backend: 'older' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account', state: 'mine' });
      assert.deepEqual(Object.keys(body).sort(), [
        'access_token',
        'expires_in',
        'refresh_token',
        'scopes',
        'state',
        'token_type',
      ]);
      assert.equal(body.scopes, 'repository account');
      assert.equal(body.state, 'authorization_code');
      assert.equal(body.expires_in, 7200);
      assert.equal(body.token_type, 'bearer');
      assert.equal(body.access_token.length, 92);
      assert.doesNotMatch(body.access_token, /\./);
      assert.equal((await refresh(bb, body.refresh_token)).body.state, 'refresh_token');
    });
  });

  test('of the older back end omits scopes that other scopes imply', async () => {
    await withBitbucket({ backend: 'older' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository repository:write pullrequest account' });
      assert.equal(body.scopes, 'repository:write pullrequest account');
    });
  });

  test('of the newer back end has scope, a JWT as access token, and tokens of more than 5.5 KB together', async () => {
    await withBitbucket({ backend: 'newer' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account' });
      assert.deepEqual(Object.keys(body).sort(), [
        'access_token',
        'expires_in',
        'refresh_token',
        'scope',
        'token_type',
      ]);
      assert.equal(body.scope, 'repository account');
      assert.equal(body.expires_in, 3600);
      assert.ok(
        body.access_token.length >= 1895 && body.access_token.length <= 2600,
        String(body.access_token.length),
      );
      assert.ok(body.access_token.length + body.refresh_token.length > 5632);
      const parts = body.access_token.split('.');
      assert.equal(parts.length, 3);
      for (const part of parts.slice(0, 2)) JSON.parse(Buffer.from(part, 'base64url').toString());
    });
  });

  test('has all scopes of the client when none is requested', async () => {
    const clients = [{ callback: CALLBACK, scopes: ['account', 'repository', 'webhook'] }];
    await withBitbucket({ clients }, async (bb) => {
      assert.equal((await connect(bb)).scope, 'account repository webhook');
    });
  });

  test('has commas between scopes (observed once at Bitbucket) and another lifetime if options say so', async () => {
    await withBitbucket({ scopeSeparator: ',', accessTokenLifetimeMs: 90 * SECOND }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account' });
      assert.deepEqual([body.scope, body.expires_in], ['repository,account', 90]);
    });
  });
});
