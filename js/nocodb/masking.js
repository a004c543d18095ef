/**
 * Masks the credentials in a config that NocoDB's GUI shows, and restores them in a config that the GUI sends back.
 *
 * In: configs as NocoDB stores them, sends them to its GUI and receives them back. Out: copies with asterisks in place of
 * credentials, and copies with credentials in place of asterisks. Never: changes to the given objects.
 */

import { objectOrEmpty } from '../arguments.js';
import { vaultReferenceMembers } from './vault-references.js';

/** The members of a config that contain a credential, in any version of this package or of the integration that it replaces. */
const SECRET_MEMBERS = [
  'token', 'oauth_token', 'refresh_token', 'access_token', 'bearer_token', 'password', 'client_secret', 'secret',
];
const MASK = '********';

/**
 * The members that may come back masked. NocoDB may mask more members than this file does, for instance the e-mail address, which
 * is part of a credential.
 */
const MASKED_MEMBERS = [...SECRET_MEMBERS, 'email'];

/**
 * A copy of a config for display, without the authorization code that the GUI submits and without the data of `saveVars`.
 * References to a vault stay as they are: they are not secret, and the GUI sends them back when a user saves the form.
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
 * The names of a config's members that contain a mask in place of a credential.
 *
 * @param {unknown} config
 * @returns {string[]}
 */
export function maskedMembers(config) {
  const given = objectOrEmpty(config);
  return MASKED_MEMBERS.filter((name) => given[name] === MASK);
}

/**
 * A copy of a config with the stored credentials in place of masks. If a masked member is not stored, the copy omits it.
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
