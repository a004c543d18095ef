/**
 * What the preload loads as soon as NocoDB has shown itself: the entry, and what the preload needs beside it.
 *
 * In: questions of the preload. Out: the core's answers. What never happens here: anything of this is public, or loaded by
 * another entry than the preload.
 */

import { stringOrUndefined } from '../arguments.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError, callCore } from '../error.js';

export { default, BitbucketAuthError } from './entry.js';
export { noteUnstored, recall, remember } from './exchanged-codes.js';
export { maskedMembers, unmasked } from './masks.js';
export { grantOf } from './oauth-payload.js';
export { vaultReferences } from './vault.js';

/**
 * The status with which NocoDB answers a request that failed.
 *
 * @param {BitbucketAuthError} error
 * @returns {number}
 */
export const hostStatus = ({ code, status }) => callCore(hostStatus, () => core().hostStatus(code, status));

/**
 * Whether a config of this type takes its tokens for an authorization code.
 *
 * @param {unknown} type
 * @returns {boolean}
 */
export const takesCode = (type) => core().takesCode(stringOrUndefined(type) ?? '');

/** A row has a code in the place of tokens, which nobody exchanged. */
export const unexchanged = () => failure('RECONNECT_REQUIRED', 'exchange', { ending: 'unexchanged' });

/**
 * A new row would have asterisks in the place of a credential.
 *
 * @param {string} field
 */
export const maskedCredential = (field) => new BitbucketAuthError(core().maskedCredential(field), {}, maskedCredential);
