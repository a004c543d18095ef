// Runs before `npm pack` and `npm publish`: the tarball carries the npm packages that it needs (bundleDependencies), out of
// node_modules. So these must be there, in the versions of package-lock.json.
// Prints nothing on its standard output, which is that of `npm pack --json`.
import { ensureBundled } from './lib/npm.mjs';
import { fail } from './lib/run.mjs';

await ensureBundled().catch(fail);
