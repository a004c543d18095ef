// An earlier, slower build of the package, for benchmarks that compare the current build with it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem, root } from '../../scripts/lib/run.mjs';

/** The last commit in which the entry loads all modules at once and the client reads lists one page at a time. */
export const EARLIER = 'da6766625012488a5938d5ed94b4b812045621aa';

/**
 * Writes the package of the commit `EARLIER` to a temporary folder. The earlier package uses the current dependencies, and
 * rate-limiter-flexible, which is a devDependency for this purpose only.
 *
 * @returns {{ folder: string, remove: () => void }} call `remove` to delete the folder
 * @throws {Problem} when the history of this clone does not contain that commit
 */
export function before() {
  const archive = spawnSync('git', ['archive', EARLIER, 'package.json', 'js', 'pkg'], { cwd: root, maxBuffer: 1 << 26 });
  if (archive.status !== 0) {
    throw new Problem(`This bench compares with commit ${EARLIER.slice(0, 7)}, which this clone does not have: run it in a clone `
      + 'with the whole history (git fetch --unshallow).');
  }
  const folder = mkdtempSync(join(tmpdir(), 'nocodb-bitbucket-auth-before-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const { status } = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
    if (status !== 0) throw new Problem('tar could not unpack the earlier package.');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, remove };
}

/**
 * Waits until a rate limiter admits a request. The earlier build's rate limiter has the method `take` instead of `acquire`.
 *
 * @param {Record<string, (account: string, group: string, options?: object) => Promise<void>>} limiter
 * @param {string} account
 * @param {string} group
 * @param {object} [options]
 */
export const acquire = (limiter, account, group, options) => (
  limiter['acquire' in limiter ? 'acquire' : 'take'](account, group, options)
);
