/**
 * The command `doctor`: runs the checks and prints their findings.
 *
 * In: the environment of the NocoDB process, and options. Out: a line for each finding, or one JSON object, and the exit
 * status. Never: a failed check that stops the other checks, or a skipped check that counts as good.
 */

import { createContext } from './context.js';
import { createSpinner, formatFinding, isColored, stripControlCharacters } from './output.js';
import { describeError } from './run.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').ProcessInfo} ProcessInfo */

/**
 * @typedef {object} Finding
 * @property {'good' | 'bad' | 'warning' | 'skipped'} verdict
 * @property {string} text the result, and for a problem its cause: one or two sentences without a secret
 * @property {string} [cure] what to do about the problem
 */

/**
 * @typedef {object} Check
 * @property {(context: Context) => Finding | Finding[] | Promise<Finding | Finding[]>} run
 */

/** The files in checks/, in the order of the output. The JSON output contains these names, so they must not change. */
const CHECKS = [
  'node', 'variables', 'key-and-secret', 'redirect-uri', 'endpoints', 'clock', 'client', 'scopes', 'redis', 'processes', 'nocodb',
  'preload', 'token',
];

/**
 * @param {Options} options
 * @param {ProcessInfo} processInfo
 * @returns {Promise<number>} 0, or 1 when there are problems
 */
export async function run(options, processInfo) {
  const context = await createContext(options, processInfo);
  // The checks run at the same time, because they mostly wait for responses. The output keeps the order of the list.
  const running = CHECKS.map((name) => ({ name, findings: findingsOf(name, context) }));
  const problems = options.json ? await printJson(running, context) : await printLines(running, processInfo.env);
  return problems > 0 ? 1 : 0;
}

/**
 * @param {string} name of a check
 * @param {Context} context
 * @returns {Promise<Finding[]>}
 */
async function findingsOf(name, context) {
  try {
    const { default: check } = /** @type {{ default: Check }} */ (await import(`./checks/${name}.js`));
    return [await check.run(context)].flat().map(sanitize);
  } catch (error) {
    return [{ verdict: 'bad', text: `This check failed: ${describeError(error)}` }];
  }
}

/**
 * Removes control characters: some of the text comes from a server's response.
 *
 * @param {Finding} finding
 * @returns {Finding}
 */
function sanitize({ verdict, text, cure }) {
  return { verdict, text: stripControlCharacters(text), ...(cure !== undefined && { cure: stripControlCharacters(cure) }) };
}

/** @typedef {{ name: string, findings: Promise<Finding[]> }[]} Running */

/** @param {Finding[]} findings */
const countProblems = (findings) => findings.filter(({ verdict }) => verdict === 'bad').length;

/**
 * @param {Running} running
 * @param {Context} context
 * @returns {Promise<number>} the number of problems
 */
async function printJson(running, { version, node }) {
  const checks = await Promise.all(running.map(async ({ name, findings }) =>
    (await findings).map((finding) => ({ name, ...finding }))));
  const problems = countProblems(checks.flat());
  console.log(JSON.stringify({ version, node, checks: checks.flat(), problems }, undefined, 2));
  return problems;
}

/**
 * @param {Running} running
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the number of problems
 */
async function printLines(running, env) {
  const colored = isColored(process.stdout, env);
  const spinner = await createSpinner(process.stdout, env);
  let problems = 0;
  for (const { name, findings } of running) {
    spinner.show(name);
    const found = await findings;
    spinner.hide();
    for (const finding of found) console.log(formatFinding(finding, colored));
    problems += countProblems(found);
  }
  console.log(problems === 0 ? '\nNo problem was found.' : `\n${problems} ${problems === 1 ? 'problem' : 'problems'}.`);
  return problems;
}
