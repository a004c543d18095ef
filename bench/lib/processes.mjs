// Parts of a bench that run in processes of their own, so that none is measured with another's heap.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../tests/support/environment.js';

/**
 * Runs a module that calls `answer`, and gives what it answered.
 *
 * @param {string} file beside this folder
 * @param {unknown} task what its `answer` gets
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

/** The same for a module that goes on after its answer, until `stop` is called. */
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

/** For the part: has `work` do the task, and sends what it gives. */
export async function answer(work) {
  const [task] = await once(process, 'message');
  process.send(await work(task));
}
