/** Requests for endpoints that Atlassian removed: which requests replace them, and which callers share a collected list. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { thrownBy } from '../support/assertions.js';

// The package does not export these functions.
const folder = new URL('js/', import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { ListCache, listCacheOf, replaceRemovedEndpoints } = await import(new URL('api/removed-endpoints.js', folder));
await import('nocodb-bitbucket-auth');

const API = 'https://api.bitbucket.org/2.0';
const LIST = `${API}/repositories?role=member&pagelen=100`;
const ANNOUNCEMENT = 'https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770';

const answerOf = (status, body, more) => ({
  status,
  headers: { 'content-type': 'application/json', 'content-length': '999', server: 'AtlassianEdge' },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  tookMs: 1,
  path: '',
  isForeignOrigin: false,
  authorization: () => 'Bearer the-token',
  ...more,
});
const refusal = (status, message = 'No', more = {}) => answerOf(status, { type: 'error', error: { message, ...more } });
const memberships = (slugs) => answerOf(200, { values: slugs.map((slug) => ({ administrator: false, workspace: { slug } })) });
const named = (...names) => answerOf(200, { values: names.map((name) => ({ name })) });

/**
 * Wraps a sender with `replaceRemovedEndpoints`. The sender answers each request with `api(path, signal)`. Each path includes its
 * query, except `pagelen`. `sentPaths` lists the paths.
 */
function start(api, { lists = new ListCache(), module = { replaceRemovedEndpoints }, ...more } = {}) {
  const sentPaths = [];
  const log = [];
  const signals = [];
  const sender = async ({ url, signal }) => {
    const { pathname, searchParams } = new URL(url);
    searchParams.delete('pagelen');
    const path = decodeURIComponent(pathname.slice('/2.0'.length) + (searchParams.size > 0 ? `?${searchParams}` : ''));
    sentPaths.push(path);
    signals.push(signal);
    const given = await api(path, signal);
    return { path: path.split('?')[0], ...given };
  };
  const replaced = module.replaceRemovedEndpoints(sender, {
    apiUrl: API, kind: 'oauth', lists, log: (line) => log.push(line), ...more,
  });
  const ask = async (url = LIST, { method = 'GET', ...request } = {}) => {
    const { status, body } = await replaced({ method, url, ...request });
    return { status, data: JSON.parse(Buffer.from(body).toString()) };
  };
  const names = async (url) => (await ask(url)).data.values.map(({ name }) => name);
  return { ask, sentPaths, log, names, replaced, sender, signals };
}

/** An API whose workspaces are the keys of `all`. Each value is the response for the repositories of a workspace. */
const workspaces = (all) => (path) => (path === '/user/workspaces'
  ? memberships(Object.keys(all)) : all[path.split('?')[0].slice('/repositories/'.length)]);

/** A promise and the function that resolves it. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Waits until a condition is true, for at most 1,000 turns of the event loop. */
async function until(condition) {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 1000, 'the condition did not become true');
    await new Promise(setImmediate);
  }
}

/** Replaces timers of one minute. `pass` runs the callbacks of all timers that were not cleared. */
function minutes(t) {
  const timers = [];
  const { setTimeout: original } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (callback, ms, ...rest) => {
    if (ms !== 60_000) return original(callback, ms, ...rest);
    const timer = original(() => {}, 1);
    timers.push({ timer, callback });
    return timer;
  });
  const cleared = new Set();
  const { clearTimeout: clear } = globalThis;
  t.mock.method(globalThis, 'clearTimeout', (timer) => {
    cleared.add(timer);
    clear(timer);
  });
  return {
    pass: () => timers.splice(0).filter(({ timer }) => !cleared.has(timer)).forEach(({ callback }) => callback()),
  };
}

