/** A user authenticates again while a sync runs with the former login: the new login stays, and the sync ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { troubleLogger } from '../support/nocodb.js';
import { startScene } from './support/scene.js';

const HOUR = 3_600_000;
const PATH = '/repositories/acme/docs-service/pullrequests';
const READERS = 8;
const PAGES = 40;
/** At this page the tokens expire. */
const EXPIRY = 20;

/** A mock NocoDB with one row. Its wrappers read and write the row as with the preload. */
async function startHost(t) {
  const scene = await startScene({ pullRequests: 2000, accessTokenLifetimeMs: HOUR });
  t.after(() => scene.close());
  const { wrapper: Wrapper } = createEntry(scene.environment);
  const host = {
    ...scene,
    row: await scene.connect('former'),
    writes: 0,
    lines: [],
    open: () => new Wrapper(structuredClone(host.row), {
      id: 'row',
      title: 'Sales',
      loadConfig: async () => host.row && structuredClone(host.row),
      saveConfig: async (config) => {
        host.writes += 1;
        host.row = config;
      },
      logger: (line) => troubleLogger(host.lines)(line),
    }),
    expire: () => scene.bitbucket.control.advance(HOUR + 1000),
  };
  return host;
}

/**
 * Reads all pages with several readers of one wrapper. Each reader stops at an error or after the last page.
 *
 * @param {(page: number) => unknown} atPage is called before each page
 * @returns {Promise<{ pages: number, failures: { code: string, message: string }[] }>}
 */
async function sync(wrapper, atPage) {
  let page = 0;
  let pages = 0;
  const failures = [];
  const read = async (client) => {
    try {
      while (page < PAGES) {
        page += 1;
        await atPage(page);
        await client.get(PATH, { params: { pagelen: 10, page } });
        pages += 1;
      }
    } catch (error) {
      failures.push(error.cause ?? error);
    }
  };
  await wrapper.use((client) => Promise.all(Array.from({ length: READERS }, () => read(client))));
  return { pages, failures };
}

/** Asserts that the row has the new login unchanged, that this login works, and that the former wrapper refreshes no tokens. */
async function assertReplaced(host, again, wrapper, { failures }) {
  assert.ok(failures.length > 0, 'the sync ends');
  for (const { code, message } of failures) {
    assert.deepEqual([code, message], ['RECONNECT_REQUIRED', 'A user authenticated this connection again. Reload the connection.']);
  }
  assert.deepEqual(host.row, again);
  assert.equal(host.writes, 0);
  const { length } = host.tap.refreshes;
  host.expire();
  const { success, message } = await wrapper.testConnection();
  assert.deepEqual([success, message], [false, 'A user authenticated this connection again. Reload the connection.']);
  assert.equal(host.tap.refreshes.length, length, 'the tokens of the former login are no longer refreshed');
  assert.equal((await host.open().testConnection()).success, true);
  assert.deepEqual(host.lines, []);
}

describe('a sync whose row changes', () => {
  test('ends when a user authenticates again before the tokens expire, and the new login stays', async (t) => {
    const host = await startHost(t);
    const wrapper = host.open();
    let again;
    let changed;
    const change = async () => {
      again = await host.connect('again');
      host.row = structuredClone(again);
      host.expire();
    };
    const outcome = await sync(wrapper, async (page) => {
      if (page >= EXPIRY) await (changed ??= change());
    });
    await assertReplaced(host, again, wrapper, outcome);
  });

  test('ends when a user authenticates again during a refresh of the former login, and the new login stays', async (t) => {
    const host = await startHost(t);
    const wrapper = host.open();
    let again;
    host.tap.trapAfter = async ({ connection }) => {
      if (connection !== 'former' || again) return;
      again = await host.connect('again');
      host.row = structuredClone(again);
    };
    const outcome = await sync(wrapper, (page) => {
      if (page === EXPIRY) host.expire();
    });
    await assertReplaced(host, again, wrapper, outcome);
  });

  test('continues when only a member of the row that is no credential was changed', async (t) => {
    const host = await startHost(t);
    const wrapper = host.open();
    const { pages, failures } = await sync(wrapper, (page) => {
      if (page === EXPIRY / 2) host.row.workspace = 'acme';
      if (page === EXPIRY) host.expire();
    });
    assert.deepEqual([pages, failures], [PAGES, []]);
    assert.deepEqual([host.row.workspace, host.writes], ['acme', 1]);
    assert.ok(host.row.refresh_token === wrapper.config.refresh_token);
  });
});

test('deleting a connection during a sync ends the sync, and the tokens are no longer refreshed', async (t) => {
  const host = await startHost(t);
  const wrapper = host.open();
  const { failures } = await sync(wrapper, (page) => {
    if (page === EXPIRY / 2) host.row = undefined;
    if (page === EXPIRY) host.expire();
  });
  assert.ok(failures.length > 0);
  for (const { code, message } of failures) {
    assert.equal(code, 'RECONNECT_REQUIRED');
    assert.match(message, /deleted in NocoDB/);
  }
  const { length } = host.tap.refreshes;
  host.expire();
  assert.equal((await wrapper.testConnection()).success, false);
  assert.deepEqual([host.tap.refreshes.length, host.writes, host.lines.length], [length, 0, 1]);
  assert.match(host.lines[0], /^WARN connection-deleted, connection "Sales": This connection was deleted in NocoDB/);
});

test('a row that is restored from a backup of any age gets the newest tokens of its login', async (t) => {
  const host = await startHost(t);
  const { row } = host;
  const wrapper = host.open();
  const refresh = () => wrapper.refreshToken({ refresh_token: wrapper.config.refresh_token });
  // The memory store remembers fewer than 30 replaced refresh tokens of one login.
  for (let n = 0; n < 30; n += 1) await refresh();
  const late = host.open();
  host.row = { ...row, workspace: 'acme' };
  host.expire();
  assert.equal((await late.testConnection()).success, true);
  assert.ok(host.row.refresh_token === late.config.refresh_token);
  assert.equal(host.row.workspace, 'acme');
});
