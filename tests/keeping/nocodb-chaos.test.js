/**
 * The parts of `npm run chaos -- nocodb` that need no NocoDB: its plan, its kinds of failure, its verdict and its report.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makePlan } from './support/nocodb/plan.js';
import { Kinds, failureOf, judge, loggedBy, tell } from './support/nocodb/verdict.js';

const works = { troubles: [], row: 'newest' };
const outcome = { saved: 1, unavoidable: 0, lost: 0, isPassed: true };

describe('the plan of the chaos test', () => {
  const plans = Array.from({ length: 100 }, (_, index) => makePlan(index + 1));

  test('has ten expiries, five SIGKILLs, a restart of the main process and 20 s without PostgreSQL for any seed', () => {
    for (const plan of plans) {
      assert.equal(plan.length, 10);
      assert.equal(plan.filter(({ isRevealed }) => isRevealed).length, 5);
      const troubles = plan.flatMap((round) => round.troubles);
      const [kills, restarts, outages] = ['kill', 'restart', 'outage']
        .map((wanted) => troubles.filter(({ what }) => what === wanted));
      assert.equal(kills.length, 5);
      assert.deepEqual(restarts.map(({ process }) => process), ['main']);
      assert.deepEqual(outages.map(({ forMs }) => forMs), [20_000]);
      assert.equal(troubles.length, 7);
    }
  });

  test('never ends two processes around the same expiry', () => {
    for (const { troubles } of plans.flat()) {
      assert.ok(troubles.filter(({ what }) => what !== 'outage').length <= 1);
    }
  });

  test('kills each of the two processes for some seeds, and ends a process during the outage for some seeds', () => {
    const rounds = plans.flat();
    const killed = new Set(rounds.flatMap(({ troubles }) => troubles).map(({ process }) => process));
    assert.deepEqual([...killed].filter(Boolean).sort(), ['main', 'worker']);
    assert.ok(rounds.some(({ troubles }) => troubles.length === 2));
  });

  test('is the same for the same seed, and differs for another seed', () => {
    assert.deepEqual(makePlan(7), makePlan(7));
    assert.notDeepEqual(makePlan(7), makePlan(8));
  });
});

test('a call counts as failed if its status is an error, and a connection test also if it reports no success', () => {
  const cases = [
    ['listWorkspaces', 201, { values: [] }, undefined],
    ['testConnection', 201, { success: true }, undefined],
    ['testConnection', 201, { success: false, message: 'Try again in 17 s.' }, 'testConnection: Try again in N s.'],
    ['testConnection', 201, null, 'testConnection: null'],
    ['listWorkspaces', 400, { msg: 'connect it again' }, 'HTTP 400: connect it again'],
    ['listWorkspaces', 500, { message: 'connect ECONNREFUSED 127.0.0.1:5432' }, 'HTTP 500: connect ECONNREFUSED N.N.N.N:N'],
    ['listWorkspaces', 400, { error: 'ERR', code: '57P01' }, 'HTTP 400: {"error":"ERR","code":"NPN"}'],
  ];
  for (const [method, status, body, failure] of cases) assert.equal(failureOf(method, { status, body }), failure);
});

test('the report counts only the lines of the plugin in the log, by kind', () => {
  const logged = new Kinds();
  for (const line of [
    '[nocodb-bitbucket-auth] Wait 12 s.', 'nocodb-bitbucket-auth: Wait 3 s.', 'Nest application started', 'connected',
  ]) {
    const said = loggedBy(line);
    if (said !== undefined) logged.add(said);
  }
  assert.deepEqual(logged.lines(), ['      2  Wait N s.']);
  assert.equal(logged.sum, 2);
});

test('a connection counts as saved when it works in every process and NocoDB\'s row has an unused refresh token', () => {
  const verdicts = [
    [works, outcome],
    [{ troubles: [], row: 'usable' }, { ...outcome, isPassed: false }],
    [{ troubles: [], row: 'used' }, { ...outcome, saved: 0, lost: 1, isPassed: false }],
    [{ troubles: ['worker: dead'], row: 'newest' }, { ...outcome, saved: 0, lost: 1, isPassed: false }],
  ];
  for (const [amber, expected] of verdicts) {
    assert.deepEqual(judge({ connections: { amber }, problems: [] }), expected);
  }
  assert.deepEqual(judge({ connections: { amber: works }, problems: ['a leak'] }), { ...outcome, isPassed: false });
});

test('the report contains every failure and problem', () => {
  const failures = new Kinds();
  failures.add('HTTP 400: dead');
  const lines = tell({
    plan: makePlan(1),
    refreshes: 30,
    enough: 28,
    again: 2,
    refused: 1,
    calls: 9,
    slowestMs: 1234,
    failures,
    logged: new Kinds(),
    endedByItself: { main: 1, worker: 0 },
    connections: { amber: works, birch: { troubles: ['worker: dead'], row: 'used' } },
    problems: ['a leak'],
  });
  assert.deepEqual(lines, [
    '10 expiries, 5 SIGKILLs, 1 restart of main, PostgreSQL stopped for 20.0 s',
    'refreshes 30 where 28 are enough, of them 2 with a refresh token that had been used; refused 1',
    'calls 9, of them 1 failed; the slowest took 1.2 s',
    '      1  HTTP 400: dead',
    "lines of the plugin in NocoDB's log: 0",
    'main ended by itself 1 times',
    'amber: its row has the newest tokens; it works',
    'birch: its row has a refresh token that was used; worker: dead',
    'PROBLEM a leak',
  ]);
});
