/**
 * docs/configuration.md, compared with what the core makes of each variable.
 *
 * In: the document's sections, examples, defaults and tables. Out: checks whether each variable has a section, each example is
 * accepted, each wrong value is refused in the quoted words, and each default applies.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { documentAt } from './guide/documents.js';
import { packageIn, packed } from './support.js';

const fromPackage = (path) => import(pathToFileURL(join(packageIn(packed.folder), path)));
const { createEntry } = await fromPackage('js/nocodb/entry.js');
const { core } = await fromPackage('js/core.js');
const { readEnvironment } = await fromPackage('js/nocodb/environment.js');

const { headings, tables, text } = documentAt('docs/configuration.md');
const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';
const required = {
  [`${PREFIX}CLIENT_ID`]: 'the-key',
  [`${PREFIX}CLIENT_SECRET`]: 'the-secret',
  [`${PREFIX}REDIRECT_URI`]: 'https://nocodb.example/',
};

/** The variables that the core reads. The guide also describes those that only Node.js reads; no log line names these. */
const coreVariables = [...core().environmentVariables().split(' '), ...core().proxyVariables().split(' ')];
const READ_BY_NODE = ['NODE_EXTRA_CA_CERTS'];

const sections = headings.filter(({ depth, text: title }) => depth === 3 && /^[A-Z_, ]+$/.test(title))
  .map(({ text: title, slug }) => ({ names: title.split(', '), slug, body: bodyOf(title) }));

