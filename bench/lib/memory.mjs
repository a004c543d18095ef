// The memory of a process after garbage collection. Needs --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns {Promise<number>} bytes, including all array buffers and the memory of the wasm */
export async function usedMemory() {
  let least = Infinity;
  // One garbage collection frees weakly held objects. The objects that only these objects referenced are freed by a later one.
  for (let unchanged = 0; unchanged < 3;) {
    globalThis.gc();
    await sleep(50);
    const { heapUsed, external } = process.memoryUsage();
    unchanged = heapUsed + external < least - 1024 ? 0 : unchanged + 1;
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
