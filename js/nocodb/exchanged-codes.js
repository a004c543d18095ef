/**
 * What came of authorization codes lately. A code can be exchanged only once (RFC 6749 section 4.1.2), and NocoDB may bring it
 * twice: an enterprise edition exchanges what it still has of a request whose row is stored already, and a row that could not be
 * stored is stored once more.
 *
 * In: payloads of NocoDB's GUI, and tokens. Out: the tokens, once, for whoever has both the code and its verifier. What never
 * happens here: a code or verifier is kept (only a digest of them is), or tokens are kept for longer than a minute.
 */

import { digest } from '../digest.js';
import { grantOf } from './oauth-payload.js';

/** How long an enterprise edition may take from storing a row to exchanging the code. */
const REMEMBERED_MS = 60_000;

/** The oldest are forgotten: somebody may send any number of codes that need no exchange. */
const MOST = 1000;

/**
 * `isUnstored`: NocoDB could not store them.
 *
 * @typedef {{ tokens: Record<string, any>, isUnstored: boolean }} Outcome
 */

/** By the digest of code and verifier. @type {Map<string, Outcome>} */
const outcomes = new Map();

/**
 * @param {unknown} payload
 * @returns {string | undefined} nothing where there is no code
 */
function keyOf(payload) {
  const { code, codeVerifier } = grantOf(payload);
  if (typeof code !== 'string') return undefined;
  return digest(JSON.stringify([code, String(codeVerifier)])).toString('base64url');
}

/**
 * @param {unknown} payload
 * @param {Record<string, any>} tokens that came of it
 */
export function remember(payload, tokens) {
  const key = keyOf(payload);
  if (key === undefined) return;
  if (outcomes.size >= MOST) outcomes.delete(/** @type {string} */ (outcomes.keys().next().value));
  const outcome = { tokens, isUnstored: false };
  outcomes.set(key, outcome);
  setTimeout(() => {
    if (outcomes.get(key) === outcome) outcomes.delete(key);
  }, REMEMBERED_MS).unref();
}

/**
 * Notes that NocoDB could not store what came of a payload.
 *
 * @param {unknown} payload
 */
export function noteUnstored(payload) {
  const outcome = outcomes.get(keyOf(payload) ?? '');
  if (outcome) outcome.isUnstored = true;
}

/**
 * What came of a payload, once.
 *
 * @param {unknown} payload
 * @param {{ onlyUnstored?: boolean }} [options]
 * @returns {Record<string, any> | undefined}
 */
export function recall(payload, { onlyUnstored = false } = {}) {
  const key = keyOf(payload) ?? '';
  const outcome = outcomes.get(key);
  if (!outcome || (onlyUnstored && !outcome.isUnstored)) return undefined;
  outcomes.delete(key);
  return outcome.tokens;
}
