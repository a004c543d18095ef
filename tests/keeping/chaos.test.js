/** Twenty seeds of the chaos; `npm run chaos` runs two hundred. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makePlan } from './support/chaos-plan.js';
import { runSeed } from './support/chaos-seed.js';

// Twenty in a row in which everything comes up.
const SEEDS = Array.from({ length: 20 }, (_, index) => 17 + index);

test('the seeds have failures that nothing can repair, that only Redis can repair, and all others', () => {
  const plans = SEEDS.map(makePlan);
  const endings = new Set(plans.map(({ ending, withRedis }) => `${ending} ${withRedis}`));
  for (const ending of ['undelivered true', 'unstored true', 'unstored false', 'undefined true', 'undefined false']) {
    assert.ok(endings.has(ending), ending);
  }
  const arranged = plans.flatMap(({ rounds }) => rounds.flatMap(({ troubles }) => troubles));
  const troubles = new Set(arranged.map(({ what }) => what));
  assert.deepEqual([...troubles].sort(), ['api', 'dead', 'flush', 'kill', 'kill-at', 'newcomer', 'redis', 'still', 'store', 'stranger', 'token']);
});

describe('after the chaos every connection works without a person', { concurrency: 8 }, () => {
  for (const seed of SEEDS) {
    test(`with seed ${seed}`, async (t) => {
      const { saved, unavoidable, lost, problems, timeline } = await runSeed(seed);
      if (problems.length > 0) for (const line of timeline) t.diagnostic(line);
      t.diagnostic(`saved ${saved.length}, lost unavoidably ${unavoidable.length}, lost ${lost.length}`);
      assert.deepEqual(problems, []);
      assert.equal(lost.length, 0);
    });
  }
});
