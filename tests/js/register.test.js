/**
 * The preload in processes of its own: fake hosts, processes that have nothing to do with NocoDB, and hosts in which
 * something fails.
 *
 * In: the package by its name, as `NODE_OPTIONS` loads it. Out: verdicts on what the host stored, answered and printed.
 * Only the fake host is fake: the exchange goes over HTTP to the simulator, through the real core.
 */
import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBitbucket } from '../../demo/bitbucket/server.js';

const CALLBACK = 'https://nocodb.example.com/dashboard/';
const REGISTER = createRequire(import.meta.url).resolve('nocodb-bitbucket-auth/register');
const here = (name) => fileURLToPath(new URL(`register/${name}`, import.meta.url));
const OURS = { type: 'development', sub_type: 'bitbucket' };

/** `process.env` without what would reach the plugin from outside. */
const cleanEnv = (extra = {}) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) =>
    !name.startsWith('INTEGRATION_AUTH_BITBUCKET_') && !/^(NODE_OPTIONS|NODE_TEST_CONTEXT)$|_proxy$/i.test(name))),
  ...extra,
});

/** The variables that point the plugin to a simulator, or to any other token endpoint. */
const variables = (bb, { secret = bb.client.secret, tokenUrl = bb.tokenUrl } = {}) => ({
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: bb.client.key,
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: secret,
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: CALLBACK,
  INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: bb.authorizeUrl,
  INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: tokenUrl,
  INTEGRATION_AUTH_BITBUCKET_API_URL: bb.apiUrl,
});

/** For NocoDB 0.262 to 0.265. */
const WITHOUT_VERIFIER = { INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER: 'optional' };

/** Runs a fake host with the preload; gives its answer, what it printed and how it ended. */
async function runHost(message, { env, execArgv = ['--require', REGISTER], script = 'fake-nocodb.cjs' } = {}) {
  const child = fork(here(script), { execArgv, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => { printed[name] += text; });
  }
  let answer;
  child.once('message', (value) => { answer = value; });
  child.send({ registry: [], ...message });
  const [status] = await once(child, 'close');
  assert.equal(status, 0, printed.stderr);
  assert.ok(answer, 'the host ended without an answer');
  return { ...answer, ...printed, everything: JSON.stringify(answer) + printed.stdout + printed.stderr };
}

