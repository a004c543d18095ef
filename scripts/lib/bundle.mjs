// From js/ to what `require` and TypeScript need: CommonJS files (esbuild) and declarations (tsc).
// Each module exists once among the CommonJS files, so that the wasm instance, its state and the error class do too:
// a module that several import gets a file of its own, and the others are bundled into their only importer.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { Problem, must, root } from './run.mjs';

const jsDir = join(root, 'js');
/** These also run in browsers: neither they nor what they import may need Node. */
const neutral = ['core', 'oauth'];
const forNode = ['index', 'register'];
const source = (name) => join(jsDir, `${name}.js`);

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'error',
  outdir: join(root, 'pkg'),
  outExtension: { '.js': '.cjs' },
  packages: 'external',
  write: false,
};

/** Which modules of js/ get a file of their own: the entries, and what more than one module imports. */
async function modulesWithAFile() {
  const entryPoints = [...neutral, ...forNode].map(source);
  const { metafile } = await build({ ...options, entryPoints, platform: 'node', metafile: true });
  const imports = (path) => metafile.inputs[path].imports.filter(({ external }) => !external).map(({ path }) => path);
  const importers = Object.keys(metafile.inputs).flatMap((path) => [...new Set(imports(path))]);
  const shared = importers.filter((path, index) => importers.indexOf(path) !== index);

  const reached = new Set();
  const reach = (path) => reached.has(path) || (reached.add(path), imports(path).forEach(reach));
  neutral.forEach((name) => reach(`js/${name}.js`));
  return [...new Set([...entryPoints, ...shared.map((path) => join(root, path))])]
    .map((path) => ({ path, isNeutral: reached.has(relative(root, path).replaceAll('\\', '/')) }));
}

/** [{ name, text }] of the CommonJS files. */
export async function bundleCommonJs() {
  const modules = await modulesWithAFile();
  // The files lie side by side in pkg/, whatever folder of js/ their modules are in.
  const names = modules.map(({ path }) => basename(path));
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin) throw new Problem(`Two modules of js/ need a file named ${twin}.`);
  const own = new Set(modules.map(({ path }) => path));
  const externals = {
    name: 'modules-with-a-file',
    setup({ onResolve }) {
      // Resolving here rather than by esbuild also gives default imports their ESM meaning between our own files.
      onResolve({ filter: /^\.|^\// }, ({ path, kind, resolveDir }) => {
        const file = resolve(resolveDir, path);
        if (kind === 'entry-point' || !own.has(file)) return { path: file };
        return { path: `./${basename(file, '.js')}.cjs`, external: true };
      });
    },
  };
  const files = [];
  for (const platform of ['neutral', 'node']) {
    const entryPoints = modules.filter(({ isNeutral }) => isNeutral === (platform === 'neutral')).map(({ path }) => path);
    const { outputFiles, warnings } = await build({ ...options, entryPoints, platform, plugins: [externals] });
    if (warnings.length > 0) throw new Problem(warnings.map(({ text }) => text).join('\n'));
    files.push(...outputFiles.map(({ path, text }) => ({ name: basename(path), text })));
  }
  return files;
}

/** [{ name, text }] of the declarations, each as .d.ts for `import` and as .d.cts for `require`. */
export async function declarations() {
  const out = mkdtempSync(join(tmpdir(), 'types-'));
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await must(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', out]);
    const names = readdirSync(out, { recursive: true }).map((name) => name.replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.d.ts'));
    return names.flatMap((name) => {
      // From pkg/types, pkg is one folder up.
      const text = readFileSync(join(out, name), 'utf8').replaceAll("'../pkg/", "'../").replaceAll('"../pkg/', '"../');
      return [{ name: `types/${name}`, text }, { name: `types/${name.replace(/ts$/, 'cts')}`, text: forRequire(text) }];
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Declarations for CommonJS: what they import of ours is the CommonJS twin. */
const forRequire = (text) => text.replaceAll(/((?:from|import)\s*\(?\s*["']\.[^"']*)\.js(["'])/g, '$1.cjs$2');
