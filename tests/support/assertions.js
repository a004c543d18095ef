/** What a call throws, and what it writes to console.warn. */
import assert from 'node:assert/strict';

/** Calls `work` with console.warn caught, and gives the lines. */
export function warningsOf(t, work) {
  const warn = t.mock.method(console, 'warn', () => {});
  try {
    work();
    return warn.mock.calls.map(({ arguments: [line] }) => line);
  } finally {
    warn.mock.restore();
  }
}

/** What a call throws, synchronously or not. */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown', stackStartFn: thrownBy });
}
