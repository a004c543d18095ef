// npm run papers: rewrites THIRD-PARTY-NOTICES.md and sbom.cdx.json after a change of Cargo.lock or package-lock.json.
import { fail } from './lib/run.mjs';
import { setup } from './setup.mjs';

try {
  await setup('build');
  // Imported only here, because lib/papers.mjs imports packages that `setup` may have just installed.
  const { writePapers } = await import('./lib/papers.mjs');
  writePapers();
} catch (error) {
  fail(error);
}
