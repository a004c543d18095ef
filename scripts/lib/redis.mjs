// Finds redis-server, or installs it with apt-get where possible. The tests in which processes coordinate through Redis need
// it. These tests start servers of their own on free ports, so a server that the Debian package starts does not disturb them.
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, output, say } from './run.mjs';

/** The version of redis-server; undefined if it is missing. */
const redisVersion = () => output('redis-server', ['--version'])?.match(/v=(\d+\.\d+\.\d+)/)?.[1];

const how = `Install Redis, so that \`redis-server\` is in PATH:
  Debian:   apt-get install redis-server
  Fedora:   dnf install redis
  Arch:     pacman -S redis
  macOS:    brew install redis`;

/** Installs redis-server, unless it is in PATH. */
export async function ensureRedis() {
  if (redisVersion()) return;
  if (!canInstall()) throw new Problem(`redis-server is missing. ${how}`);
  say('redis-server: installing');
  await aptInstall(['redis-server'], how);
  const version = redisVersion();
  if (!version) throw new Problem(`redis-server does not start. ${how}`);
  say(`redis-server ${version}`);
}
