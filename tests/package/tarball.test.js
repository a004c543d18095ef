/** The tarball: its files, its sizes, and the findings of the checkers publint and attw. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { checkFiles, checkSizes } from '../../scripts/lib/package-under-test.mjs';
import { packageIn, packed } from './support.js';

test('the tarball contains the listed files and no other', () => checkFiles(packed.files));

test('the tarball is within its size limits', () => checkSizes(packed.sizes));

test('the tarball contains the pictures of README', () => {
  const readme = readFileSync(join(packageIn(packed.folder), 'README.md'), 'utf8');
  const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)\s]+)|<(?:img|source)[^>]+(?:src|srcset)="([^"\s]+)"/g)]
    .map(([, inMarkdown, inHtml]) => inMarkdown ?? inHtml).filter((path) => !path.startsWith('https://'));
  assert.ok(pictures.length > 0);
  assert.deepEqual(pictures.filter((path) => !existsSync(join(packageIn(packed.folder), path))), []);
});

test('publint --strict finds no problem in the tarball', async () => {
  const pkgDir = packageIn(packed.folder);
  const { messages } = await publint({ pkgDir, strict: true, pack: false });
  const manifest = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8'));
  assert.deepEqual(messages.map((message) => formatMessage(message, manifest)), []);
});

/**
 * attw finds the exports of a CommonJS file in the file's text. It misses the default export of a file in which esbuild wraps
 * modules that are loaded late. The last test of this file checks that this default export exists.
 */
const DEFAULT_OF_THE_ENTRY = `FalseExportDefault ${JSON.stringify({
  typesFileName: '/node_modules/nocodb-bitbucket-auth/pkg/types/index.d.cts',
  implementationFileName: '/node_modules/nocodb-bitbucket-auth/pkg/index.cjs',
})}`;

/** The findings of attw that are intended, by kind and entry, with the reason. */
const accepted = {
  [DEFAULT_OF_THE_ENTRY]: 'the entry has its default export, for TypeScript and for Node.js',
  'NoResolution ./callback.html': 'it is a page that a server serves, so no code imports types from it',
  'NoResolution ./core.wasm': 'it is WebAssembly that a bundler or a server serves, so no code imports types from it',
};

test('attw finds only the accepted problems in the tarball', () => {
  const found = attw(packed.tarball).map(({ kind, entrypoint, ...more }) => (
    `${kind} ${entrypoint ?? JSON.stringify(more)}`));
  assert.deepEqual([...new Set(found)].sort(), Object.keys(accepted).sort());
});

test('the entry has its default export and the mark of an ES module when it is loaded by require', () => {
  const entry = createRequire(join(packed.folder, 'main.cjs'))('nocodb-bitbucket-auth');
  assert.equal(entry.__esModule, true);
  assert.deepEqual([entry.default.type, entry.default.sub_type], ['auth', 'bitbucket']);
});

function attw(tarball) {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const cli = join(dirname(manifest), 'dist', 'index.js');
  const { stdout, stderr } = spawnSync(process.execPath, [cli, tarball, '--format', 'json'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const { analysis } = JSON.parse(stdout);
  assert.ok(Object.keys(analysis.entrypoints).length > 5);
  return analysis.problems;
}
