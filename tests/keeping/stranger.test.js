/**
 * Another program with the same OAuth client (a second NocoDB, a script) uses a dead refresh token: a token that Bitbucket no
 * longer accepts, and that this plugin does not know. Then comes the lockout, a short time in which Bitbucket refuses the valid
 * refresh tokens of healthy connections, too. If the plugin cannot explain such a refusal by a refusal of another connection, the
 * refusal counts. After two refusals that count, the plugin considers the connection dead, but tries it again later.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startRedis } from '../support/redis.js';
import { pause, until } from '../support/waiting.js';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker } from './support/workers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The duration of the lockout, and the duration that the plugin assumes: a twentieth of the usual durations. The plugin derives
 * other times from the assumed duration.
 */
const LOCKOUT_MS = 1000;
const BELIEVED_LOCKOUT_MS = 1500;
const AGAIN_MS = 2000;

/** How long it may take until all processes know of a success: less than the time for which a refusal stops all requests. */
const NEWS_MS = 1500;
const LATENCY_MS = 20;

/** Two events whose times differ by less may have happened in the opposite order. */
const MOMENT_MS = 150;

/** When a connection that counts as dead is tried again: in the process that used it, and in a process that started later. */
const REVIEW_MS = 4 * HOUR;
const EARLY_REVIEW_MS = 10 * MINUTE;

const VERDICT = 'RECONNECT_REQUIRED';

/** Starts processes with healthy connections whose access tokens have expired, and gives another program a dead refresh token. */
async function start(t, { healthy, processes, environment: more = {}, isStored = true }) {
  const redis = processes > 1 ? await startRedis(t) : undefined;
  const scene = await startScene({
    lockoutMs: LOCKOUT_MS,
    accessTokenLifetimeMs: HOUR,
    variables: {
      INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: String(BELIEVED_LOCKOUT_MS),
      ...(redis && { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url }),
      ...more,
    },
  });
  const rows = new Rows(() => 5);
  const workers = [];
  t.after(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await scene.close();
  });
  const names = Array.from({ length: healthy }, (_, index) => `healthy ${index + 1}`);
  for (const name of names) rows.create(name, await scene.connectExpired(name));
  const { refresh_token: deadToken } = await scene.connect('the stranger');
  assert.equal(await scene.refreshElsewhere(deadToken), 200);
  // The access tokens expire, and the grace period of the other program's refresh token ends.
  scene.bitbucket.control.advance(HOUR + 1000);
  scene.tap.latencyMs = LATENCY_MS;
  const startWorker = async () => {
    const worker = new Worker(`process-${workers.length + 1}`, async (connection, change) => {
      if (!isStored) throw new Error('the database is away');
      await rows.write(connection, change);
    });
    workers.push(worker);
    await worker.init(scene.environment, workers.length);
    for (const connection of names) {
      await worker.send('open', { connection, config: rows.read(connection), count: 1, via: 'callback' });
    }
    return worker;
  };
  for (let index = 0; index < processes; index += 1) await startWorker();
  return {
    ...scene,
    names,
    workers,
    startWorker,
    useDeadToken: async () => assert.equal(await scene.refreshElsewhere(deadToken), 400),
  };
}

/** Whether it is possible that no earlier refusal of another connection explains this refusal. */
const isAlone = (refusal, refusals) => !refusals.some(({ connection, endedAt }) => (
  connection !== refusal.connection && endedAt > refusal.endedAt - BELIEVED_LOCKOUT_MS + MOMENT_MS
    && endedAt <= refusal.endedAt
));

/** Whether a request was sent late although an earlier, granted request had shown that the lockout was over. */
function isLate({ sentAt }, requests) {
  const before = requests.filter(({ endedAt }) => endedAt < sentAt);
  const refusedAt = before.findLast(({ status }) => status === 400)?.endedAt ?? 0;
  return before.some((other) => other.status === 200 && other.sentAt > refusedAt + MOMENT_MS)
    // Requests are sent one after the other, so the time counts from the end of the last request.
    && before.every(({ endedAt }) => endedAt < sentAt - NEWS_MS);
}

