/**
 * The mock editions (versions) of NocoDB on which the tests of the preload run, and functions that start a mock.
 *
 * In: one of `HOSTS`. Out: a process with the preload, and `host(command, argument)`, which runs a command of host.cjs there.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../support/environment.js';

export const REGISTER = createRequire(import.meta.url).resolve('nocodb-bitbucket-auth/register');
export const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const OTHER_AUTH = { type: 'auth', sub_type: 'github', manifest: { title: 'GitHub' } };

/** `offered`: the type under which NocoDB's GUI offers Bitbucket. `registry`: the integrations that NocoDB itself lists. */
export const HOSTS = [
  { name: 'NocoDB 0.301.3', edition: '0301', offered: 'development', registry: [] },
  {
    name: 'NocoDB of late 2026 whose subclass assigns the list again', edition: '2026', offered: 'auth', registry: [OTHER_AUTH],
    options: { assignedAgain: true, asyncWrapper: true },
  },
  {
    name: 'NocoDB of late 2026 with an empty list', edition: '2026', offered: 'auth', registry: [],
    options: { exchangesFrom: 'request' },
  },
];

/** Starts a mock NocoDB, and returns `{ host, end, kill }`. `end` ends the process, and returns its output. */
export function startHost({ edition, options }, { env, execArgv = ['--require', REGISTER], script = 'host.cjs' } = {}) {
  const child = fork(here(script), [JSON.stringify({ edition, options })], {
    execArgv, env: childEnvironment(env), stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => { printed[name] += text; });
  }
  const closed = once(child, 'close');
  const waiting = new Map();
  child.on('message', ({ number, result, error }) => {
    const { resolve, reject } = waiting.get(number);
    waiting.delete(number);
    if (error) reject(Object.assign(new Error(error.message), error));
    else resolve(result);
  });
  closed.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`The host ended. ${printed.stderr}`));
  });
  let sent = 0;
  const host = (command, argument) => new Promise((resolve, reject) => {
    sent += 1;
    waiting.set(sent, { resolve, reject });
    child.send({ number: sent, command, argument });
  });
  const kill = async () => {
    child.kill();
    await closed;
  };
  const end = async () => {
    child.send({ command: 'end' });
    const [status] = await closed;
    assert.equal(status, 0, printed.stderr);
    return printed;
  };
  return { host, end, kill };
}

/**
 * Starts a host, makes the calls one after the other, and ends the host. Returns `{ available, sameList, inherited, results,
 * written, rows, stdout, stderr, everything }`. `everything` contains all other members as one text.
 */
export async function runHost(edition, { registry = edition.registry, calls = [] } = {}, settings) {
  const { host, end, kill } = startHost(edition, settings);
  try {
    const answer = { ...(await host('start', { registry })), results: await host('call', { calls }), ...(await host('stored')) };
    const printed = await end();
    return { ...answer, ...printed, everything: JSON.stringify(answer) + printed.stdout + printed.stderr };
  } finally {
    await kill();
  }
}

/** Creates the calls of NocoDB's services for `runHost`. Their rows have the type under which the edition offers Bitbucket. */
export const callsOf = ({ offered }) => ({
  ours: { type: offered, sub_type: 'bitbucket' },
  create: (config, more = {}) => (
    ['createIntegration', { type: offered, sub_type: 'bitbucket', title: 'Bitbucket', config, ...more }]),
  update: (id, integration) => ['updateIntegration', { workspace_id: 'w1' }, id, integration],
});

export const oauth = (payload) => ({ type: 'oauth', oauth: payload });

/** Asserts that neither a code nor its verifier left the preload. */
export function assertKept(host, ...grants) {
  for (const { code, code_verifier: verifier } of grants) {
    assert.ok(!host.everything.includes(code), 'the code left the preload');
    assert.ok(!host.everything.includes(verifier), 'the verifier left the preload');
  }
}
