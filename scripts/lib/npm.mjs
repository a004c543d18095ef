// Installs the npm packages of this package, of the NocoDB demo and of the tests. Finds the packages that the tarball contains,
// and the binaries of Node 22, 24 and 26.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureCompiler } from './compiler.mjs';
import { Problem, must, output, root, say } from './run.mjs';

/** The folder with the real NocoDB. */
export const nocodbDir = join(root, 'demo', 'nocodb');

const nodeIn = (folder, name) => (
  join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'));

/** Node 22, which NocoDB needs: the binary of the npm package `node` in demo/nocodb. */
export const node22 = nodeIn(nocodbDir, 'node');

const runtimesDir = join(root, 'tests', 'runtimes');

/** The newer versions of Node, by major version: the npm package `node` under other names, in tests/runtimes. */
export const newerNodes = { 24: nodeIn(runtimesDir, 'node-24'), 26: nodeIn(runtimesDir, 'node-26') };

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** Whether node_modules matches the lock file. In node_modules/.package-lock.json, npm lists what it installed. */
function isInstalled(folder) {
  const wanted = readJson(join(folder, 'package-lock.json'))?.packages;
  const found = readJson(join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted) throw new Problem(`${join(folder, 'package-lock.json')} is missing.`);
  return Boolean(found) && Object.entries(wanted).every(([path, { version, optional, devOptional }]) =>
    path === '' || optional || devOptional || found[path]?.version === version);
}

/** npm ci without install scripts. A package that needs its script is rebuilt by name (see ensureNocodb). */
async function ensureInstalled(folder, name) {
  if (isInstalled(folder)) return;
  say(`npm packages of ${name}: installing`);
  await must(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  if (!isInstalled(folder)) throw new Problem(`npm ci in ${name} did not install what its package-lock.json says.`);
}

/** Installs the packages of package-lock.json in the root folder. */
export const ensurePackages = () => ensureInstalled(root, 'the package');

/** The packages that the tarball contains: { [path below node_modules]: entry of package-lock.json }. */
export function bundled(folder = root) {
  const { packages } = readJson(join(folder, 'package-lock.json'));
  return Object.fromEntries(Object.entries(packages).filter(([path, { dev }]) => path && !dev)
    .map(([path, entry]) => [path.replace('node_modules/', ''), entry]));
}

/**
 * Installs the packages that the tarball contains. If node_modules exists already, it also installs the development packages,
 * because `npm ci` replaces the whole folder. npm's output goes to standard error.
 */
export async function ensureBundled(folder = root) {
  const version = (name) => readJson(join(folder, 'node_modules', name, 'package.json'))?.version;
  const wrong = () => Object.entries(bundled(folder)).filter(([name, entry]) => version(name) !== entry.version);
  if (wrong().length === 0) return;
  const only = existsSync(join(folder, 'node_modules')) ? [] : ['--omit=dev'];
  const options = { cwd: folder, stdio: ['ignore', 2, 2] };
  spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...only], options);
  const names = wrong().map(([name]) => name);
  if (names.length > 0) throw new Problem(`npm ci did not install what package-lock.json says of ${names.join(', ')}.`);
}

/** Installs the bundlers, compilers and checkers with which the packed package is tested. */
export const ensureProofs = () => ensureInstalled(join(root, 'tests', 'package'), 'tests/package');

/** Whether a binary exists and has this major version. */
const isNode = (path, major) => output(path, ['--version'])?.startsWith(`v${major}.`) === true;

/** Installs the newer versions of Node.js that also run tests/js, unless they are installed. */
export async function ensureNewerNodes() {
  await ensureInstalled(runtimesDir, 'tests/runtimes');
  const missing = () => Object.keys(newerNodes).filter((major) => !isNode(newerNodes[major], major));
  if (missing().length === 0) return;
  say(`Node ${missing().join(' and ')} for tests/js: installing`);
  await must(npm, ['rebuild', ...missing().map((major) => `node-${major}`), '--loglevel=error'], { cwd: runtimesDir });
  if (missing().length > 0) throw new Problem(`Node ${missing().join(' and ')} in ${runtimesDir} does not run.`);
}

/** Installs NocoDB with its database driver, and Node.js 22 to run it, unless they are installed. */
export async function ensureNocodb() {
  await ensureInstalled(nocodbDir, 'demo/nocodb');
  const hasNode = () => isNode(node22, 22);
  const hasSqlite = () => hasNode() &&
    output(node22, ['-p', "require('sqlite3').VERSION"], { cwd: nocodbDir }) !== undefined;
  if (!hasNode()) {
    say('Node 22 for NocoDB: installing');
    await must(npm, ['rebuild', 'node', '--loglevel=error'], { cwd: nocodbDir });
    if (!hasNode()) throw new Problem(`${node22} does not run.`);
  }
  if (!hasSqlite()) {
    await ensureCompiler();
    say('sqlite3 for NocoDB: compiling, which takes a minute');
    // Most installations of Node contain the headers. With this option, node-gyp does not download the headers.
    const prefix = dirname(dirname(process.execPath));
    const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: prefix } : {};
    await must(npm, ['rebuild', 'sqlite3', '--loglevel=error'], { cwd: nocodbDir, env: { ...headers, ...process.env } });
    if (!hasSqlite()) throw new Problem(`sqlite3 in ${nocodbDir} was compiled but does not load.`);
  }
}
