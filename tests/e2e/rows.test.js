/**
 * Encrypted rows of the real NocoDB that an administrator changes while the plugin refreshes their tokens.
 *
 * In: changes through NocoDB's API while Bitbucket's response with the new tokens is on its way. Out: checks of the row, of
 * NocoDB's response and of the log.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startScene } from '../keeping/support/scene.js';
import { freePort } from '../support/http-server.js';
import { Gui } from './support/gui.js';
import { ADMIN, Host } from './support/host.js';

const HOUR = 3_600_000;
const TITLE = 'Bitbucket of sales';

describe('a row of NocoDB with OAuth tokens', () => {
  let scene;
  let host;

  before(async () => {
    scene = await startScene({ accessTokenLifetimeMs: HOUR });
    host = await Host.create();
    await host.start(await freePort(), { ...scene.environment, NC_CONNECTION_ENCRYPT_KEY: randomUUID() });
  });

  after(async () => {
    await host?.remove();
    await scene?.close();
  });

  /** Creates a row with tokens, and calls `change` while Bitbucket's response with the next tokens is delayed. */
  async function refreshDuring(name, change) {
    const config = await scene.connect(name);
    const created = await host.request('POST', '/api/v2/meta/integrations', {
      title: TITLE, type: 'development', sub_type: 'bitbucket', config,
    });
    assert.equal(created.status, 201);
    const { id } = created.body;
    scene.tap.trapAfter = async ({ connection }) => {
      if (connection !== name) return;
      scene.tap.trapAfter = () => {};
      const { status } = await change(id, config);
      assert.equal(status, 200);
    };
    scene.bitbucket.control.advance(HOUR + 1000);
    return { id, config, answer: await list(id) };
  }

  const list = (id) => host.request('POST', `/api/v2/integrations/${id}/listRepositories`, { workspace: 'acme' });
  const patch = (id, config) => host.request('PATCH', `/api/v2/meta/integrations/${id}`, {
    title: TITLE, type: 'development', sub_type: 'bitbucket', config,
  });
  const stored = async (id) => (await host.integration(id)).config;
  const isSame = (one, other) => one.refresh_token === other.refresh_token && one.oauth_token === other.oauth_token;

  test('keeps the tokens of a new login that happens during a refresh', async () => {
    let again;
    const { id, answer } = await refreshDuring('former', async (row) => {
      again = await scene.connect('again');
      return patch(row, again);
    });
    assert.deepEqual([answer.status, answer.body.msg], [400, 'A user authenticated this connection again. Reload the connection.']);
    assert.ok(isSame(await stored(id), again));
    assert.equal((await list(id)).status, 201);
    assert.ok(isSame(await stored(id), again), 'the new login is in use, and its tokens did not have to be refreshed');
  });

  test('keeps a change that an administrator makes during a refresh, and gets the new tokens', async () => {
    const { id, config, answer } = await refreshDuring('changed', (row, before) => (
      patch(row, { ...before, workspace: 'acme-labs' })));
    assert.equal(answer.status, 201);
    const row = await stored(id);
    assert.ok(!isSame(row, config));
    assert.equal(scene.tap.refreshes.filter(({ connection }) => connection === 'changed').length, 1);
    assert.deepEqual([row.workspace, row.authorized_at], ['acme-labs', config.authorized_at]);
    assert.equal((await list(id)).status, 201);
  });

  test('is named in the log by its title if it is deleted during a refresh', async () => {
    const { answer } = await refreshDuring('deleted', (row) => host.request('DELETE', `/api/v2/meta/integrations/${row}`));
    assert.equal(answer.status, 400);
    assert.match(answer.body.msg, /deleted in NocoDB/);
    const lines = host.pluginLines.filter((line) => line.includes('deleted in NocoDB'));
    assert.equal(lines.length, 1);
    assert.ok(lines[0].includes(` connection "${TITLE}": `));
    assert.ok(!host.printed.some((line) => line.includes('could not save')));
  });

  describe("whose type this version's GUI does not offer", () => {
    test('has its entry in the list of integrations, hidden but with a form', async () => {
      const { body } = await host.request('GET', '/api/v2/integrations');
      assert.deepEqual(body.map(({ type, sub_type, manifest: { hidden } }) => [type, sub_type, hidden]),
        [['auth', 'bitbucket', true], ['development', 'bitbucket', false]]);
      const form = await host.request('GET', '/api/v2/integrations/auth/bitbucket');
      assert.equal(form.status, 200);
      assert.ok(form.body.form.some(({ model }) => model === 'config.type'));
    });

    test('works, and its tokens are refreshed', async () => {
      const config = await scene.connect('auth');
      const { status, body: { id } } = await host.request('POST', '/api/v2/meta/integrations', {
        title: TITLE, type: 'auth', sub_type: 'bitbucket', config,
      });
      assert.equal(status, 201);
      const tested = await host.request('POST', `/api/v2/integrations/${id}/testConnection`, {});
      assert.deepEqual([tested.status, tested.body.success], [201, true]);
      scene.bitbucket.control.advance(HOUR + 1000);
      const answer = await list(id);
      assert.equal(answer.status, 201);
      assert.ok(answer.body.values.length > 0);
      const row = await stored(id);
      assert.ok(!isSame(row, config));
      assert.deepEqual([row.type, row.authorized_at], ['oauth', config.authorized_at]);
      assert.equal(scene.tap.refreshes.filter(({ connection }) => connection === 'auth').length, 1);
    });

    test('is never stored with an authorization code', async () => {
      const code = 'unknown-authorization-code-4713';
      const { status } = await host.request('POST', '/api/v2/meta/integrations', {
        title: TITLE, type: 'auth', sub_type: 'bitbucket', config: { type: 'oauth', oauth: { code, code_verifier: 'v'.repeat(43) } },
      });
      assert.equal(status, 400);
      assert.equal(host.databaseHolds(code), false);
    });

    test('adds neither a second tile "Bitbucket" nor a category to the GUI', async () => {
      const gui = await Gui.open('rows');
      try {
        await gui.signIn(host.url, ADMIN);
        assert.deepEqual(await gui.tiles(host.url), { Bitbucket: 1, 'Auth Provider': 0 });
      } finally {
        await gui.close();
      }
    });
  });

  test('leaves no secret in the output', () => {
    const printed = host.printed.join('\n');
    for (const secret of scene.tap.secrets) assert.ok(!printed.includes(secret), 'a secret was printed');
  });
});
