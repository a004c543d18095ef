// Checks the guide's pictures: each picture in a document exists in both themes and has a sensible size, and no other picture
// exists.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { FOLDER, fileOf, files, pictures, readme } from '../../scripts/lib/pictures/catalogue.mjs';
import { root } from '../../scripts/lib/run.mjs';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_BYTES = 150_000;
const OVERVIEW = join(FOLDER, 'README.md');

const read = (path) => readFileSync(join(root, path), 'utf8');

/** Reads a PNG: its width and height in pixels from its first chunk, and the names of all chunks. */
function look(path) {
  const bytes = readFileSync(join(root, path));
  assert.ok(bytes.subarray(0, 8).equals(SIGNATURE), `${path} is no PNG`);
  const chunks = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) chunks.push(bytes.toString('latin1', at + 4, at + 8));
  return { bytes, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), chunks };
}

/** The Markdown files that people read: README.md, and the files below docs/. */
const documents = ['README.md', ...readdirSync(join(root, 'docs'), { recursive: true })
  .filter((path) => path.endsWith('.md')).map((path) => join('docs', path))];

/** The pictures that a document shows, as paths from the root. */
function shownIn(path) {
  const addresses = [...read(path).matchAll(/!\[[^\]]*\]\(([^)\s]+)|(?:src|srcset)="([^"]+)"/g)].map(([, a, b]) => a ?? b);
  return addresses.filter((address) => address.endsWith('.png')).map((address) => {
    // On the package's page at npm, only absolute URLs work.
    const local = address.replace(/^https:\/\/.*?\/(?=docs\/)/, '');
    return local === address ? relative(root, join(root, dirname(path), address)) : local;
  });
}

const shown = new Map(documents.map((path) => [path, shownIn(path)]));
const here = readdirSync(join(root, FOLDER)).filter((name) => name !== 'README.md').sort();

test('`npm run screenshots -- --list` names every picture in both themes', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts', 'screenshots.mjs'), '--list'],
    { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split('\n'), files);
  assert.equal(files.length, 2 * pictures.length);
  assert.equal(new Set(files).size, files.length);
});

test('`npm run screenshots` rejects the name of a picture that does not exist', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'screenshots.mjs'), 'no-such-picture'],
    { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /No picture is called no-such-picture/);
});

test('the folder of the pictures contains the listed pictures, and nothing else', () => {
  assert.deepEqual(here, [...files].sort());
});

for (const { name } of pictures) {
  test(`${name} has light and dark pictures of the same sensible size, without metadata`, () => {
    const [light, dark] = ['light', 'dark'].map((theme) => look(join(FOLDER, fileOf(name, theme))));
    assert.deepEqual([dark.width, dark.height], [light.width, light.height]);
    assert.ok(!dark.bytes.equals(light.bytes));
    for (const { bytes, width, height, chunks } of [light, dark]) {
      assert.ok(width >= 600 && width <= 2000, `${width} pixels wide`);
      assert.ok(height >= 300 && height <= 1500, `${height} pixels high`);
      assert.ok(bytes.length > 5_000 && bytes.length <= MAX_BYTES, `${bytes.length} bytes`);
      // Texts, times and positions would be in other chunks.
      assert.deepEqual(chunks.filter((chunk) => !['IHDR', 'sRGB', 'PLTE', 'IDAT', 'IEND'].includes(chunk)), []);
    }
  });
}

test('the documents show only listed pictures, each in both themes', () => {
  for (const [document, paths] of shown) {
    for (const path of paths) {
      assert.equal(dirname(path), FOLDER, `${document} shows ${path}, which is not in ${FOLDER}`);
      const name = path.slice(FOLDER.length + 1);
      assert.ok(files.includes(name), `${document} shows ${path}, which is not a listed picture`);
      const other = name.endsWith('-dark.png') ? name.replace('-dark.png', '.png') : name.replace('.png', '-dark.png');
      assert.ok(paths.includes(join(FOLDER, other)), `${document} shows ${name} without ${other}`);
    }
  }
});

test('the overview of the pictures equals the text that the script writes', () => {
  assert.equal(read(OVERVIEW), readme());
});