describe("another program's dead refresh token", { concurrency: true }, () => {
  for (const processes of [1, 2]) {
    test(`leaves 12 healthy connections in ${processes === 1 ? 'one process' : 'two processes'} unharmed`, async (t) => {
      const { tap, names, workers, useDeadToken } = await start(t, { healthy: 12, processes });
      const calls = workers.map((worker) => worker.send('insist', { withinMs: 300, pauseMs: 100 }));
      // Uses the dead refresh token until a healthy connection meets the lockout, even on a busy machine.
      const isMet = async () => {
        await useDeadToken();
        return tap.requests.some(({ status }) => status === 400);
      };
      assert.ok(await until(isMet));
      await pause(AGAIN_MS);
      await useDeadToken();
      const results = await Promise.all(calls);
      const outcomes = results.flat().map(({ connection, outcome }) => `${connection}: ${outcome}`);
      assert.deepEqual(outcomes.filter((line) => !line.endsWith('works')), []);

      const granted = tap.requests.filter(({ status }) => status === 200);
      assert.deepEqual(granted.map(({ connection }) => connection).sort(), [...names].sort(), 'one refresh for each connection');
      const refused = tap.requests.filter(({ status }) => status === 400);
      const suspects = refused.filter((refusal) => isAlone(refusal, refused)).map(({ connection }) => connection);
      const late = granted.filter((request) => !suspects.includes(request.connection) && isLate(request, tap.requests));
      const [first] = granted;
      t.diagnostic(`${tap.requests.length} token requests, ${refused.length} refused, `
        + `${suspects.length} of them perhaps unexplained; `
        + `${(granted.at(-1).endedAt - first.endedAt).toFixed(0)} ms from the first success to the last`);
      assert.deepEqual(late.map(({ connection }) => connection), []);
    });
  }

  /** Causes lockouts until the only connection counts as dead. */
  async function kill({ tap, workers: [worker], useDeadToken }) {
    let isOver = false;
    const lockouts = (async () => {
      while (!isOver) {
        await useDeadToken();
        await pause(LOCKOUT_MS / 4);
      }
    })();
    const [{ outcome }] = await worker.send('insist', { withinMs: 0, pauseMs: 200 });
    isOver = true;
    await lockouts;
    assert.equal(outcome, VERDICT, 'after two refusals without an explanation, the connection counts as dead');
    const before = tap.requests.length;
    assert.equal(await ask(worker), VERDICT);
    assert.equal(tap.requests.length, before, 'a dead connection causes no token request');
    await pause(LOCKOUT_MS);
  }

  const ask = (worker) => worker.send('ask', { connection: 'healthy 1' });
  const works = (worker) => until(async () => await ask(worker) === 'works', 20_000);

  test('blocks a connection for at most four hours when the other program uses the token again and again', async (t) => {
    const scene = await start(t, { healthy: 1, processes: 1 });
    const { bitbucket, tap, workers: [worker] } = scene;
    await kill(scene);
    const before = tap.requests.length;
    bitbucket.control.advance(REVIEW_MS);
    await worker.send('clock', { offsetMs: REVIEW_MS + 1000 });
    assert.ok(await works(worker));
    assert.equal(tap.requests.length, before + 1);
  });

  test('blocks a connection for at most ten minutes when another process of NocoDB starts later', async (t) => {
    const redis = await startRedis(t);
    const environment = { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url };
    const scene = await start(t, { healthy: 1, processes: 1, environment });
    const { bitbucket, tap, workers, startWorker } = scene;
    await kill(scene);
    const before = tap.requests.length;
    const later = await startWorker();
    assert.equal(await ask(later), VERDICT);
    bitbucket.control.advance(EARLY_REVIEW_MS);
    await Promise.all(workers.map((worker) => worker.send('clock', { offsetMs: EARLY_REVIEW_MS + 1000 })));
    assert.ok(await works(later), 'the connection works in the later process');
    assert.ok(await works(workers[0]), 'and then also in the process in which it counted as dead');
    assert.equal(tap.requests.length, before + 1);
  });

  test('blocks a connection for at most ten minutes in a process that starts later with older tokens in its row', async (t) => {
    const redis = await startRedis(t);
    const environment = { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url };
    const scene = await start(t, { healthy: 1, processes: 1, environment, isStored: false });
    const { bitbucket, workers: [first], startWorker } = scene;
    assert.ok(await works(first), 'the connection works with tokens that only Redis has');
    let offsetMs = 0;
    const advance = async (ms) => {
      offsetMs += ms;
      bitbucket.control.advance(ms);
      await Promise.all(scene.workers.map((worker) => worker.send('clock', { offsetMs })));
    };
    await advance(HOUR + 1000);
    await kill(scene);
    await first.kill();
    scene.workers.shift();
    const second = await startWorker();
    await advance(MINUTE);
    assert.equal(await ask(second), VERDICT);
    await advance(EARLY_REVIEW_MS + MINUTE);
    assert.ok(await works(second));
  });
});
