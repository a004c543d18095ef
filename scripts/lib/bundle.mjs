// From js/ to what `require` and TypeScript need: CommonJS files (esbuild) and declarations (tsc, rollup-plugin-dts).
// Each module exists once among the CommonJS files, so that the wasm instance, its state and the error class do too:
// a module that several import gets a file of its own, and the others are bundled into their only importer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { Problem, must, root } from './run.mjs';

const jsDir = join(root, 'js');
/** These also run in browsers: neither they nor what they import may need Node. */
const neutral = ['oauth-inlined', 'slim'];
const forNode = ['index', 'register'];
const entries = [...neutral, ...forNode];
/** Loaded for what it does; nothing is imported from it. */
const withoutExports = ['register'];
/** The wasm inside JavaScript, which both module systems share: a script is a script. */
const inlined = join(root, 'pkg', 'inlined');
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

const shared = {
  name: 'shared-by-both-module-systems',
  setup({ onResolve }) {
    onResolve({ filter: /\/inlined\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (dirname(file) !== inlined) return undefined;
      return { path: `./inlined/${basename(file)}`, external: true, sideEffects: true };
    });
  },
};

/** Which modules of js/ get a file of their own: the entries, and what more than one module imports. */
async function modulesWithAFile() {
  const entryPoints = entries.map(source);
  const { metafile } = await build({ ...options, entryPoints, platform: 'node', metafile: true, plugins: [shared] });
  const imports = (path) => metafile.inputs[path].imports.filter(({ external }) => !external).map(({ path }) => path);
  const importers = Object.keys(metafile.inputs).flatMap((path) => [...new Set(imports(path))]);
  const several = importers.filter((path, index) => importers.indexOf(path) !== index);

  const reached = new Set();
  const reach = (path) => reached.has(path) || (reached.add(path), imports(path).forEach(reach));
  neutral.forEach((name) => reach(`js/${name}.js`));
  return [...new Set([...entryPoints, ...several.map((path) => join(root, path))])]
    .map((path) => ({ path, isNeutral: reached.has(relative(root, path).replaceAll('\\', '/')) }));
}

/** JavaScript without the comments of what it was made from: they go with the white space, and this then comes back. */
export async function withoutComments(text) {
  const { charset, target, legalComments } = options;
  const { code } = await transform(text, { charset, target, legalComments, minifyWhitespace: true });
  return (await transform(code, { charset, target, legalComments })).code;
}

/** [{ name, data }] of the CommonJS files. */
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
    const { outputFiles, warnings } = await build({ ...options, entryPoints, platform, plugins: [shared, externals] });
    if (warnings.length > 0) throw new Problem(warnings.map(({ text }) => text).join('\n'));
    for (const { path, text } of outputFiles) files.push({ name: basename(path), data: await withoutComments(text) });
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
      input: entries.filter((name) => !withoutExports.includes(name)).map((name) => join(folder, `${name}.d.ts`)),
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
