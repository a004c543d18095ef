/**
 * Configs that contain another value in place of a credential: a vault reference (an object that names a secret in an external
 * vault), a mask (the asterisks that NocoDB shows for a credential), or the code of a login.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { rowHost } from '../support/nocodb.js';

const MASK = '********';
const REFERENCE = { $vault: { alias: 'main', secret: 'bitbucket', path: 'ci/token' } };
const PAST = '2001-02-03T04:05:06.000Z';
const LOGIN = '2026-11-01T00:00:00.000Z';

/** Starts a Bitbucket that accepts every token and rotates refresh tokens, and a NocoDB that stores the config in one row. */
async function start(t, config, row, services) {
  const { origin, requests } = await serve(t, (request, response) => json(response, 200, request.url.startsWith('/2.0/') ? {} : {
    access_token: 'new-token', refresh_token: 'new-refresh-token', token_type: 'bearer', expires_in: 7200,
  }));
  const host = rowHost(structuredClone(row), services);
  const { wrapper: Wrapper } = createEntry(environment(origin));
  return { host, requests, wrapper: new Wrapper(config, host) };
}

const use = (wrapper) => wrapper.use((client) => client.get('/user'));

/** Every method that needs the credential. */
const METHODS = {
  authenticate: (wrapper) => wrapper.authenticate(),
  use,
  connectionStatus: (wrapper) => wrapper.connectionStatus(),
  listWorkspaces: (wrapper) => wrapper.listWorkspaces(),
  listRepositories: (wrapper) => wrapper.listRepositories({ workspace: 'acme' }),
  testConnection: async (wrapper) => {
    const { success, message } = await wrapper.testConnection();
    assert.equal(success, false);
    throw Object.assign(new Error(message), { isFromResult: true });
  },
};

/** Asserts that each method fails with the same message, without a request. */
async function refuse(t, config, { message, ...members }) {
  const { wrapper, host, requests } = await start(t, config, config);
  for (const [name, call] of Object.entries(METHODS)) {
    const error = await thrownBy(() => call(wrapper));
    assert.equal(error.message, message, name);
    if (error.isFromResult) continue;
    assert.ok(error instanceof BitbucketAuthError, name);
    for (const [member, value] of Object.entries(members)) assert.equal(error[member], value, `${name} ${member}`);
  }
  assert.deepEqual([requests, host.writes], [[], 0]);
}

const unusable = (field, reason) => ({
  code: 'INVALID_ARGUMENT', field, message: `An argument passed to nocodb-bitbucket-auth is invalid: ${field} ${reason}.`,
});

