// From js/ to what `require` and TypeScript need: CommonJS files (esbuild) and declarations (tsc, rollup-plugin-dts).
// Each module exists once among the CommonJS files, so that the wasm instance, its state and the error class do too:
// each entry is a file, and what several entries need is in one more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { Problem, must, root } from './run.mjs';

/** These also run in browsers: neither they nor what they import may need Node. */
const neutral = ['browser', 'oauth-inlined', 'slim'];
const forNode = ['index', 'register'];
const entries = [...neutral, ...forNode];
/** The modules that say what the entries export. */
const typed = ['oauth', 'browser', 'slim', 'index'];
/** Loaded for what it does; nothing is imported from it. */
const withoutExports = ['register'];
/** The wasm inside JavaScript, which both module systems share: a script is a script. */
const inlined = join(root, 'pkg', 'inlined');
const source = (name) => join(root, 'js', `${name}.js`);

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'error',
  packages: 'external',
  write: false,
};

/** Leaves imports alone that are for other files: of the wasm, of entries, and of the modules that entries share. */
const filesApart = (shared) => ({
  name: 'files-apart',
  setup({ onResolve }) {
    // Resolving here rather than by esbuild also gives default imports their ESM meaning between our own files.
    onResolve({ filter: /^\.|^\// }, ({ path, kind, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (dirname(file) === inlined) return { path: `./inlined/${basename(file)}`, external: true };
      if (kind === 'entry-point') return { path: file };
      if (shared.includes(file)) return { path: './shared.cjs', external: true };
      if (entries.map(source).includes(file)) return { path: `./${basename(file, '.js')}.cjs`, external: true };
      return { path: file };
    });
  },
});

/** The modules of js/ that more than one entry needs. */
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

/** JavaScript without the comments of what it was made from: they go with the white space, and this then comes back. */
export async function withoutComments(text) {
  const { charset, target, legalComments } = options;
  const { code } = await transform(text, { charset, target, legalComments, minifyWhitespace: true });
  return (await transform(code, { charset, target, legalComments })).code;
}

/** [{ name, data }] of the CommonJS files. */
export async function bundleCommonJs() {
  const shared = await sharedModules();
  const contents = shared.map((path) => `export * from ${JSON.stringify(path)};`).join('\n');
  const builds = [
    { stdin: { contents, sourcefile: 'shared.js', resolveDir: root }, outfile: 'shared.js', platform: 'neutral' },
    { entryPoints: neutral.map(source), plugins: [filesApart(shared)], outdir: root, platform: 'neutral' },
    { entryPoints: forNode.map(source), plugins: [filesApart(shared)], outdir: root, platform: 'node' },
  ];
  const files = [];
  for (const its of builds) {
    const { outputFiles, warnings } = await build({ ...options, ...its });
    if (warnings.length > 0) throw new Problem(warnings.map(({ text }) => text).join('\n'));
    for (const { path, text } of outputFiles) {
      files.push({ name: basename(path).replace(/js$/, 'cjs'), data: await withoutComments(text) });
    }
  }
  return files;
}

const withoutScripts = {
  name: 'without-scripts',
  resolveId: (name) => (name.includes('/inlined/') ? { id: name, external: true, moduleSideEffects: false } : null),
};

/**
 * [{ name, data }] of the declarations: for each entry what it exports and what that needs, and nothing else of our
 * modules. Each as .d.ts for `import` and as .d.cts for `require`. What several entries need is in a file in common,
 * because TypeScript tells classes with private fields apart by where they are declared.
 */
export async function declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await must(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder]);
    const bundle = await rollup({
      input: typed.map((name) => join(folder, `${name}.d.ts`)),
      plugins: [withoutScripts, dts()],
      external: (name) => !/^[./]/.test(name),
      onLog(level, { message }) {
        // The plugin would have every type exported that an exported one mentions, the core's own, too.
        if (level === 'warn' && !message.includes('references private shared type')) throw new Problem(message);
      },
    });
    const { output } = await bundle.generate({ chunkFileNames: 'shared.d.ts', entryFileNames: '[name].d.ts' });
    const empty = withoutExports.map((name) => ({ fileName: `${name}.d.ts`, code: 'export {};\n' }));
    return [...output, ...empty].flatMap(({ fileName, code }) => {
      // tsc copies the comments from which it made types.
      const text = code.replaceAll(/^\/\*\*(?:(?!\*\/)[^])*?@typedef(?:(?!\*\/)[^])*\*\/\n/gm, '');
      return [
        { name: `types/${fileName}`, data: text },
        { name: `types/${fileName.replace(/ts$/, 'cts')}`, data: forRequire(text) },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Declarations for CommonJS: what they import of ours is the CommonJS twin. */
const forRequire = (text) => text.replaceAll(/((?:from|import)\s*\(?\s*["']\.[^"']*)\.js(["'])/g, '$1.cjs$2');
