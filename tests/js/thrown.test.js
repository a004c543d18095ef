/** Every error that is thrown is a `BitbucketAuthError`, whatever a store, NocoDB or a caller passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { expandScopes, missingScopes } from 'nocodb-bitbucket-auth/oauth';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

/** JSON values that are wrong in most members of a config. */
const VALUES = [7, -1, 1e300, true, null, '', ' ', 'text', '\0', [], {}, [7], [{}], [null], { length: 3 }, ['\n'], [['a']]];

const MEMBERS = [
  'type', 'token', 'email', 'workspace', 'repository', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at',
  'scopes', 'account', 'oauth', '_vars',
];

const CONFIGS = {
  oauth: { type: 'oauth', oauth_token: 'a', refresh_token: 'r', scopes: ['account'], expires_at: '2100-01-01T00:00:00Z' },
  'access token': { type: 'api_key', token: 'a' },
  'API token': { type: 'basic', email: 'ada@example.com', token: 'a' },
};

/** Returns the error that a function throws, unless it is a `BitbucketAuthError`. */
async function foreign(call) {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error instanceof BitbucketAuthError && error instanceof Error ? undefined : inspect(error);
  }
}

for (const [what, config] of Object.entries(CONFIGS)) {
  test(`four methods of the wrapper throw only BitbucketAuthErrors if a config member has a wrong value (${what})`, async (t) => {
    const { origin } = await serve(t, (_request, response) => json(response, 404, {
      type: 'error', error: { message: 'Not here' },
    }));
    const { wrapper: Wrapper } = createEntry(environment(origin));
    const found = [];
    let number = 0;
    for (const member of MEMBERS) {
      for (const value of VALUES) {
        // Wrappers with the same refresh token share the state of their connection, so each wrapper gets another refresh token.
        number += 1;
        const auth = new Wrapper({ ...config, ...(config.refresh_token && { refresh_token: `r${number}` }), [member]: value });
        const calls = {
          connectionStatus: () => auth.connectionStatus(),
          testConnection: async () => {
            const { message } = await auth.testConnection();
            assert.equal(typeof message, 'string');
          },
          maskConfig: () => auth.maskConfig(auth.config),
          getVars: () => auth.getVars(),
        };
        for (const [method, call] of Object.entries(calls)) {
          const thrown = await foreign(call);
          if (thrown) found.push(`${method}, ${member}: ${JSON.stringify(value)} threw ${thrown}`);
        }
      }
    }
    assert.deepEqual(found, []);
  });
}

test('three methods of the wrapper throw only BitbucketAuthErrors if JSON cannot express a config member', async () => {
  const { wrapper: Wrapper } = createEntry(environment('http://127.0.0.1:1'));
  const cycle = {};
  cycle.itself = cycle;
  const values = [5n, cycle, { get $vault() { throw new Error('mine'); } }, { toJSON() { throw new Error('mine'); } }, () => {}];
  const found = [];
  for (const [number, value] of values.entries()) {
    for (const config of Object.values(CONFIGS)) {
      for (const member of ['type', 'token', 'email', 'oauth_token', 'refresh_token', 'oauth']) {
        const auth = new Wrapper({ ...config, ...(config.refresh_token && { refresh_token: `j${number}` }), [member]: value });
        for (const method of ['connectionStatus', 'testConnection', 'maskConfig']) {
          const thrown = await foreign(() => auth[method](auth.config));
          if (thrown) found.push(`${method}, ${member}, value ${number} threw ${thrown}`);
        }
      }
    }
  }
  assert.deepEqual(found, []);
  await assert.rejects(new Wrapper({ type: 'api_key', token: 5n }).connectionStatus(), { field: 'token' });
  assert.equal((await new Wrapper({ type: 'api_key', token: 'a', email: cycle }).connectionStatus()).kind, 'api_key');
});

test('scopes of a config that are not strings cause INVALID_ARGUMENT with the field scopes', async () => {
  const { wrapper: Wrapper } = createEntry(environment('http://127.0.0.1:1'));
  for (const [number, scopes] of [[7], [{}], [null], ['account', []], { length: 1 }].entries()) {
    await assert.rejects(new Wrapper({ ...CONFIGS.oauth, refresh_token: `s${number}`, scopes }).connectionStatus(), {
      name: 'BitbucketAuthError', code: 'INVALID_ARGUMENT', field: 'scopes',
    });
  }
});

test("an invalid workspace or repository is reported with the core's message", async () => {
  const { wrapper: Wrapper } = createEntry(environment('http://127.0.0.1:1'));
  for (const [member, value] of [['workspace', 'bad/slug'], ['repository', 'noslash'], ['workspace', 7]]) {
    const { success, message } = await new Wrapper({ ...CONFIGS['access token'], [member]: value }).testConnection();
    assert.equal(success, false);
    assert.match(message, new RegExp(`is invalid: ${member} `));
  }
});

test('a value of a wrong type from NocoDB or a caller causes no error other than a BitbucketAuthError', async (t) => {
  const { origin } = await serve(t, (_request, response) => json(response, 404, {}));
  const { wrapper: Wrapper } = createEntry(environment(origin));
  const found = [];
  for (const value of [...VALUES, undefined, Symbol('s'), 7n, () => {}, Object.create(null)]) {
    const calls = {
      createEntry: () => new (createEntry(value ?? null).wrapper)({}).connectionStatus(),
      config: () => new Wrapper(value),
      exchangeToken: () => new Wrapper({}).exchangeToken(value),
      'exchangeToken, inside': () => new Wrapper({}).exchangeToken({ code: value }),
      refreshToken: () => new Wrapper({}).refreshToken(value),
      'refreshToken, inside': () => new Wrapper({}).refreshToken({ refresh_token: value }),
      'listWorkspaces, page': () => new Wrapper({ type: 'custom' }).listWorkspaces({ page: value ?? 'none' }),
      'listRepositories, workspace': () => new Wrapper({ type: 'custom' }).listRepositories({ workspace: value }),
      expandScopes: () => expandScopes(value),
      missingScopes: () => missingScopes([], value),
    };
    for (const [method, call] of Object.entries(calls)) {
      const thrown = await foreign(call);
      if (thrown) found.push(`${method}: ${inspect(value)} threw ${thrown}`);
    }
  }
  assert.deepEqual(found, []);
});

test('an unknown member of a list query is reported by its name', async () => {
  const { wrapper: Wrapper } = createEntry(environment('http://127.0.0.1:1'));
  const auth = new Wrapper(CONFIGS['access token']);
  for (const list of [auth.listWorkspaces.bind(auth), auth.listRepositories.bind(auth)]) {
    await assert.rejects(list({ workspace: 'acme', pageNumber: 2 }), {
      name: 'BitbucketAuthError', code: 'INVALID_ARGUMENT', field: 'pageNumber',
    });
  }
});
