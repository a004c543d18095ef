/**
 * Every response of the simulator, compared with schemas that were written by hand from the published description.
 *
 * In: schemas/objects.json, which describes the relevant members; schemas/routes.json, which lists the forms of each route's
 * responses by status. A form is the name of a schema, or of a body without JSON. Out: a failure for a response that fits no
 * form, for a route or fault that no request here reaches, and for a listed form that no response has. So the simulator cannot
 * drift from either file unnoticed.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { KINDS } from '../../demo/bitbucket/faults.js';
import { REMOVED, ROUTES } from '../../demo/bitbucket/routes.js';
import { TOKEN_ERRORS } from '../../demo/bitbucket/token-endpoint.js';
import { openScene, READ_ONLY, REPO } from './simulator-scene.js';

const read = (name) => JSON.parse(readFileSync(new URL(`schemas/${name}.json`, import.meta.url), 'utf8'));
const { 'every route': everywhere, ...routes } = read('routes');
const objects = read('objects');
const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false }).addSchema(objects);

const LISTS = ['list', 'numbered', 'bare', 'iterator', 'forgetful'];
const isEmpty = ({ text, headers }) => text === '' && !headers.has('content-type');
const hasType = (type) => ({ headers, text }) => text !== '' && headers.get('content-type') === type;

/** The forms of responses that have no JSON schema. */
const PLAIN_FORMS = {
  empty: (answer) => isEmpty(answer) && !answer.headers.has('location'),
  redirect: (answer) => isEmpty(answer) && URL.canParse(answer.headers.get('location')),
  head: ({ headers, text }) => text === '' && Number(headers.get('content-length')) > 0,
  text: hasType('text/plain; charset=utf-8'),
  // The content type of diffs and files names no charset.
  plain: hasType('text/plain'),
  bytes: ({ headers, text }) => text !== '' && /^application\/octet-stream$/.test(headers.get('content-type')),
  html: hasType('text/html; charset=utf-8'),
};

/** Returns why an answer does not have a form, or undefined if it has this form. */
function mismatch(answer, form) {
  if (Object.hasOwn(PLAIN_FORMS, form)) return PLAIN_FORMS[form](answer) ? undefined : `not ${form}`;
  if (answer.body === undefined) return 'not JSON';
  const names = form.split(' ');
  for (const name of names) assert.ok(Object.hasOwn(objects.$defs, name), `there is no schema "${name}"`);
  const checks = LISTS.includes(names[0])
    ? [[names[0], answer.body], ...(answer.body.values ?? []).map((value) => [names[1], value])]
    : [[form, answer.body]];
  for (const [name, value] of checks) {
    const validate = ajv.getSchema(`objects#/$defs/${name}`);
    if (!validate(value)) return `${name}: ${ajv.errorsText(validate.errors)}`;
  }
  return undefined;
}

/** The responses that were checked, as `key status form`. */
const seen = new Set();
const keysSeen = new Set();

let scene;
before(async () => {
  scene = await openScene({ rateLimit: null });
});
after(() => scene.close());

function keyOf({ url, method }, { bb }) {
  const { origin, pathname } = new URL(url);
  if (url === bb.tokenUrl) return 'token';
  if (origin !== bb.origin) return 'storage';
  const path = pathname.slice('/2.0'.length);
  if (REMOVED.some((removed) => removed.path.test(path))) return 'removed';
  const route = ROUTES.find((candidate) => candidate.path.test(path));
  return route ? `${method} ${route.name}` : 'unknown';
}

/** Asserts that an answer has one of its listed forms, and returns the answer. */
function judged(answer, of = scene) {
  const key = keyOf(answer, of);
  const isRoute = key.includes(' ');
  const own = routes[key]?.[answer.status] ?? [];
  const forms = [...own, ...(isRoute ? everywhere[answer.status] ?? [] : [])];
  const reasons = forms.map((form) => mismatch(answer, form));
  const fitting = forms[reasons.indexOf(undefined)];
  assert.ok(fitting, `${key} ${answer.status} ${JSON.stringify(reasons)}: ${answer.text.slice(0, 300)}`);
  seen.add(`${own.includes(fitting) ? key : 'every route'} ${answer.status} ${fitting}`);
  keysSeen.add(key);
  if (isRoute || ['unknown', 'removed'].includes(key)) judgeHeaders(answer);
  return answer;
}

