#!/usr/bin/env node
/**
 * The command `npm run chaos`: runs seeds of the chaos test, prints how many connections were saved, and prints the timeline of
 * each seed that had a problem. With `nocodb`, the seeds run in real NocoDBs.
 */
import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { Problem, whenNpmIsGone } from '../../scripts/lib/run.mjs';
import { setup } from '../../scripts/setup.mjs';
import { runSeed } from './support/chaos-seed.js';
import { runNocodbChaos } from './support/nocodb/run.js';
import { tell } from './support/nocodb/verdict.js';

const USAGE = `usage: npm run chaos -- [nocodb] [options]

  --seeds N   how many (200; with nocodb 1)
  --first N   the first of them (1)
  --jobs N    how many at a time (8; with nocodb always 1)
  --help

With nocodb: a main process and a worker of the real NocoDB on a real PostgreSQL and a real Redis, 20 callers each. In
ten expiries there are five SIGKILLs, a restart of the main process, and 20 s without PostgreSQL. What that needs is
installed first; then it takes four minutes a seed, or longer on a busy machine.
`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '8' },
      help: { type: 'boolean', default: false },
    },
  });
  const inNocodb = positionals[0] === 'nocodb';
  if (positionals.length > (inNocodb ? 1 : 0)) throw new TypeError('the only argument is "nocodb"');
  values.seeds ??= inNocodb ? '1' : '200';
  const wrong = ['seeds', 'first', 'jobs'].find((name) => !/^[1-9]\d{0,8}$/.test(values[name]));
  if (wrong) throw new TypeError(`--${wrong} takes a whole number, 1 or more`);
  const [seeds, first, jobs] = [values.seeds, values.first, values.jobs].map(Number);
  return { help: values.help, inNocodb, seeds, first, jobs: inNocodb ? 1 : jobs };
}

async function runInProcesses(seed) {
  const { saved, unavoidable, lost, problems, timeline } = await runSeed(seed);
  const story = timeline.map((line) => `  ${line}`).join('\n');
  return {
    saved: saved.length,
    unavoidable: unavoidable.length,
    lost: lost.length,
    isPassed: problems.length === 0,
    text: problems.length === 0 ? '' : `seed ${seed} (again with --first ${seed} --seeds 1):\n${story}\n\n`,
  };
}

/** Runs a seed in real NocoDBs. If the signal is aborted, ends everything that the run started, and then rejects. */
async function runInNocodb(seed, signal) {
  process.stdout.write(`seed ${seed}:\n`);
  const result = await runNocodbChaos(seed, { signal, say: (line) => process.stdout.write(`  ${line}\n`) });
  return { ...result, text: `\n${tell(result).join('\n')}\n\n` };
}

/**
 * Returns a signal that is aborted when this process receives SIGINT, SIGTERM or SIGHUP, or when the npm that started this
 * process has ended. The reason of the abort is the exit status.
 */
function whenInterrupted() {
  const stopping = new AbortController();
  // Each call that has not ended adds a listener.
  setMaxListeners(0, stopping.signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => stopping.abort(128 + constants.signals[name]));
  }
  whenNpmIsGone(() => stopping.abort(128 + constants.signals.SIGTERM));
  return stopping.signal;
}

async function main() {
  let options;
  try {
    options = readArguments();
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { inNocodb, seeds, first, jobs } = options;
  let interruption;
  if (inNocodb) {
    await setup('chaos');
    interruption = whenInterrupted();
  }
  const begun = performance.now();
  const counts = { saved: 0, unavoidable: 0, lost: 0, failed: 0 };
  let next = first;
  const work = async () => {
    while (next < first + seeds) {
      const seed = next;
      next += 1;
      const { saved, unavoidable, lost, isPassed, text } = await (inNocodb
        ? runInNocodb(seed, interruption) : runInProcesses(seed));
      counts.saved += saved;
      counts.unavoidable += unavoidable;
      counts.lost += lost;
      if (!isPassed) counts.failed += 1;
      process.stdout.write(text);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  } catch (error) {
    if (interruption?.aborted) return interruption.reason;
    throw error;
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  process.stdout.write(`${seeds} seeds in ${seconds} s, ${counts.failed} with problems\n`
    + `saved ${counts.saved}, lost unavoidably ${counts.unavoidable}, lost ${counts.lost}\n`);
  return counts.failed === 0 && counts.lost === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(error instanceof Problem ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
