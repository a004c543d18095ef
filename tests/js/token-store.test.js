/**
 * Token stores, through which wrappers save tokens in NocoDB's rows: what they save, and the lines that they log, with and
 * without read access to the rows.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { rowHost, troubleLogger } from '../support/nocodb.js';

// The package does not export these functions. Only its token keeper calls them.
const importInternal = (path) => import(new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json')));
const {
  assertAttached, hasAttachedStore, loadFromStores, logDeadConnection, saveToStores,
} = await importInternal('js/token-store.js');

const MINUTE = 60_000;
const SHARED = 'Another process uses this connection. The processes need a common Redis.';
const DELETED = 'This connection was deleted in NocoDB, and its tokens are no longer refreshed.';

const time = (ms) => new Date(Date.now() + ms).toISOString();

/** A connection whose access token has expired. */
const config = (more) => ({
  type: 'oauth',
  oauth_token: 'access-0',
  refresh_token: 'refresh-0',
  expires_at: time(-MINUTE),
  refreshed_at: time(-121 * MINUTE),
  authorized_at: '2026-11-01T00:00:00.000Z',
  ...more,
});

/** A Bitbucket that rotates refresh tokens. */
async function bitbucket(t) {
  let grants = 0;
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith('/2.0/')) return json(response, 200, {});
    grants += 1;
    return json(response, 200, {
      access_token: `access-${grants}`, refresh_token: `refresh-${grants}`, token_type: 'bearer', expires_in: 7200,
    });
  });
  return { Wrapper: createEntry(environment(server.origin)).wrapper, grants: () => grants };
}

const use = (wrapper) => wrapper.use((client) => client.get('/user'));

describe('the log of a token store', () => {
  /** Lets fifty callers use one connection whose tokens NocoDB cannot save, and returns the lines in the log. */
  async function useWithFailingStore(t, services) {
    const { Wrapper } = await bitbucket(t);
    const lines = [];
    const saveConfig = () => Promise.reject(new Error('the database is not available'));
    const wrappers = Array.from({ length: 50 }, (_, n) => (
      new Wrapper(config(), { saveConfig, logger: troubleLogger(lines), ...services(n) })));
    const answers = await Promise.all(wrappers.map(use));
    assert.ok(answers.every(({ status }) => status === 200));
    return lines;
  }

  test('has one line, with a name for the connection, if NocoDB cannot save tokens that fifty callers use', async (t) => {
    const lines = await useWithFailingStore(t, () => ({}));
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^ERROR tokens-unstored, connection [\w-]{8}: New tokens are in use, but NocoDB could not save them\./);
  });

  test('uses the same name for a connection as long as the connection exists', async (t) => {
    const { Wrapper } = await bitbucket(t);
    const lines = [];
    const saveConfig = () => Promise.reject(new Error('the database is not available'));
    const wrapper = new Wrapper(config(), { saveConfig, logger: troubleLogger(lines) });
    await use(wrapper);
    await wrapper.refreshToken({ refresh_token: wrapper.config.refresh_token });
    assert.deepEqual([lines.length, new Set(lines).size], [2, 1]);
  });

  test('contains the title that NocoDB passes, shortened and without control characters', async (t) => {
    const title = `Sales\n2026-01-01 forged \u001b[31mline ${'x'.repeat(200)}`;
    const lines = await useWithFailingStore(t, () => ({ id: 'int1', title }));
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^ERROR tokens-unstored, connection "Sales 2026-01-01 forged \[31mline x{60,100}": New tokens are in use/);
    assert.doesNotMatch(lines[0], /\p{C}/u);
  });

  for (const [how, fail] of [
    ['throws', () => { throw new Error('the log is full'); }],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ]) {
    test(`does not make calls fail when the logger ${how}`, async (t) => {
      const unhandled = t.mock.fn();
      process.on('unhandledRejection', unhandled);
      t.after(() => process.off('unhandledRejection', unhandled));
      const called = t.mock.fn(fail);
      for (const logger of [called, { log: called }]) {
        called.mock.resetCalls();
        await useWithFailingStore(t, () => ({ id: 'int1', logger }));
        await new Promise(setImmediate);
        const levels = called.mock.calls.map(({ arguments: [line] }) => line.split(' ')[0]);
        assert.deepEqual(levels, ['INFO', 'ERROR']);
      }
      assert.equal(unhandled.mock.callCount(), 0);
    });
  }

  test('has a line for each of two connections with the same tokens', async (t) => {
    const lines = await useWithFailingStore(t, (n) => ({ id: `int${n % 2}`, title: `Copy ${n % 2}` }));
    assert.deepEqual(lines.map((line) => /connection "(.*?)"/.exec(line)[1]).sort(), ['Copy 0', 'Copy 1']);
  });

  test('says once, with the title, that Bitbucket rejects the refresh token of a connection that 20 callers use', async (t) => {
    const server = await serve(t, (_request, response) => json(response, 400, { error: 'unauthorized_client' }));
    const { wrapper: Wrapper } = createEntry(environment(server.origin));
    const lines = [];
    const wrappers = Array.from({ length: 20 }, () => (
      new Wrapper(config(), { id: 'int1', title: 'Sales', logger: troubleLogger(lines) })));
    for (const wrapper of wrappers) {
      let error;
      do error = await thrownBy(() => use(wrapper));
      while (error.retryable);
      assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', true]);
    }
    const dead = lines.filter((line) => !line.startsWith('WARN refresh-failed'));
    assert.equal(dead.length, 1);
    assert.match(dead[0], /^ERROR connection-dead, connection "Sales": Bitbucket no longer accepts this connection's refresh token\./);
  });

  test('says once for each title, and once without a title, that Bitbucket rejects a refresh token', () => {
    const lines = [];
    const log = (line) => lines.push(line);
    const connection = { name: 'abcdefgh' };
    const ended = { log, title: 'Gone', connectionEnd: 'deleted' };
    logDeadConnection([{ log }, { log }, { log, title: 'Sales' }, { log, title: 'Sales' }, ended], connection);
    assert.equal(lines.length, 2);
    assert.match(lines[0], /^ERROR connection-dead, connection abcdefgh: Bitbucket no longer accepts this connection's refresh token\./);
    assert.match(lines[1], /^ERROR connection-dead, connection "Sales": Bitbucket no longer accepts/);
  });
});

