// Which licences are chosen from a licence expression, and which expressions are rejected.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowed, chosenLicences } from '../../scripts/lib/licences.mjs';
import { Problem } from '../../scripts/lib/run.mjs';

describe('the licence expression', () => {
  const taken = {
    MIT: ['MIT'],
    'Apache-2.0 OR MIT': ['MIT'],
    'MIT/Apache-2.0': ['MIT'],
    'GPL-3.0-only OR Apache-2.0': ['Apache-2.0'],
    'Apache-2.0 WITH LLVM-exception OR MIT': ['MIT'],
    '(MIT OR Apache-2.0) AND Unicode-3.0': ['MIT', 'Unicode-3.0'],
    'MIT AND (GPL-2.0-only OR ISC)': ['MIT', 'ISC'],
    'Apache-2.0 OR (MIT AND ISC)': ['MIT', 'ISC'],
  };
  for (const [expression, wanted] of Object.entries(taken)) {
    test(`${expression} gives ${wanted.join(' and ')}`, () => assert.deepEqual(chosenLicences(expression, 'x'), wanted));
  }

  for (const expression of ['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'AGPL-3.0-or-later OR SSPL-1.0', 'UNLICENSED', 'made up', '',
    'Apache-2.0 WITH LLVM-exception']) {
    test(`${expression || '(empty)'} is rejected with an error that names the package`, () => {
      assert.throws(() => chosenLicences(expression, 'the-package'), (error) => (
        error instanceof Problem && error.message.startsWith('the-package: ')));
    });
  }
});

test('the list of allowed licences is read from deny.toml', () => {
  assert.ok(allowed.includes('MIT') && allowed.includes('Unicode-3.0'));
  assert.deepEqual(allowed.filter((name) => !/^[\w.-]+$/.test(name) || name.includes('GPL')), []);
});
