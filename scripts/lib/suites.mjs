// The suites of `npm test`. Each prints its output live and returns { passed, failed, notes }.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumArgs, findChromedriver, findChromium } from './browser.mjs';
import { checkPkg } from './build-info.mjs';
import { checkCrates } from './cargo-deny.mjs';
import { countNode, countRust } from './counting.mjs';
import { checkHygiene } from './hygiene.mjs';
import { newerNodes, node22 } from './npm.mjs';
import { installPacked } from './package-under-test.mjs';
import { checkPapers } from './papers.mjs';
import { checkReproducible } from './reproducible.mjs';
import { findWasmBindgen, target, wasmEnv } from './rust.mjs';
import { Problem, must, root, run, say } from './run.mjs';

const tsc = (...args) => must(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...args]);

/** Adds up several results. */
const sum = (parts) => ({
  passed: parts.reduce((total, { passed }) => total + passed, 0),
  failed: parts.reduce((total, { failed }) => total + failed, 0),
  notes: parts.flatMap(({ notes }) => notes),
});

/** Counts each [name, check] as one test. */
async function runChecks(checks) {
  const counts = { passed: 0, failed: 0, notes: [] };
  for (const [name, check] of checks) {
    try {
      await check();
      counts.passed += 1;
      say(`✔ ${name}`);
    } catch (error) {
      counts.failed += 1;
      counts.notes.push(name);
      say(`✖ ${name}\n${error instanceof Problem ? error.message : error.stack}`);
    }
  }
  return counts;
}

/**
 * Checks that a runner ran every shared case of every file. For each file, the runner prints `vectors: <file> <number of cases>`.
 */
