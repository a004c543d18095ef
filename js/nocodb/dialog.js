/**
 * How long people wait in a dialog.
 *
 * In: work whose end a dialog shows. Out: what it gives, or word that it takes too long. What never happens here: the work is
 * ended, as others may wait for it.
 */

import { members } from '../arguments.js';
import { failure } from '../core.js';
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
export async function inDialog(work) {
  try {
    return await within(DIALOG_MS, work);
  } catch (error) {
    throw members(error).code === 'TIMEOUT' ? failure('REQUEST_TIMEOUT', 'api') : error;
  }
}
