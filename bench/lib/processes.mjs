// Runs each part of a benchmark in a process of its own, so that the heap of one part does not influence the figures of another.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../tests/support/environment.js';

/**
 * Runs a module that calls `answer`, and returns the result that the module sends.
 *
 * @param {string} file path relative to bench/
 * @param {unknown} task argument for the callback that the module passes to `answer`
 * @param {{ env?: Record<string, string>, execArgv?: string[] }} [options]
 */
export async function runPart(file, task, { env, execArgv = [] } = {}) {
  const child = startPart(file, task, { env, execArgv });
  try {
    return await firstMessage(child, file);
  } finally {
    child.kill();
  }
}

/** Runs a module as `runPart` does. The module continues to run after it has sent its result, until `stop` is called. */
export async function startPartAndWait(file, task) {
  const child = startPart(file, task);
  const stop = async () => {
    const closed = child.exitCode === null && once(child, 'close');
    child.kill();
    await closed;
  };
  try {
    return { answer: await firstMessage(child, file), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startPart(file, task, { env, execArgv = [] } = {}) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = fork(path, { env: childEnvironment(env), execArgv, serialization: 'advanced' });
  child.send(task);
  return child;
}

async function firstMessage(child, file) {
  const ended = once(child, 'close').then(([status, signal]) => {
    throw new Error(`${file} ended early (${signal ?? status})`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return message;
}

/** For the modules that `runPart` and `startPartAndWait` run: calls `work` with the task, and sends the result to the parent. */
export async function answer(work) {
  const [task] = await once(process, 'message');
  process.send(await work(task));
}
