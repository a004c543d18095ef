/**
 * Logins by popup under obstacles: a provider's opener policy that isolates the popup, a browser that opens no window, a page in
 * a frame, and a worker.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { AUTHORIZE_PATH, SIGN_IN_PATH } from '../../../demo/bitbucket/authorize-endpoint.js';
import { assertError, assertGranted, forge, mismatch } from '../support/popup.js';
import { POPUP_POLL_MS, at, gone, inEachEngine } from '../support/scene.js';
import { framing } from '../support/site.js';

inEachEngine({}, (on, once) => {
  describe('a login by popup at a provider that isolates the popup by its Cross-Origin-Opener-Policy', () => {
    const policies = {
      'on all pages': { [SIGN_IN_PATH]: 'same-origin', [AUTHORIZE_PATH]: 'same-origin' },
      'on the second page only': { [AUTHORIZE_PATH]: 'same-origin' },
    };
    const withIsolatedPopup = (openerPolicies, body) => on({ bitbucket: { openerPolicies } }, async (scene) => {
      await scene.page.evaluate(() => {
        const { open } = window;
        window.open = (...parameters) => (window.opened = open(...parameters));
        window.more = { onLateGrant: (grant) => { window.late = grant; } };
      });
      const popup = await scene.click();
      await scene.press(popup, 'Log in');
      await scene.shows(popup, 'Deny');
      // The popup looks closed to its opener although the popup is open. This shows that the policy is in force.
      assert.equal(await scene.page.evaluate(() => window.opened.closed), true);
      await body(scene, popup);
    });

    for (const [when, openerPolicies] of Object.entries(policies)) {
      // The page receives the same messages, wherever the isolation began, so only one engine tests both policies.
      const inEach = when === 'on the second page only' ? test : once;

      // opener-policies.test.js tests the same login in each engine.
      once(`succeeds if the policy is ${when}`, () => withIsolatedPopup(openerPolicies, async (scene, popup) => {
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

      inEach(`resolves with null after a denial if the policy is ${when}`, () =>
        withIsolatedPopup(openerPolicies, async (scene, popup) => {
          await scene.decide(popup, 'Deny');
          assert.deepEqual(await scene.outcome(), { value: null });
          await gone(popup);
        }));

      inEach(`rejects a forged state if the policy is ${when}`, () => withIsolatedPopup(openerPolicies, async (scene, popup) => {
        await forge(scene, popup, 'code=another');
        assertError(await scene.outcome(), mismatch);
        await gone(popup);
      }));
    }

    for (const [when, openerPolicies] of Object.entries(policies)) {
      test(`counts as cancelled after the user has looked at the page for a minute if the policy is ${when}`, () =>
        withIsolatedPopup(openerPolicies, async (scene) => {
          await scene.holdClock();
          await scene.setFocus(true);
          await scene.pass(55_000);
          assert.equal(await scene.isPending(), true);
          await scene.pass(5000);
          assert.deepEqual(await scene.outcome(), { value: null });
        }));

      test(`stays open while the user never looks at the page for a whole minute if the policy is ${when}`, () =>
        withIsolatedPopup(openerPolicies, async (scene, popup) => {
          await scene.holdClock();
          for (let times = 0; times < 2; times += 1) {
            await scene.setFocus(true);
            await scene.pass(50_000);
            await scene.setFocus(false);
            await scene.pass(50_000);
          }
          await scene.decide(popup, 'Grant access');
          await assertGranted(scene, popup);
        }));
    }

    test('delivers a grant that comes after the login seemed cancelled, and closes the popup', () =>
      withIsolatedPopup(policies['on the second page only'], async (scene, popup) => {
        await scene.holdClock();
        await scene.setFocus(true);
        await scene.pass(60_000);
        assert.deepEqual(await scene.outcome(), { value: null });
        await scene.decide(popup, 'Grant access');
        await gone(popup);
        const grant = await scene.page.waitForFunction(() => window.late).then((found) => found.jsonValue?.() ?? found);
        assert.deepEqual(Object.keys(grant).sort(), ['code', 'code_verifier']);
        assert.equal((await scene.exchange(grant)).status, 200);
      }));

    test("does not accept another login's message after the login seemed cancelled", () =>
      withIsolatedPopup(policies['on the second page only'], async (scene, popup) => {
        await scene.holdClock();
        await scene.setFocus(true);
        await scene.pass(60_000);
        assert.deepEqual(await scene.outcome(), { value: null });
        await forge(scene, popup, 'code=another');
        await gone(popup);
        assert.equal(await scene.page.evaluate(() => window.late ?? null), null);
      }));
  });

  describe('a login by popup ends with POPUP_BLOCKED when window.open', () => {
    const ways = {
      'returns null': () => { window.open = () => null; },
      'returns undefined': () => { window.open = () => undefined; },
      'returns a closed window': () => {
        const { open } = window;
        window.open = (...parameters) => {
          const popup = open(...parameters);
          popup.close();
          return popup;
        };
      },
      'throws an exception': () => { window.open = () => { throw new DOMException('sandboxed', 'SecurityError'); }; },
    };
    for (const [what, block] of Object.entries(ways)) {
      once(what, () => on({}, async (scene) => {
        await scene.page.evaluate(block);
        await scene.call();
        assertError(await scene.outcome(), { code: 'POPUP_BLOCKED', phase: 'authorize' });
        assert.equal(await scene.page.evaluate(() => sessionStorage.length), 0);
        assert.equal(await scene.windows(), 1);
      }));
    }
  });

  describe("the provider's pages", () => {
    test('cannot navigate the page that opened them', () => on({}, async (scene) => {
      const popup = await scene.click();
      for (const [button, next] of [['Log in', 'Grant access'], ['Grant access']]) {
        await scene.shows(popup, button);
        const outcomes = await popup.evaluate((address) => ['opener', 'opener.parent', 'opener.top'].map((path) => {
          try {
            path.split('.').reduce((object, name) => object[name], window).location = address;
            return 'done';
          } catch (error) {
            return error.name;
          }
        }), `${scene.bb.origin}/elsewhere`);
        // The assignment to `opener` may succeed, because the opener is an empty frame and not the page.
        assert.deepEqual(outcomes.slice(1), ['SecurityError', 'SecurityError']);
        await wait(POPUP_POLL_MS);
        assert.equal(await scene.page.url(), `${scene.origin}/`);
        await scene.press(popup, button);
        if (next) await scene.shows(popup, next);
      }
      await assertGranted(scene, popup);
      assert.equal(await scene.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
    }));

    test('cannot run a script in the empty frame that is their opener', () => on({}, async (scene) => {
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      await scene.page.evaluate(() => {
        window.heard = [];
        addEventListener('message', ({ data }) => window.heard.push(data));
      });
      await popup.evaluate((address) => {
        try {
          window.opener.location = address;
        } catch {
          // Some browsers do not even allow this assignment.
        }
      }, 'data:text/html,<script>parent.postMessage("ran", "*")</script>');
      await wait(POPUP_POLL_MS);
      assert.deepEqual(await scene.page.evaluate(() => window.heard), []);
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));
  });

  describe('a page in a frame', () => {
    const inFrame = (sandbox, body) => on({ site: { pages: { '/framing': framing(`src="/" ${sandbox}`) } } },
      async (scene) => {
        await scene.page.goto(`${scene.origin}/framing`);
        await scene.inFrame(body);
      });

    test('can log in by popup', () => inFrame('', async (scene, frame) => {
      const popup = await scene.click(scene.options, frame);
      await scene.decide(popup, 'Grant access');
      const { value } = await scene.outcome(frame);
      assert.equal((await scene.exchange(value)).status, 200);
      await gone(popup);
    }));

    test('gets POPUP_BLOCKED if its sandbox forbids popups', () =>
      inFrame('sandbox="allow-scripts allow-same-origin"', async (scene, frame) => {
        await scene.call(scene.options, frame);
        assertError(await scene.outcome(frame), { code: 'POPUP_BLOCKED', phase: 'authorize' });
      }));

    for (const more of ['', ' allow-popups', ' allow-popups allow-popups-to-escape-sandbox']) {
      test(`gets INVALID_CONFIG if its sandbox gives it an opaque origin (allow-scripts${more})`, () =>
        inFrame(`sandbox="allow-scripts${more}"`, async (scene, frame) => {
          const message = 'The configuration is invalid: origin is opaque';
          await scene.call(scene.options, frame);
          assert.match(assertError(await scene.outcome(frame),
            { code: 'INVALID_CONFIG', phase: 'authorize', field: 'origin' }), new RegExp(`^${message}`));
          const error = await frame.evaluate((options) =>
            window.browser.beginRedirect(options).catch((thrown) => thrown.toJSON()), scene.options);
          assertError({ error }, { code: 'INVALID_CONFIG', phase: 'authorize', field: 'origin' });
          assert.equal(await frame.evaluate(() => window.browser.completeRedirect()), null);
          assert.equal(await scene.windows(), 1);
        }));
    }
  });

  describe('a worker', () => {
    test('has no window, so each function rejects with INVALID_CONFIG', () => on({}, async (scene) => {
      const errors = await scene.page.evaluate((options) => new Promise((resolve) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(options);
      }), scene.options);
      assert.equal(errors.length, 3);
      for (const error of errors) {
        const message = assertError({ error }, { code: 'INVALID_CONFIG', phase: 'authorize', field: 'window' });
        assert.match(message, /window is missing\. A login can start only in a page/);
      }
    }));
  });
});
