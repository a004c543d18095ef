/**
 * Measures what the WebAssembly costs and gains in the operations of a login, compared with the alternatives.
 *
 * In: whether this is a quick run, and the alternatives in peers/. Out: figures, above all ratios within one run. The time of an
 * alternative counts only if its result equals the package's result. Each check that an alternative omits is reported.
 */
import { runPart, startPartAndWait } from './lib/processes.mjs';
import { quantile } from './lib/figures.mjs';
import { contest } from './speed/contest.mjs';
import { contestants, skips, validates } from './speed/contestants.mjs';
import { OPERATIONS, SETTINGS, answerOf } from './speed/operations.mjs';
import { contributors } from './speed/size.mjs';

export const title = 'The operations of a login';

const FULL = { processes: 3, rounds: 41, warm: 10_000, calls: 1_000_000, logins: 60, connections: [1, 10, 100, 1000, 10_000] };
const QUICK = { processes: 1, rounds: 9, warm: 1000, calls: 5000, logins: 2, connections: [1, 100] };

const SELF = 'nocodb-bitbucket-auth';
const BY_HAND = 'hand-written';
const KB = 1024;
const MAX_HEAP_GROWTH_KB = 256;
/** The lower limit of a ratio that is close to 1, because a login spends most of its time on the network and in the server. */
const MIN_LOGIN_RATIO = 0.97;

export async function* measure({ quick }) {
  const sizes = quick ? QUICK : FULL;
  const all = contestants(SETTINGS);
  for (const [id, operation] of Object.entries(OPERATIONS)) yield* operationOf(id, operation, sizes);
  yield* tokenSizes(all, sizes);
  yield* connections(sizes);
  yield* memory(sizes);
  yield* logins(sizes);
  if (!quick) yield* size();
}

const us = (value) => `${value.toFixed(2)} µs`;

async function* operationOf(id, operation, sizes) {
  yield operation.title;
  const results = await inProcesses(id, sizes);
  // A contestant that does not validate a response does less work, so it is not compared.
  const libraries = Object.keys(results)
    .filter((name) => name !== SELF && name !== BY_HAND && validates(name, operation.uses));
  for (const [name, { microseconds }] of Object.entries(results)) {
    const left = skips[name][operation.refused ? 'refused' : operation.uses];
    yield { name, value: microseconds, unit: 'µs', operation: id, ...(left && { note: `does not check: ${left}` }) };
  }
  const fastest = libraries.toSorted((a, b) => results[a].ratio - results[b].ratio)[0];
  yield { name: `times as fast as ${BY_HAND}`, value: results[BY_HAND].ratio, unit: '×', operation: id };
  yield {
    name: 'times as fast as the fastest library', value: results[fastest].ratio, unit: '×', least: operation.byLibrary,
    operation: id, note: fastest,
  };
}

/** The medians of a contest that runs in several processes, one after the other. */
async function inProcesses(id, { processes, rounds }) {
  const runs = [];
  for (let at = 0; at < processes; at += 1) runs.push(await runPart('speed/operation.mjs', { id, rounds }));
  const median = (name, member) => quantile(runs.map((results) => results[name][member]), 0.5);
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [
    name, { microseconds: median(name, 'microseconds'), ratio: median(name, 'ratio') },
  ]));
}

/** How the time grows with the size of the tokens. */
async function* tokenSizes(all, sizes) {
  yield 'Token responses by size';
  for (const kilobytes of [0.3, 1, 4, 16, 64]) {
    const operation = { ...OPERATIONS.small, given: [answerOf(kilobytes * 1000)] };
    const two = { [SELF]: all[SELF], [BY_HAND]: all[BY_HAND] };
    const results = await contest(operation, two, sizes);
    yield {
      name: `${kilobytes} KB`, value: results[SELF].microseconds, unit: 'µs',
      note: `${BY_HAND} ${us(results[BY_HAND].microseconds)}, ${results[BY_HAND].ratio.toFixed(2)} times as long`,
    };
  }
}

/** Whether a client becomes slower when the process has other clients. */
async function* connections({ connections: counts, rounds }) {
  yield 'Start of a login, alternating between this many clients that exist at the same time';
  for (const count of counts) {
    const clients = Array.from({ length: count }, (_, at) =>
      contestants({ ...SETTINGS, clientId: `client-${at}` })[SELF]);
    let next = 0;
    const start = () => clients[next++ % count].start();
    const operation = { title: 'start', uses: 'start', given: [], result: ({ state }) => state.length };
    const { [SELF]: { microseconds } } = await contest(operation, { [SELF]: { start } }, { rounds });
    yield { name: `${count.toLocaleString('en-GB')} client${count === 1 ? '' : 's'}`, value: microseconds, unit: 'µs' };
  }
}

async function* memory({ warm, calls }) {
  yield `Memory after ${calls.toLocaleString('en-GB')} calls of all kinds, compared with that after ${warm.toLocaleString('en-GB')}`;
  const seen = await runPart('speed/memory.mjs', { warm, calls }, { execArgv: ['--expose-gc'] });
  yield { name: 'memory of the WebAssembly', value: seen.wasm / KB, unit: 'KB' };
  yield { name: 'growth of that memory', value: seen.grown / KB, unit: 'KB', exactly: 0 };
  yield { name: 'growth of the heap', value: seen.heap / KB, unit: 'KB', most: MAX_HEAP_GROWTH_KB };
}

async function* logins({ logins: rounds }) {
  yield 'Whole logins per second, one after another, against the simulator over loopback';
  const { answer: { origin, env }, stop } = await startPartAndWait('lib/simulator.mjs', { backend: 'newer', rateLimit: null });
  try {
    const variable = (name) => env[`INTEGRATION_AUTH_BITBUCKET_${name}`];
    const settings = {
      clientId: variable('CLIENT_ID'), clientSecret: variable('CLIENT_SECRET'), redirectUri: variable('REDIRECT_URI'),
      scopes: ['account'], authorizeUrl: variable('AUTHORIZE_URL'), tokenUrl: variable('TOKEN_URL'),
    };
    const took = await runPart('speed/logins.mjs', { origin, settings, rounds });
    const own = quantile(took[SELF], 0.5);
    for (const [name, times] of Object.entries(took)) {
      const time = quantile(times, 0.5);
      yield { name, value: 1000 / time, unit: 'per second', ...(name !== SELF && { note: `${(time / own).toFixed(2)} times as long` }) };
    }
    const ratio = quantile(took[BY_HAND].map((time, round) => time / took[SELF][round]), 0.5);
    yield { name: `times as fast as ${BY_HAND}`, value: ratio, unit: '×', least: MIN_LOGIN_RATIO };
  } finally {
    await stop();
  }
}

async function* size() {
  yield 'Composition of the WebAssembly (twiggy)';
  for (const { name, bytes } of await contributors()) yield { name, value: bytes / 1000, unit: 'KB' };
}
