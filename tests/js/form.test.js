/** The form: what NocoDB's GUI shows for each kind of credential, and which values it accepts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy, warningsOf } from '../support/assertions.js';
import { environment } from '../support/environment.js';

const CONFIGURED = createEntry(environment('https://bitbucket.example')).form;

/** Returns the form of an environment without an OAuth client. environment.test.js tests the warnings of such environments. */
function formWithoutClient(t) {
  let form;
  warningsOf(t, () => {
    ({ form } = createEntry({}));
  });
  return form;
}

/** Returns whether NocoDB's GUI shows a field according to the field's condition. */
function isShown({ condition }, config) {
  if (!condition) return true;
  const { [condition.model.replace('config.', '')]: value } = config;
  return condition.in ? condition.in.includes(value) : condition.value === value;
}

/** Returns the messages of the validators that fail in NocoDB's GUI. */
const objections = ({ validators = [] }, value) => validators.filter((validator) => {
  if (validator.type === 'required') return !value?.trim();
  if (!value) return false;
  return !(validator.type === 'regex' ? new RegExp(validator.pattern) : /^[^\s@]+@[^\s@]+\.[^\s@]+$/).test(value);
}).map(({ message }) => message);

const field = (type, model) => CONFIGURED.find((each) => each.model === model && isShown(each, { type }));
const optionsOf = (form) => form.find(({ model }) => model === 'config.type').options;

/** The fields that the form shows for each auth type, in order, and whether they are required. */
const KINDS = {
  oauth: [['oauth', 'config.oauth.code', true]],
  api_key: [
    ['password', 'config.token', true], ['input', 'config.workspace', false], ['input', 'config.repository', false],
  ],
  basic: [
    ['input', 'config.email', true], ['password', 'config.token', true], ['input', 'config.workspace', false],
  ],
  custom: [['input', 'config.workspace', false]],
};

describe('the form', () => {
  test('offers each kind of credential by its name, OAuth2 first', () => {
    assert.deepEqual(optionsOf(CONFIGURED), [
      { label: 'OAuth2', value: 'oauth' },
      { label: 'Access token', value: 'api_key' },
      { label: 'API token', value: 'basic' },
      { label: 'OAuth client itself', value: 'custom' },
    ]);
    assert.equal(CONFIGURED.find(({ model }) => model === 'config.type').defaultValue, 'oauth');
  });

  test('does not offer the OAuth client as a credential unless an administrator allowed it', () => {
    const off = { INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: undefined };
    const { form } = createEntry(environment('https://bitbucket.example', off));
    assert.deepEqual(optionsOf(form).map(({ value }) => value), ['oauth', 'api_key', 'basic']);
    assert.ok(form.every((element) => !element.condition || !isShown(element, { type: 'custom' })));
  });

  test('offers only kinds that need no OAuth client when no client is configured', (t) => {
    const form = formWithoutClient(t);
    assert.deepEqual(optionsOf(form).map(({ value }) => value), ['api_key', 'basic']);
    assert.equal(form.find(({ model }) => model === 'config.type').defaultValue, 'api_key');
    assert.ok(form.every(({ type }) => type !== 'oauth'));
  });

  for (const [kind, expected] of Object.entries(KINDS)) {
    test(`shows for ${kind} only the fields of that kind`, () => {
      const shown = CONFIGURED.filter((element) => isShown(element, { type: kind }));
      assert.deepEqual(shown.slice(0, 2).map(({ type, model }) => [type, model]), [
        ['input', 'title'], ['select', 'config.type'],
      ]);
      assert.deepEqual(shown.slice(2).map(({ type, model, validators }) => (
        [type, model, validators.some((validator) => validator.type === 'required')]
      )), expected);
    });
  }

  test('requires only fields without which `authenticate` fails', async () => {
    for (const [kind, expected] of Object.entries(KINDS)) {
      const required = expected.filter(([, model, isRequired]) => isRequired && model !== 'config.oauth.code');
      const full = { token: 'the-token', email: 'dana@example.com' };
      for (const [, model] of required) {
        const { [model.replace('config.', '')]: _left, ...config } = full;
        const error = await thrownBy(() => new BitbucketAuthIntegration({ type: kind, ...config }).authenticate());
        assert.equal(`config.${error.field}`, model);
      }
    }
  });

  test('shows tokens, and no other values, in password fields', () => {
    for (const { type, model } of CONFIGURED) assert.equal(type === 'password', model === 'config.token', model);
  });

  test('explains each field that is not obvious', () => {
    assert.match(field('basic', 'config.email').helpText, /not your Bitbucket user name/);
    assert.match(field('basic', 'config.token').helpText, /Create API token with scopes/);
    assert.match(field('api_key', 'config.token').helpText, /repository, project or workspace/);
    for (const model of ['config.workspace', 'config.repository']) {
      assert.match(field('api_key', model).helpText, /Optional/);
    }
    assert.match(field('custom', 'config.workspace').helpText, /No user is involved.*must be private at Bitbucket.*Optional, but the connection test may need it$/);
    for (const { model, helpText, placeholder } of CONFIGURED) {
      if (model.startsWith('config.') && !/type|oauth/.test(model)) assert.ok(helpText && placeholder, model);
    }
  });

  test('accepts valid values and rejects invalid ones', () => {
    const rows = [
      ['basic', 'config.email', ['dana@example.com'], ['', ' ', 'dana', 'dana@']],
      ['basic', 'config.token', ['ATATT3xFfGF0-fake'], ['', ' ']],
      ['api_key', 'config.token', ['ATCTT3xFfGN0-fake'], ['', ' ']],
      ['api_key', 'config.workspace', ['', 'acme', 'acme-labs', 'a.b_c', '{0162d30c-0c66-47c9-80f3-89dfeacc4fbf}'],
        ['acme/site', 'a b', 'https://bitbucket.org/acme', 'ä']],
      ['api_key', 'config.repository', ['', 'acme/site', '{a}/{b}'], ['acme', 'acme/', '/site', 'a/b/c', 'a b/c']],
    ];
    for (const [kind, model, right, wrong] of rows) {
      for (const value of right) assert.deepEqual(objections(field(kind, model), value), [], `${model}: ${value}`);
      for (const value of wrong) assert.equal(objections(field(kind, model), value).length > 0, true, `${model}: ${value}`);
    }
  });

  test('agrees with the connection test on valid workspaces and repositories', async () => {
    // A value that the form accepts must not be rejected later. Nothing listens at this URL, so a valid value ends in this error.
    const { wrapper: Wrapper } = createEntry({ INTEGRATION_AUTH_BITBUCKET_API_URL: 'http://127.0.0.1:9/2.0' });
    for (const config of [
      { workspace: '{0162d30c-0c66-47c9-80f3-89dfeacc4fbf}' }, { workspace: 'a.b_c-d' }, { repository: '{a}/b.c_d-e' },
    ]) {
      const { message } = await new Wrapper({ type: 'api_key', token: 'the-token', ...config }).testConnection();
      assert.match(message, /could not be reached/);
    }
  });

  test('does not contain the client secret', () => {
    assert.doesNotMatch(JSON.stringify(CONFIGURED), /the-secret/);
  });
});
