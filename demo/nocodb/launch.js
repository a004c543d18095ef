/**
 * Starts and stops the real NocoDB, for `npm start` and the end-to-end tests.
 *
 * In: port, data folder, environment, and the folder from which the plugin is resolved. Out: a running NocoDB's URL, its log
 *   lines, and a way to stop it. Never: a choice of port, password or Bitbucket, which the callers make.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** NocoDB needs Node 22. This is the binary of the npm package `node`, which the set-up installs beside NocoDB. */
const node22 = fileURLToPath(new URL(
  `node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`,
  import.meta.url,
));

/** The option that an administrator adds to `NODE_OPTIONS` in NocoDB's environment. */
const PRELOAD = '--require nocodb-bitbucket-auth/register';

const KILL_AFTER_MS = 5_000;

/** NocoDB did not start, or the port is in use: `code` is that of the cause, for instance EADDRINUSE. */
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
 * @param {number} [options.port] 0: any free port
 * @param {string} [options.data] folder of the SQLite file; by default `data/` beside this file
 * @param {Record<string, string | undefined>} [options.env] the whole environment
 * @param {string} [options.pluginFrom] the plugin's folder, or a folder with the plugin in its node_modules
 * @param {boolean} [options.withPlugin] `false`: NocoDB without the plugin
 * @param {(line: string) => void} [options.log] receives every line of NocoDB's output
 * @param {AbortSignal} [options.signal] stops NocoDB, also while it starts
 * @returns {Promise<{ url: string, port: number, ended: Promise<number | null>, stop: () => Promise<void>,
 *   kill: () => Promise<void> }>} `ended`: resolves with the exit status when the process has ended; `kill` sends SIGKILL
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
    // `--require` resolves package names from the working folder.
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
  // A signal that was aborted before the process existed fires no further event.
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
