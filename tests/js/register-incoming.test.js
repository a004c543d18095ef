/**
 * Values that NocoDB must not store unchanged: masks in place of credentials, and codes of an earlier login. The tests run on
 * every mock NocoDB.
 *
 * In: calls of NocoDB's services, and rows that another process stored. Out: checks of what is stored afterwards.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { authorizationCode } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { HOSTS, callsOf, oauth, startHost } from './register/hosts.js';

const MASK = '********';
const WITHOUT_PRELOAD = 'A NocoDB process without the preload created this connection. Authenticate again.';
const HOUR = 3_600_000;

let bb;
before(async () => { bb = await startBitbucket({ clients: [{ callback: 'https://nocodb.example.com/dashboard/' }] }); });
after(() => bb.close());

for (const edition of HOSTS) describe(edition.name, () => {
  const { ours, create, update } = callsOf(edition);

  /** A started NocoDB: `host(command, argument)`, and `call` for one call of a service. */
  async function started(t) {
    const { host, kill } = startHost(edition, { env: simulatorVariables(bb) });
    t.after(kill);
    await host('start', { registry: edition.registry });
    return { host, call: async (...call) => (await host('call', { calls: [call] }))[0] };
  }

  for (const shape of ['an object', 'JSON']) {
    const shaped = (config) => shape === 'JSON' ? JSON.stringify(config) : config;

    describe(`a mask in a config that is ${shape}`, () => {
      const stored = { type: 'api_key', token: 'the-token', workspace: 'acme' };

      test('in an update is replaced by the stored value, while other members are changed', async (t) => {
        const { host, call } = await started(t);
        const id = await host('put', { row: { ...ours, title: 'Bitbucket', config: stored } });
        const { error } = await call(...update(id, { ...ours, config: shaped({ ...stored, token: MASK, workspace: 'other' }) }));
        assert.equal(error, undefined);
        assert.deepEqual(await host('row', { id }), { ...stored, workspace: 'other' });
      });

      test('in an update of OAuth tokens is replaced by the stored values', async (t) => {
        const { host, call } = await started(t);
        const tokens = { type: 'oauth', oauth_token: 'a', refresh_token: 'r', account: { uuid: '{1}' } };
        const id = await host('put', { row: { ...ours, config: tokens } });
        await call(...update(id, { config: shaped({ ...tokens, oauth_token: MASK, refresh_token: MASK }) }));
        assert.deepEqual(await host('row', { id }), tokens);
      });

      test('in an update is removed when the row has no value for it', async (t) => {
        const { host, call } = await started(t);
        const id = await host('put', { row: { ...ours, config: { type: 'oauth', oauth_token: 'a' } } });
        await call(...update(id, { ...ours, config: shaped({ type: 'api_key', token: MASK, oauth_token: MASK }) }));
        assert.deepEqual(await host('row', { id }), { type: 'api_key', oauth_token: 'a' });
      });

      test('in an update with a new login does not restore the old tokens', async (t) => {
        const { host, call } = await started(t);
        const id = await host('put', { row: { ...ours, config: { type: 'oauth', oauth_token: 'a', refresh_token: 'r' } } });
        const config = { ...oauth({ code: await authorizationCode(bb) }), oauth_token: MASK, refresh_token: MASK };
        assert.equal((await call(...update(id, { ...ours, config: shaped(config) }))).error, undefined);
        const row = await host('row', { id });
        assert.ok(row.oauth_token.length > 100 && row.refresh_token.length > 20, 'the row has the new tokens');
      });

      test('in a new row is refused, and the message names the field with the mask', async (t) => {
        const { host, call } = await started(t);
        const { error } = await call(...create(shaped({ ...stored, token: MASK })));
        assert.equal(error?.status, 400);
        assert.match(error.message, /config\.token is a mask/);
        assert.deepEqual((await host('stored')).written, []);
      });

      test('in a new row is refused, even if the request contains the id of another row', async (t) => {
        const { host, call } = await started(t);
        const id = await host('put', { row: { ...ours, config: stored } });
        const copy = { ...ours, id, fk_workspace_id: 'w1', title: 'copy', config: shaped({ ...stored, token: MASK }) };
        const { error } = await call('createIntegration', copy);
        assert.equal(error?.status, 400);
        assert.match(error.message, /config\.token is a mask/);
        assert.deepEqual((await host('stored')).written, []);
      });

      test('in place of an email address in an update is replaced by the stored address', async (t) => {
        const { host, call } = await started(t);
        const basic = { type: 'basic', email: 'dana@example.com', token: 'the-token' };
        const id = await host('put', { row: { ...ours, config: basic } });
        await call(...update(id, { ...ours, config: shaped({ type: 'basic', email: MASK, token: MASK }) }));
        assert.deepEqual(await host('row', { id }), basic);
      });

      // In an object, NocoDB of late 2026 replaces the masks before the preload sees the config. In JSON text, it does not.
      const preloadSeesMask = edition.edition === '0301' || shape === 'JSON';
      test(`in an update is ${preloadSeesMask ? 'refused' : 'removed'} when the row cannot be read`, async (t) => {
        const { host, call } = await started(t);
        const before = 'U2FsdGVkX1-encrypted-with-another-key';
        const id = await host('put', { row: { ...ours, config: before } });
        const { error } = await call(...update(id, { ...ours, config: shaped({ ...stored, token: MASK }) }));
        const after = await host('row', { id });
        if (preloadSeesMask) {
          assert.equal(error?.status, 400);
          assert.match(error.message, /config\.token is a mask/);
          assert.equal(after, before);
        } else {
          assert.equal(error, undefined);
          assert.deepEqual(after, { type: 'api_key', workspace: 'acme' });
        }
      });
    });
  }

  test('a mask in the row of another integration stays unchanged', async (t) => {
    const { host, call } = await started(t);
    const otherIntegration = { type: 'database', sub_type: 'bitbucket', config: { token: MASK } };
    const { row } = await call('createIntegration', otherIntegration);
    assert.deepEqual(await host('row', { id: row.id }), { token: MASK });
  });

  test('asterisks that are not the mask of a credential are stored as entered', async (t) => {
    const { host, call } = await started(t);
    const config = { type: 'api_key', token: `${MASK}*`, workspace: MASK };
    const { row } = await call(...create(config));
    assert.deepEqual(await host('row', { id: row.id }), config);
  });

  test('a new login is stored even if the stored configuration cannot be read', async (t) => {
    const { host, call } = await started(t);
    const id = await host('put', { row: { ...ours, config: 'U2FsdGVkX1-encrypted-with-another-key' } });
    const { error } = await call(...update(id, { ...ours, config: oauth({ code: await authorizationCode(bb) }) }));
    assert.equal(error, undefined);
    assert.ok((await host('row', { id })).refresh_token);
  });

  describe('a row with a code that a process without the preload stored', () => {
    const stale = { type: 'oauth', oauth: { code: { code: 'stale-code-4711', code_verifier: 'v'.repeat(43) } } };
    const tokens = { oauth_token: 'the-token', refresh_token: 'the-refresh-token' };

    test('makes an update with the same code fail without a request to Bitbucket', async (t) => {
      const { host, call } = await started(t);
      const id = await host('put', { row: { ...ours, config: stale } });
      const requests = bb.requests.length;
      for (const config of [stale, JSON.stringify(stale), { ...stale, oauth: stale.oauth.code, workspace: 'acme' }]) {
        const { error } = await call(...update(id, { ...ours, title: 'renamed', config }));
        assert.deepEqual([error?.status, error?.message], [400, WITHOUT_PRELOAD]);
      }
      assert.equal(bb.requests.length, requests);
      assert.deepEqual((await host('stored')).written, []);
    });

    test('keeps its tokens and loses the code with the next update', async (t) => {
      const { host, call } = await started(t);
      const id = await host('put', { row: { ...ours, config: { ...stale, ...tokens } } });
      const requests = bb.requests.length;
      const { error } = await call(...update(id, { ...ours, config: { ...stale, ...tokens, workspace: 'acme' } }));
      assert.equal(error, undefined);
      assert.deepEqual(await host('row', { id }), { type: 'oauth', ...tokens, workspace: 'acme' });
      assert.equal(bb.requests.length, requests);
    });

    test('loses the code when the user chooses another kind of credential', async (t) => {
      const { host, call } = await started(t);
      const id = await host('put', { row: { ...ours, config: stale } });
      const { error } = await call(...update(id, { ...ours, config: { ...stale, type: 'api_key', token: 'access' } }));
      assert.equal(error, undefined);
      assert.deepEqual(await host('row', { id }), { type: 'api_key', token: 'access' });
    });

    test('is connected by a new code', async (t) => {
      const { host, call } = await started(t);
      const id = await host('put', { row: { ...ours, config: stale } });
      const { error } = await call(...update(id, { ...ours, config: oauth({ code: await authorizationCode(bb) }) }));
      assert.equal(error, undefined);
      const row = await host('row', { id });
      assert.ok(row.refresh_token);
      assert.ok(!('oauth' in row));
    });

    test('makes each method of its wrapper report that the preload was missing', async (t) => {
      const { host } = await started(t);
      const id = await host('put', { row: { ...ours, config: stale } });
      for (const method of ['connectionStatus', 'listRepositories']) {
        await assert.rejects(host('invoke', { id, method, argument: { workspace: 'acme' } }), (error) => {
          assert.deepEqual([error.status, error.message], [400, WITHOUT_PRELOAD]);
          return true;
        });
      }
      const verdict = await host('invoke', { id, method: 'testConnection' });
      assert.deepEqual([verdict.success, verdict.message], [false, WITHOUT_PRELOAD]);
    });

    test('cannot be copied', async (t) => {
      const { host, call } = await started(t);
      const id = await host('put', { row: { ...ours, config: stale } });
      const { error } = await call('createIntegration', { ...ours, id, fk_workspace_id: 'w1', config: stale });
      assert.deepEqual([error?.status, error?.message], [400, WITHOUT_PRELOAD]);
    });

    test('loses the code when its tokens are refreshed', async (t) => {
      const { host, call } = await started(t);
      const { row: connected } = await call(...create(oauth({ code: await authorizationCode(bb) })));
      const config = await host('row', { id: connected.id });
      const id = await host('put', { row: { ...ours, config: { ...config, oauth: stale.oauth } } });
      const first = await host('open', { id });
      bb.control.advance(3 * HOUR);
      assert.deepEqual(await host('use', { first }), [200]);
      const row = await host('row', { id });
      assert.notEqual(row.refresh_token, config.refresh_token);
      assert.ok(!('oauth' in row));
    });

    test('loses the code when saveVars writes to the row', async (t) => {
      const { host } = await started(t);
      const id = await host('put', { row: { ...ours, config: { ...stale, ...tokens } } });
      await host('saveVars', { first: await host('open', { id }), vars: { cursor: 7 } });
      const { oauth: code, _vars } = await host('row', { id });
      assert.deepEqual([code, _vars], [undefined, { cursor: 7 }]);
    });
  });
});