describe('a request', () => {
  for (const [method, path] of [
    ['GET', '/user'], ['GET', '/repositories/acme?role=member'], ['POST', '/repositories/acme/site/issues'], ['GET', '/repositories'],
  ]) {
    test(`is sent unchanged: ${method} ${path}`, async () => {
      const given = answerOf(404, {});
      const promise = Promise.resolve(given);
      const seen = [];
      const replaced = replaceRemovedEndpoints((request) => {
        seen.push(request);
        return promise;
      }, { apiUrl: API, kind: 'oauth', lists: new ListCache(), log: assert.fail });
      const request = { method, url: API + path };
      assert.equal(replaced(request), promise);
      assert.equal(seen[0], request);
    });
  }

  for (const status of [404, 410]) {
    test(`for issues gets the answer "no issue tracker" when Bitbucket answers ${status}`, async () => {
      const { replaced } = start(() => refusal(status, 'CHANGE-1 - Gone'));
      const given = await replaced({ method: 'GET', url: `${API}/repositories/acme/site/issues/1/comments?page=2` });
      assert.deepEqual(
        [given.status, JSON.parse(given.body)],
        [404, { type: 'error', error: { message: 'Repository has no issue tracker.' } }],
      );
      assert.deepEqual(given.headers, { 'content-type': 'application/json', server: 'AtlassianEdge' });
    });
  }

  for (const [when, answer] of [
    ['Bitbucket answers 403', refusal(403)], ['another server answers 404', { ...refusal(404), isForeignOrigin: true }],
  ]) {
    test(`for issues gets the answer unchanged when ${when}`, async () => {
      const { ask } = start(() => answer);
      const { status, data } = await ask(`${API}/repositories/acme/site/issues`);
      assert.deepEqual([status, data.error.message], [answer.status, 'No']);
    });
  }

  for (const [query, message] of [['page=0', 'Invalid page'], ['pagelen=101', 'Invalid pagelen']]) {
    test(`with ${query} gets status 400 without a request to Bitbucket`, async () => {
      const { ask, sentPaths } = start(assert.fail);
      const { status, data } = await ask(`${API}/repositories?role=member&${query}`);
      assert.deepEqual([status, data, sentPaths], [400, { type: 'error', error: { message } }, []]);
    });
  }

  test('is logged once in each process for each removed endpoint', async () => {
    // The module is imported a second time, with its own state, as in another process.
    const module = await import(new URL('api/removed-endpoints.js?another-process', folder));
    const lists = new module.ListCache();
    const api = (path) => (path.startsWith('/user') ? memberships([]) : refusal(410));
    const { ask, log } = start(api, { module, lists });
    const issues = `${API}/repositories/acme/site/issues`;
    for (const url of [LIST, LIST, `${LIST}&sort=name`, issues, `${issues}/7`]) await ask(url);
    assert.equal(log.length, 2);
    assert.match(log[0], /^A consumer requested GET \/repositories, .* on 2026-04-14 \(CHANGE-2770\)\. .*_COMPAT=off disables the replacement\.$/);
    assert.match(log[1], /^A consumer requested GET \/repositories\/\{workspace\}\/\{repository\}\/issues, .* on 2026-08-20\. /);
  });
});

