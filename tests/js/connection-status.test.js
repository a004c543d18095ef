/** `connectionStatus`, which sends no request. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';

const OAUTH = { type: 'oauth', oauth_token: 'the-token', refresh_token: 'the-refresh-token' };
const EMAIL = 'dana@example.com';
const ACCESS_TOKEN = { type: 'api_key', token: 'the-access-token' };

describe('connectionStatus', () => {
  /** The status without the counters, which activity.test.js tests. */
  const status = async (config, variables = {}) => {
    const { wrapper: Wrapper } = createEntry(environment('http://127.0.0.1:9', variables));
    const { activity, ...known } = await new Wrapper(config).connectionStatus();
    assert.equal(typeof activity, 'object');
    return known;
  };
  const account = { uuid: '{u}', nickname: 'dana', displayName: 'Dana Demo' };

  test('returns the known state of an OAuth connection, and sends no request', async () => {
    const config = {
      ...OAUTH, account, scopes: ['repository', 'account'], expires_at: '2101-02-03T04:05:06.000Z', refreshed_at: '2101-02-03T03:05:06.000Z',
    };
    const requested = { INTEGRATION_AUTH_BITBUCKET_SCOPES: 'repository pullrequest account' };
    assert.deepEqual(await status(config, requested), {
      kind: 'oauth', account, scopes: ['repository', 'account'], missingScopes: ['pullrequest'],
      expiresAt: Date.parse(config.expires_at), refreshedAt: Date.parse(config.refreshed_at),
    });
  });

  test('leaves out unknown values', async () => {
    assert.deepEqual(await status({ ...OAUTH, refresh_token: 'another' }), { kind: 'oauth' });
    assert.deepEqual(await status(ACCESS_TOKEN), { kind: 'api_key' });
    assert.deepEqual(await status({ type: 'basic', email: EMAIL, token: 'the-token' }), { kind: 'basic' });
    assert.deepEqual(await status({ type: 'custom' }), { kind: 'custom' });
  });

  test('ignores values that another kind of credential left in the config, and shows only the known members of an account', async () => {
    const left = { ...OAUTH, refresh_token: 'a-third', account: { ...account, secret: 'the-secret' }, scopes: ['account'], expires_at: '2101-02-03T04:05:06.000Z' };
    for (const config of [ACCESS_TOKEN, { type: 'basic', email: EMAIL, token: 'the-token' }, { type: 'custom' }]) {
      assert.deepEqual(await status({ ...left, ...config }), { kind: config.type });
    }
    assert.deepEqual((await status(left)).account, account);
  });

  test('does not list scopes as missing that Bitbucket no longer requires', async () => {
    const granted = { ...OAUTH, refresh_token: 'a-fourth', scopes: ['pullrequest:write', 'account'] };
    assert.deepEqual((await status(granted)).missingScopes, []);
  });

  test('rejects 40,000 scopes in less than a second', async () => {
    const scopes = Array.from({ length: 40_000 }, (_, at) => `scope-${at}`);
    for (const [at, many] of [scopes, scopes.join(' ')].entries()) {
      const config = { ...OAUTH, refresh_token: `with-many-${at}`, scopes: many };
      const begun = performance.now();
      const error = await thrownBy(() => status(config));
      // A comparison of all these scopes would block the process for seconds.
      assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`);
      assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'scopes']);
      assert.match(error.message, /scopes contains more than 1000 scopes\.$/);
    }
  });

  test('returns a list for scopes that are stored as a string, and rejects invalid scopes', async () => {
    const stored = (scopes) => ({ ...OAUTH, refresh_token: `with-${Buffer.from(JSON.stringify(scopes)).toString('hex')}`, scopes });
    assert.deepEqual((await status(stored('account, repository'))).scopes, ['account', 'repository']);
    assert.deepEqual(await status(stored(' , ')), { kind: 'oauth' });
    for (const scopes of [7, true, { account: true }, [7], ['account', null]]) {
      const error = await thrownBy(() => status(stored(scopes)));
      assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'scopes']);
    }
  });

  test('throws an error that names the variable if connections may not act as the OAuth client', async () => {
    const variables = { INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: undefined };
    const error = await thrownBy(() => status({ type: 'custom' }, variables));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS']);
  });

  test('returns a hint when the prefix of the token belongs to another kind of credential', async () => {
    assert.match((await status({ type: 'api_key', token: 'ATATT3xFfGF0-fake' })).hint, /choose "API token"/);
  });

  test('returns the new state after the tokens were refreshed', async (t) => {
    const bitbucket = await startSimulator(t, { backend: 'newer' });
    const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket));
    const [answer] = bitbucket.control.connect();
    const config = { type: 'oauth', oauth_token: answer.access_token, refresh_token: answer.refresh_token, expires_at: '2001-02-03T04:05:06Z' };
    const wrapper = new Wrapper(config);
    assert.ok((await wrapper.connectionStatus()).expiresAt < Date.now());
    await wrapper.use((client) => client.get('/user'));
    for (const each of [wrapper, new Wrapper(config)]) {
      const { expiresAt, refreshedAt, scopes } = await each.connectionStatus();
      assert.ok(expiresAt > Date.now() && refreshedAt <= Date.now() && scopes.includes('account'));
    }
  });

  test('rejects a config that has no credential', async () => {
    for (const config of [undefined, {}, { type: 'api_key' }, { type: 'basic', token: 't' }]) {
      await assert.rejects(status(config), { code: 'INVALID_ARGUMENT' });
    }
  });
});
