/** The login in a popup, in real browsers and with the simulator in Bitbucket's place. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { AUTHORIZE_PATH, SIGN_IN_PATH } from '../../../demo/bitbucket/authorize-endpoint.js';
import { LOOKS_MS, at, gone, inEachEngine, sendTo } from '../support/scene.js';
import { framing } from '../support/site.js';

/** That an outcome is an error with these members. */
function assertError(outcome, expected) {
  const { name, message, ...error } = outcome.error;
  assert.equal(name, 'BitbucketAuthError');
  assert.deepEqual(error, { retryable: false, reauthorize: false, ...expected });
  return message;
}

const mismatch = { code: 'STATE_MISMATCH', phase: 'callback' };

/** Sends the popup elsewhere, as a link on the provider's page would. */
async function go(scene, popup, address) {
  await scene.shows(popup, 'Log in', 'Deny');
  await sendTo(popup, address);
}

/** Sends the popup to the redirect URI, as somebody would who wants to give the user another's code. */
const forge = (scene, popup, response) => go(scene, popup, `${scene.redirectUri}?${response}&state=forged`);

/** Closes the popup, as a user does who is back in the page then. */
async function assertCancelledInAMinute(scene, popup) {
  await scene.holdClock();
  await scene.setFocus(true);
  await popup.close();
  await scene.pass(55_000);
  assert.equal(await scene.isPending(), true);
  await scene.pass(5000);
  assert.deepEqual(await scene.outcome(), { value: null });
}

/** The outcome is what the token endpoint accepts; nothing stays behind in the page. */
async function assertGranted(scene, popup) {
  const { value } = await scene.outcome();
  assert.deepEqual(Object.keys(value), ['code', 'code_verifier']);
  assert.match(value.code_verifier, /^[\w-]{43}$/);
  await gone(popup);
  const { status, access_token: token } = await scene.exchange(value);
  assert.equal(status, 200);
  assert.equal(typeof token, 'string');
  assert.equal(await scene.page.evaluate(() => sessionStorage.length + localStorage.length), 0);
}

