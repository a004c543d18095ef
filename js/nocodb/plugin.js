/**
 * The module that the preload loads after it has detected NocoDB: the entry, and the functions that the preload needs.
 *
 * In: calls of the preload. Out: results of the core. Never: an import by another entry point of the package, or a public export.
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
 * The status with which NocoDB responds to a failed request.
 *
 * @param {BitbucketAuthError} error
 * @returns {number}
 */
export const nocodbStatus = ({ code, status }) => callCore(nocodbStatus, () => core().nocodbStatus(code, status));

/**
 * Whether a config of this type gets its tokens in exchange for an authorization code.
 *
 * @param {unknown} type
 * @returns {boolean}
 */
export const usesAuthorizationCode = (type) => core().usesAuthorizationCode(stringOrUndefined(type) ?? '');

/** The error for a row of NocoDB that has no tokens, but an authorization code that was never exchanged. */
export const unexchangedCodeError = () => failure('RECONNECT_REQUIRED', 'exchange', { connectionEnd: 'unexchanged' });

/**
 * The error for a row of NocoDB that would contain asterisks in place of a credential.
 *
 * @param {string} field
 */
export const maskedCredentialError = (field) => (
  new BitbucketAuthError(core().maskedCredentialError(field), {}, maskedCredentialError));
