/**
 * Credentials in a config that is shown.
 *
 * In: a config as NocoDB stores it. Out: a copy with asterisks in the place of credentials. What never happens here: the
 * given object is changed.
 */

import { members } from '../arguments.js';
import { isVaultReference } from './vault.js';

/** The members of a config that hold a credential, in any version of this package or of the one that it replaces. */
const SECRET_MEMBERS = [
  'token', 'oauth_token', 'refresh_token', 'access_token', 'bearer_token', 'password', 'client_secret', 'secret',
];
const MASK = '********';

/**
 * A copy of a config that may be shown: without what the GUI sends once and without what `saveVars` keeps. References to a
 * vault stay as they are: they are no secrets, and whoever saves the form sends them back.
 *
 * @param {unknown} config
 * @returns {Record<string, unknown>}
 */
export function masked(config) {
  const { oauth: _transient, _vars, ...shown } = members(config);
  for (const name of SECRET_MEMBERS) {
    if (shown[name] && !isVaultReference(shown[name])) shown[name] = MASK;
  }
  return shown;
}
