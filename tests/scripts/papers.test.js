// Checks that the README, changelog, notices, SBOM and similar files describe the package, and agree with each other.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { manifest } from '../../js/nocodb/manifest.js';
import { notices, sbom } from '../../scripts/lib/papers.mjs';
import { findParts } from '../../scripts/lib/parts.mjs';
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
    test(`in ${place} equals the version in package.json`, () => assert.equal(found, version));
  }

  test('is part of each tarball name in the documentation', () => {
    const papers = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => /\.(md|ya?ml)$/.test(name))
      .map((name) => `docs/${name}`)];
    const names = papers.flatMap((path) => [...read(path).matchAll(/nocodb-bitbucket-auth-(\d+\.\d+\.\d+)\.tgz/g)]
      .map(([, found]) => `${path}: ${found}`));
    assert.ok(names.length > 0);
    assert.deepEqual(names.filter((name) => !name.endsWith(`: ${version}`)), []);
  });

  test('is supported according to SECURITY.md', () => {
    const [line] = /^(\d+\.\d+)\./.exec(version);
    assert.match(read('SECURITY.md'), new RegExp(`^\\| ${line.replaceAll('.', '\\.')}x \\| yes \\|$`, 'm'));
  });
});

describe('CHANGELOG.md', () => {
  const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  test('begins with unreleased changes, and lists releases with their dates, the newest first', () => {
    const [first, ...releases] = headings;
    assert.equal(first, '[Unreleased]');
    for (const release of releases) assert.match(release, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
    const dates = releases.map((release) => release.slice(-10));
    assert.deepEqual(dates, dates.toSorted().reverse());
  });

  test('has only the kinds of change of Keep a Changelog, and a link for each version', () => {
    const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    const found = [...changelog.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
    assert.deepEqual(found.filter((kind) => !kinds.includes(kind)), []);
    for (const [name] of headings.map((heading) => /^\[[^\]]+\]/.exec(heading))) {
      assert.ok(changelog.includes(`\n${name}: ${homepage}/`), `${name} has no link`);
    }
  });
});

describe('package.json', () => {
  test('has the same author as the manifest that NocoDB shows', () => {
    assert.ok(author);
    assert.equal(manifest.author, author);
  });

  test('has URLs at one host', () => {
    assert.equal(bugs.url, `${homepage}/issues`);
    assert.equal(repository.url, `git+${homepage}.git`);
  });

  test('has exactly the placeholders that CONTRIBUTING.md lists', () => {
    const papers = read('CONTRIBUTING.md');
    const placeholders = {
      'addresses at `example.com`': new URL(homepage).host === 'example.com',
      '`security@example.com`': read('SECURITY.md').includes('security@example.com'),
    };
    for (const [name, isThere] of Object.entries(placeholders)) assert.equal(papers.includes(`| ${name} |`), isThere, name);
  });
});

test('CONTRIBUTING.md names only folders that exist', () => {
  const paths = [...read('CONTRIBUTING.md').matchAll(/^\|.*\|$/gm)].flatMap(([row]) => (
    [...row.split('|')[1].matchAll(/`([\w/.-]+\/)`/g)].map(([, path]) => path)));
  assert.ok(paths.length > 10);
  assert.deepEqual(paths.filter((path) => !existsSync(join(root, dirname(`${path}x`)))), []);
});

describe('the bill of materials', () => {
  const found = findParts();
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

  test('is valid CycloneDX 1.6 for a validator that rejects invalid files', async () => {
    const text = read('sbom.cdx.json');
    assert.equal(await validator.validate(text), null);
    assert.notEqual(await validator.validate(text.replace('"alg": "SHA-256"', '"alg": "SHA-257"')), null);
  });

  test('names every part once, and nothing else', () => {
    const { components, dependencies } = JSON.parse(read('sbom.cdx.json'));
    const refs = components.map((component) => component['bom-ref']);
    assert.equal(new Set(refs).size, refs.length);
    assert.deepEqual(refs.toSorted(), found.parts.map(({ purl }) => purl).toSorted());
    const known = new Set([...refs, `pkg:npm/nocodb-bitbucket-auth@${version}`]);
    const named = dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
    assert.deepEqual(named.filter((ref) => !known.has(ref)), []);
  });

  test('has only parts that the package needs, directly or through other parts', () => {
    const reached = new Set();
    const follow = (purl) => {
      if (reached.has(purl)) return;
      reached.add(purl);
      found.parts.find((part) => part.purl === purl).needs.forEach(follow);
    };
    found.needs.forEach(follow);
    assert.deepEqual(found.parts.map(({ purl }) => purl).filter((purl) => !reached.has(purl)), []);
  });

  test('has the crates in the WebAssembly module, but no crates that only tests or the compiler use', () => {
    const names = found.parts.filter(({ kind }) => kind === 'crate').map(({ name }) => name);
    for (const name of ['serde_json', 'url', 'sha2', 'wasm-bindgen']) assert.ok(names.includes(name), name);
    for (const name of ['proptest', 'indexmap', 'wasm-bindgen-test', 'syn', 'serde_derive', 'tsify-macros']) {
      assert.ok(!names.includes(name), name);
    }
  });

  test('has no time and no random number, so that each run writes the same text', () => {
    const again = findParts();
    assert.equal(sbom(again), sbom(found));
    assert.equal(notices(again), notices(found));
    assert.doesNotMatch(sbom(found), /"(timestamp|serialNumber)"/);
  });

  test('changes when the version of a part changes', () => {
    const parts = found.parts.map((part) => (part.name === 'axios' ? { ...part, version: '0.0.1' } : part));
    assert.notEqual(notices({ ...found, parts }), notices(found));
    assert.notEqual(sbom({ ...found, parts }), sbom(found));
  });
});
