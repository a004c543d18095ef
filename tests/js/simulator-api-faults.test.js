/** The headers of the simulator's API, the API faults that a test can request, and the reset of the simulator. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openScene, REPO } from './simulator-scene.js';

const MINUTE = 60_000;
let scene;
let ask;
before(async () => {
  scene = await openScene({ rateLimit: null });
  ({ ask } = scene);
});
after(() => scene.close());

describe("the simulator's response headers", () => {
  test('name the required and the granted scopes and the kind of the credential', async () => {
    for (const [as, type, granted] of [
      ['all', 'oauth2', scene.bb.client.scopes.join(', ')],
      ['account', 'oauth2', 'account'],
      ['apiToken', 'api_token', 'read:user:bitbucket, read:pipeline:bitbucket'],
      ['workspaceToken', 'workspace_access_token', 'repository, pullrequest'],
      ['projectToken', 'project_access_token', 'repository, pullrequest'],
      ['repositoryToken', 'repo_access_token', 'repository, pullrequest'],
    ]) {
      const isApiToken = as === 'apiToken';
      for (const [path, needed] of [
        [REPO, isApiToken ? 'read:repository:bitbucket' : 'repository'],
        ['/user', isApiToken ? 'read:user:bitbucket' : 'account'],
        [`${REPO}/pipelines/999`, isApiToken ? 'read:pipeline:bitbucket' : 'pipeline'],
        ['/teams', ''],
        ['/workspaces', ''],
      ]) {
        const { headers } = await ask(path, { as });
        assert.deepEqual(
          ['x-credential-type', 'x-oauth-scopes', 'x-accepted-oauth-scopes'].map((name) => headers.get(name)),
          [type, granted, needed],
          `${as} ${path}`,
        );
      }
    }
  });

  test('name the required scopes when there is no credential', async () => {
    const { status, headers } = await ask('/user', { as: null });
    assert.deepEqual([status, headers.get('x-accepted-oauth-scopes')], [401, 'account']);
    assert.equal(headers.has('x-credential-type'), false);
  });
});

describe("the simulator's API faults", () => {
  const fault = (given) => scene.bb.control.fault({ target: 'api', ...given });

  for (const [status, form, text] of [
    [403, 'plain', 'Access denied. You must have write or admin access.'],
    [429, 'plain', 'Rate limit for this resource has been exceeded.'],
    [401, 'none', ''], [403, 'none', ''], [404, 'none', ''], [409, 'none', ''], [400, 'none', ''],
    [202, 'none', ''], [555, 'none', ''],
  ]) {
    test(`respond ${status} in the form "${form}"`, async () => {
      fault({ kind: 'status', status, form });
      const answer = await ask('/user');
      assert.deepEqual([answer.status, answer.text], [status, text]);
      assert.equal(answer.headers.has('retry-after'), false);
      assert.deepEqual([answer.headers.get('server'), answer.headers.get('x-credential-type')], ['AtlassianEdge', 'oauth2']);
    });
  }

  test('respond 402, 500 and 555 in the error format of the API, with and without type', async () => {
    for (const status of [402, 500, 555]) {
      fault({ kind: 'status', status });
      fault({ kind: 'status', status, form: 'untyped' });
      const [typed, untyped] = [await ask('/user'), await ask('/user')];
      assert.deepEqual([typed.status, typed.body.type, untyped.status, untyped.body.type], [status, 'error', status, undefined]);
      assert.equal(typeof untyped.body.error.detail, 'string');
    }
    fault({ kind: 'without', members: ['type'] });
    assert.deepEqual(Object.keys((await ask('/teams')).body), ['error']);
  });

  test("respond to a request for a missing repository with a page that contains the user's profile", async () => {
    fault({ kind: 'missing-page' });
    const { status, headers, text } = await ask(`${REPO}-missing`);
    assert.equal(status, 404);
    assert.match(headers.get('content-type'), /^text\/html/);
    assert.match(text, /dana@example\.com/);
  });

  /** Returns the body as bytes. `fetch` would decode the body, or fail. */
  async function rawAnswer(path) {
    const sent = request(scene.bb.apiUrl + path, { headers: { authorization: scene.credentials.all } });
    sent.end();
    const [response] = await once(sent, 'response');
    const chunks = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
  }

  test('claim an encoding for an empty body, with and without content-length', async () => {
    for (const encoding of ['gzip', 'x-gzip', 'br']) {
      for (const chunked of [false, true]) {
        for (const given of [{ kind: 'empty' }, { kind: 'status', status: 201, form: 'none' }]) {
          fault({ ...given, encoding, chunked });
          const { status, headers, body } = await rawAnswer('/user');
          assert.deepEqual([status, body.length], [given.status ?? 200, 0]);
          assert.equal(headers['content-encoding'], encoding);
          assert.equal(headers['content-length'], chunked ? undefined : '0');
          assert.equal(headers['transfer-encoding'], chunked ? 'chunked' : undefined);
        }
      }
    }
  });

  test('encode a body, and name the encoding', async () => {
    fault({ kind: 'encoded', encoding: 'gzip' });
    const { headers, body } = await rawAnswer('/user');
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(body)).nickname, 'dana');
    fault({ kind: 'encoded', encoding: 'br' });
    assert.equal((await ask('/user')).body.nickname, 'dana');
  });

  test('are rejected if they are invalid', () => {
    for (const given of [
      { kind: 'without' }, { kind: 'without', members: [] }, { kind: 'without', members: ['values'] },
      { kind: 'encoded' }, { kind: 'encoded', encoding: 'zip' }, { kind: 'status', form: 'strange' },
      { kind: 'empty', chunked: 1 },
    ]) assert.throws(() => fault(given), TypeError);
    for (const kind of ['without', 'missing-page']) {
      assert.throws(() => scene.bb.control.fault({ target: 'token', kind, members: ['next'] }), TypeError);
    }
  });
});

test('a reset of the simulator undoes the changes that clients made, and starts the indexing again', async () => {
  const other = await openScene({ pullRequests: 3 });
  try {
    const path = `${REPO}/pullrequests`;
    const { source } = (await other.ask(`${path}/3`)).body;
    const indexed = `${REPO}/commit/${source.commit.hash}/pullrequests`;
    await other.ask(`${path}/3/merge`, { method: 'POST' });
    await other.ask(path, { method: 'POST', sent: { title: 'x', source: { branch: { name: 'y' } } } });
    for (let turn = 0; turn < 3; turn += 1) await other.ask(indexed);
    const { next } = (await other.ask(`${REPO}/commits`)).body;
    other.bb.control.reset();
    other.credentials.all = `Bearer ${other.bb.control.connect()[0].access_token}`;
    assert.deepEqual((await other.ask(path)).body.values.map(({ id }) => id), [3, 1]);
    assert.equal((await other.ask(indexed)).status, 202);
    assert.equal((await other.ask(next)).status, 400);
  } finally {
    await other.close();
  }
});
