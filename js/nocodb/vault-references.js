/**
 * References to a vault in a config.
 *
 * In: a config. Out: which of its members stand for a text that NocoDB has elsewhere. Never: a reference is
 * resolved, or its shape is known (the core has it).
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
