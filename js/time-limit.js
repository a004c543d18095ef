/**
 * Time limits for work that waits for a response.
 *
 * In: running work, and how long it may take. Out: a callback, rejection or abort signal at the time limit.
 * Never: an end of work whose result has already arrived at a socket. A timer alone would end it: after a process was busy, or
 * its machine was suspended, Node.js runs the timers that are due before it reads the sockets. The lost response might contain
 * the only valid refresh token.
 */

/** The error with which `within` rejects. */
const TIMEOUT = Object.assign(new Error('too late'), { code: 'TIMEOUT' });

/**
 * Calls `end` at the time limit, but only after the process has read the data that arrived by then, because a response in these
 * data may cancel the call.
 *
 * @param {number} ms
 * @param {() => void} end
 * @param {{ isAwaited: boolean }} [options] whether the timer keeps the process alive
 * @returns {() => void} cancels the time limit
 */
export function onTimeout(ms, end, { isAwaited } = { isAwaited: true }) {
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
 * @param {T | PromiseLike<T>} work goes on after the time limit, because nothing can stop it
 * @param {{ isAwaited: boolean }} [options] whether the timer keeps the process alive
 * @returns {Promise<Awaited<T>>} rejects when the work rejects or does not end in time
 */
export async function within(ms, work, options) {
  let stop = () => {};
  const late = new Promise((_resolve, reject) => {
    stop = onTimeout(ms, () => reject(TIMEOUT), options);
  });
  try {
    return await /** @type {Promise<Awaited<T>>} */ (Promise.race([work, late]));
  } finally {
    stop();
  }
}

/**
 * A signal that aborts at the time limit. Its timer does not keep the process alive.
 *
 * @param {number} ms
 * @returns {AbortSignal}
 */
export function signalAfter(ms) {
  const controller = new AbortController();
  onTimeout(ms, () => controller.abort(), { isAwaited: false });
  return controller.signal;
}

/**
 * Lets the event loop read its sockets, which it does between timers and immediates. In one iteration it reads 64 KiB from
 * each socket. A hundred iterations empty the largest buffer that Linux gives a socket by default, and take less than a
 * millisecond when there is nothing to read.
 *
 * @param {() => void} act
 * @param {number} [iterations]
 */
function afterReading(act, iterations = 100) {
  setImmediate(() => {
    if (iterations > 1) afterReading(act, iterations - 1);
    else act();
  });
}
