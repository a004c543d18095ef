/** The login by redirect: the page goes to Bitbucket and comes back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, inEachEngine, ready } from '../support/scene.js';

const LIFETIME_MS = 600_000;

/** Starts a login, and does not wait, because the page navigates away. */
function begin(scene, page = scene.page) {
  return page.evaluate((given) => { window.browser.beginRedirect(given); }, scene.options);
}

/** Stops the page's clock. Sets `window.Date`, because Firefox runs a driver's scripts with a separate `Date`. */
const setTime = (page, time) => page.evaluate((now) => { window.Date.now = () => now; }, time);

/** Starts a login, and returns to the page with the user's decision. */
async function goAndComeBack(scene, decision, page = scene.page) {
  await begin(scene, page);
  await scene.decide(page, decision);
  await at(page, (url) => url.pathname === '/app');
  await ready(page);
}

/** Calls `completeRedirect` in the page, and returns its value or its error. */
function complete(page, options) {
  return page.evaluate((given) => window.browser.completeRedirect(given)
    .then((value) => ({ value }), (error) => ({ error: error.toJSON() })), options);
}

function assertError({ error }, code, phase = 'callback') {
  assert.deepEqual([error.name, error.code, error.phase], ['BitbucketAuthError', code, phase]);
}

/** The tab keeps nothing of a login, neither in its storage nor in its URL. */
async function assertNothingLeft(page) {
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  assert.doesNotMatch(await page.url(), /[?&](?:code|state|error|error_description)=/);
}

