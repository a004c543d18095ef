// npm run build: makes pkg/ from src/ and js/.   npm run build -- --check: is pkg/ what those sources give?
//   core.wasm                     the whole core                *.cjs             for `require`
//   core_bg.js, core.d.ts         wasm-bindgen's glue for it, and its declarations
//   inlined/core.wasm.js          its bytes as text
//   page-core_bg.js, …            the same of the core for pages
//   callback.html.js              js/callback.html as text
//   types/                        declarations of the entries   build-info.json   what it was built from, and its size
// pkg/ is committed, so that using the package needs no Rust; the check needs none either.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkBudgets, checkPkg, hashFiles, hashSources, measure } from './lib/build-info.mjs';
import { Problem, fail, root, say } from './lib/run.mjs';
import { rustVersion, wasmBindgenVersion } from './lib/rust.mjs';
import { setup } from './setup.mjs';

const pkg = join(root, 'pkg');

function write({ name, data }) {
  mkdirSync(dirname(join(pkg, name)), { recursive: true });
  writeFileSync(join(pkg, name), data);
  return name;
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** The name of the custom section by which a compiled module, which does not show its bytes, is known. */
const SECTION = 'nocodb-bitbucket-auth';

/** The wasm with a custom section that holds the hash of all the rest. */
function marked(wasm) {
  const build = sha256(wasm);
  const [name, payload] = [Buffer.from(SECTION), Buffer.from(build)];
  const size = 1 + name.length + payload.length;
  if (name.length > 0x7f || size > 0x7f) throw new Problem('The lengths of the section take more than a byte.');
  return { build, wasm: Buffer.concat([wasm, Buffer.from([0, size, name.length]), name, payload]) };
}

/** How the bytes of each core are written as text; js/inlined-bytes.js says why, and reads them. */
const ENCODINGS = { core: 'base64', 'page-core': 'hex' };

/**
 * The wasm as text inside JavaScript. Both module systems take that text from one file, as it is the largest part of the
 * package: a script without `import`, `export` or `require`, in a folder of CommonJS files, is good for every loader and
 * bundler. It can only leave the text in the global object, under a symbol that no other version of the package knows.
 */
function wasmFiles(name, { wasm, build }) {
  const hash = sha256(wasm);
  const key = `Symbol.for('nocodb-bitbucket-auth/${name}.wasm/${hash}')`;
  const identity = { hash: `'${hash}'`, section: `'${SECTION}'`, build: `'${build}'`, key };
  const lines = (line) => Object.entries(identity).map(line).join('');
  return [
    { name: `${name}.wasm.key.js`, data: lines(([of, value]) => `export const ${of} = ${value};\n`) },
    { name: `${name}.wasm.key.d.ts`, data: lines(([of]) => `export const ${of}: ${of === 'key' ? 'symbol' : 'string'};\n`) },
    { name: `inlined/${name}.wasm.js`, data: `globalThis[${key}] ??= '${wasm.toString(ENCODINGS[name])}';\n` },
    { name: `inlined/${name}.wasm.d.ts`, data: 'export {};\n' },
  ];
}

/** The declarations of the glue: what the core gives, and what the loader needs to make an instance. */
const glueTypes = (name) => `type Glue = typeof import('./${name}.js') & WebAssembly.ModuleImports & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};
declare const glue: () => Glue;
export default glue;
`;

/**
 * The callback page as text, for the preload: bundlers leave the file behind. Without the comment at its beginning, of which
 * the Content Security Policy is a part.
 */
function callbackPageFiles() {
  const text = readFileSync(join(root, 'js', 'callback.html'), 'utf8').replaceAll('\r\n', '\n');
  const [comment] = /<!--[^]*?-->\n/.exec(text);
  const [, policy] = /Content-Security-Policy "([^"]+)"/.exec(comment);
  const values = { page: text.replace(comment, ''), policy };
  const lines = (line) => Object.entries(values).map(line).join('');
  return [
    { name: 'callback.html.js', data: lines(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`) },
    { name: 'callback.html.d.ts', data: lines(([name]) => `export const ${name}: string;\n`) },
  ];
}

async function build() {
  await setup('build');
  // Only now, because it imports esbuild, which set-up may have had to install.
  const { bundleCommonJs, declarations, onDemand } = await import('./lib/bundle.mjs');
  const { buildWasm, cores } = await import('./lib/wasm.mjs');
  const sources = hashSources();
  const built = [{ name: 'inlined/package.json', data: '{ "type": "commonjs" }\n' }, ...callbackPageFiles()].map(write);
  const sizes = {};
  let rustc;
  for (const name of Object.keys(cores)) {
    const { wasm, glue, types, ...by } = await buildWasm({ name });
    const core = marked(wasm);
    built.push(...[
      { name: `${name}.d.ts`, data: types },
      { name: `${name}_bg.js`, data: await onDemand(glue) },
      { name: `${name}_bg.d.ts`, data: glueTypes(name) },
      ...wasmFiles(name, core),
      // As a file, for those who bring it along.
      ...(name === 'core' ? [{ name: 'core.wasm', data: core.wasm }] : []),
    ].map(write));
    sizes[name] = measure(core.wasm);
    ({ rustc } = by);
  }
  built.push(...(await declarations()).map(write), ...(await bundleCommonJs()).map(write));
  for (const name of Object.keys(hashFiles())) if (!built.includes(name)) rmSync(join(pkg, name));
  const info = { rustc, wasmBindgen: wasmBindgenVersion(), sources, files: hashFiles(), wasm: sizes };
  write({ name: 'build-info.json', data: `${JSON.stringify(info, null, 2)}\n` });
  say(`pkg/: ${built.length + 1} files`);
  if (rustc.split(' ')[1] !== rustVersion()) {
    say(`Built by ${rustc}: do not commit this pkg/, only rustc ${rustVersion()} gives everybody the same bytes.`);
  }
  checkBudgets(sizes);
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
try {
  if (values.check) checkPkg();
  else await build();
} catch (error) {
  fail(error);
}
