// npm test: does its own set-up, runs all suites, and prints how many tests passed and failed.
//   node scripts/test.mjs [--suite checks|native|browser|node|package|pages|keeping|e2e]
// A skipped test, a suite without tests and a crashed test runner count as failed.
import { parseArgs } from 'node:util';
import { Problem, say } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** Runs the set-up and the suites. A suite that throws counts as one failure; the other suites still run. */
async function runSuites(wanted) {
  await setup('test');
  const { suites } = await import('./lib/suites.mjs');
  const chosen = suites.filter(({ name }) => !wanted || name === wanted);
  if (chosen.length === 0) throw new Problem(`--suite must be one of ${suites.map(({ name }) => name).join(', ')}.`);
  const results = [];
  for (const { name, title, start } of chosen) {
    say(`\n=== ${title} (${name})\n`);
    try {
      results.push({ name, ...(await start()) });
    } catch (error) {
      console.error(error instanceof Problem ? error.message : error);
      results.push({ name, passed: 0, failed: 1, notes: ['ended early'] });
    }
  }
  return results;
}

let results;
try {
  results = await runSuites(parseArgs({ options: { suite: { type: 'string' } } }).values.suite);
} catch (error) {
  console.error(error instanceof Problem ? `\n${error.message}` : error);
  results = [{ name: 'set-up', passed: 0, failed: 1, notes: ['ended early'] }];
}
say('\nsuite      passed  failed');
for (const { name, passed, failed, notes } of results) {
  say(`${name.padEnd(9)} ${String(passed).padStart(7)} ${String(failed).padStart(7)}  ${notes.join('; ')}`.trimEnd());
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
say(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
