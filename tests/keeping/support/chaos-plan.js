/**
 * Plans the failures of one run before the run begins.
 *
 * In: a seed. Out: a plan as data. Never: an action, or a decision that depends on the run. So two runs with the same seed have
 * the same failures, though not at the same millisecond.
 */
import { Random } from '../../support/random.js';

export const CONNECTIONS = ['amber', 'birch', 'cedar'];

/** A fourth connection, whose refresh token is *dead*: it was replaced by a newer one long ago, so Bitbucket rejects it. */
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

/**
 * The shortest and the longest time in milliseconds until a killed process starts again. In that time, no grace period ends (the
 * minutes in which Bitbucket still accepts a refresh token that was used).
 */
const COMEBACK = [20, 900];

/**
 * The kinds of trouble that chaos-seed.js causes when the access tokens of a round expire. `process` is the index of a process.
 * `afterMs` is the delay after that expiry, and `backMs` the duration of the trouble, both in real milliseconds.
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
    // The process is killed before Bitbucket gets its token request, before the response arrives, before the new tokens are
    // stored, or after they are stored.
    point: random.pick(['request', 'answer', 'answer', 'store', 'store', 'stored']),
    backMs: random.integer(...COMEBACK),
  }),
  // A process opens a connection once more, with another wrapper (NocoDB's object for one call).
  newcomer: (random, processes) => ({
    what: 'newcomer', process: random.integer(0, processes - 1), connection: random.pick(CONNECTIONS),
  }),
  // A caller uses the connection whose refresh token is dead.
  dead: (random, processes) => ({ what: 'dead', process: random.integer(0, processes - 1) }),
  // Another program uses a dead refresh token of the same OAuth client.
  stranger: (random) => ({ what: 'stranger', afterMs: random.integer(0, 300) }),
  flush: (random) => ({ what: 'flush', afterMs: random.integer(0, 400) }),
  suspend: (random, processes) => ({
    what: 'suspend',
    process: random.integer(0, processes - 1),
    afterMs: random.integer(0, 300),
    // One of five suspensions is longer than the lifetime of a lock in Redis.
    backMs: random.chance(0.2) ? 7000 : random.integer(200, 1500),
  }),
};

/** @param {number} seed */
export function makePlan(seed) {
  const random = new Random(seed);
  // Without Redis, processes cannot coordinate, so only one runs.
  const withRedis = random.chance(0.75);
  const processes = withRedis ? random.integer(2, 3) : 1;
  const kinds = ['token', 'token', 'token', 'store', 'store', 'api', 'newcomer', 'kill', 'killAt', 'killAt', 'suspend'];
  // A plan has either uses of dead refresh tokens or losses of Redis. After a use of a dead refresh token, Bitbucket also rejects
  // valid refresh tokens of the client for a while. If Redis lost its data then, only one process might know the real cause of
  // such a rejection. Another process would blame the valid refresh token, and the connection would not work for a while.
  if (!withRedis || random.chance(0.5)) kinds.push('dead', 'stranger', 'stranger');
  else kinds.push('redis', 'redis', 'redis', 'flush');
  const rounds = Array.from({ length: random.integer(3, 5) }, () => ({
    troubles: Array.from({ length: random.integer(1, 3) }, () => TROUBLES[random.pick(kinds)](random, processes)),
    // Whether the simulated clock advances beyond the grace period before the round begins. chaos-seed.js omits this step while a
    // connection needs its grace period.
    isLong: random.chance(0.2),
    pauseMs: random.integer(0, 500),
  }));
  return {
    seed,
    withRedis,
    processes,
    wrappers: random.integer(1, 3),
    // Whether NocoDB's clock follows the simulator's. If so, NocoDB refreshes tokens before they expire. If not, only a 401 shows
    // NocoDB that they have expired.
    clocksFollow: random.chance(0.5),
    rounds,
    // All processes are killed while new tokens of one connection are not stored, and start again after the grace period.
    // `undelivered`: no process received these tokens, so nothing can save the connection. `unstored`: a process received
    // them, so only Redis can save it.
    ending: random.pick([undefined, undefined, undefined, undefined, 'undelivered', 'unstored']),
    victim: random.pick(CONNECTIONS),
    work: random.branch(),
  };
}