function bodyOf(title) {
  const heading = `### \`${title.replaceAll(', ', '`, `')}\`\n`;
  assert.ok(text.includes(heading), heading);
  return text.slice(text.indexOf(heading) + heading.length).split(/^##/m)[0];
}

// If an environment does not set a proxy variable, the plugin reads the variable of this process. So the tests delete them here.
for (const name of core().proxyVariables().split(' ')) delete process.env[name];

/** The log lines of the plugin when it starts with these variables and the three required ones. */
function logged(t, variables) {
  const lines = [];
  t.mock.method(console, 'warn', (line) => lines.push(line));
  assert.ok(createEntry({ ...required, ...variables }).form.length > 0);
  t.mock.restoreAll();
  return lines;
}

/** The value that a cell of a table stands for. */
const valueOf = (cell) => (cell === 'not set' ? '' : cell.replaceAll(/\\u([0-9A-F]{4})/g, (_, hex) => (
  String.fromCharCode(Number.parseInt(hex, 16)))));

const lineFor = (name, reason) => `[nocodb-bitbucket-auth] The configuration is invalid: ${name} ${reason}.`;

/** The variables without which a variable is not read: NO_PROXY is read only if there is a proxy. */
const requiredBy = (name) => (/^no_proxy$/i.test(name) ? { HTTPS_PROXY: 'http://proxy.example:3128' } : {});

test('the guide has a section for each variable that the core reads, and otherwise only for NODE_EXTRA_CA_CERTS', () => {
  const described = sections.flatMap(({ names }) => names);
  assert.deepEqual(described.filter((name) => !coreVariables.includes(name)), READ_BY_NODE);
  // The sections of the upper-case variables mention the lower-case ones.
  assert.deepEqual(coreVariables.filter((name) => !described.includes(name) && !text.includes(`\`${name}\``)), []);
  assert.deepEqual(coreVariables.filter((name) => name === name.toUpperCase() && !described.includes(name)), []);
  assert.equal(new Set(described).size, described.length);
});

test('the table of all variables links to the section of each variable of the plugin', () => {
  for (const { names: [name], slug } of sections.filter(({ names: [first] }) => first.startsWith(PREFIX))) {
    assert.ok(text.includes(`](#${slug})`), name);
  }
});

for (const { names, slug, body } of sections) {
  describe(names.join(', '), () => {
    test('has a meaning, a default and an example', () => {
      assert.match(body, /^- Default: \S/m);
      assert.match(body, /^- Example: `[^`]+`$/m);
      assert.match(body.trim(), /^[A-Z][^]{20}/);
    });

    const [, example] = body.match(/^- Example: `([^`]+)`$/m);
    for (const name of names.filter((each) => coreVariables.includes(each))) {
      test(`has an example that the core accepts: ${name}`, (t) => {
        const lines = logged(t, { ...requiredBy(name), [name]: example });
        // A variable that makes the process a worker also causes this line, because workers require a Redis.
        assert.deepEqual(lines.filter((line) => !line.includes('NocoDB runs in several processes')), []);
      });
    }

    for (const [value, reason] of tables.filter(({ under, header: [first] }) => under === slug && first === 'wrong value')
      .flatMap(({ rows }) => rows)) {
      test(`is rejected with the quoted reason if its value is ${value}: ${reason}`, (t) => {
        const [name] = names;
        assert.deepEqual(logged(t, { ...requiredBy(name), [name]: valueOf(value) }), [lineFor(name, reason)]);
      });
    }
  });
}

describe('the table of values that are wrong in every variable', () => {
  const [{ rows }] = tables.filter(({ under, header: [first] }) => under === 'how-values-are-read' && first === 'wrong value');
  for (const name of coreVariables.filter((each) => each.startsWith(PREFIX))) {
    test(`holds for ${name}`, (t) => {
      for (const [value, reason] of rows) {
        assert.deepEqual(logged(t, { [name]: valueOf(value) }), [lineFor(name, reason)]);
      }
      assert.deepEqual(logged(t, { [name]: ` ${required[name] ?? ''}\n` }), required[name] ? [] : logged(t, {}));
    });
  }
});

test("the guide quotes log lines exactly as they are in NocoDB's log", (t) => {
  const quoted = (variables) => {
    const lines = logged(t, variables);
    assert.equal(lines.length, 1);
    assert.ok(text.includes(`\n\`\`\`text\n${lines[0]}\n\`\`\`\n`), lines[0]);
  };
  quoted({ [`${PREFIX}CLIENT_ID`]: undefined });
  quoted({ NC_WORKER_MODE_ENABLED: 'true' });
  quoted({ [`${PREFIX}REDIS_URL`]: 'redis://redis.example/5', [`${PREFIX}REDIS_DATABASE`]: '5' });
});

test('the guide states the defaults that apply', () => {
  const { login, timeoutMs, lockoutMs, rateLimit, replacesRemoved, apiUrl, allowsClientCredentials, isVerifierOptional } =
    readEnvironment(required);
  const defaultOf = (name) => sections.find(({ names }) => names[0] === PREFIX + name).body.match(/^- Default: `?([^`\n]+)/m)[1];
  const { origin, pathname } = new URL(login.authorizationUrl);
  assert.deepEqual(
    ['SCOPES', 'TIMEOUT_MS', 'LOCKOUT_MS', 'RATE_LIMIT', 'COMPAT', 'API_URL', 'AUTHORIZE_URL'].map(defaultOf),
    [login.scopes.join(' '), String(timeoutMs), String(lockoutMs), String(rateLimit), replacesRemoved ? 'on' : 'off', apiUrl,
      origin + pathname],
  );
  assert.deepEqual([allowsClientCredentials, isVerifierOptional].map(String), ['false', 'false']);
  assert.deepEqual(['CLIENT_CREDENTIALS', 'CODE_VERIFIER'].map(defaultOf), ['off', 'the verifier is required']);
});

test('a missing or wrong value disables OAuth2 only in the variables for which the guide says so', (t) => {
  const offers = (variables) => {
    t.mock.method(console, 'warn', () => {});
    const { form } = createEntry({ ...required, ...variables });
    t.mock.restoreAll();
    return form.find(({ model }) => model === 'config.type').options.map(({ label }) => label);
  };
  const without = ['Access token', 'API token'];
  for (const name of Object.keys(required)) assert.deepEqual(offers({ [name]: '' }), without);
  for (const name of ['SCOPES', 'AUTHORIZE_URL', 'TOKEN_URL', 'API_URL']) {
    assert.deepEqual(offers({ [PREFIX + name]: ',' }), without, name);
  }
  const others = coreVariables.filter((name) => !(name in required) && !/_(SCOPES|AUTHORIZE_URL|TOKEN_URL|API_URL)$/.test(name));
  for (const name of others) assert.deepEqual(offers({ [name]: '"' }), ['OAuth2', ...without], name);
});
