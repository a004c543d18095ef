// What the papers beside the package say of it, and of each other.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { manifest } from '../../js/nocodb/manifest.js';
import { root } from '../../scripts/lib/run.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const { version, author, homepage, bugs, repository } = JSON.parse(read('package.json'));
const changelog = read('CHANGELOG.md');

describe('the version', () => {
  const ofCrate = (lock) => /name = "nocodb-bitbucket-auth"\nversion = "([^"]+)"/.exec(read(lock))[1];
  const lock = JSON.parse(read('package-lock.json'));
  const places = {
    'package-lock.json': lock.version,
    'package-lock.json, packages': lock.packages[''].version,
    'Cargo.toml': ofCrate('Cargo.toml'),
    'Cargo.lock': ofCrate('Cargo.lock'),
    'fuzz/Cargo.lock': ofCrate('fuzz/Cargo.lock'),
    'js/nocodb/manifest.js': manifest.version,
    'the newest release in CHANGELOG.md': /^## \[(\d[^\]]*)\]/m.exec(changelog)[1],
  };
  for (const [place, found] of Object.entries(places)) {
    test(`is that of package.json in ${place}`, () => assert.equal(found, version));
  }

  test('is in the tarball\'s name wherever the documentation has it', () => {
    const papers = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => /\.(md|ya?ml)$/.test(name))
      .map((name) => `docs/${name}`)];
    const names = papers.flatMap((path) => [...read(path).matchAll(/nocodb-bitbucket-auth-(\d+\.\d+\.\d+)\.tgz/g)]
      .map(([, found]) => `${path}: ${found}`));
    assert.ok(names.length > 0);
    assert.deepEqual(names.filter((name) => !name.endsWith(`: ${version}`)), []);
  });

  test('is supported, by SECURITY.md', () => {
    const [line] = /^(\d+\.\d+)\./.exec(version);
    assert.match(read('SECURITY.md'), new RegExp(`^\\| ${line.replaceAll('.', '\\.')}x \\| yes \\|$`, 'm'));
  });
});

describe('CHANGELOG.md', () => {
  const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  test('begins with what is not released, and has a date for each release, the newest first', () => {
    const [first, ...releases] = headings;
    assert.equal(first, '[Unreleased]');
    for (const release of releases) assert.match(release, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
    const dates = releases.map((release) => release.slice(-10));
    assert.deepEqual(dates, dates.toSorted().reverse());
  });

  test('has the kinds of change that Keep a Changelog knows, and a link for each version', () => {
    const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    const found = [...changelog.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
    assert.deepEqual(found.filter((kind) => !kinds.includes(kind)), []);
    for (const [name] of headings.map((heading) => /^\[[^\]]+\]/.exec(heading))) {
      assert.ok(changelog.includes(`\n${name}: ${homepage}/`), `${name} has no link`);
    }
  });
});

describe('who made it, and where it is', () => {
  test('the manifest that NocoDB shows has the package\'s author', () => {
    assert.ok(author);
    assert.equal(manifest.author, author);
  });

  test('the addresses are at one place', () => {
    assert.equal(bugs.url, `${homepage}/issues`);
    assert.equal(repository.url, `git+${homepage}.git`);
  });

  test('CONTRIBUTING.md names each neutral value that is still there, and no other', () => {
    const papers = read('CONTRIBUTING.md');
    const neutral = {
      'addresses at `example.com`': new URL(homepage).host === 'example.com',
      '`security@example.com`': read('SECURITY.md').includes('security@example.com'),
    };
    for (const [name, isThere] of Object.entries(neutral)) assert.equal(papers.includes(`| ${name} |`), isThere, name);
  });
});

test('CONTRIBUTING.md names folders that exist', () => {
  const paths = [...read('CONTRIBUTING.md').matchAll(/^\|.*\|$/gm)].flatMap(([row]) => (
    [...row.split('|')[1].matchAll(/`([\w/.-]+\/)`/g)].map(([, path]) => path)));
  assert.ok(paths.length > 10);
  assert.deepEqual(paths.filter((path) => !existsSync(join(root, dirname(`${path}x`)))), []);
});
