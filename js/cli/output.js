/**
 * Formats the output of the program.
 *
 * In: findings (the results of `doctor`). Out: lines for a terminal or a pipe. Never: an escape code in a line for a pipe, unless
 * FORCE_COLOR requires colours.
 */

import { styleText } from 'node:util';

/** @typedef {import('./doctor.js').Finding} Finding */
/** @typedef {import('node:tty').WriteStream} Stream */

/** @type {Record<Finding['verdict'], { sign: string, color: 'green' | 'red' | 'yellow' | 'gray' }>} */
const SIGNS = {
  good: { sign: '✓', color: 'green' },
  bad: { sign: '✗', color: 'red' },
  warning: { sign: '!', color: 'yellow' },
  skipped: { sign: '-', color: 'gray' },
};

/**
 * Whether to use colours (no-color.org, force-color.org).
 *
 * @param {Stream} stream
 * @param {NodeJS.ProcessEnv} env
 */
export function isColored(stream, env) {
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  // `hasColors` respects NO_COLOR and the type of the terminal.
  return Boolean(stream.isTTY && stream.hasColors(16, env));
}

/**
 * @param {Finding} finding
 * @param {boolean} colored
 * @returns {string} one line
 */
export function formatFinding({ verdict, text, cure }, colored) {
  const { sign, color } = SIGNS[verdict];
  // By default, `styleText` decides itself whether standard output gets colours. `validateStream: false` turns this off, because
  // `isColored` has already decided.
  const shown = colored ? styleText(color, sign, /** @type {any} */ ({ validateStream: false })) : sign;
  return `${shown} ${cure ? `${text} ${cure}` : text}`;
}

/**
 * @param {string} text
 * @returns {string} without control characters and line breaks
 */
export function stripControlCharacters(text) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/**
 * Creates a spinner for a terminal. If the stream is not a terminal, or the variable CI is set, the spinner prints nothing.
 *
 * @param {Stream} stream
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ show: (text: string) => void, hide: () => void }>}
 */
export async function createSpinner(stream, env) {
  if (!stream.isTTY || env.CI) return { show: () => {}, hide: () => {} };
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ stream });
  return {
    show: (text) => {
      spinner.text = text;
      spinner.start();
    },
    hide: () => void spinner.stop(),
  };
}
