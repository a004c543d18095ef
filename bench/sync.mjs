/**
 * Measures long syncs: how long it takes to read a list of thousands of pull requests over a slow link.
 *
 * The contestants are the current build, the previous build and a bare Axios.
 *
 * In: whether this is a quick run. Out: figures, each with its goal. Never: a measurement in this process. The modules in sync/
 * measure each contestant in a process of its own, and the simulator runs in another process.
 */
import { pathToFileURL } from 'node:url';
import { before } from './lib/before.mjs';
import { config, connect, control } from './lib/connections.mjs';
import { quantile } from './lib/figures.mjs';
import { runPart, startPartAndWait } from './lib/processes.mjs';

export const title = 'Long syncs';

/** The delay that the slow link adds to each response. */
const DELAY_MS = 100;

const PAGELEN = 50;

const SIZES = { pages: 100, numbers: 40, rounds: 3 };
const QUICK = { pages: 19, numbers: 15, rounds: 1 };

/** How long a sync that reads pages by number takes to store a page before it requests the next one. */
const WORK_MS = 50;

/**
 * The goals: the current build must be at least this many times as fast as each other contestant. The part `paginate` follows
 * `next`, and the part `numbers` requests pages by number.
 */
const GOALS = { paginate: 4, numbers: 1.6 };

/** How many more requests than the previous build a sync may send. */
const MAX_EXTRA_REQUESTS = 6;

const HOUR = 3_600_000;

/** Faults in the middle of the list. A bare Axios fails with each of them. */
const TROUBLES = {
  'no trouble': undefined,
  'the tokens expire': { advance: 2 * HOUR },
  'one 429': { fault: { target: 'api', kind: 'status', status: 429, retryAfter: 0 } },
  'one connection breaks': { fault: { target: 'api', kind: 'drop' } },
};

export async function* measure({ quick }) {
  const sizes = quick ? QUICK : SIZES;
  const earlier = before();
  try {
    const entries = { today: 'nocodb-bitbucket-auth', before: pathToFileURL(`${earlier.folder}/js/nocodb/entry.js`).href };
    for (const [what, trouble] of Object.entries(TROUBLES)) {
      yield `${titleOf(sizes.pages)}; ${what}`;
      const contestants = ['today', 'before', ...(trouble ? [] : ['axios'])];
      yield* compared('paginate', contestants, { ...sizes, trouble, entries });
    }
    yield `${titleOf(sizes.numbers)}, requested by number, ${WORK_MS} ms of work on each page`;
    yield* compared('numbers', ['today', 'before'], { ...sizes, pages: sizes.numbers, entries });
  } finally {
    earlier.remove();
  }
}

const titleOf = (pages) => (
  `${(pages * PAGELEN).toLocaleString('en-GB')} pull requests in pages of ${PAGELEN}, ${DELAY_MS} ms for each response`
);

/** Runs the contestants in turns, and compares the first contestant with the others. */
async function* compared(part, contestants, { pages, rounds, trouble, entries }) {
  const runs = Object.fromEntries(contestants.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? contestants : contestants.toReversed()) {
      runs[name].push(await read(part, { name, entry: entries[name], pages, trouble }));
    }
  }
  if (new Set(Object.values(runs).flat().map(({ ids }) => ids)).size > 1) throw new Error('the contestants read different lists');
  const [own, ...others] = contestants;
  const seconds = (name) => quantile(runs[name].map(({ ms }) => ms), 0.5) / 1000;
  for (const name of others) {
    yield {
      name: `times as fast as ${NAMES[name]}`,
      value: seconds(name) / seconds(own),
      unit: '×',
      least: GOALS[part],
      note: `${seconds(own).toFixed(2)} s against ${seconds(name).toFixed(2)} s`,
    };
  }
  const requests = (name) => Math.max(...runs[name].map((run) => run.requests));
  yield { name: 'additional requests, compared with the previous build', value: requests(own) - requests('before'), upTo: MAX_EXTRA_REQUESTS };
}

const NAMES = { before: 'the previous build', axios: 'a bare Axios that follows next' };

/** Runs a contestant with a simulator of its own, so that the simulator counts only the requests of this run. */
async function read(part, { name, entry, pages, trouble }) {
  const { answer: { origin, env }, stop } = await startPartAndWait('lib/simulator.mjs', {
    backend: 'newer', rateLimit: null, pullRequests: pages * PAGELEN,
  });
  try {
    const [tokens] = await connect(origin, 1);
    const half = Math.floor(pages / 2);
    const link = (times) => control(origin, 'fault', { target: 'api', kind: 'delay', delayMs: DELAY_MS, times });
    if (trouble?.fault) {
      await link(half);
      await control(origin, 'fault', trouble.fault);
    }
    await link(1_000_000);
    const { ms, ids } = await runPart(`sync/${part}.mjs`, {
      name,
      entry,
      origin,
      apiUrl: env.INTEGRATION_AUTH_BITBUCKET_API_URL,
      config: config(tokens),
      pagelen: PAGELEN,
      workMs: WORK_MS,
      ...(trouble?.advance && { advance: trouble.advance, at: half * PAGELEN }),
    }, { env });
    const { api } = await control(origin, 'stats');
    return { ms, ids: ids.join(), requests: api.requests + api.faults };
  } finally {
    await stop();
  }
}
