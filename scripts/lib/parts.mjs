// The third-party parts of the package: the crates that are compiled into the WebAssembly, Rust's standard library, and the
// npm packages that the tarball contains. For each: its name, its licence with the text, and its dependencies.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PackageURL } from 'packageurl-js';
import { chosenLicences, expression } from './licences.mjs';
import { bundled } from './npm.mjs';
import { Problem, output, root } from './run.mjs';
import { rustVersion, target } from './rust.mjs';

/**
 * @typedef {object} Part
 * @property {'crate' | 'npm' | 'std'} kind
 * @property {string} name
 * @property {string} version
 * @property {string} purl its package URL
 * @property {string} licence SPDX expression
 * @property {{ licence: string, text: string }[]} texts the texts of the licences under which the package uses the part
 * @property {{ algorithm: 'SHA-256' | 'SHA-512', hex: string }} [hash] the hash of the part's archive in the registry
 * @property {string[]} needs package URLs of its dependencies
 */

/** The text of the MIT licence, for a part that names this licence but does not contain its text. */
const mit = (holders) => `Copyright (c) ${holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * Matches the name of a file with the text of this licence. `unnamed` matches the name of a file with the text of any licence.
 */
const named = (licence) => new RegExp(`^licen[sc]e[-_.]${licence.split('-')[0]}(\\.\\w+)?$`, 'i');
const unnamed = /^licen[sc]e(\.\w+)?$/i;

/** The texts of a part's licences, from its folder. */
function textsIn(folder, licences, name, holders) {
  const files = readdirSync(folder).sort();
  return licences.map((licence) => {
    const file = files.find((entry) => named(licence).test(entry)) ?? files.find((entry) => unnamed.test(entry));
    if (!file && !(licence === 'MIT' && holders)) throw new Problem(`${name} contains no text of its licence ${licence}.`);
    return { licence, text: file ? readFileSync(join(folder, file), 'utf8') : mit(holders) };
  });
}

function cargo(...args) {
  const printed = output('cargo', [...args, '--locked'], { maxBuffer: 2 ** 28 });
  if (!printed) throw new Problem(`\`cargo ${args[0]}\` failed. Run \`node scripts/setup.mjs --for build\`.`);
  return printed;
}

/**
 * The crates that are compiled for the target, without those that only run in the compiler. `cargo tree` knows which features are
 * enabled for the target. `cargo metadata` also includes the features that the tests enable.
 */
export function crates() {
  const tree = cargo('tree', '--target', target, '--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}');
  const wanted = new Set(tree.split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')));
  const { packages, resolve } = JSON.parse(cargo('metadata', '--format-version', '1', '--filter-platform', target));
  const sums = new Map([...readFileSync(join(root, 'Cargo.lock'), 'utf8')
    .matchAll(/name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"/g)]
    .map(([, name, version, sum]) => [`${name} v${version}`, sum]));
  const key = ({ name, version }) => `${name} v${version}`;
  const purl = ({ name, version }) => new PackageURL('cargo', undefined, name, version).toString();
  const byId = new Map(packages.filter((entry) => wanted.has(key(entry))).map((entry) => [entry.id, entry]));
  const needsOf = new Map(resolve.nodes.map(({ id, deps }) => [id, deps
    .filter((dep) => byId.has(dep.pkg) && dep.dep_kinds.some(({ kind }) => kind === null))
    .map((dep) => purl(byId.get(dep.pkg))).sort()]));
  const parts = [...byId].map(([id, entry]) => ({
    kind: 'crate',
    name: entry.name,
    version: entry.version,
    purl: purl(entry),
    licence: expression(entry.license ?? ''),
    texts: textsIn(dirname(entry.manifest_path), chosenLicences(entry.license ?? '', entry.name), entry.name,
      entry.authors.map((author) => author.replace(/ <.*/, '')).join(', ')),
    hash: { algorithm: 'SHA-256', hex: sums.get(key(entry)) },
    needs: needsOf.get(id),
    isOwn: id === resolve.root,
  }));
  return { needs: needsOf.get(resolve.root), crates: parts.filter(({ isOwn }) => !isOwn).map(({ isOwn, ...part }) => part) };
}

/** Rust's standard library, and the Unicode tables in it. */
function standardLibrary(unicode) {
  const version = rustVersion();
  return {
    kind: 'std',
    name: 'rust-std',
    version,
    purl: new PackageURL('generic', undefined, 'rust-std', version).toString(),
    licence: '(MIT OR Apache-2.0) AND Unicode-3.0',
    texts: [{ licence: 'MIT', text: mit('The Rust Project Developers (see https://thanks.rust-lang.org)') }, unicode],
    needs: [],
  };
}

const npmPurl = (path, version) => {
  const [, group, name] = /(?:^|node_modules\/)(?:(@[^/]+)\/)?([^/]+)$/.exec(path);
  return new PackageURL('npm', group, name, version).toString();
};

/** The npm packages that the tarball contains, from node_modules. */
export function npmPackages() {
  const entries = bundled();
  /** Finds the dependency `name` as Node.js would from the package at `from` ('' is this package); returns its package URL. */
  const find = (from, name) => {
    const places = from.split('/node_modules/').map((_, index, all) => all.slice(0, all.length - index).join('/node_modules/'));
    const path = [...places.filter(Boolean).map((place) => `${place}/node_modules/${name}`), name].find((at) => entries[at]);
    if (!path) throw new Problem(`package-lock.json has no ${name} for ${from}.`);
    return npmPurl(path, entries[path].version);
  };
  const needsOf = (from, dependencies = {}) => Object.keys(dependencies).map((name) => find(from, name)).sort();
  const parts = Object.entries(entries).map(([path, entry]) => {
    const folder = join(root, 'node_modules', path);
    if (!existsSync(join(folder, 'package.json'))) throw new Problem(`${path} is not installed. Run \`npm ci\`.`);
    const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (version !== entry.version || license !== entry.license) {
      throw new Problem(`node_modules/${path} is not what package-lock.json says. Run \`npm ci\`.`);
    }
    const [algorithm, sum] = entry.integrity.split(/-(.*)/s);
    if (algorithm !== 'sha512') throw new Problem(`package-lock.json has no SHA-512 of ${path}.`);
    const holders = (author?.name ?? author)?.replace(/ <.*/, '');
    return {
      kind: 'npm',
      name,
      version,
      purl: npmPurl(path, version),
      licence: license,
      texts: textsIn(folder, chosenLicences(license, name), name, holders),
      hash: { algorithm: 'SHA-512', hex: Buffer.from(sum, 'base64').toString('hex') },
      needs: needsOf(path, entry.dependencies),
    };
  });
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return { needs: needsOf('', own.dependencies), packages: parts };
}

/** Returns all parts, and the package URLs of this package's own dependencies. @returns {{ needs: string[], parts: Part[] }} */
export function findParts() {
  const fromCargo = crates();
  const fromNpm = npmPackages();
  const unicode = fromCargo.crates.flatMap(({ texts }) => texts).find(({ licence }) => licence === 'Unicode-3.0');
  const std = standardLibrary(unicode);
  return {
    needs: [...fromNpm.needs, ...fromCargo.needs, std.purl],
    parts: [...fromCargo.crates, std, ...fromNpm.packages].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
}