describe('a row in which another process saved tokens', () => {
  test('keeps those tokens if they are newer, and the log says once that a Redis is needed', async (t) => {
    const { Wrapper } = await bitbucket(t);
    const theirs = config({ oauth_token: 'theirs', refresh_token: 'their-refresh', refreshed_at: time(MINUTE) });
    const host = rowHost(theirs, { id: 'int1', title: 'Sales' });
    const wrapper = new Wrapper(config(), host);
    assert.equal((await use(wrapper)).status, 200);
    assert.equal((await use(wrapper)).status, 200);
    assert.deepEqual([host.row, host.writes], [theirs, 0]);
    assert.deepEqual(host.lines, [`WARN connection-shared, connection "Sales": ${SHARED}`]);
  });

  test('gets the tokens of this process if these are newer', async (t) => {
    const { Wrapper } = await bitbucket(t);
    const theirs = config({ oauth_token: 'theirs', refresh_token: 'their-refresh', refreshed_at: time(-MINUTE) });
    const host = rowHost({ ...theirs, workspace: 'acme' });
    const wrapper = new Wrapper(config(), host);
    assert.equal((await use(wrapper)).status, 200);
    assert.deepEqual([host.row.refresh_token, host.row.workspace, host.writes], ['refresh-1', 'acme', 1]);
    assert.equal(host.lines.length, 1);
    assert.ok(host.lines[0].endsWith(SHARED));
  });

  test('is read for newer tokens when Bitbucket rejects the refresh token', async () => {
    const lines = [];
    const store = (load, more) => ({ log: (line) => lines.push(line), load, ...more });
    const older = { refreshToken: 'older', obtainedAt: 1000 };
    const newer = { refreshToken: 'newer', obtainedAt: 2000 };
    let reads = 0;
    const stores = [
      store(async () => older, { id: 'a', title: 'Sales' }),
      store(async () => { reads += 1; }, { id: 'b' }),
      store(async () => { reads += 1; }, { id: 'b' }),
      store(async () => newer, { id: 'c', title: 'Sales' }),
      store(async () => { throw new Error('the database is not available'); }, { id: 'd' }),
      store(undefined, {}),
      store(async () => 'replaced', { id: 'e' }),
      store(async () => 'deleted', { id: 'f', title: 'Old' }),
    ];
    const connection = { name: 'abcdefgh' };
    assert.equal(await loadFromStores(stores, connection), newer);
    assert.equal(reads, 1);
    assert.deepEqual(stores.map(({ connectionEnd }) => connectionEnd), [
      undefined, undefined, undefined, undefined, undefined, undefined, 'replaced', 'deleted',
    ]);
    assert.deepEqual(lines, [
      `WARN connection-shared, connection "Sales": ${SHARED}`, `WARN connection-deleted, connection "Old": ${DELETED}`,
    ]);
    assert.ok(hasAttachedStore(stores));
    assert.equal(await loadFromStores(stores.slice(6), connection), undefined);
    assert.ok(!hasAttachedStore(stores.slice(6)));
    for (const store of stores.slice(0, 6)) assertAttached(store);
    for (const store of stores.slice(6)) assert.throws(() => assertAttached(store), { code: 'RECONNECT_REQUIRED' });
  });
});

