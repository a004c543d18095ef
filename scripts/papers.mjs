// npm run papers: writes THIRD-PARTY-NOTICES.md and sbom.cdx.json anew, after a change of Cargo.lock or package-lock.json.
import { fail } from './lib/run.mjs';
import { setup } from './setup.mjs';

try {
  await setup('build');
  // Only now, because it imports what set-up may have had to install.
  const { writePapers } = await import('./lib/papers.mjs');
  writePapers();
} catch (error) {
  fail(error);
}
