/**
 * How long people wait in a dialog, and the host's database for what a dialog does.
 *
 * In: work whose end a dialog shows. Out: what it gives, or word that it takes too long. What never happens here: the work is
 * ended, as others may wait for it.
 */

import { objectOrEmpty } from '../arguments.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError } from '../error.js';
import { within } from '../time-limit.js';

// People want to hear what is going on …
export const DIALOG_MS = 15_000;
// … which the wait for tokens says itself if it ends before.
export const DIALOG_TOKENS_MS = 12_000;

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_TIMEOUT`, and whatever the work rejects with
 */
export const withDialogTimeout = (work) => withTimeout(DIALOG_MS, work, () => failure('REQUEST_TIMEOUT', 'api'));

/**
 * @template T
 * @param {Promise<T>} exchange of a code, while the host keeps a transaction open
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_TIMEOUT`, and whatever the exchange rejects with
 */
export const withTransactionTimeout = (exchange) => (
  withTimeout(core().transactionLimit(), exchange, () => new BitbucketAuthError(core().lateInTransaction())));

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
