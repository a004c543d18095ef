/**
 * What NocoDB is about to store as the configuration of a row of ours.
 *
 * In: that configuration, and the one that is stored. Out: tokens in the place of an authorization code, and credentials in
 *   the place of asterisks. Never here: a rule of OAuth (the entry's wrapper exchanges the code), or a row of somebody else.
 */

/** @typedef {typeof import('./plugin.js')} Plugin */
/** @typedef {Record<string, any>} Config */

/** How long an enterprise edition may take from storing a row to exchanging the code that it still has of the request. */
const REMEMBERED_MS = 60_000;

/** What came of each payload lately, by its text. @type {Map<string, Config>} */
const remembered = new Map();

/** The kinds of credential that no code is exchanged for. */
const OTHER_KINDS = ['api_key', 'basic', 'custom'];

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
export const isUnfinished = ({ maskedMembers }, config) =>
  config !== undefined && ('oauth' in config || maskedMembers(config).length > 0);

/**
 * @param {Plugin} plugin
 * @param {Config} config
 * @param {Config | undefined} stored in the row, or in the one that is copied
 * @param {{ isNew: boolean, exchange: (payload: unknown, config: Config) => Promise<Config> }} options
 * @returns {Promise<Config>}
 * @throws {import('./plugin.js').BitbucketAuthError} what the exchange throws, and for what cannot be stored at all
 */
export async function finished(plugin, config, stored, { isNew, exchange }) {
  const [masked] = plugin.maskedMembers(config);
  if (isNew && !stored && masked !== undefined) throw plugin.maskedCredential(`config.${masked}`);
  const { oauth, ...rest } = plugin.unmasked(config, stored);
  if (!oauth) return rest;
  // Somebody who first authenticated and then chose another type does not want tokens.
  if (OTHER_KINDS.includes(rest.type)) return remembering(oauth, {}, rest);
  if (isSameCode(oauth, stored?.oauth)) {
    // It was used, or is too old by now.
    if (!rest.oauth_token && !rest.refresh_token) throw plugin.unexchanged();
    return remembering(oauth, {}, rest);
  }
  // Tokens of the former connection must not outlive it: they may belong to another account.
  // Older integrations stored `expires_in`.
  const {
    oauth_token, refresh_token, expires_at, expires_in, refreshed_at, scopes, authorized_at, account, ...kept
  } = rest;
  return remembering(oauth, await exchange(oauth, kept), kept);
}

/**
 * @param {unknown} payload
 * @param {Config} tokens
 * @param {Config} config
 * @returns {Config} both
 */
function remembering(payload, tokens, config) {
  const key = JSON.stringify(payload);
  remembered.set(key, tokens);
  setTimeout(() => remembered.delete(key), REMEMBERED_MS).unref();
  return { ...config, ...tokens };
}

/**
 * What came of a payload that was seen here, once.
 *
 * @param {unknown} payload
 * @returns {Config | undefined}
 */
export function recall(payload) {
  const key = JSON.stringify(payload);
  const tokens = remembered.get(key);
  remembered.delete(key);
  return tokens;
}

/**
 * @param {unknown} payload
 * @param {unknown} former
 */
const isSameCode = (payload, former) => codeOf(payload) !== undefined && codeOf(payload) === codeOf(former);

/**
 * The code in any of the shapes in which GUIs send it.
 *
 * @param {unknown} payload
 * @returns {string | undefined}
 */
function codeOf(payload) {
  if (!isObject(payload)) return undefined;
  const { code } = isObject(payload.code) ? payload.code : payload;
  return typeof code === 'string' ? code : undefined;
}
