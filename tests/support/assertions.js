/** Captures what a call throws, and what it writes to console.warn. */
import assert from 'node:assert/strict';

/** Calls `work`, and returns the lines that it writes to console.warn. */
export function warningsOf(t, work) {
  const warn = t.mock.method(console, 'warn', () => {});
  try {
    work();
    return warn.mock.calls.map(({ arguments: [line] }) => line);
  } finally {
    warn.mock.restore();
  }
}

/** Returns the error that a call throws or rejects with. */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown', stackStartFn: thrownBy });
}
