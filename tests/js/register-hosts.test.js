/**
 * How NocoDB uses a connection's row and its wrapper (NocoDB's object for one call): syncs, rows of another version, environments
 * (variants of a row's config, such as staging), vaults, masks, and connection tests before a row is stored.
 *
 * In: mock NocoDB processes with the preload. Out: checks of their rows and responses. Tests of features that NocoDB 0.301.3
 * lacks run only on the mock editions of late 2026. Bitbucket is the simulator.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizationCode, startSimulator } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { HOSTS, callsOf, oauth, startHost } from './register/hosts.js';

const HOUR = 3_600_000;
const MASK = '********';
const ACCESS_TOKEN = { token: 'the-access-token', kind: 'workspace', workspace: 'acme', scopes: ['repository', 'account'] };
const WORKSPACE = { workspace: 'acme' };
const isSame = (one, other) => one.refresh_token === other.refresh_token && one.oauth_token === other.oauth_token;

/** A simulator, a mock NocoDB, and functions that create rows in it. */
async function scene(t, edition, options) {
  const bb = await startSimulator(t, {
    clients: [{ callback: 'https://nocodb.example.com/' }], accessTokens: [ACCESS_TOKEN], backend: 'newer',
  });
  const { host, kill } = startHost({ ...edition, options: { ...edition.options, ...options } }, { env: simulatorVariables(bb) });
  t.after(kill);
  const { available } = await host('start', { registry: edition.registry });
  const { ours } = callsOf(edition);
  const create = (config, more) => host('create', { ...ours, title: 'Bitbucket', config, ...more });
  return {
    bb, host, available, ours, create,
    connect: async (more) => create(oauth({ code: await authorizationCode(bb) }), more),
    expire: () => bb.control.advance(3 * HOUR),
    refreshes: () => bb.control.stats().token.refresh_token.requests,
  };
}

for (const edition of HOSTS) describe(edition.name, () => {
  test('offers Bitbucket once', async (t) => {
    const { available } = await scene(t, edition);
    const offered = available.filter(({ sub_type, hidden }) => sub_type === 'bitbucket' && !hidden);
    assert.deepEqual(offered.map(({ type }) => type), [edition.offered]);
  });

  test('syncs the repositories, even after the tokens have expired', async (t) => {
    const { host, connect, expire, refreshes } = await scene(t, edition);
    const id = await connect();
    const path = '/repositories/acme';
    assert.equal(await host('sync', { id, path }), 200);
    const before = await host('row', { id });
    expire();
    assert.equal(await host('sync', { id, path }), 200);
    assert.ok(!isSame(await host('row', { id }), before));
    assert.equal(await host('sync', { id, path }), 200);
    assert.equal(refreshes(), 1);
  });

  for (const type of ['auth', 'development']) {
    test(`uses rows of type "${type}" that another version created`, async (t) => {
      const { host, connect, expire, refreshes } = await scene(t, edition);
      const config = await host('row', { id: await connect() });
      const id = await host('put', { row: { type, sub_type: 'bitbucket', title: 'older', config } });
      assert.equal((await host('invoke', { id, method: 'testConnection' })).success, true);
      expire();
      const { values } = await host('invoke', { id, method: 'listRepositories', argument: WORKSPACE });
      assert.ok(values.length > 0);
      assert.equal(refreshes(), 1);
      assert.ok(!isSame(await host('row', { id }), config));
    });
  }
});

