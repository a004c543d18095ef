/**
 * Prepares the config that NocoDB is about to store in the database row of a connection.
 *
 * In: that config, and the stored config. Out: the config with tokens in place of an authorization code, and with the stored
 * credentials in place of their masks (the asterisks that NocoDB's GUI shows and sends back). Never: a rule of OAuth (the caller
 * passes the function that exchanges the code), or a change to the config of another integration.
 */

/** @typedef {typeof import('./plugin.js')} Plugin */
/** @typedef {Record<string, any>} Config */

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * NocoDB passes a config as an object, or as JSON if the config was already stored.
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
 * Whether a config contains an authorization code or a mask, and so has to be prepared before NocoDB stores it.
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
 * @param {Config | undefined} stored the config of the row that is updated or copied
 * @param {{ isNew: boolean, exchange: (payload: unknown, config: Config) => Promise<Config> }} options
 * @returns {Promise<Config>}
 * @throws {import('./plugin.js').BitbucketAuthError} the errors of the exchange, and an error for a config that cannot be stored
 *   at all
 */
export async function prepareConfig(plugin, config, stored, { isNew, exchange }) {
  const { oauth, ...given } = config;
  // If a user authenticated and then selected another auth type, the config contains a code that must not be exchanged.
  const usesAuthorizationCode = plugin.usesAuthorizationCode(given.type);
  const hasNewCode = Boolean(oauth) && usesAuthorizationCode && !isSameCode(plugin, oauth, stored?.oauth);
  // An HTTP client may name any row as the source of a copy. So a new row never gets the credentials of its source.
  const restored = restoreCredentials(plugin, hasNewCode ? withoutTokens(given) : given, isNew ? undefined : stored);
  if (!oauth) return restored;
  if (hasNewCode) {
    const tokens = plugin.takeExchange(oauth, { onlyUnstored: true }) ?? await exchange(oauth, restored);
    plugin.rememberExchange(oauth, tokens);
    return { ...restored, ...tokens };
  }
  // Either the auth type uses no code, or the stored row already contains this code: it was already used, or is too old.
  if (usesAuthorizationCode && !restored.oauth_token && !restored.refresh_token) throw plugin.unexchangedCodeError();
  plugin.rememberExchange(oauth, {});
  return restored;
}

/**
 * @param {Plugin} plugin
 * @param {Config} config
 * @param {Config | undefined} stored
 * @returns {Config} with the stored credentials in place of masks
 */
function restoreCredentials(plugin, config, stored) {
  const [masked] = plugin.maskedMembers(config);
  if (masked !== undefined && !stored) throw plugin.maskedCredentialError(`config.${masked}`);
  return plugin.restoreCredentials(config, stored);
}

/**
 * Removes the tokens of the previous login, which may belong to another account. NocoDB's own integration stores the member
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
