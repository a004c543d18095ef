// Packs the package as it would be published and installs it into a fresh folder outside the repository, with the
// tests beside it: what they import by name is then what a user gets, not the working tree.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem, must, output, root } from './run.mjs';

/** What the tests use besides the package, at the versions of this repository. */
const usedByTests = ['proxy-chain'];

const copied = ['tests/js', 'tests/vectors', 'tests/types', 'demo/bitbucket'];

/** { folder, files, remove() }: the fresh folder, and the names of the files in the tarball. */
export async function installPacked() {
  // The tests' paths are compared with what Node says, which follows links.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-under-test-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const packed = output('npm', ['pack', '--json', '--silent', '--pack-destination', folder]);
    if (!packed) throw new Problem('`npm pack` failed.');
    const [{ filename, files }] = Object.values(JSON.parse(packed));
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const others = usedByTests.map((name) => `${name}@${devDependencies[name]}`);
    await must('npm', ['install', ...quiet, join(folder, filename), ...others], { cwd: folder });
    for (const path of copied) {
      mkdirSync(join(folder, path), { recursive: true });
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    return { folder, files: files.map(({ path }) => path).sort(), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Throws a Problem unless the tarball holds exactly what tests/package-files.json lists. */
export function checkFiles(files) {
  const expected = JSON.parse(readFileSync(join(root, 'tests', 'package-files.json'), 'utf8'));
  const missing = expected.filter((path) => !files.includes(path));
  const unexpected = files.filter((path) => !expected.includes(path));
  if (missing.length + unexpected.length === 0) return;
  throw new Problem([
    ...missing.map((path) => `missing: ${path}`),
    ...unexpected.map((path) => `unexpected: ${path}`),
    'The files in the package are not those of tests/package-files.json.',
  ].join('\n'));
}
