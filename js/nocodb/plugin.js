/**
 * What the preload loads as soon as NocoDB has shown itself: the entry, and what the preload needs beside it.
 *
 * In: questions of the preload. Out: the core's answers. What never happens here: anything of this is public, or loaded by
 * another entry than the preload.
 */

import { stringOrUndefined } from '../arguments.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError, callCore } from '../error.js';

export { BitbucketAuthError, default } from './entry.js';
export { markUnstored, rememberExchange, takeExchange } from './exchanged-codes.js';
export { maskedMembers, restoreCredentials } from './masking.js';
export { parseOAuthPayload } from './oauth-payload.js';
export { vaultReferenceMembers } from './vault-references.js';

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
export const unexchangedCodeError = () => failure('RECONNECT_REQUIRED', 'exchange', { ending: 'unexchanged' });

/**
 * A new row would have asterisks in the place of a credential.
 *
 * @param {string} field
 */
export const maskedCredentialError = (field) => new BitbucketAuthError(core().maskedCredential(field), {}, maskedCredentialError);
