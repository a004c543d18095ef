/**
 * Measures the time from a click on a page's login button until the popup has its URL. If the click comes as soon as the page's
 * script runs, the time starts with the script. If the page was idle before the click, the time starts with the click.
 *
 * In: an engine, the folders of this package and of the previous version, the number of pages. Out: figures.
 * Never: a real popup, or the time for fetching and parsing the script. Opening a popup takes longer, and varies more, than
 * everything that is measured, so a stand-in for the window receives the URL. A page cannot measure fetching and parsing.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { launch } from '../../tests/browser/support/engines.js';
import { quantile } from '../lib/figures.mjs';
import { inTurns, medianRatio } from '../lib/turns.mjs';

/**
 * The least accepted ratio of the previous version's time to this package's time, if the click comes at once. Then both versions
 * do the same work, but the measured times vary.
 */
const MIN_RATIO_AT_START = 0.95;

/** The least accepted ratio if the page was idle before the click. By then, this package has compiled everything. */
const MIN_RATIO_LATER = 1;

const IDLE_MS = 500;

const page = (index) => `<!doctype html><title>Click</title><link rel="icon" href="data:,"><script src="/${index}.js"></script>`;

/** Pages have precise clocks only if they are isolated from other origins. */
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const program = (folder) => `
  import { authorizeInPopup } from ${JSON.stringify(join(folder, 'js', 'browser.js'))};
  const standIn = (show) => ({
    origin: location.origin, BroadcastChannel, crypto, sessionStorage, screenX: 0, screenY: 0, outerWidth: 800, outerHeight: 600,
    document: {
      createElement: () => ({ setAttribute() {}, remove() {} }), documentElement: { append() {} }, hasFocus: () => true,
    },
    open: () => ({ closed: false, close() {}, location: { href: 'about:blank', replace: show } }),
    setInterval: () => 0, clearInterval() {}, setTimeout: () => 0, clearTimeout() {},
  });
  globalThis.click = () => new Promise((resolve, reject) => {
    const clicked = performance.now();
    const show = (url) => {
      const shown = performance.now();
      resolve({ url, fromScript: shown - scriptStart, fromClick: shown - clicked });
    };
    authorizeInPopup({ clientId: 'the-key', redirectUri: location.origin + '/callback.html', window: standIn(show) }).catch(reject);
  });
  if (location.search) globalThis.outcome = globalThis.click();
`;

async function bundle(folder) {
  const { outputFiles } = await build({
    stdin: { contents: program(folder), resolveDir: folder }, bundle: true, minify: true, write: false, logLevel: 'error',
    banner: { js: 'const scriptStart = performance.now();' },
  });
  return outputFiles[0].text;
}

/** Serves a page for each script. */
async function serve(scripts) {
  const server = createServer((request, response) => {
    const [, index, isScript] = request.url.match(/^\/(\d+)(\.js)?(?:\?.*)?$/) ?? [];
    if (index === undefined) response.writeHead(404).end();
    else if (isScript) response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(scripts[index]);
    else response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(page(index));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/**
 * @param {'chromium' | 'firefox'} engine
 * @param {Record<'today' | 'before', string>} folders
 * @param {number} times
 */
export async function* clicksIn(engine, folders, times) {
  const server = await serve(await Promise.all(Object.values(folders).map(bundle)));
  const address = (name, query) => `http://127.0.0.1:${server.address().port}/${Object.keys(folders).indexOf(name)}${query}`;
  const browser = await launch(engine);
  try {
    const ways = (query, act) => Object.fromEntries(Object.keys(folders).map((name) => (
      [name, () => inPage(browser, address(name, query), act)])));
    yield `${engine === 'firefox' ? 'Firefox' : 'Chromium'}: the click on the login of a page, until the popup has its URL`;
    const first = await inTurns(times, ways('?at-once', () => globalThis.outcome));
    yield figure('click at the start of the script, times as fast', first, 'fromScript', MIN_RATIO_AT_START);
    const late = await inTurns(times, ways('', (pause) => (
      new Promise((resolve) => { setTimeout(resolve, pause); }).then(() => globalThis.click()))));
    yield figure('click in a page that was idle, times as fast', late, 'fromClick', MIN_RATIO_LATER);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function inPage(browser, address, act) {
  const context = await browser.newContext();
  try {
    const opened = await context.newPage();
    await opened.goto(address);
    const result = await opened.evaluate(act, IDLE_MS);
    if (!result.url.includes('client_id=the-key')) throw new Error('the authorization URL has no client_id');
    return result;
  } finally {
    await context.close();
  }
}

function figure(name, results, part, least) {
  const [today, before] = [results.today, results.before].map((all) => all.map((result) => result[part]));
  const note = `${quantile(today, 0.5).toFixed(2)} ms against ${quantile(before, 0.5).toFixed(2)} ms`;
  return { name, value: medianRatio(before, today), unit: '×', least, note };
}
