/**
 * The simulator's API, compared with the published description of Bitbucket's API and with observed responses. Most of the tests
 * are about responses that break a client which was tested only with simple ones.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openScene, READ_ONLY, REPO } from './simulator-scene.js';

const MINUTE = 60_000;
let scene;
let ask;
before(async () => {
  scene = await openScene({ rateLimit: null });
  ({ ask } = scene);
});
after(() => scene.close());

const identity = (value) => value.hash ?? value.uuid ?? value.id ?? JSON.stringify(value);

/** Reads all pages of a list. Uses each `next` link unchanged. */
async function readAll(path) {
  const pages = [];
  for (let next = path; next; next = pages.at(-1).next) {
    const answer = await ask(next);
    assert.equal(answer.status, 200, answer.text);
    pages.push(answer.body);
  }
  return { pages, values: pages.flatMap(({ values }) => values) };
}

const pathOf = (answer) => new URL(answer.headers.get('location'));

describe("the simulator's lists", () => {
  test("of commits and of a pull request's activity have a cursor in next, and neither size nor page", async () => {
    for (const [path, total] of [[`${REPO}/commits?pagelen=20`, 64], [`${REPO}/pullrequests/3/activity`, 24]]) {
      const { pages, values } = await readAll(path);
      assert.equal(new Set(values.map(identity)).size, total);
      for (const page of pages) {
        assert.deepEqual(Object.keys(page).filter((name) => !['pagelen', 'next', 'values'].includes(name)), []);
      }
      for (const { next } of pages.slice(0, -1)) assert.match(new URL(next).search, /^\?ctx=[0-9a-f]{32}$/);
    }
  });

  test('accept only their own cursors, which stand for the first query, and no further parameters', async () => {
    const { body } = await ask(`${REPO}/commits?pagelen=20&fields=values.hash,next`);
    assert.equal((await ask(`${body.next}&pagelen=20`)).status, 400);
    const ctx = new URL(body.next).searchParams.get('ctx');
    assert.equal((await ask(`${REPO}/pullrequests/3/activity?ctx=${ctx}`)).status, 400);
    assert.equal((await ask(`${REPO}/commits?ctx=0123456789abcdef`)).status, 400);
    assert.equal((await ask(`${REPO}/commits?page=2`)).status, 400);
    const second = await ask(body.next);
    assert.deepEqual(Object.keys(second.body).sort(), ['next', 'values']);
    assert.equal(second.body.values.length, 20);
    assert.deepEqual(Object.keys(second.body.values[0]), ['hash']);
  });

  test('of the statuses of a commit have numbered pages, without size and page', async () => {
    const { pages, values } = await readAll(`${REPO}/commit/main/statuses`);
    assert.equal(new Set(values.map(identity)).size, 12);
    assert.deepEqual(pages.map((page) => Object.keys(page)), [['pagelen', 'next', 'values'], ['pagelen', 'values']]);
    assert.equal(new URL(pages[0].next).searchParams.get('page'), '2');
  });

  test('of branches have numbered pages, or cursors if the request has q', async () => {
    const numbered = await ask(`${REPO}/refs/branches`);
    assert.deepEqual([numbered.body.size, numbered.body.page], [16, 1]);
    const { pages, values } = await readAll(`${REPO}/refs/branches?q=${encodeURIComponent('name ~ "change"')}`);
    assert.equal(values.length, 15);
    assert.ok(new URL(pages[0].next).searchParams.has('ctx'));
    assert.equal('size' in pages[0], false);
  });

  test("of a pull request's diffstat and conflicts are reached through a redirect with 302", async () => {
    for (const [kind, pagelen] of [['diffstat', 500], ['conflicts', 10]]) {
      const answer = await ask(`${REPO}/pullrequests/3/${kind}`);
      assert.deepEqual([answer.status, answer.text], [302, '']);
      const target = pathOf(answer);
      assert.match(target.pathname, new RegExp(`^/2\\.0${REPO}/${kind}/[0-9a-f]{12}\\.\\.[0-9a-f]{12}$`));
      const list = await ask(target.href);
      assert.deepEqual([list.status, list.body.pagelen], [200, pagelen]);
      assert.ok(list.body.values.length > 0);
    }
  });

  test("of pipelines have only page and pagelen in next, and so lose the caller's filters", async () => {
    const first = await ask(`${REPO}/pipelines?sort=-created_on&target.branch=main&pagelen=5`);
    assert.equal(first.body.size, 17);
    assert.equal(new URL(first.body.next).search, '?pagelen=5&page=2');
    assert.ok(first.body.values.every(({ target }) => target.ref_name === 'main'));
    const second = await ask(first.body.next);
    assert.equal(second.body.size, 25);
    assert.ok(second.body.values.some(({ target }) => target.ref_name !== 'main'));
    const { values } = await readAll(`${REPO}/pipelines?sort=-created_on`);
    assert.deepEqual([values.length, new Set(values.map(identity)).size], [25, 15]);
  });

  test('of pipelines begin with the oldest pipeline, ignore q, and filter by statuses in capital letters', async () => {
    const numbers = async (query) =>
      (await ask(`${REPO}/pipelines?pagelen=100&${query}`)).body.values.map((pipeline) => pipeline.build_number);
    assert.deepEqual((await numbers('')).slice(0, 3), [1, 2, 3]);
    assert.equal((await numbers(`q=${encodeURIComponent('build_number = 7')}`)).length, 25);
    assert.deepEqual(await numbers('status=FAILED&status=BUILDING'), [5, 10, 15, 20, 25]);
    for (const query of ['status=failed', 'status=FAILED,BUILDING', 'sort=name']) {
      const answer = await ask(`${REPO}/pipelines?${query}`);
      assert.deepEqual([answer.status, 'type' in answer.body], [400, false]);
    }
    assert.equal((await ask(`${REPO}/pipelines?trigger_type=PUSH`)).status, 501);
    assert.deepEqual((await ask(`${REPO}/pipelines?page=9`)).body.values, []);
    assert.equal((await ask(`${REPO}/pipelines/`)).status, 200);
  });

  test("of a commit's pull requests get status 202 during indexing, first an empty page and then no body", async () => {
    const { body } = await ask(`${REPO}/pullrequests/5`);
    const path = `${REPO}/commit/${body.source.commit.hash}/pullrequests`;
    const [page, nothing, list] = [await ask(path), await ask(path), await ask(path)];
    assert.deepEqual([page.status, page.body.values], [202, []]);
    assert.deepEqual([nothing.status, nothing.text], [202, '']);
    assert.deepEqual([list.status, list.body.values.map(({ id }) => id), list.body.pagelen], [200, [5], 30]);
  });

  test('have their own default and maximum page lengths', async () => {
    for (const [path, usual, longest] of [
      ['/repositories/acme', 10, 100],
      [`${REPO}/pullrequests`, 10, 50],
      ['/user/workspaces', 25, 100],
      [`${REPO}/pullrequests/3/activity`, 10, 50],
      [`${REPO}/pipelines`, 10, 100],
      [`${REPO}/diffstat/main`, 500, 500],
    ]) {
      assert.equal((await ask(path)).body.pagelen, usual, path);
      assert.equal((await ask(`${path}?pagelen=${longest}`)).status, 200, path);
      assert.equal((await ask(`${path}?pagelen=${longest + 1}`)).status, 400, path);
    }
    const steps = await ask(`${REPO}/pipelines/1/steps`);
    assert.deepEqual(Object.keys(steps.body), ['values']);
  });

  test('lack next, size or page if a fault removes this member', async () => {
    scene.bb.control.fault({ target: 'api', kind: 'without', members: ['next'] });
    const { body } = await ask('/repositories/acme');
    assert.deepEqual([body.size, body.page, body.pagelen, 'next' in body], [25, 1, 10, false]);
    scene.bb.control.fault({ target: 'api', kind: 'without', members: ['size', 'page', 'previous'] });
    assert.deepEqual(Object.keys((await ask('/repositories/acme')).body), ['pagelen', 'next', 'values']);
  });
});

