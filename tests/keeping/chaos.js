#!/usr/bin/env node
/**
 * The chaos as a command: runs seeds, says how many connections were saved, and tells the story of each seed in which
 * one was lost.
 */
import { parseArgs } from 'node:util';
import { runSeed } from './support/chaos-seed.js';

const USAGE = `usage: npm run chaos -- [options]

  --seeds N   how many (200)
  --first N   the first of them (1)
  --jobs N    how many at a time (8)
  --help
`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      first: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '8' },
      help: { type: 'boolean', default: false },
    },
  });
  const wrong = ['seeds', 'first', 'jobs'].find((name) => !/^[1-9]\d{0,8}$/.test(values[name]));
  if (wrong) throw new TypeError(`--${wrong} takes a whole number, 1 or more`);
  return { help: values.help, seeds: Number(values.seeds), first: Number(values.first), jobs: Number(values.jobs) };
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
  const { seeds, first, jobs } = options;
  const begun = performance.now();
  const counts = { saved: 0, unavoidable: 0, lost: 0, failed: 0 };
  let next = first;
  const work = async () => {
    while (next < first + seeds) {
      const seed = next;
      next += 1;
      const { saved, unavoidable, lost, problems, timeline } = await runSeed(seed);
      counts.saved += saved.length;
      counts.unavoidable += unavoidable.length;
      counts.lost += lost.length;
      if (problems.length === 0) continue;
      counts.failed += 1;
      const story = timeline.map((line) => `  ${line}`).join('\n');
      process.stdout.write(`seed ${seed} (again with --first ${seed} --seeds 1):\n${story}\n\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  process.stdout.write(`${seeds} seeds in ${seconds} s, ${counts.failed} with problems\n`
    + `saved ${counts.saved}, lost unavoidably ${counts.unavoidable}, lost ${counts.lost}\n`);
  return counts.failed === 0 && counts.lost === 0 ? 0 : 1;
}

process.exitCode = await main();
