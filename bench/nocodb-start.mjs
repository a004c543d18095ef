/**
 * Measures by how much the preload delays the start of NocoDB.
 *
 * In: whether this is a quick run. Out: figures. Never: a request to NocoDB after its start. Each NocoDB has a folder of its own,
 * and is stopped as soon as it listens and is ready.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNocodb } from '../demo/nocodb/launch.js';
import { root } from '../scripts/lib/run.mjs';
import { CLIENT_VARIABLES, childEnvironment } from '../tests/support/environment.js';
import { quantile } from './lib/figures.mjs';
import { inTurns } from './lib/turns.mjs';

export const title = 'The start of NocoDB, with the preload and without';

/** The least accepted ratio of the start time without the preload to the start time with it: the preload may add about 3 %. */
const MIN_RATIO = 0.97;

/** The script that prints the CPU time. On a busy machine, the CPU time says more than the elapsed time. */
const cpu = fileURLToPath(new URL('start/cpu.cjs', import.meta.url));

export async function* measure({ quick }) {
  const pairs = quick ? 1 : 10;
  yield `Start time without the preload, divided by start time with it, ${pairs === 1 ? 'one pair' : `${pairs} alternating pairs`}`;
  const { with: later, without: sooner } = await inTurns(pairs, { with: () => started(true), without: () => started(false) });
  for (const [part, name] of [['clock', 'time until it is ready'], ['processor', 'CPU time until it is ready']]) {
    const ratios = later.map((start, pair) => sooner[pair][part] / start[part]);
    yield {
      name,
      value: quantile(ratios, 0.5),
      least: MIN_RATIO,
      note: `${seconds(later, part)} s with it, ${seconds(sooner, part)} s without; middle half of the pairs `
        + [0.25, 0.75].map((at) => quantile(ratios, at).toFixed(3)).join(' to '),
    };
  }
}

const seconds = (starts, part) => (quantile(starts.map((start) => start[part]), 0.5) / 1000).toFixed(2);

/**
 * The times of one start, in milliseconds. They include the creation of NocoDB's database, as in the first start of an
 * installation.
 */
async function started(withPlugin) {
  const data = mkdtempSync(join(tmpdir(), 'nocodb-start-'));
  let registered = false;
  let processor;
  try {
    const begun = performance.now();
    const nocodb = await startNocodb({
      port: 0,
      data,
      env: childEnvironment({ ...CLIENT_VARIABLES, NODE_OPTIONS: `--require ${JSON.stringify(cpu)}` }),
      pluginFrom: root,
      withPlugin,
      log: (line) => {
        registered ||= line.includes('Bitbucket is registered');
        processor ??= line.match(/^\[cpu\] (.*)/)?.[1];
      },
    });
    const clock = performance.now() - begun;
    await nocodb.stop();
    if (registered !== withPlugin) throw new Error('the preload\'s registration of Bitbucket is not as expected');
    return { clock, processor: Number(processor) };
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
