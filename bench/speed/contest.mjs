/**
 * One operation by several contestants, in one process and in turns.
 *
 * In: an operation and who takes part. Out: times and ratios. What never happens here: a time of somebody whose result
 * is another than everybody's.
 */
import assert from 'node:assert/strict';
import { Bench } from 'tinybench';
import { quantile } from '../lib/figures.mjs';

/** How long a turn of one contestant shall take, in milliseconds: long against the clock and against a pause. */
const TURN = 2;

/** A call whose result, or whose error, is given. A text that is put together only when it is read counts as read. */
function callOf(operation, contestant) {
  const run = contestant[operation.uses];
  const { given, read, refused } = operation;
  if (read) {
    return () => {
      const result = run(...given);
      // Who promises it has spent a hundred times what reading takes.
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
    throw new Error('nothing was refused');
  };
}

/**
 * @param {import('./operations.mjs').Operation} operation
 * @param {Record<string, Record<string, Function>>} contestants the first is the one of whom ratios are told
 * @param {{ rounds: number }} sizes
 * @returns {Promise<Record<string, { microseconds: number, ratio: number }>>} medians; `ratio`: how many times as long
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

/** How many calls take that long, once they are warm. */
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
