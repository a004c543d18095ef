/**
 * The failures of one seed, decided before anything happens.
 *
 * In: a seed. Out: a plan as data. What never happens here: an action, or a decision that depends on the run. The same seed therefore
 * means the same failures, though not to the millisecond.
 */
import { Random } from '../../support/random.js';

export const CONNECTIONS = ['amber', 'birch', 'cedar'];

/** One beside them whose row holds a refresh token that was rotated away long ago. */
export const DEAD_CONNECTION = 'dogwood';

const TOKEN_FAULTS = [
  () => ({ kind: 'drop' }),
  () => ({ kind: 'drop-after' }),
  () => ({ kind: 'drop-after' }),
  () => ({ kind: 'truncate' }),
  () => ({ kind: 'empty' }),
  () => ({ kind: 'html' }),
  (random) => ({ kind: 'status', status: random.pick([500, 502, 503]) }),
  (random) => ({ kind: 'status', status: 429, retryAfter: random.pick([undefined, 0, 1, 2]) }),
  (random) => ({ kind: 'delay', delayMs: random.integer(20, 900) }),
  (random) => ({ kind: 'delay-after', delayMs: random.integer(20, 900) }),
];

/** A process that was killed is back before the grace of any refresh token is over. */
const COMEBACK = [20, 900];

/**
 * One trouble. `process` counts from 0, times are real milliseconds after the next expiry; see chaos-seed.js for what
 * is done.
 */
const TROUBLES = {
  token: (random) => ({
    what: 'token',
    faults: Array.from({ length: random.integer(1, 3) }, () => random.pick(TOKEN_FAULTS)(random)),
  }),
  store: (random) => ({
    what: 'store',
    connection: random.pick(CONNECTIONS),
    times: random.integer(1, 5),
    hangMs: random.pick([0, 0, random.integer(50, 1200)]),
    succeeds: random.chance(0.3),
  }),
  api: (random) => ({ what: 'api', kind: random.pick(['drop', 'status', 'delay']), times: random.integer(1, 8) }),
  redis: (random) => ({ what: 'redis', afterMs: random.integer(0, 300), backMs: random.integer(50, 1500) }),
  kill: (random, processes) => ({
    what: 'kill',
    process: random.integer(0, processes - 1),
    afterMs: random.integer(0, 400),
    backMs: random.integer(...COMEBACK),
  }),
  killAt: (random) => ({
    what: 'kill-at',
    // Before Bitbucket gets the request, before its response arrives, before the tokens are stored, and after that.
    point: random.pick(['request', 'answer', 'answer', 'store', 'store', 'stored']),
    backMs: random.integer(...COMEBACK),
  }),
  newcomer: (random, processes) => ({
    what: 'newcomer', process: random.integer(0, processes - 1), connection: random.pick(CONNECTIONS),
  }),
  // A caller uses the dead row.
  dead: (random, processes) => ({ what: 'dead', process: random.integer(0, processes - 1) }),
  // Another program uses a dead refresh token of the same OAuth client.
  stranger: (random) => ({ what: 'stranger', afterMs: random.integer(0, 300) }),
  flush: (random) => ({ what: 'flush', afterMs: random.integer(0, 400) }),
  still: (random, processes) => ({
    what: 'still',
    process: random.integer(0, processes - 1),
    afterMs: random.integer(0, 300),
    // Longer than a lock of Redis lasts, now and then.
    backMs: random.chance(0.2) ? 7000 : random.integer(200, 1500),
  }),
};

/** @param {number} seed */
export function makePlan(seed) {
  const random = new Random(seed);
  // Without Redis there is nothing between processes, so there is only one.
  const withRedis = random.chance(0.75);
  const processes = withRedis ? random.integer(2, 3) : 1;
  const kinds = ['token', 'token', 'token', 'store', 'store', 'api', 'newcomer', 'kill', 'killAt', 'killAt', 'still'];
  // Not both: a refusal that only another process could explain may count, so that a connection is dead for a while.
  if (!withRedis || random.chance(0.5)) kinds.push('dead', 'stranger', 'stranger');
  else kinds.push('redis', 'redis', 'redis', 'flush');
  const rounds = Array.from({ length: random.integer(3, 5) }, () => ({
    troubles: Array.from({ length: random.integer(1, 3) }, () => TROUBLES[random.pick(kinds)](random, processes)),
    // Past the grace as well, if nothing hangs on it.
    isLong: random.chance(0.2),
    pauseMs: random.integer(0, 500),
  }));
  return {
    seed,
    withRedis,
    processes,
    wrappers: random.integer(1, 3),
    // NocoDB's clock follows Bitbucket's, so that tokens are refreshed before they expire; otherwise only a 401 reveals it.
    clocksFollow: random.chance(0.5),
    rounds,
    // Everybody is killed with a pair that was not stored, and nobody comes back within the grace: `undelivered` to any
    // process, or delivered and `unstored`. The first cannot be saved, the second only by Redis.
    ending: random.pick([undefined, undefined, undefined, undefined, 'undelivered', 'unstored']),
    victim: random.pick(CONNECTIONS),
    work: random.branch(),
  };
}