describe('a vault reference', () => {
  const UNRESOLVED = 'is a vault reference that NocoDB did not resolve: check the vault in NocoDB, or enter the value itself';
  for (const [field, config] of [
    ['token', { type: 'api_key', token: REFERENCE }],
    ['token', { type: 'basic', email: 'dana@example.com', token: REFERENCE }],
    ['email', { type: 'basic', email: REFERENCE, token: 'the-token' }],
    ['oauth_token', { type: 'oauth', oauth_token: REFERENCE, refresh_token: 'the-refresh-token' }],
    ['refresh_token', { type: 'oauth', oauth_token: 'the-token', refresh_token: REFERENCE }],
  ]) {
    test(`in place of ${field} (${config.type}) makes every method fail and name this field`,
      (t) => refuse(t, config, unusable(field, UNRESOLVED)));
  }

  test('in place of the refresh token is never sent by renewIdle', async (t) => {
    const { wrapper, requests } = await start(t, { type: 'oauth', oauth_token: 'the-token', refresh_token: REFERENCE });
    assert.deepEqual(await wrapper.renewIdle(), { renewed: false });
    assert.deepEqual(requests, []);
  });

  for (const name of ['token', 'oauth_token', 'refresh_token', 'client_secret']) {
    test(`is not masked by maskConfig: ${name}`, () => {
      const config = { type: 'api_key', [name]: structuredClone(REFERENCE), email: structuredClone(REFERENCE), password: 'x' };
      const shown = new BitbucketAuthIntegration().maskConfig(config);
      assert.deepEqual(shown, { type: 'api_key', [name]: REFERENCE, email: REFERENCE, password: MASK });
    });
  }

  for (const [what, value] of [
    ['with a member beside $vault', { ...REFERENCE, token: 'the-secret' }], ['whose $vault is a text', { $vault: 'the-secret' }],
    ['whose $vault is null', { $vault: null }], ['in a list', [REFERENCE]], ['under another name', { vault: REFERENCE.$vault }],
  ]) {
    test(`${what} is not valid, so maskConfig masks the value`, () => {
      assert.deepEqual(new BitbucketAuthIntegration().maskConfig({ token: value }), { token: MASK });
    });
  }

  test('is not seen in an object that throws when it is read, so maskConfig masks the object', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.deepEqual(new BitbucketAuthIntegration().maskConfig({ token: proxy }), { token: MASK });
  });

  for (const [kind, config, row] of [
    ['an access token', { type: 'api_key', token: 'resolved' }, { type: 'api_key', token: REFERENCE }],
    ['an API token', { type: 'basic', email: 'resolved@example.com', token: 'resolved' }, { type: 'basic', email: REFERENCE, token: REFERENCE }],
    ['a token that NocoDB did not resolve', { type: 'api_key', token: REFERENCE }, { type: 'api_key', token: REFERENCE }],
    ['OAuth tokens', { type: 'oauth', oauth_token: 'resolved', refresh_token: 'resolved-refresh' },
      { type: 'oauth', oauth_token: REFERENCE, refresh_token: REFERENCE }],
  ]) {
    test(`stays in the row when saveVars writes to a connection with ${kind}`, async (t) => {
      const { wrapper, host } = await start(t, { ...config, title: 'of the wrapper' }, { ...row, title: 'of the row' });
      await wrapper.saveVars({ cursor: 1 });
      assert.deepEqual(host.row, { ...row, title: 'of the row', _vars: { cursor: 1 } });
      assert.deepEqual(wrapper.getVars(), { cursor: 1 });
    });
  }

  test('that NocoDB did not resolve stays unchanged when saveVars cannot read the row', async (t) => {
    const config = { type: 'api_key', token: REFERENCE };
    const { wrapper, host } = await start(t, config, config, { loadConfig: undefined });
    await wrapper.saveVars({ cursor: 1 });
    assert.deepEqual(host.row, { ...config, _vars: { cursor: 1 } });
  });

  test('whose row was deleted is not written back by saveVars', async (t) => {
    const { wrapper, host } = await start(t, { type: 'api_key', token: 'resolved' }, undefined);
    await wrapper.saveVars({ cursor: 1 });
    assert.deepEqual([host.writes, host.row], [0, undefined]);
  });

  for (const [what, row] of [
    ['both tokens', { oauth_token: REFERENCE, refresh_token: REFERENCE }],
    ['the refresh token', { oauth_token: 'resolved', refresh_token: REFERENCE }],
    ['the access token', { oauth_token: REFERENCE, refresh_token: 'resolved-refresh' }],
    ['an access token with a member beside $vault',
      { oauth_token: { ...REFERENCE, version: 2 }, refresh_token: 'resolved-refresh' }],
  ]) {
    test(`for ${what} is not overwritten by refreshed tokens, and the log says that the new tokens are not saved`, async (t) => {
      const rest = { type: 'oauth', expires_at: PAST, authorized_at: LOGIN };
      const config = { ...rest, oauth_token: 'resolved', refresh_token: 'resolved-refresh' };
      const { wrapper, host, requests } = await start(t, config, { ...rest, ...row });
      for (let call = 0; call < 2; call += 1) assert.equal((await use(wrapper)).status, 200);
      assert.deepEqual([host.row, host.writes], [{ ...rest, ...row }, 0]);
      const sent = requests.filter(({ url }) => url.startsWith('/2.0/')).map(({ headers }) => headers.authorization);
      assert.deepEqual(sent, ['Bearer new-token', 'Bearer new-token']);
      assert.equal(host.lines.length, 1);
      assert.match(host.lines[0], /could not save/);
      assert.doesNotMatch(host.lines[0], /resolved|new-token|new-refresh-token/);
    });
  }
});