inEachEngine({}, (on, once) => {
  describe('a login by popup', () => {
    test('without a click ends with POPUP_BLOCKED', () => on({}, async (scene) => {
      // Not by `evaluate`, which counts as a click.
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
      test(`that the user denies gives null and closes the popup, with ${what}`, () => on({ callback, site }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Deny');
        assert.deepEqual(await scene.outcome(), { value: null });
        await gone(popup);
      }));

      once(`that the user denies gives null without a state, with ${what}`, () =>
        on({ callback, site, bitbucket: { stateOnDenial: false } }, async (scene) => {
          const popup = await scene.click();
          await scene.decide(popup, 'Deny');
          assert.deepEqual(await scene.outcome(), { value: null });
          await gone(popup);
        }));

      test(`with a forged state ends with STATE_MISMATCH and closes the popup, with ${what}`, () =>
        on({ callback, site }, async (scene) => {
          const popup = await scene.click();
          await forge(scene, popup, 'code=another');
          assertError(await scene.outcome(), mismatch);
          await gone(popup);
        }));
    }

    once('that is denied with a forged state ends with STATE_MISMATCH', () => on({}, async (scene) => {
      const popup = await scene.click();
      await forge(scene, popup, 'error=access_denied');
      assertError(await scene.outcome(), mismatch);
      await gone(popup);
    }));

    test("that the user closes on Bitbucket's page gives null a minute after the user is back", () => on({}, async (scene) => {
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      await assertCancelledInAMinute(scene, popup);
    }));

    test('that the user closes before Bitbucket has responded gives null a minute after the user is back', () =>
      on({}, async (scene) => {
        scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
        const popup = await scene.click();
        await wait(LOOKS_MS);
        await assertCancelledInAMinute(scene, popup);
      }));

    test('that the user closes on another page of the site gives null a minute after the user is back', () =>
      on({ site: { pages: { '/elsewhere': { body: 'not the callback' } } } }, async (scene) => {
        const popup = await scene.click();
        await go(scene, popup, `${scene.origin}/elsewhere`);
        await at(popup, (url) => url.pathname === '/elsewhere');
        await assertCancelledInAMinute(scene, popup);
      }));

    test('that is not finished in time ends with AUTHORIZATION_TIMEOUT and closes the popup', () => on({}, async (scene) => {
      const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
      assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
      await gone(popup);
    }));

    once('to which Bitbucket does not respond ends with AUTHORIZATION_TIMEOUT and closes the popup', () => on({}, async (scene) => {
      scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
      const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
      assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
      await gone(popup);
    }));

    once('has ten minutes by default', () => on({}, async (scene) => {
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

    once('with an aborted signal ends with REQUEST_ABORTED and opens no popup', () => on({}, async (scene) => {
      const { page, options } = scene;
      // `evaluate` counts as a click.
      const outcome = await page.evaluate((given) =>
        window.browser.authorizeInPopup({ ...given, signal: AbortSignal.abort() })
          .then((value) => ({ value }), (error) => ({ error: error.toJSON() })), options);
      assertError(outcome, { code: 'REQUEST_ABORTED', phase: 'authorize' });
      assert.equal(await scene.windows(), 1);
    }));

    once("that Bitbucket refuses ends with AUTHORIZATION_FAILED and Bitbucket's reason", () => on({}, async (scene) => {
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

  describe('invalid options of a login', () => {
    const cases = [
      ['a client secret', { clientSecret: 'not-a-real-secret' }, 'clientSecret'],
      ['a client secret under its name on the wire', { client_secret: 'not-a-real-secret' }, 'client_secret'],
      ['an empty client secret', { clientSecret: '' }, 'clientSecret'],
      ['another origin\'s redirect URI', { redirectUri: 'https://nocodb.example/callback.html' }, 'redirectUri'],
      ['a redirect URI on another port', { redirectUri: 'http://localhost:1/callback.html' }, 'redirectUri'],
      ['no redirect URI', { redirectUri: undefined }, 'redirectUri'],
      ['no client', { clientId: undefined }, 'clientId'],
      ['a time limit of nothing', { timeoutMs: 0 }, 'timeoutMs'],
      ['a time limit beyond ten minutes', { timeoutMs: 600_001 }, 'timeoutMs'],
      ['a time limit in words', { timeoutMs: '1000' }, 'timeoutMs'],
      ['a time limit under another name', { timeout: 1000 }, 'timeout'],
      ['scopes under another name', { scope: ['account'] }, 'scope'],
      ['an endpoint under another name', { endpoints: { authorizeURL: 'https://b.example/' } }, 'endpoints.authorizeURL'],
    ];
    for (const [what, more, field] of cases) {
      once(`such as ${what} cause INVALID_ARGUMENT, and the popup is closed`, () => on({}, async (scene) => {
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
      ['a secret in a client', (oauth, given) => ({ client: { ...given, clientSecret: 'not-a-real-secret' } }),
        'client.clientSecret'],
      ['what does not say that it has no secret', (oauth, given) => ({ client: given }), 'client'],
      ['a redirect URI beside a client', (oauth, { redirectUri, ...given }) =>
        ({ client: oauth.createClient({ redirectUri, ...given }), redirectUri }), 'redirectUri'],
    ];
    for (const [what, make, field] of clients) {
      for (const call of ['authorizeInPopup', 'beginRedirect']) {
        once(`such as ${what} cause INVALID_ARGUMENT in ${call}`, () => on({}, async ({ page, options }) => {
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

  describe('a callback is recognised by its origin and path', () => {
    const decoys = {
      '/elsewhere': 'the redirect URI in a query',
      '/callback.html.old': 'a path that only begins like the redirect URI\'s',
      '/callback.html/': 'the path with a slash at the end',
    };
    for (const [path, what] of Object.entries(decoys)) {
      (path === '/elsewhere' ? test : once)(`${what} is none`, () => on({ site: { pages: { [path]: { body: 'not the callback' } } } }, async (scene) => {
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

    test('and not by a path on another origin', () => on({}, async (scene) => {
      const popup = await scene.click();
      await scene.shows(popup, 'Log in');
      // This machine under another name: it serves the same pages.
      const elsewhere = scene.redirectUri.replace('localhost', '127.0.0.1');
      await popup.goto(`${elsewhere}?code=abc&state=forged&to=${scene.redirectUri}`);
      await wait(500);
      assert.equal(await scene.isPending(), true);
      await popup.goBack();
      await scene.decide(popup, 'Grant access');
      assert.equal(typeof (await scene.outcome()).value.code, 'string');
    }));
  });

  describe('a successful login by popup', () => {
    test('opens an empty page in the click, before the core is loaded', () => on({}, async (scene) => {
      // Loading takes as long as the page's own file of bytes; a click's right to open a popup ends long before that.
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
      test(`works with the package's callback page and the ${backend} back end`, () =>
        on({ bitbucket: { backend } }, async (scene) => {
          const popup = await scene.click();
          await scene.decide(popup, 'Grant access');
          await assertGranted(scene, popup);
        }));
    }

    test("works with a callback page of the site's own", () =>
      on({ callback: '/own', site: { pages: { '/own': { body: 'ours' } } } }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

    test('works with the page itself at the redirect URI, which also completes logins of its own', () =>
      on({ callback: '/completes' }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

    once('works with a client of createClient', () => on({}, async (scene) => {
      await scene.page.evaluate(async (options) => {
        await window.oauth.init();
        window.more = { client: window.oauth.createClient(options) };
      }, scene.options);
      const popup = await scene.click({});
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

    once('works with a provider that responds slowly', () => on({}, async (scene) => {
      scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 1500 });
      const popup = await scene.click();
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

    once('works after one that the user denied', () => on({}, async (scene) => {
      const first = await scene.click();
      await scene.decide(first, 'Deny');
      assert.deepEqual(await scene.outcome(), { value: null });
      const second = await scene.click();
      await scene.decide(second, 'Grant access');
      await assertGranted(scene, second);
    }));

    test('works in two tabs at the same time', () => on({}, async (scene) => {
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

  describe('a provider that isolates the popup (Cross-Origin-Opener-Policy)', () => {
    const policies = {
      'from its first page on': { [SIGN_IN_PATH]: 'same-origin', [AUTHORIZE_PATH]: 'same-origin' },
      'on its second page': { [AUTHORIZE_PATH]: 'same-origin' },
    };
    const cutOff = (openerPolicies, body) => on({ bitbucket: { openerPolicies } }, async (scene) => {
      await scene.page.evaluate(() => {
        const { open } = window;
        window.open = (...parameters) => (window.opened = open(...parameters));
        window.more = { onLateGrant: (grant) => { window.late = grant; } };
      });
      const popup = await scene.click();
      await scene.press(popup, 'Log in');
      await scene.shows(popup, 'Deny');
      // The policy is in force when the popup looks closed to its opener and is not.
      assert.equal(await scene.page.evaluate(() => window.opened.closed), true);
      await body(scene, popup);
    });

    for (const [when, openerPolicies] of Object.entries(policies)) {
      // The page hears the same from a popup, whenever that was cut off.
      const inEach = when === 'on its second page' ? test : once;

      // For each engine, it is among the tests of opener-policies.test.js.
      once(`${when} does not prevent the login`, () => cutOff(openerPolicies, async (scene, popup) => {
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));

      inEach(`${when}: denied`, () => cutOff(openerPolicies, async (scene, popup) => {
        await scene.decide(popup, 'Deny');
        assert.deepEqual(await scene.outcome(), { value: null });
        await gone(popup);
      }));

      inEach(`${when}: a forged state`, () => cutOff(openerPolicies, async (scene, popup) => {
        await forge(scene, popup, 'code=another');
        assertError(await scene.outcome(), mismatch);
        await gone(popup);
      }));
    }

    for (const [when, openerPolicies] of Object.entries(policies)) {
      test(`${when} leaves the login open while the user looks at the page, and ends it when the user stays there`, () =>
        cutOff(openerPolicies, async (scene) => {
          await scene.holdClock();
          await scene.setFocus(true);
          await scene.pass(55_000);
          assert.equal(await scene.isPending(), true);
          await scene.pass(5000);
          assert.deepEqual(await scene.outcome(), { value: null });
        }));

      test(`${when} leaves the login open when the user was at the page for less than a minute`, () =>
        cutOff(openerPolicies, async (scene, popup) => {
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

    test('does not lose a grant that comes after the login seemed cancelled, and the window closes', () =>
      cutOff(policies['on its second page'], async (scene, popup) => {
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

    test("does not have the page accept another login's message after the login seemed cancelled", () =>
      cutOff(policies['on its second page'], async (scene, popup) => {
        await scene.holdClock();
        await scene.setFocus(true);
        await scene.pass(60_000);
        assert.deepEqual(await scene.outcome(), { value: null });
        await forge(scene, popup, 'code=another');
        await gone(popup);
        assert.equal(await scene.page.evaluate(() => window.late ?? null), null);
      }));
  });

  describe('a login ends with POPUP_BLOCKED when', () => {
    const ways = {
      'none': () => { window.open = () => null; },
      'nothing': () => { window.open = () => undefined; },
      'one that is closed': () => {
        const { open } = window;
        window.open = (...parameters) => {
          const popup = open(...parameters);
          popup.close();
          return popup;
        };
      },
      'an exception': () => { window.open = () => { throw new DOMException('sandboxed', 'SecurityError'); }; },
    };
    for (const [what, block] of Object.entries(ways)) {
      once(`the browser gives ${what}`, () => on({}, async (scene) => {
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
        const said = await popup.evaluate((address) => ['opener', 'opener.parent', 'opener.top'].map((path) => {
          try {
            path.split('.').reduce((object, name) => object[name], window).location = address;
            return 'done';
          } catch (error) {
            return error.name;
          }
        }), `${scene.bb.origin}/elsewhere`);
        // The opener itself is not the page.
        assert.deepEqual(said.slice(1), ['SecurityError', 'SecurityError']);
        await wait(LOOKS_MS);
        assert.equal(await scene.page.url(), `${scene.origin}/`);
        await scene.press(popup, button);
        if (next) await scene.shows(popup, next);
      }
      await assertGranted(scene, popup);
      assert.equal(await scene.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
    }));

    test('cannot run a script in the intermediate page', () => on({}, async (scene) => {
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
          // Not even that is allowed in every browser.
        }
      }, 'data:text/html,<script>parent.postMessage("ran", "*")</script>');
      await wait(LOOKS_MS);
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

    test('logs in like any other', () => inFrame('', async (scene, frame) => {
      const popup = await scene.click(scene.options, frame);
      await scene.decide(popup, 'Grant access');
      const { value } = await scene.outcome(frame);
      assert.equal((await scene.exchange(value)).status, 200);
      await gone(popup);
    }));

    test('whose sandbox forbids popups gets POPUP_BLOCKED', () =>
      inFrame('sandbox="allow-scripts allow-same-origin"', async (scene, frame) => {
        await scene.call(scene.options, frame);
        assertError(await scene.outcome(frame), { code: 'POPUP_BLOCKED', phase: 'authorize' });
      }));

    for (const more of ['', ' allow-popups', ' allow-popups allow-popups-to-escape-sandbox']) {
      test(`whose sandbox has an opaque origin gets INVALID_CONFIG (allow-scripts${more})`, () =>
        inFrame(`sandbox="allow-scripts${more}"`, async (scene, frame) => {
          const message = 'The configuration cannot be used: origin is opaque';
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
    test('has no page, which each function reports', () => on({}, async (scene) => {
      const errors = await scene.page.evaluate((options) => new Promise((resolve) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(options);
      }), scene.options);
      assert.equal(errors.length, 3);
      for (const error of errors) {
        const message = assertError({ error }, { code: 'INVALID_CONFIG', phase: 'authorize', field: 'window' });
        assert.match(message, /window is missing: a login starts in a page/);
      }
    }));
  });
});
