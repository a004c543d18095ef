/** The packed package in jest, whose sandboxes lack parts of the runtime and have their own loader for CommonJS. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { CLIENT_VARIABLES } from '../support/environment.js';
import { listen } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { NAME, project } from './support.js';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

/** Runs a test file in an environment of jest. Returns the names of the tests that passed. */
async function passedIn(t, environment, file, env = {}) {
  const folder = project(t, { 'package.json': '{}', 'main.test.cjs': file }, { withDependencies: true });
  const child = spawn(process.execPath, [jest, '--rootDir', folder, '--env', environment, '--testMatch', '**/main.test.cjs',
    '--json', '--silent', '--no-cache'], { cwd: folder, env: { ...process.env, ...env } });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  assert.equal(status, 0, stderr);
  const [{ assertionResults }] = JSON.parse(stdout).testResults;
  return assertionResults.filter(({ status: outcome }) => outcome === 'passed').map(({ title }) => title);
}

test('in jsdom, the package can be imported, but the first call fails because TextDecoder is missing', async (t) => {
  assert.deepEqual(await passedIn(t, 'jsdom', `
    const options = { clientId: 'the-key', redirectUri: 'https://nocodb.example/dashboard/' };
    test.each(['oauth', 'slim', 'browser'])('%s', async (entry) => {
      expect(globalThis.TextDecoder).toBe(undefined);
      const { createClient, beginRedirect } = require('${NAME}/' + entry);
      const call = async () => (createClient ?? beginRedirect)(options);
      await expect(call()).rejects.toMatchObject({ name: 'BitbucketAuthError', code: 'INVALID_CONFIG', field: 'TextDecoder' });
    });
    test.each(['authorizeInPopup', 'completeRedirect'])('%s', async (call) => {
      const login = require('${NAME}/browser')[call](call === 'completeRedirect' ? undefined : options);
      await expect(login).rejects.toMatchObject({ code: 'INVALID_CONFIG', field: 'TextDecoder' });
    });
    const { TextDecoder, TextEncoder } = require('node:util');
    test('afterwards', () => {
      Object.assign(globalThis, { TextDecoder, TextEncoder });
      const client = require('${NAME}/oauth').createClient(options);
      const { url, state } = client.createAuthorizationRequest();
      expect(new URL(url).searchParams.get('state')).toBe(state);
      expect(client.parseTokenResponse({
        status: 200, headers: { 'content-type': 'application/json' }, receivedAt: 1, grant: 'refresh_token',
        body: JSON.stringify({ access_token: 'the-token', token_type: 'bearer' }),
      }).accessToken).toBe('the-token');
    });
    test.each([['BroadcastChannel', undefined], ['window', {}]])('no %s', async (field, page) => {
      const { authorizeInPopup } = require('${NAME}/browser');
      const login = authorizeInPopup({ ...options, redirectUri: location.origin + '/callback.html', window: page });
      await expect(login).rejects.toMatchObject({ code: 'INVALID_CONFIG', phase: 'authorize', field });
    });`), ['oauth', 'slim', 'browser', 'authorizeInPopup', 'completeRedirect', 'afterwards', 'no BroadcastChannel', 'no window']);
});

test('a refresh in jest uses the configured Redis', async (t) => {
  const redis = await startRedis(t);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: 'new', token_type: 'bearer', refresh_token: 'next', expires_in: 7200 }));
  });
  const origin = `http://127.0.0.1:${await listen(t, server)}`;
  assert.deepEqual(await passedIn(t, 'node', `
    test('refresh', async () => {
      const warn = jest.spyOn(console, 'warn');
      const { createEntry } = require('${NAME}');
      const { wrapper: Wrapper } = createEntry(process.env);
      const auth = new Wrapper({ type: 'oauth', oauth_token: 'old', refresh_token: 'first' });
      expect(await auth.refreshToken({ refresh_token: 'first' })).toMatchObject({ oauth_token: 'new', refresh_token: 'next' });
      expect(warn.mock.calls).toEqual([]);
    });`, {
    ...CLIENT_VARIABLES,
    INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: `${origin}/token`,
    INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url,
  }), ['refresh']);
  const client = new Redis(redis.url);
  t.after(() => client.disconnect());
  assert.ok(await client.dbsize() > 0);
});
