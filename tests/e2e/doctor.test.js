/**
 * The command `nocodb-bitbucket-auth doctor` beside the real NocoDB, as an administrator calls it.
 *
 * In: NocoDB with and without the preload, and environments that differ from the running NocoDB's. Out: checks of the lines about
 *   the redirect URI, NocoDB, its preload and its Redis.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { childEnvironment, simulatorVariables } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { Host } from './support/host.js';

const CLIENT_ID = 'INTEGRATION_AUTH_BITBUCKET_CLIENT_ID';
const REDIRECT_URI = 'INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI';

describe('`doctor` beside NocoDB', () => {
  /** Functions that stop Redis. */
  const ends = [];
  let bb;
  let env;
  let host;
  let port;

  before(async () => {
    port = await freePort();
    bb = await startBitbucket({ clients: [{ callback: `http://localhost:${port}/` }] });
    const { url } = await startRedis({ after: (end) => ends.push(end) });
    host = await Host.create();
    env = simulatorVariables(bb, { NC_REDIS_URL: url });
    await host.start(port, env);
  });

  after(async () => {
    await host?.remove();
    await bb?.close();
    for (const end of ends) await end();
  });

  /** Runs the doctor with these variables, and returns its exit status, and its findings by check. */
  function examine(more = {}, ...args) {
    return new Promise((resolve) => {
      const command = ['--no-install', 'nocodb-bitbucket-auth', 'doctor', '--json', ...args];
      const options = { cwd: host.pluginFolder, env: childEnvironment({ ...env, ...more }) };
      execFile('npx', command, options, (error, stdout, stderr) => {
        assert.equal(stderr, '');
        const { checks } = JSON.parse(stdout);
        resolve({
          status: error?.code ?? 0,
          found: (name) => checks.filter((check) => check.name === name).map(({ verdict, text }) => `${verdict}: ${text}`).join('\n'),
        });
      });
    });
  }

  test('finds no problem when NocoDB has the preload and the same environment', async () => {
    const { status, found } = await examine();
    assert.match(found('redirect-uri'), /^good: The redirect URI http:\/\/localhost:\d+\/ returns the plugin's page\.$/);
    assert.match(found('nocodb'), /^good: NocoDB .+, community edition, answers at http:\/\/localhost:\d+\/\.$/);
    assert.match(found('preload'), /^good: .*with the Key and the redirect URI of this environment\.$/);
    assert.match(found('redis'), /^good: .*in database 15, which NocoDB does not empty\.$/);
    assert.equal(status, 0);
  });

  test('reports that the running NocoDB has another environment', async () => {
    const { status, found } = await examine({
      [CLIENT_ID]: 'another-key', [REDIRECT_URI]: `http://localhost:${port}/any/path`, NC_PUBLIC_URL: `http://localhost:${port}`,
    });
    assert.match(found('redirect-uri'), /^bad: .*does not return the plugin's page but the status 404\.$/);
    assert.match(found('preload'), /^bad: .*with another Key and redirect URI than in this environment\.$/);
    assert.equal(status, 1);
  });

  test('reports that the preload is missing, and what NocoDB does at each callback URL', async () => {
    await host.stop();
    await host.start(port, env, { withPlugin: false });
    for (const [path, words] of [
      ['', /^bad: .*redirects without the query/],
      ['dashboard', /^bad: .*redirects to another path, with the query/],
      ['dashboard/', /^bad: .*another page than the plugin's \(200\)/],
      ['any/path', /^bad: .*the status 404/],
    ]) {
      const { status, found } = await examine({ [REDIRECT_URI]: `http://localhost:${port}/${path}` });
      assert.match(found('redirect-uri'), words);
      assert.match(found('nocodb'), /^good: /);
      assert.match(found('preload'), /^bad: The preload is not active/);
      assert.equal(status, 1);
    }
  });

  test('reports that NocoDB cannot be reached', async () => {
    await host.stop();
    const { status, found } = await examine();
    assert.match(found('redirect-uri'), /^bad: .*the connection was refused/);
    assert.match(found('nocodb'), /^warning: /);
    assert.match(found('preload'), /^skipped: /);
    assert.equal(status, 1);
  });
});
