/**
 * Waits for work until a signal aborts.
 *
 * In: running work, and a signal. Out: the result of the work, or an error that says that the caller aborted. Never: an abort of
 * the work itself. Other callers may be waiting for its result.
 */

import { failure } from './core.js';

/**
 * @template T
 * @param {Promise<T>} work continues after the signal aborts
 * @param {AbortSignal | null | undefined} signal
 * @param {import('./error.js').Phase} [phase] that the error reports
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_ABORTED`, and the errors that `work` throws
 */
export async function unlessAborted(work, signal, phase = 'api') {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise((_resolve, reject) => {
    stop = () => reject(failure('REQUEST_ABORTED', phase));
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await /** @type {Promise<T>} */ (Promise.race([work, aborted]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
