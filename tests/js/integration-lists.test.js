/** The lists that the wrapper (NocoDB's object for a connection) provides for dialogs, and other members that NocoDB uses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { OAUTH, against, connection } from './integration-scene.js';

const FUTURE = '2101-02-03T04:05:06.000Z';

const ACCESS_TOKEN = { type: 'api_key', token: 'the-access-token' };

describe('listRepositories and listWorkspaces', () => {
  const malformed = [
    [undefined, 'workspace'], [{}, 'workspace'], [{ workspace: 7 }, 'workspace'], [{ workspace: '' }, 'workspace'],
    [{ workspace: '..' }, 'workspace'], [{ workspace: 'acme/../../user' }, 'workspace'],
    [{ workspace: 'acme?x=1' }, 'workspace'], [{ workspace: 'acme', page: 0 }, 'page'],
    [{ workspace: 'acme', page: '2' }, 'page'], [{ workspace: 'acme', page: 1.5 }, 'page'],
  ];
  for (const [query, field] of malformed) {
    test(`reject the query ${JSON.stringify(query)} (listRepositories)`, async () => {
      const error = await thrownBy(() => new BitbucketAuthIntegration(ACCESS_TOKEN).listRepositories(query));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'api', field]);
    });
  }

  test('report a workspace that does not exist', async (t) => {
    const { wrapper } = await connection(t);
    const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'nowhere' }));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.status], ['API_NOT_FOUND', 404]);
    assert.ok(!('cause' in error) && !('response' in error) && !('config' in error));
  });

  test('report a response that is not a page', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => response.end('<h1>Hello</h1>') }, ACCESS_TOKEN);
    const error = await thrownBy(() => wrapper.listWorkspaces());
    assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', 'values']);
  });

  for (const next of ['the next', 7, 'https://bitbucket.example/2.0/x', 'https://bitbucket.example/2.0/x?page=0']) {
    test(`report ${next} as an invalid \`next\` instead of ending the list`, async (t) => {
      const { wrapper } = await against(t, { api: (_request, response) => json(response, 200, { values: [], next }) }, ACCESS_TOKEN);
      const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }));
      assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', 'next']);
    });
  }

  test('use the workspace of the config when the query has none', async (t) => {
    const config = { ...ACCESS_TOKEN, workspace: ' acme ' };
    const { wrapper, requests } = await against(t, { api: (_request, response) => json(response, 200, { values: [] }) }, config);
    assert.deepEqual(await wrapper.listRepositories(), { values: [] });
    assert.deepEqual(await wrapper.listRepositories({ page: 2 }), { values: [] });
    assert.deepEqual(await wrapper.listWorkspaces(), { values: [{ slug: 'acme' }] });
    assert.deepEqual(requests.map(({ url }) => url), ['/2.0/repositories/acme', '/2.0/repositories/acme?page=2']);
  });

  test('count towards the rate limit of the connection', async (t) => {
    // A user does not wait for an hour in a dialog, so a request beyond the limit fails at once.
    const server = await serve(t, (_request, response) => json(response, 200, { values: [] }));
    const { wrapper: Wrapper } = createEntry(environment(server.origin, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '3' }));
    const configs = [{ ...OAUTH, refresh_token: 'of-this-test' }, { ...ACCESS_TOKEN, token: 'of-this-test' }];
    for (const config of configs) {
      await new Wrapper(config).listRepositories({ workspace: 'acme' });
      await new Wrapper(config).use((client) => client.get('/repositories/acme'));
      await new Wrapper(config).listRepositories({ workspace: 'acme' });
      const error = await thrownBy(() => new Wrapper(config).listRepositories({ workspace: 'acme' }));
      assert.equal(error.code, 'API_RATE_LIMITED');
      assert.ok(error.retryAfter > 0);
    }
    assert.equal(server.requests.length, 6);
  });

  test('page through the repositories of a workspace', async (t) => {
    const { wrapper } = await connection(t, { repositories: 25 });
    const names = [];
    let next;
    do {
      const page = await wrapper.listRepositories({ workspace: 'acme', ...(next && { next }) });
      names.push(...page.values.map(({ full_name: name }) => name));
      next = page.next;
      assert.ok(next === undefined || /^[\w-]+$/.test(next), next);
    } while (next);
    assert.equal(new Set(names).size, 25);
    assert.ok(names.every((name) => name.startsWith('acme/')));
  });

  test('accept a number or the `next` of the previous response as `page`', async (t) => {
    const { wrapper } = await connection(t, { repositories: 25 });
    const names = [];
    for (let page = 1; page !== undefined;) {
      const { values, next } = await wrapper.listRepositories({ workspace: 'acme', page });
      names.push(...values.map(({ full_name: name }) => name));
      page = next;
    }
    assert.equal(new Set(names).size, 25);
    const { values } = await wrapper.listRepositories({ workspace: 'acme', page: 3 });
    assert.deepEqual(values.map(({ full_name: name }) => name), names.slice(20));
  });

  test('page through a list with cursors, and through a list without `next`', async (t) => {
    const { wrapper, requests } = await against(t, {
      api: (request, response) => {
        const { pathname, searchParams } = new URL(request.url, 'http://x');
        if (pathname.endsWith('/acme')) {
          const own = `http://${request.headers.host}${pathname}`;
          return json(response, 200, searchParams.has('ctx') ? { values: [{ full_name: 'acme/b' }] }
            : { values: [{ full_name: 'acme/a' }], next: `${own}?ctx=0f%2D` });
        }
        const page = Number(searchParams.get('page') ?? 1);
        return json(response, 200, { values: [{ workspace: { slug: `w${page}` } }], page, pagelen: 1, size: 2 });
      },
    }, ACCESS_TOKEN);
    const first = await wrapper.listRepositories({ workspace: 'acme' });
    assert.deepEqual(await wrapper.listRepositories({ workspace: 'acme', next: first.next }), { values: [{ full_name: 'acme/b' }] });
    const { next } = await wrapper.listWorkspaces();
    assert.deepEqual(await wrapper.listWorkspaces({ next }), { values: [{ slug: 'w2' }] });
    assert.deepEqual(requests.map(({ url }) => url), [
      '/2.0/repositories/acme', '/2.0/repositories/acme?ctx=0f%2D', '/2.0/user/workspaces', '/2.0/user/workspaces?page=2',
    ]);
  });

  for (const next of ['https://bitbucket.example/2.0/user', '../user', 'cGFnZQ', 7, {}, '']) {
    test(`reject the \`next\` ${JSON.stringify(next)}, which they did not return, and send no request`, async (t) => {
      const { wrapper, requests } = await against(t, {}, ACCESS_TOKEN);
      for (const list of [() => wrapper.listRepositories({ workspace: 'acme', next }), () => wrapper.listWorkspaces({ next })]) {
        const error = await thrownBy(list);
        assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'api', 'next']);
      }
      assert.deepEqual(requests, []);
    });
  }

  test('return only what a user needs to choose an item', async (t) => {
    const { wrapper } = await connection(t);
    const repositories = await wrapper.listRepositories({ workspace: 'acme' });
    const known = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
    for (const value of repositories.values) assert.ok(Object.keys(value).every((name) => known.includes(name)));
    const { values } = await wrapper.listWorkspaces();
    assert.deepEqual(values.map(({ slug }) => slug), ['acme', 'acme-labs']);
    assert.ok(values.every((value) => Object.keys(value).every((name) => ['slug', 'name', 'uuid'].includes(name))));
  });
});

describe('a wrapper', () => {
  test('has a copy of its config without the values of saveVars', async () => {
    const stored = { ...ACCESS_TOKEN, _vars: { cursor: 1 } };
    const saved = [];
    const wrapper = new BitbucketAuthIntegration(stored, { saveConfig: (config) => saved.push(config) });
    assert.deepEqual(wrapper.config, ACCESS_TOKEN);
    assert.deepEqual(wrapper.getVars(), { cursor: 1 });
    await wrapper.saveVars({ cursor: 2 });
    assert.deepEqual(saved, [{ ...ACCESS_TOKEN, _vars: { cursor: 2 } }]);
    assert.deepEqual(wrapper.getVars(), { cursor: 2 });
    assert.deepEqual(stored._vars, { cursor: 1 });
    assert.deepEqual(new BitbucketAuthIntegration({}).getVars(), {});
  });

  test('rejects saveVars with the error of saveConfig, and needs no saveConfig', async () => {
    const own = new Error('no');
    const wrapper = new BitbucketAuthIntegration({}, { saveConfig: () => { throw own; } });
    assert.equal(await thrownBy(() => wrapper.saveVars({})), own);
    await new BitbucketAuthIntegration({}).saveVars({ kept: true });
  });

  test('stores neither the code nor the verifier of a login', async () => {
    const saved = [];
    const config = { type: 'oauth', oauth: { code: { code: 'the-code', code_verifier: 'the-verifier' } } };
    await new BitbucketAuthIntegration(config, { saveConfig: (stored) => saved.push(stored) }).saveVars({});
    assert.deepEqual(saved, [{ type: 'oauth', _vars: {} }]);
  });

  test('accepts a function, an object or nothing as its logger', () => {
    const lines = [];
    new BitbucketAuthIntegration({}, { logger: (line) => lines.push(line) }).log('one');
    new BitbucketAuthIntegration({}, { logger: { log(line) { lines.push(line, this === undefined); } } }).log('two');
    new BitbucketAuthIntegration({}).log('three');
    new BitbucketAuthIntegration({}, null).log('four');
    assert.deepEqual(lines, ['one', 'two', false]);
  });

  test('shows no credential when it is printed', () => {
    const wrapper = new BitbucketAuthIntegration({ ...OAUTH, token: 'the-access-token' });
    const shown = inspect(wrapper, { depth: 20, showHidden: true }) + JSON.stringify(wrapper);
    assert.doesNotMatch(shown, /the-token|the-refresh-token|the-access-token/);
  });

  test('masks secrets in maskConfig, keeps empty values, and removes the authorization code', () => {
    const wrapper = new BitbucketAuthIntegration();
    const config = {
      type: 'oauth', oauth_token: 'a', refresh_token: 'b', token: '', expires_at: FUTURE, scopes: ['account'],
      oauth: { code: 'the-code' }, title: 'kept',
    };
    assert.deepEqual(wrapper.maskConfig(config), {
      type: 'oauth', oauth_token: '********', refresh_token: '********', token: '', expires_at: FUTURE,
      scopes: ['account'], title: 'kept',
    });
    assert.equal(config.oauth_token, 'a');
    assert.deepEqual(wrapper.maskConfig({ ...ACCESS_TOKEN, oauth_token: null }), {
      type: 'api_key', token: '********', oauth_token: null,
    });
  });

  test('masks every secret that NocoDB may store, and removes the values of saveVars', () => {
    const names = ['access_token', 'bearer_token', 'password', 'client_secret', 'secret'];
    const wrapper = new BitbucketAuthIntegration();
    const config = { _vars: { cursor: 'marked' }, ...Object.fromEntries(names.map((name) => [name, 'marked'])) };
    assert.deepEqual(wrapper.maskConfig(config), Object.fromEntries(names.map((name) => [name, '********'])));
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    assert.deepEqual(wrapper.maskConfig(empty), empty);
  });

  for (const nothing of [undefined, null, 'text', 7]) {
    test(`returns an empty config from maskConfig(${nothing})`, () => {
      assert.deepEqual(new BitbucketAuthIntegration().maskConfig(nothing), {});
    });
  }

  test('can be used again after it was destroyed', async (t) => {
    const { wrapper } = await connection(t);
    const client = await wrapper.authenticate();
    await wrapper.destroy();
    assert.notEqual(await wrapper.authenticate(), client);
    assert.equal((await wrapper.testConnection()).success, true);
  });
});