/** What NocoDB's GUI would hold after a person granted access: a live code and its verifier. */
async function authorize(bb) {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(bb.authorizeUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: bb.client.key,
    redirect_uri: CALLBACK,
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = new URL(await bb.authorize(url.href)).searchParams.get('code');
  assert.ok(code);
  return { code, code_verifier: verifier };
}

const create = (config, more = {}) => ['createIntegration', { ...OURS, title: 'Bitbucket', config, ...more }];
const update = (id, integration) => ['updateIntegration', { workspace_id: 'w' }, id, integration];
const oauth = (payload) => ({ type: 'oauth', oauth: payload });

/** Neither the code nor its verifier went anywhere. */
function assertKept(host, ...grants) {
  for (const { code, code_verifier: verifier } of grants) {
    assert.ok(!host.everything.includes(code), 'the code left the preload');
    assert.ok(!host.everything.includes(verifier), 'the verifier left the preload');
  }
}

let bb;
before(async () => { bb = await startBitbucket({ clients: [{ callback: CALLBACK }] }); });
after(() => bb.close());

describe('a failed exchange', () => {
  /** @returns {import('node:test').TestFn} */
  const refused = (prepare, expected) => async () => {
    const { env, grant, payload = { code: grant } } = await prepare();
    const host = await runHost({ calls: [create(oauth(payload))] }, { env });
    const [{ error }] = host.results;
    assert.equal(error?.status, 400);
    assert.match(error.message, expected);
    assert.deepEqual(error.response, { msg: error.message });
    // NocoDB takes an error with a `code` for its database's, and replaces the message.
    assert.equal(error.code, undefined);
    assert.equal(error.name, 'BitbucketAuthError');
    assert.deepEqual(host.written, []);
    assertKept(host, ...(grant ? [grant] : []));
    assert.ok(!host.everything.includes(bb.client.secret));
  };

  test('with a code that Bitbucket does not know stores nothing and answers 400', refused(async () => ({
    env: variables(bb), grant: { code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) },
  }), /code/i));

  test('with another verifier stores nothing and answers 400', refused(async () => ({
    env: variables(bb), grant: { ...(await authorize(bb)), code_verifier: 'w'.repeat(43) },
  }), /code/i));

  test('with a wrong client secret stores nothing and answers 400', refused(async () => ({
    env: variables(bb, { secret: 'marked-wrong-secret' }), grant: await authorize(bb),
  }), /secret/i));

  test('without a configuration stores nothing and answers 400', refused(async () => ({
    env: {}, grant: await authorize(bb),
  }), /INTEGRATION_AUTH_BITBUCKET_CLIENT_ID/));

  test('without a token endpoint stores nothing and answers 400', refused(async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const tokenUrl = `http://127.0.0.1:${closed.address().port}/token`;
    closed.close();
    return { env: variables(bb, { tokenUrl }), grant: await authorize(bb) };
  }, /./));

  for (const payload of [{}, { code: {} }, { code: 7 }, { code: '' }, [], 'text', true]) {
    test(`with the payload ${JSON.stringify(payload)} stores nothing and answers 400`,
      refused(async () => ({ env: variables(bb), payload }), /./));
  }

  test('leaves a connection as it was when it was an update', async () => {
    const stored = { type: 'oauth', oauth_token: 'former', refresh_token: 'former-refresh' };
    const grant = { code: 'unknown-code-4711', code_verifier: 'v'.repeat(43) };
    const host = await runHost({
      calls: [create(stored), update('int1', { ...OURS, config: { ...stored, oauth: grant } })],
    }, { env: variables(bb) });
    assert.equal(host.results[1].error?.status, 400);
    assert.equal(host.written.length, 1);
    assert.deepEqual(host.rows.int1.config, stored);
    assertKept(host, grant);
  });

  test('is not confused with an error of the host, which passes unchanged', async () => {
    const grant = await authorize(bb);
    const call = create(oauth(grant), { title: 'refused by the host' });
    const host = await runHost({ calls: [call] }, { env: variables(bb) });
    assert.equal(host.results[0].error?.name, 'TypeError');
    assert.equal(host.results[0].error.status, undefined);
  });
});

describe('integrations of others', () => {
  const payload = { code: 'somebody-elses', code_verifier: 'somebody-elses' };
  for (const [what, integration] of [
    ['of another type', { type: 'database', sub_type: 'bitbucket', config: { oauth: payload } }],
    ['of another subtype', { type: 'development', sub_type: 'github', config: { oauth: payload } }],
    ['without a config', { ...OURS }],
    ['with a config that is no object', { ...OURS, config: [{ oauth: payload }] }],
    ['with a config that is not JSON', { ...OURS, config: '{"oauth":' }],
    ['with an access token', { ...OURS, config: { type: 'api_key', token: 'access' } }],
  ]) {
    test(`and those ${what} are stored as they came`, async () => {
      const host = await runHost({
        calls: [['createIntegration', integration], update('int1', { ...integration, title: 'new' })],
      }, { env: variables(bb) });
      assert.deepEqual(host.written, [JSON.stringify(integration), JSON.stringify({ ...integration, title: 'new' })]);
    });
  }

  test('are recognised by what is stored when an update does not say the type', async () => {
    const github = { type: 'development', sub_type: 'github', config: {} };
    const host = await runHost({
      calls: [['createIntegration', github], update('int1', { config: { oauth: payload } })],
    }, { env: variables(bb) });
    assert.equal(host.written[1], JSON.stringify({ config: { oauth: payload } }));
  });
});

