// Runs several alternatives in turns, because a machine's speed varies.
import { quantile } from './figures.mjs';

/**
 * @template T
 * @param {number} times
 * @param {Record<string, () => Promise<T>>} ways
 * @returns {Promise<Record<string, T[]>>} the results of each; without the first turn, which reads files that are not cached
 */
export async function inTurns(times, ways) {
  /** @type {Record<string, any[]>} */
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let time = -1; time < times; time += 1) {
    const names = Object.keys(ways);
    for (const name of time % 2 === 0 ? names : names.toReversed()) {
      const result = await ways[name]();
      if (time >= 0) results[name].push(result);
    }
  }
  return results;
}

/**
 * How many times as much one alternative takes as another: the median of the ratios in each turn.
 *
 * @param {number[]} more
 * @param {number[]} less
 */
export const timesAsMuch = (more, less) => quantile(more.map((value, turn) => value / less[turn]), 0.5);
