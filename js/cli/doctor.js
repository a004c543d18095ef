/**
 * The command `doctor`: runs the checks and prints what they found.
 *
 * In: the environment of the NocoDB process, and options. Out: a line for each finding, or one JSON object, and the exit
 * status. What never happens here: a check that fails keeps others from running, or a skipped check counts as good.
 */

import { createContext } from './context.js';
import { createSpinner, isColored, lineOf, plain } from './output.js';
import { plainly } from './run.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').Surroundings} Surroundings */

/**
 * @typedef {object} Finding
 * @property {'good' | 'bad' | 'warning' | 'skipped'} verdict
 * @property {string} text what is so, and of a problem the cause; one sentence or two, and no secret
 * @property {string} [cure] what to do about it
 */

/**
 * @typedef {object} Check
 * @property {(context: Context) => Finding | Finding[] | Promise<Finding | Finding[]>} run
 */

/** The files in checks/, in the order in which they are printed. Their names are in JSON, and stay. */
const CHECKS = [
  'node', 'variables', 'key-and-secret', 'redirect-uri', 'endpoints', 'clock', 'client', 'scopes', 'redis', 'processes', 'nocodb',
  'preload', 'token',
];

/**
 * @param {Options} options
 * @param {Surroundings} surroundings
 * @returns {Promise<number>} 0, or 1 when there are problems
 */
export async function run(options, surroundings) {
  const context = await createContext(options, surroundings);
  // All at once, as they mostly wait; they are printed in their order.
  const running = CHECKS.map((name) => ({ name, findings: findingsOf(name, context) }));
  const problems = options.json ? await printJson(running, context) : await printLines(running, surroundings.env);
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
    return [await check.run(context)].flat().map(inPlainText);
  } catch (error) {
    return [{ verdict: 'bad', text: `This check could not be made: ${plainly(error)}` }];
  }
}

/**
 * Some of the words are out of somebody's answer.
 *
 * @param {Finding} finding
 * @returns {Finding}
 */
function inPlainText({ verdict, text, cure }) {
  return { verdict, text: plain(text), ...(cure !== undefined && { cure: plain(cure) }) };
}

/** @typedef {{ name: string, findings: Promise<Finding[]> }[]} Running */

/** @param {Finding[]} findings */
const problemsIn = (findings) => findings.filter(({ verdict }) => verdict === 'bad').length;

/**
 * @param {Running} running
 * @param {Context} context
 * @returns {Promise<number>} how many problems there are
 */
async function printJson(running, { version, node }) {
  const checks = await Promise.all(running.map(async ({ name, findings }) =>
    (await findings).map((finding) => ({ name, ...finding }))));
  const problems = problemsIn(checks.flat());
  console.log(JSON.stringify({ version, node, checks: checks.flat(), problems }, undefined, 2));
  return problems;
}

/**
 * @param {Running} running
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} how many problems there are
 */
async function printLines(running, env) {
  const colored = isColored(process.stdout, env);
  const spinner = await createSpinner(process.stdout, env);
  let problems = 0;
  for (const { name, findings } of running) {
    spinner.show(name);
    const found = await findings;
    spinner.hide();
    for (const finding of found) console.log(lineOf(finding, colored));
    problems += problemsIn(found);
  }
  console.log(problems === 0 ? '\nNo problem was found.' : `\n${problems} ${problems === 1 ? 'problem' : 'problems'}.`);
  return problems;
}
