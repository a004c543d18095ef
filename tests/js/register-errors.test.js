/**
 * How NocoDB responds when a request of the plugin fails: the status of the response, and the class of the error. For a
 * connection in a base, NocoDB's routes report only errors of NocoDB's own class to the user.
 *
 * In: servers with the responses to token and API requests that each test needs. Out: checks of the errors that NocoDB's
 * exception filter gets, and of how long NocoDB's transaction was open.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { before, after, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { authorizationCode } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { freePort, json, listen, serve } from '../support/http-server.js';
import { HOSTS, callsOf, oauth, startHost } from './register/hosts.js';

const CALLBACK = 'https://nocodb.example.com/dashboard/';
const GRANT = { code: 'any-code-4713', code_verifier: 'v'.repeat(43) };

let bb;
before(async () => { bb = await startBitbucket({ clients: [{ callback: CALLBACK }] }); });
after(() => bb.close());

/** Starts a mock NocoDB whose requests go to these URLs. */
async function started(t, edition, { tokenUrl = bb.tokenUrl, apiUrl = bb.apiUrl, ...more } = {}) {
  const env = simulatorVariables(bb, {
    INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: tokenUrl, INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl, ...more,
  });
  const { host, kill } = startHost(edition, { env });
  t.after(kill);
  await host('start', { registry: edition.registry });
  return host;
}

const refusing = async (t, status, body, headers) =>
  (await serve(t, (_request, response) => json(response, status, body, headers))).origin;
const page = async (t) => (await serve(t, (_request, response) => response.end('<h1>We will be back soon</h1>'))).origin;
const silence = async (t) => `http://127.0.0.1:${await listen(t, createServer(() => {}))}`;
const nowhere = async () => `http://127.0.0.1:${await freePort()}`;
const apiError = { type: 'error', error: { message: 'No.' } };

for (const edition of HOSTS) describe(edition.name, () => {
  const { ours, create, update } = callsOf(edition);

  describe('a failed code exchange', () => {
    for (const [status, what, origin, env] of [
      [400, 'a code that is not accepted', (t) => refusing(t, 400, { error: 'invalid_grant' })],
      [400, 'a Secret that is not accepted', (t) => refusing(t, 401, { error: 'invalid_client' })],
      [502, 'an unreachable server', nowhere],
      [502, 'an HTML page in place of tokens', page],
      [502, 'a 404 of the token endpoint', (t) => refusing(t, 404, {})],
      [503, 'a server that is busy', (t) => refusing(t, 503, {})],
      [504, 'a server that does not respond', silence, { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '200' }],
    ]) {
      test(`leads to a response with status ${status} (${what})`, async (t) => {
        const host = await started(t, edition, { tokenUrl: `${await origin(t)}/token`, ...env });
        const id = await host('put', { row: { ...ours, config: { type: 'oauth', oauth_token: 'former' } } });
        const results = await host('call', {
          calls: [create(oauth(GRANT)), update(id, { ...ours, config: oauth(GRANT) })],
        });
        for (const { error } of results) {
          assert.equal(error?.status, status, error?.message);
          assert.deepEqual(error.response, { msg: error.message });
          // NocoDB mistakes an error with a `code` for an error of its database, and replaces the message.
          assert.equal(error.code, undefined);
        }
      });
    }
  });

  describe('a failed method call', () => {
    for (const [status, what, origin, env] of [
      [400, 'a credential that is not accepted', (t) => refusing(t, 401, apiError)],
      [400, 'missing scopes', (t) => refusing(t, 403, apiError)],
      [400, 'a workspace that does not exist', (t) => refusing(t, 404, apiError)],
      [502, 'a removed endpoint', (t) => refusing(t, 410, apiError)],
      [502, 'an unreachable server', nowhere],
      [504, 'a server that does not respond', silence, { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '200' }],
    ]) {
      test(`leads to a response with status ${status} (${what})`, async (t) => {
        const host = await started(t, edition, { apiUrl: `${await origin(t)}/2.0`, ...env });
        const id = await host('put', { row: { ...ours, config: { type: 'api_key', token: 'access' } } });
        await assert.rejects(host('invoke', { id, method: 'listRepositories', argument: { workspace: 'acme' } }), (error) => {
          assert.equal(error.status, status, error.message);
          assert.deepEqual(error.response, { msg: error.message });
          assert.equal(error.code, undefined);
          return true;
        });
      });
    }

    test('leads to a response with status 400 (an invalid argument)', async (t) => {
      const host = await started(t, edition);
      const id = await host('put', { row: { ...ours, config: { type: 'api_key', token: 'access' } } });
      await assert.rejects(host('invoke', { id, method: 'listRepositories', argument: { workspace: 'a/b' } }), { status: 400 });
    });
  });
});

for (const edition of HOSTS.filter(({ edition: name }) => name !== '0301')) {
  describe(`${edition.name}: creating a connection`, () => {
    const { ours } = callsOf(edition);
    const connection = (payload) => ({ ...ours, title: 'Bitbucket', workspaceId: 'w1', config: oauth({ code: payload }) });

    test('inside a base sends one request while the transaction is open', async (t) => {
      const host = await started(t, edition);
      const grant = await authorizationCode(bb);
      bb.requests.length = 0;
      const { row, error } = await host('createFromBase', connection(grant));
      assert.equal(error, undefined);
      assert.deepEqual([row.is_restricted, row.base_id], [true, 'p1']);
      assert.equal(bb.requests.length, 1, bb.requests.join());
      const config = await host('row', { id: row.id });
      assert.ok(config.refresh_token);
      assert.ok(!('oauth' in config));
      assert.deepEqual((await host('transactions')).map(({ committed }) => committed), [true]);
    });

    for (const [status, what, origin] of [
      [400, 'a code that is not accepted', (t) => refusing(t, 400, { error: 'invalid_grant' })],
      [502, 'an unreachable server', nowhere],
    ]) {
      test(`inside a base fails with a message for ${what}, and stores nothing`, async (t) => {
        const host = await started(t, edition, { tokenUrl: `${await origin(t)}/token` });
        const { error } = await host('createFromBase', connection(GRANT));
        assert.equal(error?.isOwn, true);
        assert.equal(error.status, status);
        assert.match(error.message, status === 400 ? /rejected the authorization code/ : /could not be reached/);
        assert.deepEqual((await host('stored')).rows, {});
        assert.ok(!JSON.stringify(error).includes(GRANT.code));
      });
    }

    test('inside a base keeps the transaction open for five seconds at most', async (t) => {
      const host = await started(t, edition, { tokenUrl: `${await silence(t)}/token` });
      const { error } = await host('createFromBase', connection(GRANT));
      assert.equal(error?.isOwn, true);
      assert.equal(error.status, 504);
      assert.match(error.message, /within 5 seconds/);
      const [{ ms, committed }] = await host('transactions');
      assert.ok(ms >= 4_900 && ms < 9_000, `${ms}`);
      assert.equal(committed, false);
    });

    test('inside a base fails if the config has asterisks in place of a token, and the message names the field', async (t) => {
      const host = await started(t, edition);
      const { error } = await host('createFromBase', { ...connection(GRANT), config: { type: 'api_key', token: '********' } });
      assert.deepEqual([error?.isOwn, error?.status], [true, 400]);
      assert.match(error.message, /config\.token/);
    });

    test('outside a base also stores the account', async (t) => {
      const host = await started(t, edition);
      const id = await host('create', connection(await authorizationCode(bb)));
      assert.equal((await host('row', { id })).account.nickname, 'dana');
    });
  });
}
