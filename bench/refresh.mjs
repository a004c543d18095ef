/**
 * Measures the cost of keeping tokens: time per call, memory per connection, and a burst of refreshes.
 *
 * In: whether this is a quick run. Out: figures, each with its limit. Never: a measurement in this process. Each module in
 * refresh/ measures in a second process, and the simulator runs in a third.
 */
import { runPart, startPartAndWait } from './lib/processes.mjs';

export const title = 'Keeping tokens';

const SIZES = { connections: 10_000, often: { connections: 1000, times: 20 }, idle: [100, 5000], loopback: [200, 100] };
const QUICK = { connections: 60, often: { connections: 10, times: 3 }, idle: [3, 100], loopback: [2, 10] };

const KB = 1024;
const MAX_MICROSECONDS = 5;
const MAX_BYTES = 4 * KB;
const MAX_CONCURRENT = 50;

export async function* measure({ quick }) {
  const sizes = quick ? QUICK : SIZES;
  yield* use(sizes);
  yield* memory(sizes);
  yield* burst(sizes);
}

/** Runs one part of the benchmark, with a simulator of its own. */
async function part(name, task, { execArgv, ...options } = {}) {
  // Without a grace period, so that using a refresh token twice fails.
  const settings = { backend: 'newer', rateLimit: null, refreshGraceMs: 0, ...options };
  const { answer: { origin, env }, stop } = await startPartAndWait('lib/simulator.mjs', settings);
  try {
    return await runPart(`refresh/${name}.mjs`, { origin, ...task }, { env, execArgv });
  } finally {
    await stop();
  }
}

const us = (value) => `${value.toFixed(2)} µs`;

async function* use({ idle, loopback }) {
  yield 'use() with a fresh token, compared with calling the same function with the Axios client';
  const results = await part('use', { idle, loopback });
  for (const [name, { more, less, difference, quartiles }, most] of [
    ['function that does nothing', results.idle, MAX_MICROSECONDS],
    ['function that sends GET /2.0/user over loopback', results.loopback, undefined],
  ]) {
    yield {
      name,
      value: difference,
      unit: 'µs',
      most,
      note: `${us(more)} against ${us(less)}, ${(more / less).toFixed(2)} times; middle half of the rounds `
        + quartiles.map(us).join(' to '),
    };
  }
}

async function* memory({ connections, often }) {
  yield `Memory per connection without its tokens, ${connections.toLocaleString('en-GB')} connections`;
  const { tokens, attached, refreshed, refreshedOften, withClient } =
    await part('memory', { connections, often }, { execArgv: ['--expose-gc'] });
  const figure = (name, bytes, most) => ({
    name,
    value: bytes / KB,
    unit: 'KB',
    ...(most && { most: most / KB }),
    note: `the tokens ${(tokens / KB).toFixed(2)} KB, ${(1 + bytes / tokens).toFixed(2)} times that in all`,
  });
  yield figure('after attaching them', attached, MAX_BYTES);
  yield figure('after one refresh each', refreshed, MAX_BYTES);
  yield figure(`after ${often.times} refreshes, of ${often.connections} of them`, refreshedOften, MAX_BYTES);
  yield figure('in addition, the Axios client of a wrapper that was used', withClient);
}

async function* burst({ connections }) {
  yield `${connections.toLocaleString('en-GB')} connections whose tokens have expired call the API in one burst`;
  const { seconds, token, api, succeeded, stored, storeCalls } = await part('burst', { connections });
  yield { name: 'refresh requests to Bitbucket', value: token.refresh_token.requests, exactly: connections };
  yield { name: 'refresh requests that Bitbucket rejected', value: token.refused, exactly: 0 };
  yield { name: 'different new token sets stored, one for each connection', value: stored, exactly: connections };
  yield { name: 'token sets passed to the stores', value: storeCalls, exactly: connections };
  yield { name: 'calls that succeeded with the new token', value: succeeded, exactly: connections };
  yield { name: 'most concurrent token requests at the server', value: token.mostAtOnce, most: MAX_CONCURRENT };
  yield { name: 'most concurrent API requests at the server', value: api.mostAtOnce, most: MAX_CONCURRENT };
  yield { name: 'time for all', value: seconds, unit: 's' };
}
