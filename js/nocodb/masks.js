/**
 * Credentials in a config that is shown, and what comes back of such a config.
 *
 * In: configs as NocoDB stores them, sends them to its GUI and gets them back. Out: copies with asterisks in the place of
 * credentials, and copies with credentials in the place of asterisks. What never happens here: the given object is changed.
 */

import { objectOrEmpty } from '../arguments.js';
import { vaultReferences } from './vault.js';

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
export function masked(config) {
  const { oauth: _transient, _vars, ...shown } = objectOrEmpty(config);
  const references = vaultReferences(shown);
  for (const name of SECRET_MEMBERS) {
    if (shown[name] && !references.includes(name)) shown[name] = MASK;
  }
  return shown;
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
export function unmasked(config, stored) {
  const former = objectOrEmpty(stored);
  /** @type {Record<string, unknown>} */
  const whole = { ...config };
  for (const name of maskedMembers(config)) {
    if (name in former && former[name] !== MASK) whole[name] = former[name];
    else delete whole[name];
  }
  return /** @type {T} */ (whole);
}
