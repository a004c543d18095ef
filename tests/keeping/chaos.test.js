/**
 * Runs twenty seeds of the chaos test; `npm run chaos` runs two hundred. The plan of a seed lists its troubles (the failures that
 * the test causes in each round) and its ending (a failure after the last round, if there is one).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makePlan } from './support/chaos-plan.js';
import { runSeed } from './support/chaos-seed.js';

// Twenty consecutive seeds whose plans together contain every trouble and every ending.
const SEEDS = Array.from({ length: 20 }, (_, index) => 17 + index);

test('the plans of the seeds contain every trouble, and every ending with and without Redis where Redis matters', () => {
  const plans = SEEDS.map(makePlan);
  const endings = new Set(plans.map(({ ending, withRedis }) => `${ending} ${withRedis}`));
  for (const ending of ['undelivered true', 'unstored true', 'unstored false', 'undefined true', 'undefined false']) {
    assert.ok(endings.has(ending), ending);
  }
  const arranged = plans.flatMap(({ rounds }) => rounds.flatMap(({ troubles }) => troubles));
  const troubles = new Set(arranged.map(({ what }) => what));
  assert.deepEqual([...troubles].sort(), ['api', 'dead', 'flush', 'kill', 'kill-at', 'newcomer', 'redis', 'store', 'stranger', 'suspend', 'token']);
});

describe('after the chaos, every connection that could be saved works without a new login', { concurrency: 8 }, () => {
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
