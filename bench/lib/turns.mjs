// Runs several alternatives in turns, so that changes in the machine's speed affect all of them.
import { quantile } from './figures.mjs';

/**
 * @template T
 * @param {number} times
 * @param {Record<string, () => Promise<T>>} alternatives
 * @returns {Promise<Record<string, T[]>>} the results of each alternative, without the first round, which reads uncached files
 */
export async function inTurns(times, alternatives) {
  /** @type {Record<string, any[]>} */
  const results = Object.fromEntries(Object.keys(alternatives).map((name) => [name, []]));
  for (let time = -1; time < times; time += 1) {
    const names = Object.keys(alternatives);
    for (const name of time % 2 === 0 ? names : names.toReversed()) {
      const result = await alternatives[name]();
      if (time >= 0) results[name].push(result);
    }
  }
  return results;
}

/**
 * How many times as long the slower alternative takes as the faster one: the median of the ratios of all rounds.
 *
 * @param {number[]} slower
 * @param {number[]} faster
 */
export const medianRatio = (slower, faster) => quantile(slower.map((value, round) => value / faster[round]), 0.5);
