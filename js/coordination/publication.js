/**
 * Lets the core decide what a shared store (Redis, or the store in memory) does when a process publishes an entry: the tokens
 * that replaced older tokens, or the mark that a refresh token is dead.
 *
 * In: the entry, and its position in the chain that the entry is to extend. A chain is a refresh token with all its successors,
 * the tokens that replaced it one after the other. Out: the core's decision, and the texts in which Redis returns a position.
 * Never: an access to a store, or a rule about entries. The core has these rules.
 */

import { core } from '../core.js';

/** @typedef {import('./memory-store.js').TokenEntry} TokenEntry */
/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */

/**
 * The position of an entry's refresh token among the successors of a key: the arguments of the core's `decidePublication`. A key
 * is a hash that stands for a refresh token. A fence is the number of the lock under which tokens were obtained.
 *
 * @typedef {object} ChainPosition
 * @property {'newest' | 'superseded' | 'predecessor' | 'predecessor-of-newest' | 'unrelated'} place
 * @property {boolean} isFirst whether the key has no successor yet
 * @property {number} newest fence of the key's newest successor
 * @property {number} highest the highest fence on the path to that successor
 * @property {boolean} isLast whether the entry's own key has no successor yet
 * @property {number} own the highest fence of the successors of the entry's own key
 */

/**
 * @param {TokenEntry} entry
 * @param {ChainPosition} position of its refresh token
 */
export function decidePublication({ fence }, { place, isFirst, newest, highest, isLast, own }) {
  return core().decidePublication(fence, place, isFirst, newest, highest, isLast, own);
}

/**
 * The data from which the core can tell whether an entry is older than another, in the order of the core's arguments.
 *
 * @param {TokenEntry} entry
 * @returns {[obtainedAt: number | undefined, expiresAt: number | undefined, isDead: boolean, fence: number]}
 */
export function versionOf({ value, fence }) {
  const { obtainedAt, expiresAt } = /** @type {Partial<ConnectionTokens>} */ (value);
  return [obtainedAt, expiresAt, 'dead' in value, fence];
}

/**
 * A position in the format of the script `publish`.
 *
 * @param {ChainPosition} position
 */
export function formatPosition({ place, isFirst, newest, highest, isLast, own }) {
  return [place, Number(isFirst), newest, highest, Number(isLast), own].join(' ');
}

/**
 * @param {string} text in the format of the script `publish`
 * @returns {ChainPosition}
 */
export function parsePosition(text) {
  const [place, isFirst, newest, highest, isLast, own] = text.split(' ');
  return {
    place: /** @type {ChainPosition['place']} */ (place),
    isFirst: isFirst === '1',
    newest: Number(newest),
    highest: Number(highest),
    isLast: isLast === '1',
    own: Number(own),
  };
}
