/**
 * Finds the command that the command line names, and runs it.
 *
 * In: the arguments. Out: the exit status: 0 for success, 1 for problems, 2 if the command could not run.
 * Never: an argument in the output (it may be a secret), or an import of a command that does not run.
 */

import { parseArgs } from 'node:util';
import { COMMANDS, helpOf, overview } from './options.js';

/** @typedef {import('./options.js').Command} Command */
/** @typedef {Record<string, string | boolean | undefined>} Options by name; options that were not given are absent */

/**
 * @typedef {object} ProcessInfo
 * @property {string} version of this package
 * @property {NodeJS.ProcessEnv} env
 */

/** Ends the program with status 2. The message contains no secret. */
export class UsageError extends Error {}

/** @type {Record<string, () => Promise<{ run: (options: Options, processInfo: ProcessInfo) => Promise<number> }>>} */
const RUNNERS = {
  doctor: () => import('./doctor.js'),
  'authorize-url': () => import('./authorize-url.js'),
  login: () => import('./login.js'),
};

/**
 * @param {string[]} args
 * @param {ProcessInfo} processInfo
 * @returns {Promise<number>}
 */
export async function run(args, processInfo) {
  try {
    const [name = '', ...rest] = args;
    if (['--help', '-h', 'help'].includes(name)) return print(overview());
    if (['--version', '-v'].includes(name)) return print(processInfo.version);
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(name === '' ? overview() : 'Unknown command. See --help.');
    const options = read(command, rest);
    if (options.help) return print(helpOf(name));
    const runner = await RUNNERS[name]();
    return await runner.run(options, processInfo);
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : `The command failed: ${describeError(error)}`);
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
    throw new UsageError(`${describeMisuse(error)} See --help.`);
  }
}

/**
 * Describes what is wrong with the arguments, but not in the words of Node.js, whose message repeats the arguments.
 *
 * @param {unknown} error
 */
function describeMisuse(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const [, name] = /'-{1,2}([a-z][a-z-]{1,20})\b/.exec(message) ?? [];
  const option = Object.values(COMMANDS).map(({ options }) => Object.entries(options)).flat().find(([each]) => each === name)?.[1];
  const isKnown = option !== undefined;
  const about = isKnown ? `--${name}` : 'An option';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return isKnown ? `${about} belongs to another command.` : 'Unknown option.';
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    return option?.type === 'string' ? `${about} needs a value.` : `${about} takes no value.`;
  }
  return 'Too many arguments.';
}

/**
 * Describes an error. The description of an error from other code contains only its code or its name, because its message may
 * repeat arguments.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function describeError(error) {
  if (!(error instanceof Error)) return 'unknown reason.';
  if (error.name === 'BitbucketAuthError' || error instanceof UsageError) return error.message;
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  return `an unexpected error (${typeof code === 'string' && /^\w+$/.test(code) ? code : error.name}).`;
}
