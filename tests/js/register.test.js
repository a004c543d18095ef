/**
 * The preload in child processes: in mock NocoDB instances, with and without failures, and in other programs.
 *
 * In: the package by its name, as `NODE_OPTIONS` loads it. Out: checks of what NocoDB offers and of what was printed.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { authorizationCode } from '../support/bitbucket.js';
import { childEnvironment, simulatorVariables } from '../support/environment.js';
import { HOSTS, REGISTER, assertKept, callsOf, here, oauth, runHost } from './register/hosts.js';

let bb;
before(async () => { bb = await startBitbucket({ clients: [{ callback: 'https://nocodb.example.com/' }] }); });
after(() => bb.close());

for (const edition of HOSTS) describe(edition.name, () => {
  const { create } = callsOf(edition);

  describe("NocoDB's registry of integrations", () => {
    const hidden = edition.offered === 'auth' ? 'development' : 'auth';
    const listed = ({ available }) => available.map(({ type, sub_type, title, hidden: isHidden }) => (
      [type, sub_type, title, isHidden]));
    const bitbucket = (type) => [type, 'bitbucket', 'Bitbucket', type === hidden];

    test(`offers Bitbucket as "${edition.offered}", hides it as "${hidden}", and a log line names the offered type`, async () => {
      const host = await runHost(edition, {}, { env: simulatorVariables(bb) });
      assert.deepEqual(listed(host).slice(edition.registry.length), [bitbucket('auth'), bitbucket('development')]);
      assert.equal(host.inherited, false);
      const line = `^\\[nocodb-bitbucket-auth\\] Version \\d+\\.\\d+\\.\\d+\\S*: .*"${edition.offered}"[^\\n]*\\n$`;
      assert.match(host.stdout, new RegExp(line));
      assert.equal(host.stderr, '');
    });

    test('with entries for "auth" offers Bitbucket as "auth", and replaces only the built-in Bitbucket', async () => {
      const registry = [
        { type: 'ai', sub_type: 'openai', manifest: { title: 'OpenAI' } },
        { type: 'auth', sub_type: 'bitbucket', manifest: { title: 'the built-in one' } },
        { type: 'auth', sub_type: 'github', manifest: { title: 'GitHub' } },
      ];
      const host = await runHost(edition, { registry }, { env: simulatorVariables(bb) });
      assert.deepEqual(listed(host), [
        ['ai', 'openai', 'OpenAI', false],
        ['auth', 'bitbucket', 'Bitbucket', false],
        ['auth', 'github', 'GitHub', false],
        ['development', 'bitbucket', 'Bitbucket', true],
      ]);
      assert.match(host.stdout, /"auth"/);
      // The list object must stay the same, because other parts of NocoDB use it, too.
      assert.equal(host.sameList, true);
    });

    test('offers Bitbucket as "auth" even if its only entry for "auth" is the built-in Bitbucket', async () => {
      const registry = [{ type: 'auth', sub_type: 'bitbucket', manifest: { title: 'the built-in one' } }];
      const host = await runHost(edition, { registry }, { env: simulatorVariables(bb) });
      assert.deepEqual(listed(host), [
        ['auth', 'bitbucket', 'Bitbucket', false], ['development', 'bitbucket', 'Bitbucket', true],
      ]);
    });

    test('is filled once when the preload is loaded twice', async () => {
      const host = await runHost(edition, {}, {
        env: simulatorVariables(bb, { NODE_OPTIONS: `--require "${REGISTER}"` }),
        execArgv: ['--require', REGISTER, '--import', 'nocodb-bitbucket-auth/register'],
      });
      assert.equal(host.available.length, edition.registry.length + 2);
      assert.equal(host.stdout.match(/registered/g).length, 1);
      assert.equal(host.inherited, false);
    });

    test('is filled if the preload is loaded by `--import`', async () => {
      const grant = await authorizationCode(bb);
      const host = await runHost(edition, { calls: [create(oauth(grant))] },
        { env: simulatorVariables(bb), execArgv: ['--import', 'nocodb-bitbucket-auth/register'] });
      assert.equal(host.available.length, edition.registry.length + 2);
      assert.ok(host.results[0].row.config.oauth_token);
      assertKept(host, grant);
    });

    test('is filled in a worker thread', async () => {
      const grant = await authorizationCode(bb);
      const host = await runHost(edition, { calls: [create(oauth(grant))] }, {
        env: simulatorVariables(bb, { NODE_OPTIONS: `--require "${REGISTER}"` }), execArgv: [], script: 'worker-host.cjs',
      });
      assert.equal(host.available.length, edition.registry.length + 2);
      assert.ok(host.results[0].row.config.oauth_token);
      assertKept(host, grant);
    });

    test('has a form without OAuth2 when a variable is invalid, and the log names this variable, not its value', async () => {
      const env = simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'ftp://marked-value.example/' });
      const host = await runHost(edition, {}, { env });
      assert.deepEqual(host.available.at(-1).authTypes.map(({ value }) => value), ['api_key', 'basic']);
      assert.equal(host.everything.match(/INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI/g)?.length, 1);
      assert.ok(!host.everything.includes('marked-value'));
    });

    test('stays unchanged when the plugin cannot be loaded, and one line of the log says so', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'register-'));
      try {
        // The preload does not find the plugin in this folder.
        copyFileSync(REGISTER, join(folder, 'register.cjs'));
        const host = await runHost(edition, { calls: [create({ type: 'api_key', token: 'access' })] },
          { execArgv: ['--require', join(folder, 'register.cjs')] });
        assert.equal(host.available.length, edition.registry.length);
        assert.equal(host.inherited, false);
        assert.ok(host.results[0].row);
        assert.match(host.stderr, /^\[nocodb-bitbucket-auth\] NocoDB runs without Bitbucket/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

describe('a process with the preload', () => {
  /** Runs a script with preloads; the time limit only ends a process that would hang. */
  const runScript = (script, { preloads = [REGISTER], args = [] } = {}) => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath,
      [...preloads.flatMap((path) => ['--require', path]), ...args, '--eval', script],
      { env: childEnvironment(), encoding: 'utf8', timeout: 45_000 });
    assert.equal(signal, null, 'the process did not end by itself');
    return { status, stdout, stderr };
  };

  test('that is not NocoDB loads only the preload, prints nothing, and ends', () => {
    assert.deepEqual(runScript('console.log(JSON.stringify(Object.keys(require.cache)))'),
      { status: 0, stdout: `${JSON.stringify([REGISTER])}\n`, stderr: '' });
  });

  test('that is not NocoDB keeps its exit status and the properties of its classes', () => {
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

  test('recognises NocoDB even if another class has got a list of the same name before', () => {
    const { stdout } = runScript(`
      class Shop {}
      Shop.availableIntegrations = [];
      class Host { static get() {} static createIntegration() {} static updateIntegration() {} }
      Host.availableIntegrations = [];
      console.log(Shop.availableIntegrations.length, Host.availableIntegrations.length);`);
    assert.match(stdout, /^\[nocodb-bitbucket-auth\] .*\n0 2\n$/);
  });

  test('that is not NocoDB works with frozen built-ins', () => {
    const { status, stdout } = runScript("console.log('alive')", { args: ['--frozen-intrinsics'] });
    assert.deepEqual({ status, stdout }, { status: 0, stdout: 'alive\n' });
  });

  const preloads = [here('recorded-timers.cjs'), REGISTER];
  /** The start of a script. Its functions let a minute pass at once, listen on a port, and make NocoDB's list appear. */
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
      assert.equal(Host.availableIntegrations.length, 2);
      assert.ok(timers[0].cleared);
      assert.ok(!('availableIntegrations' in Function.prototype));
    };`;
  const registered = /^\[nocodb-bitbucket-auth\] Version \S+: Bitbucket is registered[^\n]*\n$/;

  test('logs once that no registry appeared, if it listens on a port before 60 s have passed', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      listen(() => { passMinute(); passMinute(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 60 s[^\n]*\n$/);
  });

  test('logs that no registry appeared, if it starts to listen on a port only after 60 s', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      passMinute();
      passMinute();
      listen(() => { passMinute(); passMinute(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 180 s[^\n]*\n$/);
  });

  test('logs nothing if it runs for long and never listens on a port, like npm', () => {
    assert.deepEqual(runScript(`${slowHost}
      for (let minute = 0; minute < 100; minute += 1) passMinute();`, { preloads }),
    { status: 0, stdout: '', stderr: '' });
  });

  test('registers Bitbucket, and logs this, if it is a NocoDB that takes longer than 60 s to load', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      passMinute();
      appear();
      listen(passMinute);`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
    assert.doesNotMatch(stderr, /No registry/);
  });

  test('registers Bitbucket, and logs this, even after the warning that no registry appeared', () => {
    const { status, stdout, stderr } = runScript(`${slowHost}
      listen(() => { passMinute(); appear(); });`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
    assert.match(stderr, /^\[nocodb-bitbucket-auth\] No registry of integrations appeared within 60 s/);
  });

  test('logs no warning after 60 s if the registry has appeared', () => {
    const { status, stdout, stderr } = runScript(`
      class Host { static get() {} static createIntegration() {} static updateIntegration() {} }
      Host.availableIntegrations = [];
      require('node:assert').ok(timers[0].cleared);`, { preloads });
    assert.equal(status, 0, stderr);
    assert.match(stdout, registered);
  });
});
