/**
 * Finds the vault references in a config. A vault reference stands for a text that NocoDB keeps in a vault, outside of the
 * config.
 *
 * In: a config. Out: the names of the members that are vault references. Never: the text of a reference, or the definition of a
 * reference's shape. NocoDB resolves references, and the core defines their shape.
 */

import { isObject, memberToJson } from '../arguments.js';
import { core } from '../core.js';

/**
 * @param {Record<string, unknown>} config
 * @returns {string[]} the names of the members
 */
export function vaultReferenceMembers(config) {
  return Object.keys(config).filter((name) => (
    isObject(config[name]) && core().isVaultReference(memberToJson(config, name) ?? '')));
}
