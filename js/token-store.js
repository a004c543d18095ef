/**
 * The places where hosts keep the tokens of connections.
 *
 * In: the newest pair of a connection, and the holders that wait for it. Out: whether the host's stores took it, what they
 * have instead, and lines in the host's log that name the connection. What never happens here: a token request, a
 * decision about when to try again, or one store written twice for the holders that share it.
 */

import { core, failure } from './core.js';
import { logLine } from './log-lines.js';
import { within } from './time-limit.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./log-lines.js').LogEntry} LogEntry */

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

/** @typedef {import('./core.js').Ending} Ending */

/**
 * What tells the refresh tokens of one connection from others: the connection.
 *
 * @typedef {object} Chain
 * @property {string} name in the log, for connections without a title; it tells nothing
 * @property {(refreshToken: string) => Promise<boolean>} includes whether it is the newest one, or led to that
 */

/**
 * `stored`: the store has the pair. `shared`: it does, or keeps a newer one, and had one of somebody else's that renews the
 * tokens of the same authorization. Else the store is none of this connection's any more, and was left as it is.
 *
 * @typedef {'stored' | 'shared' | Ending} Outcome
 */

/**
 * Somebody who uses a connection and has a store of its own: a wrapper.
 *
 * @typedef {object} Holder
 * @property {(pair: Pair, chain: Chain) => Outcome | Promise<Outcome>} store has the host store a pair; rejects when it
 *   could not
 * @property {(chain: Chain) => Promise<Pair | Ending | undefined>} [read] what the store has instead of tokens that
 *   Bitbucket refuses: a pair of somebody else's that renews the tokens of the same authorization, or nothing else
 * @property {(pair: Pair) => unknown} [take] takes a pair that is in the store by now
 * @property {(line: string, level: LogEntry['level']) => void} log
 * @property {string} [id] of the store: holders with the same one have one store
 * @property {string} [title] of the connection, for people
 * @property {number} stored the number of the pair that its store has, as far as known
 * @property {number} handed the number of the pair that its store was handed last
 * @property {Ending} [ending] why its store is none of this connection's any more
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
 * A holder without a store.
 *
 * @returns {Holder}
 */
