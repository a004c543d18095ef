// Packs the package as for publication, and installs it into a fresh folder outside of the repository, with the tests beside it.
// So the tests import by name what a user gets, not the working tree.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem, must, output, root, say } from './run.mjs';

/** The npm packages that the tests import. They are installed in the versions of this repository. */
const usedByTests = ['ajv', 'axios', 'ioredis', 'proxy-chain'];

/**
 * What is copied from the repository to the folder of the package: the tests that import the package by name, and the files that
 * these tests need.
 */
const copied = ['tests/js', 'tests/support', 'tests/vectors', 'demo/bitbucket', 'docs/scaling.md'];

/**
 * Limits in bytes. `packed`: the tarball. `unpacked`: its content, including the bundled npm packages. `own`: this package's own
 * files. They include the guide, and both cores, each as a .wasm file and inlined in JavaScript.
 */
const most = { packed: 2_500_000, unpacked: 9_400_000, own: 2_960_000 };

/**
 * Packs and installs the package. Returns { folder, tarball, files, sizes, remove() }: the paths of the fresh folder and of the
 * tarball in it, the tarball's files (without the bundled npm packages), and its sizes. `remove` deletes the folder. With
 * `alone`, the folder contains neither the tests nor the other packages that they need.
 */
export async function installPacked({ alone = false } = {}) {
  // The tests compare their paths with those that Node reports, and Node resolves symbolic links.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-under-test-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const packed = output('npm', ['pack', '--json', '--silent', '--pack-destination', folder]);
    if (!packed) throw new Problem('`npm pack` failed.');
    const [{ filename, files: all, size, unpackedSize }] = Object.values(JSON.parse(packed));
    const files = all.filter(({ path }) => !path.startsWith('node_modules/'));
    const tarball = join(folder, filename);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const others = alone ? [] : usedByTests.map((name) => `${name}@${packages[`node_modules/${name}`].version}`);
    await must('npm', ['install', ...quiet, tarball, ...others], { cwd: folder });
    for (const path of alone ? [] : copied) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    const own = files.reduce((total, file) => total + file.size, 0);
    const sizes = { packed: size, unpacked: unpackedSize, own };
    return { folder, tarball, files: files.map(({ path }) => path).sort(), sizes, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Throws a Problem unless the tarball contains exactly the files in tests/package-files.json. */
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

/** Prints the sizes of the tarball; throws a Problem when they exceed the limits. */
export function checkSizes(sizes) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const line = Object.keys(most).map((kind) => `${kb(sizes[kind])} ${kind} (at most ${kb(most[kind])})`).join(', ');
  say(`package: ${line}`);
  const over = Object.keys(most).filter((kind) => !(sizes[kind] <= most[kind]));
  if (over.length > 0) throw new Problem(`The package is over its limit: ${line}.`);
}