describe('a successful exchange', () => {
  const shapes = {
    '{ code: { code, code_verifier } }': (grant) => ({ code: grant }),
    '{ code, code_verifier }': (grant) => grant,
  };
  for (const [shape, wrap] of Object.entries(shapes)) {
    for (const kind of ['an object', 'JSON']) {
      test(`of ${shape} in ${kind} stores tokens and no code`, async () => {
        const grant = await authorize(bb);
        const config = { ...oauth(wrap(grant)), token: '', workspace: 'acme' };
        const host = await runHost({
          calls: [create(kind === 'JSON' ? JSON.stringify(config) : config)],
        }, { env: variables(bb) });
        const { row } = host.results[0];
        assert.equal(typeof row.config, kind === 'JSON' ? 'string' : 'object');
        const stored = kind === 'JSON' ? JSON.parse(row.config) : row.config;
        assert.equal(stored.type, 'oauth');
        assert.equal(stored.workspace, 'acme');
        assert.ok(stored.oauth_token && stored.refresh_token);
        assert.ok(Date.parse(stored.expires_at) > Date.now());
        assert.ok(!('oauth' in stored));
        assert.equal(row.title, 'Bitbucket');
        assertKept(host, grant);
      });
    }
  }

  test('of a form that sends a bare code, as that of NocoDB 0.265 does, stores tokens where that is allowed', async () => {
    const url = new URL(bb.authorizeUrl);
    url.search = new URLSearchParams({
      response_type: 'code', client_id: bb.client.key, redirect_uri: CALLBACK, state: 's',
    });
    const code = new URL(await bb.authorize(url.href)).searchParams.get('code');
    const call = create(oauth({ code }));
    const refused = await runHost({ calls: [call] }, { env: variables(bb) });
    assert.equal(refused.results[0].error?.status, 400);
    assert.match(refused.results[0].error.message, /INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER/);
    assert.deepEqual(refused.written, []);
    const host = await runHost({ calls: [call] }, { env: { ...variables(bb), ...WITHOUT_VERIFIER } });
    assert.ok(host.results[0].row?.config.oauth_token);
    assert.ok(!host.everything.includes(code) && !refused.everything.includes(code));
  });

  test('on an update replaces the former connection entirely, and other arguments pass', async () => {
    // This endpoint sends no refresh token: the former one, perhaps another account's, must go all the same.
    const endpoint = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"access_token":"fresh","token_type":"bearer"}');
    }).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    try {
      const former = {
        oauth_token: 'former',
        refresh_token: 'former',
        expires_at: 'former',
        expires_in: 'former',
        refreshed_at: 'former',
        scopes: ['former'],
        account: { displayName: 'former' },
      };
      const stored = { type: 'oauth', ...former };
      const grant = { code: 'any-code-4712', code_verifier: 'v'.repeat(43) };
      const host = await runHost({
        calls: [
          [...create(stored), 'transaction'],
          [...update('int1', { config: { ...stored, workspace: 'acme', oauth: { code: grant } } }), 'transaction'],
        ],
      }, { env: variables(bb, { tokenUrl: `http://127.0.0.1:${endpoint.address().port}/token` }) });
      const { row } = host.results[1];
      assert.equal(row?.config.oauth_token, 'fresh');
      assert.equal(row.config.workspace, 'acme');
      assert.ok(!JSON.stringify(row.config).includes('former'));
      for (const { row: { transaction } } of host.results) assert.equal(transaction, 'transaction');
      assertKept(host, grant);
    } finally {
      endpoint.close();
    }
  });

  const auth = { type: 'auth', sub_type: 'bitbucket' };
  const enterprise = [{ type: 'auth', sub_type: 'github' }];
  for (const [row, registry, listed] of [[auth, [], 'development'], [OURS, enterprise, 'auth']]) {
    test(`of a row of type "${row.type}" stores tokens where the list has "${listed}"`, async () => {
      const grants = [await authorize(bb), await authorize(bb), await authorize(bb)];
      const host = await runHost({
        registry,
        calls: [
          create(oauth(grants[0]), row),
          update('int1', { ...row, config: oauth(grants[1]) }),
          update('int1', { config: oauth(grants[2]) }),
        ],
      }, { env: variables(bb) });
      assert.equal(host.available.at(-1).type, listed);
      for (const { row: stored } of host.results) assert.ok(stored?.config.oauth_token);
      assert.equal(new Set(host.results.map(({ row: stored }) => stored.config.oauth_token)).size, 3);
      assertKept(host, ...grants);
    });
  }

  for (const [what, named] of [
    ['another subtype', { sub_type: 'github' }], ['another type', { type: 'database' }],
    ['another type and subtype', { type: 'sync', sub_type: 'gitlab' }],
  ]) {
    test(`is made for a row of ours when an update names ${what}`, async () => {
      const grant = await authorize(bb);
      const stored = { type: 'oauth', oauth_token: 'former', refresh_token: 'former-refresh' };
      const host = await runHost({
        calls: [create(stored), update('int1', { ...OURS, ...named, config: oauth({ code: grant }) })],
      }, { env: variables(bb) });
      const { config } = host.results[1].row;
      assert.ok(config.oauth_token && config.oauth_token !== 'former');
      assertKept(host, grant);
    });
  }

  test('is made for a row of somebody else\'s that an update makes ours', async () => {
    const grant = await authorize(bb);
    const github = { type: 'development', sub_type: 'github', config: {} };
    const host = await runHost({
      calls: [['createIntegration', github], update('int1', { ...OURS, config: oauth({ code: grant }) })],
    }, { env: variables(bb) });
    assert.ok(host.results[1].row.config.oauth_token);
    assertKept(host, grant);
  });

  for (const type of [undefined, null, '', 'oauth2', 7]) {
    test(`is made for the auth type ${JSON.stringify(type)}, and stored as OAuth2`, async () => {
      const grant = await authorize(bb);
      const host = await runHost({ calls: [create({ type, oauth: grant })] }, { env: variables(bb) });
      assert.equal(host.results[0].row?.config.type, 'oauth');
      assert.ok(host.results[0].row.config.oauth_token);
      assertKept(host, grant);
    });
  }

  for (const config of [
    { type: 'api_key', token: 'access' }, { type: 'basic', email: 'dana@example.com', token: 'api' }, { type: 'custom' },
  ]) {
    test(`is not made for somebody who then chose ${config.type}`, async () => {
      const grant = await authorize(bb);
      const before = bb.requests.length;
      const host = await runHost({ calls: [create({ ...config, oauth: grant })] }, { env: variables(bb) });
      assert.deepEqual(host.results[0].row.config, config);
      assert.equal(bb.requests.length, before);
      assertKept(host, grant);
    });
  }

  test('is not made for an update without a code, and an empty `oauth` is not stored', async () => {
    const stored = { type: 'oauth', oauth_token: 'kept', refresh_token: 'kept' };
    const host = await runHost({
      calls: [
        create(stored),
        update('int1', { config: stored }),
        update('int1', { ...OURS, config: { ...stored, oauth: null } }),
      ],
    }, { env: variables(bb) });
    assert.equal(host.written[1], JSON.stringify({ config: stored }));
    assert.deepEqual(host.rows.int1.config, stored);
  });
});

