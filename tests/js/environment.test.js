/** What the environment variables decide: the form, the log, and which calls fail without a configuration. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import entry, { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy, warningsOf } from '../support/assertions.js';
import { REDIRECT_URI } from '../support/environment.js';

const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';
const COMPLETE = { CLIENT_ID: 'the-key', CLIENT_SECRET: 'the-secret', REDIRECT_URI };

const env = (variables) => Object.fromEntries(Object.entries(variables).map(([name, value]) => [PREFIX + name, value]));

/** Returns the form for these variables, and the warnings that are logged when the form is read twice. */
function read(t, variables) {
  const created = createEntry(env(variables));
  let form;
  const warnings = warningsOf(t, () => {
    form = created.form;
    assert.equal(created.form, form);
  });
  return { form, warnings };
}

const authTypes = (form) => form.find(({ model }) => model === 'config.type').options.map(({ value }) => value);
/** The auth types without and with a valid OAuth client. */
const WITHOUT_CLIENT = ['api_key', 'basic'];
const WITH_CLIENT = ['oauth', 'api_key', 'basic'];

const button = (form) => form.find(({ type }) => type === 'oauth');

describe('an incomplete or wrong configuration', () => {
  const wrong = [
    ['CLIENT_ID', 'is missing', undefined],
    ['CLIENT_ID', 'is empty', ''],
    ['CLIENT_ID', 'is blank', ' \t'],
    ['CLIENT_ID', 'contains a control character', 'the-marked\u0001key'],
    ['CLIENT_ID', 'is in quotes', '"the-marked-key"'],
    ['CLIENT_SECRET', 'is missing', undefined],
    ['CLIENT_SECRET', 'is in typographic quotes', '\u201cthe-marked-secret\u201d'],
    ['CLIENT_SECRET', 'contains an invisible character', 'the-marked-secret\u200b'],
    ['CLIENT_SECRET', 'contains a space', 'the-marked secret'],
    ['REDIRECT_URI', 'is in quotes', "'https://marked.example/'"],
    ['CLIENT_SECRET', 'contains a line break', 'the-marked\nsecret'],
    ['REDIRECT_URI', 'is missing', undefined],
    ['REDIRECT_URI', 'is a relative URL', '/marked/dashboard/'],
    ['REDIRECT_URI', 'is an http URL', 'http://marked.example/dashboard/'],
    ['REDIRECT_URI', 'has a fragment', 'https://marked.example/dashboard/#/'],
    ['REDIRECT_URI', 'has user info', 'https://marked:secret@nocodb.example/'],
    ['SCOPES', 'contains a quote', 'account "marked"'],
    ['AUTHORIZE_URL', 'is an http URL', 'http://marked.example/authorize'],
    ['TOKEN_URL', 'is not a URL', 'marked'],
    ['API_URL', 'is an http URL', 'http://marked.example/2.0'],
  ];
  for (const [name, what, value] of wrong) {
    test(`causes one warning that names the variable, and OAuth2 is not offered: ${name} ${what}`, (t) => {
      const { form, warnings } = read(t, { ...COMPLETE, [name]: value });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], new RegExp(`^\\[nocodb-bitbucket-auth\\] .*${PREFIX}${name}\\b`));
      assert.doesNotMatch(warnings[0], /marked/);
      assert.deepEqual(authTypes(form), WITHOUT_CLIENT);
      assert.equal(button(form), undefined);
    });

    test(`prevents the exchange of a code: ${name} ${what}`, async () => {
      const { wrapper: Wrapper } = createEntry(env({ ...COMPLETE, [name]: value }));
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'abc' }));
      assert.ok(error instanceof BitbucketAuthError);
      assert.equal(error.code, 'INVALID_CONFIG');
      assert.equal(error.phase, 'config');
      assert.equal(error.field, PREFIX + name);
      assert.doesNotMatch(error.message, /marked/);
    });
  }

  for (const value of ['0', '-1', '1.5', '1e3', '300001', 'ten seconds']) {
    test(`causes one warning, and OAuth2 is still offered: TIMEOUT_MS is ${value}`, (t) => {
      const { form, warnings } = read(t, { ...COMPLETE, TIMEOUT_MS: value });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS/);
      assert.deepEqual(authTypes(form), WITH_CLIENT);
    });
  }

  for (const value of ['-1', '1.5', '300001', 'half a minute']) {
    test(`causes one warning, and OAuth2 is still offered: LOCKOUT_MS is ${value}`, (t) => {
      const { form, warnings } = read(t, { ...COMPLETE, LOCKOUT_MS: value });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS/);
      assert.deepEqual(authTypes(form), WITH_CLIENT);
    });
  }

  for (const name of [`${PREFIX}REDIS_URL`, 'NC_REDIS_URL']) {
    test(`causes one warning, and OAuth2 is still offered: ${name} is not a Redis URL`, (t) => {
      const created = createEntry({ ...env(COMPLETE), [name]: 'http://:the-marked-password@redis.example' });
      const warnings = warningsOf(t, () => assert.deepEqual(authTypes(created.form), WITH_CLIENT));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], new RegExp(`\\b${name}\\b`));
      assert.doesNotMatch(warnings[0], /marked|redis\.example/);
    });
  }

  test('causes a warning for each required variable when no variable is set', (t) => {
    const { form, warnings } = read(t, {});
    assert.deepEqual(warnings.map((line) => line.match(/INTEGRATION_AUTH_BITBUCKET_(\w+)/)[1]), Object.keys(COMPLETE));
    assert.deepEqual(authTypes(form), WITHOUT_CLIENT);
  });

  test('makes access tokens unusable, too, when the API URL is invalid', async () => {
    const { wrapper: Wrapper } = createEntry(env({ API_URL: 'http://marked.example/2.0' }));
    const error = await thrownBy(() => new Wrapper({ type: 'api_key', token: 'abc' }).authenticate());
    assert.equal(error.code, 'INVALID_CONFIG');
    assert.equal(error.field, `${PREFIX}API_URL`);
  });

  test('does not prevent the creation of entries and wrappers, which logs no warning', (t) => {
    const warnings = warningsOf(t, () => {
      const { wrapper: Wrapper } = createEntry(env({ REDIRECT_URI: 'nonsense' }));
      assert.ok(new Wrapper({}, {}) instanceof BitbucketAuthIntegration);
      assert.ok(new Wrapper() instanceof BitbucketAuthIntegration);
    });
    assert.deepEqual(warnings, []);
  });

  test('causes the warning "is not set" when a variable is not a string', (t) => {
    const { warnings } = read(t, { ...COMPLETE, CLIENT_ID: 7 });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /CLIENT_ID is not set/);
  });
});

