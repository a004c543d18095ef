/**
 * A whole login, end to end: the real NocoDB with the packed plugin, a real Chromium in NocoDB's own GUI, and the Bitbucket
 * simulator.
 *
 * In: what an administrator and a creator do. Out: checks of what NocoDB responds, shows, prints and stores. The tests build on
 *   one another. The failed attempts come first, so that the later tests also check that these attempts left no trace.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { authorizationCode } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { Gui } from './support/gui.js';
import { ADMIN, Host } from './support/host.js';

describe('a Bitbucket connection in NocoDB', () => {
  let port;
  let bb;
  let host;
  let gui;

  before(async () => {
    port = await freePort();
    bb = await startBitbucket({ clients: [{ callback: `http://localhost:${port}/` }] });
    host = await Host.create();
    await host.start(port, simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'a-wrong-secret' }));
    gui = await Gui.open('connect');
    await gui.try(() => gui.signIn(host.url, ADMIN));
  });

  after(async () => {
    await gui?.close();
    await host?.remove();
    await bb?.close();
  });

  /** Asserts that neither the database nor the output contains a code or a verifier of the attempts so far. */
  function assertNoTrace() {
    const grants = gui.sent.map(({ body }) => body.config.oauth?.code).filter(Boolean);
    assert.ok(grants.length > 0);
    assert.deepEqual(grants.map(({ code }) => code), gui.codes);
    for (const { code, code_verifier: verifier } of grants) {
      assert.match(verifier, /^[\w.~-]{43,128}$/);
      for (const value of [code, verifier]) {
        assert.equal(host.databaseHolds(value), false);
        assert.ok(!host.printed.some((line) => line.includes(value)));
      }
    }
  }

  test('is not stored if the user denies access: the popup reports the denial, and the form stays incomplete', () => gui.try(async () => {
    await gui.newBitbucketConnection(host.url);
    await gui.chooseOAuth2();
    assert.match(await gui.deny(), /^Access was denied\n/);
    assert.ok(await gui.createIsRefusedWith('Authenticate with Bitbucket first'));
    assert.deepEqual(gui.codes, []);
    assert.deepEqual(await host.integrations(), []);
  }));

  test('is not stored with a wrong client secret, and NocoDB responds with 400 and a plain message', () => gui.try(async () => {
    await gui.newBitbucketConnection(host.url);
    await gui.chooseOAuth2();
    await gui.grant();
    const { status, answer } = await gui.createIntegration();
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(answer), ['msg']);
    assert.match(answer.msg, /secret/i);
    await gui.see(answer.msg, 'wrong-secret');
    assert.deepEqual(await host.integrations(), []);
    assertNoTrace();
  }));

  let id;
  const listRepositories = (query) =>
    host.request('POST', `/api/v2/integrations/${id}/listRepositories`, { workspace: 'acme', ...query });

  test('is stored with its tokens, but without code and verifier, after the user grants access', () => gui.try(async () => {
    await host.stop();
    await host.start(port, simulatorVariables(bb));
    await gui.newBitbucketConnection(host.url);
    await gui.chooseOAuth2();
    await gui.grant();
    const { status, answer } = await gui.createIntegration();
    assert.equal(status, 201);
    await gui.seeConnection();

    assert.equal((await host.integrations()).length, 1);
    ({ id } = answer);
    const { config, type, sub_type: subType } = await host.integration(id);
    assert.deepEqual([type, subType], ['development', 'bitbucket']);
    assert.equal(config.type, 'oauth');
    assert.ok(!('oauth' in config));
    assert.ok(config.refresh_token);
    assert.ok(Date.parse(config.expires_at) > Date.now());
    assert.ok(config.scopes.includes('repository'));
    assertNoTrace();
    // The same search finds a token that NocoDB does store.
    assert.equal(host.databaseHolds(config.oauth_token.slice(-40)), true);
  }));

  test('lists the repositories of a workspace through NocoDB', async () => {
    const { status, body } = await listRepositories();
    assert.equal(status, 201);
    assert.ok(body.values.length > 0);
    assert.ok(body.values.every(({ full_name: name }) => name.startsWith('acme/')));
    assert.equal(typeof body.next, 'string');
    const last = await listRepositories({ next: body.next });
    assert.equal(last.status, 201);
    assert.notEqual(last.body.values[0].full_name, body.values[0].full_name);
    const refused = await listRepositories({ workspace: '../secrets' });
    assert.equal(refused.status, 400);
    assert.match(refused.body.msg, /workspace/);
    const missing = await listRepositories({ workspace: 'nobody' });
    assert.equal(missing.status, 400);
    assert.match(missing.body.msg, /Bitbucket does not have this/);
    const tested = await host.request('POST', `/api/v2/integrations/${id}/testConnection`, {});
    assert.deepEqual([tested.body.success, tested.body.message], [true, 'Connected as Dana Demo.']);
  });

  test('exposes no method that returns a credential or sends arbitrary requests', async () => {
    assert.ok(id);
    for (const method of ['exchangeToken', 'refreshToken', 'authenticate', 'use', 'config', 'saveVars', 'constructor']) {
      const { status, body } = await host.request('POST', `/api/v2/integrations/${id}/${method}`, {});
      assert.equal(status, 404, `${method}: ${JSON.stringify(body)}`);
    }
  });

  /** Stores another configuration, as the GUI does in editions that can edit such an integration. */
  const update = (config) => host.request('PATCH', `/api/v2/meta/integrations/${id}`,
    { title: 'Bitbucket', type: 'development', sub_type: 'bitbucket', config });

  // The next tests use the API, because the community edition's dialog for editing such an integration stays empty.
  test('stays unchanged when an update contains a code that Bitbucket rejects, and the update gets 400', async () => {
    const { config } = await host.integration(id);
    const grant = { ...(await authorizationCode(bb)), code_verifier: 'x'.repeat(43) };
    const { status, body } = await update({ ...config, oauth: { code: grant } });
    assert.equal(status, 400);
    assert.match(body.msg, /code/i);
    assert.deepEqual((await host.integration(id)).config, config);
    assert.equal(host.databaseHolds(grant.code), false);
    assert.equal(host.databaseHolds(grant.code_verifier), false);
  });

  test('has new tokens after an update with a new code, but does not contain the code and the verifier', async () => {
    const { config } = await host.integration(id);
    const grant = await authorizationCode(bb);
    const { status } = await update({ ...config, oauth: { code: grant } });
    assert.equal(status, 200);
    const refreshed = (await host.integration(id)).config;
    assert.ok(!('oauth' in refreshed));
    assert.ok(refreshed.oauth_token !== config.oauth_token);
    assert.ok(refreshed.refresh_token !== config.refresh_token);
    assert.equal(host.databaseHolds(refreshed.oauth_token.slice(-40)), true);
    assert.equal(host.databaseHolds(grant.code), false);
    assert.equal(host.databaseHolds(grant.code_verifier), false);
    assert.equal((await listRepositories()).status, 201);
  });

  test('refreshes its expired tokens, and stores the new tokens', async () => {
    const before = (await host.integration(id)).config;
    bb.control.advance(3 * 60 * 60 * 1000);
    assert.equal((await listRepositories()).status, 201);
    const { config } = await host.integration(id);
    // The message of a failed `notEqual` would print the tokens.
    assert.ok(config.oauth_token !== before.oauth_token);
    assert.ok(config.refresh_token !== before.refresh_token);
    assert.ok(Date.parse(config.expires_at) > Date.now());
  });

  test('leaves no secret in the output', async () => {
    assertNoTrace();
    const { config } = await host.integration(id);
    for (const secret of [bb.client.secret, 'a-wrong-secret', config.oauth_token, config.refresh_token]) {
      assert.ok(!host.printed.some((line) => line.includes(secret)));
    }
    // NocoDB was started twice, and the plugin prints one line per start.
    assert.equal(host.pluginLines.filter((line) => line.includes('registered')).length, 2);
  });
});
