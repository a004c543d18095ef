/**
 * Waiting that a signal ends.
 *
 * In: work that is under way, and a signal. Out: what the work gives, or the error that says who ended the wait. What
 * never happens here: the work itself is ended, as others may wait for it.
 */

import { failure } from './core.js';

/**
 * @template T
 * @param {Promise<T>} work goes on when its caller no longer waits: others may
 * @param {AbortSignal | null | undefined} signal
 * @param {import('./error.js').Phase} [phase] for the error
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_ABORTED`, and what `work` throws
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
