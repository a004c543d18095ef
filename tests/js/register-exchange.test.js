/**
 * How the preload exchanges the authorization code before NocoDB stores a row, in a mock of each edition of NocoDB.
 *
 * In: calls of NocoDB's services. Out: checks of what NocoDB stored, responded and printed. Only NocoDB is a mock: the exchange
 * goes over HTTP to the simulator, through the real core.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { authorizationCode } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { HOSTS, assertKept, callsOf, oauth, runHost } from './register/hosts.js';

const CALLBACK = 'https://nocodb.example.com/dashboard/';

/** For NocoDB 0.262 to 0.265, which sends no code verifier. */
const WITHOUT_VERIFIER = { INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER: 'optional' };

let bb;
before(async () => { bb = await startBitbucket({ clients: [{ callback: CALLBACK }] }); });
after(() => bb.close());

for (const edition of HOSTS) describe(edition.name, () => {
  const { ours, create, update } = callsOf(edition);

  test("each exchange has a log line with the connection's title, whether the exchange succeeds or fails", async () => {
    const bad = { code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) };
    const calls = [create(oauth(await authorizationCode(bb)), { title: 'Sales' }), create(oauth(bad), { title: 'Support' })];
    const { stdout, stderr } = await runHost(edition, { calls }, { env: simulatorVariables(bb) });
    assert.match(stdout, /^\[nocodb-bitbucket-auth\] INFO connected, connection "Sales", \d+ ms: /m);
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] WARN connect-failed, connection "Support", \d+ ms: INVALID_GRANT: /m);
  });

  describe('a failed exchange', () => {
    /** @returns {import('node:test').TestFn} */
    const refused = (prepare, expected, status = 400) => async () => {
      const { env, grant, payload = { code: grant } } = await prepare();
      const host = await runHost(edition, { calls: [create(oauth(payload))] }, { env });
      const [{ error }] = host.results;
      assert.equal(error?.status, status);
      assert.match(error.message, expected);
      assert.deepEqual(error.response, { msg: error.message });
      // NocoDB mistakes an error with a `code` for an error of its database, and replaces the message.
      assert.equal(error.code, undefined);
      assert.equal(error.name, 'BitbucketAuthError');
      assert.deepEqual(host.written, []);
      assertKept(host, ...(grant ? [grant] : []));
      assert.ok(!host.everything.includes(bb.client.secret));
    };

    test('with a code that Bitbucket does not know stores nothing, and NocoDB responds with 400', refused(async () => ({
      env: simulatorVariables(bb), grant: { code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) },
    }), /code/i));

    test('with a wrong code verifier stores nothing, and NocoDB responds with 400', refused(async () => ({
      env: simulatorVariables(bb), grant: { ...(await authorizationCode(bb)), code_verifier: 'w'.repeat(43) },
    }), /code/i));

    test('with a wrong client secret stores nothing, and NocoDB responds with 400', refused(async () => ({
      env: simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'marked-wrong-secret' }), grant: await authorizationCode(bb),
    }), /secret/i));

    test('without a configuration stores nothing, and NocoDB responds with 400', refused(async () => ({
      env: {}, grant: await authorizationCode(bb),
    }), /INTEGRATION_AUTH_BITBUCKET_CLIENT_ID/));

    test('with an unreachable token endpoint stores nothing, and NocoDB responds with 502', refused(async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const tokenUrl = `http://127.0.0.1:${closed.address().port}/token`;
      closed.close();
      return { env: simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: tokenUrl }), grant: await authorizationCode(bb) };
    }, /./, 502));

    for (const payload of [{}, { code: {} }, { code: 7 }, { code: '' }, [], 'text', true]) {
      test(`with the payload ${JSON.stringify(payload)} stores nothing, and NocoDB responds with 400`,
        refused(async () => ({ env: simulatorVariables(bb), payload }), /./));
    }

    test('in an update leaves the former connection unchanged', async () => {
      const stored = { type: 'oauth', oauth_token: 'former', refresh_token: 'former-refresh' };
      const grant = { code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) };
      const host = await runHost(edition, {
        calls: [create(stored), update('int1', { ...ours, config: { ...stored, oauth: grant } })],
      }, { env: simulatorVariables(bb) });
      assert.equal(host.results[1].error?.status, 400);
      assert.equal(host.written.length, 1);
      assert.deepEqual(host.rows.int1.config, stored);
      assertKept(host, grant);
    });
  });

  test("an error of NocoDB's own is passed on unchanged after a successful exchange", async () => {
    const grant = await authorizationCode(bb);
    const call = create(oauth(grant), { title: 'refused by the host' });
    const host = await runHost(edition, { calls: [call] }, { env: simulatorVariables(bb) });
    assert.equal(host.results[0].error?.name, 'TypeError');
    assert.equal(host.results[0].error.status, undefined);
  });

  describe('an integration that needs no exchange', () => {
    const payload = { code: 'somebody-elses', code_verifier: 'somebody-elses' };
    for (const [what, integration] of [
      ['of another type', { type: 'database', sub_type: 'bitbucket', config: { oauth: payload } }],
      ['of another subtype', { type: 'development', sub_type: 'github', config: { oauth: payload } }],
      ['without a config', { ...ours }],
      ['with a config that is not an object', { ...ours, config: [{ oauth: payload }] }],
      ['with a config that is not JSON', { ...ours, config: '{"oauth":' }],
      ['with an access token', { ...ours, config: { type: 'api_key', token: 'access' } }],
    ]) {
      test(`${what} is stored unchanged`, async () => {
        const host = await runHost(edition, {
          calls: [['createIntegration', integration], update('int1', { ...integration, title: 'new' })],
        }, { env: simulatorVariables(bb) });
        assert.deepEqual(host.written, [JSON.stringify(integration), JSON.stringify({ ...integration, title: 'new' })]);
      });
    }

    test('is recognised by its stored row when an update does not name its type', async () => {
      const github = { type: 'development', sub_type: 'github', config: {} };
      const host = await runHost(edition, {
        calls: [['createIntegration', github], update('int1', { config: { oauth: payload } })],
      }, { env: simulatorVariables(bb) });
      assert.equal(host.written[1], JSON.stringify({ config: { oauth: payload } }));
    });
  });

  describe('an exchange', () => {
    const shapes = {
      '{ code: { code, code_verifier } }': (grant) => ({ code: grant }),
      '{ code, code_verifier }': (grant) => grant,
    };
    for (const [shape, wrap] of Object.entries(shapes)) {
      for (const kind of ['an object', 'JSON']) {
        test(`of the payload ${shape} in a config that is ${kind} stores tokens and no code`, async () => {
          const grant = await authorizationCode(bb);
          const config = { ...oauth(wrap(grant)), token: '', workspace: 'acme' };
          const host = await runHost(edition, {
            calls: [create(kind === 'JSON' ? JSON.stringify(config) : config)],
          }, { env: simulatorVariables(bb) });
          const { row } = host.results[0];
          assert.equal(typeof row.config, kind === 'JSON' ? 'string' : 'object');
          const stored = kind === 'JSON' ? JSON.parse(row.config) : row.config;
          assert.equal(stored.type, 'oauth');
          assert.equal(stored.workspace, 'acme');
          assert.ok(stored.oauth_token && stored.refresh_token);
          assert.ok(Date.parse(stored.expires_at) > Date.now());
          assert.ok(!('oauth' in stored));
          assert.equal(row.title, 'Bitbucket');
          assertKept(host, grant);
        });
      }
    }

    test('of a code without a verifier, as in NocoDB 0.265, stores tokens only if a variable allows that', async () => {
      const url = new URL(bb.authorizeUrl);
      url.search = new URLSearchParams({
        response_type: 'code', client_id: bb.client.key, redirect_uri: CALLBACK, state: 's',
      });
      const code = new URL(await bb.authorize(url.href)).searchParams.get('code');
      const call = create(oauth({ code }));
      const refused = await runHost(edition, { calls: [call] }, { env: simulatorVariables(bb) });
      assert.equal(refused.results[0].error?.status, 400);
      assert.match(refused.results[0].error.message, /INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER/);
      assert.deepEqual(refused.written, []);
      const host = await runHost(edition, { calls: [call] }, { env: simulatorVariables(bb, WITHOUT_VERIFIER) });
      assert.ok(host.results[0].row?.config.oauth_token);
      assert.ok(!host.everything.includes(code) && !refused.everything.includes(code));
    });

    test("in an update replaces all tokens and token metadata, and NocoDB's method gets its other arguments", async () => {
      // This endpoint sends no refresh token. The former refresh token must still be removed: it may belong to another account.
      const endpoint = createServer((request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end('{"access_token":"fresh","token_type":"bearer"}');
      }).listen(0, '127.0.0.1');
      await once(endpoint, 'listening');
      try {
        const former = {
          oauth_token: 'former',
          refresh_token: 'former',
          expires_at: 'former',
          expires_in: 'former',
          refreshed_at: 'former',
          scopes: ['former'],
          account: { displayName: 'former' },
        };
        const stored = { type: 'oauth', ...former };
        const grant = { code: 'any-code-4712', code_verifier: 'v'.repeat(43) };
        const host = await runHost(edition, {
          calls: [
            [...create(stored), 'transaction'],
            [...update('int1', { config: { ...stored, workspace: 'acme', oauth: { code: grant } } }), 'transaction'],
          ],
        }, { env: simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: `http://127.0.0.1:${endpoint.address().port}/token` }) });
        const { row } = host.results[1];
        assert.equal(row?.config.oauth_token, 'fresh');
        assert.equal(row.config.workspace, 'acme');
        assert.ok(!JSON.stringify(row.config).includes('former'));
        for (const { row: { transaction } } of host.results) assert.equal(transaction, 'transaction');
        assertKept(host, grant);
      } finally {
        endpoint.close();
      }
    });

    for (const type of ['auth', 'development']) {
      test(`stores tokens in a row of type "${type}", whichever type the GUI offers`, async () => {
        const row = { type, sub_type: 'bitbucket' };
        const grants = [await authorizationCode(bb), await authorizationCode(bb), await authorizationCode(bb)];
        const host = await runHost(edition, {
          calls: [
            create(oauth(grants[0]), row),
            update('int1', { ...row, config: oauth(grants[1]) }),
            update('int1', { config: oauth(grants[2]) }),
          ],
        }, { env: simulatorVariables(bb) });
        for (const { row: stored } of host.results) assert.ok(stored?.config.oauth_token);
        assert.equal(new Set(host.results.map(({ row: stored }) => stored.config.oauth_token)).size, 3);
        assertKept(host, ...grants);
      });
    }

    for (const [what, named] of [
      ['another subtype', { sub_type: 'github' }], ['another type', { type: 'database' }],
      ['another type and subtype', { type: 'sync', sub_type: 'gitlab' }],
    ]) {
      test(`takes place for a row of the plugin even if an update names ${what}`, async () => {
        const grant = await authorizationCode(bb);
        const stored = { type: 'oauth', oauth_token: 'former', refresh_token: 'former-refresh' };
        const host = await runHost(edition, {
          calls: [create(stored), update('int1', { ...ours, ...named, config: oauth({ code: grant }) })],
        }, { env: simulatorVariables(bb) });
        const { config } = host.results[1].row;
        assert.ok(config.oauth_token && config.oauth_token !== 'former');
        assertKept(host, grant);
      });
    }

    test("takes place for another integration's row that an update turns into a row of the plugin", async () => {
      const grant = await authorizationCode(bb);
      const github = { type: 'development', sub_type: 'github', config: {} };
      const host = await runHost(edition, {
        calls: [['createIntegration', github], update('int1', { ...ours, config: oauth({ code: grant }) })],
      }, { env: simulatorVariables(bb) });
      assert.ok(host.results[1].row.config.oauth_token);
      assertKept(host, grant);
    });

    for (const type of [undefined, null, '', 'oauth2', 7]) {
      test(`takes place for the auth type ${JSON.stringify(type)}, and stores the type "oauth"`, async () => {
        const grant = await authorizationCode(bb);
        const host = await runHost(edition, { calls: [create({ type, oauth: grant })] }, { env: simulatorVariables(bb) });
        assert.equal(host.results[0].row?.config.type, 'oauth');
        assert.ok(host.results[0].row.config.oauth_token);
        assertKept(host, grant);
      });
    }

    for (const config of [
      { type: 'api_key', token: 'access' }, { type: 'basic', email: 'dana@example.com', token: 'api' }, { type: 'custom' },
    ]) {
      test(`does not take place if a user chooses the auth type ${config.type} after the login`, async () => {
        const grant = await authorizationCode(bb);
        const before = bb.requests.length;
        const host = await runHost(edition, { calls: [create({ ...config, oauth: grant })] }, { env: simulatorVariables(bb) });
        assert.deepEqual(host.results[0].row.config, config);
        assert.equal(bb.requests.length, before);
        assertKept(host, grant);
      });
    }

    test('does not take place for an update without a code, and NocoDB stores no empty `oauth`', async () => {
      const stored = { type: 'oauth', oauth_token: 'kept', refresh_token: 'kept' };
      const host = await runHost(edition, {
        calls: [
          create(stored),
          update('int1', { config: stored }),
          update('int1', { ...ours, config: { ...stored, oauth: null } }),
        ],
      }, { env: simulatorVariables(bb) });
      assert.equal(host.written[1], JSON.stringify({ config: stored }));
      assert.deepEqual(host.rows.int1.config, stored);
    });
  });
});
