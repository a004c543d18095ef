// Installs Debian packages, if that needs no interaction: as root, or with a sudo that needs no password.
import { must, output, say, which } from './run.mjs';

/** The command that has to precede `apt-get`; undefined if apt-get cannot be used. */
function prefix() {
  if (!which('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return which('sudo') && output('sudo', ['-n', 'true']) !== undefined ? ['sudo', '-n'] : undefined;
}

/** Whether `aptInstall` works here. */
export const canInstall = () => prefix() !== undefined;

/** Runs a command as root. Call it only if canInstall() is true. */
export function asRoot(command, args, options, hint) {
  const [first, ...rest] = [...prefix(), command, ...args];
  return must(first, rest, options, hint);
}

/** Installs packages from the mirror that the machine's Debian or Ubuntu uses. */
export async function aptInstall(packages, hint) {
  say(`  apt-get install ${packages.join(' ')}`);
  await asRoot('apt-get', ['update', '-qq']);
  const quiet = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends'];
  await asRoot('env', [...quiet, ...packages], {}, hint);
}