for (const edition of HOSTS.filter(({ edition: name }) => name === '2026')) describe(`${edition.name}, unlike 0.301.3,`, () => {
  test('creates a connection inside a base in one transaction, and writes no code', async (t) => {
    const { host, bb, ours } = await scene(t, edition);
    const grant = await authorizationCode(bb);
    const { row } = await host('createFromBase', { ...ours, title: 'Bitbucket', config: oauth({ code: grant }) });
    assert.deepEqual([row?.is_restricted, row?.base_id], [true, 'p1']);
    assert.ok((await host('row', { id: row.id })).oauth_token);
    assert.deepEqual((await host('transactions')).map(({ committed }) => committed), [true]);
    const { written } = await host('stored');
    assert.ok(written.every((text) => !text.includes(grant.code) && !text.includes(grant.code_verifier)));
    assert.equal(bb.control.stats().token.authorization_code.requests, 1);
  });

  test('creates nothing inside a base when the exchange fails', async (t) => {
    const { host, ours } = await scene(t, edition);
    const config = oauth({ code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) });
    const { error } = await host('createFromBase', { ...ours, title: 'Bitbucket', config });
    assert.ok(error.message);
    assert.deepEqual((await host('transactions')).map(({ committed }) => committed), [false]);
    assert.deepEqual(await host('stored'), { written: [], rows: {} });
  });

  test('saves refreshed tokens of an environment in the environment, and leaves the tokens of the row unchanged', async (t) => {
    const { host, connect, expire, refreshes } = await scene(t, edition);
    const id = await connect();
    const production = await host('row', { id });
    const staging = await host('row', { id: await connect() });
    await host('patch', { id, environments: { staging, workspace: WORKSPACE } });
    const first = await host('open', { id, environment: 'staging' });
    expire();
    assert.deepEqual(await host('use', { first }), [200]);
    const row = await host('wholeRow', { id });
    assert.ok(isSame(row.config, production));
    assert.ok(!isSame(row.environments.staging, staging));
    assert.equal(row.environments.staging.refresh_token, (await host('config', { first })).refresh_token);
    assert.deepEqual(await host('use', { first: await host('open', { id, environment: 'staging' }) }), [200]);
    assert.equal(refreshes(), 1);
  });

  test("refreshes the row's tokens for an environment without tokens of its own", async (t) => {
    const { host, connect, expire, refreshes } = await scene(t, edition);
    const id = await connect();
    const before = await host('row', { id });
    await host('patch', { id, environments: { staging: WORKSPACE } });
    const first = await host('open', { id, environment: 'staging' });
    expire();
    assert.deepEqual(await host('use', { first }), [200]);
    const row = await host('wholeRow', { id });
    assert.ok(!isSame(row.config, before));
    assert.deepEqual(row.environments, { staging: WORKSPACE });
    assert.ok(!('workspace' in row.config));
    assert.deepEqual(await host('use', { first: await host('open', { id }) }), [200]);
    assert.equal(refreshes(), 1);
  });

  test('resolves vault references, but stores and shows them unresolved', async (t) => {
    const secret = ACCESS_TOKEN.token;
    const token = { $vault: { alias: 'company', secret: 'bitbucket', path: 'kv/bitbucket' } };
    const { host, create } = await scene(t, edition, { vault: { bitbucket: secret } });
    const id = await create({ type: 'api_key', token, ...WORKSPACE });
    const [first] = [await host('open', { id })];
    assert.equal((await host('invoke', { id, method: 'testConnection' })).success, true);
    await host('saveVars', { first, vars: { cursor: 7 } });
    assert.deepEqual(await host('row', { id }), { type: 'api_key', token, ...WORKSPACE, _vars: { cursor: 7 } });
    assert.deepEqual((await host('read', { id })).token, token);
    assert.ok(!JSON.stringify(await host('stored')).includes(secret));
  });

  test('stores no secret that a vault reference resolves to, whether the row or an environment has the tokens', async (t) => {
    const secrets = { bitbucket: 'resolved-access-token', renewal: 'resolved-refresh-token' };
    const reference = (secret) => ({ $vault: { alias: 'company', secret } });
    const { host, create, connect, expire } = await scene(t, edition, { vault: secrets });
    const tokens = await host('row', { id: await connect() });
    const staging = await host('row', { id: await connect() });
    for (const [config, how] of [
      [{ ...tokens, token: reference('bitbucket') }, { environment: 'staging' }],
      [{ ...tokens, token: reference('bitbucket') }, {}],
      [{ type: 'oauth', oauth_token: reference('bitbucket'), refresh_token: reference('renewal') }, {}],
      [{ ...tokens, refresh_token: reference('renewal') }, {}],
      [{ type: 'api_key', token: { ...reference('bitbucket'), version: 2 } }, {}],
    ]) {
      const id = await create(config);
      await host('patch', { id, environments: { staging } });
      const first = await host('open', { id, ...how });
      expire();
      await host('use', { first });
      await host('saveVars', { first, vars: { cursor: 7 } });
      const { config: row, environments } = await host('wholeRow', { id });
      for (const [name, value] of Object.entries(config)) if (value.$vault) assert.deepEqual(row[name], value);
      assert.deepEqual((how.environment ? environments.staging : row)._vars, { cursor: 7 });
    }
    assert.doesNotMatch(JSON.stringify(await host('stored')), /resolved-/);
  });

  test('shows masks, and keeps the credentials when an update contains these masks', async (t) => {
    const { host, connect, expire } = await scene(t, edition);
    const id = await connect();
    const before = await host('row', { id });
    const shown = await host('read', { id });
    assert.deepEqual([shown.oauth_token, shown.refresh_token], [MASK, MASK]);
    await host('patch', { id, config: { ...shown, ...WORKSPACE } });
    const row = await host('row', { id });
    assert.ok(isSame(row, before));
    assert.equal(row.workspace, 'acme');
    expire();
    assert.deepEqual(await host('use', { first: await host('open', { id }) }), [200]);
  });

  test('tests an integration that is not stored yet, except if its auth type is OAuth2', async (t) => {
    const { host, bb, ours } = await scene(t, edition);
    const config = (token) => ({ ...ours, config: { type: 'api_key', token, ...WORKSPACE } });
    assert.deepEqual(await host('test', { ...ours, config: oauth({ code: 'c' }) }), { success: true });
    assert.equal(bb.requests.length, 0);
    assert.equal((await host('test', config(ACCESS_TOKEN.token))).success, true);
    const refused = await host('test', config('another-token'));
    assert.equal(refused.success, false);
    assert.ok(refused.message);
    assert.deepEqual(await host('stored'), { written: [], rows: {} });
  });
});
