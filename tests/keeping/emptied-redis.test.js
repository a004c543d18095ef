/**
 * NocoDB's main process empties the database of `NC_REDIS_URL` when it starts. So the plugin stores its tokens in another
 * database of that Redis.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { startRedis } from '../support/redis.js';
import { startScene } from './support/scene.js';
import { Worker } from './support/workers.js';

const HOUR = 3_600_000;

test("a connection whose new tokens are only in Redis works after NocoDB's own database in Redis was emptied", async (t) => {
  const redis = await startRedis(t);
  const scene = await startScene({ accessTokenLifetimeMs: HOUR, variables: { NC_REDIS_URL: redis.url } });
  t.after(() => scene.close());
  const workers = [];
  t.after(() => Promise.all(workers.map((worker) => worker.kill())));
  /** Starts a process of NocoDB whose database is not available, so NocoDB's rows stay unchanged. */
  const start = async (name, config) => {
    const worker = new Worker(name, async () => {
      throw new Error('the database is away');
    });
    workers.push(worker);
    await worker.init(scene.environment, workers.length);
    await worker.send('open', { connection: 'first', config, count: 1, via: 'callback' });
    return worker;
  };
  const config = await scene.connect('first');
  const before = await start('before', config);
  scene.bitbucket.control.advance(HOUR + 1000);
  assert.equal(await before.send('ask', { connection: 'first' }), 'works');
  await before.kill();

  const raw = new Redis(redis.url);
  t.after(() => raw.disconnect());
  await raw.flushdb();
  // From now on, Bitbucket would refuse the row's refresh token.
  scene.bitbucket.control.advance(HOUR);
  const after = await start('after', config);
  assert.equal(await after.send('ask', { connection: 'first' }), 'works');
  assert.equal(scene.bitbucket.control.stats().token.refresh_token.refused, 0);
});
