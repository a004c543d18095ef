// pkg/build-info.json: SHA-256 hashes of pkg/ and of the sources from which it was built. With this file, everybody can check
// without Rust whether the committed pkg/ matches the sources.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Problem, root } from './run.mjs';

const pkgDir = join(root, 'pkg');
const infoFile = 'build-info.json';
const sources = ['Cargo.lock', 'Cargo.toml', 'js', 'rust-toolchain.toml', 'scripts/build.mjs', 'scripts/lib/bundle.mjs',
  'scripts/lib/wasm.mjs', 'src', 'tsconfig.build.json', 'tsconfig.json'];
/** npm packages whose version affects the output. */
const tools = ['@typescript/typescript6', 'binaryen', 'esbuild', 'rollup', 'rollup-plugin-dts', 'typescript'];

/** The size budgets of the cores in bytes. The build fails if a core exceeds its budget. */
const budgets = { core: { raw: 470_000, gzip: 191_000 }, 'page-core': { raw: 190_000, gzip: 80_000 } };

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
/** Text as git stores it, so that a checkout with other line endings has the same hash. */
const read = (path) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');
const hash = (path) => sha256(path.endsWith('.wasm') ? readFileSync(join(root, path)) : read(path));

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
}

/** One hash of all sources of pkg/. */
export function hashSources() {
  const paths = sources.flatMap((path) =>
    /\.\w+$/.test(path) ? [path] : filesIn(join(root, path)).map((name) => `${path}/${name}`));
  const { scripts, devDependencies, ...manifest } = JSON.parse(read('package.json'));
  const versions = JSON.parse(read('package-lock.json')).packages;
  const lines = [
    JSON.stringify(manifest),
    ...paths.sort().map((path) => `${path} ${hash(path)}`),
    ...tools.map((name) => `${name} ${versions[`node_modules/${name}`].version}`),
  ];
  return sha256(lines.join('\n'));
}

/** { name: SHA-256 } of the files in pkg/ except build-info.json. */
export function hashFiles() {
  const names = existsSync(pkgDir) ? filesIn(pkgDir).filter((name) => name !== infoFile) : [];
  return Object.fromEntries(names.map((name) => [name, hash(`pkg/${name}`)]));
}

/** Sizes of the wasm in bytes. */
export function measure(wasm) {
  return { raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length, brotli: brotliCompressSync(wasm).length };
}

/** Prints the sizes of the cores; throws a Problem when they exceed their budgets. */
export function checkBudgets(sizes) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const over = [];
  for (const [name, budget] of Object.entries(budgets)) {
    const line = Object.entries(sizes[name])
      .map(([kind, size]) => `${kb(size)} ${kind}${budget[kind] ? ` (at most ${kb(budget[kind])})` : ''}`).join(', ');
    console.log(`${name}: ${line}`);
    over.push(...Object.keys(budget).filter((kind) => sizes[name][kind] > budget[kind]).map((kind) => `${name} ${kind}`));
  }
  if (over.length > 0) throw new Problem(`These sizes exceed their budget: ${over.join(', ')}.`);
}

/** Throws a Problem when pkg/ does not match the sources or was changed after the build. */
export function checkPkg() {
  if (!existsSync(join(pkgDir, infoFile))) throw new Problem('pkg/ is not built. Run `npm run build`.');
  const info = JSON.parse(read(`pkg/${infoFile}`));
  if (info.sources !== hashSources()) {
    throw new Problem('pkg/ was built from sources that have changed since then. Run `npm run build` and commit pkg/.');
  }
  const found = hashFiles();
  const names = [...new Set([...Object.keys(found), ...Object.keys(info.files)])];
  const wrong = names.filter((name) => found[name] !== info.files[name]);
  if (wrong.length > 0) {
    throw new Problem(`Not as built: ${wrong.map((name) => `pkg/${name}`).join(', ')}. Run \`npm run build\`.`);
  }
  checkBudgets(info.wasm);
}
