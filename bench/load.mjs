/**
 * Measures what the WebAssembly costs at the start: the time from loading an entry point of the package to the first
 * authorization URL, in processes and pages that have loaded nothing before.
 *
 * In: whether this is a quick run. Out: figures, compared with the start of a login in hand-written JavaScript. Never: a load of
 * the package in this process. The programs in load/ load the package.
 *
 * Most of the measured programs build a URL without random values, like the URL in NocoDB's form. The other programs start a
 * login. A login needs random values, and a Node.js process takes milliseconds for its first random values, with or without this
 * package.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { node22 } from '../scripts/lib/npm.mjs';
import { quantile } from './lib/figures.mjs';
import { firstCallsInChromium } from './load/chromium.mjs';

export const title = 'Loading, and the first call';

const MAX_FIRST_CALL_MS = 15;

/** How long `doctor --help` may take, minus the time of a Node.js process that does nothing. */
const MAX_HELP_MS = 150;

export async function* measure({ quick }) {
  const times = quick ? 2 : 41;
  yield* inNode('Node.js 20', process.execPath, times);
  yield* inNode('Node.js 22', node22, times, MAX_FIRST_CALL_MS);
  yield* inChromium(quick ? 2 : 15);
  yield* onTheCommandLine(times);
}

const program = (name) => fileURLToPath(new URL(`load/${name}`, import.meta.url));
const NAME = 'nocodb-bitbucket-auth';

/** Runs a program in a process of its own, and returns its JSON output. */
async function printed(node, ...args) {
  const { stdout } = await promisify(execFile)(node, args);
  return JSON.parse(stdout);
}

const median = (results) => quantile(results.map(({ milliseconds }) => milliseconds), 0.5);
const ms = (value) => `${value.toFixed(2)} ms`;

async function* inNode(name, node, times, most) {
  yield `${name}: from require to the first authorization URL`;
  const ways = [`${NAME}/oauth`, `${NAME}/oauth by import`, `${NAME}/oauth, for a login`, NAME, 'by hand'];
  const results = Object.fromEntries(ways.map((way) => [way, []]));
  // In turns, because a machine's speed varies.
  for (let time = 0; time < times; time += 1) {
    for (const way of ways) results[way].push(await printed(node, program('first-call.cjs'), way));
  }
  const byHand = median(results['by hand']);
  for (const way of ways.slice(0, -1)) {
    const value = median(results[way]);
    const spread = [0.25, 0.75].map((at) => ms(quantile(results[way].map(({ milliseconds }) => milliseconds), at)));
    const note = `a login by hand ${ms(byHand)}; middle half ${spread.join(' to ')}`;
    yield { name: way, value, unit: 'ms', ...(most && way === ways[0] && { most }), note };
  }
  for (const way of ways.slice(0, -1)) {
    yield { name: `${way}: how often the core is compiled`, value: await compiled(node, way), exactly: 1 };
  }
}

/** How often the core is compiled when a program uses the loaded package repeatedly. */
const compiled = async (node, way) => (await printed(node, program('first-call.cjs'), way, 'count')).compiled;

async function* inChromium(times) {
  yield 'Chromium: from the start of a script, with the package bundled in, to the first authorization URL';
  const results = await firstCallsInChromium(times);
  for (const [way, values] of Object.entries(results)) yield { name: way, value: quantile(values, 0.5), unit: 'ms' };
}

async function* onTheCommandLine(times) {
  yield 'The command line under Node.js 22';
  const help = [fileURLToPath(new URL('../js/cli/main.js', import.meta.url)), 'doctor', '--help'];
  const differences = [];
  for (let time = 0; time < times; time += 1) {
    differences.push(await millisecondsOf(help) - await millisecondsOf(['-e', '0']));
  }
  yield {
    name: '`doctor --help`, on top of a process that does nothing',
    value: quantile(differences, 0.5), unit: 'ms', most: MAX_HELP_MS,
  };
}

/** The time of a Node.js 22 process from its start to its end. */
async function millisecondsOf(args) {
  const from = performance.now();
  await promisify(execFile)(node22, args);
  return performance.now() - from;
}
