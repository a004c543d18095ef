// Checks that the WebAssembly in pkg/ depends only on its sources: a build in another folder, without any compiled dependency,
// must give the same bytes for both cores.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem, must, pinned, root, say } from './run.mjs';
import { cores } from './wasm.mjs';

/** The files that a build needs. Cargo.toml names the tests, so cargo requires them, too. */
const needed = ['Cargo.lock', 'Cargo.toml', 'rust-toolchain.toml', 'scripts', 'src', 'tests/core', 'tests/web.rs',
  'tests/web_bindings.rs'];

/** Runs in the other folder. It writes its result to a file, because cargo uses its standard output. */
const program = `
  import { createHash } from 'node:crypto';
  import { writeFileSync } from 'node:fs';
  import { buildWasm, cores } from './scripts/lib/wasm.mjs';
  const built = {};
  for (const name of Object.keys(cores)) {
    const { wasm, rustc } = await buildWasm({ name });
    built[name] = createHash('sha256').update(wasm).digest('hex');
    built.rustc = rustc;
  }
  writeFileSync('built.json', JSON.stringify(built));
`;

/** The hash of each core, and the rustc version, from a build in a folder of its own. */
async function buildElsewhere() {
  const folder = mkdtempSync(join(tmpdir(), 'another-folder-'));
  try {
    for (const path of needed) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    await must(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, 'built.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The hash of each committed core as it was before the build added the custom section, and the rustc version. */
const committed = () => ({
  ...Object.fromEntries(Object.keys(cores).map((name) => (
    [name, pinned(`pkg/${name}.wasm.key.js`, /^export const build = '(\w+)';$/m)]))),
  rustc: JSON.parse(readFileSync(join(root, 'pkg', 'build-info.json'), 'utf8')).rustc,
});

/** Throws a Problem when two folders give different bytes. */
export async function checkReproducible() {
  const built = await buildElsewhere();
  let other = committed();
  if (built.rustc !== other.rustc) {
    say(`pkg/ was built by ${other.rustc}, and here is ${built.rustc}: built in one more folder instead.`);
    other = await buildElsewhere();
  }
  for (const name of Object.keys(cores)) {
    if (built[name] === other[name]) continue;
    throw new Problem(`The same sources give another ${name}.wasm in another folder: ${built[name]}, not ${other[name]}.`);
  }
}
