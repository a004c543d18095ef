// npm run build: builds pkg/ from src/ and js/.   npm run build -- --check: whether pkg/ was built from those sources
//   core.wasm                     the whole core                *.cjs             for `require`
//   core_bg.js, core.d.ts         its wasm-bindgen glue, and its declarations
//   inlined/core.wasm.js          core.wasm as text
//   page-core_bg.js, …            the same for the page core
//   callback.html.js              js/callback.html as text
//   types/                        declarations of the entries   build-info.json   hashes of the sources and of pkg/, and sizes
// pkg/ is committed, so neither using the package nor --check needs Rust.
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

/** Name of the custom section that identifies a compiled module, because JavaScript cannot read a compiled module's bytes. */
const SECTION = 'nocodb-bitbucket-auth';

/** Adds a custom section with the hash of the rest of the wasm. */
function marked(wasm) {
  const build = sha256(wasm);
  const [name, payload] = [Buffer.from(SECTION), Buffer.from(build)];
  const size = 1 + name.length + payload.length;
  if (name.length > 0x7f || size > 0x7f) throw new Problem('The lengths of the section take more than a byte.');
  return { build, wasm: Buffer.concat([wasm, Buffer.from([0, size, name.length]), name, payload]) };
}

/** How the bytes of each core are encoded as text; js/inlined-bytes.js explains why, and decodes them. */
const ENCODINGS = { core: 'base64', 'page-core': 'hex' };

/**
 * The wasm as text inside JavaScript. This text is the largest part of the package, so both module systems share it. A script
 * without `import`, `export` or `require`, in a folder of CommonJS files, works with every loader and bundler. Such a script can
 * only store the text in the global object, under a symbol that is unique to this version of the package.
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

/** The declarations of the glue: the core's exports, and what the loader needs to create an instance. */
const glueTypes = (name) => `type Glue = typeof import('./${name}.js') & WebAssembly.ModuleImports & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};
declare const glue: () => Glue;
export default glue;
`;

/**
 * The callback page as text, for the preload, because bundlers omit the HTML file. The comment at the top of the page is left out
 * of the text; it contains the Content Security Policy, which becomes a constant of its own.
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
  // Imported only here, because lib/bundle.mjs imports esbuild, which `setup` may have just installed.
  const { bundleCommonJs, declarations, onDemand } = await import('./lib/bundle.mjs');
  const { buildWasm, cores } = await import('./lib/wasm.mjs');
  const sources = hashSources();
  const built = [{ name: 'inlined/package.json', data: '{ "type": "commonjs" }\n' }, ...callbackPageFiles()].map(write);
  const sizes = {};
  let rustc;
  for (const name of Object.keys(cores)) {
    const { wasm, glue, types, ...compiler } = await buildWasm({ name });
    const core = marked(wasm);
    built.push(...[
      { name: `${name}.d.ts`, data: types },
      { name: `${name}_bg.js`, data: await onDemand(glue) },
      { name: `${name}_bg.d.ts`, data: glueTypes(name) },
      ...wasmFiles(name, core),
      // Applications that use the entry without inlined bytes load this file.
      ...(name === 'core' ? [{ name: 'core.wasm', data: core.wasm }] : []),
    ].map(write));
    sizes[name] = measure(core.wasm);
    ({ rustc } = compiler);
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
