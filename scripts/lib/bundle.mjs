// Makes what `require` and TypeScript need from js/: CommonJS files (esbuild) and declarations (tsc, rollup-plugin-dts). Each
// entry is one CommonJS file, and one more file contains the modules that several entries need. So each module exists only once,
// and so do the wasm instance, its state and the error class.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { Problem, must, root } from './run.mjs';

/** Entries that also run in browsers. Neither they nor their imports may need Node. */
const neutral = ['browser', 'oauth-inlined', 'slim'];
const forNode = ['index', 'register'];
const entries = [...neutral, ...forNode];
/** The modules that define the exports of the entries. */
const typed = ['oauth', 'browser', 'slim', 'index'];
/** The types of the default exports, which `export *` omits. */
const defaultExports = { index: 'IntegrationEntry' };
/** Entries that are loaded for their side effects. They export nothing. */
const withoutExports = ['register'];
/** The folder of the scripts that contain the wasm. Both module systems share them, because they are plain scripts. */
const inlined = join(root, 'pkg', 'inlined');
/** For each entry whose name differs from the name of its module: the path of the module below js/. */
const modules = { index: 'nocodb/entry', register: 'nocodb/register' };
const moduleOf = (name) => modules[name] ?? name;
const source = (name) => join(root, 'js', `${moduleOf(name)}.js`);
/** For esbuild: the entries with their names in the package. */
const points = (names) => names.map((name) => ({ in: source(name), out: name }));

/** The output has no comments and no indentation. Names stay, and lines stay short. */
const form = {
  charset: 'utf8', legalComments: 'none', lineLimit: 120, logLevel: 'error', minifyWhitespace: true, target: 'es2022',
};

const options = {
  ...form,
  // `import()` becomes `require`: test runners with a CommonJS loader of their own (jest) support nothing else.
  supported: { 'dynamic-import': false },
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  // If two shared modules export different values under one name, this name would silently be missing.
  logOverride: { 'ambiguous-reexport': 'error' },
  packages: 'external',
  write: false,
};

/** Keeps the imports of three kinds of files instead of bundling them: scripts with the wasm, entries, and shared modules. */
const filesApart = (shared) => ({
  name: 'files-apart',
  setup({ onResolve }) {
    // This plugin resolves the paths, not esbuild, so that default imports keep their ESM meaning between our own files.
    onResolve({ filter: /^\.|^\// }, ({ path, kind, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (dirname(file) === inlined) return { path: `./inlined/${basename(file)}`, external: true };
      if (kind === 'entry-point') return { path: file };
      if (shared.includes(file)) return { path: './shared.cjs', external: true };
      const entry = entries.find((name) => source(name) === file);
      if (entry) return { path: `./${entry}.cjs`, external: true };
      return { path: file };
    });
  },
});

/** The modules of js/ that several entries need. */
async function sharedModules() {
  const needed = await Promise.all(entries.map(async (name) => {
    const { metafile } = await build({
      ...options, entryPoints: [source(name)], platform: 'node', metafile: true, plugins: [filesApart([])],
    });
    return Object.keys(metafile.inputs).filter((path) => path.startsWith('js/'));
  }));
  const all = needed.flat();
  return [...new Set(all.filter((path, index) => all.indexOf(path) !== index))].map((path) => join(root, path)).sort();
}

/**
 * Wraps a module in a function that evaluates the module and returns its exports. The code has the same form as the CommonJS
 * files. wasm-bindgen's glue uses the runtime (TextDecoder) when it is evaluated, but importing this package must have no effect.
 * The function also gives each instance of the wasm a glue of its own.
 */
export async function onDemand(text) {
  const { code } = await transform(text, { ...form, format: 'iife', globalName: 'glue' });
  return `export default () => {\n${code}return { ...glue };\n};\n`;
}

