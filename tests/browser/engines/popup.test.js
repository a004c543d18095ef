/** The login by popup, in real browsers against the simulator. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { assertCancelledInAMinute, assertError, assertGranted, forge, go, mismatch } from '../support/popup.js';
import { POPUP_POLL_MS, at, gone, inEachEngine } from '../support/scene.js';

inEachEngine({}, (on, once) => {
  describe('a login by popup', () => {
    test('ends with POPUP_BLOCKED when it starts without a click', () => on({}, async (scene) => {
      // The page starts the login by itself. The test cannot use `evaluate`, which counts as a click.
      await scene.load(scene.page, `/at-once#${encodeURIComponent(JSON.stringify(scene.options))}`);
      const message = assertError(await scene.outcome(), { code: 'POPUP_BLOCKED', phase: 'authorize' });
      assert.match(message, /Allow popups/);
      assert.equal(await scene.windows(), 1);
    }));

    const ways = [
      ['the package\'s callback page', '/callback.html'],
      ['a page without a script', '/plain'],
    ];
    const site = { pages: { '/plain': { body: 'a page without a script' } } };
    for (const [what, callback] of ways) {
      test(`returns null and closes the popup after a denial, with ${what}`, () => on({ callback, site }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Deny');
        assert.deepEqual(await scene.outcome(), { value: null });
        await gone(popup);
      }));

      once(`returns null after a denial whose callback has no state, with ${what}`, () =>
        on({ callback, site, bitbucket: { stateOnDenial: false } }, async (scene) => {
          const popup = await scene.click();
          await scene.decide(popup, 'Deny');
          assert.deepEqual(await scene.outcome(), { value: null });
          await gone(popup);
        }));

      test(`ends with STATE_MISMATCH and closes the popup when the state is forged, with ${what}`, () =>
        on({ callback, site }, async (scene) => {
          const popup = await scene.click();
          await forge(scene, popup, 'code=another');
          assertError(await scene.outcome(), mismatch);
          await gone(popup);
        }));
    }

    once('ends with STATE_MISMATCH when a denial has a forged state', () => on({}, async (scene) => {
      const popup = await scene.click();
      await forge(scene, popup, 'error=access_denied');
      assertError(await scene.outcome(), mismatch);
      await gone(popup);
    }));

    test('if the popup is closed at Bitbucket, returns null a minute after the user has returned to the page', () =>
      on({}, async (scene) => {
        const popup = await scene.click();
        await scene.shows(popup, 'Log in');
        await assertCancelledInAMinute(scene, popup);
      }));

    test('if the popup is closed before a response comes, returns null a minute after the user has returned to the page', () =>
      on({}, async (scene) => {
        scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
        const popup = await scene.click();
        await wait(POPUP_POLL_MS);
        await assertCancelledInAMinute(scene, popup);
      }));

    test('if the closed popup showed another page, returns null a minute after the user has returned to the page', () =>
      on({ site: { pages: { '/elsewhere': { body: 'not the callback' } } } }, async (scene) => {
        const popup = await scene.click();
        await go(scene, popup, `${scene.origin}/elsewhere`);
        await at(popup, (url) => url.pathname === '/elsewhere');
        await assertCancelledInAMinute(scene, popup);
      }));

    test('ends with AUTHORIZATION_TIMEOUT and closes the popup after its time limit', () => on({}, async (scene) => {
      const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
      assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
      await gone(popup);
    }));

    once('ends with AUTHORIZATION_TIMEOUT and closes the popup if Bitbucket never responds', () => on({}, async (scene) => {
      scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
      const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
      assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
      await gone(popup);
    }));

    once('has a time limit of ten minutes by default', () => on({}, async (scene) => {
      await scene.holdClock();
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      await scene.pass(590_000);
      assert.equal(await scene.isPending(), true);
      await scene.pass(10_000);
      assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
      await gone(popup);
    }));

    test('ends with REQUEST_ABORTED and closes the popup when its signal is aborted', () => on({}, async (scene) => {
      await scene.page.evaluate(() => {
        window.controller = new AbortController();
        window.more = { signal: window.controller.signal };
      });
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      await scene.page.evaluate(() => window.controller.abort());
      assertError(await scene.outcome(), { code: 'REQUEST_ABORTED', phase: 'authorize' });
      await gone(popup);
    }));

    once('ends with REQUEST_ABORTED and opens no popup when its signal is already aborted', () => on({}, async (scene) => {
      const { page, options } = scene;
      // `evaluate` counts as a click, so the browser would allow a popup.
      const outcome = await page.evaluate((given) =>
        window.browser.authorizeInPopup({ ...given, signal: AbortSignal.abort() })
          .then((value) => ({ value }), (error) => ({ error: error.toJSON() })), options);
      assertError(outcome, { code: 'REQUEST_ABORTED', phase: 'authorize' });
      assert.equal(await scene.windows(), 1);
    }));

    once("ends with AUTHORIZATION_FAILED and Bitbucket's reason when Bitbucket rejects the authorization request", () =>
      on({}, async (scene) => {
        const popup = await scene.click({ ...scene.options, scopes: ['no-such-scope'] });
        const message = assertError(await scene.outcome(), {
          code: 'AUTHORIZATION_FAILED',
          phase: 'callback',
          error: 'invalid_scope',
          errorDescription: 'The OAuth client does not have a requested scope.',
        });
        assert.match(message, /invalid_scope/);
        await gone(popup);
      }));
  });

  describe('invalid options of a login by popup or redirect', () => {
    const cases = [
      ['a client secret', { clientSecret: 'not-a-real-secret' }, 'clientSecret'],
      ['a client secret under its OAuth parameter name', { client_secret: 'not-a-real-secret' }, 'client_secret'],
      ['an empty client secret', { clientSecret: '' }, 'clientSecret'],
      ['a redirect URI on another origin', { redirectUri: 'https://nocodb.example/callback.html' }, 'redirectUri'],
      ['a redirect URI on another port', { redirectUri: 'http://localhost:1/callback.html' }, 'redirectUri'],
      ['no redirect URI', { redirectUri: undefined }, 'redirectUri'],
      ['no client ID', { clientId: undefined }, 'clientId'],
      ['a time limit of zero', { timeoutMs: 0 }, 'timeoutMs'],
      ['a time limit beyond ten minutes', { timeoutMs: 600_001 }, 'timeoutMs'],
      ['a time limit as a string', { timeoutMs: '1000' }, 'timeoutMs'],
      ['a time limit under another name', { timeout: 1000 }, 'timeout'],
      ['scopes under another name', { scope: ['account'] }, 'scope'],
      ['an endpoint under another name', { endpoints: { authorizeURL: 'https://b.example/' } }, 'endpoints.authorizeURL'],
    ];
    for (const [what, more, field] of cases) {
      once(`make authorizeInPopup fail with INVALID_ARGUMENT and close the popup (${what})`, () => on({}, async (scene) => {
        const popup = await scene.click({ ...scene.options, ...more });
        const { error } = await scene.outcome();
        assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', field]);
        assert.ok(!JSON.stringify(error).includes('not-a-real-secret'));
        await gone(popup);
      }));
    }

    const clients = [
      ['a client with a secret', (oauth, given) =>
        ({ client: oauth.createClient({ ...given, clientSecret: 'not-a-real-secret' }) }), 'client'],
      ['a secret beside a client', (oauth, given) =>
        ({ client: oauth.createClient(given), clientSecret: 'not-a-real-secret' }), 'clientSecret'],
      ['options that contain a secret, passed as `client`', (oauth, given) =>
        ({ client: { ...given, clientSecret: 'not-a-real-secret' } }), 'client.clientSecret'],
      ['plain options, passed as `client`', (oauth, given) => ({ client: given }), 'client'],
      ['a redirect URI beside a client', (oauth, { redirectUri, ...given }) =>
        ({ client: oauth.createClient({ redirectUri, ...given }), redirectUri }), 'redirectUri'],
    ];
    for (const [what, make, field] of clients) {
      for (const call of ['authorizeInPopup', 'beginRedirect']) {
        once(`make ${call} fail with INVALID_ARGUMENT (${what})`, () => on({}, async ({ page, options }) => {
          const error = await page.evaluate(async ({ given, source, name }) => {
            await window.oauth.init();
            const made = (0, eval)(source)(window.oauth, given);
            return window.browser[name](made).catch((thrown) => thrown.toJSON());
          }, { given: options, source: make.toString(), name: call });
          assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', field]);
          assert.ok(!JSON.stringify(error).includes('not-a-real-secret'));
          assert.equal(await page.evaluate(() => sessionStorage.length), 0);
        }));
      }
    }
  });

  describe('a login by popup does not mistake a URL for the callback', () => {
    const decoys = {
      '/elsewhere': 'only its query contains the redirect URI',
      '/callback.html.old': 'its path only begins like that of the redirect URI',
      '/callback.html/': 'its path has an additional slash at the end',
    };
    for (const [path, what] of Object.entries(decoys)) {
      (path === '/elsewhere' ? test : once)(`if ${what}`, () => on({ site: { pages: { [path]: { body: 'not the callback' } } } }, async (scene) => {
        const popup = await scene.click();
        await scene.shows(popup, 'Log in');
        await popup.goto(`${scene.origin}${path}?next=${scene.redirectUri}&code=abc&state=forged&error=access_denied`);
        await wait(500);
        assert.equal(await scene.isPending(), true);
        assert.equal(await popup.isClosed(), false);
        await popup.goBack();
        await scene.decide(popup, 'Grant access');
        assert.equal(typeof (await scene.outcome()).value.code, 'string');
      }));
    }

    test('if it has the same path on another origin', () => on({}, async (scene) => {
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      // Another name of this machine, under which the same server responds.
      const elsewhere = scene.redirectUri.replace('localhost', '127.0.0.1');
      await popup.goto(`${elsewhere}?code=abc&state=forged&to=${scene.redirectUri}`);
      await wait(500);
      assert.equal(await scene.isPending(), true);
      await popup.goBack();
      await scene.decide(popup, 'Grant access');
      assert.equal(typeof (await scene.outcome()).value.code, 'string');
    }));
  });

  describe('a login by popup that the user grants', () => {
    test('opens an empty popup during the click, before the core is loaded', () => on({}, async (scene) => {
      // Loading the core may take longer than the time in which a click permits a popup.
      await scene.load(scene.page, '/counted');
      await scene.page.evaluate(() => { window.holds = true; });
      const popup = await scene.click();
      assert.equal(await popup.url(), 'about:blank');
      await scene.page.waitForFunction(() => window.counted.compile === 1);
      await scene.page.evaluate(() => window.release());
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

    for (const backend of ['newer', 'older']) {
      test(`succeeds with the package's callback page and Bitbucket's ${backend} back end`, () =>
        on({ bitbucket: { backend } }, async (scene) => {
          const popup = await scene.click();
          await scene.decide(popup, 'Grant access');
          await assertGranted(scene, popup);
        }));
    }

    test("succeeds with a callback page of the site's own", () =>
      on({ callback: '/own', site: { pages: { '/own': { body: 'ours' } } } }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

    test('succeeds when the callback page also calls completeRedirect, for logins by redirect', () =>
      on({ callback: '/completes' }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

    once('succeeds with a client from createClient', () => on({}, async (scene) => {
      await scene.page.evaluate(async (options) => {
        await window.oauth.init();
        window.more = { client: window.oauth.createClient(options) };
      }, scene.options);
      const popup = await scene.click({});
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

    once('succeeds with a provider that responds slowly', () => on({}, async (scene) => {
      scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 1500 });
      const popup = await scene.click();
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

    once('succeeds after another login that the user denied', () => on({}, async (scene) => {
      const first = await scene.click();
      await scene.decide(first, 'Deny');
      assert.deepEqual(await scene.outcome(), { value: null });
      const second = await scene.click();
      await scene.decide(second, 'Grant access');
      await assertGranted(scene, second);
    }));

    test('succeeds in two tabs at the same time', () => on({}, async (scene) => {
      const other = await scene.another();
      const popup = await scene.click();
      const otherPopup = await scene.click(scene.options, other);
      await scene.decide(otherPopup, 'Grant access');
      const { value } = await scene.outcome(other);
      assert.equal(await scene.isPending(), true);
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
      assert.equal((await scene.exchange(value)).status, 200);
    }));
  });
});
