/**
 * Wrappers that save tokens in their row through the preload, while users or other wrappers change the same row.
 *
 * In: a mock NocoDB in its own process, with the preload. Out: checks of its rows, its log and its wrappers' results.
 * Bitbucket is the simulator.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { connectUser, startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { HOSTS, startHost } from './register/hosts.js';

const HOUR = 3_600_000;
const REPLACED = {
  code: 'RECONNECT_REQUIRED',
  message: 'A user authenticated this connection again. Reload the connection.',
  reauthorize: false,
};

/** A simulator, a mock NocoDB with a connection to the simulator, and a function that authenticates again. */
async function scene(t, edition, { type = edition.offered, env: more, ...settings } = {}) {
  const bitbucket = await startSimulator(t, { backend: 'newer', ...settings });
  const env = simulatorEnvironment(bitbucket, more);
  const authenticate = () => connectUser(bitbucket, createEntry(env).wrapper);
  const { host, kill } = startHost(edition, { env });
  t.after(kill);
  await host('start', edition);
  const config = await authenticate();
  const id = await host('create', { type, sub_type: 'bitbucket', title: 'Bitbucket of "sales"', config });
  const { refresh_token: refreshes } = bitbucket.control.stats().token;
  const expire = () => bitbucket.control.advance(3 * HOUR);
  return {
    bitbucket, env, host, id, config, authenticate, expire,
    refreshes: () => bitbucket.control.stats().token.refresh_token.requests - refreshes.requests,
    lines: async () => (await host('printed')).filter((line) => / (WARN|ERROR) .*, connection /.test(line)),
  };
}

/** Compares tokens without `deepEqual`, so that a failed assertion prints no token. */
const isSame = (row, config) => row.refresh_token === config.refresh_token && row.oauth_token === config.oauth_token;

