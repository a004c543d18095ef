/** A real redis-server for one test, on a free port of loopback and in memory only. A test can stop, empty or pause it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './http-server.js';

const STARTED_WITHIN_MS = 10_000;

/**
 * Starts a server that stops after the test. `t` is a test's context, or anything with `after(work)`; `more` are further
 * arguments of redis-server: `--sentinel` makes it a sentinel; `--tls` and the files of a certificate and its key make it
 * accept only TLS. Returns
 *   url, port
 *   stop()                   ends the server as an administrator does; all data is lost
 *   kill()                   ends the server immediately; all data is lost
 *   flush()                  empties all databases, as another user of the server may do
 *   restart(...more)         kills and starts the server on the same port, with these further arguments or the former ones
 *   pause(), resume()        a paused server stays connected and answers nothing
 */
export async function startRedis(t, ...more) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  let child;

  const start = async (further) => {
    const ours = ['--bind', '127.0.0.1', '--dir', folder];
    const inMemory = ['--save', '', '--appendonly', 'no'];
    let args = ['--port', String(port), ...ours, ...inMemory, ...further];
    if (further[0] === '--sentinel') {
      const file = join(folder, 'sentinel.conf');
      writeFileSync(file, 'sentinel monitor primary 127.0.0.1 1 1\n');
      args = [file, '--sentinel', '--port', String(port), ...ours];
    } else if (further[0] === '--tls') {
      const [, certificate, key] = further;
      args = [
        '--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no',
        '--tls-cert-file', certificate, '--tls-key-file', key, ...ours, ...inMemory,
      ];
    }
    child = spawn('redis-server', args, { stdio: 'ignore' });
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`redis-server ended with ${code}`);
    });
    failed.catch(() => {});
    await Promise.race([failed, listening(port)]);
  };
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    // A paused process only notices SIGKILL.
    child.kill('SIGCONT');
    await ended;
  };

  t.after(async () => {
    await end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await start(more);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    flush: async () => {
      const socket = connect(port, '127.0.0.1');
      socket.write('FLUSHALL\r\n');
      const [reply] = await once(socket, 'data');
      socket.destroy();
      if (String(reply) !== '+OK\r\n') throw new Error(String(reply));
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: async (...further) => {
      await end('SIGKILL');
      await start(further.length > 0 ? further : more);
    },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
  };
}

/** Waits until a server on this port accepts connections. */
async function listening(port) {
  const limit = Date.now() + STARTED_WITHIN_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (Date.now() > limit) throw error;
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
}
