/**
 * References to a vault in a config.
 *
 * In: a member of a config. Out: whether it stands for a text that NocoDB has elsewhere. What never happens here: a reference is
 * resolved, or its shape is known (the core has it).
 */

import { core } from '../core.js';

/**
 * @param {unknown} value
 * @returns {boolean}
 */
export function isVaultReference(value) {
  return typeof value === 'object' && value !== null && core().isVaultReference(value);
}
