/**
 * The places where hosts keep the tokens of connections.
 *
 * In: the newest pair of a connection, and the holders that wait for it. Out: whether the host's stores took it, and a
 * line in the host's log where they did not. What never happens here: a token request, or a decision about when to try
 * again.
 */

import { failure } from './core.js';
import { within } from './time-limit.js';

/**
 * Tokens that belong together.
 *
 * @typedef {object} Pair
 * @property {string} [accessToken] absent when a config has none that can be sent
 * @property {string} refreshToken
 * @property {number} [expiresAt] of the access token, in milliseconds since the epoch
 * @property {number} [obtainedAt] in milliseconds since the epoch
 * @property {string[]} [scopes] as granted
 */

/**
 * Somebody who uses a connection and has a store of its own: a wrapper. Made by `holder()`.
 *
 * @typedef {object} Holder
 * @property {(pair: Pair) => unknown} store has the host store a pair; rejects when it could not
 * @property {(message: string) => void} log
 * @property {number} stored the number of the pair that its store has, as far as known
 * @property {number} handed the number of the pair that its store was handed last
 */

// A store that takes longer than this counts as failed; should it succeed later, so much the better.
const STORE_LIMIT_MS = 10_000;

/**
 * A pair, made member by member: V8 gives most objects that come out of a spread a hidden class of their own, which
 * takes more memory than the object.
 *
 * @param {{ [Name in keyof Pair]: Pair[Name] | undefined } & { refreshToken: string }} members
 * @returns {Pair}
 */
export function makePair({ accessToken, refreshToken, expiresAt, obtainedAt, scopes }) {
  /** @type {Pair} */
  const pair = { refreshToken };
  if (accessToken !== undefined) pair.accessToken = accessToken;
  if (expiresAt !== undefined) pair.expiresAt = expiresAt;
  if (obtainedAt !== undefined) pair.obtainedAt = obtainedAt;
  if (scopes !== undefined) pair.scopes = scopes;
  return pair;
}

/**
 * A holder whose store is not known to have any pair.
 *
 * @param {Pick<Holder, 'store' | 'log'>} host
 * @returns {Holder}
 */
export function holder({ store, log }) {
  return { store, log, stored: 0, handed: 0 };
}

/**
 * Notes that a holder's store has a pair.
 *
 * @param {Holder} owner
 * @param {number} generation
 */
export function noteStored(owner, generation) {
  owner.stored = generation;
  owner.handed = generation;
}

/**
 * Hands a pair to the stores of the holders that have another one.
 *
 * @param {Iterable<Holder>} holders
 * @param {Pair} pair
 * @param {number} generation its number
 * @returns {Promise<boolean>} whether all of them have it
 */
export async function storePair(holders, pair, generation) {
  const behind = [...holders].filter((owner) => owner.stored !== generation);
  const stored = await Promise.all(behind.map(async (owner) => {
    owner.handed = generation;
    try {
      await within(STORE_LIMIT_MS, owner.store(pair));
      owner.stored = generation;
    } catch {
      // The host's error may hold the tokens that it could not store, so it stays here.
    }
    return owner.stored === generation;
  }));
  return stored.every(Boolean);
}

/**
 * Tells the hosts whose stores do not have a pair.
 *
 * @param {Iterable<Holder>} holders
 * @param {number} generation of the pair
 */
export function reportUnstored(holders, generation) {
  const { message } = failure('PERSIST_FAILED', 'refresh');
  for (const { log, stored } of holders) {
    if (stored !== generation) log(message);
  }
}