inEachEngine({ callback: '/app' }, (on, once) => {
  describe('a login by redirect', () => {
    test('gives null and leaves nothing behind when the user denied access', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Deny');
      assert.deepEqual(await complete(scene.page), { value: null });
      await assertNothingLeft(scene.page);
    }));

    once('gives null and leaves nothing behind when the callback with the denial has no state', () =>
      on({ bitbucket: { stateOnDenial: false } }, async (scene) => {
        await goAndComeBack(scene, 'Deny');
        assert.deepEqual(await complete(scene.page), { value: null });
        await assertNothingLeft(scene.page);
      }));

    once('ends with STATE_MISMATCH and leaves nothing behind when the state is forged', () => on({}, async (scene) => {
      await begin(scene);
      await scene.shows(scene.page, 'Log in');
      await scene.load(scene.page, '/app?code=another&state=forged');
      assertError(await complete(scene.page), 'STATE_MISMATCH');
      await assertNothingLeft(scene.page);
    }));

    once('ends with STATE_MISSING and leaves nothing behind when the callback has no state', () => on({}, async (scene) => {
      await begin(scene);
      await scene.shows(scene.page, 'Log in');
      await scene.load(scene.page, '/app?code=another');
      assertError(await complete(scene.page), 'STATE_MISSING');
      await assertNothingLeft(scene.page);
    }));

    once('ends with CALLBACK_INVALID and leaves nothing behind when the path is wrong', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      await scene.load(scene.page, `/${new URL(await scene.page.url()).search}`);
      assertError(await complete(scene.page), 'CALLBACK_INVALID');
      await assertNothingLeft(scene.page);
    }));

    once('ends with AUTHORIZATION_TIMEOUT and leaves nothing behind when the callback is late', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      await setTime(scene.page, Date.now() + LIFETIME_MS);
      assertError(await complete(scene.page), 'AUTHORIZATION_TIMEOUT');
      await assertNothingLeft(scene.page);
    }));

    once('gives the code when the callback comes in the last millisecond', () => on({}, async (scene) => {
      await setTime(scene.page, Date.now());
      const begun = await scene.page.evaluate(() => window.Date.now());
      await goAndComeBack(scene, 'Grant access');
      await setTime(scene.page, begun + LIFETIME_MS - 1);
      assert.equal(typeof (await complete(scene.page)).value.code, 'string');
    }));

    test('gives a code and a verifier that Bitbucket accepts, and leaves nothing behind', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const { value } = await complete(scene.page);
      assert.deepEqual(Object.keys(value), ['code', 'code_verifier']);
      await assertNothingLeft(scene.page);
      assert.equal((await scene.exchange(value)).status, 200);
    }));

    once('gives the same outcome to two simultaneous calls', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const [first, second] = await scene.page.evaluate(() =>
        Promise.all([window.browser.completeRedirect(), window.browser.completeRedirect()]));
      assert.deepEqual(first, second);
      assert.equal((await scene.exchange(first)).status, 200);
      assert.deepEqual(await complete(scene.page), { value: null });
    }));

    test('ends with STATE_MISMATCH when the same callback comes a second time', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const answer = await scene.page.url();
      assert.equal(typeof (await complete(scene.page)).value.code, 'string');
      await scene.page.goto(answer);
      await ready(scene.page);
      assertError(await complete(scene.page), 'STATE_MISMATCH');
      await assertNothingLeft(scene.page);
    }));

    test("keeps other parameters and the fragment of the page's URL, and the history state", () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const { search } = new URL(await scene.page.url());
      await scene.page.evaluate((address) => history.replaceState({ mine: 1 }, '', address),
        `/app?tab=%C3%BC&${search.slice(1)}&codes=2#at?code=3`);
      const { value } = await complete(scene.page);
      assert.equal(typeof value.code, 'string');
      assert.equal(await scene.page.url(), `${scene.origin}/app?tab=%C3%BC&codes=2#at?code=3`);
      assert.deepEqual(await scene.page.evaluate(() => history.state), { mine: 1 });
    }));
  });

  describe('completeRedirect', () => {
    const paths = ['/app', '/app?tab=1#top', '/app?code=of-another-program', '/app?error=not-found', '/app?state=open'];
    for (const path of paths) {
      once(`gives null and keeps the URL of a page that is no callback: ${path}`, () => on({}, async (scene) => {
        await scene.load(scene.page, path);
        assert.deepEqual(await complete(scene.page), { value: null });
        assert.equal(await scene.page.url(), scene.origin + path);
      }));
    }

    once('rejects a client secret with INVALID_ARGUMENT', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const { error } = await complete(scene.page, { clientSecret: 'not-a-real-secret' });
      assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'clientSecret']);
      assert.ok(!JSON.stringify(error).includes('not-a-real-secret'));
    }));
  });

  describe('a misspelt option', () => {
    for (const call of ['beginRedirect', 'completeRedirect']) {
      once(`of ${call} causes INVALID_ARGUMENT`, () => on({}, async (scene) => {
        const thrown = await scene.page.evaluate(([name, given]) => window.browser[name]({ ...given, scope: 'account' })
          .catch(({ code, field }) => ({ code, field })), [call, scene.options]);
        assert.deepEqual(thrown, { code: 'INVALID_ARGUMENT', field: 'scope' });
      }));
    }
  });

  describe('a pending login by redirect', () => {
    test('does not disturb a login in another tab at the same time', () => on({}, async (scene) => {
      const other = await scene.another();
      await begin(scene);
      await scene.shows(scene.page, 'Log in');
      await goAndComeBack(scene, 'Grant access', other);
      const { value: second } = await complete(other);
      await scene.decide(scene.page, 'Grant access');
      await at(scene.page, (url) => url.pathname === '/app');
      await ready(scene.page);
      const { value: first } = await complete(scene.page);
      assert.notEqual(first.code_verifier, second.code_verifier);
      assert.equal((await scene.exchange(first)).status, 200);
      assert.equal((await scene.exchange(second)).status, 200);
      await assertNothingLeft(scene.page);
      await assertNothingLeft(other);
    }));

    test('is not completed by another tab that loads its callback', () => on({}, async (scene) => {
      await goAndComeBack(scene, 'Grant access');
      const other = await scene.another(`/app${new URL(await scene.page.url()).search}`);
      assertError(await complete(other), 'STATE_MISMATCH');
      assert.equal(typeof (await complete(scene.page)).value.code, 'string');
    }));

    test('succeeds after another login was abandoned in the same tab', () => on({}, async (scene) => {
      await begin(scene);
      await scene.shows(scene.page, 'Log in');
      await scene.load();
      await goAndComeBack(scene, 'Grant access');
      const { value } = await complete(scene.page);
      assert.equal((await scene.exchange(value)).status, 200);
    }));

    once('is removed from the storage after its lifetime if its callback never came', () => on({}, async (scene) => {
      const beginAnew = async () => {
        await begin(scene);
        await scene.shows(scene.page, 'Log in');
        await scene.load();
        return scene.page.evaluate(() => sessionStorage.length);
      };
      assert.equal(await beginAnew(), 1);
      assert.equal(await beginAnew(), 2);
      await setTime(scene.page, Date.now() + LIFETIME_MS);
      assert.equal(await beginAnew(), 1);
    }));
  });

  describe('beginRedirect', () => {
    test("rejects with INVALID_CONFIG when the tab's storage is full", () => on({}, async (scene) => {
      const error = await scene.page.evaluate((given) => {
        // Fills the storage to the last character: a text that no longer fits is halved.
        for (let text = 'x'.repeat(2 ** 23); text.length > 0; text = text.slice(text.length / 2)) {
          try {
            for (let number = 0; ; number += 1) sessionStorage.setItem(`${text.length} ${number}`, text);
          } catch {
            if (text.length === 1) break;
          }
        }
        return window.browser.beginRedirect(given).catch((thrown) => thrown.toJSON());
      }, scene.options);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_CONFIG', 'authorize', 'sessionStorage']);
      assert.equal(await scene.page.url(), `${scene.origin}/`);
    }));

    test('rejects with INVALID_CONFIG when the tab has no storage', () => on({}, async (scene) => {
      const error = await scene.page.evaluate((given) => {
        Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } });
        return window.browser.beginRedirect(given).catch((thrown) => thrown.toJSON());
      }, scene.options);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_CONFIG', 'authorize', 'sessionStorage']);
    }));
  });
});
