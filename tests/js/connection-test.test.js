/**
 * `testConnection`: each kind of credential against each response that the simulator has for that kind, and against servers that
 * misbehave.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { freePort, json, serve } from '../support/http-server.js';

const OAUTH = { type: 'oauth', oauth_token: 'the-token', refresh_token: 'the-refresh-token' };
const HOUR = 3_600_000;
const EMAIL = 'dana@example.com';
const ACCESS_TOKEN = { type: 'api_key', token: 'the-access-token' };

const API_TOKENS = [
  ['ATATT3xFfGF0-fake-all', ['read:user:bitbucket', 'read:workspace:bitbucket', 'read:repository:bitbucket']],
  ['ATATT3xFfGF0-fake-repositories', ['read:repository:bitbucket']],
  ['ATATT3xFfGF0-fake-pull-requests', ['read:pullrequest:bitbucket']],
  ['ATATT3xFfGF0-fake-none', []],
].map(([token, scopes]) => ({ email: EMAIL, token, scopes }));

const ACCESS_TOKENS = [
  ['ATCTT3xFfGN0-fake-workspace', 'workspace', ['pullrequest', 'account']],
  ['ATCTT3xFfGN0-fake-project', 'project', ['repository']],
  ['ATCTT3xFfGN0-fake-repository', 'repository', ['repository']],
  ['ATCTT3xFfGN0-fake-webhook', 'workspace', ['webhook']],
].map(([token, kind, scopes]) => ({
  token, kind, workspace: 'acme', scopes, ...(kind === 'repository' && { repository: 'billing-service' }),
}));

describe('testConnection with Bitbucket', () => {
  let bitbucket;
  let Wrapper;
  let requestedPaths = [];

  before(async () => {
    bitbucket = await startBitbucket({
      backend: 'newer',
      clients: [{ private: true, callback: 'http://127.0.0.1:8080/dashboard/' }],
      apiTokens: API_TOKENS,
      accessTokens: ACCESS_TOKENS,
    });
    ({ wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket)));
  });
  after(() => bitbucket.close());

  /** Returns the result for a config, and the paths of the API requests. */
  async function run(config, Used = Wrapper) {
    const earlier = bitbucket.requests.length;
    const result = await new Used(config).testConnection();
    const lines = bitbucket.requests.slice(earlier);
    const paths = lines.map((line) => line.split(' ')[1]).filter((path) => path.startsWith('/2.0/'));
    requestedPaths = requestedPaths.concat(paths);
    assert.doesNotMatch(JSON.stringify([result, lines]), /-fake-/, 'neither the result nor the log contains a credential');
    assert.ok(result.message.length > 0 && /[.…]$/.test(result.message), result.message);
    return { ...result, paths };
  }

  /** The stored config of a user who consented to these scopes. */
  function connected(scopes, more) {
    const [answer] = bitbucket.control.connect({ scopes });
    return {
      type: 'oauth',
      oauth_token: answer.access_token,
      refresh_token: answer.refresh_token,
      expires_at: new Date(Date.now() + answer.expires_in * 1000).toISOString(),
      scopes: (answer.scopes ?? answer.scope).split(' '),
      ...more,
    };
  }

  const account = { nickname: 'dana', displayName: 'Dana Demo' };
  const withoutUuid = ({ uuid, ...rest }) => {
    assert.match(uuid, /^\{[0-9a-f-]{36}\}$/);
    return rest;
  };

  describe('with OAuth', () => {
    const all = ['repository:write', 'pullrequest:write', 'issue:write', 'account'];

    test('returns the account, the granted scopes, and the time when the token expires', async () => {
      const config = connected(all);
      const { account: whose, ...result } = await run(config);
      assert.deepEqual(withoutUuid(whose), account);
      assert.deepEqual(result, {
        success: true,
        message: 'Connected as Dana Demo.',
        scopes: config.scopes,
        missingScopes: [],
        expiresAt: Date.parse(config.expires_at),
        paths: ['/2.0/user'],
      });
    });

    test('succeeds with missing scopes, and says what each scope is for and how to add it', async () => {
      const { success, message, missingScopes, account: whose } = await run(connected(['account']));
      assert.equal(success, true);
      assert.equal(whose.nickname, 'dana');
      // `issue` is not in this list: the login requests it, but no operation needs it any more.
      assert.deepEqual(missingScopes, ['repository', 'repository:write', 'pullrequest', 'pullrequest:write']);
      assert.match(message, /^Connected as Dana Demo\. These scopes are missing: repository \([^)]+\), /);
      for (const scope of missingScopes) assert.match(message, new RegExp(`\\b${scope} \\(\\w[^)]+\\)`));
      assert.match(message, /If they are needed, add them to the OAuth client at Bitbucket and authenticate again\.$/);
    });

    test('succeeds without the scope for the user, and names this scope', async () => {
      const result = await run(connected(['repository']));
      assert.deepEqual([result.success, 'account' in result, result.paths], [true, false, ['/2.0/user']]);
      assert.match(result.message, /^Bitbucket accepts the credential\. These scopes are missing: .*\baccount \(/);
      assert.ok(result.missingScopes.includes('account'));
    });

    test('checks the configured workspace when it cannot read the user', async () => {
      const { success, message, paths } = await run(connected(['repository'], { workspace: 'acme' }));
      assert.equal(success, true);
      assert.match(message, /^Connected to the workspace acme\. These scopes are missing: .*\baccount \(/);
      assert.deepEqual(paths, ['/2.0/user', '/2.0/repositories/acme?pagelen=1']);
      const elsewhere = await run(connected(['repository'], { workspace: 'nowhere' }));
      assert.equal(elsewhere.success, false);
      assert.match(elsewhere.message, /does not have this workspace.*check its name/);
    });

    test('refreshes expired tokens, and reports when the new token expires', async () => {
      const config = connected(all);
      bitbucket.control.advance(3 * HOUR);
      const { success, expiresAt, paths } = await run(config);
      assert.deepEqual([success, paths], [true, ['/2.0/user', '/2.0/user']]);
      assert.ok(expiresAt > Date.parse(config.expires_at));
      const { success: again, paths: later } = await run({ ...config, expires_at: '2001-02-03T04:05:06Z' });
      assert.deepEqual([again, later], [true, ['/2.0/user']]);
    });

    test('says how to connect again when the refresh token was revoked or is missing', async () => {
      const config = connected(all);
      bitbucket.control.revoke();
      const { success, message } = await run(config);
      assert.equal(success, false);
      assert.match(message, /no longer accepts this connection's refresh token\. Open the integration and authenticate/);
      const { message: withoutRefreshToken } = await run({ type: 'oauth', oauth_token: config.oauth_token });
      assert.match(withoutRefreshToken, /does not accept this connection's credential: authenticate with Bitbucket again\.$/);
    });
  });

  describe('with an API token', () => {
    const config = (name, more) => ({ type: 'basic', email: EMAIL, token: `ATATT3xFfGF0-fake-${name}`, ...more });

    test('names the account of the token, and says what the token can read', async () => {
      const { account: whose, ...result } = await run(config('all', { email: ` ${EMAIL}\n` }));
      assert.deepEqual(withoutUuid(whose), account);
      assert.deepEqual(result, {
        success: true,
        message: 'Connected as Dana Demo. The token can read repositories, workspaces and the user. These scopes are missing: '
          + 'read:pullrequest:bitbucket (read pull requests). If they are needed, create a token that has them.',
        scopes: API_TOKENS[0].scopes,
        missingScopes: ['read:pullrequest:bitbucket'],
        paths: ['/2.0/user'],
      });
    });

    for (const [what, changed] of [
      ['a wrong e-mail address', { email: 'someone.else@example.com' }], ['a wrong token', { token: 'another' }],
    ]) {
      test(`says to check the e-mail address or to enter a new token (${what})`, async () => {
        const { success, message } = await run(config('all', changed));
        assert.equal(success, false);
        assert.match(message, /check that the e-mail address belongs to the Atlassian account .* or enter a new token\.$/);
      });
    }

    test('says how to create a token with scopes when the token has none', async () => {
      for (const workspace of [undefined, 'acme']) {
        const { success, message, paths } = await run(config('none', { workspace }));
        assert.deepEqual([success, paths], [false, ['/2.0/user']]);
        assert.match(message, /^The API token has no scopes for Bitbucket: create a token with "Create API token with scopes"/);
      }
    });

    test('succeeds without the scope for the user, and names it as missing', async () => {
      for (const [workspace, begin] of [[undefined, 'Bitbucket accepts the credential'], ['acme', 'Connected to the workspace acme']]) {
        const { success, message, missingScopes, scopes } = await run(config('repositories', { workspace }));
        assert.equal(success, true);
        assert.deepEqual([missingScopes, scopes], [
          ['read:user:bitbucket', 'read:workspace:bitbucket', 'read:pullrequest:bitbucket'], ['read:repository:bitbucket'],
        ]);
        assert.ok(message.startsWith(`${begin}. The token can read repositories. `), message);
        assert.match(message, /missing: read:user:bitbucket \(.+\)\. If they are needed, create a token that has them\.$/);
      }
    });

    test('succeeds when the token can read neither the user nor repositories, and says what it can read', async () => {
      const { success, message, missingScopes, paths } = await run(config('pull-requests', { workspace: 'acme' }));
      assert.equal(success, true);
      assert.deepEqual(missingScopes, ['read:user:bitbucket', 'read:workspace:bitbucket', 'read:repository:bitbucket']);
      assert.match(message, /^Bitbucket accepts the credential\. The token can read pull requests\. These scopes are missing: /);
      assert.deepEqual(paths, ['/2.0/user', '/2.0/repositories/acme?pagelen=1']);
    });

    test('names the right kind of credential when an API token was entered as an access token', async () => {
      const { success, message } = await run({ type: 'api_key', token: 'ATATT3xFfGF0-fake-all' });
      assert.equal(success, false);
      assert.match(message, /looks like an API token of an Atlassian account: choose "API token"/);
    });
  });

  describe('with an access token', () => {
    const config = (name, more) => ({ type: 'api_key', token: `ATCTT3xFfGN0-fake-${name}`, ...more });
    const workspace = { workspace: 'acme' };
    const repository = { repository: 'acme/billing-service' };

    for (const [name, more, message, paths] of [
      ['workspace', workspace, 'Connected to the workspace acme.', ['/2.0/workspaces/acme']],
      ['project', workspace, 'Connected to the workspace acme.',
        ['/2.0/workspaces/acme', '/2.0/repositories/acme?pagelen=1']],
      ['repository', workspace, 'Connected to the workspace acme.',
        ['/2.0/workspaces/acme', '/2.0/repositories/acme?pagelen=1']],
      ['workspace', repository, 'Connected to the repository acme/billing-service.',
        ['/2.0/repositories/acme/billing-service']],
      ['project', repository, 'Connected to the repository acme/billing-service.',
        ['/2.0/repositories/acme/billing-service']],
      ['repository', { ...repository, workspace: ' acme ' }, 'Connected to the repository acme/billing-service.',
        ['/2.0/repositories/acme/billing-service']],
    ]) {
      test(`succeeds for the token of a ${name} when the config names a ${Object.keys(more).join(' and a ')}`, async () => {
        const { scopes } = ACCESS_TOKENS.find(({ token }) => token === config(name).token);
        const missingScopes = name === 'workspace' ? [] : ['pullrequest'];
        const readable = name === 'workspace'
          ? 'The token can read repositories, pull requests and workspaces.'
          : 'The token can read repositories. These scopes are missing: pullrequest (read pull requests). '
            + 'If they are needed, create a token that has them.';
        assert.deepEqual(await run(config(name, more)), {
          success: true, message: `${message} ${readable}`, scopes, missingScopes, paths,
        });
      });
    }

    for (const name of ['workspace', 'project', 'repository']) {
      test(`succeeds for the token of a ${name} without a configured workspace or repository, and asks for one`, async () => {
        const { success, message, paths } = await run(config(name, { workspace: '', repository: ' ' }));
        assert.deepEqual([success, paths], [true, ['/2.0/user']]);
        assert.match(message, /^Bitbucket accepts the token\. Enter its workspace or repository/);
      });
    }

    test('says to check the name when the token belongs to another workspace or repository', async () => {
      for (const [name, more, what] of [
        ['workspace', { workspace: 'acme-labs' }, 'workspace'], ['workspace', { workspace: 'nowhere' }, 'workspace'],
        ['repository', { repository: 'acme/billing-client' }, 'repository'],
      ]) {
        const { success, message } = await run(config(name, more));
        assert.equal(success, false);
        assert.match(message, new RegExp(`does not have this ${what}, .*check its name, and the ${what} to which`));
      }
    });

    test('succeeds when scopes are missing, and says what the token can read and which scopes are missing', async () => {
      for (const more of [repository, { workspace: 'acme', repository: 'acme/billing-service' }]) {
        const { success, message, missingScopes } = await run(config('webhook', more));
        assert.deepEqual([success, missingScopes], [true, ['repository', 'pullrequest']]);
        assert.match(message, /can read webhooks\. .*missing: repository \(.+\), pullrequest \(.+\)\. If they are needed, create a token that has them/);
      }
    });

    test('says to enter a new token when Bitbucket does not know the current one', async () => {
      for (const more of [{}, workspace, repository]) {
        const { success, message } = await run({ ...ACCESS_TOKEN, ...more });
        assert.equal(success, false);
        assert.match(message, /enter a new token. The current one was revoked, has expired, or is not an access token\.$/);
      }
    });

    test('names the right kind of credential for an access token entered as an API token, and for an app password', async () => {
      const { message } = await run({ type: 'basic', email: EMAIL, token: 'ATCTT3xFfGN0-fake-workspace' });
      assert.match(message, /looks like an access token .*: choose "Access token" for it\.$/);
      for (const kind of [{ type: 'basic', email: EMAIL }, { type: 'api_key' }]) {
        const { success, message: removed } = await run({ ...kind, token: 'ATBB-fake-password' });
        assert.equal(success, false);
        assert.match(removed, /looks like an app password; Atlassian removed app passwords on 2026-07-28\. Make an API token/);
      }
    });

    test("never fails because of the token's prefix", async (t) => {
      const { origin } = await serve(t, (_request, response) => json(response, 200, { type: 'workspace' }));
      const { wrapper: Lenient } = createEntry(environment(origin));
      for (const config of [
        { type: 'api_key', token: 'ATATT3xFfGF0-fake' }, { type: 'api_key', token: 'ATBB-fake' },
        { type: 'basic', email: EMAIL, token: 'ATCTT3xFfGN0-fake' },
      ]) {
        const { success, message } = await new Lenient({ ...config, ...workspace }).testConnection();
        assert.equal(success, true);
        assert.match(message, /looks like/);
      }
    });
  });

  describe('for a connection that acts as the OAuth client itself', () => {
    test('succeeds with and without a workspace', async () => {
      const { expiresAt, ...known } = await run({ type: 'custom', workspace: 'acme' });
      assert.ok(expiresAt > Date.now());
      assert.deepEqual(known.scopes, ['repository', 'repository:write', 'pullrequest', 'pullrequest:write', 'issue', 'issue:write', 'account']);
      assert.deepEqual({ ...known, scopes: undefined }, {
        success: true, message: 'Connected to the workspace acme.', scopes: undefined, missingScopes: [],
        paths: ['/2.0/workspaces/acme'],
      });
      const { success, message } = await run({ type: 'custom' });
      assert.equal(success, true);
      assert.match(message, /^Bitbucket accepts the token\. Enter its workspace/);
    });

    test('names the variable of the client secret when the secret is wrong or missing', async () => {
      for (const [value, pattern] of [['another', /An administrator must check .*CLIENT_SECRET/], [undefined, /CLIENT_SECRET is not set/]]) {
        const { wrapper: Other } = createEntry(simulatorEnvironment(bitbucket, {
          INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: value,
        }));
        const { success, message, paths } = await run({ type: 'custom', workspace: 'acme' }, Other);
        assert.deepEqual([success, paths], [false, []]);
        assert.match(message, pattern);
      }
    });

    test("repeats Bitbucket's message when the OAuth client is not private", async (t) => {
      const open = await startSimulator(t, { clients: [{ private: false }] });
      const { wrapper: Other } = createEntry(simulatorEnvironment(open));
      const { success, message } = await new Other({ type: 'custom' }).testConnection();
      assert.equal(success, false);
      assert.match(message, /client_credentials/);
    });

    test('succeeds when the OAuth client lacks a scope, and names the scope', async (t) => {
      const narrow = await startSimulator(t, { clients: [{ private: true, scopes: ['repository'] }] });
      const { wrapper: Other } = createEntry(simulatorEnvironment(narrow, {
        INTEGRATION_AUTH_BITBUCKET_SCOPES: 'repository pullrequest',
      }));
      const { success, message, missingScopes } = await new Other({ type: 'custom', workspace: 'acme' }).testConnection();
      assert.deepEqual([success, missingScopes], [true, ['pullrequest']]);
      assert.match(message, /missing: pullrequest \(.+\)\. If they are needed, add them to the OAuth client at Bitbucket\.$/);
    });
  });

  test('requests none of the endpoints that Atlassian removed', () => {
    assert.ok(requestedPaths.length > 40, String(requestedPaths.length));
    for (const path of new Set(requestedPaths)) {
      assert.match(path, /^\/2\.0\/(user|workspaces\/[\w-]+|repositories\/[\w-]+(\/[\w-]+|\?pagelen=1))$/);
    }
    assert.ok(!bitbucket.requests.some((line) => / 410\b/.test(line)));
  });
});

describe('testConnection with other servers and configs', () => {
  /**
   * Tests a connection to a server that answers API requests with `answer`. Returns the result, and in `requests` what the server
   * received.
   */
  async function against(t, answer, config = ACCESS_TOKEN, variables = {}) {
    const server = await serve(t, (request, response) => (
      request.url.startsWith('/2.0/') ? answer(request, response) : json(response, 400, { error: 'unauthorized_client' })
    ));
    const { wrapper: Wrapper } = createEntry(environment(server.origin, variables));
    return { ...await new Wrapper(config).testConnection(), requests: server.requests };
  }

  const html = (status) => (_request, response) => (
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>No.</h1>')
  );
  const bitbucketError = (status, error, headers) => (_request, response) => (
    json(response, status, { type: 'error', error }, headers)
  );
  const rows = [
    ['401 in plain text', (_request, response) => response.writeHead(401, { 'content-type': 'text/plain' }).end('No.'), /new token/],
    ['an HTML page with 403 from a proxy', html(403), /a proxy or firewall rejected the request, not Bitbucket. Check its rules/],
    ['an HTML page with 407 from a proxy', html(407),
      /407: a proxy requires a user name and a password\. Check the proxy settings/],
    ['an HTML page with 200', html(200), /not JSON.*Check the configured endpoint and the proxy/],
    ['JSON with 200 that is not an object', (_request, response) => json(response, 200, ['x']), /not JSON.*Check/],
    ['an empty answer with 204', (_request, response) => response.writeHead(204).end(), /not JSON.*Check/],
    ['404', (_request, response) => json(response, 404, {}), /check INTEGRATION_AUTH_BITBUCKET_API_URL/],
    ['410', bitbucketError(410, { message: 'CHANGE-2770 - Functionality has been deprecated' }), /has removed this part of Bitbucket's API\. Update the package that calls it: CHANGE-2770/],
    ['429', bitbucketError(429, { message: 'Rate limit for this resource has been exceeded.' }), /rate limit is reached\. Try again later, in 30 seconds\.$/],
    ['429 with Retry-After', bitbucketError(429, { message: 'Rate limit.' }, { 'retry-after': '90' }), /Try again later, in 90 seconds\.$/],
    ['500', (_request, response) => json(response, 500, {}), /500: .* had an internal error\. Try again later\.$/],
    ['an HTML page with 503', html(503), /503: .* had an internal error\. Try again later\.$/],
    ['a redirect to another server', (_request, response) => response.writeHead(302, { location: 'https://127.0.0.1:9/' }).end(),
      /responded with a redirect.*Check the configured endpoint and the proxy/],
    ['a connection that is dropped', (_request, response) => response.destroy(), /could not be reached\. Check the network, the proxy.*closed/],
  ];
  for (const [what, answer, message] of rows) {
    test(`reports the problem after ${what}, and sends no second request`, async (t) => {
      const { requests, ...result } = await against(t, answer);
      assert.deepEqual(Object.keys(result), ['success', 'message']);
      assert.equal(result.success, false);
      assert.match(result.message, message);
      // A user is waiting, so no request is repeated.
      assert.equal(requests.length, 1);
    });
  }

  for (const [field, value, message] of [
    ['workspace', 'bad/slug', /workspace must be a slug as in Bitbucket's URLs, or a UUID in braces\.$/],
    ['workspace', '"acme"', /workspace is in quotes/],
    ['repository', 'noslash', /repository must be written as workspace\/repository\.$/],
    ['repository', 'acme/site\u200b', /repository contains an invisible character/],
    ['workspace', 7, /workspace is not a string\.$/],
    ['token', '"the-access-token"', /token is in quotes/],
  ]) {
    test(`says what is wrong with the ${field} ${JSON.stringify(value)}, and sends nothing`, async (t) => {
      const { success, message: said, requests } = await against(t, () => {}, { ...ACCESS_TOKEN, [field]: value });
      assert.deepEqual([success, requests], [false, []]);
      assert.match(said, message);
      assert.doesNotMatch(said, /returned an error/);
    });
  }

  test('names the variable that is not set when connections may not act as the OAuth client, and sends nothing', async (t) => {
    for (const value of [undefined, 'true']) {
      const variables = { INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: value };
      const { success, message, requests } = await against(t, () => {}, { type: 'custom', workspace: 'acme' }, variables);
      assert.deepEqual([success, requests], [false, []]);
      assert.match(message, /INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS is not set to the word allow/);
    }
  });

  test('says what a token with only the scope `pipeline` can read, and which scopes are missing', async (t) => {
    const workspaceOnly = (_request, response) => (
      json(response, 200, { type: 'workspace', slug: 'acme' }, { 'x-oauth-scopes': 'pipeline' })
    );
    const result = await against(t, workspaceOnly, { ...ACCESS_TOKEN, workspace: 'acme' });
    assert.deepEqual([result.success, result.scopes, result.missingScopes], [true, ['pipeline'], ['repository', 'pullrequest']]);
    assert.equal(result.message, 'Connected to the workspace acme. The token can read pipelines. These scopes are missing: '
      + 'repository (read repositories), pullrequest (read pull requests). If they are needed, create a token that has them.');
  });

  test("fails for the credential of a user after a 403 in Bitbucket's error format", async (t) => {
    const { success, message } = await against(t, bitbucketError(403, { message: 'No.' }), OAUTH);
    assert.equal(success, false);
    assert.match(message, /403: Bitbucket does not accept this type of credential here, or its owner lacks the permission/);
  });

  test('says when a server cannot be reached, does not respond, or has an invalid URL', async (t) => {
    const { wrapper: Nobody } = createEntry(environment(`http://127.0.0.1:${await freePort()}`));
    assert.match((await new Nobody(ACCESS_TOKEN).testConnection()).message, /could not be reached.*refused; ECONNREFUSED/);
    const silent = await against(t, () => {}, ACCESS_TOKEN, { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '100' });
    assert.match(silent.message, /did not respond in time\. Check the network.*raise INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS/);
    const { wrapper: Wrong } = createEntry({ INTEGRATION_AUTH_BITBUCKET_API_URL: 'http://bitbucket.example' });
    assert.match((await new Wrong(ACCESS_TOKEN).testConnection()).message, /INTEGRATION_AUTH_BITBUCKET_API_URL/);
  });

  test('does not wait for the rate limit', async (t) => {
    const more = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1' };
    const ok = (_request, response) => json(response, 200, { type: 'workspace' });
    const server = await serve(t, ok);
    const wrapper = new (createEntry(environment(server.origin, more)).wrapper)({ ...ACCESS_TOKEN, workspace: 'acme' });
    await wrapper.use((client) => client.get('/workspaces/acme'));
    for (let turn = 0; turn < 3; turn += 1) assert.equal((await wrapper.testConnection()).success, true);
    // Each connection test requests the workspace and its repositories.
    assert.equal(server.requests.length, 7);
  });

  test('never throws, whatever the config contains', async (t) => {
    const tokens = { access_token: 'another-token', token_type: 'bearer', expires_in: 3600 };
    const { origin, requests } = await serve(t, ({ url }, response) => json(response, 200, url.startsWith('/2.0/') ? {} : tokens));
    const { wrapper: Wrapper } = createEntry(environment(origin));
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); }, ownKeys: () => [] });
    const odd = [
      undefined, null, '', 'text', 7, true, Symbol('s'), [], [[]], () => {}, {}, hostile, NaN, '\ud800', 'x'.repeat(70_000), -1, 1e400,
      { toString: () => { throw new Error('no'); } }, new Date(NaN), Object.create(null), '..', 'a/b/c', '/', '%2e%2e', 'a?b#c', ' ',
    ];
    const members = [
      'type', 'token', 'email', 'workspace', 'repository', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at',
      'scopes', 'account', '_vars', 'oauth',
    ];
    const bases = [
      {}, { ...ACCESS_TOKEN }, { type: 'basic', token: 't', email: EMAIL }, { ...OAUTH, scopes: ['account'] }, { type: 'custom' },
    ];
    const configs = bases.flatMap((base) => members.flatMap((member) => odd.map((value) => ({ ...base, [member]: value }))));
    const results = await Promise.all([...odd, ...configs].map((config) => new Wrapper(config).testConnection()));
    for (const result of results) {
      assert.equal(typeof result.success, 'boolean');
      assert.ok(typeof result.message === 'string' && result.message.length > 5);
    }
    assert.equal((await new BitbucketAuthIntegration().testConnection()).success, false);
    assert.ok(requests.every(({ url }) => /^\/(2\.0\/(user|workspaces\/|repositories\/)|site\/)/.test(url)));
  });
});