export function storelessHolder() {
  return { store: () => 'stored', log: () => {}, stored: 0, handed: 0 };
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
 * Hands a pair to the stores of the holders that have another one, once to each store.
 *
 * @param {Iterable<Holder>} holders
 * @param {Pair} pair
 * @param {number} generation its number
 * @param {Chain} chain
 * @returns {Promise<boolean>} whether each store has it that is still of this connection
 */
export async function storePair(holders, pair, generation, chain) {
  const behind = [...holders].filter((owner) => !owner.ending && owner.stored !== generation);
  const stored = await Promise.all(storesOf(behind).map(async (owners) => {
    const [owner] = owners;
    for (const each of owners) each.handed = generation;
    try {
      const outcome = await within(STORE_LIMIT_MS, owner.store(pair, chain));
      if (outcome === 'replaced' || outcome === 'deleted') {
        end(owners, outcome, chain);
        return true;
      }
      if (outcome === 'shared') sayOnce(owner, chain, SHARED);
      for (const each of owners) {
        if (each !== owner) each.take?.(pair);
        each.stored = generation;
      }
      return true;
    } catch {
      // The host's error may hold the tokens that it could not store, so it stays here.
      return false;
    }
  }));
  return stored.every(Boolean);
}

/**
 * Looks into the stores for a pair that somebody else obtained, before a refresh token counts as dead.
 *
 * @param {Iterable<Holder>} holders
 * @param {Chain} chain
 * @returns {Promise<Pair | undefined>} the newest one. Holders whose store is none of this connection's any more have an
 *   `ending` afterwards
 */
export async function readStores(holders, chain) {
  const living = [...holders].filter((owner) => !owner.ending);
  const pairs = await Promise.all(storesOf(living).map(async (owners) => {
    const [owner] = owners;
    // A store that cannot be read has nothing to say.
    const found = await within(STORE_LIMIT_MS, owner.read?.(chain)).catch(() => undefined);
    if (typeof found === 'string') {
      end(owners, found, chain);
      return undefined;
    }
    if (found) sayOnce(owner, chain, SHARED);
    return found;
  }));
  return pairs.reduce((one, other) => (isLater(other, one) ? other : one), undefined);
}

/**
 * @param {Pair | undefined} pair
 * @param {Pair | undefined} other
 */
function isLater(pair, other) {
  if (!pair || !other) return other === undefined;
  return core().isLater(pair.obtainedAt, pair.expiresAt, other.obtainedAt, other.expiresAt);
}

/**
 * Whether one of the holders has a store that is still this connection's. When none has, nobody needs new tokens.
 *
 * @param {Iterable<Holder>} holders
 * @returns {boolean}
 */
export function hasLivingStore(holders) {
  return [...holders].some(({ ending }) => !ending);
}

/**
 * @param {Holder} owner who wants to use the connection
 * @throws {BitbucketAuthError} `RECONNECT_REQUIRED` when its store is none of this connection's any more
 */
export function refuseEnded({ ending }) {
  if (ending) throw failure('RECONNECT_REQUIRED', 'refresh', { ending });
}

/**
 * Tells the hosts whose stores do not have a pair, once for each store.
 *
 * @param {Iterable<Holder>} holders
 * @param {number} generation of the pair
 * @param {Chain} chain
 */
export function reportUnstored(holders, generation, chain) {
  const behind = [...holders].filter(({ ending, stored }) => !ending && stored !== generation);
  report(behind, chain, { level: 'ERROR', event: 'tokens-unstored', text: failure('PERSIST_FAILED', 'refresh').message });
}

/**
 * Tells the hosts that the refresh token is dead, once for each store.
 *
 * @param {Iterable<Holder>} holders
 * @param {Chain} chain
 */
export function reportDeath(holders, chain) {
  const text = failure('RECONNECT_REQUIRED', 'refresh').message;
  report([...holders].filter(({ ending }) => !ending), chain, { level: 'ERROR', event: 'connection-dead', text });
}

/**
 * Tells the hosts that there are new tokens, once for each store.
 *
 * @param {Iterable<Holder>} holders
 * @param {Chain} chain
 * @param {number} durationMs of the token request
 */
export function reportRefresh(holders, chain, durationMs) {
  report(holders, chain, { level: 'INFO', event: 'refreshed', text: 'Bitbucket issued new tokens.', durationMs });
}

/**
 * Tells the hosts that there are no new tokens, once for each store.
 *
 * @param {Iterable<Holder>} holders
 * @param {Chain} chain
 * @param {BitbucketAuthError} error
 * @param {number} durationMs of the token request
 */
export function reportFailure(holders, chain, { code, message }, durationMs) {
  report(holders, chain, { level: 'WARN', event: 'refresh-failed', text: `${code}: ${message}`, durationMs });
}

/** @type {LogEntry} */
const SHARED = {
  level: 'WARN',
  event: 'connection-shared',
  text: 'Another process uses this connection; several processes need a Redis in common.',
};

/** What was said of a connection. @type {WeakMap<Chain, Set<string>>} */
const said = new WeakMap();

/**
 * Holders by their stores. One that does not say which it has may have one of its own: a connection can be duplicated, with its
 * tokens.
 *
 * @param {Holder[]} holders
 * @returns {[Holder, ...Holder[]][]}
 */
function storesOf(holders) {
  /** @type {Map<unknown, [Holder, ...Holder[]]>} */
  const stores = new Map();
  for (const owner of holders) {
    const store = owner.id ?? owner;
    const others = stores.get(store);
    if (others) others.push(owner);
    else stores.set(store, [owner]);
  }
  return [...stores.values()];
}

/**
 * Has holders use the connection no more.
 *
 * @param {[Holder, ...Holder[]]} owners of one store
 * @param {Ending} ending
 * @param {Chain} chain
 */
function end(owners, ending, chain) {
  for (const owner of owners) owner.ending = ending;
  // Whoever authenticated again knows.
  if (ending !== 'deleted') return;
  const text = failure('RECONNECT_REQUIRED', 'refresh', { ending }).message;
  sayOnce(owners[0], chain, { level: 'WARN', event: 'connection-deleted', text });
}

/**
 * @param {Iterable<Holder>} holders
 * @param {Chain} chain
 * @param {LogEntry} entry
 */
function report(holders, chain, entry) {
  const lines = new Map([...holders].map((owner) => [lineOf(owner, chain, entry), owner]));
  for (const [line, owner] of lines) owner.log(line, entry.level);
}

/**
 * @param {Holder} owner
 * @param {Chain} chain
 * @param {LogEntry} entry
 */
function sayOnce(owner, chain, entry) {
  const lines = said.get(chain) ?? new Set();
  said.set(chain, lines);
  const line = lineOf(owner, chain, entry);
  if (!lines.has(line)) owner.log(line, entry.level);
  lines.add(line);
}

/**
 * @param {Holder} owner
 * @param {Chain} chain
 * @param {LogEntry} entry
 */
function lineOf({ title }, { name }, entry) {
  return logLine(entry, { title, name });
}
