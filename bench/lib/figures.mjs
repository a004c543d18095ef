// How a figure is printed, and whether it misses its limit.

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string} [unit]
 * @property {number} [least] lower limit of a ratio within one run; --quick requires half of it
 * @property {number} [most] upper limit of a value that depends on the machine
 * @property {number} [upTo] upper limit of a count that is the same on every machine
 * @property {number} [exactly] required value of a count that is the same on every machine
 * @property {string} [note] details, for example the two times behind a ratio, which differ between machines
 */

const shown = (value) => (Number.isInteger(value) ? value.toLocaleString('en-GB') : value.toFixed(2));

/** Whether a figure misses its limit. With --quick, the sizes are too small for limits that depend on the machine. */
export function misses({ value, least, most, upTo, exactly }, { quick }) {
  if (least !== undefined) return !(value >= (quick ? least / 2 : least));
  if (exactly !== undefined) return value !== exactly;
  if (upTo !== undefined) return !(value <= upTo);
  return most !== undefined && !quick && !(value <= most);
}

/** @param {Figure} figure */
export function line(figure, { quick }) {
  const { name, value, unit = '', least, most, upTo, exactly, note } = figure;
  const limit = least !== undefined ? `at least ${shown(least)}${quick ? ', half of that with --quick' : ''}`
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
