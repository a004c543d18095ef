/** The example page, as `npm run demo:browser` serves it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../../demo/browser/server.js';
import { launch } from './support/engines.js';

let browser;
let demo;
before(async () => {
  browser = await launch('chromium');
  demo = await startDemo();
});
after(async () => {
  await browser?.close();
  await demo?.close();
});

/**
 * Logs in on the example page, and returns the titles of the steps that the page shows. Fails if a page writes to the console.
 *
 * @param {'popup' | 'page'} way
 * @param {'Deny' | 'Grant access'} decision
 * @param {() => void} [change] a script that runs in each page before the page's own scripts
 */
async function stepsAfter(way, decision, change) {
  const context = await browser.newContext();
  if (change) await context.addInitScript(change);
  const logged = [];
  context.on('console', (message) => logged.push(message.text()));
  try {
    const page = await context.newPage();
    await page.goto(demo.url);
    await page.locator('html[data-ready]').waitFor();
    const [shown] = await Promise.all([
      way === 'popup' ? page.waitForEvent('popup') : page,
      // Uses the keyboard, because the buttons must work without a mouse.
      page.locator(`#${way}`).press('Enter'),
    ]);
    await shown.getByRole('button', { name: 'Log in' }).click();
    await shown.getByRole('button', { name: decision }).click();
    await page.locator('#steps[aria-busy="false"] li.good, #steps[aria-busy="false"] li.bad').last().waitFor();
    assert.equal(page.url(), demo.url);
    assert.deepEqual(logged, []);
    return await page.locator('#steps h3').allInnerTexts();
  } finally {
    await context.close();
  }
}

test("the demo receives the callback when only the popup's message to its opener arrives", async () => {
  const steps = await stepsAfter('popup', 'Deny', () => {
    BroadcastChannel.prototype.postMessage = () => {};
    // Keeps the pages from polling the popup's URL.
    window.setInterval = () => 0;
  });
  assert.deepEqual(steps, ['The authorization URL is built', 'The popup shows Bitbucket', 'The callback has arrived', 'Cancelled']);
});

for (const [way, away] of [['popup', 'The popup shows Bitbucket'], ['page', 'This page goes to Bitbucket']]) {
  test(`the demo reports that the user denied access (${way})`, async () => {
    const steps = await stepsAfter(way, 'Deny');
    assert.deepEqual(steps, ['The authorization URL is built', away, 'The callback has arrived', 'Cancelled']);
  });

  test(`the demo's server gets tokens when the user grants access (${way})`, async () => {
    const steps = await stepsAfter(way, 'Grant access');
    assert.deepEqual(steps, ['The authorization URL is built', away, 'The callback has arrived', 'The callback is valid',
      'The server has tokens']);
  });
}
