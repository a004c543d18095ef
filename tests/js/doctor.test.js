/**
 * What `doctor` reports about variables, Node.js, the OAuth client, scopes and tokens, and how it prints and exits. Each line of
 * the report is tested with a good and a bad value, against the simulator.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { WriteStream } from 'node:tty';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { MAIN, assertNothingSecret, assertOne, examine, run, scene, start, unreachable } from './doctor-scene.js';

const { isColored } = await import(new URL('js/cli/output.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';
const ESCAPE = /\x1b/;

/** Returns options with which a Node.js process reports another version of Node.js. */
const pretending = (version) => ['--import', `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`)}`];

describe('`doctor` on a sound installation', () => {
  test('reports no problem, as text and as JSON', async (t) => {
    const { env } = await scene(t);
    const { status, stdout, stderr } = await run(t, ['doctor'], env);
    assert.equal(stderr, '');
    assert.equal(status, 0, stdout);
    assert.doesNotMatch(stdout, ESCAPE);
    assert.match(stdout, /\n\nNo problem was found\.\n$/);
    for (const line of stdout.split('\n').slice(0, -3)) assert.match(line, /^[✓!-] \S.*\.$/u);
    assertNothingSecret(stdout, env);
    const found = await examine(t, env);
    for (const name of ['variables', 'key-and-secret', 'redirect-uri', 'clock', 'processes', 'nocodb', 'preload']) {
      assertOne(found(name), 'good', /./);
    }
    assert.deepEqual(found('endpoints').map(({ verdict }) => verdict), ['good', 'good', 'good']);
    for (const name of ['client', 'redis', 'token']) assertOne(found(name), 'skipped', /./);
  });

  test('sends Bitbucket three GET requests, and sends NocoDB no code', async (t) => {
    const { env, bitbucket, nocodb } = await scene(t);
    await examine(t, env);
    assert.deepEqual(bitbucket.requests.map((line) => line.split(' ').slice(0, 2).join(' ').replace(/\?.*/, '')).sort(), [
      'GET /2.0/user', 'GET /site/oauth2/access_token', 'GET /site/oauth2/authorize',
    ]);
    assert.ok(nocodb.requests.length > 0);
    for (const { url, method } of nocodb.requests) {
      assert.equal(method, 'GET');
      assert.doesNotMatch(url, /[?&]code=/);
    }
  });

  test("works with the preload in its own process, as in NocoDB's container", async (t) => {
    const { env } = await scene(t);
    const register = createRequire(import.meta.url).resolve('nocodb-bitbucket-auth/register');
    const since = performance.now();
    const found = await examine(t, { ...env, NODE_OPTIONS: `--require ${JSON.stringify(register)}` });
    assertOne(found('redirect-uri'), 'good', /./);
    // The preload waits for NocoDB, but this wait must not keep the process of `doctor` alive.
    assert.ok(performance.now() - since < 30_000);
  });

  test('prints colours on a terminal unless NO_COLOR, FORCE_COLOR or TERM forbids them', () => {
    const terminal = Object.assign(Object.create(WriteStream.prototype), { isTTY: true });
    for (const [env, expected] of [
      [{ TERM: 'xterm' }, true],
      [{ TERM: 'xterm', NO_COLOR: '1' }, false],
      [{ TERM: 'dumb' }, false],
      [{ TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: '1' }, true],
      [{ TERM: 'xterm', FORCE_COLOR: '0' }, false],
    ]) {
      assert.equal(isColored(terminal, env), expected, JSON.stringify(env));
      assert.equal(isColored({ isTTY: undefined }, env), env.FORCE_COLOR === '1');
    }
  });

  test('prints colours when FORCE_COLOR is set and not 0', async (t) => {
    const { env } = await scene(t);
    const [colored, plain] = await Promise.all(['1', '0'].map((value) => run(t, ['doctor'], { ...env, FORCE_COLOR: value })));
    assert.match(colored.stdout, /\x1b\[32m✓/);
    assert.doesNotMatch(plain.stdout, ESCAPE);
  });
});

describe('`doctor` checks Node.js and', () => {
  test('exits with 2 when Node.js is too old for the plugin', async (t) => {
    for (const version of ['18.20.4', '20.18.0', '20.9.9']) {
      const { status, stdout, stderr } = await run(t, ['doctor'], {}, { node: pretending(version) });
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, new RegExp(`^nocodb-bitbucket-auth needs Node.js >=20.18.1; this is ${version}\\.\n$`));
    }
  });

  test('warns about a version that NocoDB does not support, and accepts the versions that NocoDB supports', async (t) => {
    const env = await unreachable();
    for (const [version, verdict] of [['20.18.1', 'warning'], ['21.9.0', 'warning'], ['22.0.0', 'good'], ['26.1.0', 'good']]) {
      assertOne((await examine(t, env, { node: pretending(version) }))('node'), verdict, new RegExp(version));
    }
  });
});

describe('`doctor` checks the variables and', () => {
  test('says that tokens work without OAuth2 when no variable is set', async (t) => {
    const found = await examine(t, {});
    assertOne(found('variables'), 'warning', /^OAuth2 is not configured; access tokens and API tokens work without it\. .*CLIENT_ID, .*REDIRECT_URI/);
    for (const name of ['key-and-secret', 'redirect-uri', 'client', 'scopes', 'redis', 'nocodb', 'preload', 'token']) {
      assertOne(found(name), 'skipped', /./);
    }
  });

  test('only warns when no variable of OAuth2 is set, and still reports the other variables', async (t) => {
    const { env, nocodb } = await scene(t);
    const none = Object.fromEntries(Object.entries(env).filter(([name]) => !/_(CLIENT_ID|CLIENT_SECRET|REDIRECT_URI)$/.test(name)));
    const { status, stdout } = await run(t, ['doctor'], { ...none, NC_PUBLIC_URL: nocodb.origin });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^! OAuth2 is not configured/m);
    const found = (await examine(t, { ...none, [`${PREFIX}TIMEOUT_MS`]: '-5' }))('variables');
    assert.deepEqual(found.map(({ verdict }) => verdict), ['warning', 'bad']);
  });

  test('reports that only some variables of OAuth2 are set', async (t) => {
    const found = await examine(t, { [`${PREFIX}SCOPES`]: 'account', [`${PREFIX}CLIENT_SECRET`]: 'hN3cV6jB1xK5gD0fS7aP2uW9eT4iMqZo' });
    assertOne(found('variables'), 'bad', /^INTEGRATION_AUTH_BITBUCKET_CLIENT_ID is not set\. .*the Key of the OAuth client/);
    assertOne(found('redirect-uri'), 'bad', /^INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI is not set.*Callback URL/);
  });

  for (const [name, words] of [
    ['SCOPE', /^INTEGRATION_AUTH_BITBUCKET_SCOPE is not a variable of the plugin\. Did you mean INTEGRATION_AUTH_BITBUCKET_SCOPES\?$/],
    ['REDIRECT_URL', /Did you mean INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI\?/],
    ['SOMETHING_ELSE', /^INTEGRATION_AUTH_BITBUCKET_SOMETHING_ELSE is not a variable of the plugin\. docs\/configuration\.md/],
  ]) {
    test(`reports the variable ${name}, which the plugin does not know`, async (t) => {
      const [good, ...unknown] = (await examine(t, await unreachable({ [PREFIX + name]: 'marked' }), { secrets: ['marked'] }))('variables');
      const known = Object.keys(await unreachable()).filter((each) => each.startsWith(PREFIX));
      assert.equal(good.text, `${known.length} variables of the plugin are set.`);
      assertOne(unknown, 'warning', words);
    });
  }

  for (const [name, value, words] of [
    ['CLIENT_ID', '"marked-key-in-quotes"', /CLIENT_ID is in quotes/],
    ['CLIENT_ID', 'marked key', /CLIENT_ID contains a space/],
    ['CLIENT_ID', 'your_bitbucket_client_id', /CLIENT_ID is a placeholder/],
    ['CLIENT_SECRET', 'marked\u200bsecret', /CLIENT_SECRET contains an invisible character/],
    ['CLIENT_SECRET', 'your_bitbucket_client_secret', /CLIENT_SECRET is a placeholder/],
    ['TIMEOUT_MS', '-5', /^INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS must be a whole number.*unset it/],
    ['CLIENT_CREDENTIALS', 'yes', /CLIENT_CREDENTIALS must be the word allow/],
  ]) {
    test(`reports ${name} with the value ${JSON.stringify(value)}`, async (t) => {
      const env = await unreachable({ [PREFIX + name]: value });
      assertOne((await examine(t, env, { secrets: ['marked'] }))('variables'), 'bad', words);
    });
  }

  for (const [value, words] of [
    ['http://nocodb.example/', /must start with https/],
    ['https://nocodb.example/#marked', /must not have a fragment/],
    ['https://your-nocodb-instance.com/', /is a placeholder/],
  ]) {
    test(`reports the invalid redirect URI ${value}`, async (t) => {
      const found = await examine(t, await unreachable({ [`${PREFIX}REDIRECT_URI`]: value }));
      assertOne(found('redirect-uri'), 'bad', words);
      assertOne(found('variables'), 'good', /^The other variables of the plugin can be used\. $/);
    });
  }
});

describe('`doctor` checks Key and Secret and', () => {
  for (const backend of ['older', 'newer']) {
    test(`accepts values with the lengths of ${backend} OAuth clients`, async (t) => {
      const { env, bitbucket } = await scene(t, { bitbucket: { backend } });
      const end = bitbucket.client.key.slice(-4);
      assertOne((await examine(t, env))('key-and-secret'), 'good', new RegExp(`ends in ${end}.*${backend} OAuth`));
    });
  }

  test('warns about other lengths, and prints no part of a short value', async (t) => {
    const env = await unreachable({ [`${PREFIX}CLIENT_ID`]: 'shortKey', [`${PREFIX}CLIENT_SECRET`]: 's3cr3t-of-28-characters-xxxx' });
    const found = await examine(t, env, { secrets: ['tKey'] });
    assertOne(found('key-and-secret'), 'warning', /^The Key has 8 characters, the Secret 28\. .*Copy both again/);
  });

  test('sends them once, only with --online, and reports that Bitbucket accepts them', async (t) => {
    const { env, bitbucket } = await scene(t);
    const found = await examine(t, env, { args: ['--online'] });
    assertOne(found('client'), 'good', /accepts Key and Secret/);
    assert.equal(bitbucket.requests.filter((line) => line.startsWith('POST ')).length, 1);
  });

  test('reports that Bitbucket rejects them', async (t) => {
    const { env, bitbucket } = await scene(t);
    const wrong = { ...env, [`${PREFIX}CLIENT_SECRET`]: 'x'.repeat(76) };
    assertOne((await examine(t, wrong, { args: ['--online'] }))('client'), 'bad', /rejected the Key or the Secret.*Copy/);
    assert.equal(bitbucket.requests.filter((line) => line.startsWith('POST ')).length, 1);
  });

  test('reports that the OAuth client has no callback URL', async (t) => {
    const { env, bitbucket } = await scene(t);
    bitbucket.client.callback = null;
    assertOne((await examine(t, env, { args: ['--online'] }))('client'), 'bad', /rejected the token request.*settings/);
  });

  test('warns that Key and Secret could not be tested when the token endpoint fails', async (t) => {
    const { env, bitbucket } = await scene(t);
    bitbucket.control.fault({ target: 'token', kind: 'status', status: 503, times: 2 });
    assertOne((await examine(t, env, { args: ['--online'] }))('client'), 'warning', /^Key and Secret could not be tested: /);
  });

  test('reports that the token endpoint is not Bitbucket\'s if it issues tokens for an invented code', async (t) => {
    const { origin } = await serve(t, (_request, response) => json(response, 200, {
      access_token: 'marked-token', token_type: 'bearer', expires_in: 60, refresh_token: 'marked-refresh', scope: 'account',
    }));
    const found = await examine(t, environment(origin), { args: ['--online'], secrets: ['marked'] });
    assertOne(found('client'), 'bad', /invented code/);
  });
});

describe('`doctor` checks the scopes and', () => {
  for (const [scopes, verdict, words] of [
    [undefined, 'warning', /requests issue issue:write, which no endpoint.*invalid_scope.*SCOPES to repository .*account\.$/],
    ['issue', 'warning', /SCOPES to none/],
    ['account repository', 'good', /requests account repository\./],
    ['none', 'good', /sends no scopes/],
    ['account none', 'bad', /SCOPES contains the word none together with other scopes/],
  ]) {
    test(`reports "${verdict}" when SCOPES is ${scopes}`, async (t) => {
      const env = await unreachable(scopes && { [`${PREFIX}SCOPES`]: scopes });
      assertOne((await examine(t, env))('scopes'), verdict, words);
    });
  }
});

describe('`doctor` checks a token and', () => {
  const TOKEN = 'ATCTT3xFfGN0-fake-marked-workspace';
  const accessTokens = [{ token: TOKEN, kind: 'workspace', workspace: 'acme', scopes: ['account', 'repository', 'pullrequest'] }];
  const apiTokens = [{ email: 'ada@example.com', token: 'ATATT3xFfGF0-fake-marked', scopes: ['read:user:bitbucket'] }];
  const bitbucket = { accessTokens, apiTokens };

  const fileWith = (t, content) => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'token');
    writeFileSync(path, content);
    return path;
  };

  test('accepts an access token of a workspace from a file', async (t) => {
    const { env } = await scene(t, { bitbucket });
    const args = ['--token-file', fileWith(t, `${TOKEN}\n`), '--workspace', 'acme'];
    assertOne((await examine(t, env, { args, secrets: [TOKEN] }))('token'), 'good', /^The token: Connected to the workspace acme/);
  });

  test('reports missing scopes of an API token from standard input', async (t) => {
    const { env } = await scene(t, { bitbucket });
    const args = ['--token-file', '-', '--email', 'ada@example.com'];
    const found = await examine(t, env, { args, input: apiTokens[0].token, secrets: [apiTokens[0].token] });
    assertOne(found('token'), 'warning', /^The token: Connected as /);
  });

  test('reports a wrong token from an argument', async (t) => {
    const { env } = await scene(t, { bitbucket });
    const args = ['--token', 'marked-wrong-token', '--workspace', 'acme'];
    assertOne((await examine(t, env, { args, secrets: ['marked'] }))('token'), 'bad', /^The token: Bitbucket does not accept/);
  });

  test('exits with 2 when the file with the token does not exist', async (t) => {
    const { status, stdout, stderr } = await run(t, ['doctor', '--token-file', '/does/not/exist'], await unreachable());
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(stderr, 'The file of --token-file cannot be read (ENOENT).\n');
  });
});

describe('the command line', () => {
  for (const [args, words] of [
    [[], /^Usage: /],
    [['docter'], /^Unknown command/],
    [['__proto__'], /^Unknown command/],
    [['doctor', '--marked=marked'], /^Unknown option\. See --help\.$/m],
    [['doctor', 'marked'], /^Too many arguments/],
    [['doctor', '--json=marked'], /^--json takes no value/],
    [['doctor', '--nocodb'], /^--nocodb needs a value\. See --help\.$/m],
    [['doctor', '--nocodb', 'marked:8080'], /^--nocodb must be a URL that starts with http:\/\/ or https:\/\/\.$/m],
    [['doctor', '--nocodb', ''], /^--nocodb must be a URL/],
    [['login', '--online'], /^--online belongs to another command/],
  ]) {
    test(`exits with 2 for the arguments: ${args.join(' ') || 'none'}`, async (t) => {
      const { status, stdout, stderr } = await run(t, args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /marked/);
    });
  }

  test('prints the version with --version, and the usage with --help', async (t) => {
    assert.match((await run(t, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    for (const args of [['--help'], ['doctor', '--help'], ['login', '-h'], ['authorize-url', '--help']]) {
      const { status, stdout, stderr } = await run(t, args);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^Usage: nocodb-bitbucket-auth /);
      assert.ok(stdout.split('\n').every((line) => line.length <= 120));
    }
  });

  test('loads few modules for --help and --version, and no Redis client when no Redis is configured', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const [args, most, never] of [
      [['--version'], /\/js\/cli\/(main|node-version|run|options)\.js$/],
      [['doctor', '--help'], /\/js\/cli\/(main|node-version|run|options)\.js$/],
      [['doctor'], /./, /node_modules\/(ioredis|axios|yocto-spinner)\//],
    ]) {
      // V8's coverage names each loaded file.
      const NODE_V8_COVERAGE = join(folder, args.join());
      await run(t, args, await unreachable({ NODE_V8_COVERAGE }));
      const [name] = readdirSync(NODE_V8_COVERAGE);
      const { result } = JSON.parse(readFileSync(join(NODE_V8_COVERAGE, name), 'utf8'));
      const files = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
      assert.ok(files.some((url) => url.endsWith('/js/cli/run.js')));
      for (const url of files) {
        assert.match(url, most);
        if (never) assert.doesNotMatch(url, never);
      }
    }
  });

  test('exits with its usual status even when the program that reads its output has ended', async (t) => {
    const { env } = await scene(t);
    for (const [args, expected] of [[[], 0], [['--token', 'marked-wrong', '--workspace', 'acme'], 1]]) {
      const child = spawn(process.execPath, [MAIN, 'doctor', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      t.after(() => child.kill('SIGKILL'));
      child.stdout.destroy();
      const [[status], printed] = await Promise.all([once(child, 'close'), text(child.stderr)]);
      assert.deepEqual([status, printed], [expected, '']);
    }
  });

  test('ends when it gets SIGTERM', async (t) => {
    const { env } = await scene(t, { answers: { '/': () => {} } });
    const { child, done } = start(t, ['doctor'], env);
    child.kill('SIGTERM');
    assert.equal((await done).status, null);
  });
});
