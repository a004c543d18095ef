/**
 * How the program prints.
 *
 * In: findings. Out: lines on a terminal or a pipe, or JSON. What never happens here: an escape code on a pipe, unless
 * FORCE_COLOR asks for it.
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
 * Whether colours are wanted there (no-color.org, force-color.org).
 *
 * @param {Stream} stream
 * @param {NodeJS.ProcessEnv} env
 */
export function isColored(stream, env) {
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  // Node.js looks at NO_COLOR and at the kind of terminal.
  return Boolean(stream.isTTY && stream.hasColors(16, env));
}

/**
 * @param {Finding} finding
 * @param {boolean} colored
 * @returns {string} one line
 */
export function lineOf({ verdict, text, cure }, colored) {
  const { sign, color } = SIGNS[verdict];
  // The colours of Node.js are for its own standard output, unless it is told that somebody else has looked.
  const shown = colored ? styleText(color, sign, /** @type {any} */ ({ validateStream: false })) : sign;
  return `${shown} ${cure ? `${text} ${cure}` : text}`;
}

/**
 * @param {string} text
 * @returns {string} without control characters, line breaks among them
 */
export function plain(text) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/**
 * Something that turns while somebody waits.
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
