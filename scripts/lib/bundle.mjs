// Makes what `require` and TypeScript need from js/: CommonJS files (esbuild) and declarations (tsc, rollup-plugin-dts). Each
// module exists only once among the CommonJS files, and so do the wasm instance, its state and the error class: each entry is
// a file, and one more file contains what several entries need.
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
/** Loaded for its side effects; nothing is imported from it. */
const withoutExports = ['register'];
/** The wasm inside JavaScript. Both module systems share it: it is a plain script. */
const inlined = join(root, 'pkg', 'inlined');
/** An entry's file below js/, where its name differs from that in the package. */
const modules = { index: 'nocodb/entry', register: 'nocodb/register' };
const moduleOf = (name) => modules[name] ?? name;
const source = (name) => join(root, 'js', `${moduleOf(name)}.js`);
/** For esbuild: the entries with their names in the package. */
const points = (names) => names.map((name) => ({ in: source(name), out: name }));

/** Without comments and indentation; names stay, and lines stay short. */
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
  // If two shared modules export different things under one name, the name would silently be missing.
  logOverride: { 'ambiguous-reexport': 'error' },
  packages: 'external',
  write: false,
};

/** Keeps imports of other files: of the wasm, of entries, and of the modules that entries share. */
const filesApart = (shared) => ({
  name: 'files-apart',
  setup({ onResolve }) {
    // Resolved here and not by esbuild, so that default imports keep their ESM meaning between our own files.
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
 * A module as a function that returns the module's exports, in the same form as the CommonJS files. wasm-bindgen's glue uses the
 * runtime (TextDecoder) when it is evaluated, but importing this package must have no effect; and each instance of the wasm can
 * have a glue of its own.
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
      // At the start of a line, so that package checkers find the exports of a file that esbuild made.
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
        // By default, the plugin exports every type that an exported type mentions, including the core's own.
        if (level === 'warn' && !message.includes('references private shared type')) throw new Problem(message);
      },
    });
    const { output } = await bundle.generate({
      chunkFileNames: 'shared.d.ts',
      entryFileNames: '[name].d.ts',
      // Only code that sends requests may need Axios' types, which the entry for NocoDB mentions.
      manualChunks: (id) => (/[\\/](authorization-client|core|error)\.d\.ts$/.test(id) ? 'shared' : undefined),
    });
    // tsc copies the comments from which it generated types.
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
