// Builds optimised WebAssembly with its JavaScript glue from src/: cargo, wasm-bindgen, wasm-opt. The same sources give the
// same bytes on every machine, because the output contains no path of the machine.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cargoHome, findWasmBindgen, remapFlags, rustupHome, target, wasmEnv } from './rust.mjs';
import { Problem, must, output, root } from './run.mjs';

/** The features that rustc's wasm32-unknown-unknown enables by default and Node 20 supports; wasm-opt may use no others. */
const features = ['bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int',
  'reference-types', 'sign-ext'];

/** The cores that are built from the crate: the whole core, and the part that a page needs. */
export const cores = { core: [], 'page-core': ['--no-default-features'] };

/**
 * Builds one of the cores. Returns `{ wasm: Buffer, glue: string, types: string, rustc: string }`.
 *
 * @param {{ name?: keyof cores, names?: boolean }} [options] `names`: the wasm keeps the names of its functions
 */
export async function buildWasm({ name = 'core', names = false } = {}) {
  const tools = findWasmBindgen();
  if (!tools) throw new Problem('wasm-bindgen is missing. Run `node scripts/setup.mjs --for build`.');
  await must('cargo', ['fetch', '--locked', '--target', target]);
  const env = {
    ...wasmEnv(),
    CARGO_ENCODED_RUSTFLAGS: remapFlags(),
    // wasm-bindgen reads the allowed features from a section of the compiled file, which wasm-opt strips afterwards.
    CARGO_PROFILE_RELEASE_STRIP: 'none',
  };
  const targetDir = join(root, 'target');
  // The compiler optimises this crate for size. With this option, it inlines more than the smallest functions: the core is ten
  // percent faster, and hardly larger. The option applies only to this crate, because the libraries are optimised for speed.
  const inlining = ['--', '-Cllvm-args=--inline-threshold=18'];
  const release = ['rustc', '--release', '--locked', '--lib', '--target', target, '--target-dir', targetDir,
    ...cores[name], ...inlining];
  await must('cargo', release, { env });

  const out = mkdtempSync(join(tmpdir(), 'wasm-'));
  try {
    const compiled = join(targetDir, target, 'release', 'nocodb_bitbucket_auth.wasm');
    await must(tools.bindgen, [compiled, '--target', 'bundler', '--out-name', 'core', '--out-dir', out]);
    const optimised = join(out, 'optimised.wasm');
    const allowed = ['--mvp-features', ...features.map((feature) => `--enable-${feature}`)];
    const strip = [names ? '--strip-dwarf' : '--strip-debug', '--strip-producers', '--strip-target-features',
      ...(names ? ['--debuginfo'] : [])];
    // Optimises for speed what the compiler optimised for size: the core is twenty percent faster than with -Oz, and not larger.
    // Large functions with one caller are not inlined: that costs 1 % of size, and saves 2 % after compression.
    const level = ['-O3', '--converge', '--one-caller-inline-max-function-size=100'];
    await must(process.execPath, [join(root, 'node_modules', 'binaryen', 'bin', 'wasm-opt'), ...level,
      ...allowed, ...strip, join(out, 'core_bg.wasm'), '-o', optimised]);
    const wasm = readFileSync(optimised);
    for (const folder of [root, cargoHome, rustupHome, homedir(), tmpdir()]) {
      if (folder.length > 1 && wasm.includes(`${folder}/`)) throw new Problem(`The wasm contains a path in ${folder}.`);
    }
    return {
      wasm,
      glue: readFileSync(join(out, 'core_bg.js'), 'utf8'),
      types: readFileSync(join(out, 'core.d.ts'), 'utf8'),
      rustc: output('rustc', ['--version'], { env: { ...process.env, ...env } }),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
