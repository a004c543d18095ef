// Finds what committed files must not contain: a path of the machine on which they were made, or the URL of a package mirror.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Problem, output, root } from './run.mjs';

const machinePath = /(?:^|[^\w.-])\/(?:work|root|(?:home|Users)\/[\w.-]+)\//;
const publicRegistries = ['registry.npmjs.org'];

/** The problems of a file, one sentence each. */
export function faults(path, text, mirrors = []) {
  const found = [];
  text.split('\n').forEach((line, index) => {
    const at = `${path}:${index + 1}`;
    if (machinePath.test(line)) found.push(`${at} names a path of a machine`);
    if (mirrors.some((host) => line.includes(host))) found.push(`${at} names a package mirror`);
    if (basename(path) === 'package-lock.json' && /"resolved": "http/.test(line)) found.push(`${at} names a registry`);
    if (basename(path) === 'Cargo.lock' && /^source = /.test(line)
      && line !== 'source = "registry+https://github.com/rust-lang/crates.io-index"') {
      found.push(`${at} names another source than crates.io`);
    }
  });
  return found;
}

/** Checks all files that git tracks or would add. Throws a Problem with its findings. */
export function checkHygiene() {
  const list = output('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (!list) throw new Problem('This check needs a git checkout.');
  const registry = output('npm', ['config', 'get', 'registry']);
  const mirrors = [registry && new URL(registry).host].filter((host) => host && !publicRegistries.includes(host));
  const found = list.split('\0').filter((path) => path && !path.endsWith('.png') && existsSync(join(root, path)))
    .flatMap((path) => faults(path, readFileSync(join(root, path), 'latin1'), mirrors));
  if (found.length > 0) throw new Problem(found.join('\n'));
}