describe('a wrapper whose config has parts from several stores', () => {
  const TOKENS = { type: 'oauth', oauth_token: 'own', refresh_token: 'own-refresh', expires_at: PAST };
  const composed = { ...TOKENS, token: 'resolved', workspace: 'of-another' };

  test('passes all changes so far to the callback at each change', async (t) => {
    const { wrapper, host } = await start(t, composed, TOKENS, { loadConfig: undefined, isComposed: true });
    const merged = [];
    wrapper.setTokenRefreshCallback((tokens) => merged.push(tokens));
    await wrapper.saveVars({ cursor: 1 });
    await use(wrapper);
    await wrapper.saveVars({ cursor: 2 });
    const last = merged.at(-1);
    assert.deepEqual([last.oauth_token, last.refresh_token, last._vars], ['new-token', 'new-refresh-token', { cursor: 2 }]);
    assert.ok(merged.filter(({ oauth_token: token }) => token === 'new-token').every(({ _vars }) => _vars));
    assert.doesNotMatch(JSON.stringify(merged), /resolved|of-another/);
    assert.equal(host.writes, 0);
  });

  test('stays usable when one part cannot be stored, and the log says so', async (t) => {
    const { wrapper, host } = await start(t, composed, TOKENS, { loadConfig: undefined, saveConfig: undefined, isComposed: true });
    assert.equal((await use(wrapper)).status, 200);
    assert.match(host.lines.join(), /could not save/);
    await assert.rejects(wrapper.saveVars({ cursor: 1 }));
  });
});

describe('a mask', () => {
  const IS_MASK = 'is a mask, not a credential. Enter the real value, or authenticate again';
  for (const [field, config] of [
    ['token', { type: 'api_key', token: MASK }],
    ['token', { type: 'basic', email: 'dana@example.com', token: MASK }],
    ['oauth_token', { type: 'oauth', oauth_token: MASK }],
    ['refresh_token', { type: 'oauth', oauth_token: MASK, refresh_token: MASK }],
  ]) {
    test(`in place of ${field} (${config.type}) makes every method fail and name this field`,
      (t) => refuse(t, config, unusable(field, IS_MASK)));
  }

  test('from maskConfig is recognised in a config', async () => {
    const wrapper = new BitbucketAuthIntegration();
    const shown = wrapper.maskConfig({ type: 'api_key', token: 'the-token' });
    const error = await thrownBy(() => new BitbucketAuthIntegration(shown).authenticate());
    assert.match(error.message, /token is a mask, not a credential/);
  });

  for (const payload of [{ code: MASK, code_verifier: 'v'.repeat(43) }, { code: { code: MASK, code_verifier: 'v'.repeat(43) } }]) {
    test(`does not count as an authorization code in a code member of type ${typeof payload.code}`, async (t) => {
      const { wrapper, requests } = await start(t, {});
      const error = await thrownBy(() => wrapper.exchangeToken(payload));
      assert.deepEqual([error.code, error.field, requests], ['INVALID_ARGUMENT', 'code', []]);
      assert.match(error.message, /is a mask, not a credential/);
    });
  }

  test('does not count as a refresh token in a call of refreshToken', async (t) => {
    const { wrapper, requests } = await start(t, {});
    const error = await thrownBy(() => wrapper.refreshToken({ refresh_token: MASK }));
    assert.deepEqual([error.code, error.field, requests], ['INVALID_ARGUMENT', 'refreshToken', []]);
    assert.match(error.message, /is a mask, not a credential/);
  });
});

describe('a code in place of tokens', () => {
  const CODE = { type: 'oauth', oauth: { code: { code: 'the-code', code_verifier: 'the-verifier' } } };

  test('makes every method report that the preload was missing', (t) => refuse(t, CODE, {
    code: 'RECONNECT_REQUIRED',
    reauthorize: true,
    message: 'A NocoDB process without the preload created this connection. Authenticate again.',
  }));

  test('is removed by saveVars', async (t) => {
    for (const services of [{}, { loadConfig: undefined }]) {
      const { wrapper, host } = await start(t, CODE, { ...CODE, title: 'kept' }, services);
      await wrapper.saveVars({ cursor: 1 });
      assert.deepEqual([host.row.oauth, host.row._vars], [undefined, { cursor: 1 }]);
    }
  });

  test('is removed when the tokens beside it are refreshed', async (t) => {
    const config = { ...CODE, oauth_token: 'the-token', refresh_token: 'the-refresh-token', expires_at: PAST };
    const { wrapper, host } = await start(t, config, config);
    await use(wrapper);
    assert.equal(host.row.oauth_token, 'new-token');
    assert.ok(!('oauth' in host.row));
  });
});
