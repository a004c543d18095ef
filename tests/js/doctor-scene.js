/**
 * Shared helpers for the tests of the command line: its processes, the HTTP server of a NocoDB with the preload, and the search
 * for secrets in the output.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startSimulator } from '../support/bitbucket.js';
import { childEnvironment, environment, simulatorEnvironment } from '../support/environment.js';
import { freePort, json, serve } from '../support/http-server.js';

const packageUrl = (path) => new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { pageFor } = await import(packageUrl('js/nocodb/callback-page.js'));
const { readEnvironment } = await import(packageUrl('js/nocodb/environment.js'));

export const MAIN = fileURLToPath(packageUrl('js/cli/main.js'));

const INFO = '/api/v2/meta/nocodb/info';
const LIST = '/api/v2/integrations';

/**
 * Starts the command line with these arguments and variables, but without this machine's variables for proxies, Redis or the
 * plugin.
 * `done` resolves with the output and the exit status when the program has ended.
 */
export function start(t, args, env = {}, { node = [], input } = {}) {
  const child = spawn(process.execPath, [...node, MAIN, ...args], {
    env: childEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {}).end(input);
  const outputs = [text(child.stdout), text(child.stderr)];
  const done = (async () => {
    const [[status], stdout, stderr] = await Promise.all([once(child, 'close'), ...outputs]);
    return { status, stdout, stderr };
  })();
  return { child, done };
}

export const run = (...args) => start(...args).done;

/**
 * Runs `doctor --json`, and returns a function that returns the findings of a check by the check's name. Asserts that the report
 * contains no value of a secret variable, and none of `secrets`.
 */
export async function examine(t, env, { args = [], secrets = [], ...more } = {}) {
  const { status, stdout, stderr } = await run(t, ['doctor', '--json', ...args], env, more);
  assert.equal(stderr, '');
  const report = JSON.parse(stdout);
  assert.deepEqual(Object.keys(report), ['version', 'node', 'checks', 'problems']);
  assert.equal(report.problems, report.checks.filter(({ verdict }) => verdict === 'bad').length);
  assert.equal(status, report.problems > 0 ? 1 : 0);
  for (const { text: line, cure = 'x' } of report.checks) assert.ok(line && cure);
  assertNothingSecret(stdout, env, secrets);
  return (name) => report.checks.filter((check) => check.name === name).map(({ name: _name, ...finding }) => finding);
}

/** Asserts that a text contains no secret value, and nothing of a Key but its last four characters. */
export function assertNothingSecret(printed, env, secrets = []) {
  const {
    INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: key = '', INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: secret = '',
  } = env;
  for (const value of [key, key.slice(0, -4), secret, ...(secret.length < 32 ? [] : [secret.slice(-6)]), ...secrets]) {
    if (value.length >= 4) assert.ok(!printed.includes(value), 'a secret was printed');
  }
}

/** Returns an environment in which no server can be reached. */
export const unreachable = async (more) => environment(`http://127.0.0.1:${await freePort()}`, {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'kQ7vX2mZ9pLw4RtY8b',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'hN3cV6jB1xK5gD0fS7aP2uW9eT4iMqZo',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: `http://127.0.0.1:${await freePort()}/`,
  ...more,
});

/** Asserts that a check has one finding, and that this finding has the verdict and matches `words`. */
export function assertOne(findings, verdict, words) {
  assert.equal(findings.length, 1, JSON.stringify(findings));
  assert.equal(findings[0].verdict, verdict, JSON.stringify(findings[0]));
  assert.match(`${findings[0].text} ${findings[0].cure ?? ''}`, words);
}

/**
 * Starts a simulator, and a server that responds like a NocoDB with the preload. `answers` contains other request listeners for
 * paths of NocoDB. The returned `env` is the environment for `doctor`. The running NocoDB has these variables and
 * `variables`.
 */
export async function scene(t, { answers = {}, variables = {}, bitbucket: options } = {}) {
  const bitbucket = await startSimulator(t, options);
  let env;
  const running = () => ({ ...env, ...variables });
  const nocodb = await serve(t, (request, response) => {
    const [path] = request.url.split('?');
    if (answers[path]) return answers[path](request, response);
    const shown = readEnvironment(running()).callbackPage?.contentFor(request.url);
    if (shown) {
      const { headers, body } = pageFor(shown);
      return response.writeHead(200, headers).end(body);
    }
    if (path === INFO) return json(response, 200, { version: '0.301.3', ee: false });
    const { form, manifest, sub_type } = createEntry(running());
    if (path === LIST) return json(response, 200, [{ type: 'development', sub_type, manifest }]);
    if (path === `${LIST}/development/bitbucket`) return json(response, 200, { form });
    return json(response, 404, { msg: 'Cannot GET it' });
  });
  bitbucket.client.callback = `${nocodb.origin}/`;
  env = simulatorEnvironment(bitbucket);
  return { bitbucket, nocodb, env, paths: { INFO, LIST } };
}