describe('the list of the repositories in all workspaces', () => {
  test('contains all pages of the workspaces and of their repositories', async () => {
    const pages = {
      '/user/workspaces': { values: [{ workspace: { slug: 'a' } }], next: `${API}/user/workspaces?page=2` },
      '/user/workspaces?page=2': { values: [{ workspace: { uuid: '{0f}' } }] },
      '/repositories/a?role=member': { values: [{ name: 1 }], next: `${API}/repositories/a?role=member&page=2` },
      '/repositories/a?role=member&page=2': { values: [{ name: 2 }] },
      '/repositories/{0f}?role=member': { values: [{ name: 3 }] },
    };
    const { names, sentPaths } = start((path) => answerOf(200, pages[path]));
    assert.deepEqual(await names(), [1, 2, 3]);
    assert.equal(sentPaths.length, 5);
  });

  test('contains the repositories of a workspace once, even if Bitbucket lists the workspace twice', async () => {
    const { names, sentPaths } = start((path) => (path === '/user/workspaces' ? memberships(['a', 'a']) : named('x')));
    assert.deepEqual(await names(), ['x']);
    assert.equal(sentPaths.length, 2);
  });

  test('is empty for a user without workspaces', async () => {
    const { ask } = start(workspaces({}));
    assert.deepEqual((await ask()).data, { values: [], page: 1, pagelen: 100, size: 0 });
  });

  test('is sorted across all workspaces', async () => {
    const all = { a: named('b', 'd'), b: named('a', 'c', null), c: named() };
    const sorted = async (sort, api) => start(workspaces(api)).names(`${LIST}&sort=${sort}`);
    assert.deepEqual(await sorted('name', all), ['a', 'b', 'c', 'd', null]);
    const reversed = { a: named('d', 'b'), b: named(null, 'c', 'a') };
    assert.deepEqual(await sorted('-name', reversed), [null, 'd', 'c', 'b', 'a']);
    assert.deepEqual(await sorted('name', { a: named(2, 10), b: named(9, 11) }), [2, 9, 10, 11]);
    assert.deepEqual(await sorted('name.x', { a: named({ x: 2 }), b: named({ x: 1 }) }), [{ x: 1 }, { x: 2 }]);
    assert.deepEqual(await sorted('missing', { a: named(1), b: named(2) }), [1, 2]);
  });

  test('keeps the order of the workspaces if the request has no sort order', async () => {
    assert.deepEqual(await start(workspaces({ b: named('b'), a: named('a') })).names(), ['b', 'a']);
  });

  test('is requested without the parameter role if Bitbucket has removed this parameter, too', async () => {
    const gone = refusal(410, 'CHANGE-2770 - Gone', { data: { announcement_url: ANNOUNCEMENT } });
    const { names, sentPaths } = start((path) => {
      if (path === '/user/workspaces') return memberships(['a']);
      return path.includes('role=') ? gone : named('x');
    });
    assert.deepEqual(await names(), ['x']);
    assert.deepEqual(sentPaths, ['/user/workspaces', '/repositories/a?role=member', '/repositories/a']);
  });

  test('omits a workspace for which Bitbucket answers 404, and logs the omission', async () => {
    const { names, log } = start(workspaces({ a: refusal(404), b: named('x') }));
    assert.deepEqual(await names(), ['x']);
    assert.deepEqual(log.filter((line) => line.includes('workspace a')), [
      'GET /repositories: Bitbucket responds with 404 for the workspace a, so the list omits this workspace.',
    ]);
  });

  test('fails when Bitbucket rejects the request for the second page of a workspace', async () => {
    const { ask } = start((path) => {
      if (path === '/user/workspaces') return memberships(['a']);
      if (path.includes('page=2')) return refusal(404, 'Invalid page');
      return answerOf(200, { values: [{ name: 1 }], next: `${API}/repositories/a?page=2` });
    });
    const { status, data } = await ask();
    assert.deepEqual([status, data.error.message], [404, 'Invalid page']);
  });

  for (const [what, api, code, field] of [
    ['a workspace has no slug or UUID', () => answerOf(200, { values: [{ workspace: {} }] }), 'RESPONSE_INVALID', 'workspace'],
    ['a membership is null', () => answerOf(200, { values: [null] }), 'RESPONSE_INVALID', 'workspace'],
    ['a slug is invalid', () => memberships(['a b']), 'INVALID_ARGUMENT', 'workspace'],
    ['a page has no values', () => answerOf(200, {}), 'RESPONSE_INVALID', 'values'],
    ['a response is not JSON', () => answerOf(200, '<html>'), 'RESPONSE_NOT_JSON', undefined],
    ['a response is empty', () => answerOf(204, ''), 'RESPONSE_INVALID', 'values'],
    [
      'a page names itself as next',
      () => answerOf(200, { values: [], next: `${API}/user/workspaces?pagelen=100` }), 'RESPONSE_INVALID', 'next',
    ],
  ]) {
    test(`fails when ${what}`, async () => {
      const error = await thrownBy(() => start(api).ask());
      assert.deepEqual([error.code, error.field], [code, field]);
    });
  }

  test('fails when it exceeds the size limit', async () => {
    const large = answerOf(200, { values: ['x'.repeat(27 * 1024 * 1024)] });
    const error = await thrownBy(() => start(workspaces(Object.fromEntries('abcde'.split('').map((name) => [name, large])))).ask());
    assert.equal(error.code, 'RESPONSE_TOO_LARGE');
  });

  test('does not count the pages of failed attempts towards its size limit', async () => {
    const large = answerOf(200, { values: ['x'.repeat(30 * 1024 * 1024)], next: `${API}/repositories/a?page=2` });
    let failing = true;
    const { ask } = start((path) => {
      if (path === '/user/workspaces') return memberships(['a']);
      if (!path.includes('page=2')) return large;
      return failing ? refusal(503) : named();
    });
    for (let attempt = 0; attempt < 5; attempt += 1) assert.equal((await ask()).status, 503);
    failing = false;
    assert.equal((await ask()).status, 200);
  });

  test('is collected from four workspaces at a time, and from no further workspace after a failure', async () => {
    const slugs = Array.from({ length: 12 }, (_, index) => `w${index}`);
    const open = new Map();
    let most = 0;
    const { ask, sentPaths } = start(async (path) => {
      if (path === '/user/workspaces') return memberships(slugs);
      const turn = deferred();
      open.set(path, turn);
      most = Math.max(most, open.size);
      const answer = await turn.promise;
      open.delete(path);
      return answer;
    });
    const asking = ask();
    await until(() => open.size === 4);
    const [first, ...others] = [...open.values()];
    first.resolve(refusal(503));
    assert.equal((await asking).status, 503);
    for (const { resolve } of others) resolve(named());
    await new Promise(setImmediate);
    assert.deepEqual([most, sentPaths.length], [4, 5]);
  });
});