describe('a NocoDB whose row can be read', () => {
  test('saves tokens once for several wrappers, even if NocoDB passed no row id', async (t) => {
    const { Wrapper, grants } = await bitbucket(t);
    const host = rowHost(config());
    const wrappers = Array.from({ length: 2 }, () => new Wrapper(config(), host));
    await use(wrappers[0]);
    await use(wrappers[1]);
    assert.deepEqual([grants(), host.writes, host.row.refresh_token], [1, 1, 'refresh-1']);
  });

  test('removes the former expiry time when the new tokens have none', async (t) => {
    const server = await serve(t, (request, response) => json(response, 200, request.url.startsWith('/2.0/')
      ? {} : { access_token: 'access-1', refresh_token: 'refresh-1', token_type: 'bearer' }));
    const { wrapper: Wrapper } = createEntry(environment(server.origin));
    const host = rowHost(config({ expires_in: 7200, other: 'kept' }));
    await use(new Wrapper(config(), host));
    const { refreshed_at: _when, scopes: _granted, ...rest } = host.row;
    assert.deepEqual(rest, {
      type: 'oauth', oauth_token: 'access-1', refresh_token: 'refresh-1',
      authorized_at: '2026-11-01T00:00:00.000Z', other: 'kept',
    });
  });

  test('gets the new tokens even if reading the row fails twice', async (t) => {
    const { Wrapper } = await bitbucket(t);
    let failures = 2;
    const host = rowHost(config());
    const { loadConfig } = host;
    host.loadConfig = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('the database is not available');
      return loadConfig();
    };
    assert.equal((await use(new Wrapper(config(), host))).status, 200);
    assert.deepEqual([host.row.refresh_token, host.lines], ['refresh-1', []]);
  });

  for (const [what, row] of [
    ['another kind of credential', { type: 'api_key', token: 'secret', refresh_token: 'refresh-0' }],
    ['no members', {}],
    ['tokens of an unknown login', { type: 'oauth', oauth_token: 'new', refresh_token: 'new-refresh' }],
    ['tokens that are not strings', { type: 'oauth', oauth_token: 1, refresh_token: 2, account: 7, authorized_at: [] }],
  ]) {
    test(`saves no tokens in a row that has ${what}`, async (t) => {
      const { Wrapper } = await bitbucket(t);
      const host = rowHost(row);
      const error = await thrownBy(() => use(new Wrapper(config(), host)));
      assert.equal(error.message, 'A user authenticated this connection again. Reload the connection.');
      assert.deepEqual([host.row, host.writes, host.lines], [row, 0, []]);
    });
  }

  test('saves no tokens in a row whose refresh token is an object, but the new tokens are used', async (t) => {
    const { Wrapper } = await bitbucket(t);
    const row = { type: 'oauth', oauth_token: 'access-0', refresh_token: { a: 1 } };
    const host = rowHost({ ...row });
    assert.equal((await use(new Wrapper(config(), host))).status, 200);
    assert.deepEqual([host.row, host.writes], [row, 0]);
    assert.equal(host.lines.length, 1);
    assert.match(host.lines[0], /could not save/);
  });
});

describe('a NocoDB whose row cannot be read', () => {
  test('gets only the tokens, and not the whole config', async (t) => {
    const { Wrapper } = await bitbucket(t);
    const callbacks = [];
    const wrapper = new Wrapper(config({ workspace: 'acme' }), { saveConfig: () => assert.fail('the whole config') });
    wrapper.setTokenRefreshCallback((tokens) => callbacks.push(Object.keys(tokens)));
    await use(wrapper);
    assert.deepEqual(callbacks, [['oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes']]);
  });

  for (const name of ['ERR_INTEGRATION_NOT_FOUND', 'INTEGRATION_NOT_FOUND']) {
    test(`reports with ${name} that the connection was deleted`, async (t) => {
      const { Wrapper, grants } = await bitbucket(t);
      const lines = [];
      const gone = Object.assign(new Error('Connection not found'), { error: name });
      const wrapper = new Wrapper(config(), { saveConfig: () => Promise.reject(gone), logger: troubleLogger(lines) });
      for (let n = 0; n < 2; n += 1) {
        const { code, message } = await thrownBy(() => use(wrapper));
        assert.deepEqual([code, message], ['RECONNECT_REQUIRED', DELETED]);
      }
      assert.equal(grants(), 1);
      assert.deepEqual(lines.map((line) => line.slice(-DELETED.length)), [DELETED]);
    });
  }
});

test('tokens are saved once in each row, even if several callers wait for the same token store', async () => {
  const calls = [];
  const connection = { name: 'abcdefgh' };
  const save = async (tokens) => { calls.push(tokens); return 'saved'; };
  const store = { log: () => {}, savedGeneration: 1, offeredGeneration: 1, save };
  assert.equal(await saveToStores([store, store], { refreshToken: 'r' }, 2, connection), true);
  assert.deepEqual([calls.length, store.savedGeneration, store.offeredGeneration], [1, 2, 2]);
  assert.equal(await saveToStores([store], { refreshToken: 'r' }, 2, connection), true);
  assert.equal(calls.length, 1);
});