for (const edition of HOSTS) describe(edition.name, () => {
  for (const type of ['development', 'auth']) {
    describe(`a row of type ${type}`, () => {
      test('keeps a new login, and the wrapper of the former login fails when its tokens expire', async (t) => {
        const { host, id, authenticate, expire } = await scene(t, edition, { type });
        const former = await host('open', { id });
        assert.deepEqual(await host('use', { first: former }), [200]);
        const again = await authenticate();
        await host('patch', { id, config: again });
        // The tokens of the former login are still valid.
        assert.deepEqual(await host('use', { first: former }), [200]);
        expire();
        assert.deepEqual(await host('use', { first: former }), [REPLACED]);
        assert.ok(isSame(await host('row', { id }), again), 'the row has the new login');
        assert.deepEqual(await host('use', { first: former }), [REPLACED]);
        assert.deepEqual(await host('use', { first: await host('open', { id }) }), [200]);
      });

      test('appears with its title in the log when its tokens are refreshed', async (t) => {
        const { host, id, expire } = await scene(t, edition, { type });
        const first = await host('open', { id });
        expire();
        assert.deepEqual(await host('use', { first }), [200]);
        const lines = (await host('printed')).filter((line) => line.startsWith('[nocodb-bitbucket-auth] INFO '));
        assert.match(lines.at(-1), /^\[nocodb-bitbucket-auth\] INFO refreshed, connection "Bitbucket of \\"sales\\"", \d+ ms: /);
      });

      test('keeps changes that an administrator made before the refresh', async (t) => {
        const { host, id, expire, config } = await scene(t, edition, { type });
        const first = await host('open', { id });
        await host('patch', { id, config: { ...config, workspace: 'acme', extra: { kept: true } } });
        expire();
        assert.deepEqual(await host('use', { first }), [200]);
        const row = await host('row', { id });
        assert.ok(isSame(row, await host('config', { first })), 'the row has the newest tokens');
        assert.ok(!isSame(row, config));
        assert.deepEqual([row.workspace, row.extra, row.authorized_at], ['acme', { kept: true }, config.authorized_at]);
      });

      test('is written once for a hundred wrappers, all of which use the new tokens', async (t) => {
        const { host, id, expire, refreshes } = await scene(t, edition, { type });
        const first = await host('open', { id, count: 100 });
        expire();
        const statuses = await host('use', { first, count: 100 });
        assert.deepEqual(new Set(statuses), new Set([200]));
        assert.deepEqual([refreshes(), await host('updates', { id })], [1, 1]);
        const row = await host('row', { id });
        assert.ok(isSame(row, await host('config', { first: first + 99 })));
        expire();
        assert.deepEqual(new Set(await host('use', { first, count: 100 })), new Set([200]));
        assert.deepEqual([refreshes(), await host('updates', { id })], [2, 2]);
      });

      test('that was deleted makes its wrappers fail, and is logged once', async (t) => {
        const { host, id, expire, refreshes, lines } = await scene(t, edition, { type });
        const first = await host('open', { id, count: 3 });
        await host('remove', { id });
        expire();
        const [error, ...others] = await host('use', { first, count: 3 });
        assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', false]);
        assert.match(error.message, /deleted in NocoDB/);
        assert.deepEqual(others, [error, error]);
        assert.deepEqual(await lines(), [
          '[nocodb-bitbucket-auth] WARN connection-deleted, connection "Bitbucket of \\"sales\\"": This connection was deleted in NocoDB, and its tokens '
            + 'are no longer refreshed.',
        ]);
        const before = refreshes();
        expire();
        assert.deepEqual(await host('use', { first, count: 3 }), [error, error, error]);
        assert.equal(refreshes(), before);
      });
    });
  }

  test('a duplicated row gets the new tokens, too, and works after the original was deleted', async (t) => {
    const { host, id, config, expire, refreshes } = await scene(t, edition);
    const copy = await host('create', { type: edition.offered, sub_type: 'bitbucket', title: 'copy', config });
    const first = await host('open', { id });
    const second = await host('open', { id: copy });
    expire();
    assert.deepEqual(await host('use', { first, count: 2 }), [200, 200]);
    assert.equal(refreshes(), 1);
    assert.ok(isSame(await host('row', { id }), await host('row', { id: copy })));
    await host('remove', { id });
    expire();
    const [deleted, status] = await host('use', { first, count: 2 });
    assert.deepEqual([deleted.code, status], ['RECONNECT_REQUIRED', 200]);
    assert.ok(isSame(await host('row', { id: copy }), await host('config', { first: second })));
  });

  describe("NocoDB's method saveVars", () => {
    test('keeps the changes of an administrator, and the newest tokens', async (t) => {
      const { host, id, config, expire } = await scene(t, edition);
      const first = await host('open', { id, count: 2 });
      await host('patch', { id, config: { ...config, workspace: 'acme' } });
      expire();
      assert.deepEqual(await host('use', { first }), [200]);
      await host('saveVars', { first: first + 1, vars: { cursor: 7 } });
      const row = await host('row', { id });
      assert.deepEqual([row.workspace, row._vars], ['acme', { cursor: 7 }]);
      assert.ok(isSame(row, await host('config', { first })));
    });

    test('leaves a new login unchanged', async (t) => {
      const { host, id, authenticate } = await scene(t, edition);
      const first = await host('open', { id });
      const again = await authenticate();
      await host('patch', { id, config: again });
      await host('saveVars', { first, vars: { cursor: 7 } });
      const row = await host('row', { id });
      assert.ok(isSame(row, again));
      assert.deepEqual([row._vars, row.authorized_at], [{ cursor: 7 }, again.authorized_at]);
    });

    test("and a simultaneous refresh do not undo each other's changes", async (t) => {
      const { host, id, expire } = await scene(t, edition);
      const first = await host('open', { id, count: 2 });
      await host('latency', { ms: 20 });
      expire();
      const [statuses] = await Promise.all([
        host('use', { first }), ...[1, 2, 3].map((cursor) => host('saveVars', { first: first + 1, vars: { cursor } })),
      ]);
      assert.deepEqual(statuses, [200]);
      const row = await host('row', { id });
      assert.deepEqual(row._vars, { cursor: 3 });
      assert.ok(isSame(row, await host('config', { first })));
    });
  });

  test('a wrapper with the config of another login refreshes its tokens without comparing them with its row', async (t) => {
    const { host, id, authenticate, expire } = await scene(t, edition, { type: 'auth' });
    const made = await authenticate();
    const first = await host('open', { id, made });
    expire();
    assert.deepEqual(await host('use', { first }), [200]);
  });
});
