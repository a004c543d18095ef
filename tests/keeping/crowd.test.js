/**
 * A restored backup: some rows have refresh tokens that were replaced long ago, and others have valid ones, all of one OAuth
 * client. All connections are used at once. When one of the replaced refresh tokens is used (a dead one), Bitbucket locks the
 * client out: for a while, it refuses the valid refresh tokens as well.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startRedis } from '../support/redis.js';
import { until } from '../support/waiting.js';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker, leaks } from './support/workers.js';

const HOUR = 3_600_000;

/** The duration of Bitbucket's lockout, and the duration that the plugin assumes. Both are a twentieth of the usual ones. */
const LOCKOUT_MS = 1000;
const ASSUMED_LOCKOUT_MS = 1500;

/** All users make their first call within this time. */
const RUSH_MS = 3000;

/** The pause before a user repeats a call that failed with a retryable error. */
const PAUSE_MS = 500;

/** How long a token request takes: long enough that two simultaneous requests overlap. */
const LATENCY_MS = 40;

const LONGEST_CALL_MS = 60_000;
const MAX_REQUESTS = 2.2;

/** After a refusal, only one token request is sent at a time, for this many times the duration of a lockout. */
const CAREFUL_LOCKOUTS = 3;

/**
 * How long it may take on a busy machine until all processes know of a refusal, and until the requests that were sent before the
 * refusal have arrived. This is shorter than the time without requests after a refusal.
 */
const REFUSAL_KNOWN_MS = 1000;

const VERDICT = 'RECONNECT_REQUIRED';

async function startCrowd(t, { dead, healthy, processes }) {
  const redis = processes > 1 ? await startRedis(t) : undefined;
  const scene = await startScene({
    lockoutMs: LOCKOUT_MS,
    accessTokenLifetimeMs: HOUR,
    variables: {
      INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: String(ASSUMED_LOCKOUT_MS),
      ...(redis && { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url }),
    },
  });
  const rows = new Rows(() => 5);
  const workers = Array.from({ length: processes }, (_, index) => (
    new Worker(`process-${index + 1}`, (connection, change) => rows.write(connection, change))
  ));
  t.after(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await scene.close();
  });
  const names = [
    ...Array.from({ length: dead }, (_, index) => `dead ${index + 1}`),
    ...Array.from({ length: healthy }, (_, index) => `healthy ${index + 1}`),
  ];
  for (const name of names) {
    const config = await scene.connectExpired(name);
    if (name.startsWith('dead')) await scene.refreshElsewhere(config.refresh_token);
    rows.create(name, config);
  }
  // The access tokens expire, and the grace period of the used refresh tokens ends.
  scene.bitbucket.control.advance(HOUR + 1000);
  scene.tap.latencyMs = LATENCY_MS;
  await Promise.all(workers.map(async (worker, index) => {
    await worker.init(scene.environment, 1 + index);
    for (const connection of names) {
      await worker.send('open', { connection, config: rows.read(connection), count: 1, via: 'callback' });
    }
  }));
  return { scene, rows, workers, names };
}

/** Token requests that were sent while another one was under way, although all processes knew of a refusal. */
function simultaneousAfterRefusal(requests) {
  const refusals = requests.filter(({ status }) => status === 400).map(({ endedAt }) => endedAt);
  return requests.filter((request) => {
    const { sentAt } = request;
    const refusedAt = refusals.findLast((at) => at + REFUSAL_KNOWN_MS < sentAt);
    if (refusedAt === undefined || sentAt > refusedAt + CAREFUL_LOCKOUTS * ASSUMED_LOCKOUT_MS - REFUSAL_KNOWN_MS) return false;
    return requests.some((other) => other !== request && other.sentAt > refusedAt + REFUSAL_KNOWN_MS
      && other.sentAt <= sentAt && other.endedAt > sentAt);
  });
}

// With more tests at once, a machine with two cores would be so busy that Redis would seem unavailable.
describe('every healthy connection works beside dead ones of the same OAuth client', { concurrency: 6 }, () => {
  for (const dead of [1, 3, 8]) {
    for (const healthy of [8, 24]) {
      for (const processes of [1, 2]) {
        test(`with ${dead} dead and ${healthy} healthy connections in ${processes === 1 ? 'one process' : 'two processes'}`, async (t) => {
          const { scene, rows, workers, names } = await startCrowd(t, { dead, healthy, processes });
          const { tap } = scene;
          const begun = performance.now();
          const results = (await Promise.all(workers.map(
            (worker) => worker.send('insist', { withinMs: RUSH_MS, pauseMs: PAUSE_MS }),
          ))).flat();
          const tookMs = performance.now() - begun;
          const longestMs = Math.max(...results.map(({ longestMs: ms }) => ms));
          const refused = tap.requests.filter(({ status }) => status === 400).length;
          t.diagnostic(`${tap.requests.length} token requests, ${refused} refused; the longest call `
            + `${(longestMs / 1000).toFixed(1)} s, all in ${(tookMs / 1000).toFixed(0)} s`);

          const expected = (name) => (name.startsWith('dead') ? VERDICT : 'works');
          const wrong = results.filter(({ connection, outcome }) => outcome !== expected(connection));
          assert.deepEqual(wrong.map(({ connection, outcome }) => `${connection}: ${outcome}`), []);
          assert.ok(tap.requests.length <= MAX_REQUESTS * (dead + healthy), `${tap.requests.length} token requests`);
          assert.ok(longestMs <= LONGEST_CALL_MS, `a call took ${longestMs} ms`);
          assert.equal(tap.overlaps, 0);
          assert.deepEqual(simultaneousAfterRefusal(tap.requests).map(({ connection }) => connection), []);
          const isStored = () => names.every((name) => (
            name.startsWith('dead') || rows.digestOf(name) === tap.newest(name)
          ));
          assert.ok(await until(isStored), 'the newest tokens of each healthy connection are stored');
          const reports = await Promise.all(workers.map((worker) => worker.send('report')));
          const texts = reports.flatMap((report) => [...report.log, ...report.samples]);
          assert.deepEqual(leaks(tap.secrets, [...texts, ...workers.map(({ output }) => output)]), []);
        });
      }
    }
  }
});
