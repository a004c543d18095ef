/**
 * The npm packages that are bundled in the tarball. An administrator gets the tested versions, regardless of later versions in
 * the registry and of NocoDB's own packages, and also without access to a registry.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bundled } from '../../scripts/lib/npm.mjs';
import { NAME, emptyFolder, packageIn, packed } from './support.js';

const tested = Object.fromEntries(Object.entries(bundled()).map(([name, { version }]) => [name, version]));

/** Runs npm without a registry, so npm cannot download any package. */
function npm(folder, ...args) {
  const env = { ...process.env, npm_config_cache: join(folder, '.npm'), npm_config_registry: 'http://127.0.0.1:9/' };
  return spawnSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'],
    { cwd: folder, env, encoding: 'utf8' });
}

function install(folder, ...tarballs) {
  const { status, stderr } = npm(folder, 'install', ...tarballs);
  assert.equal(status, 0, stderr);
}

/** { path: version } of every package in a folder, without this package itself. */
function versionsIn(folder) {
  const { stdout } = npm(folder, 'query', '*', '--json');
  const nodes = JSON.parse(stdout).filter(({ location }) => location && location !== `node_modules/${NAME}`);
  return Object.fromEntries(nodes.map(({ location, version }) => [location, version]));
}

/** A tarball of a package that does nothing. */
function emptyPackage(t, name, version) {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version }));
  const { stdout, status, stderr } = npm(folder, 'pack', '--silent');
  assert.equal(status, 0, stderr);
  return join(folder, stdout.trim());
}

describe('the package in a clean folder', () => {
  test('installs exactly the tested versions, without a registry', (t) => {
    const folder = emptyFolder(t);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    install(folder, packed.tarball);
    const below = `node_modules/${NAME}/node_modules/`;
    assert.ok(Object.keys(tested).length > 10);
    assert.deepEqual(versionsIn(folder), Object.fromEntries(Object.entries(tested)
      .map(([name, version]) => [below + name, version])));
  });

  test('cannot be installed without a registry if its bundled packages are removed', (t) => {
    const folder = emptyFolder(t);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const stripped = withoutBundled(t);
    assert.notEqual(npm(folder, 'install', stripped).status, 0);
  });
});

/** A tarball of this package without the bundled packages. */
function withoutBundled(t) {
  const folder = emptyFolder(t);
  assert.equal(spawnSync('tar', ['-xzf', packed.tarball, '-C', folder]).status, 0);
  const inside = join(folder, 'package');
  rmSync(join(inside, 'node_modules'), { recursive: true });
  const { bundleDependencies, scripts, ...manifest } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
  assert.ok(bundleDependencies);
  writeFileSync(join(inside, 'package.json'), JSON.stringify(manifest));
  const { stdout, status, stderr } = npm(inside, 'pack', '--silent');
  assert.equal(status, 0, stderr);
  return join(inside, stdout.trim());
}

test('if a newer Axios is already installed, other packages keep it, and this package uses its own', (t) => {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const [major] = tested.axios.split('.');
  install(folder, emptyPackage(t, 'axios', `${major}.999.0`));
  install(folder, packed.tarball);
  const found = versionsIn(folder);
  assert.equal(found['node_modules/axios'], `${major}.999.0`);
  assert.equal(found[`node_modules/${NAME}/node_modules/axios`], tested.axios);
  const { status, stderr } = spawnSync(process.execPath, ['-e', `require('${NAME}')`], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the bill of materials in the tarball names the packages that are bundled in the tarball', (t) => {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  install(folder, packed.tarball);
  const { components } = JSON.parse(readFileSync(join(packageIn(folder), 'sbom.cdx.json'), 'utf8'));
  const named = components.filter(({ purl }) => purl.startsWith('pkg:npm/'))
    .map(({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`);
  const below = `node_modules/${NAME}/node_modules/`;
  const found = Object.entries(versionsIn(folder))
    .map(([path, version]) => `${path.slice(below.length).split('node_modules/').at(-1)} ${version}`);
  assert.deepEqual(named.toSorted(), found.toSorted());
});
