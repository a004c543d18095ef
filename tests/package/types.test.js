/** The declarations of the packed package in strict projects, with every way to resolve modules. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { documents } from './guide/documents.js';
import { packageIn, project } from './support.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [asModule, asCommonJs, form, inNode, protocol] = ['import.mts', 'require.cts', 'form.mts', 'node.mts', 'protocol.mts']
  .map((name) => readFileSync(join(root, 'tests', 'types', name), 'utf8'));

/** Programs as a reader of the README writes them, without a cast. */
const newcomers = ['express-login', 'pull-requests', 'popup', 'integration'];
const newcomer = (name) => readFileSync(join(root, 'tests', 'types', 'newcomer', `${name}.ts`), 'utf8');

/** The examples of README and docs/, each a module of its own. */
const examples = Object.fromEntries(documents.flatMap(({ path, blocks }) => (
  blocks.filter(({ language }) => language === 'ts').map(({ content }, index) => (
    [`${path.replaceAll('/', '-').replace('.md', '')}-${index + 1}.ts`, content]))
)));

const require = createRequire(import.meta.url);
const compilers = {
  'TypeScript 5': require.resolve('typescript/bin/tsc'),
  'TypeScript 6': join(root, 'node_modules', '@typescript', 'typescript6', 'bin', 'tsc6'),
  'TypeScript 7': join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
};

/** A project with all files. Each test compiles some of them. */
const folder = project({ after }, {
  'a.mts': asModule, 'a.cts': asCommonJs, 'module.ts': asModule, 'commonjs.ts': asCommonJs, 'form.mts': form,
  'node.mts': inNode, 'protocol.mts': protocol, ...examples, ...Object.fromEntries(newcomers.map((name) => [`${name}.ts`, newcomer(name)])),
}, { withDependencies: true });
const copy = (from, name) => cpSync(join(from, name), join(folder, 'node_modules', name), { recursive: true });
for (const name of ['nocodb-sdk', join('@types', 'node'), 'undici-types']) copy(join(root, 'node_modules'), name);
for (const name of ['body-parser', 'connect', 'express', 'express-serve-static-core', 'http-errors', 'qs', 'range-parser', 'send',
  'serve-static']) copy(join(root, 'tests', 'package', 'node_modules'), join('@types', name));

/** The output of a compiler for a project with strict settings, by default without the types of Node.js. */
function compile(compiler, compilerOptions, files) {
  const tsconfig = {
    compilerOptions: {
      exactOptionalPropertyTypes: true,
      lib: ['es2023', 'dom', 'dom.iterable'],
      noEmit: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      strict: true,
      target: 'es2022',
      types: [],
      ...compilerOptions,
    },
    files,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  return spawnSync(process.execPath, [compilers[compiler], '-p', folder], { encoding: 'utf8' }).stdout;
}

for (const compiler of Object.keys(compilers)) {
  for (const way of ['node16', 'nodenext']) {
    test(`the types work by import and require in ${compiler}, ${way}`, () => {
      assert.equal(compile(compiler, { module: way, moduleResolution: way }, ['a.mts', 'a.cts']), '');
    });
  }

  test(`the types work for bundlers in ${compiler}`, () => {
    assert.equal(compile(compiler, { module: 'esnext', moduleResolution: 'bundler' }, ['module.ts']), '');
  });
}

for (const compiler of Object.keys(compilers)) {
  const withoutDom = { module: 'nodenext', lib: ['es2023'] };

  test(`the types of all entries work in ${compiler} without the DOM's declarations, with those of Node.js`, () => {
    assert.equal(compile(compiler, { ...withoutDom, types: ['node'] }, ['node.mts']), '');
  });

  test(`the types of the protocol functions work in ${compiler} without the declarations of the DOM and of Node.js`, () => {
    assert.equal(compile(compiler, withoutDom, ['protocol.mts']), '');
  });
}

for (const compiler of Object.keys(compilers)) {
  for (const options of [{ module: 'node16', moduleResolution: 'node16' }, { module: 'esnext', moduleResolution: 'bundler' }]) {
    test(`the code that newcomers write compiles in ${compiler}, ${options.moduleResolution}`, () => {
      const inPage = newcomers.filter((name) => name !== 'express-login').map((name) => `${name}.ts`);
      assert.equal(compile(compiler, options, inPage), '');
      // The declarations of Express do not compile with these settings, so the compiler does not check them.
      assert.equal(compile(compiler, { ...options, types: ['node'], skipLibCheck: true }, ['express-login.ts']), '');
    });
  }
}

test("the documents have examples for administrators' scripts, integrations, hosts, servers and pages", () => {
  assert.deepEqual(Object.keys(examples).toSorted(), [
    'README-1.ts', 'docs-protocol-1.ts', 'docs-protocol-2.ts', 'docs-wrapper-1.ts', 'docs-wrapper-2.ts', 'docs-wrapper-3.ts',
    'docs-wrapper-4.ts',
  ]);
});

for (const compiler of Object.keys(compilers)) {
  for (const options of [{ module: 'node16', moduleResolution: 'node16' }, { module: 'esnext', moduleResolution: 'bundler' }]) {
    test(`the examples of the documents compile in ${compiler}, ${options.moduleResolution}`, () => {
      assert.equal(compile(compiler, { ...options, types: ['node'] }, Object.keys(examples)), '');
    });
  }
}

// TypeScript 7 has dropped `node10`.
test('the types of the entry and its subpaths work in TypeScript 5 with node10', () => {
  const options = { module: 'commonjs', moduleResolution: 'node10' };
  assert.equal(compile('TypeScript 5', options, ['module.ts', 'commonjs.ts']), '');
});

test("the form has the type of NocoDB's FormDefinition", () => {
  // The declarations of nocodb-sdk have errors of their own, so the compiler does not check them.
  assert.equal(compile('TypeScript 7', { module: 'nodenext', skipLibCheck: true }, ['form.mts']), '');
});

/** The declarations without documentation, as `Type.member`. */
function undocumented(file) {
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, strict: true, types: [] });
  const checker = program.getTypeChecker();
  const isDocumented = (symbol) => symbol.getDocumentationComment(checker).length > 0
    || symbol.getJsDocTags(checker).some(({ text }) => text?.length > 0);
  const found = [];
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const name = exported.getName();
    if (!(symbol.flags & ts.SymbolFlags.TypeAlias) && !isDocumented(symbol)) found.push(name);
    if (!(symbol.flags & ts.SymbolFlags.Class)) continue;
    for (const [, member] of symbol.members) {
      if (/^(__|#)/.test(member.getName()) || isDocumented(member)) continue;
      found.push(`${name}.${member.getName()}`);
    }
  }
  return found;
}

test('every export, and every member of an exported class, is documented', () => {
  const entries = Object.values(JSON.parse(readFileSync(join(packageIn(folder), 'package.json'), 'utf8')).exports)
    .flatMap((conditions) => [conditions.import?.types, conditions.require?.types]).filter(Boolean);
  assert.ok(entries.length >= 8);
  for (const name of entries) assert.deepEqual(undocumented(join(packageIn(folder), name)), [], name);
});
