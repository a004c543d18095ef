/**
 * Time limits for work that a user waits for in a dialog of NocoDB's GUI, and for work inside a transaction of NocoDB's database.
 *
 * In: the work. Out: its result, or an error after the time limit. Never: an abort of the work. Other callers may wait for the
 * same work.
 */

import { objectOrEmpty } from '../arguments.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError } from '../error.js';
import { within } from '../time-limit.js';

// How long a user waits before the dialog shows an error.
export const DIALOG_MS = 15_000;
// How long a request waits for tokens. This limit is shorter than that of the dialog, so that the dialog shows the error about
// the tokens, which names the cause.
export const DIALOG_TOKENS_MS = 12_000;

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_TIMEOUT`, or the error with which the work rejects
 */
export const withDialogTimeout = (work) => withTimeout(DIALOG_MS, work, () => failure('REQUEST_TIMEOUT', 'api'));

/**
 * @template T
 * @param {Promise<T>} exchange of a code, while NocoDB keeps a database transaction open
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_TIMEOUT`, or the error with which the exchange rejects
 */
export const withTransactionTimeout = (exchange) => (
  withTimeout(core().transactionTimeout(), exchange, () => new BitbucketAuthError(core().transactionTimeoutError())));

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} work
 * @param {() => BitbucketAuthError} timeoutError
 * @returns {Promise<T>}
 */
async function withTimeout(ms, work, timeoutError) {
  try {
    return await within(ms, work);
  } catch (error) {
    throw objectOrEmpty(error).code === 'TIMEOUT' ? timeoutError() : error;
  }
}
