/**
 * A real PostgreSQL for one test: a new cluster in a temporary folder, on a free port of loopback, for one user with a random
 * password.
 *
 * In: calls that start and stop the server. Out: its URL for NocoDB, and the result of a query. The server stops after the test.
 * PostgreSQL refuses to run as root. If the tests run as root, the server runs as the user that PostgreSQL's package created.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresql } from '../../scripts/lib/postgresql.mjs';
import { output } from '../../scripts/lib/run.mjs';
import { freePort } from './http-server.js';
import { until } from './waiting.js';

const STARTED_WITHIN_MS = 60_000;
const USER = 'nocodb';
const DATABASE = 'nocodb';

/** The options of `spawn` that make PostgreSQL run as its own user if this process runs as root. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag) => Number(output('id', [flag, 'postgres']) ?? NaN);
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  if (Number.isNaN(uid)) throw new Error('PostgreSQL does not run as root, and there is no user "postgres"');
  return { uid, gid };
}

/**
 * @param {{ after: (work: () => Promise<void>) => void }} t a test's context, or anything with `after`
 * @returns {Promise<{ address: string, start: () => Promise<void>, stop: () => Promise<void>,
 *   query: (sql: string) => Promise<string> }>} `address` is for NocoDB's `NC_DB`; a query returns a line for each row
 */
export async function startPostgres(t) {
  const { folder: programs } = findPostgresql();
  const runAs = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  let child;
  const stop = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // A "fast shutdown": the server closes its connections and does not wait for clients.
    child.kill('SIGINT');
    await ended;
  };
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  if (runAs.uid !== undefined) chownSync(folder, runAs.uid, runAs.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const password = randomBytes(18).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs.uid !== undefined) chownSync(passwordFile, runAs.uid, runAs.gid);
  // The PostgreSQL settings of the user's environment must not affect this server.
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  const options = { ...runAs, cwd: folder, env: { ...inherited, LC_ALL: 'C.UTF-8', TZ: 'UTC', PGPASSWORD: password } };
  const run = (program, ...args) => runToEnd(join(programs, program), args, options);

  await run('initdb', '--pgdata', data, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256',
    '--encoding', 'UTF8', '--no-sync');
  const query = (sql, database = DATABASE) => run('psql', '--host', folder, '--port', String(port), '--username', USER,
    '--no-psqlrc', '--tuples-only', '--no-align', '--command', sql, database);
  const start = async () => {
    child = spawn(join(programs, 'postgres'), ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder,
      '-c', 'fsync=off'], { ...options, stdio: 'ignore' });
    const isUp = until(() => query('SELECT 1', 'postgres').then(() => true, () => false), STARTED_WITHIN_MS);
    const hasEnded = once(child, 'exit').then(([status]) => {
      throw new Error(`PostgreSQL ended with ${status}`);
    });
    hasEnded.catch(() => {});
    if (!(await Promise.race([isUp, hasEnded]))) throw new Error('PostgreSQL did not start in time');
  };
  await start();
  await query(`CREATE DATABASE ${DATABASE}`, 'postgres');
  return { address: `pg://127.0.0.1:${port}?u=${USER}&p=${password}&d=${DATABASE}`, start, stop, query };
}

/** Runs a program, and returns its standard output. Rejects with its standard error if the program fails. */
async function runToEnd(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  }
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${texts.stderr}`);
  return texts.stdout.trim();
}
