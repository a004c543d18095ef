// npm run build: makes pkg/ from src/ and js/.   npm run build -- --check: is pkg/ what those sources give?
//   core_bg.js, core_bg.d.ts      wasm-bindgen's glue          core.wasm.js   the wasm's bytes, in base64
//   *.cjs                         for `require`                 types/         declarations for both module systems
//   build-info.json               what it was built from and how large the wasm is
// pkg/ is committed, so that using the package needs no Rust; the check needs none either.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkBudget, checkPkg, hashFiles, hashSources, measure } from './lib/build-info.mjs';
import { fail, root, say } from './lib/run.mjs';
import { rustVersion, wasmBindgenVersion } from './lib/rust.mjs';
import { setup } from './setup.mjs';

const pkg = join(root, 'pkg');

function write({ name, text }) {
  mkdirSync(dirname(join(pkg, name)), { recursive: true });
  writeFileSync(join(pkg, name), text);
  return name;
}

async function build() {
  await setup('build');
  // Only now, because it imports esbuild, which set-up may have had to install.
  const { bundleCommonJs, declarations } = await import('./lib/bundle.mjs');
  const { buildWasm } = await import('./lib/wasm.mjs');
  const sources = hashSources();
  const { wasm, glue, types, rustc } = await buildWasm();
  const sizes = measure(wasm);
  const glueTypes = `${types}\nexport function __wbg_set_wasm(exports: WebAssembly.Exports): void;\n`;
  const built = [
    { name: 'core_bg.js', text: glue },
    { name: 'core_bg.d.ts', text: glueTypes },
    { name: 'core_bg.d.cts', text: glueTypes },
    { name: 'core.wasm.js', text: `export default '${wasm.toString('base64')}';\n` },
    { name: 'core.wasm.d.ts', text: 'declare const base64: string;\nexport default base64;\n' },
  ].map(write);
  built.push(...(await declarations()).map(write), ...(await bundleCommonJs()).map(write));
  for (const name of Object.keys(hashFiles())) if (!built.includes(name)) rmSync(join(pkg, name));
  const info = { rustc, wasmBindgen: wasmBindgenVersion(), sources, files: hashFiles(), wasm: sizes };
  write({ name: 'build-info.json', text: `${JSON.stringify(info, null, 2)}\n` });
  say(`pkg/: ${built.length + 1} files`);
  if (rustc.split(' ')[1] !== rustVersion()) {
    say(`Built by ${rustc}: do not commit this pkg/, only rustc ${rustVersion()} gives everybody the same bytes.`);
  }
  checkBudget(sizes);
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
try {
  if (values.check) checkPkg();
  else await build();
} catch (error) {
  fail(error);
}
