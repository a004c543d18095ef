/**
 * Credentials other than OAuth2 in the real NocoDB. A creator enters each kind in NocoDB's form. The tests then use NocoDB's
 * endpoint to call the methods that the plugin exposes.
 *
 * In: what a creator types. Out: checks of what the form shows and rejects, of what NocoDB stores, and of the responses.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { simulatorVariables } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { Gui } from './support/gui.js';
import { ADMIN, Host } from './support/host.js';

const EMAIL = 'dana@example.com';
const API_TOKEN = 'ATATT3xFfGF0-simulated-api-token-of-an-account';
const ACCESS_TOKEN = 'ATCTT3xFfGN0-simulated-repository-access-token';

describe('a credential in NocoDB', () => {
  let bb;
  let host;
  let gui;
  let connections = 0;

  before(async () => {
    const port = await freePort();
    bb = await startBitbucket({
      clients: [{ private: true, callback: `http://localhost:${port}/` }],
      apiTokens: [{ email: EMAIL, token: API_TOKEN, scopes: ['read:user:bitbucket', 'read:workspace:bitbucket'] }],
      accessTokens: [{
        token: ACCESS_TOKEN, kind: 'repository', workspace: 'acme', repository: 'billing-service', scopes: ['repository'],
      }],
    });
    host = await Host.create();
    await host.start(port, simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: 'allow' }));
    gui = await Gui.open('credentials');
    await gui.try(() => gui.signIn(host.url, ADMIN));
  });

  after(async () => {
    await gui?.close();
    await host?.remove();
    await bb?.close();
  });

  const rows = [
    {
      name: 'API token',
      fields: [['config.email', 'text'], ['config.token', 'password'], ['config.workspace', 'text']],
      wrong: [['config.email', 'dana', 'This is not an e-mail address'], ['config.workspace', 'a/b', 'This is not the name of a workspace']],
      missing: ['The e-mail address is required', 'API token is required'],
      entered: { email: EMAIL, token: API_TOKEN, workspace: 'acme' },
      stored: { type: 'basic' },
      message: 'Connected as Dana Demo.',
      workspaces: ['acme', 'acme-labs'],
      refusal: /permission.*read:repository:bitbucket/,
    },
    {
      name: 'Access token',
      fields: [['config.token', 'password'], ['config.workspace', 'text'], ['config.repository', 'text']],
      wrong: [['config.repository', 'acme', 'Write it as workspace/repository']],
      missing: ['Access token is required'],
      entered: { token: ACCESS_TOKEN, workspace: 'acme', repository: 'acme/billing-service' },
      stored: { type: 'api_key' },
      message: 'Connected to the repository acme/billing-service. The token can read repositories',
      workspaces: ['acme'],
      repositories: 1,
    },
    {
      name: 'OAuth client itself',
      fields: [['config.workspace', 'text']],
      wrong: [['config.workspace', 'a b', 'This is not the name of a workspace']],
      missing: [],
      entered: { workspace: 'acme' },
      stored: { type: 'custom' },
      message: 'Connected to the workspace acme.',
      workspaces: ['acme'],
      repositories: 10,
    },
  ];
  for (const { name, fields, wrong, missing, entered, stored, message, workspaces, repositories, refusal } of rows) {
    let id;
    const call = (method, query = {}) => host.request('POST', `/api/v2/integrations/${id}/${method}`, query);

    test(`has a form that rejects missing and invalid values (${name})`, () => gui.try(async () => {
      await gui.newBitbucketConnection(host.url);
      await gui.chooseAuthType(name);
      assert.deepEqual((await gui.fields()).filter(([model]) => model !== 'config.type'), fields);
      for (const text of missing) assert.ok(await gui.createIsRefusedWith(text), text);
      for (const [model, value, text] of wrong) {
        await gui.enter(model, value);
        assert.ok(await gui.createIsRefusedWith(text), text);
        await gui.enter(model, '');
      }
    }));

    test(`is stored and works (${name})`, () => gui.try(async () => {
      for (const [member, value] of Object.entries(entered)) await gui.enter(`config.${member}`, value);
      const { status, answer } = await gui.createIntegration();
      assert.equal(status, 201);
      ({ id } = answer);
      await gui.seeConnection((connections += 1));
      const { config } = await host.integration(id);
      // NocoDB also stores the fields of the other kinds of credentials, which are empty.
      assert.deepEqual(Object.fromEntries(Object.entries(config).filter(([, value]) => value !== '')), { ...stored, ...entered });
      const { body } = await call('testConnection');
      assert.equal(body.success, true);
      // The rest of the message depends on the scopes of the token.
      assert.ok(body.message.startsWith(message), body.message);
    }));

    test(`is not revealed by the methods that creators may call (${name})`, async () => {
      assert.ok(id);
      const answers = [];
      for (const [method, query] of [['testConnection'], ['connectionStatus'], ['listWorkspaces'], ['listRepositories']]) {
        const { status, body } = await call(method, query);
        answers.push(JSON.stringify(body));
        if (method === 'connectionStatus') assert.equal(body.kind, stored.type);
        if (method === 'listWorkspaces') assert.deepEqual(body.values.map(({ slug }) => slug), workspaces);
        if (method !== 'listRepositories') assert.equal(status, 201);
        else if (refusal) assert.deepEqual([status, refusal.test(body.msg)], [400, true], body.msg);
        else assert.equal(body.values.length, repositories);
      }
      const { status, body } = await call('listRepositories', { workspace: '../user' });
      assert.equal(status, 400);
      assert.match(body.msg, /workspace/);
      const everything = [...answers, ...host.printed].join('\n');
      for (const secret of [API_TOKEN, ACCESS_TOKEN, bb.client.secret]) assert.ok(!everything.includes(secret));
    });
  }

  test('that is the OAuth client itself needs only one token request for all calls of these tests', () => {
    const grants = bb.requests.filter((line) => line.includes('grant='));
    assert.equal(grants.length, 1);
    assert.match(grants[0], /grant=client_credentials/);
  });
});
