/** The command line of the packed package as npm installs it: in each Node.js, and through npx. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from '../support/environment.js';
import { nodes, packageIn, packed } from './support.js';

const { version, bin } = JSON.parse(readFileSync(join(packageIn(packed.folder), 'package.json'), 'utf8'));

const run = (program, ...args) => spawnSync(program, args, { cwd: packed.folder, encoding: 'utf8', env: childEnvironment() });

test('npx finds the program', () => {
  const { status, stdout, stderr } = run('npx', '--no-install', 'nocodb-bitbucket-auth', '--version');
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `${version}\n`, stderr: '' });
});

test('the program can be run as a file', { skip: process.platform === 'win32' }, () => {
  const file = join(packageIn(packed.folder), bin['nocodb-bitbucket-auth']);
  assert.equal(statSync(file).mode & 0o111, 0o111);
  assert.equal(run(file, '--version').stdout, `${version}\n`);
});

for (const [name, node] of Object.entries(nodes)) {
  test(`the program runs doctor in ${name}`, () => {
    const file = join(packageIn(packed.folder), bin['nocodb-bitbucket-auth']);
    const { status, stdout, stderr } = run(node, file, 'doctor', '--json');
    assert.equal(stderr, '');
    const { checks, ...report } = JSON.parse(stdout);
    // Some machines cannot reach Bitbucket, so both exit statuses are possible.
    assert.equal(status, report.problems > 0 ? 1 : 0);
    assert.equal(report.version, version);
    assert.deepEqual(checks.filter(({ text }) => text.startsWith('This check failed')), []);
    assert.deepEqual(new Set(checks.map((check) => check.name)), new Set([
      'node', 'variables', 'key-and-secret', 'redirect-uri', 'endpoints', 'clock', 'client', 'scopes', 'redis', 'processes', 'nocodb',
      'preload', 'token',
    ]));
  });
}
