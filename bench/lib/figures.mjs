// What a figure looks like on the terminal, and whether it misses its limit.

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string} [unit]
 * @property {number} [least] the goal, of a ratio within one run; under --quick half of it has to be reached
 * @property {number} [most] the limit, of something that the machine has a say in
 * @property {number} [upTo] the limit of a count that comes out the same everywhere
 * @property {number} [exactly] the limit, of something that must come out the same everywhere
 * @property {string} [note] what it was measured beside, as machines differ
 */

const shown = (value) => (Number.isInteger(value) ? value.toLocaleString('en-GB') : value.toFixed(2));

/** Numbers as they count under --quick: too few for a limit that is not exact. */
export function misses({ value, least, most, upTo, exactly }, { quick }) {
  if (least !== undefined) return !(value >= (quick ? least / 2 : least));
  if (exactly !== undefined) return value !== exactly;
  if (upTo !== undefined) return !(value <= upTo);
  return most !== undefined && !quick && !(value <= most);
}

/** @param {Figure} figure */
export function line(figure, { quick }) {
  const { name, value, unit = '', least, most, upTo, exactly, note } = figure;
  const limit = least !== undefined ? `at least ${shown(least)}${quick ? ', half of it here' : ''}`
    : exactly !== undefined ? `exactly ${shown(exactly)}`
    : (upTo ?? most) !== undefined && `at most ${shown(upTo ?? most)}`;
  const verdict = misses(figure, { quick }) ? 'MISSED' : 'held';
  const isHeldUp = [exactly, upTo, least].some((bound) => bound !== undefined) || (most !== undefined && !quick);
  return [
    `  ${name.padEnd(58)} ${shown(value).padStart(9)} ${unit}`.trimEnd(),
    limit && (isHeldUp ? `(${limit}: ${verdict})` : `(${limit})`),
    note && `[${note}]`,
  ].filter(Boolean).join('  ');
}

/** @param {number[]} values */
export function quantile(values, at) {
  const sorted = values.toSorted((a, b) => a - b);
  const index = (sorted.length - 1) * at;
  const below = Math.floor(index);
  const rest = index - below;
  return sorted[below] * (1 - rest) + (sorted[below + 1] ?? sorted[below]) * rest;
}