const checkVectors = (lines) => runChecks([['every case of tests/vectors was run', () => {
  const plain = lines.map((line) => line.replaceAll(/\x1b\[[0-9;]*m/g, '').trim());
  for (const name of readdirSync(join(root, 'tests', 'vectors'))) {
    const { cases } = JSON.parse(readFileSync(join(root, 'tests', 'vectors', name), 'utf8'));
    const wanted = `vectors: ${name.replace('.json', '')} ${cases.length}`;
    if (!plain.some((line) => line.endsWith(wanted))) throw new Problem(`The runner did not print "${wanted}".`);
  }
}]]);

const sourceChecks = [
  ['Rust is formatted', () => must('cargo', ['fmt', '--check'])],
  ['clippy finds nothing', () => must('cargo', ['clippy', '--locked', '--all-targets', '--', '-D', 'warnings'])],
  ['clippy finds nothing in the code that is compiled only for WebAssembly', () => must('cargo', ['clippy', '--locked',
    '--target', target, '--lib', '--test', 'web', '--test', 'web_bindings', '--', '-D', 'warnings'], { env: wasmEnv() })],
  ['clippy finds nothing in the core for pages', async () => {
    const features = ['clippy', '--locked', '--lib', '--no-default-features'];
    await must('cargo', [...features, '--', '-D', 'warnings']);
    await must('cargo', [...features, '--target', target, '--', '-D', 'warnings'], { env: wasmEnv() });
  }],
  ['tsc finds no error in the JSDoc types', () => tsc('-p', root)],
  ['pkg/ matches its sources', checkPkg],
  ['a build in another folder gives the same WebAssembly, byte for byte', checkReproducible],
  ['no file contains a path of a machine or the host of a mirror', checkHygiene],
  ['cargo deny accepts the crates: their licences, sources and versions', checkCrates],
  ['the notices and the bill of materials say what is in the package, and each licence is allowed', checkPapers],
];

const checks = async () => sum([
  await nodeTest(process.execPath, root, 'tests/scripts'),
  await nodeTest(process.execPath, root, 'tests/differential'),
  await runChecks(sourceChecks),
]);

async function cargoTest(args, env) {
  const lines = [];
  const status = await run('cargo', ['test', '--locked', '--no-fail-fast', ...args],
    { env, onLine: (line) => lines.push(line) });
  return { counts: countRust(lines, status), lines };
}

async function native() {
  const { counts, lines } = await cargoTest(['--', '--show-output']);
  return sum([counts, await checkVectors(lines)]);
}

async function browser() {
  // wasm-bindgen-test-runner reads from this file how chromedriver starts Chromium.
  writeFileSync(join(root, 'webdriver.json'), JSON.stringify({
    'goog:chromeOptions': { binary: findChromium().path, args: chromiumArgs },
  }));
  const { counts } = await cargoTest(['--target', target, '--test', 'web', '--test', 'web_bindings', '--', '--nocapture'], {
    ...wasmEnv(),
    CHROMEDRIVER: findChromedriver().path,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: findWasmBindgen().testRunner,
  });
  return counts;
}

/** Runs the *.test.js of a folder with `node --test`. By default, Node chooses how many files run at once. */
async function nodeTest(node, cwd, folder, { env, onLine, prefix, atOnce } = {}) {
  const names = existsSync(join(cwd, folder)) ? readdirSync(join(cwd, folder)) : [];
  const files = names.filter((name) => name.endsWith('.test.js')).sort().map((name) => join(cwd, folder, name));
  if (files.length === 0) return { passed: 0, failed: 1, notes: [`no *.test.js in ${folder}`] };
  const out = mkdtempSync(join(tmpdir(), 'report-'));
  try {
    const report = join(out, 'report');
    const reporter = fileURLToPath(new URL('count-reporter.mjs', import.meta.url));
    const status = await run(node, ['--test', '--test-reporter=spec', '--test-reporter-destination=stdout',
      `--test-reporter=${reporter}`, `--test-reporter-destination=${report}`,
      ...(atOnce ? [`--test-concurrency=${atOnce}`] : []), ...files], { cwd, env, onLine, prefix });
    return countNode(existsSync(report) ? readFileSync(report, 'utf8') : '', files, status);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Runs the tests of a folder as `nodeTest` does, and checks that they ran all shared cases. */
async function nodeTestWithVectors(node, cwd, folder, options) {
  const lines = [];
  const counts = await nodeTest(node, cwd, folder, { ...options, onLine: (line) => lines.push(line) });
  return sum([counts, await checkVectors(lines)]);
}

/**
 * Tests the packed package with every supported Node: the running one, the one that NocoDB needs, and newer ones. The tests wait
 * more than they compute, so two Nodes at once, with two files each, take hardly longer than one.
 */
async function packed() {
  const { folder, remove } = await installPacked();
  try {
    const lanes = [[[`Node ${process.versions.node}`, process.execPath], ['Node 24', newerNodes[24]]],
      [['Node 22', node22], ['Node 26', newerNodes[26]]]];
    const results = await Promise.all(lanes.map(async (lane) => {
      const parts = [];
      for (const [name, node] of lane) {
        const { notes, ...counts } = await nodeTestWithVectors(node, folder, 'tests/js', { prefix: `${name} | `, atOnce: 2 });
        parts.push({ ...counts, notes: notes.map((note) => `${name}: ${note}`) });
      }
      return sum(parts);
    }));
    return sum(results);
  } finally {
    remove();
  }
}

/** Tests the packed package with compilers, bundlers and checkers, each in a folder of its own. */
async function proofs() {
  const { remove, ...installed } = await installPacked({ alone: true });
  try {
    return await nodeTest(process.execPath, root, 'tests/package', { env: { PACKED: JSON.stringify(installed) } });
  } finally {
    remove();
  }
}

/** Runs with the Node that NocoDB needs. The tests wait more than they compute, so two files run at once. */
const keeping = () => nodeTest(node22, root, 'tests/keeping', { atOnce: 2 });

/**
 * Tests a page with the package in three browsers, two at a time. With a third browser, a machine with two cores is so busy that
 * WebKit's windows take seconds to change pages. Tests that need only one browser run in Chromium.
 */
async function pages() {
  const everywhere = 'tests/browser/engines';
  const lanes = [
    [['webkit', everywhere], ['chromium', 'tests/browser']],
    [['firefox', everywhere], ['chromium', everywhere]],
  ];
  const results = await Promise.all(lanes.map(async (lane) => {
    const parts = [];
    for (const [engine, folder] of lane) {
      const env = { CHROMIUM: findChromium().path, ENGINE: engine };
      const runTests = folder === everywhere ? nodeTestWithVectors : nodeTest;
      parts.push(await runTests(process.execPath, root, folder, { env, prefix: `${engine} | `, atOnce: 1 }));
    }
    return sum(parts);
  }));
  return sum(results);
}

const e2e = () => nodeTest(process.execPath, root, 'tests/e2e', { env: { CHROMIUM: findChromium().path } });

/** In the order in which they run: first the fast suites, and the suites that test what others depend on. */
export const suites = [
  { name: 'checks', title: 'Checks of the sources', start: checks },
  { name: 'native', title: 'The core in native Rust', start: native },
  { name: 'browser', title: 'The bindings in headless Chromium', start: browser },
  { name: 'node', title: 'The packed package in Node', start: packed },
  { name: 'package', title: 'The packed package in every runtime', start: proofs },
  { name: 'pages', title: 'Logins from web pages, and the shared cases, in Chromium, Firefox and WebKit', start: pages },
  { name: 'keeping', title: 'Tokens under load and random failures', start: keeping },
  { name: 'e2e', title: 'NocoDB, Chromium, Firefox and the Bitbucket simulator', start: e2e },
];
