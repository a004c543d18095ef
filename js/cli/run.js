/**
 * Finds the command that was asked for, and runs it.
 *
 * In: the arguments. Out: an exit status: 0, 1 when there are problems, 2 when the command could not run. What never
 * happens here: an argument is repeated that may be a secret, or a command's code is loaded for another command or for help.
 */

import { parseArgs } from 'node:util';
import { COMMANDS, helpOf, overview } from './options.js';

/** @typedef {import('./options.js').Command} Command */
/** @typedef {Record<string, string | boolean | undefined>} Options by their names; what is not given is absent */

/**
 * @typedef {object} Surroundings
 * @property {string} version of this package
 * @property {NodeJS.ProcessEnv} env
 */

/** A reason to end with status 2. It holds no secret. */
export class CannotRun extends Error {}

/** @type {Record<string, () => Promise<{ run: (options: Options, surroundings: Surroundings) => Promise<number> }>>} */
const RUNNERS = {
  doctor: () => import('./doctor.js'),
  'authorize-url': () => import('./authorize-url.js'),
  login: () => import('./login.js'),
};

/**
 * @param {string[]} args
 * @param {Surroundings} surroundings
 * @returns {Promise<number>}
 */
export async function run(args, surroundings) {
  try {
    const [name = '', ...rest] = args;
    if (['--help', '-h', 'help'].includes(name)) return print(overview());
    if (['--version', '-v'].includes(name)) return print(surroundings.version);
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new CannotRun(name === '' ? overview() : 'There is no such command. See --help.');
    const options = read(command, rest);
    if (options.help) return print(helpOf(name));
    const runner = await RUNNERS[name]();
    return await runner.run(options, surroundings);
  } catch (error) {
    console.error(error instanceof CannotRun ? error.message : `This could not run: ${plainly(error)}`);
    return 2;
  }
}

/** @param {string} text */
function print(text) {
  console.log(text);
  return 0;
}

/**
 * @param {Command} command
 * @param {string[]} args
 * @returns {Options}
 */
function read({ options }, args) {
  try {
    const { values } = parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } }, strict: true });
    return /** @type {Options} */ (values);
  } catch (error) {
    throw new CannotRun(`${misuse(error)} See --help.`);
  }
}

/**
 * What is wrong with the arguments. Node.js' own words would repeat them.
 *
 * @param {unknown} error
 */
function misuse(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const [, name] = /'-{1,2}([a-z][a-z-]{1,20})\b/.exec(message) ?? [];
  const option = Object.values(COMMANDS).map(({ options }) => Object.entries(options)).flat().find(([each]) => each === name)?.[1];
  const isKnown = option !== undefined;
  const about = isKnown ? `--${name}` : 'An option';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return isKnown ? `${about} is for another command.` : 'There is no such option.';
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    return option?.type === 'string' ? `${about} needs a value.` : `${about} has a value and needs none.`;
  }
  return 'There is an argument too many.';
}

/**
 * An error in plain words. Errors of this package have them; of others only the code is told, since their texts may repeat
 * what they were given.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function plainly(error) {
  if (!(error instanceof Error)) return 'for an unknown reason.';
  if (error.name === 'BitbucketAuthError' || error instanceof CannotRun) return error.message;
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  return `an unexpected error (${typeof code === 'string' && /^\w+$/.test(code) ? code : error.name}).`;
}
