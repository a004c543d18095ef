/**
 * Remembers the tokens of authorization codes that were exchanged recently. A code can be exchanged only once (RFC 6749 section
 * 4.1.2), but the plugin may get the same code twice. The plugin exchanges a code before NocoDB stores the connection's row, and
 * an enterprise edition then has the wrapper exchange the same code again. A user may also submit the form again after NocoDB
 * failed to store the row.
 *
 * In: payloads of NocoDB's GUI, and tokens. Out: the tokens, once, for a caller that has both the code and its verifier. Never: a
 * code or verifier in memory (only a digest of both is kept), or tokens that are kept for longer than a minute.
 */

import { digest } from '../digest.js';
import { parseOAuthPayload } from './oauth-payload.js';

/** How long an enterprise edition may take between storing a row and exchanging the code. */
const EXCHANGE_LIFETIME_MS = 60_000;

/**
 * The maximum number of remembered exchanges. When this number is reached, the oldest exchange is dropped. The limit is needed
 * because an HTTP client may send any number of codes. A code that must not be exchanged (for example, because the user then
 * selected another auth type) is remembered without tokens, so that the wrapper does not exchange the code either.
 */
const MAX_EXCHANGES = 1000;

/**
 * `isUnstored`: NocoDB failed to store the tokens.
 *
 * @typedef {{ tokens: Record<string, any>, isUnstored: boolean }} Exchange
 */

/** The exchanges, by the digest of code and verifier. @type {Map<string, Exchange>} */
const exchanges = new Map();

/**
 * @param {unknown} payload
 * @returns {string | undefined} `undefined` when there is no code
 */
function keyOf(payload) {
  const { code, codeVerifier } = parseOAuthPayload(payload);
  if (typeof code !== 'string') return undefined;
  return digest(JSON.stringify([code, String(codeVerifier)])).toString('base64url');
}

/**
 * @param {unknown} payload
 * @param {Record<string, any>} tokens the result of the exchange
 */
export function rememberExchange(payload, tokens) {
  const key = keyOf(payload);
  if (key === undefined) return;
  if (exchanges.size >= MAX_EXCHANGES) exchanges.delete(/** @type {string} */ (exchanges.keys().next().value));
  const exchange = { tokens, isUnstored: false };
  exchanges.set(key, exchange);
  setTimeout(() => {
    if (exchanges.get(key) === exchange) exchanges.delete(key);
  }, EXCHANGE_LIFETIME_MS).unref();
}

/**
 * Records that NocoDB failed to store the tokens of a payload.
 *
 * @param {unknown} payload
 */
export function markUnstored(payload) {
  const exchange = exchanges.get(keyOf(payload) ?? '');
  if (exchange) exchange.isUnstored = true;
}

/**
 * Returns the tokens of a payload, once.
 *
 * @param {unknown} payload
 * @param {{ onlyUnstored?: boolean }} [options]
 * @returns {Record<string, any> | undefined}
 */
export function takeExchange(payload, { onlyUnstored = false } = {}) {
  const key = keyOf(payload) ?? '';
  const exchange = exchanges.get(key);
  if (!exchange || (onlyUnstored && !exchange.isUnstored)) return undefined;
  exchanges.delete(key);
  return exchange.tokens;
}
