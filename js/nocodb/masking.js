/**
 * Credentials in a config that is shown, and what comes back of such a config.
 *
 * In: configs as NocoDB stores them, sends them to its GUI and gets them back. Out: copies with asterisks in the place of
 * credentials, and copies with credentials in the place of asterisks. What never happens here: the given object is changed.
 */

import { objectOrEmpty } from '../arguments.js';
import { vaultReferenceMembers } from './vault-references.js';

/** The members of a config that hold a credential, in any version of this package or of the one that it replaces. */
const SECRET_MEMBERS = [
  'token', 'oauth_token', 'refresh_token', 'access_token', 'bearer_token', 'password', 'client_secret', 'secret',
];
const MASK = '********';

/** What may come back as a mask. A host masks as it likes, and an e-mail address is a part of a credential. */
const MASKED_MEMBERS = [...SECRET_MEMBERS, 'email'];

/**
 * A copy of a config that may be shown: without what the GUI sends once and without what `saveVars` keeps. References to a
 * vault stay as they are: they are no secrets, and whoever saves the form sends them back.
 *
 * @param {unknown} config
 * @returns {Record<string, unknown>}
 */
export function maskConfig(config) {
  const { oauth: _transient, _vars, ...visible } = objectOrEmpty(config);
  const references = vaultReferenceMembers(visible);
  for (const name of SECRET_MEMBERS) {
    if (visible[name] && !references.includes(name)) visible[name] = MASK;
  }
  return visible;
}

/**
 * The names of the members of a config that hold a mask in the place of a credential.
 *
 * @param {unknown} config
 * @returns {string[]}
 */
export function maskedMembers(config) {
  const given = objectOrEmpty(config);
  return MASKED_MEMBERS.filter((name) => given[name] === MASK);
}

/**
 * A config with the stored credentials in the place of masks. A mask of something that is not stored is left out.
 *
 * @template {Record<string, unknown>} T
 * @param {T} config
 * @param {unknown} stored
 * @returns {T}
 */
export function restoreCredentials(config, stored) {
  const storedMembers = objectOrEmpty(stored);
  /** @type {Record<string, unknown>} */
  const restored = { ...config };
  for (const name of maskedMembers(config)) {
    if (name in storedMembers && storedMembers[name] !== MASK) restored[name] = storedMembers[name];
    else delete restored[name];
  }
  return /** @type {T} */ (restored);
}
