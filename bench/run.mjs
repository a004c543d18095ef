// npm run bench [-- <subject>] [--quick] [--json]: measures, prints, and fails when a limit is missed.
//   --quick: small numbers, to see that everything runs. Limits of time and memory then mean nothing and are not held.
//   --json: also keeps the figures in bench/results.json, beside those of other subjects and versions of Node.js, and
//     writes the tables and the chart of docs/performance.md from them.
// A subject is a module beside this file. It gives its figures one by one, as it has them.
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
    if (json) await keep(name, parts);
  }
  if (missed.length > 0) throw new Problem(`Limits missed: ${missed.join('; ')}.`);
  say(quick ? '\nEverything ran.' : '\nAll limits are held.');
}

async function keep(subject, parts) {
  const path = new URL('results.json', import.meta.url);
  let results = {};
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch { /* there are none yet */ }
  const { versions: { node } } = process;
  (results[subject] ??= {})[`Node.js ${node.split('.')[0]}`] = { version: node, parts };
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  const { writeReport } = await import('./lib/report.mjs');
  writeReport(results);
}

await bench().catch(fail);
