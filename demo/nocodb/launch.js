/**
 * Starts and ends the real NocoDB, for `npm start` and the end-to-end test.
 *
 * In: port, data folder, environment, and where the plugin is resolved from. Out: a running NocoDB's address, its log
 *   lines, and a way to end it. Never here: a choice of port, password or Bitbucket, which the callers make.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** NocoDB needs Node 22: the binary of the npm package `node`, which set-up installs beside it. */
const node22 = fileURLToPath(new URL(
  `node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`,
  import.meta.url,
));

/** What an administrator adds to NocoDB's environment. */
const PRELOAD = '--require nocodb-bitbucket-auth/register';

const KILL_AFTER_MS = 5_000;

/** NocoDB did not start, or the port was taken: `code` is that of the cause, EADDRINUSE for instance. */
export class NocodbStartError extends Error {
  /** @param {{ code?: string, message: string }} cause */
  constructor({ code, message }) {
    super(message);
    this.name = 'NocodbStartError';
    this.code = code;
  }
}

/**
 * @param {object} options
 * @param {number} [options.port] 0: any free one
 * @param {string} [options.data] folder of the SQLite file; by default `data/` beside this file
 * @param {Record<string, string | undefined>} [options.env] the whole environment
 * @param {string} [options.pluginFrom] folder whose node_modules holds the plugin, or which is the plugin
 * @param {boolean} [options.withPlugin] `false`: NocoDB as it comes
 * @param {(line: string) => void} [options.log] is given every line of NocoDB's output
 * @param {AbortSignal} [options.signal] ends NocoDB, also while it starts
 * @returns {Promise<{ url: string, port: number, ended: Promise<number | null>, stop: () => Promise<void>,
 *   kill: () => Promise<void> }>} `ended`: when the process has ended, with its exit status; `kill` is a SIGKILL
 * @throws {NocodbStartError}
 */
export async function startNocodb({
  port = 8080,
  data,
  env = process.env,
  pluginFrom = folder,
  withPlugin = true,
  log = () => {},
  signal,
} = {}) {
  const child = spawn(node22, [fileURLToPath(new URL('server.js', import.meta.url))], {
    // `--require` resolves names from the working folder.
    cwd: pluginFrom,
    env: {
      ...env,
      NODE_OPTIONS: [env.NODE_OPTIONS, withPlugin && PRELOAD].filter(Boolean).join(' '),
      NOCODB_DEMO_PORT: String(port),
      ...(data && { NOCODB_DEMO_DATA: data }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      lines.forEach(log);
    }).on('end', () => rest && log(rest));
  }
  const ended = once(child, 'exit').then(([status]) => status);

  const stop = async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  // An end that was asked for before there was a process to end causes no event any more.
  if (signal?.aborted) child.kill('SIGTERM');
  else signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });

  const answer = await Promise.race([
    once(child, 'message').then(([message]) => message),
    ended.then((status) => ({ message: `NocoDB ended before it was ready (exit status ${status}).` })),
  ]).catch((error) => ({ code: error.code, message: error.message }));
  if (answer.event === 'ready') return { url: answer.url, port: answer.port, ended, stop, kill };
  if (child.pid && child.exitCode === null) await stop();
  throw new NocodbStartError(answer);
}
