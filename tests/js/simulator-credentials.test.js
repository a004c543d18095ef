/** The credentials, scopes and request rates that the simulator's API accepts, compared with the known behaviour of Bitbucket. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  CALLBACK, assertApiError, assertRefused, basic, bearer, connect, get, getCode, post, withBitbucket,
} from './simulator-requests.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

describe('the simulator', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
    tokens = await connect(bb);
  });
  after(() => bb.close());

  test('responds 401 in plain text to a request without a readable credential', async () => {
    for (const authorization of [undefined, 'Bearer', 'Digest x', 'Bearer a b', tokens.access_token]) {
      const { status, headers, text } = await get(bb, '/user', authorization);
      assert.equal(status, 401);
      assert.match(headers.get('content-type'), /^text\/plain/);
      assert.ok(text.length > 0);
      assert.match(headers.get('www-authenticate'), /^Bearer /);
    }
  });

  test('rejects an unknown token', async () => {
    assertApiError(
      await get(bb, '/user', bearer('unknown')),
      401,
      'Token is invalid, expired, or not supported for this endpoint.',
    );
  });

  test('rejects a refresh token at the API', async () => {
    assert.equal((await get(bb, '/user', bearer(tokens.refresh_token))).status, 401);
  });

  test('rejects an OAuth token in the query or in a Basic header', async () => {
    assert.equal((await get(bb, `/user?access_token=${tokens.access_token}`)).status, 401);
    const asBasic = basic({ key: 'x-token-auth', secret: tokens.access_token });
    assert.equal((await get(bb, '/user', asBasic)).status, 401);
  });

  test('rejects a revoked token', async () => {
    await withBitbucket({}, async (other) => {
      const { access_token: accessToken } = await connect(other);
      assert.equal((await get(other, '/user', bearer(accessToken))).status, 200);
      other.control.revoke();
      assertApiError(
        await get(other, '/user', bearer(accessToken)),
        401,
        'Token is invalid, expired, or not supported for this endpoint.',
      );
    });
  });

  test('rejects a code that was issued before a revocation', async () => {
    await withBitbucket({}, async (other) => {
      const code = await getCode(other);
      other.control.revoke();
      assertRefused(
        await post(other, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }),
        INVALID_CODE,
      );
    });
  });

  test('reports that a token has expired', async () => {
    await withBitbucket({}, async (other) => {
      const { access_token: accessToken, expires_in: expiresIn } = await connect(other);
      other.control.advance((expiresIn - 60) * SECOND);
      assert.equal((await get(other, '/user', bearer(accessToken))).status, 200);
      other.control.advance(60 * SECOND);
      assertApiError(
        await get(other, '/user', bearer(accessToken)),
        401,
        'Access token expired. Use your refresh token to obtain a new access token.',
      );
    });
  });

  test('accepts the authentication scheme in any letter case', async () => {
    assert.equal((await get(bb, '/user', `bEARER ${tokens.access_token}`)).status, 200);
  });
});

describe("the scopes of the simulator's API", () => {
  const all = [
    'repository',
    'repository:write',
    'repository:admin',
    'pullrequest',
    'pullrequest:write',
    'project',
    'project:admin',
    'account',
    'webhook',
  ];
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK, scopes: all }] });
  });
  after(() => bb.close());

  const pullRequests = '/repositories/acme/billing-service/pullrequests';

  for (const [scope, path, ...required] of [
    ['repository', '/user', 'account'],
    ['repository', '/user/workspaces', 'account'],
    ['account', '/repositories/acme', 'repository'],
    ['account', '/repositories/acme/billing-service', 'repository'],
    // Both scopes are required.
    ['account', '/user/workspaces/acme/permissions/repositories', 'account', 'repository'],
    ['repository', '/user/workspaces/acme/permissions/repositories', 'account', 'repository'],
    ['repository:write', pullRequests, 'pullrequest'],
    ['repository:admin', '/repositories/acme', 'repository'],
    ['project:admin', '/repositories/acme', 'repository'],
    ['webhook', pullRequests, 'pullrequest'],
  ]) {
    test(`forbid ${path} to a token with the scope ${scope}`, async () => {
      const { access_token: accessToken } = await connect(bb, { scope });
      const answer = await get(bb, path, bearer(accessToken));
      assertApiError(answer, 403, 'Your credentials lack one or more required privilege scopes.');
      assert.deepEqual(answer.body.error.detail, { required, granted: [scope] });
    });
  }

  for (const [scope, path] of [
    ['account', '/user'],
    ['account', '/user/workspaces'],
    ['webhook', '/workspaces/acme'],
    ['repository', '/repositories/acme'],
    ['repository:write', '/repositories/acme'],
    ['project', '/repositories/acme'],
    ['pullrequest', '/repositories/acme/billing-service'],
    ['pullrequest', pullRequests],
    ['pullrequest:write', pullRequests],
    ['pullrequest:write', '/repositories/acme'],
  ]) {
    test(`allow ${path} to a token with the scope ${scope}`, async () => {
      const { access_token: accessToken } = await connect(bb, { scope });
      assert.equal((await get(bb, path, bearer(accessToken))).status, 200);
    });
  }
});

describe("the rate limit of the simulator's API", () => {
  test('counts requests by user and resource group in a rolling hour, and causes a 429 without Retry-After', async () => {
    await withBitbucket({ rateLimit: 3 }, async (bb) => {
      const auth = bearer((await connect(bb, {})).access_token);
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal((await get(bb, '/repositories/acme', auth)).status, 200);
        bb.control.advance(10 * MINUTE);
      }
      const refused = await get(bb, '/repositories/acme', auth);
      assertApiError(refused, 429, 'Rate limit for this resource has been exceeded.');
      assert.equal(refused.headers.has('retry-after'), false);
      assert.equal(refused.headers.has('x-ratelimit-limit'), false);
      assert.equal((await get(bb, '/user', auth)).status, 200);
      const otherToken = bearer((await connect(bb)).access_token);
      assert.equal((await get(bb, '/repositories/acme', otherToken)).status, 429);
      bb.control.advance(30 * MINUTE);
      assert.equal((await get(bb, '/repositories/acme', otherToken)).status, 200);
      assert.equal((await get(bb, '/repositories/acme', otherToken)).status, 429);
    });
  });

  test('is 1,000 requests by default', async () => {
    await withBitbucket({}, async (bb) => {
      const auth = bearer((await connect(bb)).access_token);
      for (let turn = 0; turn < 1000; turn += 1) await get(bb, '/workspaces/acme', auth);
      assert.equal(bb.control.stats().api.byStatus[200], 1000);
      assert.equal((await get(bb, '/workspaces/acme', auth)).status, 429);
    });
  });
});

describe("the simulator's API with credentials other than OAuth tokens", () => {
  const EMAIL = 'dana@example.com';
  let bb;
  before(async () => {
    bb = await startBitbucket({
      rateLimit: 10,
      apiTokens: [
        { email: EMAIL, token: 'ATATT-all', scopes: ['read:user:bitbucket', 'read:repository:bitbucket'] },
        { email: EMAIL, token: 'ATATT-write', scopes: ['write:repository:bitbucket'] },
      ],
      accessTokens: [
        {
          token: 'ATCTT-workspace',
          kind: 'workspace',
          workspace: 'acme',
          scopes: ['pullrequest', 'account'],
        },
        {
          token: 'ATCTT-repository',
          kind: 'repository',
          workspace: 'acme',
          repository: 'billing-service',
          scopes: ['repository'],
        },
      ],
    });
  });
  after(() => bb.close());

  const apiToken = (token, name = EMAIL) => basic({ key: name, secret: token });

  test('rejects every password of a user, whether an app password or the password of the login', async () => {
    for (const secret of ['ATBB-app-password', 'dana']) {
      const answer = await get(bb, '/user', basic({ key: 'dana', secret }));
      assert.deepEqual([answer.status, answer.text], [401, 'Authentication required']);
    }
  });

  test("rejects an API token as Bearer or with the user's name, and an unknown API token", async () => {
    assertApiError(
      await get(bb, '/user', bearer('ATATT-all')),
      401,
      'Token is invalid, expired, or not supported for this endpoint.',
    );
    assert.equal((await get(bb, '/user', apiToken('ATATT-all', 'dana'))).status, 401);
    assert.equal((await get(bb, '/user', apiToken('ATATT-other'))).status, 401);
  });

  test('derives no further scopes from the scopes of an API token', async () => {
    const answer = await get(bb, '/repositories/acme', apiToken('ATATT-write'));
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.body.error.detail, {
      required: ['read:repository:bitbucket'],
      granted: ['write:repository:bitbucket'],
    });
  });

  test('accepts an API token with the e-mail address of its user', async () => {
    assert.equal((await get(bb, '/user', apiToken('ATATT-all'))).status, 200);
    assert.equal((await get(bb, '/repositories/acme', apiToken('ATATT-all'))).status, 200);
  });

  test('has no user for an access token, and lets the token read only its own workspace or repository', async () => {
    const notAccessible = 'This API is not accessible by this authentication mechanism';
    assertApiError(await get(bb, '/user', bearer('ATCTT-workspace')), 403, notAccessible);
    assertApiError(await get(bb, '/user/workspaces', bearer('ATCTT-workspace')), 403, notAccessible);
    assertApiError(await get(bb, '/workspaces/acme', bearer('ATCTT-repository')), 403, notAccessible);
    assert.equal((await get(bb, '/workspaces/acme-labs', bearer('ATCTT-workspace'))).status, 404);
    assert.equal(
      (await get(bb, '/repositories/acme/billing-client', bearer('ATCTT-repository'))).status,
      404,
    );
    assert.equal(
      (await get(bb, '/repositories/acme-labs/billing-service', bearer('ATCTT-workspace'))).status,
      404,
    );
    assert.equal((await get(bb, '/user', basic({ key: EMAIL, secret: 'ATCTT-workspace' }))).status, 401);
  });

  test('accepts an access token for its workspace or repository, and sends the headers of the rate limit', async () => {
    const workspace = await get(bb, '/workspaces/acme', bearer('ATCTT-workspace'));
    assert.equal(workspace.status, 200);
    assert.equal((await get(bb, '/repositories/acme', bearer('ATCTT-workspace'))).body.size, 25);
    assert.equal((await get(bb, '/repositories/acme', bearer('ATCTT-repository'))).body.size, 1);
    const near = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const { headers } = await get(bb, '/repositories/acme/billing-service', bearer('ATCTT-repository'));
      assert.equal(headers.get('x-ratelimit-limit'), '10');
      assert.equal(headers.get('x-ratelimit-resource'), 'repositories');
      near.push(headers.get('x-ratelimit-nearlimit'));
    }
    assert.deepEqual([near[0], near[8]], ['false', 'true']);
  });

  test('sends the headers of the rate limit only for access tokens, and no Retry-After in a 429', async () => {
    const namesOf = (headers) => [...headers.keys()].filter((name) => /rate|retry/.test(name));
    const all = ['x-ratelimit-limit', 'x-ratelimit-nearlimit', 'x-ratelimit-resource'];
    for (const [headers, expected] of [[bearer('ATCTT-workspace'), all], [apiToken('ATATT-all'), []]]) {
      let answer = await get(bb, '/repositories/acme', headers);
      assert.deepEqual([answer.status, namesOf(answer.headers)], [200, expected]);
      for (let turn = 0; turn < 10; turn += 1) answer = await get(bb, '/repositories/acme', headers);
      assert.deepEqual([answer.status, namesOf(answer.headers)], [429, expected]);
    }
  });
});
