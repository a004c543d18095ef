/** Runs programs of tests/js/fixtures, each in its own Node.js process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './environment.js';

/**
 * Runs a fixture with these arguments and variables. Returns its output and its status. The fixture has to end by itself.
 * `onStart` gets the process when it has started.
 */
export async function runFixture(t, name, args = [], env = {}, onStart = () => {}) {
  const file = fileURLToPath(new URL(`../js/fixtures/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args.map(String)], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  onStart(child);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  const [status] = await once(child, 'close');
  return { status, ...output };
}

/** Runs a fixture that prints one JSON value, and returns the value. */
export async function runJsonFixture(t, name, args, env, onStart) {
  const { status, stdout, stderr } = await runFixture(t, name, args, env, onStart);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
