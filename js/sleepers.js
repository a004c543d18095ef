/**
 * Callers that wait for the end of the same work, each for a time of its own.
 *
 * In: how long a caller waits, and word that the work has ended. Out: whether it had ended by then. What never happens here: the
 * work itself is started or ended.
 */

export class Sleepers {
  /** @type {Set<(isOver: boolean, error?: unknown) => void>} */
  #wakes = new Set();

  /**
   * @param {number} ms
   * @returns {Promise<boolean>} whether the work has ended; rejects with the error that ended it
   */
  wait(ms) {
    return new Promise((resolve, reject) => {
      /** @param {boolean} isOver @param {unknown} [error] */
      const wake = (isOver, error) => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        if (error === undefined) resolve(isOver);
        else reject(error);
      };
      const timer = setTimeout(wake, ms, false);
      this.#wakes.add(wake);
    });
  }

  /** @param {unknown} [error] that ended the work */
  wakeAll(error) {
    for (const wake of [...this.#wakes]) wake(true, error);
  }
}