/** [{ name, data }] of the CommonJS files. */
export async function bundleCommonJs() {
  const shared = await sharedModules();
  const contents = shared.map((path) => `export * from ${JSON.stringify(path)};`).join('\n');
  const builds = [
    { stdin: { contents, sourcefile: 'shared.js', resolveDir: root }, outfile: 'shared.js', platform: 'neutral' },
    { entryPoints: points(neutral), plugins: [filesApart(shared)], outdir: root, platform: 'neutral' },
    { entryPoints: points(forNode), plugins: [filesApart(shared)], outdir: root, platform: 'node' },
  ];
  const files = [];
  for (const its of builds) {
    const { outputFiles, warnings } = await build({ ...options, ...its });
    if (warnings.length > 0) throw new Problem(warnings.map(({ text }) => text).join('\n'));
    for (const { path, text } of outputFiles) {
      // Moves the exports to the start of a line, so that package checkers find them in a file that esbuild made.
      const data = text.replace(/;(?=__export\(\w+_exports,)/, ';\n');
      files.push({ name: basename(path).replace(/js$/, 'cjs'), data });
    }
  }
  return files;
}

const withoutScripts = {
  name: 'without-scripts',
  resolveId: (name) => (name.includes('/inlined/') ? { id: name, external: true, moduleSideEffects: false } : null),
};

/**
 * [{ name, data }] of the declarations: each entry's exports and the types that they need, without other declarations of our
 * modules. Types that several entries need are in one shared file, because TypeScript distinguishes classes with private
 * fields by their declaration.
 */
export async function declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const js = join(folder, 'js');
    await must(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', js]);
    // The declarations of js/ refer to the types of the cores by a relative path, so pkg/ has to be next to js/.
    const isOfCore = (path) => !path.startsWith(join(root, 'pkg', 'types'));
    cpSync(join(root, 'pkg'), join(folder, 'pkg'), { recursive: true, filter: isOfCore });
    const bundle = await rollup({
      input: Object.fromEntries(typed.map((name) => [name, join(js, `${moduleOf(name)}.d.ts`)])),
      plugins: [withoutScripts, dts()],
      external: (name) => !/^[./]/.test(name),
      onLog(level, { message }) {
        // The plugin advises to export every type that an exported type mentions, including the core's own types. These types
        // stay private.
        if (level === 'warn' && !message.includes('references private shared type')) throw new Problem(message);
      },
    });
    const { output } = await bundle.generate({
      chunkFileNames: 'shared.d.ts',
      entryFileNames: '[name].d.ts',
      // The shared file contains only these modules, because they mention no types of Axios. Only users of an entry that sends
      // requests, such as the entry for NocoDB, need those types.
      manualChunks: (id) => (/[\\/](authorization-client|core|error)\.d\.ts$/.test(id) ? 'shared' : undefined),
    });
    // Matches the comments from which tsc generated types: tsc also copies these comments to its output.
    const typedef = /^\/\*\*(?:(?!\*\/)[^])*?@typedef(?:(?!\*\/)[^])*\*\/\n/gm;
    const forRequire = output.map(({ fileName, code }) => (
      { name: fileName.replace(/ts$/, 'cts'), data: code.replaceAll(typedef, '').replaceAll(ourImport, '$1.cjs$2') }));
    const empty = withoutExports.flatMap((name) => ['ts', 'cts'].map((type) => (
      { name: `${name}.d.${type}`, data: 'export {};\n' })));
    return [...forRequire, ...typed.map(forImport), ...empty].map(({ name, data }) => ({ name: `types/${name}`, data }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ourImport = /((?:from|import)\s*\(?\s*["']\.[^"']*)\.js(["'])/g;

/** Declarations for `import`: they re-export those for `require`, because every module may import CommonJS. */
function forImport(name) {
  const all = `export * from './${name}.cjs';\n`;
  const type = defaultExports[name];
  if (!type) return { name: `${name}.d.ts`, data: all };
  const itsDefault = `/** The integration for \`process.env\`. */\ndeclare const entry: ${type};\nexport default entry;\n`;
  return { name: `${name}.d.ts`, data: `import type { ${type} } from './${name}.cjs';\n\n${all}\n${itsDefault}` };
}
