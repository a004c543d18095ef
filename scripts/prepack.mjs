// Runs before `npm pack` and `npm publish`. The tarball contains the npm packages of bundleDependencies, from node_modules, so
// they must be installed in the versions of package-lock.json. `npm pack --json` uses standard output, so this script prints
// nothing there.
import { ensureBundled } from './lib/npm.mjs';
import { fail } from './lib/run.mjs';

await ensureBundled().catch(fail);
