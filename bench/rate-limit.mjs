/**
 * Measures what the rate limit costs: the waiting time of a sync, and the load of the Redis that processes share.
 *
 * In: whether this is a quick run. Out: figures, each with its limit. Never: a measurement in this process: rate-limit/sync.mjs
 * and rate-limit/shared.mjs measure this build and the previous build, each in a process of its own.
 */
import { root } from '../scripts/lib/run.mjs';
import { startRedis } from '../tests/support/redis.js';
import { before } from './lib/before.mjs';
import { runPart } from './lib/processes.mjs';

export const title = 'The rate limit';

const LIMIT = 1000;
const REQUESTS = 3000;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The minutes at which the syncs begin. They cover five minutes, because the previous build counts requests in slots of five
 * minutes.
 */
const BEGINNINGS = [0, 1, 2, 3, 4, 4.999];

/**
 * The limits of NocoDB's own client: requests per minute, and requests that may wait. The client itself does not run here; its
 * time is computed.
 */
const HOST = { requests: 16, waiting: 50 };

export async function* measure({ quick }) {
  const earlier = before();
  try {
    yield* syncs(earlier.folder, quick ? BEGINNINGS.slice(-2) : BEGINNINGS);
    yield* sharing(earlier.folder, quick ? { processes: 20, each: 5 } : { processes: 500, each: 20 });
  } finally {
    earlier.remove();
  }
}

async function* syncs(folder, beginnings) {
  yield `A sync of ${REQUESTS} requests with a limit of ${LIMIT} an hour, with a simulated clock`;
  const task = { limit: LIMIT, requests: REQUESTS, starts: beginnings.map((minutes) => Date.UTC(2026, 10, 24, 8) + minutes * MINUTE) };
  const today = await runPart('rate-limit/sync.mjs', { ...task, folder: root });
  const then = await runPart('rate-limit/sync.mjs', { ...task, folder });
  const last = (times) => Math.max(...times) / MINUTE;
  const gains = today.map((times, at) => last(then[at]) - last(times));
  const lasts = (syncs) => `${Math.min(...syncs.map(last)).toFixed(1)} to ${Math.max(...syncs.map(last)).toFixed(1)}`;
  yield { name: 'how much earlier the last request is sent than with the previous build', value: Math.min(...gains), unit: 'min', least: 4,
    note: `the smallest of ${gains.length} start times; up to ${Math.max(...gains).toFixed(1)} min` };
  yield { name: 'the last request is sent after', value: Math.max(...today.map(last)), unit: 'min', note: `the previous build: ${lasts(then)} min` };
  const host = Math.floor((REQUESTS - 1) / HOST.requests);
  yield { name: 'with the rule of NocoDB\'s own client, computed', value: host, unit: 'min',
    note: `${HOST.requests} a minute; if more than ${HOST.waiting} wait, the others fail` };
  yield { name: 'most requests in any hour', value: Math.max(...today.map(mostInAnHour)), upTo: LIMIT,
    note: `the previous build: ${Math.max(...then.map(mostInAnHour))}` };
}

/** @param {number[]} times */
function mostInAnHour(times) {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while (sorted[last] - sorted[first] >= HOUR) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

async function* sharing(folder, { processes, each }) {
  const ends = [];
  const redis = await startRedis({ after: (end) => ends.push(end) });
  try {
    const measured = (build, task) => runPart('rate-limit/shared.mjs', { folder: build, url: redis.url, processes, each, ...task });
    yield `${processes} connections to one Redis count the requests of one account with a limit of ${LIMIT}`;
    // The commands that the client sends for a request. The time of a script includes the commands that the script runs.
    const commands = ['evalsha', 'eval'];
    const counted = await measured(root, { commands, account: 'counted', filled: LIMIT, limit: 1_000_000 });
    const full = await measured(root, { commands, account: 'full', filled: LIMIT, limit: LIMIT });
    const then = await measured(folder, { commands: [...commands, 'get', 'pttl', 'multi', 'exec'], account: 'earlier', filled: LIMIT, limit: 1_000_000 });
    yield { name: 'server time of a request that may be sent', value: counted.micros, unit: 'µs', most: 20,
      note: `the previous build: ${then.micros.toFixed(1)} µs` };
    yield { name: 'server time of a request that must wait', value: full.micros, unit: 'µs', most: 20 };
    yield { name: 'commands per request', value: counted.commands, upTo: 1, note: `the previous build: ${then.commands.toFixed(2)}` };
    yield { name: 'commands that take more than a millisecond', value: counted.slow + full.slow, note: `of ${2 * processes * each}` };
  } finally {
    for (const end of ends) await end();
  }
}
