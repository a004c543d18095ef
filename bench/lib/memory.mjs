// What a process holds, once everything that can go has gone. Needs --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns {Promise<number>} bytes, those of all array buffers and of the wasm's memory included */
export async function usedMemory() {
  let least = Infinity;
  // What is only weakly held goes in turns, and what was waiting for that a little later.
  for (let unchanged = 0; unchanged < 3;) {
    globalThis.gc();
    await sleep(50);
    const { heapUsed, external } = process.memoryUsage();
    unchanged = heapUsed + external < least - 1024 ? 0 : unchanged + 1;
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
