/**
 * The simulator's clock.
 *
 * In: only `advance(ms)`. Out: `now()`, which measures every lifetime of the simulator (codes, tokens, grace period, lockout,
 * rate limits). The clock runs with real time, and a test can move it forward by three months at once. It moves backward only
 * when the whole simulator is reset, because no provider's clock does.
 */
export class Clock {
  #offset = 0;

  /** @returns {number} epoch milliseconds */
  now() {
    return Date.now() + this.#offset;
  }

  /**
   * @param {number} ms how far to move forward, in milliseconds, not negative
   * @returns {number} the new time, epoch milliseconds
   * @throws {RangeError} for anything else
   */
  advance(ms) {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError('advance needs milliseconds, zero or more');
    this.#offset += ms;
    return this.now();
  }

  /** Returns to real time. */
  reset() {
    this.#offset = 0;
  }
}
