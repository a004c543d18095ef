/** The commands `login` and `authorize-url` against the simulator. The tests send the browser's requests. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { assertNothingSecret, run, start, unreachable } from './doctor-scene.js';

const REDIRECT_URI = 'INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI';

/** Starts a simulator whose client has its callback URL on this machine, and returns the variables for this client. */
async function loopback(t, more) {
  const bitbucket = await startSimulator(t, more);
  bitbucket.client.callback = `http://127.0.0.1:${await freePort()}/`;
  return { bitbucket, env: simulatorEnvironment(bitbucket) };
}

/** Starts a login and waits for the URL that it prints. */
async function begin(t, args, env) {
  const { child, done } = start(t, ['login', '--no-browser', ...args], env);
  const [first] = await Promise.race([once(child.stdout, 'data'), done.then(({ stderr }) => { throw new Error(stderr); })]);
  return { address: String(first).trim(), done };
}

/** Matches a token as the program would print it: a JWT, or a line with the name of a token. */
const TOKENS = /eyJ|access token: *\S|refresh token: *\S/i;

describe('the command `login`', () => {
  test('prints account and scopes but no token, and sends the browser a page that says that the login is done', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const { address, done } = await begin(t, [], env);
    const { searchParams } = new URL(address);
    assert.equal(searchParams.get('redirect_uri'), bitbucket.client.callback);
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    const page = await (await fetch(await bitbucket.authorize(address))).text();
    assert.match(page, /Bitbucket has answered/);
    const { status, stdout, stderr } = await done;
    assert.equal(status, 0, stderr);
    const printed = stdout.replace(address, '');
    assert.match(printed, /^Account: +\S+/m);
    assert.match(printed, /^Scopes: +.*\brepository\b/m);
    assert.match(printed, /^Expires: +20\d\d-/m);
    assert.doesNotMatch(printed, TOKENS);
    assertNothingSecret(printed + stderr, env, [searchParams.get('state')]);
    await assert.rejects(fetch(bitbucket.client.callback));
  });

  test('prints the tokens with --show-tokens', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const { address, done } = await begin(t, ['--show-tokens'], env);
    await fetch(await bitbucket.authorize(address));
    const { stdout } = await done;
    assert.match(stdout, /^Access token: +\S{20,}$/m);
    assert.match(stdout, /^Refresh token: +\S{20,}$/m);
  });

  test('uses --redirect-uri instead of the variable', async (t) => {
    const { bitbucket, env } = await loopback(t, { backend: 'older' });
    const { callback } = bitbucket.client;
    const args = ['--redirect-uri', callback.replace('127.0.0.1', 'localhost')];
    bitbucket.client.callback = args[1];
    const { address, done } = await begin(t, args, { ...env, [REDIRECT_URI]: 'https://nocodb.example/' });
    await fetch(await bitbucket.authorize(address));
    assert.equal((await done).status, 0);
  });

  test('exits with 1 when the user denies access, and when Bitbucket rejects the Key or the Secret', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const denied = await begin(t, [], env);
    const page = await (await fetch(await bitbucket.authorize(denied.address, { grant: false }))).text();
    assert.match(page, /Access was denied/);
    const { status, stderr } = await denied.done;
    assert.equal(status, 1);
    assert.match(stderr, /The user denied access on Bitbucket's page/);

    const wrong = await begin(t, [], { ...env, INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'marked-secret' });
    await fetch(await bitbucket.authorize(wrong.address));
    const refused = await wrong.done;
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /rejected the Key or the Secret/);
    assert.doesNotMatch(refused.stderr, /marked/);
  });

  test('exits with 1 when the callback of a denied login has no state', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const { done } = await begin(t, [], env);
    const answer = await fetch(new URL('/?error=access_denied', bitbucket.client.callback));
    assert.match(await answer.text(), /Access was denied/);
    const { status, stderr } = await done;
    assert.equal(status, 1);
    assert.match(stderr, /The user denied access on Bitbucket's page/);
  });

  test('keeps waiting after a request that is not a callback or belongs to another login', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const { address, done } = await begin(t, [], env);
    const { callback } = bitbucket.client;
    const ask = (path, options) => fetch(new URL(path, callback), options).then(({ status }) => status);
    assert.equal(await ask('/favicon.ico'), 404);
    assert.equal(await ask('/'), 404);
    assert.equal(await ask('/?code=stolen&state=another'), 400);
    assert.equal(await ask('/?error=access_denied&state=another'), 400);
    const real = await bitbucket.authorize(address);
    assert.equal(await ask(real, { method: 'POST' }), 404);
    await fetch(real);
    assert.equal((await done).status, 0);
  });

  test("opens the platform's browser, or prints the URL if no browser can be opened", { skip: process.platform === 'win32' }, async (t) => {
    const { bitbucket, env } = await loopback(t);
    const folder = mkdtempSync(join(tmpdir(), 'login-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s' "$1" > '${folder}/address.part' && mv '${folder}/address.part' '${folder}/address'\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const { done } = start(t, ['login'], { ...env, PATH: `${folder}:${process.env.PATH}` });
    const { readFile } = await import('node:fs/promises');
    let address;
    for (let tries = 0; tries < 200 && !address; tries += 1) {
      address = await readFile(join(folder, 'address'), 'utf8').catch(() => new Promise((resolve) => { setTimeout(resolve, 50); }));
    }
    await fetch(await bitbucket.authorize(address));
    const { status, stdout } = await done;
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /code_challenge/);

    bitbucket.client.callback = `http://127.0.0.1:${await freePort()}/`;
    const withoutBrowser = start(t, ['login'], { ...env, [REDIRECT_URI]: bitbucket.client.callback, PATH: folder + '/none' });
    const [first] = await once(withoutBrowser.child.stdout, 'data');
    await fetch(await bitbucket.authorize(String(first).trim()));
    assert.equal((await withoutBrowser.done).status, 0);
  });

  test('exits with 2 when the redirect URI is not on this machine, the port is in use, or a variable is wrong', async (t) => {
    const { bitbucket, env } = await loopback(t);
    const end = async (more, args = []) => {
      const { status, stdout, stderr } = await run(t, ['login', '--no-browser', ...args], { ...env, ...more });
      assert.deepEqual([status, stdout], [2, '']);
      return stderr;
    };
    assert.match(await end({ [REDIRECT_URI]: 'https://nocodb.example/' }), /not on this machine.*http:\/\/127\.0\.0\.1:8976\//s);
    assert.match(await end({}, ['--redirect-uri', 'http://nocodb.example/']), /REDIRECT_URI must start with https/);
    assert.match(await end({ INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: '', INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: '' }),
      /CLIENT_ID is not set\.\n.*CLIENT_SECRET is not set\.\n$/);
    const taken = createServer().listen(new URL(bitbucket.client.callback).port, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    assert.match(await end({}), /Cannot listen on the redirect URI's port \(EADDRINUSE\)\. Another process, .*another port, and set --redirect-uri\./);
  });
});

describe('the command `authorize-url`', () => {
  test('prints the URL without state and challenge, and explains its purpose', async (t) => {
    const { status, stdout, stderr } = await run(t, ['authorize-url'], await unreachable());
    assert.equal(status, 0);
    const { searchParams } = new URL(stdout.trim());
    assert.deepEqual([...searchParams.keys()], ['response_type', 'client_id', 'redirect_uri', 'scope']);
    assert.match(stderr, /^For inspection only: .*A login with this URL alone fails\.\n$/);
  });

  test('exits with 2 when no OAuth client is configured', async (t) => {
    const { status, stdout, stderr } = await run(t, ['authorize-url']);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /CLIENT_ID is not set\.\n.*CLIENT_SECRET is not set\.\n.*REDIRECT_URI is not set\.\n$/);
  });
});
