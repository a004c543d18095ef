/**
 * How the real NocoDB responds, and what it stores, when a value must not be stored or a request of the plugin fails.
 *
 * In: requests to NocoDB's API as an administrator, and rows that a NocoDB without the preload stored. Out: checks of statuses,
 *   messages and rows.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startScene } from '../keeping/support/scene.js';
import { authorizationCode } from '../support/bitbucket.js';
import { freePort } from '../support/http-server.js';
import { Host } from './support/host.js';

const MASK = '********';
const WITHOUT_PRELOAD = 'A NocoDB process without the preload created this connection. Authenticate again.';
const STALE = { type: 'oauth', oauth: { code: { code: 'stale-code-4711', code_verifier: 'v'.repeat(43) } } };
const OURS = { title: 'Bitbucket', type: 'development', sub_type: 'bitbucket' };

describe('a Bitbucket integration in the real NocoDB', () => {
  let scene;
  let host;
  let port;
  const key = randomUUID();

  before(async () => {
    scene = await startScene();
    host = await Host.create();
    port = await freePort();
  });

  after(async () => {
    await host?.remove();
    await scene?.close();
  });

  const start = async (more = {}, options) => {
    await host.stop();
    await host.start(port, { ...scene.environment, NC_CONNECTION_ENCRYPT_KEY: key, ...more }, options);
  };
  const create = (config, more) => host.request('POST', '/api/v2/meta/integrations', { ...OURS, ...more, config });
  const patch = (id, config) => host.request('PATCH', `/api/v2/meta/integrations/${id}`, { ...OURS, config });
  const call = (id, method, body = { workspace: 'acme' }) => host.request('POST', `/api/v2/integrations/${id}/${method}`, body);
  const stored = async (id) => (await host.integration(id)).config;

  test('is not created with a mask as its token, and keeps its stored token when an update contains a mask', async () => {
    await start();
    const refused = await create({ type: 'api_key', token: MASK });
    assert.equal(refused.status, 400);
    assert.match(refused.body.msg, /config\.token is a mask/);
    const { body: { id } } = await create({ type: 'api_key', token: 'the-token', workspace: 'acme' });
    assert.equal((await patch(id, { type: 'api_key', token: MASK, workspace: 'other' })).status, 200);
    assert.deepEqual(await stored(id), { type: 'api_key', token: 'the-token', workspace: 'other' });
    const copy = await create({}, { copy_from_id: id });
    assert.equal(copy.status, 201);
    assert.equal((await stored(copy.body.id)).token, 'the-token');
    // NocoDB passes the `id` in the body of a request on to its model, also when the request creates a row.
    const stolen = await create({ type: 'api_key', token: MASK }, { id, fk_workspace_id: copy.body.fk_workspace_id });
    assert.equal(stolen.status, 400);
    assert.match(stolen.body.msg, /config\.token is a mask/);
  });

  test('causes a clear error, and no request to Bitbucket, if a NocoDB without the preload stored its code', async () => {
    await start({}, { withPlugin: false });
    const { body: { id } } = await create(STALE);
    assert.deepEqual(await stored(id), STALE);
    await start();
    const before = scene.bitbucket.requests.length;
    for (const { status, body } of [await patch(id, STALE), await call(id, 'listRepositories'), await create({}, { copy_from_id: id })]) {
      assert.deepEqual([status, body.msg], [400, WITHOUT_PRELOAD]);
    }
    assert.equal((await call(id, 'testConnection')).body.message, WITHOUT_PRELOAD);
    assert.equal(scene.bitbucket.requests.length, before);
    const tokens = await scene.connect('tokens');
    assert.equal((await patch(id, { ...STALE, ...tokens })).status, 200);
    assert.deepEqual(await stored(id), tokens);
  });

  test('works again after a new login, if the encryption key of its row was lost', async () => {
    await start();
    const { body: { id } } = await create(await scene.connect('encrypted'));
    await start({ NC_CONNECTION_ENCRYPT_KEY: randomUUID() });
    assert.equal((await call(id, 'connectionStatus')).status, 500);
    const { status } = await patch(id, { type: 'oauth', oauth: { code: await authorizationCode(scene.bitbucket) } });
    assert.equal(status, 200);
    assert.equal((await call(id, 'listRepositories')).status, 201);
  });

  test("is created in a transaction with one token request, and a rejected code causes an error of NocoDB's class", async () => {
    const preload = fileURLToPath(new URL('support/in-transaction.cjs', import.meta.url));
    await start({ NODE_OPTIONS: `--require "${preload}"` });
    const inBase = { title: 'In a base' };
    const code = await authorizationCode(scene.bitbucket);
    scene.bitbucket.requests.length = 0;
    const made = await create({ type: 'oauth', oauth: { code } }, inBase);
    assert.equal(made.status, 201);
    assert.equal(scene.bitbucket.requests.length, 1, scene.bitbucket.requests.join());
    assert.ok((await stored(made.body.id)).refresh_token);
    const rows = (await host.integrations()).length;
    const { status, body } = await create({ type: 'oauth', oauth: { code } }, inBase);
    assert.deepEqual([status, body.error], [400, 'INVALID_GRANT']);
    assert.match(body.message, /rejected the authorization code/);
    assert.equal((await host.integrations()).length, rows);
  });

  test("causes errors whose statuses and messages pass NocoDB's exception filter unchanged", async () => {
    const silentServer = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silentServer, 'listening');
    try {
      const silentOrigin = `http://127.0.0.1:${silentServer.address().port}`;
      await start({
        INTEGRATION_AUTH_BITBUCKET_API_URL: `${silentOrigin}/2.0`,
        INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: 'http://127.0.0.1:1/token',
        INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '300',
      });
      const { body: { id } } = await create({ type: 'api_key', token: 'the-token' });
      const late = await call(id, 'listRepositories');
      assert.equal(late.status, 504);
      assert.match(late.body.msg, /did not respond in time/);
      for (const { status, body } of [await create(STALE), await patch(id, STALE)]) {
        assert.equal(status, 502);
        assert.match(body.msg, /could not be reached/);
      }
      const wrong = await call(id, 'listRepositories', { workspace: 'a/b' });
      assert.equal(wrong.status, 400);
    } finally {
      silentServer.close();
      silentServer.closeAllConnections();
    }
  });
});
