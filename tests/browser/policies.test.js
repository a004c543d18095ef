/** Pages under a Content Security Policy, and pages loaded over plain http, which lack `crypto.subtle`. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { importMapSource } from '../../demo/browser/package-files.js';
import { PLAIN_HOST } from './support/engines.js';
import { gone, scenes } from './support/scene.js';
import { policy } from './support/site.js';

const on = scenes();

describe('a Content Security Policy', () => {
  const site = (scripts) => ({ site: { headers: policy(`'self' ${importMapSource}${scripts}`) } });

  test("causes an error that names the missing source if it lacks 'wasm-unsafe-eval'", () => on(site(''), async (scene) => {
    const popup = await scene.click();
    const { error } = await scene.outcome();
    assert.deepEqual([error.code, error.phase, error.field], ['INVALID_CONFIG', 'config', 'WebAssembly']);
    assert.match(error.message, /'wasm-unsafe-eval'.*script-src/);
    await gone(popup);
    for (const name of ['beginRedirect', 'completeRedirect']) {
      const { code } = await scene.page.evaluate(([call, options]) =>
        window.browser[call](options).catch((thrown) => thrown.toJSON()), [name, scene.options]);
      assert.equal(code, 'INVALID_CONFIG');
    }
  }));

  test("allows a login if it has 'wasm-unsafe-eval'", () => on(site(' \'wasm-unsafe-eval\''), async (scene) => {
    const popup = await scene.click();
    await scene.decide(popup, 'Grant access');
    assert.equal((await scene.exchange((await scene.outcome()).value)).status, 200);
  }));
});

describe('a page loaded over plain http, outside of loopback,', () => {
  const plain = (options, body) => on({ host: PLAIN_HOST, ...options }, async (scene) => {
    const page = await scene.page.evaluate(() => [window.isSecureContext, window.crypto.subtle]);
    assert.deepEqual(page, [false, undefined]);
    await body(scene);
  });

  test('is rejected as the redirect URI of a page on another origin', () => on({}, async (scene) => {
    const redirectUri = scene.redirectUri.replace('localhost', PLAIN_HOST);
    const popup = await scene.click({ ...scene.options, redirectUri });
    const { error } = await scene.outcome();
    assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'redirectUri']);
    await gone(popup);
  }));

  test('logs in by popup with a challenge that fits the verifier', () => plain({}, async (scene) => {
    const authorizationRequest = scene.context.waitForEvent('request', (request) => request.url().startsWith(scene.bb.authorizeUrl));
    const popup = await scene.click();
    const challenge = new URL((await authorizationRequest).url()).searchParams.get('code_challenge');
    await scene.decide(popup, 'Grant access');
    const { value } = await scene.outcome();
    assert.equal(createHash('sha256').update(value.code_verifier).digest('base64url'), challenge);
    assert.equal((await scene.exchange(value)).status, 200);
    await gone(popup);
  }));

  test('learns from a login by popup that the user denied access', () => plain({}, async (scene) => {
    const popup = await scene.click();
    await scene.decide(popup, 'Deny');
    assert.deepEqual(await scene.outcome(), { value: null });
    await gone(popup);
  }));

  test('logs in by redirect', () => plain({ callback: '/app' }, async (scene) => {
    const { page } = scene;
    await page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
    await scene.decide(page, 'Grant access');
    await page.waitForURL((url) => url.pathname === '/app');
    await page.locator('html[data-ready]').waitFor();
    const value = await page.evaluate(() => window.browser.completeRedirect());
    assert.equal((await scene.exchange(value)).status, 200);
  }));
});

describe('the random values of a login', () => {
  test('come from crypto.getRandomValues only', () => on({}, async (scene) => {
    await scene.page.evaluate(() => {
      Math.random = () => { throw new Error('not random enough'); };
      window.drawn = 0;
      const { getRandomValues } = crypto;
      crypto.getRandomValues = (array) => {
        window.drawn += array.length;
        return getRandomValues.call(crypto, array);
      };
    });
    const popup = await scene.click();
    await scene.decide(popup, 'Grant access');
    assert.equal(typeof (await scene.outcome()).value.code, 'string');
    // At least 128 bits for the popup's name, and 256 each for the state and the verifier.
    assert.ok(await scene.page.evaluate(() => window.drawn) >= 16 + 32 + 32);
  }));
});
