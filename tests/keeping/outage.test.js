/** The token endpoint is down for an unknown time: the plugin sends at most four requests a minute, and every call fails. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker, leaks } from './support/workers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CALLERS = 10;

/** The time limit of a request. */
const LIMIT_MS = 500;

/** Longer than four requests take, with the pauses between them. */
const OUTAGE_MS = 10_000;

/** The longest time of a call that fails without a request, on a busy machine. */
const AT_ONCE_MS = 1500;

const MAX_PER_MINUTE = 4;

/** A connection with an expired access token, and callers in one process. */
async function start(t, outage) {
  const scene = await startScene({
    accessTokenLifetimeMs: HOUR, variables: { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(LIMIT_MS) },
  });
  const { bitbucket, tap } = scene;
  const rows = new Rows(() => 0);
  const worker = new Worker('only', (connection, change) => rows.write(connection, change));
  t.after(async () => {
    await worker.kill();
    await scene.close();
  });
  rows.create('first', await scene.connectExpired('first'));
  await worker.init(scene.environment, 1);
  await worker.send('open', { connection: 'first', config: rows.read('first'), count: CALLERS, via: 'callback' });
  bitbucket.control.advance(HOUR + 1000);
  tap.outage = outage;
  let offsetMs = 0;
  /** Moves all clocks. */
  const advance = async (ms) => {
    offsetMs += ms;
    bitbucket.control.advance(ms);
    await worker.send('clock', { offsetMs });
  };
  return { tap, rows, worker, advance };
}

describe('calls fail at once while the token endpoint is permanently down', { concurrency: true }, () => {
  for (const [outage, expected] of [
    [{ kind: 'drop' }, 'REQUEST_FAILED'], [{ kind: 'status', status: 503 }, 'UNEXPECTED_STATUS'],
    [{ kind: 'html' }, 'RESPONSE_NOT_JSON'], [{ kind: 'hang' }, 'REQUEST_TIMEOUT'],
  ]) {
    const { kind, status = '' } = outage;
    test(`with the fault ${kind} ${status}`.trim(), async (t) => {
      const { tap, rows, worker, advance } = await start(t, outage);
      for (let minute = 1; minute <= 2; minute += 1) {
        const before = tap.requests.length;
        const begun = performance.now();
        const calls = await worker.send('endure', { ms: OUTAGE_MS, pauseMs: 20 });
        const requests = tap.requests.slice(before);
        t.diagnostic(`minute ${minute}: ${requests.length} token requests, ${calls.length} calls`);
        assert.ok(requests.length >= 1 && requests.length <= MAX_PER_MINUTE, `${requests.length} token requests`);
        assert.deepEqual([...new Set(calls.map(({ code }) => code))], [expected]);
        const lastAt = Math.max(...requests.map(({ endedAt }) => endedAt)) - begun + AT_ONCE_MS;
        const later = calls.filter(({ at }) => at > lastAt);
        assert.ok(later.length > CALLERS, String(later.length));
        const longest = Math.max(...later.map(({ tookMs }) => tookMs));
        assert.ok(longest < AT_ONCE_MS, `a call took ${longest} ms`);
        assert.ok(later.every(({ retryAfter }) => retryAfter > 0 && retryAfter <= MINUTE), 'each error says how long to wait');
        await advance(MINUTE + 1000);
      }
      tap.outage = undefined;
      await advance(MINUTE + 1000);
      assert.deepEqual(await worker.send('check', { connections: ['first'], timeoutMs: 10_000 }), []);
      assert.ok(rows.digestOf('first') === tap.newest('first'), 'the stored tokens are the newest');
      const { log, samples } = await worker.send('report');
      assert.deepEqual(leaks(tap.secrets, [...log, ...samples, worker.output]), []);
    });
  }
});
