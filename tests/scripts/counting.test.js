// How `npm test` counts tests. If a runner reports success without having run all tests, `npm test` must fail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { countNode, countRust } from '../../scripts/lib/counting.mjs';

const result = (passed, failed, ignored) =>
  `test result: ok. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out; finished in 0.01s`;

/** Writes these test files, runs them with `node --test`, and counts the passed and failed tests. */
function runNode(t, sources) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'counting-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = Object.entries(sources).map(([name, source]) => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  });
  const report = join(folder, 'report');
  const reporter = fileURLToPath(new URL('../../scripts/lib/count-reporter.mjs', import.meta.url));
  // Node.js marks the process of a test file with this variable. The new process must not inherit it from this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status } = spawnSync(process.execPath,
    ['--test', `--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, ...files], { env });
  return countNode(readFileSync(report, 'utf8'), files, status);
}

const suite = (body) => `import test, { before, describe, it } from 'node:test';\n${body}`;

test('each ignored Rust test, a run without Rust tests, and a bad exit status count as failed tests', () => {
  assert.equal(countRust([result(2, 1, 0)], 101).failed, 1);
  assert.equal(countRust([result(2, 0, 3)], 0).failed, 3);
  assert.equal(countRust([], 0).failed, 1);
  assert.equal(countRust([result(0, 0, 0)], 0).failed, 1);
  assert.equal(countRust([result(2, 0, 0)], 101).failed, 1);
});

test('the results of several Rust programs add up', () => {
  const colored = result(3, 0, 0).replace('ok', '\x1b[32mok\x1b[0m');
  const { passed, failed } = countRust(['running 2 tests', result(2, 0, 0), result(0, 0, 0), colored], 0);
  assert.deepEqual({ passed, failed }, { passed: 5, failed: 0 });
});

test('failed, skipped and unfinished Node tests count as failed', (t) => {
  const counts = runNode(t, {
    'a.test.mjs': suite(`
      test('passes', () => {});
      test('fails', () => { throw new Error('no'); });
      test('is skipped', { skip: true }, () => {});
      test('is left for later', { todo: true }, () => {});
      test('is skipped from inside', (t) => t.skip());
      test('never ends', () => new Promise(() => {}));`),
  });
  assert.deepEqual([counts.passed, counts.failed], [1, 5], counts.notes.join('; '));
});

test('a Node test file that has no tests, and a file that crashes, count as failed', (t) => {
  const counts = runNode(t, {
    'empty.test.mjs': '',
    'crash.test.mjs': 'throw new Error("no");',
    'good.test.mjs': suite('test("passes", () => {});'),
  });
  assert.deepEqual([counts.passed, counts.failed], [1, 2], counts.notes.join('; '));
});

test('a describe in Node does not count as a test, but its broken hook counts as a failure', (t) => {
  const good = runNode(t, { 'a.test.mjs': suite('describe("all", () => { it("one", () => {}); it("two", () => {}); });') });
  assert.deepEqual([good.passed, good.failed], [2, 0]);
  const bad = runNode(t, {
    'a.test.mjs': suite('describe("all", () => { before(() => { throw new Error("no"); }); it("one", () => {}); });'),
  });
  assert.ok(bad.failed > 0);
});

test('a describe in Node that is marked as skip or todo counts as failed', (t) => {
  for (const left of ['skip', 'todo']) {
    const counts = runNode(t, {
      'a.test.mjs': suite(`test("passes", () => {}); describe.${left}("all", () => { it("one", () => {}); });`),
    });
    assert.ok(counts.passed >= 1 && counts.failed >= 1, `${left}: ${JSON.stringify(counts)}`);
  }
});

test('a Node test file that the runner does not mention counts as failed', () => {
  const line = JSON.stringify({ passed: true, name: 'one', file: '/a.test.js', isFile: false });
  assert.equal(countNode(line, ['/a.test.js', '/b.test.js'], 0).failed, 1);
  assert.equal(countNode('', [], 0).failed, 1);
});
