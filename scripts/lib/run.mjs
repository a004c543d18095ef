// What every script needs: the package's folder, running a command, printing a line, and reading a pinned version. This module
// knows nothing about Rust, npm or browsers.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** The user's folder for tools that several clones share. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nocodb-bitbucket-auth');

/** A problem that the user can solve: the message says how, so no stack is printed. */
export class Problem extends Error {}

export const say = (line) => console.log(line);

/** The path of the first of these programs that exists and is executable. Names are looked up in PATH. */
export function which(...names) {
  const mayRun = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  for (const name of names) {
    if (!name) continue;
    if (isAbsolute(name)) {
      if (mayRun(name)) return name;
      continue;
    }
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      for (const suffix of process.platform === 'win32' ? ['.exe', '.cmd'] : ['']) {
        if (folder && mayRun(join(folder, name + suffix))) return join(folder, name + suffix);
      }
    }
  }
  return undefined;
}

/** The output of a command, trimmed; undefined when the command cannot run or fails. */
export function output(command, args = [], options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Runs a command, passes its output on, and returns its exit status (1 when it cannot be started or was killed). `onLine`
 * also receives every line of its standard output and error; `prefix` precedes each line that is passed on.
 */
export function run(command, args = [], { onLine, prefix, env, cwd = root } = {}) {
  const isRead = onLine !== undefined || prefix !== undefined;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: isRead ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    for (const name of isRead ? ['stdout', 'stderr'] : []) {
      let rest = '';
      const take = (line) => {
        if (prefix !== undefined) process[name].write(`${prefix}${line}\n`);
        onLine?.(line);
      };
      child[name].setEncoding('utf8').on('data', (text) => {
        if (prefix === undefined) process[name].write(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        lines.forEach(take);
      });
      child[name].on('end', () => rest && take(rest));
    }
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** Runs a command as `run` does. Throws a Problem if the command fails. */
export async function must(command, args, options, hint = '') {
  const status = await run(command, args, options);
  if (status !== 0) {
    throw new Problem([`\`${command} ${args.join(' ')}\` failed (exit status ${status}).`, hint].join(' ').trim());
  }
}

/** Reads a value from a text file of the package, by a pattern with one group. */
export function pinned(file, pattern) {
  const value = readFileSync(join(root, file), 'utf8').match(pattern)?.[1];
  if (!value) throw new Problem(`${file} contains nothing that matches ${pattern}.`);
  return value;
}

/**
 * Calls `callback` when the npm that started this process has ended. npm forwards a SIGTERM only to its shell, which ends without
 * forwarding it and leaves this process running.
 */
export function whenNpmIsGone(callback) {
  const { ppid } = process;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== ppid && callback(), 500).unref();
}

/** Prints a Problem as one line and any other error with its stack, and ends the process with status 1. */
export function fail(error) {
  console.error(error instanceof Problem ? `\n${error.message}` : error);
  process.exit(1);
}
