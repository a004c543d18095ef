// The shared cases of tests/vectors in Node.js. tests/browser/engines/vectors.test.js runs them in pages, tests/core/vectors.rs in Rust.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
import { createInterpreter } from './vectors.js';

// The package does not export these modules, because only the plugin needs them.
const importInternal = (path) => import(new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json')));
const { readEnvironment } = await importInternal('js/nocodb/environment.js');
const { isObject, membersToJson, readArgument } = await importInternal('js/arguments.js');
const { core } = await importInternal('js/core.js');
const { core: pageCore } = await importInternal('js/browser/core.js');
const { nextLinkOf } = await importInternal('js/api/paginate.js');
const { pageUrl } = await importInternal('js/nocodb/lists.js');

/** Checks that an entry's log and form show the problems and the settings of the environment. */
function checkFormAndLog(vector, t) {
  const logged = [];
  t.mock.method(console, 'warn', (line) => logged.push(line));
  const entry = createEntry(vector.environment);
  const button = entry.form.find(({ type }) => type === 'oauth');
  t.mock.restoreAll();

  assert.equal(logged.length, vector.problems.length, logged.join('\n'));
  vector.problems.forEach((name, at) => assert.match(logged[at], new RegExp(`\\b${name}\\b`)));
  if (vector.says) assert.equal(logged.at(-1), `[nocodb-bitbucket-auth] ${vector.says}`);
  assert.equal(Boolean(button), vector.oauth);
  const { clientId, redirectUri, scopes } = vector.expect ?? {};
  if (clientId) assert.equal(button.oauthMeta.clientId, clientId);
  if (redirectUri) assert.equal(button.oauthMeta.redirectUri, redirectUri);
  if (scopes) {
    const requested = new URL(button.oauthMeta.authUri).searchParams.get('scope');
    assert.equal(requested, scopes.length ? scopes.join(' ') : null);
  }
}

/** Checks the API URL of an entry's client. Only the client shows which URL it uses. */
async function checkClient(vector) {
  const { apiUrl } = vector.expect ?? {};
  if (apiUrl === undefined) return;
  const { wrapper: Wrapper } = createEntry(vector.environment);
  const authenticate = new Wrapper({ type: 'api_key', token: 'token' }).authenticate();
  if (apiUrl === null) {
    await assert.rejects(authenticate, { code: 'INVALID_CONFIG', field: 'INTEGRATION_AUTH_BITBUCKET_API_URL' });
    return;
  }
  const { defaults } = await authenticate;
  assert.equal(defaults.baseURL, apiUrl);
}

const FOLDER = new URL('../vectors/', import.meta.url);
const modules = {
  browser, core, isObject, membersToJson, nextLinkOf, oauth, pageUrl, pageCore, readArgument, readEnvironment,
};

for (const name of readdirSync(FOLDER)) {
  const file = name.replace('.json', '');
  test(`each case of tests/vectors/${name} has its expected outcome`, async (t) => {
    const { cases } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    const runCases = createInterpreter(modules, async (vector) => {
      checkFormAndLog(vector, t);
      await checkClient(vector);
    });
    const { ran, failed } = await runCases(file, cases);
    console.log(`vectors: ${file} ${ran}`);
    assert.deepEqual(failed, [], `${failed.length} of ${cases.length} cases of ${file} failed`);
  });
}