describe('a connection that acts as the OAuth client', () => {
  const variables = (value) => ({ ...COMPLETE, CLIENT_CREDENTIALS: value });
  const custom = (value) => new (createEntry(env(variables(value))).wrapper)({ type: 'custom' });

  test('is offered when an administrator allows it', (t) => {
    const { form, warnings } = read(t, variables('allow'));
    assert.deepEqual(warnings, []);
    assert.deepEqual(authTypes(form), [...WITH_CLIENT, 'custom']);
  });

  test('is not offered when the variable is absent or blank, and no warning is logged', (t) => {
    for (const value of [undefined, '', ' ']) {
      const { form, warnings } = read(t, variables(value));
      assert.deepEqual(warnings, []);
      assert.deepEqual(authTypes(form), WITH_CLIENT);
      assert.ok(form.every(({ condition }) => !JSON.stringify(condition ?? {}).includes('custom')));
    }
  });

  for (const value of ['ALLOW', 'true', 'yes', '1', 'off', 'marked']) {
    test(`is not offered when CLIENT_CREDENTIALS is ${value}, and the log names the variable`, (t) => {
      const { form, warnings } = read(t, variables(value));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS must be the word allow/);
      assert.doesNotMatch(warnings[0], /marked/);
      assert.deepEqual(authTypes(form), WITH_CLIENT);
    });
  }

  for (const value of [undefined, 'true']) {
    for (const [method, ...args] of [
      ['authenticate'], ['use', (client) => client.get('/user')], ['connectionStatus'], ['listWorkspaces'],
      ['listRepositories', { workspace: 'acme' }],
    ]) {
      test(`is rejected by ${method} when CLIENT_CREDENTIALS is ${value}`, async () => {
        const error = await thrownBy(() => custom(value)[method](...args));
        assert.ok(error instanceof BitbucketAuthError);
        assert.deepEqual([error.code, error.phase, error.field], [
          'INVALID_CONFIG', 'config', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS',
        ]);
        assert.match(error.message, /INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS is not set to the word allow/);
      });
    }
  }

  test('is neither offered nor accepted when no OAuth client is configured', async (t) => {
    const allowed = { CLIENT_CREDENTIALS: 'allow' };
    assert.deepEqual(authTypes(read(t, allowed).form), WITHOUT_CLIENT);
    const { wrapper: Wrapper } = createEntry(env(allowed));
    const error = await thrownBy(() => new Wrapper({ type: 'custom' }).authenticate());
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', `${PREFIX}CLIENT_ID`]);
  });
});

