/**
 * Time limits.
 *
 * In: work that is under way, and how long it may take. Out: word that its time is over. What never happens here: a limit
 * ends work whose result has arrived and only has to be read. A process that was busy, or stood still with its machine,
 * finds its timers due before it looks at its sockets, and an answer there may hold the only refresh token that is good.
 */

/** Why `within` rejects. */
const LATE = Object.assign(new Error('too late'), { code: 'TIMEOUT' });

/**
 * Calls `end` when the time is over, unless reading what has arrived by then stops that.
 *
 * @param {number} ms
 * @param {() => void} end
 * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
 * @returns {() => void} stops it
 */
export function whenLate(ms, end, { isAwaited } = { isAwaited: true }) {
  let isStopped = false;
  const timer = setTimeout(() => afterReading(() => {
    if (!isStopped) end();
  }), ms);
  if (!isAwaited) timer.unref();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/**
 * @template T
 * @param {number} ms
 * @param {T | PromiseLike<T>} work goes on when its time is over: nothing can end it
 * @param {{ isAwaited: boolean }} [options] whether the process stays alive until its time is over
 * @returns {Promise<Awaited<T>>} rejects when the work does, or has not ended in time
 */
export async function within(ms, work, options) {
  let stop = () => {};
  const late = new Promise((_resolve, reject) => {
    stop = whenLate(ms, () => reject(LATE), options);
  });
  try {
    return await /** @type {Promise<Awaited<T>>} */ (Promise.race([work, late]));
  } finally {
    stop();
  }
}

/**
 * A signal that aborts when the time is over. It keeps no process alive.
 *
 * @param {number} ms
 * @returns {AbortSignal}
 */
export function signalAfter(ms) {
  const controller = new AbortController();
  whenLate(ms, () => controller.abort(), { isAwaited: false });
  return controller.signal;
}

/**
 * Lets the event loop look at its sockets, which it does between timers and immediates. In one turn it takes 64 KiB from
 * each; so many turns, which take less than a millisecond where there is nothing to read, empty the largest buffer that
 * Linux gives a socket by default.
 *
 * @param {() => void} act
 * @param {number} [turns]
 */
function afterReading(act, turns = 100) {
  setImmediate(() => {
    if (turns > 1) afterReading(act, turns - 1);
    else act();
  });
}
