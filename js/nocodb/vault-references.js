/**
 * Finds the references to a vault in a config.
 *
 * In: a config. Out: the names of the members that refer to a text that NocoDB keeps elsewhere. Never: this file resolves a
 * reference, or defines the shape of a reference (the core does that).
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