describe('a complete configuration', () => {
  test('offers OAuth2 without a warning, and the form does not contain the secret', (t) => {
    const { form, warnings } = read(t, COMPLETE);
    assert.deepEqual(warnings, []);
    assert.deepEqual(authTypes(form), WITH_CLIENT);
    assert.doesNotMatch(JSON.stringify(form), /the-secret/);
  });

  test("gives NocoDB's OAuth button all that it requires", (t) => {
    const { type, model, condition, oauthMeta } = button(read(t, COMPLETE).form);
    assert.deepEqual({ type, model, condition }, {
      type: 'oauth', model: 'config.oauth.code', condition: { model: 'config.type', value: 'oauth' },
    });
    const { authUri, ...rest } = oauthMeta;
    assert.deepEqual(rest, {
      provider: 'Bitbucket',
      redirectUri: REDIRECT_URI,
      clientId: 'the-key',
      scopes: 'repository repository:write pullrequest pullrequest:write issue issue:write account'.split(' '),
      codeKey: 'code',
    });
    const query = new URL(authUri).searchParams;
    assert.equal(query.get('scope'), rest.scopes.join(' '));
    for (const name of ['state', 'code_challenge', 'code_challenge_method']) assert.equal(query.has(name), false);
    assert.ok(authUri.includes('?') && !authUri.includes('#') && !authUri.includes('{{'));
  });

  test('may have white space around its values, and empty optional values', (t) => {
    const padded = Object.fromEntries(Object.entries(COMPLETE).map(([name, value]) => [name, ` ${value}\n`]));
    const { form, warnings } = read(t, {
      ...padded, SCOPES: ' ', TOKEN_URL: '', TIMEOUT_MS: '\t', LOCKOUT_MS: ' ', REDIS_URL: '',
    });
    assert.deepEqual(warnings, []);
    assert.equal(button(form).oauthMeta.redirectUri, REDIRECT_URI);
    assert.equal(button(form).oauthMeta.clientId, 'the-key');
  });

  test('accepts scopes that are separated by spaces or commas, and `none` for no scopes', (t) => {
    for (const SCOPES of ['account email', 'account,email', ' account, email ']) {
      assert.deepEqual(button(read(t, { ...COMPLETE, SCOPES }).form).oauthMeta.scopes, ['account', 'email']);
    }
    const { authUri, scopes } = button(read(t, { ...COMPLETE, SCOPES: 'none' }).form).oauthMeta;
    assert.deepEqual(scopes, []);
    assert.equal(new URL(authUri).searchParams.has('scope'), false);
  });

  test('accepts http URLs on loopback', (t) => {
    const { form, warnings } = read(t, {
      ...COMPLETE,
      REDIRECT_URI: 'http://127.0.0.1:8080/dashboard/',
      AUTHORIZE_URL: 'http://localhost:7990/site/oauth2/authorize',
    });
    assert.deepEqual(warnings, []);
    assert.match(button(form).oauthMeta.authUri, /^http:\/\/localhost:7990\/site\/oauth2\/authorize\?/);
  });
});

describe('the entry for NocoDB', () => {
  test("has the members that NocoDB's registry requires", () => {
    const { type, sub_type: subType, manifest, wrapper } = entry;
    assert.deepEqual({ type, subType }, { type: 'auth', subType: 'bitbucket' });
    assert.equal(typeof wrapper, 'function');
    assert.deepEqual(Object.keys(manifest).sort(), [
      'allowsPerUserCredentials', 'author', 'description', 'expose', 'icon', 'order', 'title', 'version', 'website',
    ]);
    assert.equal(manifest.allowsPerUserCredentials, true);
    assert.equal(manifest.icon, 'bitBucket');
    assert.equal(manifest.order, 5);
  });

  test('exposes exactly the four methods that creators may call, and all four exist', () => {
    assert.deepEqual(entry.manifest.expose, ['testConnection', 'connectionStatus', 'listWorkspaces', 'listRepositories']);
    for (const name of entry.manifest.expose) assert.equal(typeof entry.wrapper.prototype[name], 'function');
  });

  test('has the version of the package', () => {
    const file = createRequire(import.meta.url).resolve('nocodb-bitbucket-auth/package.json');
    assert.equal(entry.manifest.version, JSON.parse(readFileSync(file, 'utf8')).version);
  });
});
