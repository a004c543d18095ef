/**
 * How long an answer may be used that was asked for before anybody needed it.
 *
 * In: the requests of a client. Out: for how long what was asked for is good, and a count that tells whether the client has
 * changed anything since. What never happens here: what others change is noticed.
 */

import { core } from '../core.js';

/** @typedef {import('./sender.js').Sender} Sender */

/** How long it is kept, in milliseconds: a caller that is slower than this shall not get what was true once. */
export const PREFETCH_LIFETIME_MS = 30_000;

/** What a client may have changed. */
export class WriteCounter {
  /** Another one as soon as something may have changed since. */
  count = 0;

  /**
   * @param {Sender} sender
   * @returns {Sender} the same, whose requests count
   */
  track(sender) {
    return async (request) => {
      if (core().isSafe(request.method)) return sender(request);
      this.count += 1;
      try {
        return await sender(request);
      } finally {
        // What was fetched while it was under way may be what was there before it.
        this.count += 1;
      }
    };
  }
}
