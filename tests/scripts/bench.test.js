// Checks that `npm run bench` runs. The benches run with small numbers here (`--quick`), so their times and sizes mean nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EARLIER } from '../../bench/lib/before.mjs';
import { line, misses, quantile } from '../../bench/lib/figures.mjs';
import { root } from '../../scripts/lib/run.mjs';

const bench = (...args) => spawnSync(
  process.execPath,
  [fileURLToPath(new URL('../../bench/run.mjs', import.meta.url)), ...args],
  { encoding: 'utf8' },
);

/** Whether this clone has the commit that the bench compares with. A shallow clone lacks it, and the bench must report this. */
const hasHistory = () => spawnSync('git', ['cat-file', '-e', EARLIER], { cwd: root }).status === 0;

test('the refresh bench runs with small numbers, and keeps the limits that do not depend on the machine', () => {
  const { status, stdout, stderr } = bench('refresh', '--quick');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(stdout.match(/\(exactly [^)]*: held\)/g)?.length, 5);
  assert.match(stdout, /Everything ran\.\n$/);
});

test('the client bench runs with small numbers', () => {
  const { status, stdout, stderr } = bench('client', '--quick');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(stdout.match(/µs against/g)?.length, 3);
  assert.equal(stdout.match(/\(at most 10\)/g)?.length, 2);
  assert.match(stdout, /Everything ran\.\n$/);
});

test('the load bench runs with small numbers, and compiles the core once for each way to load it', () => {
  const { status, stdout, stderr } = bench('load', '--quick');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(stdout.match(/\(exactly 1: held\)/g)?.length, 8);
  assert.match(stdout, /Everything ran\.\n$/);
});

test('the speed bench runs with small numbers, gets the same result from each alternative, and reaches half of each goal', (t) => {
  const { status, stdout, stderr } = bench('speed', '--quick');
  const operations = stdout.split('Token responses by size')[0];
  for (const row of operations.split('\n').filter((text) => /^\S|times as fast/.test(text))) t.diagnostic(row);
  assert.equal(status, 0, stderr + stdout);
  assert.equal(stdout.match(/^  times as fast as .*half of that with --quick: held\)/gm)?.length, 8);
  assert.match(stdout, /Everything ran\.\n$/);
});

test('the crossings bench keeps the limits of its counts', () => {
  const { status, stdout, stderr } = bench('crossings', '--quick');
  assert.equal(status, 0, stderr + stdout);
  assert.equal(stdout.match(/\(at most [^)]*: held\)/g)?.length, 3);
  assert.match(stdout, /Everything ran\.\n$/);
});

/**
 * Checks the output of a bench that compares with the earlier build, or the message that this clone lacks that build.
 *
 * @param {ReturnType<typeof bench>} result
 * @param {(stdout: string) => void} check
 */
function assertCompared({ status, stdout, stderr }, check) {
  if (!hasHistory()) {
    assert.equal(status, 1, stdout);
    assert.match(stderr, /This bench compares with commit [0-9a-f]{7}, which this clone does not have: .*--unshallow/);
    return;
  }
  assert.equal(status, 0, stderr + stdout);
  check(stdout);
  assert.match(stdout, /Everything ran\.\n$/);
}

test('the cost bench runs with small numbers, and reaches half of its goal', () => {
  assertCompared(bench('cost', '--quick'), (stdout) => {
    assert.equal(stdout.match(/memory per connection/g)?.length, 2);
    assert.equal(stdout.match(/\(at least [^)]*: held\)/g)?.length, 1);
    assert.match(stdout, /evalsha +\d/);
  });
});

test('the start bench runs with small numbers, and reaches half of each goal', () => {
  assertCompared(bench('start', '--quick'), (stdout) => assert.equal(stdout.match(/\(at least [^)]*: held\)/g)?.length, 6));
});

test('the sync bench runs with small numbers, and reaches half of each goal', () => {
  assertCompared(bench('sync', '--quick'), (stdout) => assert.equal(stdout.match(/\(at least [^)]*: held\)/g)?.length, 6));
});

test('the rate-limit bench runs with small numbers, and reaches half of its goal', () => {
  assertCompared(bench('rate-limit', '--quick'), (stdout) => assert.equal(stdout.match(/\(at least [^)]*: held\)/g)?.length, 1));
});

test('the nocodb-start bench runs with small numbers', () => {
  const { status, stdout, stderr } = bench('nocodb-start', '--quick');
  assert.equal(status, 0, stderr + stdout);
  assert.equal(stdout.match(/\(at least [^)]*: held\)/g)?.length, 2);
  assert.match(stdout, /Everything ran\.\n$/);
});

test('the error for an unknown bench contains the name that was given, and lists all known names', () => {
  const { status, stderr } = bench('nothing');
  assert.equal(status, 1);
  assert.match(stderr, /There is no subject "nothing", only refresh, client, load, speed, crossings, cost, sync, start, nocodb-start, rate-limit\./);
});

test('a figure misses its limit if its value is above the limit, not a number, or not equal to an exact limit', () => {
  const full = { quick: false };
  assert.equal(misses({ value: 5, most: 5 }, full), false);
  assert.equal(misses({ value: 5.01, most: 5 }, full), true);
  assert.equal(misses({ value: Number.NaN, most: 5 }, full), true);
  assert.equal(misses({ value: 9, exactly: 10 }, full), true);
  assert.equal(misses({ value: 7 }, full), false);
});

test('a count above its upper limit misses the limit even with small numbers', () => {
  assert.equal(misses({ value: 25, upTo: 25 }, { quick: true }), false);
  assert.equal(misses({ value: 26, upTo: 25 }, { quick: true }), true);
});

test('a figure misses its goal if its value is not a number, or below the goal (with small numbers: below half of it)', () => {
  assert.equal(misses({ value: 4, least: 4 }, { quick: false }), false);
  assert.equal(misses({ value: 3.9, least: 4 }, { quick: false }), true);
  assert.equal(misses({ value: 3.9, least: 4 }, { quick: true }), false);
  assert.equal(misses({ value: 1.9, least: 4 }, { quick: true }), true);
  assert.equal(misses({ value: Number.NaN, least: 4 }, { quick: true }), true);
});

test('with small numbers, an exact limit is still checked, but an upper limit that depends on the machine is not', () => {
  assert.equal(misses({ value: 6, most: 5 }, { quick: true }), false);
  assert.equal(misses({ value: 9, exactly: 10 }, { quick: true }), true);
});

test('a line shows the value, the unit and the limit, and whether the value misses the limit', () => {
  const figure = { name: 'cost', value: 5.5, unit: 'µs', most: 5, note: '6 against 0.5' };
  const plain = (text) => text.replaceAll(/ +/g, ' ');
  assert.equal(plain(line(figure, { quick: false })), ' cost 5.50 µs (at most 5: MISSED) [6 against 0.5]');
  assert.equal(plain(line(figure, { quick: true })), ' cost 5.50 µs (at most 5) [6 against 0.5]');
});

test('a quantile is interpolated between the values', () => {
  assert.deepEqual([0, 0.25, 0.5, 1].map((at) => quantile([4, 1, 3, 2], at)), [1, 1.75, 2.5, 4]);
});
