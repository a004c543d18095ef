// Measures how much longer one function takes than another. Both run in one process, in short alternating turns (ABBA …), because
// a machine's speed varies. Each round has one turn of each function, and a turn yields the median of its calls. The difference
// of the two medians is the result of the round. The final result is the median of the results of all rounds.
import { Bench } from 'tinybench';
import { quantile } from './figures.mjs';

/**
 * @param {() => Promise<unknown>} more
 * @param {() => Promise<unknown>} less
 * @param {{ rounds: number, calls: number }} sizes `calls`: how often each function is called in a round
 * @returns {Promise<{ more: number, less: number, difference: number, quartiles: [number, number] }>} microseconds
 */
export async function pairwise(more, less, { rounds, calls }) {
  const medians = [];
  // Warm-up rounds come first. They are not measured, and there is one for every ten measured rounds.
  const cold = Math.ceil(rounds / 10);
  for (let round = -cold; round < rounds; round += 1) {
    const bench = new Bench({ iterations: calls, time: 0, warmup: false, throws: true });
    const tasks = [['more', more], ['less', less]];
    for (const [name, task] of round % 2 === 0 ? tasks : tasks.toReversed()) bench.add(name, task, { async: true });
    await bench.run();
    const [one, other] = ['more', 'less'].map((name) => bench.getTask(name).result.latency.p50 * 1000);
    if (round >= 0) medians.push({ more: one, less: other, difference: one - other });
  }
  const of = (name, at = 0.5) => quantile(medians.map((round) => round[name]), at);
  return {
    more: of('more'),
    less: of('less'),
    difference: of('difference'),
    quartiles: [of('difference', 0.25), of('difference', 0.75)],
  };
}
