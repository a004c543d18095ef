/**
 * The failures at each expiry, decided by a seed before anything happens.
 *
 * In: a seed. Out: a plan as data: ten expiries, and spread over them five SIGKILLs, a restart of NocoDB's main process and an
 * outage of PostgreSQL. The same seed means the same failures, though not to the millisecond.
 */
import { Random } from '../../../support/random.js';

export const CONNECTIONS = ['amber', 'birch', 'cedar'];

export const PROCESSES = ['main', 'worker'];

/** How many loops call a process at the same time. */
export const CALLERS = 20;

const EXPIRIES = 10;
const KILLS = 5;
const OUTAGE_MS = 20_000;

/** The latest time of a trouble after the expiry, except during the outage. All refreshes together take about half as long. */
const KILLED_WITHIN_MS = 200;

/**
 * One trouble. Its time counts, in real milliseconds, from the expiry if a 401 reveals it, and otherwise from the first refresh.
 *
 * @typedef {{ what: 'kill', process: string, afterMs: number }
 *   | { what: 'restart', process: 'main', afterMs: number }
 *   | { what: 'outage', afterMs: number, forMs: number }} Trouble
 */

/**
 * @typedef {object} Round
 * @property {boolean} isRevealed whether only a 401 reveals the expiry; otherwise NocoDB knows the expiry in advance, and the
 *   tokens are refreshed before they expire
 * @property {Trouble[]} troubles
 */

/** @param {number} seed @returns {Round[]} */
export function makePlan(seed) {
  const random = new Random(seed);
  const rounds = Array.from({ length: EXPIRIES }, (_, index) => ({ isRevealed: index % 2 === 0, troubles: [] }));
  const outage = random.pick(rounds);
  outage.troubles.push({ what: 'outage', afterMs: random.integer(-100, KILLED_WITHIN_MS), forMs: OUTAGE_MS });
  // Each round has at most one kill or restart. So before a process fails again, it is running, and a call through it succeeded.
  const [restarted, ...killed] = shuffle(rounds, random).slice(0, KILLS + 1);
  const soon = (round) => random.integer(0, round === outage ? OUTAGE_MS : KILLED_WITHIN_MS);
  restarted.troubles.push({ what: 'restart', process: 'main', afterMs: soon(restarted) });
  for (const round of killed) {
    round.troubles.push({ what: 'kill', process: random.pick(PROCESSES), afterMs: soon(round) });
  }
  return rounds;
}

function shuffle(list, random) {
  const left = [...list];
  return list.map(() => left.splice(random.integer(0, left.length - 1), 1)[0]);
}
