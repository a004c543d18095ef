// npm run bench [-- <subject>] [--quick]: measures, prints, and fails when a limit is missed.
//   --quick: small numbers, to see that everything runs. Limits of time and memory then mean nothing and are not held.
// A subject is a module beside this file. It gives its figures one by one, as it has them.
import { parseArgs } from 'node:util';
import { fail, Problem, say } from '../scripts/lib/run.mjs';
import { line, misses } from './lib/figures.mjs';

const SUBJECTS = ['refresh', 'client', 'load'];

async function bench() {
  const { values: { quick }, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !SUBJECTS.includes(name));
  if (unknown !== undefined) throw new Problem(`There is no subject "${unknown}", only ${SUBJECTS.join(', ')}.`);
  const missed = [];
  for (const name of positionals.length > 0 ? positionals : SUBJECTS) {
    const { title, measure } = await import(`./${name}.mjs`);
    say(`\n=== ${title} (${name}), Node ${process.versions.node}${quick ? ', quick' : ''}`);
    for await (const figure of measure({ quick })) {
      say(typeof figure === 'string' ? `\n${figure}` : line(figure, { quick }));
      if (misses(figure, { quick })) missed.push(figure.name);
    }
  }
  if (missed.length > 0) throw new Problem(`Limits missed: ${missed.join('; ')}.`);
  say(quick ? '\nEverything ran.' : '\nAll limits are held.');
}

await bench().catch(fail);
