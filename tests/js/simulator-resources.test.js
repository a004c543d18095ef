/** The responses of the simulator's API at each URL, compared with the known behaviour of Bitbucket. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { CALLBACK, assertApiError, bearer, connect, get, withBitbucket } from './simulator-requests.js';

describe("the simulator's API", () => {
  let bb;
  let auth;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }], rateLimit: null });
    auth = bearer((await connect(bb)).access_token);
  });
  after(() => bb.close());

  test('responds 404 if the resource does not exist', async () => {
    assertApiError(
      await get(bb, '/repositories/acme/nothing', auth),
      404,
      'Repository acme/nothing not found',
    );
    assertApiError(
      await get(bb, '/repositories/nobody/billing-service', auth),
      404,
      'Repository nobody/billing-service not found',
    );
    assertApiError(
      await get(bb, '/repositories/acme/nothing/pullrequests', auth),
      404,
      'Repository acme/nothing not found',
    );
    assertApiError(await get(bb, '/workspaces/nobody', auth), 404, "No workspace with identifier 'nobody'.");
    assertApiError(
      await get(bb, '/repositories/nobody', auth),
      404,
      "No workspace with identifier 'nobody'.",
    );
    assertApiError(await get(bb, '/teams', auth), 404, 'Resource not found');
    assert.equal((await get(bb, `${bb.origin}/2.0`, auth)).status, 404);
  });

  for (const path of [
    '/workspaces',
    '/repositories',
    '/user/permissions/workspaces',
    '/user/permissions/repositories',
  ]) {
    test(`responds 410 with the URL of an announcement for ${path}`, async () => {
      const answer = await get(bb, path, auth);
      assertApiError(answer, 410, 'CHANGE-2770 - Functionality has been deprecated');
      assert.ok(URL.canParse(answer.body.error.data.announcement_url));
    });
  }

  test('responds 410 for issues and wikis', async () => {
    assert.equal((await get(bb, '/repositories/acme/billing-service/issues', auth)).status, 410);
    assert.equal((await get(bb, '/repositories/acme/billing-service/wiki/home', auth)).status, 410);
  });

  test('accepts only GET requests for the user', async () => {
    const response = await fetch(`${bb.apiUrl}/user`, { method: 'POST', headers: { authorization: auth } });
    assert.equal(response.status, 405);
  });

  for (const path of ['/repositories/acme', '/repositories/acme/billing-service/pullrequests']) {
    const longest = path.endsWith('pullrequests') ? 50 : 100;
    test(`rejects invalid page numbers and page lengths of ${path}`, async () => {
      for (const pagelen of ['0', '-1', 'x', '1.5', '1e1', String(longest + 1)]) {
        assertApiError(await get(bb, `${path}?pagelen=${pagelen}`, auth), 400, 'Invalid pagelen');
      }
      for (const page of ['0', '-1', 'x', ''])
        assertApiError(await get(bb, `${path}?page=${page}`, auth), 400, 'Invalid page');
      assertApiError(await get(bb, `${path}?page=1000`, auth), 404, 'Invalid page');
      assert.equal((await get(bb, `${path}?pagelen=${longest}`, auth)).status, 200);
    });
  }

  test('rejects a state of pull requests that is not documented', async () => {
    const path = '/repositories/acme/billing-service/pullrequests';
    for (const state of ['ALL', 'open', ''])
      assertApiError(await get(bb, `${path}?state=${state}`, auth), 400, 'Invalid state');
  });

  test('returns the user', async () => {
    const { status, body } = await get(bb, '/user', auth);
    assert.equal(status, 200);
    assert.deepEqual([body.type, body.nickname, body.display_name], ['user', 'dana', 'Dana Demo']);
    assert.match(body.uuid, /^\{[0-9a-f-]{36}\}$/);
    assert.equal('email' in body, false);
  });

  test('returns a workspace by slug and by UUID, and workspaces without names in lists', async () => {
    const { body } = await get(bb, '/user/workspaces', auth);
    assert.deepEqual(
      body.values.map((row) => row.workspace.slug),
      ['acme', 'acme-labs'],
    );
    const [row] = body.values;
    assert.deepEqual(
      [row.type, row.administrator, 'name' in row.workspace],
      ['workspace_access', true, false],
    );
    const bySlug = await get(bb, '/workspaces/acme', auth);
    const byUuid = await get(bb, `/workspaces/${encodeURIComponent(row.workspace.uuid)}`, auth);
    assert.deepEqual(bySlug.body, byUuid.body);
    assert.deepEqual([bySlug.body.slug, bySlug.body.name], ['acme', 'Acme']);
  });

  test('returns a repository by slug and by UUID', async () => {
    const { body } = await get(bb, '/repositories/acme/billing-service', auth);
    assert.deepEqual(
      [body.full_name, body.type, body.workspace.slug],
      ['acme/billing-service', 'repository', 'acme'],
    );
    const byUuid = await get(bb, `/repositories/acme/${encodeURIComponent(body.uuid)}`, auth);
    assert.deepEqual(byUuid.body, body);
  });

  async function readAll(path) {
    const values = [];
    let pages = 0;
    for (let url = bb.apiUrl + path; url; pages += 1) {
      const { status, body } = await get(bb, url, auth);
      assert.equal(status, 200);
      values.push(...body.values);
      assert.equal(body.page, pages + 1);
      assert.equal('previous' in body, pages > 0);
      if (body.next) assert.ok(body.next.startsWith(`${bb.apiUrl}/`));
      url = body.next;
    }
    return { values, pages };
  }

  test('lists each repository once, in pages of ten', async () => {
    const { values, pages } = await readAll('/repositories/acme?role=member');
    assert.equal(pages, 3);
    assert.equal(new Set(values.map((repository) => repository.full_name)).size, 25);
    assert.equal((await get(bb, '/repositories/acme', auth)).body.size, 25);
    const whole = await get(bb, '/repositories/acme?pagelen=100', auth);
    assert.equal('next' in whole.body, false);
    assert.deepEqual(whole.body.values, values);
  });

  test('lists the permissions on the repositories of a workspace', async () => {
    const { body } = await get(bb, '/user/workspaces/acme/permissions/repositories', auth);
    assert.deepEqual(
      [body.size, body.values[0].permission, body.values[0].repository.full_name],
      [25, 'admin', 'acme/billing-service'],
    );
  });

  test('lists open pull requests by default, and pull requests in several states if state is repeated', async () => {
    const path = '/repositories/acme/billing-service/pullrequests';
    const open = await readAll(path);
    assert.equal(open.values.length, 15);
    assert.ok(open.values.every((pullRequest) => pullRequest.state === 'OPEN'));
    const all = await readAll(`${path}?state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&pagelen=7`);
    assert.deepEqual(
      all.values.map(({ id }) => id),
      Array.from({ length: 30 }, (_, index) => 30 - index),
    );
    assert.equal(new Set(all.values.map(({ state }) => state)).size, 4);
  });

  test('has as many pull requests as the option pullRequests says, and the same pull requests at each start', async () => {
    const page = async (pullRequests) =>
      withBitbucket({ pullRequests }, async (other) => {
        const token = (await connect(other)).access_token;
        const { body } = await get(
          other,
          '/repositories/acme/billing-service/pullrequests?pagelen=50&page=1',
          bearer(token),
        );
        return JSON.parse(JSON.stringify(body).replaceAll(other.origin, 'ORIGIN'));
      });
    const first = await page(8000);
    assert.equal(first.size, 4000);
    assert.deepEqual(await page(8000), first);
    assert.deepEqual(await page(0), { size: 0, page: 1, pagelen: 50, values: [] });
  });
});
