/** A process that is suspended while Bitbucket responds to its token request keeps the tokens of the response. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startRedis } from '../support/redis.js';
import { pause } from '../support/waiting.js';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker } from './support/workers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The default time limit of a request, and how long the process is suspended. The lock in Redis expires after six seconds. */
const LIMIT_MS = 10_000;
const STILL_MS = 12_000;

describe('a process that is suspended in the middle of a token request', { concurrency: true }, () => {
  for (const store of ['memory', 'Redis']) {
    test(`keeps its connection, with the token store in ${store}`, async (t) => {
      const redis = store === 'Redis' ? await startRedis(t) : undefined;
      const scene = await startScene({
        accessTokenLifetimeMs: HOUR,
        variables: {
          INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(LIMIT_MS),
          ...(redis && { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url }),
        },
      });
      const { bitbucket, tap } = scene;
      const rows = new Rows(() => 0);
      const worker = new Worker('only', (connection, change) => rows.write(connection, change));
      t.after(async () => {
        await worker.kill();
        await scene.close();
      });
      const config = await scene.connect('first');
      rows.create('first', config);
      await worker.init(scene.environment, 1);
      await worker.send('open', { connection: 'first', config, count: 3, via: 'callback' });

      let goesOn;
      tap.trapAfter = () => {
        worker.suspend();
        goesOn = pause(STILL_MS).then(() => {
          // The grace period is over: Bitbucket issues no more tokens for the old refresh token.
          bitbucket.control.advance(11 * MINUTE);
          worker.resume();
        });
      };
      bitbucket.control.advance(HOUR + 1000);
      assert.equal(await worker.send('ask', { connection: 'first' }), 'works');
      await goesOn;
      assert.deepEqual(await worker.send('check', { connections: ['first'], timeoutMs: 5000 }), []);
      assert.ok(rows.digestOf('first') === tap.newest('first'), 'the stored tokens are the newest');
      const { requests, refused } = bitbucket.control.stats().token.refresh_token;
      assert.deepEqual({ requests, refused }, { requests: 1, refused: 0 });
    });
  }
});
