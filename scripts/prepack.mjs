// Runs before `npm pack` and `npm publish`: the tarball contains the npm packages of bundleDependencies, from node_modules.
// So they must be installed in the versions of package-lock.json. Prints nothing on standard output, which `npm pack --json`
// uses.
import { ensureBundled } from './lib/npm.mjs';
import { fail } from './lib/run.mjs';

await ensureBundled().catch(fail);
