/**
 * Many wrappers of one connection in many processes, whose tokens expire again and again: each expiry causes one refresh, and no
 * call fails.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../support/random.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/waiting.js';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker, leaks } from './support/workers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EXPIRIES = 20;
const SETTLED_WITHIN_MS = 60_000;
const CONNECTION = 'load';

/**
 * @param {object} load
 * @param {number} load.processes
 * @param {number} load.wrappers in each process
 * @param {[number, number]} load.pace the minimum and maximum number of milliseconds between two calls of a wrapper
 * @param {Record<string, string>} [load.variables]
 * @param {boolean} load.ahead whether the clocks of the processes move with Bitbucket's, so that the processes refresh before an
 *   expiry; otherwise these clocks stay behind, so that the processes learn of an expiry only from a 401
 */
async function runUnderLoad(t, { processes, wrappers, pace, variables, ahead }) {
  const random = new Random(processes * 1000 + wrappers);
  const scene = await startScene({ variables, accessTokenLifetimeMs: HOUR });
  const { bitbucket, tap } = scene;
  const rows = new Rows(() => random.integer(0, 8));
  const workers = Array.from({ length: processes }, (_, index) => (
    new Worker(`process-${index + 1}`, (connection, change) => rows.write(connection, change))
  ));
  t.after(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await scene.close();
  });

  const config = await scene.connect(CONNECTION);
  rows.create(CONNECTION, config);
  await Promise.all(workers.map(async (worker, index) => {
    await worker.init(scene.environment, random.integer(0, 1e9));
    const via = index % 2 === 0 ? 'callback' : 'saveConfig';
    await worker.send('open', { connection: CONNECTION, config, count: wrappers, via, pace });
  }));
  const settle = () => Promise.all(workers.map(
    (worker) => worker.send('settle', { anyone: true, timeoutMs: SETTLED_WITHIN_MS }),
  ));

  let offsetMs = 0;
  let settled = await settle();
  for (let expiry = 1; expiry <= EXPIRIES && settled.every(Boolean); expiry += 1) {
    const stepMs = ahead ? HOUR - 4 * MINUTE : HOUR + 1000;
    offsetMs += stepMs;
    if (ahead) await Promise.all(workers.map((worker) => worker.send('clock', { offsetMs })));
    // At this moment, every process is waiting for responses.
    bitbucket.control.advance(stepMs);
    await until(() => tap.refreshes.length >= expiry, SETTLED_WITHIN_MS);
    settled = await settle();
  }
  const reports = await Promise.all(workers.map((worker) => worker.send('halt')));
  const { token, api } = bitbucket.control.stats();
  const failures = {};
  for (const [what, times] of reports.flatMap((report) => Object.entries(report.failures))) {
    failures[what] = (failures[what] ?? 0) + times;
  }
  const calls = reports.reduce((sum, report) => sum + report.calls, 0);
  t.diagnostic(`${calls} calls, ${api.byStatus[401] ?? 0} responses with 401, ${rows.writes.length} writes`);

  // The counts come first, so that a failed test shows them.
  assert.deepEqual({ failures, ...token.refresh_token, overlaps: tap.overlaps }, {
    failures: {}, requests: EXPIRIES, issued: EXPIRIES, refused: 0, overlaps: 0,
  });
  assert.deepEqual(settled, workers.map(() => true), 'every process had a successful call after every expiry');
  assert.ok(calls > EXPIRIES * processes, 'calls were made all the time');
  if (ahead) assert.equal(api.byStatus[401], undefined);
  else assert.ok(api.byStatus[401] >= EXPIRIES);
  const backwards = rows.writes.filter(
    ({ digest }, index) => index > 0 && tap.isOlder(digest, rows.writes[index - 1].digest),
  );
  assert.equal(backwards.length, 0, 'no write replaced newer tokens by older ones');
  assert.ok(rows.digestOf(CONNECTION) === tap.newest(CONNECTION), 'the stored tokens are the newest');

  await assertEverybodyHasTheNewest({ scene, rows, workers, config });
  const log = reports.flatMap((report) => [...report.log, ...report.samples]);
  assert.deepEqual(leaks(tap.secrets, [...log, ...workers.map(({ output }) => output)]), []);
  const troubles = reports.flatMap((report) => report.log).filter((line) => !line.startsWith('INFO refreshed, '));
  assert.deepEqual(troubles, [], 'the log reports only refreshes');
}

/** Asserts that the stored row and the very first refresh token both lead to the newest tokens, without another refresh. */
async function assertEverybodyHasTheNewest({ scene: { bitbucket, tap, environment }, rows, workers, config }) {
  const [first] = workers;
  const before = bitbucket.control.stats().token.refresh_token.requests;
  assert.deepEqual(await first.send('check', { connections: [CONNECTION], timeoutMs: 5000 }), []);
  const { refresh_token: newest } = await first.send('refreshToken', { config });
  assert.ok(newest === rows.read(CONNECTION).refresh_token, 'the oldest refresh token leads to the newest tokens');
  const fresh = new Worker('fresh', (connection, change) => rows.write(connection, change));
  try {
    await fresh.init(environment, 1);
    await fresh.send('open', { connection: CONNECTION, config: rows.read(CONNECTION), count: 1, via: 'callback' });
    assert.deepEqual(await fresh.send('check', { connections: [CONNECTION], timeoutMs: 5000 }), []);
    assert.equal(bitbucket.control.stats().token.refresh_token.requests, before);
    assert.ok(rows.digestOf(CONNECTION) === tap.newest(CONNECTION));
  } finally {
    await fresh.end();
  }
}

test('8 processes with 50 wrappers each share one refresh for each of 20 expiries', async (t) => {
  const redis = await startRedis(t);
  const variables = { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url };
  // At this pace, the simulator, which is one process, keeps up with the calls.
  await runUnderLoad(t, { processes: 8, wrappers: 50, pace: [200, 2000], variables, ahead: false });
});

test('400 wrappers in one process share one refresh for each expiry, without Redis', async (t) => {
  await runUnderLoad(t, { processes: 1, wrappers: 400, pace: [100, 900], ahead: false });
});

test('400 wrappers in one process share one refresh before each expiry', async (t) => {
  await runUnderLoad(t, { processes: 1, wrappers: 400, pace: [100, 900], ahead: true });
});
