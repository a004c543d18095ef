// What the hygiene check finds. The tests join the paths from parts, so that the check does not find them in this file.
import assert from 'node:assert/strict';
import test from 'node:test';
import { faults } from '../../scripts/lib/hygiene.mjs';

const path = (...parts) => `/${parts.join('/')}/x`;

test('the hygiene check finds a path of a developer\'s machine, and names its line', () => {
  for (const machine of [path('work', 'main'), path('root', '.cargo'), path('home', 'ada'),
    path('home', 'jane_d.2'), path('Users', 'Ada')]) {
    assert.deepEqual(faults('a.js', `first\nread('${machine}')`), ['a.js:2 names a path of a machine']);
  }
});

test('the hygiene check accepts URLs and other paths', () => {
  const fine = ['https://example.com/work/x', './root/x', '/usr/bin/chromium'];
  assert.deepEqual(faults('a.js', fine.join('\n')), []);
});

test('the hygiene check finds URLs of registries in lock files, except crates.io, and mirrors in all files', () => {
  assert.equal(faults('demo/package-lock.json', '"resolved": "https://registry.npmjs.org/a.tgz"').length, 1);
  assert.equal(faults('Cargo.lock', 'source = "sparse+https://mirror.example/index/"').length, 1);
  assert.deepEqual(faults('Cargo.lock', 'source = "registry+https://github.com/rust-lang/crates.io-index"'), []);
  assert.equal(faults('README.md', 'npm install --registry https://mirror.example/npm', ['mirror.example']).length, 1);
});
