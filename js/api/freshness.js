/**
 * How long a prefetched response may be used.
 *
 * In: the requests of a client. Out: the lifetime of a prefetched response, and a counter that tells whether the client may
 * have changed anything since. What never happens here: changes that others make are detected.
 */

import { core } from '../core.js';

/** @typedef {import('./sender.js').Sender} Sender */

/** The lifetime in milliseconds. A consumer that takes longer must not get outdated values. */
export const PREFETCH_LIFETIME_MS = 30_000;

/** Counts the requests of a client that may change something. */
export class WriteCounter {
  /** Has a new value as soon as something may have changed. */
  count = 0;

  /**
   * @param {Sender} sender
   * @returns {Sender} the same sender, with its requests counted
   */
  track(sender) {
    return async (request) => {
      if (core().isSafeMethod(request.method)) return sender(request);
      this.count += 1;
      try {
        return await sender(request);
      } finally {
        // Counted again: a page that was fetched during the request may show the state before it.
        this.count += 1;
      }
    };
  }
}
