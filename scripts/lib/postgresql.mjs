// Finds PostgreSQL, or installs it with apt-get where possible. `npm run chaos -- nocodb` creates a cluster of its own on a
// free port, so it does not matter whether the Debian package creates and starts one, too.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, output, say, which } from './run.mjs';

/** Debian's folder for PostgreSQL, with one subfolder for each major version. These subfolders are not in PATH. */
const DEBIAN = '/usr/lib/postgresql';

const how = `Install PostgreSQL with its server:
  Debian:   apt-get install postgresql
  Fedora:   dnf install postgresql-server
  Arch:     pacman -S postgresql
  macOS:    brew install postgresql`;

function debianFolders() {
  try {
    return readdirSync(DEBIAN).sort((first, second) => Number(second) - Number(first))
      .map((version) => join(DEBIAN, version, 'bin'));
  } catch {
    return [];
  }
}

/** The folder of initdb, postgres and psql, and their version; undefined if they are missing. */
export function findPostgresql() {
  const inPath = which('initdb');
  for (const folder of [...debianFolders(), ...(inPath ? [dirname(inPath)] : [])]) {
    const version = output(join(folder, 'postgres'), ['--version'])?.match(/(\d+(?:\.\d+)+)/)?.[1];
    if (version && which(join(folder, 'initdb')) && which(join(folder, 'psql'))) return { folder, version };
  }
  return undefined;
}

/** Installs the programs of a PostgreSQL server, unless they are installed. */
export async function ensurePostgresql() {
  if (findPostgresql()) return;
  if (!canInstall()) throw new Problem(`PostgreSQL is missing. ${how}`);
  say('PostgreSQL: installing');
  await aptInstall(['postgresql'], how);
  const found = findPostgresql();
  if (!found) throw new Problem(`PostgreSQL is still missing after the installation. ${how}`);
  say(`PostgreSQL ${found.version}`);
}
