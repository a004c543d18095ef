/**
 * Measures, in Node.js 22, how long NocoDB's start waits for the package, and how long the first use of a connection takes.
 *
 * In: the folders of the current build and of the previous one. Out: figures. Never: the package in this process. A
 * second process loads it with entry.cjs.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { node22 } from '../../scripts/lib/npm.mjs';
import { quantile } from '../lib/figures.mjs';
import { inTurns, medianRatio } from '../lib/turns.mjs';

/** The goal for loading: the current build must be at least this many times as fast as the previous build. */
const MIN_SPEEDUP = 4;

/** How many milliseconds longer the first use of a connection may take than with the previous build. */
const MAX_EXTRA_MS = 150;

const program = fileURLToPath(new URL('entry.cjs', import.meta.url));

const all = (results, part, of = 'clock') => results.map((result) => result[part][of]);
const median = (results, part, of) => quantile(all(results, part, of), 0.5);

/**
 * @param {{ today: string, before: string }} folders
 * @param {number} times
 */
export async function* startsInNode(folders, times) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const apiUrl = `http://127.0.0.1:${server.address().port}/2.0`;
  try {
    for (const load of ['require', 'import']) {
      const results = await inTurns(times, {
        today: () => started(folders.today, load, apiUrl),
        before: () => started(folders.before, load, apiUrl),
      });
      yield* figures(load, results);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Runs one measurement in a process of its own, and returns what it prints. */
async function started(folder, load, apiUrl) {
  const { stdout } = await promisify(execFile)(node22, [program, folder, load, apiUrl]);
  return JSON.parse(stdout);
}

function* figures(load, { today, before }) {
  yield `Node.js 22, by ${load}: entry, form and manifest, then the first request of a connection`;
  const times = (part) => medianRatio(all(before, part), all(today, part));
  const pair = (part, of) => [today, before].map((results) => median(results, part, of).toFixed(1)).join(' against ');
  const beside = (part) => `${pair(part)} ms; CPU time ${pair(part, 'processor')} ms`;
  yield {
    name: 'entry, form and manifest, times as fast',
    value: times('start'),
    unit: '×',
    least: MIN_SPEEDUP,
    note: beside('start'),
  };
  yield {
    name: 'the first request takes longer by',
    value: median(today, 'first') - median(before, 'first'),
    unit: 'ms',
    most: MAX_EXTRA_MS,
    note: beside('first'),
  };
  yield { name: 'both together, times as fast', value: times('both'), unit: '×', note: beside('both') };
  yield { name: 'the second request, times as fast', value: times('second'), unit: '×', note: beside('second') };
}
