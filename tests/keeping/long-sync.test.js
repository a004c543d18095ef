/** A sync that takes longer than its tokens live gets every value once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startScene } from './support/scene.js';

const HOUR = 3_600_000;
const OPEN = 5000;
const PAGELEN = 10;
const PAGES = OPEN / PAGELEN;
const PATH = '/repositories/acme/docs-service/pullrequests';

/** The numbers of all open pull requests, the newest first, as the simulator has them. */
const EXPECTED = Array.from({ length: OPEN }, (_, index) => 2 * OPEN - 1 - 2 * index);

/** Opens a connection whose refreshed tokens are stored in its row. */
async function startSync(t) {
  const scene = await startScene({ pullRequests: 2 * OPEN, accessTokenLifetimeMs: HOUR });
  t.after(() => scene.close());
  const { wrapper: Wrapper } = createEntry(scene.environment);
  const row = await scene.connect('sync');
  const stored = [];
  const wrapper = new Wrapper(structuredClone(row), {});
  wrapper.setTokenRefreshCallback((tokens) => {
    stored.push(tokens);
    Object.assign(row, tokens);
  });
  return { ...scene, Wrapper, wrapper, row, stored };
}

/** Asserts one refresh for each expiry, and no other token request. @param {number} expiries */
async function assertQuiet({ bitbucket, Wrapper, row, stored }, expiries) {
  const { requests, refused } = bitbucket.control.stats().token.refresh_token;
  assert.deepEqual({ requests, refused, stored: stored.length }, { requests: expiries, refused: 0, stored: expiries });
  assert.equal((await new Wrapper(row).testConnection()).success, true);
  assert.equal(bitbucket.control.stats().token.refresh_token.requests, expiries, 'the stored tokens are valid');
}

test('a sync of 5,000 pull requests gets all pages while the token expires every 50 pages', async (t) => {
  const sync = await startSync(t);
  let runs = 0;
  let expiries = 0;
  const numbers = await sync.wrapper.use(async (client) => {
    runs += 1;
    const found = [];
    let pages = 0;
    for (let next = `${PATH}?pagelen=${PAGELEN}`; next !== undefined;) {
      const { data } = await client.get(next);
      found.push(...data.values.map(({ id }) => id));
      pages += 1;
      if (pages % 50 === 25) {
        sync.bitbucket.control.advance(HOUR + 1000);
        expiries += 1;
      }
      next = data.next;
    }
    return found;
  });
  assert.deepEqual(numbers, EXPECTED);
  assert.deepEqual([runs, expiries], [1, PAGES / 50], 'the function that was passed to `use` ran once');
  await assertQuiet(sync, PAGES / 50);
});

test('a sync gets all pages although eight requests are under way at each expiry', async (t) => {
  const sync = await startSync(t);
  const { bitbucket, tap } = sync;
  let runs = 0;
  let expiries = 0;
  const pages = await sync.wrapper.use(async (client) => {
    runs += 1;
    const found = [];
    let at = 0;
    let done = 0;
    const read = async () => {
      while (at < PAGES) {
        at += 1;
        const page = at;
        const { data } = await client.get(PATH, { params: { pagelen: PAGELEN, page } });
        assert.equal(found[page], undefined);
        found[page] = data.values.map(({ id }) => id);
        done += 1;
        // Each expiry follows the refresh for the previous expiry, because this test does not cover tokens that expire unused.
        if (done % 50 === 25 && tap.refreshes.length === expiries) {
          bitbucket.control.advance(HOUR + 1000);
          expiries += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, read));
    return found;
  });
  assert.deepEqual(pages.flat(), EXPECTED);
  assert.deepEqual([runs, expiries], [1, PAGES / 50]);
  await assertQuiet(sync, PAGES / 50);
});
