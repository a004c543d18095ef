/**
 * Runs one operation with several contestants, in one process and in turns.
 *
 * In: an operation and its contestants. Out: times and ratios. Never: a time for a contestant whose result differs from the
 * others' results.
 */
import assert from 'node:assert/strict';
import { Bench } from 'tinybench';
import { quantile } from '../lib/figures.mjs';

/**
 * Duration of a contestant's turn in milliseconds. It is long compared with the clock's resolution and with pauses of the
 * process.
 */
const TURN = 2;

/**
 * Returns a function that calls the contestant and returns its result or its error. If the contestant builds a string lazily, the
 * function also reads that string.
 */
function callOf(operation, contestant) {
  const run = contestant[operation.uses];
  const { given, read, refused } = operation;
  if (read) {
    return () => {
      const result = run(...given);
      // If the result is a promise, its string is not read. Settling the promise takes a hundred times as long as reading the
      // string, so the time would be almost the same.
      if (!(result instanceof Promise)) read(result);
      return result;
    };
  }
  if (!refused) return () => run(...given);
  return () => {
    try {
      run(...operation.given);
    } catch (error) {
      return error;
    }
    throw new Error('the operation did not throw');
  };
}

/**
 * @param {import('./operations.mjs').Operation} operation
 * @param {Record<string, Record<string, Function>>} contestants by name; ratios are relative to the first one
 * @param {{ rounds: number }} sizes
 * @returns {Promise<Record<string, { microseconds: number, ratio: number }>>} medians; `ratio` is the
 *   time of the contestant divided by that of the first one
 */
export async function contest(operation, contestants, { rounds }) {
  const taking = Object.entries(contestants).filter(([, contestant]) => contestant[operation.uses]);
  const [[first]] = taking;
  let expected;
  const tasks = [];
  for (const [name, contestant] of taking) {
    const call = callOf(operation, contestant);
    const given = call();
    const isAsync = given instanceof Promise;
    const result = await operation.result(await given);
    expected ??= result;
    assert.deepEqual(result, expected, `${name} gives another result for ${operation.title}`);
    tasks.push({ name, call, isAsync, calls: await callsIn(TURN, call, isAsync) });
  }
  const times = Object.fromEntries(taking.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const bench = new Bench({ iterations: 3, time: 0, warmup: false, throws: true });
    for (const { name, call, isAsync, calls } of round % 2 ? tasks.toReversed() : tasks) {
      bench.add(name, turnOf(call, isAsync, calls), { async: isAsync });
    }
    await bench.run();
    for (const { name, calls } of tasks) times[name].push(bench.getTask(name).result.latency.p50 * 1000 / calls);
  }
  return Object.fromEntries(taking.map(([name]) => [name, {
    microseconds: quantile(times[name], 0.5),
    ratio: quantile(times[name].map((time, round) => time / times[first][round]), 0.5),
  }]));
}

const turnOf = (call, isAsync, calls) => (isAsync
  ? async () => {
    for (let at = 0; at < calls; at += 1) await call();
  }
  : () => {
    for (let at = 0; at < calls; at += 1) call();
  });

/** Returns how many calls take this many milliseconds. The measurement starts after a warm-up. */
async function callsIn(milliseconds, call, isAsync) {
  let calls = 1;
  const end = performance.now() + 100 * milliseconds;
  for (;;) {
    const start = performance.now();
    await turnOf(call, isAsync, calls)();
    const took = performance.now() - start;
    if (performance.now() > end && took > milliseconds / 2) return Math.max(1, Math.round(calls * milliseconds / took));
    if (took < milliseconds) calls *= 2;
  }
}
