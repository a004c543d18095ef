/**
 * The commands of the guide, and the code that runs each of them.
 *
 * In: nothing. Out: for each command either a function that runs it, or the file of the repository that runs it, with words from
 * that file. Never: a command that is not in the guide.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../../support/environment.js';
import { freePort } from '../../support/http-server.js';
import { emptyFolder, packed } from '../support.js';
import { read, root } from './documents.js';

const { version } = JSON.parse(read('package.json'));
const TARBALL = `/path/to/nocodb-bitbucket-auth-${version}.tgz`;
const REGISTERED = /^\[nocodb-bitbucket-auth\] Version [\d.]+: Bitbucket is registered as an integration of type "development"\.$/m;
const WAIT_MS = 180_000;

/** A program that sets its list of integrations in the same way as NocoDB. */
export const YOUR_NOCODB = `
class Integration { static get() {} static createIntegration() {} static updateIntegration() {} }
Integration.availableIntegrations = [];
`;

/** The variables of a command. npm needs those with which this machine reaches a registry. */
const commandEnvironment = (more) => childEnvironment(more, /_proxy$|^NODE_EXTRA_CA_CERTS$/i);

/** Runs a command in a shell, as a reader copies it, but with the real path of the tarball. */
export function shell(command, cwd, env) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command.replace(TARBALL, packed.tarball)], {
    cwd, env: commandEnvironment(env), encoding: 'utf8',
  });
  assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
  return stdout;
}

/** Runs a program that does not end by itself. Returns its output as soon as the output matches `pattern`. */
async function untilItSays(t, command, args, pattern) {
  const child = spawn(command, args, { cwd: root, env: commandEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const closed = once(child, 'close');
  const end = () => process.kill(-child.pid, 'SIGTERM');
  t.after(() => child.exitCode ?? child.signalCode ?? end());
  let said = '';
  const seen = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        const match = pattern.exec(said);
        if (match) resolve(match);
      });
    }
    closed.then(() => reject(new Error(`The program ended:\n${said}`)));
    setTimeout(() => reject(new Error(`The program did not print ${pattern}:\n${said}`)), WAIT_MS).unref();
  });
  const match = await seen;
  return { match, said: () => said, end: async () => { end(); await closed; } };
}

/** A folder in which the package is installed by the guide's own command. */
function installed(t) {
  const folder = emptyFolder(t);
  shell(`npm install ${TARBALL}`, folder);
  writeFileSync(join(folder, 'your-nocodb.js'), YOUR_NOCODB);
  return folder;
}

/** For each command, the function that runs it. */
export const runs = {
  [`npm install ${TARBALL}`]: (t) => void installed(t),
  'NODE_OPTIONS="--require nocodb-bitbucket-auth/register" node your-nocodb.js': (t, command) => {
    assert.match(shell(command, installed(t)), REGISTERED);
  },
  // Names the preload by its path, as in a container.
  [`npm install --prefix plugins ${TARBALL}`]: (t, command) => {
    const folder = emptyFolder(t);
    shell(command, folder);
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'your-nocodb.js'), YOUR_NOCODB);
    const register = join(folder, 'plugins', 'node_modules', 'nocodb-bitbucket-auth', 'pkg', 'register.cjs');
    assert.match(shell('node your-nocodb.js', elsewhere, { NODE_OPTIONS: `--require ${register}` }), REGISTERED);
  },
  'npm start': async (t) => {
    const { match: [, url], said, end } = await untilItSays(t, 'npm', ['start'], /NocoDB is ready\. Open +(http\S+)[^]*Ctrl-C ends everything/);
    assert.equal((await fetch(url)).status, 200);
    assert.match(said(), /E-mail +\S+@\S+\n +Password +\S+/);
    assert.match(said(), REGISTERED);
    await end();
    await assert.rejects(fetch(url));
  },
  // Runs without the variables of an OAuth client, and without a connection to Bitbucket.
  'npx --no-install nocodb-bitbucket-auth doctor': async (t, command) => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const env = Object.fromEntries(['AUTHORIZE', 'TOKEN', 'API'].map((name) => [`INTEGRATION_AUTH_BITBUCKET_${name}_URL`, nobody]));
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: installed(t), env: commandEnvironment(env), encoding: 'utf8' });
    assert.deepEqual([status, stderr], [1, '']);
    assert.match(stdout, /^! OAuth2 is not configured; .*INTEGRATION_AUTH_BITBUCKET_CLIENT_ID/m);
    assert.match(stdout, /^[✓!] .*\bNode\.js \d+\.\d+/m);
  },
  'npm run demo:browser': async (t) => {
    const { match: [url], end } = await untilItSays(t, 'npm', ['run', 'demo:browser'], /http:\/\/\S+/);
    assert.equal((await fetch(url)).status, 200);
    await end();
  },
};

/** For each command, a file that runs it, and words in that file. */
export const ranBy = {
  'npm pack': ['scripts/lib/package-under-test.mjs', 'output(\'npm\', [\'pack\''],
  'npx --no-install nocodb-bitbucket-auth login --redirect-uri http://127.0.0.1:8976/': [
    'tests/js/doctor-login.test.js', '[\'--redirect-uri\', callback',
  ],
  'npm test': ['package.json', '"test": "node scripts/test.mjs"'],
  ...Object.fromEntries(['refresh', 'client', 'load', 'speed', 'crossings', 'cost', 'start', 'nocodb-start'].map((subject) => (
    [`npm run bench -- ${subject} --quick`, ['tests/scripts/bench.test.js', `bench('${subject}', '--quick')`]]))),
};
