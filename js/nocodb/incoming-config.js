/**
 * What NocoDB is about to store as the configuration of a row of ours.
 *
 * In: that configuration, and the one that is stored. Out: tokens in the place of an authorization code, and credentials in
 *   the place of asterisks. Never here: a rule of OAuth (the entry's wrapper exchanges the code), or a row of somebody else.
 */

/** @typedef {typeof import('./plugin.js')} Plugin */
/** @typedef {Record<string, any>} Config */

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * NocoDB passes configurations as objects, and as JSON where they were stored before.
 *
 * @param {unknown} config
 * @returns {Config | undefined}
 */
export function parseConfig(config) {
  let parsed = config;
  if (typeof config === 'string') {
    try {
      parsed = JSON.parse(config);
    } catch {
      return undefined;
    }
  }
  return isObject(parsed) ? parsed : undefined;
}

/**
 * Whether a configuration may not be stored as it is.
 *
 * @param {Plugin} plugin
 * @param {Config | undefined} config
 * @returns {config is Config}
 */
export const needsPreparation = ({ maskedMembers }, config) =>
  config !== undefined && ('oauth' in config || maskedMembers(config).length > 0);

/**
 * @param {Plugin} plugin
 * @param {Config} config
 * @param {Config | undefined} stored in the row, or in the one that is copied
 * @param {{ isNew: boolean, exchange: (payload: unknown, config: Config) => Promise<Config> }} options
 * @returns {Promise<Config>}
 * @throws {import('./plugin.js').BitbucketAuthError} what the exchange throws, and for what cannot be stored at all
 */
export async function prepareConfig(plugin, config, stored, { isNew, exchange }) {
  const { oauth, ...given } = config;
  // Somebody who first authenticated and then chose another type does not want tokens.
  const takesCode = plugin.takesCode(given.type);
  const hasNewCode = Boolean(oauth) && takesCode && !isSameCode(plugin, oauth, stored?.oauth);
  // Whoever sends a request may name any row as the one that is copied: what that holds is not for a new row.
  const restored = restoreCredentials(plugin, hasNewCode ? withoutTokens(given) : given, isNew ? undefined : stored);
  if (!oauth) return restored;
  if (hasNewCode) {
    const tokens = plugin.takeExchange(oauth, { onlyUnstored: true }) ?? await exchange(oauth, restored);
    plugin.rememberExchange(oauth, tokens);
    return { ...restored, ...tokens };
  }
  // The code was used, or is too old by now.
  if (takesCode && !restored.oauth_token && !restored.refresh_token) throw plugin.unexchangedCodeError();
  plugin.rememberExchange(oauth, {});
  return restored;
}

/**
 * @param {Plugin} plugin
 * @param {Config} config
 * @param {Config | undefined} stored
 * @returns {Config} with the stored credentials in the place of masks
 */
function restoreCredentials(plugin, config, stored) {
  const [masked] = plugin.maskedMembers(config);
  if (masked !== undefined && !stored) throw plugin.maskedCredentialError(`config.${masked}`);
  return plugin.restoreCredentials(config, stored);
}

/**
 * Tokens of the former connection must not outlive it: they may belong to another account. Older integrations stored
 * `expires_in`.
 *
 * @param {Config} config
 * @returns {Config}
 */
function withoutTokens({
  oauth_token, refresh_token, expires_at, expires_in, refreshed_at, scopes, authorized_at, account, ...kept
}) {
  return kept;
}

/**
 * @param {Plugin} plugin
 * @param {unknown} payload
 * @param {unknown} storedPayload
 */
function isSameCode({ parseOAuthPayload }, payload, storedPayload) {
  const { code } = parseOAuthPayload(payload);
  return typeof code === 'string' && code === parseOAuthPayload(storedPayload).code;
}
