/**
 * Measures how long a page of Chromium takes to build its first authorization URL. Each page has a browser context of its own, so
 * that the previous page cannot influence it.
 *
 * In: the number of pages. Out: the milliseconds of each page, for the first use of the core and for a use after `init()`.
 * Never: the time for fetching and parsing the script. A page cannot measure that time.
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/lib/browser.mjs';

const first = "createClient({ clientId: 'the-key', redirectUri: 'https://nocodb.example/' }).createAuthorizationRequest().url";
const scripts = {
  'nocodb-bitbucket-auth/oauth, first use': `import { createClient } from 'nocodb-bitbucket-auth/oauth';
    globalThis.outcome = Promise.resolve(${first}).then(measured);`,
  'nocodb-bitbucket-auth/oauth, after await init()': `import { createClient, init } from 'nocodb-bitbucket-auth/oauth';
    globalThis.outcome = init().then(() => measured(${first}));`,
};
const measured = `const start = performance.now();
const measured = (url) => ({ url, milliseconds: performance.now() - start });`;

async function bundle(contents) {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents, resolveDir }, bundle: true, minify: true, write: false, banner: { js: measured }, logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** @param {number} times */
export async function firstCallsInChromium(times) {
  const ways = Object.keys(scripts);
  const bundles = await Promise.all(ways.map((way) => bundle(scripts[way])));
  const server = createServer((request, response) => {
    const [, index, isScript] = request.url.match(/^\/(\d+)(\.js)?$/) ?? [];
    if (index === undefined) response.writeHead(404).end();
    else if (isScript) response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundles[index]);
    else response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script src="/${index}.js"></script>`);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const browser = await chromium.launch({ executablePath: findChromium().path, args: chromiumArgs });
  try {
    const results = Object.fromEntries(ways.map((way) => [way, []]));
    for (let time = 0; time < times; time += 1) {
      for (const [index, way] of ways.entries()) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${server.address().port}/${index}`);
        const { url, milliseconds } = await page.evaluate(() => globalThis.outcome);
        if (!url.includes('client_id=the-key')) throw new Error('the authorization URL has no client_id');
        results[way].push(milliseconds);
        await context.close();
      }
    }
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}
