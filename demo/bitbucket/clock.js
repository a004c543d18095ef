/**
 * The simulator's clock.
 *
 * In: nothing but `advance(ms)`. Out: `now()`, on which every lifetime of the simulator is measured (codes,
 * tokens, grace, lockout, rate limits). It runs on with real time and can be moved forwards, so that a test
 * lives through three months in a moment. Never backwards: no provider's clock does that.
 */
export class Clock {
  #offset = 0;

  /** @returns {number} epoch milliseconds */
  now() {
    return Date.now() + this.#offset;
  }

  /**
   * @param {number} ms how far to move, in milliseconds, not negative
   * @returns {number} the new time, epoch milliseconds
   * @throws {RangeError} for anything else
   */
  advance(ms) {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError('advance needs milliseconds, zero or more');
    this.#offset += ms;
    return this.now();
  }

  reset() {
    this.#offset = 0;
  }
}
