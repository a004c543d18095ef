/** Waiting in real time: for a while, or until a condition holds. */
import { setTimeout as pause } from 'node:timers/promises';

export { pause };

/**
 * @param {() => unknown} isSo
 * @param {number} [timeoutMs]
 * @returns {Promise<boolean>} false if the time limit was reached first
 */
export async function until(isSo, timeoutMs = 10_000) {
  const end = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > end) return false;
    await pause(5);
  }
  return true;
}

/** Waits until a condition holds. Throws an error that contains `what` if that takes too long. */
export async function waitFor(isSo, what, timeoutMs = 10_000) {
  if (!(await until(isSo, timeoutMs))) throw new Error(`${what}: not within ${timeoutMs} ms`);
}

/** The value of `promise`, or `otherwise` if the time limit is reached first. */
export async function within(timeoutMs, promise, otherwise) {
  const leaving = new AbortController();
  const late = pause(timeoutMs, otherwise, { signal: leaving.signal }).catch(() => otherwise);
  try {
    return await Promise.race([promise, late]);
  } finally {
    leaving.abort();
  }
}
