// npm run bench [-- <subject>] [--quick] [--json]: measures, prints the figures, and fails if a figure misses its limit.
//   --quick: small sizes, to check that everything runs. A ratio has to reach only half of its lower limit, and upper limits of
//     values that depend on the machine are not enforced.
//   --json: also saves the figures in bench/results.json, next to those of other subjects and versions of Node.js, and updates
//     the tables and the chart of docs/performance.md.
// A subject is a module in this folder, which yields its figures one by one.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fail, Problem, say } from '../scripts/lib/run.mjs';
import { line, misses } from './lib/figures.mjs';

const SUBJECTS = ['refresh', 'client', 'load', 'speed', 'crossings', 'cost', 'sync', 'start', 'nocodb-start', 'rate-limit'];

async function bench() {
  const { values: { quick, json }, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !SUBJECTS.includes(name));
  if (unknown !== undefined) throw new Problem(`There is no subject "${unknown}", only ${SUBJECTS.join(', ')}.`);
  const missed = [];
  for (const name of positionals.length > 0 ? positionals : SUBJECTS) {
    const { title, measure } = await import(`./${name}.mjs`);
    say(`\n=== ${title} (${name}), Node ${process.versions.node}${quick ? ', quick' : ''}`);
    const parts = [];
    for await (const figure of measure({ quick })) {
      say(typeof figure === 'string' ? `\n${figure}` : line(figure, { quick }));
      if (typeof figure === 'string') parts.push({ title: figure, figures: [] });
      else parts.at(-1).figures.push(figure);
      if (misses(figure, { quick })) missed.push(`${parts.at(-1).title}: ${figure.name}`);
    }
    if (json) await saveResults(name, parts);
  }
  if (missed.length > 0) throw new Problem(`Limits missed: ${missed.join('; ')}.`);
  say(quick ? '\nEverything ran.' : '\nAll figures are within their limits.');
}

async function saveResults(subject, parts) {
  const path = new URL('results.json', import.meta.url);
  let results = {};
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch { /* no results are saved yet */ }
  const { versions: { node } } = process;
  (results[subject] ??= {})[`Node.js ${node.split('.')[0]}`] = { version: node, parts };
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  const { writeReport } = await import('./lib/report.mjs');
  writeReport(results);
}

await bench().catch(fail);
