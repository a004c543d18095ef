// Measures how much longer one function takes than another. Both run in one process, in short alternating turns (ABBA …), because
// a machine's speed varies. Each round has one turn of each function, and a turn yields the median of its calls. The result is
// the median of the differences between the two medians of each round.
import { Bench } from 'tinybench';
import { quantile } from './figures.mjs';

/**
 * @param {() => Promise<unknown>} more
 * @param {() => Promise<unknown>} less
 * @param {{ rounds: number, calls: number }} sizes `calls`: of each function in a round
 * @returns {Promise<{ more: number, less: number, difference: number, quartiles: [number, number] }>} microseconds
 */
export async function pairwise(more, less, { rounds, calls }) {
  const medians = [];
  // Rounds for warming up come first, a tenth of the number of the measured rounds.
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