function judgeHeaders({ headers, status }) {
  assert.equal(headers.get('server'), 'AtlassianEdge');
  assert.ok(headers.has('x-accepted-oauth-scopes'));
  if (status === 401) return;
  assert.ok(headers.has('x-oauth-scopes'));
  assert.match(headers.get('x-credential-type'), /^(oauth2|api_token|(workspace|project|repo)_access_token)$/);
}

const look = async (path, options) => judged(await scene.ask(path, options));

describe('the simulator responds as the schemas say', () => {
  test('for users, workspaces and repositories', async () => {
    for (const path of ['/user', '/user/workspaces', '/user/workspaces/acme/permissions/repositories', '/workspaces/acme',
      '/repositories/acme', '/repositories/acme?page=2', '/repositories/acme?sort=-name&q=name~"docs"', REPO,
      '/repositories/acme-labs', '/repositories/acme-offers', '/repositories/nobody', '/teams', '/workspaces',
      '/repositories', `${REPO}/issues`, `${REPO}/wiki/home`, '/repositories/acme?pagelen=1000', '/repositories/acme?x[]=1']) {
      await look(path);
    }
  });

  test('for pull requests', async () => {
    const path = `${REPO}/pullrequests`;
    await look(`${path}?state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&pagelen=50`);
    await look(`${path}?state[]=OPEN`);
    await look(`${path}/3`);
    await look(`${path}/3000`);
    for (let next = `${path}/3/activity`; next;) ({ next } = (await look(next)).body);
    for (const kind of ['diff', 'patch', 'diffstat', 'conflicts']) {
      await look((await look(`${path}/3/${kind}`)).headers.get('location'));
    }
    await look(path, { method: 'POST', sent: {} });
    await look(path, { method: 'POST' });
    await look(path, { method: 'POST', sent: { title: 'A title', source: { branch: { name: 'a-branch' } } } });
    await look(`${path}/5/approve`, { method: 'POST' });
    await look(`${path}/5/approve`, { method: 'DELETE' });
    await look(`${path}/5/merge`, { method: 'POST' });
    await look(`${path}/5/merge`, { method: 'POST' });
    const { headers } = await look(`${path}/7/merge?async=true`, { method: 'POST' });
    for (let turn = 0; turn < 2; turn += 1) await look(headers.get('location'));
    await look(`${path}/7/merge/task-status/other`);
    await look(`${READ_ONLY}/pullrequests/1/merge`, { method: 'POST' });
    await look(`${path}/3/comments`);
    await look(`${path}/3/comments/1`);
    await look(`${path}/3/comments/77`);
  });

  test('for commits, branches, files and webhooks', async () => {
    for (let next = `${REPO}/commits`; next;) ({ next } = (await look(next)).body);
    for (let next = `${REPO}/commit/main/statuses`; next;) ({ next } = (await look(next)).body);
    const { body } = await look(`${REPO}/pullrequests/3`);
    for (let turn = 0; turn < 3; turn += 1) await look(`${REPO}/commit/${body.source.commit.hash}/pullrequests`);
    await look(`${REPO}/refs/branches`);
    await look(`${REPO}/refs/branches?q=name~"change"`);
    await look(`${REPO}/src/main/`);
    const file = await look(`${REPO}/src/main/README.md`);
    await look(file.url, { headers: { range: 'bytes=0-3' } });
    await look(file.url, { headers: { range: 'bytes=9999-' } });
    await look(file.url, { headers: { 'if-none-match': file.headers.get('etag') } });
    await look(file.url, { method: 'HEAD' });
    await look((await look(`${REPO}/src/main/assets/logo.bin`)).headers.get('location'), { as: null });
    await look(`${REPO}/hooks`);
    await look(`${READ_ONLY}/hooks`);
  });

  test('for pipelines and their logs', async () => {
    const path = `${REPO}/pipelines`;
    for (const query of ['', '?sort=-created_on', '?status=failed', '?creator.uuid=x', '/7', '/700']) await look(path + query);
    await look(`${path}/7/stopPipeline`, { method: 'POST' });
    await look(`${READ_ONLY}/pipelines/7/stopPipeline`, { method: 'POST' });
    const logOf = async (number, step) => {
      const { values } = (await look(`${path}/${number}/steps`)).body;
      return `${path}/${number}/steps/${encodeURIComponent(values[step].uuid)}/log`;
    };
    const stored = (await look(await logOf(7, 0))).headers.get('location');
    await look(stored);
    await look(stored.replace('signature=', 'signature=x'), { as: null });
    await look(stored, { as: null, method: 'DELETE' });
    const running = await logOf(25, 2);
    await look(running, { headers: { accept: 'application/json' } });
    await look(`${path}/25/steps/none/log`);
    for (const [url, as] of [[stored, null], [running, 'all']]) {
      const whole = await look(url, { as });
      await look(url, { as, headers: { range: 'bytes=0-99' } });
      await look(url, { as, headers: { range: 'bytes=999999-' } });
      await look(url, { as, headers: { 'if-none-match': whole.headers.get('etag') } });
    }
  });

  test('to requests that it rejects, for example because of the rate limit', async () => {
    await look('/user', { as: null });
    await look('/user', { as: 'repository' });
    await look('/user', { as: 'workspaceToken' });
    await look('/workspaces/acme', { as: 'repositoryToken' });
    await look('/user', { method: 'PUT', sent: {} });
    for (const path of ['/user', REPO, `${REPO}/pipelines/1`]) await look(path, { as: 'apiToken' });
    const limited = await openScene({ rateLimit: 0, accessTokenLifetimeMs: 1000, trackerStatus: 404 });
    try {
      judged(await limited.ask('/user'), limited);
      judged(await limited.ask(`${REPO}/issues`), limited);
      limited.bb.control.advance(2000);
      judged(await limited.ask('/user'), limited);
    } finally {
      await limited.close();
    }
  });

  test('at the token endpoint', async () => {
    for (const backend of ['older', 'newer']) {
      const other = await openScene({ backend });
      try {
        const { key, secret } = other.bb.client;
        const token = async (method, form) => {
          const response = await fetch(other.bb.tokenUrl, {
            method,
            headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
            body: form && new URLSearchParams(form),
          });
          const text = await response.text();
          const isJson = response.headers.get('content-type').startsWith('application/json');
          const { status, headers } = response;
          judged({ url: other.bb.tokenUrl, method, status, headers, text, body: isJson ? JSON.parse(text) : undefined }, other);
        };
        const [{ refresh_token: refreshToken }] = other.bb.control.connect();
        await token('POST', { grant_type: 'refresh_token', refresh_token: refreshToken });
        await token('POST', { grant_type: 'refresh_token', refresh_token: 'unknown' });
        await token('POST', { grant_type: 'password' });
        await token('GET');
      } finally {
        await other.close();
      }
    }
    for (const { error, description } of Object.values(TOKEN_ERRORS)) {
      assert.equal(mismatch({ body: { error, error_description: description } }, 'tokenError'), undefined);
    }
  });
});

