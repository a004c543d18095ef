/**
 * Callers that wait for the end of the same work, each with a time limit of its own.
 *
 * In: how long a caller waits, and a notification when the work has ended. Out: whether the work ended within that time.
 * Never: a start or a stop of the work itself.
 */

export class Waiters {
  /** @type {Set<(hasEnded: boolean, error?: unknown) => void>} */
  #callbacks = new Set();

  /**
   * @param {number} ms
   * @returns {Promise<boolean>} whether the work ended in time; rejects with the error that ended it
   */
  wait(ms) {
    return new Promise((resolve, reject) => {
      /** @param {boolean} hasEnded @param {unknown} [error] */
      const callback = (hasEnded, error) => {
        clearTimeout(timer);
        this.#callbacks.delete(callback);
        if (error === undefined) resolve(hasEnded);
        else reject(error);
      };
      const timer = setTimeout(callback, ms, false);
      this.#callbacks.add(callback);
    });
  }

  /** @param {unknown} [error] that ended the work */
  notifyAll(error) {
    for (const callback of [...this.#callbacks]) callback(true, error);
  }
}
