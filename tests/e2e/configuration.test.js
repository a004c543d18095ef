/**
 * NocoDB with an invalid or incomplete environment: NocoDB starts, and its form offers the auth types that work.
 *
 * In: environments as administrators configure them. Out: checks of the form in NocoDB's GUI, and of the log.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { simulatorVariables } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { Gui } from './support/gui.js';
import { ADMIN, Host } from './support/host.js';

const ACCESS_TOKEN = 'ATCTT3xFfGN0-simulated-workspace-access-token';
/** The auth types that the form offers without an OAuth client. */
const WITHOUT_CLIENT = ['Access token', 'API token'];
const SECRET = 'INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET';
const REDIRECT_URI = 'INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI';

describe('NocoDB with the plugin', () => {
  let port;
  let bb;
  let host;

  before(async () => {
    port = await freePort();
    bb = await startBitbucket({
      clients: [{ callback: `http://localhost:${port}/` }],
      accessTokens: [{ token: ACCESS_TOKEN, kind: 'workspace', workspace: 'acme', scopes: ['repository'] }],
    });
    host = await Host.create();
  });

  after(async () => {
    await host?.remove();
    await bb?.close();
  });

  /** Starts NocoDB with these variables. Returns the auth types that the form offers, and the lines that the plugin printed. */
  async function startWith(env) {
    await host.stop();
    const printedBefore = host.pluginLines.length;
    await host.start(port, env);
    const authTypes = async () => {
      const { status, body } = await host.request('GET', '/api/v2/integrations/development/bitbucket');
      assert.equal(status, 200);
      return body.form.find(({ model }) => model === 'config.type').options.map(({ label }) => label);
    };
    // Reading the form again must not print the lines again.
    assert.deepEqual(await authTypes(), await authTypes());
    return { authTypes: await authTypes(), lines: host.pluginLines.slice(printedBefore) };
  }

  test('logs the name of the variable once, without the value, if the redirect URI is invalid, and offers no login', async () => {
    const env = simulatorVariables(bb, { [REDIRECT_URI]: 'http://marked-value.example/callback' });
    const { authTypes, lines } = await startWith(env);
    assert.deepEqual(authTypes, WITHOUT_CLIENT);
    assert.equal(lines.filter((line) => line.includes(REDIRECT_URI)).length, 1);
    assert.ok(!host.printed.some((line) => line.includes('marked-value')));
  });

  test('logs the name of the variable once if the client secret is missing, and offers no login', async () => {
    const { authTypes, lines } = await startWith(simulatorVariables(bb, { [SECRET]: '  ' }));
    assert.deepEqual(authTypes, WITHOUT_CLIENT);
    assert.equal(lines.filter((line) => line.includes(SECRET)).length, 1);
  });

  test('offers a login, access tokens and API tokens with a complete configuration, and logs no problem', async () => {
    const { authTypes, lines } = await startWith(simulatorVariables(bb));
    assert.deepEqual(authTypes, ['OAuth2', ...WITHOUT_CLIENT]);
    assert.equal(lines.length, 1);
  });

  test('offers the auth type "OAuth client itself" when an administrator allows it', async () => {
    const allowed = simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: 'allow' });
    const { authTypes, lines } = await startWith(allowed);
    assert.deepEqual(authTypes, ['OAuth2', ...WITHOUT_CLIENT, 'OAuth client itself']);
    assert.equal(lines.length, 1);
  });

  test('creates a working connection with an access token in its GUI without client variables', async () => {
    await startWith({ INTEGRATION_AUTH_BITBUCKET_API_URL: bb.apiUrl });
    const gui = await Gui.open('configuration');
    try {
      await gui.try(async () => {
        await gui.signIn(host.url, ADMIN);
        await gui.newBitbucketConnection(host.url);
        assert.deepEqual(await gui.authTypes(), WITHOUT_CLIENT);
        await gui.enter('config.token', ACCESS_TOKEN);
        const { status, answer } = await gui.createIntegration();
        assert.equal(status, 201);
        await gui.seeConnection();
        const { config } = await host.integration(answer.id);
        // NocoDB stores the fields that were left empty, too.
        assert.deepEqual(config, { type: 'api_key', token: ACCESS_TOKEN, email: '', workspace: '', repository: '' });
        const path = `/api/v2/integrations/${answer.id}/listRepositories`;
        const { body } = await host.request('POST', path, { workspace: 'acme' });
        assert.ok(body.values?.length > 0, JSON.stringify(body));
        assert.ok(!host.printed.some((line) => line.includes(ACCESS_TOKEN)));
      });
    } finally {
      await gui.close();
    }
  });

  test('starts without any variable, and offers only access tokens and API tokens', async () => {
    const { authTypes } = await startWith({});
    assert.deepEqual(authTypes, WITHOUT_CLIENT);
  });
});