describe("the table of the simulator's faults", () => {
  const TYPES = { typed: 'error', untyped: 'untyped', plain: 'text', none: 'empty' };
  /** For each kind, the faults to request, and the status and the form of the response that `/repositories/acme` then gets. */
  const FAULTS = {
    status: [400, 401, 402, 403, 404, 409, 429, 500, 503, 555].flatMap((status) =>
      Object.entries(TYPES).map(([form, expected]) => [{ status, form }, status, expected])),
    html: [[{}, 200, 'html'], [{ status: 503 }, 503, 'html']],
    'missing-page': [[{}, 404, 'html']],
    redirect: [[{}, 302, 'redirect'], [{ status: 307 }, 307, 'redirect']],
    drop: [[{}, null]],
    'drop-after': [[{}, null]],
    delay: [[{ delayMs: 1 }, 200, 'numbered repository']],
    truncate: [[{}, 200, null]],
    empty: [[{}, 200, null]],
    without: [
      [{ members: ['next'] }, 200, 'numbered repository'],
      [{ members: ['size', 'page', 'previous'] }, 200, 'bare repository'],
      [{ members: ['pagelen'] }, 200, 'list repository'],
    ],
    encoded: [[{ encoding: 'gzip' }, 200, 'numbered repository'], [{ encoding: 'br' }, 200, 'numbered repository']],
  };

  test('contains every kind of fault', () => {
    assert.deepEqual(Object.keys(FAULTS).sort(), [...KINDS].sort());
  });

  for (const [kind, rows] of Object.entries(FAULTS)) {
    test(`describes the responses to the fault ${kind}`, async () => {
      for (const [given, status, form] of rows) {
        scene.bb.control.fault({ target: 'api', kind, ...given });
        const asked = scene.ask('/repositories/acme');
        if (status === null) {
          await assert.rejects(asked, TypeError);
          continue;
        }
        // Two kinds of responses have no form: a truncated body is not JSON, and an emptied body still has a content type.
        const answer = await asked.catch((error) => ({ error }));
        if (kind === 'truncate') assert.ok(answer.error instanceof SyntaxError);
        else assert.equal(answer.status, status);
        if (kind === 'empty') assert.equal(answer.text, '');
        if (form !== null) assert.equal(mismatch(answer, form), undefined, JSON.stringify(given));
        // A response of a server in Bitbucket's place, such as a proxy, has none of Bitbucket's headers.
        if (kind !== 'truncate' && !['html', 'redirect'].includes(kind)) judgeFaultHeaders(answer);
      }
    });
  }

  function judgeFaultHeaders({ headers }) {
    assert.equal(headers.get('server'), 'AtlassianEdge');
    assert.equal(headers.get('x-credential-type'), 'oauth2');
    assert.equal(headers.get('x-accepted-oauth-scopes'), 'repository');
  }
});