describe("a request with query parameters to the simulator's API", () => {
  test('may repeat state, but is rejected if state has brackets, commas or small letters', async () => {
    const path = `${REPO}/pullrequests`;
    assert.equal((await ask(`${path}?state=OPEN&state=MERGED`)).status, 200);
    for (const query of ['state[]=OPEN', 'state%5B%5D=OPEN', 'state=OPEN,MERGED', 'state=OPEN%2CMERGED', 'state=open']) {
      assert.equal((await ask(`${path}?${query}`)).status, 400, query);
    }
    assert.equal((await ask('/repositories/acme?role[]=member')).status, 400);
  });

  test('is filtered by q alone if it has both q and state', async () => {
    const q = encodeURIComponent('state = "MERGED" OR (state="DECLINED" AND id > 20)');
    const { body } = await ask(`${REPO}/pullrequests?state=OPEN&pagelen=50&q=${q}`);
    assert.deepEqual(new Set(body.values.map(({ state }) => state)), new Set(['MERGED', 'DECLINED']));
    assert.ok(body.values.every(({ state, id }) => state === 'MERGED' || id > 20));
  });

  test('filters a list with q, orders the list with sort, and is rejected if q or sort is invalid', async () => {
    const names = async (query) => {
      const { status, body } = await ask(`/repositories/acme?pagelen=100&${query}`);
      assert.equal(status, 200);
      return body.values.map(({ slug }) => slug);
    };
    const q = (text) => `q=${encodeURIComponent(text)}`;
    assert.equal((await names(q('language = "rust" and slug !~ "client"'))).length, 3);
    assert.deepEqual(await names(q('name = "docs-service"')), ['docs-service']);
    assert.deepEqual(await names(q('is_private != true')), []);
    const sorted = await names('sort=-name');
    assert.deepEqual(sorted, [...sorted].sort().reverse());
    assert.equal((await ask('/repositories/acme?sort=nothing')).status, 400);
    for (const bad of ['nothing = "x"', 'name', 'name =', '= "x"', 'name ? "x"', '(name = "x"', 'name = "x" language = "go"']) {
      assert.equal((await ask(`/repositories/acme?${q(bad)}`)).status, 400, bad);
    }
  });

  test('gets status 501 if a parameter would change a list and the simulator does not support it', async () => {
    for (const path of [`${REPO}/commits?include=main`, `${REPO}/commits?exclude=main`, `${REPO}/src/main/?max_depth=3`,
      `${REPO}/commits?q=x`, '/user/workspaces?sort=slug', `${REPO}/pipelines?creator.uuid=x`]) {
      assert.equal((await ask(path)).status, 501, path);
    }
  });

  test('selects or removes members of the response with fields, including next', async () => {
    const { body } = await ask('/repositories/acme?fields=values.slug,values.mainbranch.name');
    assert.deepEqual(body, { values: body.values });
    assert.deepEqual(body.values[0], { slug: 'billing-service', mainbranch: { name: 'main' } });
    const whole = (await ask('/repositories/acme')).body;
    const less = (await ask('/repositories/acme?fields=-values.links,-size')).body;
    assert.deepEqual([less.values[0].links, less.size, less.values[0].name], [undefined, undefined, whole.values[0].name]);
    const more = (await ask('/repositories/acme?fields=%2Bvalues.owner')).body;
    assert.deepEqual(more.values, whole.values);
    const next = (await ask('/repositories/acme?fields=values.slug,next')).body;
    assert.deepEqual(Object.keys((await ask(next.next)).body).sort(), ['next', 'values']);
    // A plus sign that is not encoded means a blank.
    assert.deepEqual((await ask('/repositories/acme?fields=+values.owner')).body, {});
    assert.equal((await ask('/repositories/acme?fields=size&fields=next')).status, 400);
    assert.equal((await ask(`${REPO}/nothing?fields=x`)).body.type, 'error');
  });
});

