/**
 * Limits how long the response to a prefetch (a request that is sent ahead) may be used.
 *
 * In: the requests of a client. Out: the lifetime of a prefetched response, and a counter. If the counter has changed since a
 * prefetch started, a request of the client may have changed the data. Changes that other clients make are not detected.
 */

import { core } from '../core.js';

/** @typedef {import('./sender.js').Sender} Sender */

/** The lifetime in milliseconds. A consumer that works on one page for longer must not get an outdated next page. */
export const PREFETCH_LIFETIME_MS = 30_000;

/** Counts the requests of a client that may change something. */
export class WriteCounter {
  /** Increases whenever a request may have changed the data. */
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
        // The request is counted again, because a page that was fetched during the request may show the old data.
        this.count += 1;
      }
    };
  }
}
