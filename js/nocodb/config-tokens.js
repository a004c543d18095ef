/**
 * Converts between the members of a stored config and token sets.
 *
 * In: configs with members of any type, and token sets. Out: the tokens and the token metadata of a config, and copies of a
 * config with other tokens. Never: a read or write of NocoDB's database, or a change to a given object.
 */

import { objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { digest } from '../digest.js';
import { createTokens } from '../token-store.js';

/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./integration.js').StoredTokens} StoredTokens */
/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */

/**
 * The refresh token of a config, if its tokens can be refreshed.
 *
 * @param {IntegrationConfig} config
 */
export function refreshableToken({ type, refresh_token: stored }) {
  const refreshToken = nonEmptyString(stored);
  return refreshToken !== undefined && core().isRefreshable(nonEmptyString(type) ?? '', refreshToken) ? refreshToken : undefined;
}

/**
 * @param {IntegrationConfig} config
 * @param {string | undefined} accessToken the config's access token, if it can be sent
 * @returns {ConnectionTokens}
 */
export function tokensInConfig({ refresh_token, expires_at, refreshed_at, scopes }, accessToken) {
  return createTokens({
    accessToken,
    refreshToken: String(refresh_token),
    expiresAt: parseTimestamp(expires_at),
    obtainedAt: parseTimestamp(refreshed_at),
    scopes: scopes || undefined,
  });
}

/**
 * Tokens in NocoDB's format.
 *
 * @param {Pick<ConnectionTokens, 'expiresAt' | 'obtainedAt' | 'scopes' | 'accessToken'> & { refreshToken?: string }} tokens
 * @returns {StoredTokens}
 */
export function toStoredTokens({ accessToken = '', refreshToken, expiresAt, obtainedAt, scopes = [] }) {
  return {
    oauth_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    ...(obtainedAt !== undefined && { refreshed_at: new Date(obtainedAt).toISOString() }),
    ...(scopes.length > 0 && { scopes }),
  };
}

/**
 * A copy of a config with other tokens.
 *
 * @param {IntegrationConfig} config
 * @param {ConnectionTokens} tokens
 * @returns {IntegrationConfig}
 */
export function withTokens(config, tokens) {
  const { expires_at: _before, expires_in: _older, ...kept } = /** @type {Record<string, unknown>} */ (config);
  // `Object.assign` instead of a second spread saves memory; `createTokens` gives the reason.
  return Object.assign(kept, toStoredTokens(tokens));
}

/**
 * A config without the code and verifier that the GUI sent. They must not be stored.
 *
 * @param {IntegrationConfig} config
 * @returns {Record<string, unknown>}
 */
export function withoutOAuthPayload({ oauth: _transient, ...config }) {
  return config;
}

/**
 * The metadata of a config's tokens. The config's members may have any type.
 *
 * @param {IntegrationConfig} config
 * @param {Pick<ConnectionTokens, 'obtainedAt' | 'expiresAt'>} times
 * @returns {import('../../pkg/core.js').TokenMetadata} usable for only one call, because the core consumes it
 */
export function tokenMetadataOf({ authorized_at, account }, { obtainedAt, expiresAt }) {
  const { uuid } = objectOrEmpty(account);
  return new (core().TokenMetadata)(nonEmptyString(authorized_at), nonEmptyString(uuid), obtainedAt, expiresAt);
}

/** @param {unknown} refreshToken */
export function digestOf(refreshToken) {
  return digest(String(refreshToken)).toString('base64url', 0, 16);
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
export function nonEmptyString(value) {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * @param {string | undefined} iso
 * @returns {number | undefined}
 */
function parseTimestamp(iso) {
  const time = Date.parse(iso ?? '');
  return Number.isNaN(time) ? undefined : time;
}