describe('the simulator', () => {
  let step;
  before(async () => {
    const [first] = (await ask(`${REPO}/pipelines/1/steps`)).body.values;
    step = `${REPO}/pipelines/1/steps/${encodeURIComponent(first.uuid)}`;
  });
  const bytes = 'application/octet-stream';

  test('rejects a request for a log if Accept does not allow application/octet-stream', async () => {
    for (const accept of ['application/json', 'text/plain', 'application/json, */*;q=0']) {
      assert.equal((await ask(`${step}/log`, { headers: { accept } })).status, 406, accept);
    }
    for (const accept of ['*/*', bytes, 'application/json, */*;q=0.8', 'application/*']) {
      assert.equal((await ask(`${step}/log`, { headers: { accept } })).status, 307, accept);
    }
  });

  test('redirects from the log of an ended step to another server, which accepts no credential', async () => {
    const location = (await ask(`${step}/log`)).headers.get('location');
    assert.notEqual(new URL(location).origin, scene.bb.origin);
    const log = await ask(location, { as: null });
    assert.deepEqual([log.status, log.headers.get('content-type')], [200, bytes]);
    assert.match(log.text, /^\+ line 1 of step 1, build 1\n/);
    assert.equal((await ask(location)).status, 400);
    assert.equal((await ask(location.replace(/signature=./, 'signature=x'), { as: null })).status, 403);
    assert.equal((await ask(location, { as: null, method: 'DELETE' })).status, 405);
    assert.ok(scene.bb.requests.every((line) => !line.includes(new URL(location).searchParams.get('signature'))));
    assert.ok(scene.bb.requests.some((line) => /^GET \/logs\/.* 200 storage$/.test(line)));
  });

  test('redirects from the log of an ended step to a URL that is valid for ten minutes', async () => {
    const other = await openScene();
    try {
      const [first] = (await other.ask(`${REPO}/pipelines/1/steps`)).body.values;
      const path = `${REPO}/pipelines/1/steps/${encodeURIComponent(first.uuid)}/log`;
      const location = (await other.ask(path)).headers.get('location');
      other.bb.control.advance(9 * MINUTE);
      assert.equal((await other.ask(location, { as: null })).status, 200);
      other.bb.control.advance(2 * MINUTE);
      assert.equal((await other.ask(location, { as: null })).status, 403);
    } finally {
      await other.close();
    }
  });

  test('supports Range and If-None-Match for the logs of ended and of running steps', async () => {
    const { values } = (await ask(`${REPO}/pipelines/25/steps`)).body;
    const running = `${REPO}/pipelines/25/steps/${encodeURIComponent(values[2].uuid)}/log`;
    const stored = (await ask(`${step}/log`)).headers.get('location');
    for (const [path, as] of [[stored, null], [running, 'all']]) {
      const get = (headers) => ask(path, { as, headers });
      const whole = await get({});
      assert.equal(whole.status, 200);
      const length = whole.text.length;
      for (const [range, from, to] of [['0-9', 0, 9], [`${length - 5}-`, length - 5, length - 1], ['-5', length - 5, length - 1],
        [`10-${length + 100}`, 10, length - 1]]) {
        const part = await get({ range: `bytes=${range}` });
        assert.deepEqual([part.status, part.text], [206, whole.text.slice(from, to + 1)]);
        assert.equal(part.headers.get('content-range'), `bytes ${from}-${to}/${length}`);
      }
      for (const range of ['bytes=9-3', 'bytes=-', 'lines=1-2']) assert.equal((await get({ range })).status, 200);
      const beyond = await get({ range: `bytes=${length}-` });
      assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${length}`]);
      const unchanged = await get({ 'if-none-match': whole.headers.get('etag') });
      assert.deepEqual([unchanged.status, unchanged.text], [304, '']);
      assert.equal(unchanged.headers.get('content-length'), String(length));
      assert.equal((await get({ range: 'bytes=0-9', 'if-range': '"other"' })).status, 200);
    }
  });

  test('redirects from a pull request to its diff and its patch, which have no charset', async () => {
    for (const kind of ['diff', 'patch']) {
      const { status, headers, text } = await ask(pathOf(await ask(`${REPO}/pullrequests/3/${kind}`)).href);
      assert.deepEqual([status, headers.get('content-type')], [200, 'text/plain']);
      assert.match(text, /diff --git/);
    }
    const files = ['src/part-1.js', 'src/part-3.js'];
    const query = files.map((name) => `path=${encodeURIComponent(name)}`).join('&');
    const { body } = await ask(`${pathOf(await ask(`${REPO}/pullrequests/3/diffstat?${query}`)).href}`);
    assert.deepEqual(body.values.map((change) => change.new.path), files);
  });

  test('serves raw files and lists of folders, redirects to LFS files, and supports HEAD only for files', async () => {
    const file = await ask(`${REPO}/src/main/README.md`);
    assert.deepEqual([file.status, file.headers.get('content-type')], [200, 'text/plain']);
    assert.match(file.text, /Grüße/);
    const head = await ask(`${REPO}/src/main/README.md`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal(head.headers.get('content-length'), file.headers.get('content-length'));
    const folder = await ask(`${REPO}/src/main/`);
    assert.deepEqual(folder.body.values.map(({ type, path }) => [type, path]),
      [['commit_file', 'README.md'], ['commit_directory', 'assets'], ['commit_directory', 'src']]);
    assert.equal((await ask(`${REPO}/src/main/src`)).body.size, 2);
    const large = await ask(`${REPO}/src/main/assets/logo.bin`);
    assert.equal(large.status, 301);
    assert.equal((await ask(large.headers.get('location'), { as: null })).status, 200);
    assert.equal((await ask(`${REPO}/src/main/none.md`)).status, 404);
    assert.equal((await ask(`${REPO}/src/nowhere/README.md`)).status, 404);
    assert.equal((await ask(`${REPO}/pullrequests`, { method: 'HEAD' })).status, 405);
  });
});

describe("the simulator's API", () => {
  test('responds 404 for a missing pipeline with a detail and without a type', async () => {
    const { status, body } = await ask(`${REPO}/pipelines/999`);
    assert.equal(status, 404);
    assert.deepEqual(Object.keys(body), ['error']);
    assert.deepEqual(Object.keys(body.error), ['message', 'detail']);
    assert.equal(typeof body.error.detail, 'string');
  });

  test('sends no body for an impossible merge, a missing comment or an unknown merge task', async () => {
    for (const [path, method, expected] of [
      [`${REPO}/pullrequests/2/merge`, 'POST', 409],
      [`${REPO}/pullrequests/3/comments/99`, 'GET', 404],
      [`${REPO}/pullrequests/3/merge/task-status/unknown`, 'GET', 403],
    ]) {
      const { status, text, headers } = await ask(path, { method });
      assert.deepEqual([status, text, headers.get('content-type')], [expected, '', null]);
      assert.ok(headers.has('x-accepted-oauth-scopes'));
    }
    assert.equal((await ask(`${REPO}/pullrequests/3/comments/1`)).status, 200);
  });

  test('pages, filters and sorts the comments on a pull request', async () => {
    const idsOf = async (query) => (await ask(`${REPO}/pullrequests/4/comments${query}`)).body.values.map(({ id }) => id);
    assert.deepEqual(await idsOf('?sort=-updated_on'), [4, 3, 2, 1]);
    assert.deepEqual(await idsOf('?sort=-updated_on&pagelen=3&page=2'), [1]);
    assert.deepEqual(await idsOf('?q=id>2'), [3, 4]);
    assert.equal((await ask(`${REPO}/pullrequests/4000/comments`)).status, 404);
  });

  test('responds 403 in plain text if the user has no write access', async () => {
    for (const [path, method] of [
      [`${READ_ONLY}/hooks`, 'GET'],
      [`${READ_ONLY}/pullrequests/1/merge`, 'POST'],
      [`${READ_ONLY}/pipelines/1/stopPipeline`, 'POST'],
    ]) {
      const { status, text, headers } = await ask(path, { method });
      assert.deepEqual([status, text], [403, 'Access denied. You must have write or admin access.']);
      assert.match(headers.get('content-type'), /^text\/plain/);
      assert.equal(headers.get('server'), 'AtlassianEdge');
      assert.ok(headers.has('x-accepted-oauth-scopes'));
    }
    assert.equal((await ask(`${REPO}/hooks`)).status, 200);
    assert.equal((await ask(`${REPO}/pipelines/1/stopPipeline`, { method: 'POST' })).status, 204);
    assert.equal((await ask(`${READ_ONLY}/pullrequests`)).status, 200);
    const { values } = (await ask('/user/workspaces/acme-labs/permissions/repositories')).body;
    assert.equal(values[0].permission, 'read');
  });

  test('responds 400 with the names of the invalid fields', async () => {
    const path = `${REPO}/pullrequests`;
    const { status, body } = await ask(path, { method: 'POST', sent: { description: 'no title' } });
    assert.deepEqual([status, body.error.message], [400, 'Bad request']);
    assert.deepEqual(body.error.fields, { title: ['required key not provided'], source: ['required key not provided'] });
    assert.equal((await ask(path, { method: 'POST', sent: [] })).status, 400);
    const draft = { title: 'Add a thing', source: { branch: { name: 'thing' } } };
    const created = await ask(path, { method: 'POST', sent: draft });
    assert.deepEqual([created.status, created.body.title, created.body.state], [201, 'Add a thing', 'OPEN']);
    const newest = (await ask(path)).body.values[0];
    assert.deepEqual([newest.id, newest.source.branch.name], [created.body.id, 'thing']);
    assert.equal((await ask(`${REPO}/pullrequests/${created.body.id}/merge`, { method: 'POST' })).body.state, 'MERGED');
    assert.notEqual((await ask(path)).body.values[0].id, created.body.id);
  });

  test('responds 202 to an asynchronous merge, with the URL of its task', async () => {
    const started = await ask(`${REPO}/pullrequests/7/merge?async=true`, { method: 'POST' });
    assert.deepEqual([started.status, started.text], [202, '']);
    const task = started.headers.get('location');
    assert.equal((await ask(task)).body.task_status, 'PENDING');
    const { body } = await ask(task);
    assert.deepEqual([body.task_status, body.merge_result.state], ['SUCCESS', 'MERGED']);
  });

  test('accepts an approval and its withdrawal', async () => {
    const path = `${REPO}/pullrequests/9/approve`;
    assert.equal((await ask(path, { method: 'POST' })).body.approved, true);
    const undone = await ask(path, { method: 'DELETE' });
    assert.deepEqual([undone.status, undone.text, undone.headers.has('content-length')], [204, '', false]);
    assert.equal((await ask(path, { method: 'POST', as: 'repository' })).status, 403);
  });

  test('responds 404 for an unknown path and 410 for a removed endpoint, both with an error detail', async () => {
    const missing = await ask('/teams');
    assert.deepEqual([missing.status, missing.body.error.message], [404, 'Resource not found']);
    assert.match(missing.body.error.detail, /There is no API hosted at this URL/);
    for (const path of ['/workspaces', '/repositories', `${REPO}/issues`]) {
      const { status, body } = await ask(path);
      assert.equal(status, 410);
      assert.equal(typeof body.error.detail, 'string');
      assert.ok(URL.canParse(body.error.data.announcement_url));
    }
  });

  test('responds 404 for issues and wikis if the option trackerStatus says so', async () => {
    const other = await openScene({ trackerStatus: 404 });
    try {
      assert.equal((await other.ask(`${REPO}/issues`)).status, 404);
      assert.equal((await other.ask(`${REPO}/wiki/home`)).status, 404);
      assert.equal((await other.ask('/workspaces')).status, 410);
    } finally {
      await other.close();
    }
    await assert.rejects(openScene({ trackerStatus: 200 }), TypeError);
  });

  test('responds 410 without an announcement for a workspace that is marked as spam', async () => {
    const { status, body } = await ask('/repositories/acme-offers');
    assert.deepEqual([status, 'data' in body.error], [410, false]);
    assert.match(body.error.message, /spam/);
  });

  test('requires two scopes for the permissions on repositories', async () => {
    const path = '/user/workspaces/acme/permissions/repositories';
    for (const as of ['account', 'repository']) {
      const { status, body, headers } = await ask(path, { as });
      assert.equal(status, 403);
      assert.deepEqual(body.error.detail, { required: ['account', 'repository'], granted: [as] });
      assert.equal(headers.get('x-accepted-oauth-scopes'), 'account, repository');
    }
    assert.equal((await ask(path)).status, 200);
  });
});
