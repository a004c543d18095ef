/** The packed package in Firefox, driven by WebDriver, because playwright-core drives only its own build of Firefox. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { build } from 'esbuild';
import { findFirefox, findGeckodriver } from '../../scripts/lib/firefox.mjs';
import { NAME, emptyFolder, judgeScenario, pageWith, project, serveFolder } from './support.js';

/** Starts Firefox and its driver, and returns a function that calls the driver. Both stop after the test. */
async function startFirefox(t) {
  let end = async () => {};
  // Hooks run in the order in which they are set. The folder must be removed after the end of the browser, which writes to it.
  t.after(() => end());
  const home = emptyFolder(t);
  const child = spawn(findGeckodriver(), ['--port', '0', '--binary', findFirefox()],
    { env: { ...process.env, HOME: home, TMPDIR: home }, stdio: ['ignore', 'pipe', 'ignore'] });
  let session;
  end = async () => {
    if (session) await call('DELETE', session);
    child.kill();
  };
  // The driver continues to write, so its output must be read.
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const [origin] = line.match(/127\.0\.0\.1:\d+/);
  const call = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, signal: AbortSignal.timeout(60_000), ...(body && { body: JSON.stringify(body) }) };
    const { value } = await (await fetch(`http://${origin}${path}`, init)).json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  const { sessionId, capabilities } = await call('POST', '/session', {
    capabilities: { alwaysMatch: { 'browserName': 'firefox', 'moz:firefoxOptions': { args: ['-headless'] } } },
  });
  session = `/session/${sessionId}`;
  return { capabilities, call: (method, path, body) => call(method, session + path, body) };
}

test('the bundle of esbuild works in Firefox under a Content Security Policy', async (t) => {
  const folder = project(t, {
    'main.js': `import * as oauth from '${NAME}/oauth';
      import { scenario } from './scenario.js';
      globalThis.outcome = scenario(oauth).catch(({ code, message }) => ({ code, message }));`,
    'index.html': pageWith('bundle.js'),
  });
  await build({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, minify: true, outfile: 'bundle.js', logLevel: 'error',
  });
  const address = `${await serveFolder(t, folder)}/index.html`;
  const { capabilities, call } = await startFirefox(t);
  assert.equal(capabilities.browserName, 'firefox');
  t.diagnostic(`Firefox ${capabilities.browserVersion}`);
  await call('POST', '/url', { url: address });
  const script = 'const done = arguments[0]; window.outcome.then(done);';
  judgeScenario(await call('POST', '/execute/async', { script, args: [] }));
});