describe("the schemas of the simulator's responses", () => {
  const methodsOf = ({ name, methods }) => Object.keys(methods).map((method) => `${method} ${name}`);
  const all = [...ROUTES.flatMap(methodsOf), 'unknown', 'removed', 'storage', 'token'];

  test('exist for every route, and for no other route', () => {
    assert.deepEqual(Object.keys(routes).sort(), [...all].sort());
  });

  test('belong to routes that these tests have requested', () => {
    assert.deepEqual(all.filter((key) => !keysSeen.has(key)), []);
  });

  test('list only forms that a response in these tests had', () => {
    const listed = Object.entries({ 'every route': everywhere, ...routes }).flatMap(([key, byStatus]) =>
      Object.entries(byStatus).flatMap(([status, forms]) => forms.map((form) => `${key} ${status} ${form}`)));
    assert.deepEqual(listed.filter((entry) => !seen.has(entry)), []);
  });

  test('reject a response that lacks a member, or whose member has another value', async () => {
    const { body } = await scene.ask(`${REPO}/pullrequests/3`);
    for (const name of objects.$defs.pullRequest.required) {
      const { [name]: removed, ...rest } = body;
      assert.notEqual(mismatch({ body: rest }, 'pullRequest'), undefined, name);
      assert.notEqual(mismatch({ body: { ...body, [name]: removed === null ? 1 : null } }, 'pullRequest'), undefined, name);
    }
    const page = (await scene.ask('/repositories/acme?role=member')).body;
    assert.notEqual(mismatch({ body: page }, 'iterator repository'), undefined);
    assert.notEqual(mismatch({ body: page }, 'forgetful repository'), undefined);
    assert.notEqual(mismatch({ body: page }, 'numbered pullRequest'), undefined);
  });
});
