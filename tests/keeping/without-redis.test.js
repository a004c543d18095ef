/** Several processes that share only NocoDB's rows, although the documentation requires a Redis. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows } from './support/rows.js';
import { startScene } from './support/scene.js';
import { Worker, leaks } from './support/workers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How long Bitbucket still accepts a refresh token after its first use. */
const GRACE = 10 * MINUTE;
const CONNECTION = 'Sales';
const SHARED = `WARN connection-shared, connection "${CONNECTION}": Another process uses this connection. The processes need a common Redis.`;

/** Starts two processes. Each has a long-lived wrapper of the same row, and the wrapper can read the row. */
async function start(t) {
  const scene = await startScene({ accessTokenLifetimeMs: HOUR, refreshGraceMs: GRACE });
  const rows = new Rows(() => 2);
  const config = await scene.connect(CONNECTION);
  rows.create(CONNECTION, config);
  const workers = ['one', 'other'].map((name) => new Worker(name, async (connection, change) => (
    change ? rows.write(connection, change) : rows.read(connection))));
  t.after(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await scene.close();
  });
  await Promise.all(workers.map(async (worker, seed) => {
    await worker.init(scene.environment, seed);
    await worker.send('open', { connection: CONNECTION, config, count: 1, via: 'saveConfig', reads: true });
  }));
  return {
    ...scene,
    rows,
    workers,
    use: (worker) => worker.send('ask', { connection: CONNECTION }),
    refused: () => scene.bitbucket.control.stats().token.refresh_token.refused,
    /**
     * Asserts that the tokens in the row are valid, and that at least one process logs that a Redis is needed, but none logs it
     * twice. Other log lines may only report how token requests ended.
     */
    async assertKept() {
      const [one, other] = workers;
      await other.send('open', { connection: 'late', config: rows.read(CONNECTION), count: 1, via: 'saveConfig' });
      assert.equal(await other.send('ask', { connection: 'late' }), 'works');
      const reports = await Promise.all([one, other].map((worker) => worker.send('report')));
      const lines = reports.map(({ log }) => log.filter((line) => !/^(INFO refreshed|WARN refresh-failed), /.test(line)));
      assert.ok(lines.some((log) => log.length === 1));
      assert.ok(lines.every((log) => log.length === 0 || (log.length === 1 && log[0] === SHARED)), lines.flat().join('\n'));
      assert.deepEqual(leaks(scene.tap.secrets, [...reports.flatMap(({ log }) => log), ...workers.map(({ output }) => output)]), []);
    },
  };
}

test('without Redis, a process whose refresh token another process has used takes the new tokens from the row', async (t) => {
  const scene = await start(t);
  for (let round = 0; round < 4; round += 1) {
    const [first, second] = round % 2 === 0 ? scene.workers : [...scene.workers].reverse();
    scene.bitbucket.control.advance(HOUR + 1000);
    assert.equal(await scene.use(first), 'works');
    scene.bitbucket.control.advance(GRACE + 1000);
    assert.equal(await scene.use(second), 'works');
    assert.equal(scene.refused(), round + 1, 'one refusal for each refresh of the other process');
  }
  await scene.assertKept();
});

test('without Redis, two processes that refresh with one token in its grace period keep valid tokens, as does the row', async (t) => {
  const scene = await start(t);
  for (let round = 0; round < 4; round += 1) {
    scene.bitbucket.control.advance(HOUR + 1000);
    assert.deepEqual(await Promise.all(scene.workers.map(scene.use)), ['works', 'works']);
  }
  assert.equal(scene.refused(), 0);
  await scene.assertKept();
});