describe('a request for a list that was requested before', () => {
  const two = { a: named('x'), b: named('y') };

  test('shares the collection of the list if this collection has not ended yet', async () => {
    const { names, sentPaths } = start(workspaces(two));
    assert.deepEqual(await Promise.all([names(), names(), names(`${LIST}&page=1`)]), Array(3).fill(['x', 'y']));
    assert.equal(sentPaths.length, 3);
  });

  test('gets the same list within a minute, and a new list after a minute', async (t) => {
    const { pass } = minutes(t);
    const { names, sentPaths } = start(workspaces(two));
    await names();
    await names(`${API}/repositories?role=member&pagelen=1&page=2`);
    assert.equal(sentPaths.length, 3);
    pass();
    await names();
    assert.equal(sentPaths.length, 6);
  });

  test('collects its own list if it has other parameters or another connection', async () => {
    const lists = listCacheOf({});
    const { names, sentPaths } = start(workspaces(two), { lists });
    await names();
    await names(`${LIST}&q=x`);
    assert.equal(sentPaths.length, 6);
    const other = start(workspaces(two), { lists: listCacheOf({}) });
    await other.names();
    assert.equal(other.sentPaths.length, 3);
    const same = start(workspaces(two), { lists });
    await same.names();
    assert.equal(same.sentPaths.length, 0);
  });

  test("gets only the repositories of the workspace that its connection's config names", async () => {
    const lists = new ListCache();
    const all = start(workspaces(two), { lists });
    assert.deepEqual(await all.names(), ['x', 'y']);
    const one = start(workspaces(two), { lists, workspace: 'b' });
    assert.deepEqual([await one.names(), one.sentPaths], [['y'], ['/repositories/b?role=member']]);
  });

  test('collects the list again after requests for four other lists, because only four lists are kept', async () => {
    const { names, sentPaths } = start(workspaces(two));
    const queries = ['', '&q=a', '&q=b', '&q=c', '&q=d'];
    for (const query of queries) await names(LIST + query);
    assert.equal(sentPaths.length, 15);
    await names(`${LIST}&q=d`);
    assert.equal(sentPaths.length, 15);
    await names(LIST);
    assert.equal(sentPaths.length, 18);
  });

  test('collects only the missing pages after a failure', async () => {
    let failing = true;
    const { ask, sentPaths } = start((path) => (
      path.startsWith('/repositories/b') && failing ? refusal(503) : workspaces(two)(path)));
    assert.equal((await ask()).status, 503);
    failing = false;
    assert.equal((await ask()).status, 200);
    assert.deepEqual(sentPaths, [
      '/user/workspaces', '/repositories/a?role=member', ...Array(2).fill('/repositories/b?role=member'),
    ]);
  });

  test('collects the whole list a minute after a failure', async (t) => {
    const { pass } = minutes(t);
    let failing = true;
    const { ask, sentPaths } = start((path) => (
      path.startsWith('/repositories/b') && failing ? refusal(503) : workspaces(two)(path)));
    await ask();
    failing = false;
    pass();
    await ask();
    assert.equal(sentPaths.length, 6);
  });

  test('does not end the collection when the request is aborted, unless all other requests for the list are, too', async () => {
    const turn = deferred();
    const { ask, signals } = start(async (path, signal) => {
      if (path === '/user/workspaces') return memberships(['a']);
      signal.addEventListener('abort', () => turn.resolve(refusal(499)));
      return turn.promise;
    });
    const [one, other] = [new AbortController(), new AbortController()];
    const asking = [ask(LIST, { signal: one.signal }), ask(LIST, { signal: other.signal })].map((promise) => thrownBy(() => promise));
    await until(() => signals.length === 2);
    one.abort();
    assert.equal((await asking[0]).code, 'REQUEST_ABORTED');
    assert.equal(signals[1].aborted, false);
    other.abort();
    assert.equal((await asking[1]).code, 'REQUEST_ABORTED');
    assert.equal(signals[1].aborted, true);
  });

  test('begins a new collection immediately after the last request for the list was aborted', async () => {
    let turn = deferred();
    const { ask, names } = start(async (path) => (path === '/user/workspaces' ? memberships(['a']) : turn.promise));
    const controller = new AbortController();
    const aborted = thrownBy(() => ask(LIST, { signal: controller.signal }));
    controller.abort();
    const { resolve } = turn;
    turn = { promise: named('x') };
    // The aborted collection has not noticed the abort yet.
    const asking = names();
    assert.equal((await aborted).code, 'REQUEST_ABORTED');
    assert.deepEqual(await asking, ['x']);
    resolve(refusal(500));
  });
});