describe('the registry', () => {
  test('of the community edition gets Bitbucket as "development", said in one line', async () => {
    const host = await runHost({}, { env: variables(bb) });
    assert.deepEqual(host.available.map(({ type, sub_type, title }) => [type, sub_type, title]),
      [['development', 'bitbucket', 'Bitbucket']]);
    assert.equal(host.inherited, false);
    assert.match(host.stdout, /^\[nocodb-bitbucket-auth\] Version \d+\.\d+\.\d+\S*: .*"development"[^\n]*\n$/);
    assert.equal(host.stderr, '');
  });

  test('of the enterprise edition has its own Bitbucket replaced, and nothing else', async () => {
    const registry = [
      { type: 'ai', sub_type: 'openai', manifest: { title: 'OpenAI' } },
      { type: 'auth', sub_type: 'bitbucket', manifest: { title: 'the built-in one' } },
      { type: 'auth', sub_type: 'github', manifest: { title: 'GitHub' } },
    ];
    const host = await runHost({ registry }, { env: variables(bb) });
    assert.deepEqual(host.available.map(({ type, sub_type, title }) => [type, sub_type, title]),
      [['ai', 'openai', 'OpenAI'], ['auth', 'bitbucket', 'Bitbucket'], ['auth', 'github', 'GitHub']]);
    assert.match(host.stdout, /"auth"/);
    // Other parts of the host hold the same list.
    assert.equal(host.sameList, true);
  });

  test('of an enterprise edition without Bitbucket gets it as "auth"', async () => {
    const host = await runHost({ registry: [{ type: 'auth', sub_type: 'github' }] }, { env: variables(bb) });
    assert.deepEqual(host.available.map(({ type, sub_type }) => [type, sub_type]),
      [['auth', 'github'], ['auth', 'bitbucket']]);
  });

  test('is filled once when the preload is loaded twice', async () => {
    const host = await runHost({}, {
      env: { ...variables(bb), NODE_OPTIONS: `--require "${REGISTER}"` },
      execArgv: ['--require', REGISTER, '--import', 'nocodb-bitbucket-auth/register'],
    });
    assert.equal(host.available.length, 1);
    assert.equal(host.stdout.match(/registered/g).length, 1);
    assert.equal(host.inherited, false);
  });

  test('is filled by `--import`, too', async () => {
    const grant = await authorize(bb);
    const host = await runHost({ calls: [create(oauth(grant))] },
      { env: variables(bb), execArgv: ['--import', 'nocodb-bitbucket-auth/register'] });
    assert.equal(host.available.length, 1);
    assert.ok(host.results[0].row.config.oauth_token);
    assertKept(host, grant);
  });

  test('is filled in a worker thread', async () => {
    const grant = await authorize(bb);
    const host = await runHost({ calls: [create(oauth(grant))] }, {
      env: { ...variables(bb), NODE_OPTIONS: `--require "${REGISTER}"` }, execArgv: [], script: 'worker-host.cjs',
    });
    assert.equal(host.available.length, 1);
    assert.ok(host.results[0].row.config.oauth_token);
    assertKept(host, grant);
  });

  test('gets a form without OAuth2 when a variable is wrong, which is named once, without its value', async () => {
    const env = { ...variables(bb), INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'ftp://marked-value.example/' };
    const host = await runHost({}, { env });
    assert.deepEqual(host.available[0].authTypes.map(({ value }) => value), ['api_key', 'basic']);
    assert.equal(host.everything.match(/INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI/g)?.length, 1);
    assert.ok(!host.everything.includes('marked-value'));
  });

  test('stays as it is when the plugin cannot be loaded, and the host is told in one line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'register-'));
    try {
      // The preload without its neighbours.
      copyFileSync(REGISTER, join(folder, 'register.cjs'));
      const host = await runHost({ calls: [create({ type: 'api_key', token: 'access' })] },
        { execArgv: ['--require', join(folder, 'register.cjs')] });
      assert.deepEqual(host.available, []);
      assert.equal(host.inherited, false);
      assert.ok(host.results[0].row);
      assert.match(host.stderr, /^\[nocodb-bitbucket-auth\] NocoDB runs without Bitbucket/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a process that is not NocoDB', () => {
  /** Runs a script with preloads; the time limit only ends a process that would hang. */
  const runScript = (script, { preloads = [REGISTER], args = [] } = {}) => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath,
      [...preloads.flatMap((path) => ['--require', path]), ...args, '--eval', script],
      { env: cleanEnv(), encoding: 'utf8', timeout: 45_000 });
    assert.equal(signal, null, 'the process did not end by itself');
    return { status, stdout, stderr };
  };

  test('loads nothing but the preload, hears nothing of it, and is not kept alive', () => {
    assert.deepEqual(runScript('console.log(JSON.stringify(Object.keys(require.cache)))'),
      { status: 0, stdout: `${JSON.stringify([REGISTER])}\n`, stderr: '' });
  });

  test('keeps its own exit status and its own properties', () => {
    const script = `
      class Shop {}
      Shop.availableIntegrations = ['paypal'];
      const descriptor = Object.getOwnPropertyDescriptor(Shop, 'availableIntegrations');
      if (JSON.stringify(descriptor) !== '{"value":["paypal"],"writable":true,"enumerable":true,"configurable":true}')
        throw new Error(JSON.stringify(descriptor));
      if ((class {}).availableIntegrations !== undefined) throw new Error('a value out of nowhere');
      process.exitCode = 7;`;
    assert.deepEqual(runScript(script), { status: 7, stdout: '', stderr: '' });
  });

  test('does not hide NocoDB behind a class that uses the same name', () => {
    const { stdout } = runScript(`
      class Shop {}
      Shop.availableIntegrations = [];
      class Host { static get() {} static createIntegration() {} static updateIntegration() {} }
      Host.availableIntegrations = [];
      console.log(Shop.availableIntegrations.length, Host.availableIntegrations.length);`);
    assert.match(stdout, /^\[nocodb-bitbucket-auth\] .*\n0 1\n$/);
  });

  test('works with frozen built-ins', () => {
    const { status, stdout } = runScript("console.log('alive')", { args: ['--frozen-intrinsics'] });
    assert.deepEqual({ status, stdout }, { status: 0, stdout: 'alive\n' });
  });

  const preloads = [here('recorded-timers.cjs'), REGISTER];
  /** What a script of a test needs: a minute that passes at once, and a host whose list appears on demand. */
  const slowHost = `
    const assert = require('node:assert');
    assert.deepEqual(timers.map(({ ms, unrefed }) => [ms, unrefed]), [[60_000, true]]);
    const passMinute = () => timers[0].cleared || timers[0].callback();
    const listen = (then) => {
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => { then(); server.close(); });
    };
    class Host { static get() {} static createIntegration() {} static updateIntegration() {} }
    const appear = () => {
      Host.availableIntegrations = [];
      assert.equal(Host.availableIntegrations.length, 1);
      assert.ok(timers[0].cleared);
      assert.ok(!('availableIntegrations' in Function.prototype));
    };`;
  const registered = /^\[nocodb-bitbucket-auth\] Version \S+: Bitbucket is registered[^\n]*\n$/;

  test('is told once that no registry appeared within 60 s, if it is a server then', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      listen(() => { passMinute(); passMinute(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 60 s[^\n]*\n$/);
  });

  test('is told so when it serves something, if that is later', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      passMinute();
      passMinute();
      listen(() => { passMinute(); passMinute(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 180 s[^\n]*\n$/);
  });

  test('is told nothing, however long it lives, if it serves nobody, as npm', () => {
    assert.deepEqual(runScript(`${slowHost}
      for (let minute = 0; minute < 100; minute += 1) passMinute();`, { preloads }),
    { status: 0, stdout: '', stderr: '' });
  });

  test('gets Bitbucket, and is told so, if it is a NocoDB that took longer than 60 s to load', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      passMinute();
      appear();
      listen(passMinute);`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
    assert.doesNotMatch(stderr, /No registry/);
  });

  test('gets Bitbucket, and is told so, also after it was warned', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      listen(() => { passMinute(); appear(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 60 s/);
  });

  test('is told nothing after 60 s if the registry has appeared', () => {
    const { status, stdout, stderr } = runScript(`
      class Host { static get() {} static createIntegration() {} static updateIntegration() {} }
      Host.availableIntegrations = [];
      require('node:assert').ok(timers[0].cleared);`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
  });
});
