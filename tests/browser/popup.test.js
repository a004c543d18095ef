/** The login in a popup, in a real Chromium and with the simulator in Bitbucket's place. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUTHORIZE_PATH, SIGN_IN_PATH } from '../../demo/bitbucket/authorize-endpoint.js';
import { gone, scenes } from './support/scene.js';

const on = scenes();

/** That an outcome is an error with these members. */
function assertError(outcome, expected) {
  const { name, message, ...error } = outcome.error;
  assert.equal(name, 'BitbucketAuthError');
  assert.deepEqual(error, { retryable: false, reauthorize: false, ...expected });
  return message;
}

const mismatch = { code: 'STATE_MISMATCH', phase: 'callback' };

/** Sends the popup to the redirect URI, as somebody would who wants to give the user another's code. */
async function forge(scene, popup, response) {
  await popup.getByRole('button', { name: /Log in|Deny/ }).first().waitFor();
  await popup.evaluate((address) => { location.href = address; }, `${scene.redirectUri}?${response}&state=forged`);
}

describe('a login that does not succeed', () => {
  test('without a click: POPUP_BLOCKED', () => on({}, async (scene) => {
    // Not by `evaluate`, which counts as a click.
    await scene.page.addInitScript((given) => {
      addEventListener('load', () => {
        window.outcome = window.browser.authorizeInPopup(given)
          .then((value) => ({ value }), (error) => ({ error: error.toJSON() }));
      });
    }, scene.options);
    await scene.load();
    const message = assertError(await scene.outcome(), { code: 'POPUP_BLOCKED', phase: 'authorize' });
    assert.match(message, /Allow popups/);
    assert.equal(scene.context.pages().length, 1);
  }));

  const ways = [
    ['the package\'s callback page', '/callback.html'],
    ['a page without a script', '/plain'],
  ];
  const site = { pages: { '/plain': { body: 'a page without a script' } } };
  for (const [what, callback] of ways) {
    test(`denied, with ${what}: null, and the popup is closed`, () => on({ callback, site }, async (scene) => {
      const popup = await scene.click();
      await scene.decide(popup, 'Deny');
      assert.deepEqual(await scene.outcome(), { value: null });
      await gone(popup);
    }));

    test(`denied without the state, with ${what}: null`, () =>
      on({ callback, site, bitbucket: { stateOnDenial: false } }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Deny');
        assert.deepEqual(await scene.outcome(), { value: null });
        await gone(popup);
      }));

    test(`a forged state, with ${what}: STATE_MISMATCH, and the popup is closed`, () =>
      on({ callback, site }, async (scene) => {
        const popup = await scene.click();
        await forge(scene, popup, 'code=another');
        assertError(await scene.outcome(), mismatch);
        await gone(popup);
      }));
  }

  test('denied with a forged state: STATE_MISMATCH', () => on({}, async (scene) => {
    const popup = await scene.click();
    await forge(scene, popup, 'error=access_denied');
    assertError(await scene.outcome(), mismatch);
    await gone(popup);
  }));

  test('closed on Bitbucket\'s page: null', () => on({}, async (scene) => {
    const popup = await scene.click();
    await popup.getByRole('button', { name: 'Log in' }).waitFor();
    await popup.close();
    assert.deepEqual(await scene.outcome(), { value: null });
  }));

  test('closed before Bitbucket has answered: null', () => on({}, async (scene) => {
    scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
    const popup = await scene.click();
    await popup.close();
    assert.deepEqual(await scene.outcome(), { value: null });
  }));

  test('not finished in time: AUTHORIZATION_TIMEOUT, and the popup is closed', () => on({}, async (scene) => {
    const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
    assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
    await gone(popup);
  }));

  test('Bitbucket does not answer: AUTHORIZATION_TIMEOUT, and the popup is closed', () => on({}, async (scene) => {
    scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 600_000 });
    const popup = await scene.click({ ...scene.options, timeoutMs: 1500 });
    assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
    await gone(popup);
  }));

  test('ten minutes are the limit when no other is given', () => on({}, async (scene) => {
    await scene.page.clock.install();
    await scene.load();
    const popup = await scene.click();
    await popup.getByRole('button', { name: 'Log in' }).waitFor();
    await scene.page.clock.fastForward(599_000 - 60_000);
    assert.equal(await scene.isPending(), true);
    await scene.page.clock.fastForward(61_000);
    assertError(await scene.outcome(), { code: 'AUTHORIZATION_TIMEOUT', phase: 'authorize' });
    await gone(popup);
  }));

  test('the signal ends it: REQUEST_ABORTED, and the popup is closed', () => on({}, async (scene) => {
    await scene.page.evaluate(() => {
      window.controller = new AbortController();
      window.more = { signal: window.controller.signal };
    });
    const popup = await scene.click();
    await popup.getByRole('button', { name: 'Log in' }).waitFor();
    await scene.page.evaluate(() => window.controller.abort());
    assertError(await scene.outcome(), { code: 'REQUEST_ABORTED', phase: 'authorize' });
    await gone(popup);
  }));

  test('a signal that has ended before: REQUEST_ABORTED, and no popup', () => on({}, async (scene) => {
    const { page, options, context } = scene;
    // `evaluate` counts as a click.
    const outcome = await page.evaluate((given) =>
      window.browser.authorizeInPopup({ ...given, signal: AbortSignal.abort() })
        .then((value) => ({ value }), (error) => ({ error: error.toJSON() })), options);
    assertError(outcome, { code: 'REQUEST_ABORTED', phase: 'authorize' });
    assert.equal(context.pages().length, 1);
  }));

  test('Bitbucket refuses the request: AUTHORIZATION_FAILED with Bitbucket\'s reason', () => on({}, async (scene) => {
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

describe('what cannot be asked for', () => {
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
    test(`${what}: INVALID_ARGUMENT, and the popup is closed`, () => on({}, async (scene) => {
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
      test(`${call} with ${what}: INVALID_ARGUMENT`, () => on({}, async ({ page, options }) => {
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

describe('a callback is told by its origin and path', () => {
  const decoys = {
    '/elsewhere': 'the redirect URI in a query',
    '/callback.html.old': 'a path that only begins like the redirect URI\'s',
    '/callback.html/': 'the path with a slash at the end',
  };
  for (const [path, what] of Object.entries(decoys)) {
    test(`${what} is none`, () => on({ site: { pages: { [path]: { body: 'not the callback' } } } }, async (scene) => {
      const popup = await scene.click();
      await popup.getByRole('button', { name: 'Log in' }).waitFor();
      await popup.goto(`${scene.origin}${path}?next=${scene.redirectUri}&code=abc&state=forged&error=access_denied`);
      await popup.waitForTimeout(500);
      assert.equal(await scene.isPending(), true);
      assert.equal(popup.isClosed(), false);
      await popup.goBack();
      await scene.decide(popup, 'Grant access');
      assert.equal(typeof (await scene.outcome()).value.code, 'string');
    }));
  }

  test('the redirect URI on another origin is none', () => on({}, async (scene) => {
    const popup = await scene.click();
    await popup.getByRole('button', { name: 'Log in' }).waitFor();
    // This machine under another name: it serves the same pages.
    const elsewhere = scene.redirectUri.replace('localhost', '127.0.0.1');
    await popup.goto(`${elsewhere}?code=abc&state=forged&to=${scene.redirectUri}`);
    await popup.waitForTimeout(500);
    assert.equal(await scene.isPending(), true);
    await popup.goBack();
    await scene.decide(popup, 'Grant access');
    assert.equal(typeof (await scene.outcome()).value.code, 'string');
  }));
});

describe('a login that succeeds', () => {
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

  test('the popup opens on the empty page, in the click, before the core is loaded', () => on({}, async (scene) => {
    // Loading takes as long as the page's own file of bytes; a click's right to open a popup ends long before that.
    await scene.page.evaluate(() => {
      const { compile } = WebAssembly;
      WebAssembly.compile = async (bytes) => {
        await new Promise((resolve) => { window.goOn = resolve; });
        return compile.call(WebAssembly, bytes);
      };
    });
    const popup = await scene.click();
    assert.equal(popup.url(), 'about:blank');
    await scene.page.waitForFunction(() => window.goOn);
    await scene.page.evaluate(() => window.goOn());
    await scene.decide(popup, 'Grant access');
    await assertGranted(scene, popup);
  }));

  for (const backend of ['newer', 'older']) {
    test(`with the package's callback page and the ${backend} back end`, () =>
      on({ bitbucket: { backend } }, async (scene) => {
        const popup = await scene.click();
        await scene.decide(popup, 'Grant access');
        await assertGranted(scene, popup);
      }));
  }

  test('with a page of one\'s own', () =>
    on({ callback: '/own', site: { pages: { '/own': { body: 'ours' } } } }, async (scene) => {
      const popup = await scene.click();
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

  test('with the page itself at the redirect URI, which completes logins of its own', () =>
    on({ callback: '/app' }, async (scene) => {
      const popup = await scene.click();
      await popup.addInitScript(() => {
        addEventListener('load', () => { window.completed = window.browser?.completeRedirect(); });
      });
      await scene.decide(popup, 'Grant access');
      await assertGranted(scene, popup);
    }));

  test('with a client that createClient made', () => on({}, async (scene) => {
    await scene.page.evaluate(async (options) => {
      await window.oauth.init();
      window.more = { client: window.oauth.createClient(options) };
    }, scene.options);
    const popup = await scene.click({});
    await scene.decide(popup, 'Grant access');
    await assertGranted(scene, popup);
  }));

  test('with a provider that answers slowly', () => on({}, async (scene) => {
    scene.bb.control.fault({ target: 'authorize', kind: 'delay', delayMs: 1500 });
    const popup = await scene.click();
    await scene.decide(popup, 'Grant access');
    await assertGranted(scene, popup);
  }));

  test('again after it was denied', () => on({}, async (scene) => {
    const first = await scene.click();
    await scene.decide(first, 'Deny');
    assert.deepEqual(await scene.outcome(), { value: null });
    const second = await scene.click();
    await scene.decide(second, 'Grant access');
    await assertGranted(scene, second);
  }));

  test('in two tabs at once, each its own', () => on({}, async (scene) => {
    const other = await scene.load(await scene.context.newPage());
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

describe('a provider that cuts the popup off (Cross-Origin-Opener-Policy)', () => {
  const policies = {
    'from its first page on': { [SIGN_IN_PATH]: 'same-origin', [AUTHORIZE_PATH]: 'same-origin' },
    'on its second page': { [AUTHORIZE_PATH]: 'same-origin' },
  };
  for (const [when, openerPolicies] of Object.entries(policies)) {
    const cutOff = (body) => on({ bitbucket: { openerPolicies } }, async (scene) => {
      const popup = await scene.click();
      // The policy is in force when the popup looks closed to its opener and is not.
      await popup.getByRole('button', { name: 'Log in' }).click();
      await popup.getByRole('button', { name: 'Deny' }).waitFor();
      assert.equal(await popup.evaluate(() => window.opener), null);
      await body(scene, popup);
    });

    test(`${when}: granted`, () => cutOff(async (scene, popup) => {
      await scene.decide(popup, 'Grant access');
      const { value } = await scene.outcome();
      assert.equal((await scene.exchange(value)).status, 200);
      await gone(popup);
    }));

    test(`${when}: denied`, () => cutOff(async (scene, popup) => {
      await scene.decide(popup, 'Deny');
      assert.deepEqual(await scene.outcome(), { value: null });
      await gone(popup);
    }));

    test(`${when}: a forged state`, () => cutOff(async (scene, popup) => {
      await forge(scene, popup, 'code=another');
      assertError(await scene.outcome(), mismatch);
      await gone(popup);
    }));
  }

  test('the login goes on while the user looks at the page, and ends when the user stays there', () =>
    on({ bitbucket: { openerPolicies: policies['from its first page on'] } }, async (scene) => {
      await scene.page.clock.install();
      await scene.load();
      const popup = await scene.click();
      await popup.getByRole('button', { name: 'Log in' }).waitFor();
      await scene.page.clock.runFor(50_000);
      assert.equal(await scene.isPending(), true);
      await scene.page.clock.runFor(20_000);
      assert.deepEqual(await scene.outcome(), { value: null });
    }));

  test('a page that does not have the focus waits on', () =>
    on({ bitbucket: { openerPolicies: policies['from its first page on'] } }, async (scene) => {
      await scene.page.clock.install();
      await scene.load();
      await scene.page.evaluate(() => { document.hasFocus = () => false; });
      const popup = await scene.click();
      await popup.getByRole('button', { name: 'Log in' }).waitFor();
      await scene.page.clock.runFor(300_000);
      await scene.decide(popup, 'Grant access');
      assert.equal(typeof (await scene.outcome()).value.code, 'string');
    }));
});
