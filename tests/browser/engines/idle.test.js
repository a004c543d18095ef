/** A page compiles the core while the page is idle, and only once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, inEachEngine } from '../support/scene.js';
import { policy } from '../support/site.js';
import { importMapSource } from '../../../demo/browser/package-files.js';

/** Loads a page in which the test decides when the page is idle, and when the compilation ends. Then runs `body`. */
const counting = (on, body, options = {}) => on(options, async (scene) => {
  await scene.load(scene.page, '/counted');
  await body(scene, scene.page);
});

const counted = (page) => page.evaluate(() => window.counted);
const isLoading = { compile: 1, Module: 0, rejections: 0 };

/** Waits until the popup shows Bitbucket's page, which requires a URL from the core, and closes the popup. */
async function logIn(scene, popup) {
  await scene.shows(popup, 'Log in', 'Deny');
  await popup.close();
}

inEachEngine({}, (on) => {
  test('importing the package compiles nothing, but the idle page compiles the core', () => counting(on, async (scene, page) => {
    assert.deepEqual(await counted(page), { ...isLoading, compile: 0 });
    await page.evaluate(() => window.idle());
    await logIn(scene, await scene.click());
    assert.deepEqual(await counted(page), isLoading);
  }));

  test('a click compiles the core, and the idle page does not compile it again', () => counting(on, async (scene, page) => {
    await logIn(scene, await scene.click());
    await page.evaluate(() => window.idle());
    assert.deepEqual(await counted(page), isLoading);
  }));

  test('a click while the idle page compiles the core waits for this compilation', () => counting(on, async (scene, page) => {
    await page.evaluate(() => {
      window.holds = true;
      window.idle();
    });
    const popup = await scene.click();
    assert.deepEqual(await counted(page), isLoading);
    await page.evaluate(() => window.release());
    await logIn(scene, popup);
    assert.deepEqual(await counted(page), isLoading);
  }));

  test('createClient is synchronous, so it compiles the core itself, but only once', () => counting(on, async (scene, page) => {
    await page.evaluate((options) => {
      window.holds = true;
      window.idle();
      window.browser.createClient(options);
      window.browser.createClient(options);
      window.release();
    }, scene.options);
    await logIn(scene, await scene.click());
    assert.deepEqual(await counted(page), { ...isLoading, Module: 1 });
  }));

  test('a page whose policy forbids WebAssembly reports the error only after a click', () => counting(on, async (scene, page) => {
    await page.evaluate(() => window.idle());
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 100); }));
    const popup = await scene.click();
    const { error } = await scene.outcome();
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'WebAssembly']);
    await gone(popup);
    assert.deepEqual(await counted(page), { ...isLoading, compile: 2 });
  }, { site: { headers: policy(`'self' ${importMapSource}`) } }));
});
