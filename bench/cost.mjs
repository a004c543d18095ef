/**
 * Measures how the cost grows with the number of connections, and the cost of calls that each use a new wrapper. A wrapper is the
 * object with which NocoDB uses a connection. NocoDB creates one for each call.
 *
 * In: whether this is a quick run. Out: figures, each with its limit. Never: a measurement in this process. Each module in cost/
 * measures in a process of its own, and the simulator, the server and Redis run in further processes.
 */
import { pathToFileURL } from 'node:url';
import { startRedis } from '../tests/support/redis.js';
import { before } from './lib/before.mjs';
import { environmentFor } from './lib/environment.mjs';
import { quantile } from './lib/figures.mjs';
import { runPart, startPartAndWait } from './lib/processes.mjs';
import { inTurns } from './lib/turns.mjs';

export const title = 'Cost as work grows';

const SIZES = { connections: [1, 10, 100, 1000, 10_000], rounds: 7, calls: 400, processes: 5, counted: 200 };
const QUICK = { connections: [1, 10], rounds: 3, calls: 50, processes: 1, counted: 20 };

/**
 * The goal for calls that each use a new wrapper: at least 1,200 calls in the time in which a bare Axios instance makes 1,680.
 */
const MIN_SHARE = 1200 / 1680;

export async function* measure({ quick }) {
  const sizes = quick ? QUICK : SIZES;
  yield* growth(sizes);
  yield* calls(sizes);
  yield* redisCommands(sizes);
}

/** Runs `work` with a simulator of its own. */
async function withBitbucket(work) {
  const { answer: { origin, env }, stop } = await startPartAndWait('lib/simulator.mjs', { backend: 'newer', rateLimit: null });
  try {
    return await work(origin, env);
  } finally {
    await stop();
  }
}

async function* growth({ connections: counts }) {
  for (const connections of counts) {
    const found = await withBitbucket((origin, env) => (
      runPart('cost/growth.mjs', { origin, connections }, { env, execArgv: ['--expose-gc'] })
    ));
    yield `${connections.toLocaleString('en-GB')} connections that have each called the API once`;
    yield { name: 'memory per connection, including its tokens', value: found.bytes / 1024, unit: 'KB' };
    yield { name: 'use() with a fresh token', value: found.microseconds, unit: 'µs' };
    yield { name: 'open timers', value: found.timers };
    yield { name: 'open sockets', value: found.sockets };
  }
}

async function* calls({ rounds, calls: count, processes }) {
  const earlier = before();
  const entries = { today: 'nocodb-bitbucket-auth', before: pathToFileURL(`${earlier.folder}/js/nocodb/entry.js`).href };
  const { answer: { apiUrl }, stop } = await startPartAndWait('client/server.mjs', { pagelen: 1 });
  try {
    const env = environmentFor(apiUrl);
    const results = await inTurns(processes, Object.fromEntries(Object.entries(entries).map(([name, entry]) => (
      [name, () => runPart('cost/calls.mjs', { apiUrl, rounds, calls: count, entry }, { env })]))));
    const median = (values) => quantile(values, 0.5);
    const of = (name, way) => results[name].flatMap((result) => result[way]);
    const shareOf = (name) => median(results[name].flatMap(({ wrapper, bare }) => wrapper.map((value, at) => value / bare[at])));
    yield 'Calls per second over loopback, one after another, with a new wrapper for each call';
    yield { name: 'a wrapper for each call', value: median(of('today', 'wrapper')), unit: 'per second' };
    yield { name: 'bare Axios, one instance', value: median(of('today', 'bare')), unit: 'per second' };
    yield { name: 'ratio to bare Axios', value: shareOf('today'), unit: '×', least: MIN_SHARE };
    yield { name: 'ratio to bare Axios, of the previous build', value: shareOf('before'), unit: '×' };
  } finally {
    await stop();
    earlier.remove();
  }
}

async function* redisCommands({ counted }) {
  const ends = [];
  try {
    const { url } = await startRedis({ after: (end) => ends.push(end) });
    const perCall = await withBitbucket((origin, env) => runPart('cost/redis.mjs', { origin, url, calls: counted }, {
      env: { ...env, INTEGRATION_AUTH_BITBUCKET_REDIS_URL: url, INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000000' },
    }));
    yield 'Redis commands for a call with a fresh token';
    for (const [name, value] of Object.entries(perCall)) yield { name, value };
  } finally {
    for (const end of ends) await end();
  }
}
