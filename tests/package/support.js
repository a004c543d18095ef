/**
 * Helpers for the tests of the packed package: a fresh folder with the package for each test, Node processes, a page in Chromium.
 *
 * In: the folder into which the suite has installed the tarball (variable PACKED). Without this variable, this file packs the
 * package. Out: folders, and the output of a program or page. Never: a test of the working tree.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/lib/browser.mjs';
import { node22 } from '../../scripts/lib/npm.mjs';
import { installPacked } from '../../scripts/lib/package-under-test.mjs';
import { childEnvironment } from '../support/environment.js';

export const NAME = 'nocodb-bitbucket-auth';
const here = dirname(fileURLToPath(import.meta.url));

async function pack() {
  const { remove, ...found } = await installPacked({ alone: true });
  after(remove);
  return found;
}

/** { folder, tarball, files, sizes }: the folder of the installation, the tarball, its own files, and its sizes. */
export const packed = process.env.PACKED ? JSON.parse(process.env.PACKED) : await pack();

/** The two supported versions of Node.js: their executables by name. */
export const nodes = { 'Node 20': process.execPath, 'Node 22': node22 };

/** The path of the installed package in a folder. */
export const packageIn = (folder) => join(folder, 'node_modules', NAME);

/**
 * A fresh folder with the package and with files of the test. The folder is removed after the test.
 *
 * @param {{ after: (end: () => void) => void }} t the test, or the file's `after`
 * @param {Record<string, string>} files contents by name
 * @param {{ withDependencies?: boolean }} [options] whether the folder also contains the package's bundled dependencies
 */
export function project(t, files, { withDependencies = false } = {}) {
  const folder = emptyFolder(t);
  const bundled = join(packageIn(packed.folder), 'node_modules');
  const filter = (path) => withDependencies || path !== bundled;
  cpSync(packageIn(packed.folder), packageIn(folder), { recursive: true, filter });
  for (const name of ['scenario.js', 'entry-scenario.js']) cpSync(join(here, name), join(folder, name));
  for (const [name, content] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A fresh folder, which is removed after the test. */
export function emptyFolder(t) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-proof-')));
  // A browser that was closed may still be writing into its profile.
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return folder;
}

/** Runs a program, and returns the JSON that it prints. */
export async function runNode(node, folder, file, env = {}) {
  const child = spawn(node, [join(folder, file)], { cwd: folder, env: childEnvironment(env) });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

/** Runs a program in each supported version of Node.js, and judges its results. */
export async function runInNodes(t, folder, file, judge = judgeScenario) {
  for (const [name, node] of Object.entries(nodes)) {
    await t.test(name, async () => judge(await runNode(node, folder, file)));
  }
}

/** Asserts that the result of scenario.js is the expected one. */
export function judgeScenario({ url, state, codeVerifier, code, body, tokens, refused }) {
  const { origin, pathname, searchParams } = new URL(url);
  assert.equal(origin + pathname, 'https://bitbucket.org/site/oauth2/authorize');
  const { scope, ...parameters } = Object.fromEntries(searchParams);
  assert.deepEqual(parameters, {
    response_type: 'code',
    client_id: 'the-key',
    redirect_uri: 'https://nocodb.example/dashboard/',
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  assert.match(scope, /(^| )account( |$)/);
  assert.match(state, /^[\w-]{43}$/);
  assert.equal(code, 'the-code');
  const sent = Object.fromEntries(new URLSearchParams(body));
  assert.deepEqual([sent.grant_type, sent.code, sent.code_verifier], ['authorization_code', 'the-code', codeVerifier]);
  assert.deepEqual(tokens, {
    accessToken: 'the-token', tokenType: 'bearer', expiresAt: 1_700_007_200_000, scopes: ['account', 'repository'],
  });
  assert.deepEqual(refused, { ours: true, code: 'STATE_MISMATCH' });
}

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm',
};

/** Serves a folder, with the strictest Content-Security-Policy under which WebAssembly runs. */
export async function serveFolder(t, folder) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
      }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

let browser;
after(() => browser?.then((started) => started.close()));

/** Opens a page, and returns its `globalThis.outcome`. An exception or console error in the page makes the test fail. */
export async function outcomeOf(t, address) {
  browser ??= chromium.launch({ executablePath: findChromium().path, args: chromiumArgs });
  const page = await (await browser).newPage();
  t.after(() => page.close());
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  const outcome = await page.evaluate(() => globalThis.outcome);
  assert.deepEqual(problems, []);
  return outcome;
}

/** The HTML of a page that loads one script. The empty icon prevents a request for favicon.ico. */
export const pageWith = (script, attributes = '') => '<!doctype html><title>Proof</title><link rel="icon" href="data:,">'
  + `<script ${attributes} src="${script}"></script>`;
