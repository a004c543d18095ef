/** The login in the page itself: it goes to Bitbucket and comes back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scenes } from './support/scene.js';

const LIFETIME_MS = 600_000;

const on = scenes({ callback: '/app' });

const ready = (page) => page.locator('html[data-ready]').waitFor();

/** Begins, and comes back with a decision. */
async function goAndComeBack(scene, decision, page = scene.page) {
  await page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
  await scene.decide(page, decision);
  await page.waitForURL((url) => url.pathname === '/app');
  await ready(page);
}

/** What `completeRedirect` gives. */
function complete(page, options) {
  return page.evaluate((given) => window.browser.completeRedirect(given)
    .then((value) => ({ value }), (error) => ({ error: error.toJSON() })), options);
}

function assertError({ error }, code, phase = 'callback') {
  assert.deepEqual([error.name, error.code, error.phase], ['BitbucketAuthError', code, phase]);
}

/** Nothing of a login is left in the tab: neither in its storage nor in its address. */
async function assertNothingLeft(page) {
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  assert.doesNotMatch(page.url(), /[?&](?:code|state|error|error_description)=/);
}

describe('a page comes back', () => {
  test('denied: null, and nothing is left', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Deny');
    assert.deepEqual(await complete(scene.page), { value: null });
    await assertNothingLeft(scene.page);
  }));

  test('denied without the state: null, and nothing is left', () =>
    on({ bitbucket: { stateOnDenial: false } }, async (scene) => {
      await goAndComeBack(scene, 'Deny');
      assert.deepEqual(await complete(scene.page), { value: null });
      await assertNothingLeft(scene.page);
    }));

  test('with a forged state: STATE_MISMATCH, and nothing is left', () => on({}, async (scene) => {
    await scene.page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
    await scene.page.getByRole('button', { name: 'Log in' }).waitFor();
    await scene.load(scene.page, '/app?code=another&state=forged');
    assertError(await complete(scene.page), 'STATE_MISMATCH');
    await assertNothingLeft(scene.page);
  }));

  test('without a state: STATE_MISSING, and nothing is left', () => on({}, async (scene) => {
    await scene.page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
    await scene.page.getByRole('button', { name: 'Log in' }).waitFor();
    await scene.load(scene.page, '/app?code=another');
    assertError(await complete(scene.page), 'STATE_MISSING');
    await assertNothingLeft(scene.page);
  }));

  test('elsewhere: CALLBACK_INVALID, and nothing is left', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    await scene.load(scene.page, `/${new URL(scene.page.url()).search}`);
    assertError(await complete(scene.page), 'CALLBACK_INVALID');
    await assertNothingLeft(scene.page);
  }));

  test('too late: AUTHORIZATION_TIMEOUT, and nothing is left', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    await scene.page.clock.setFixedTime(Date.now() + LIFETIME_MS);
    assertError(await complete(scene.page), 'AUTHORIZATION_TIMEOUT');
    await assertNothingLeft(scene.page);
  }));

  test('just in time: the code', () => on({}, async (scene) => {
    await scene.page.clock.setFixedTime(Date.now());
    const begun = await scene.page.evaluate(() => Date.now());
    await goAndComeBack(scene, 'Grant access');
    await scene.page.clock.setFixedTime(begun + LIFETIME_MS - 1);
    assert.equal(typeof (await complete(scene.page)).value.code, 'string');
  }));

  test('granted: code and verifier are good for tokens, and nothing is left', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const { value } = await complete(scene.page);
    assert.deepEqual(Object.keys(value), ['code', 'code_verifier']);
    await assertNothingLeft(scene.page);
    assert.equal((await scene.exchange(value)).status, 200);
  }));

  test('two calls at once share one outcome', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const [first, second] = await scene.page.evaluate(() =>
      Promise.all([window.browser.completeRedirect(), window.browser.completeRedirect()]));
    assert.deepEqual(first, second);
    assert.equal((await scene.exchange(first)).status, 200);
    assert.deepEqual(await complete(scene.page), { value: null });
  }));

  test('a second time with the same answer: STATE_MISMATCH', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const answer = scene.page.url();
    assert.equal(typeof (await complete(scene.page)).value.code, 'string');
    await scene.page.goto(answer);
    await ready(scene.page);
    assertError(await complete(scene.page), 'STATE_MISMATCH');
    await assertNothingLeft(scene.page);
  }));

  test('other parameters, the fragment and the page\'s own history entry stay', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const { search } = new URL(scene.page.url());
    await scene.page.evaluate((address) => history.replaceState({ mine: 1 }, '', address),
      `/app?tab=%C3%BC&${search.slice(1)}&codes=2#at?code=3`);
    const { value } = await complete(scene.page);
    assert.equal(typeof value.code, 'string');
    assert.equal(scene.page.url(), `${scene.origin}/app?tab=%C3%BC&codes=2#at?code=3`);
    assert.deepEqual(await scene.page.evaluate(() => history.state), { mine: 1 });
  }));
});

describe('a page that does not come back from Bitbucket', () => {
  const paths = ['/app', '/app?tab=1#top', '/app?code=of-another-program', '/app?error=not-found', '/app?state=open'];
  for (const path of paths) {
    test(`${path} is left alone`, () => on({}, async (scene) => {
      await scene.load(scene.page, path);
      assert.deepEqual(await complete(scene.page), { value: null });
      assert.equal(scene.page.url(), scene.origin + path);
    }));
  }

  test('a client secret: INVALID_ARGUMENT', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const { error } = await complete(scene.page, { clientSecret: 'not-a-real-secret' });
    assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'clientSecret']);
    assert.ok(!JSON.stringify(error).includes('not-a-real-secret'));
  }));
});

describe('misspelt options', () => {
  for (const call of ['beginRedirect', 'completeRedirect']) {
    test(`${call}: INVALID_ARGUMENT`, () => on({}, async (scene) => {
      const thrown = await scene.page.evaluate(([name, given]) => window.browser[name]({ ...given, scope: 'account' })
        .catch(({ code, field }) => ({ code, field })), [call, scene.options]);
      assert.deepEqual(thrown, { code: 'INVALID_ARGUMENT', field: 'scope' });
    }));
  }
});

describe('several logins', () => {
  test('two tabs at once do not disturb each other', () => on({}, async (scene) => {
    const other = await scene.load(await scene.context.newPage());
    await scene.page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
    await scene.page.getByRole('button', { name: 'Log in' }).waitFor();
    await goAndComeBack(scene, 'Grant access', other);
    const { value: second } = await complete(other);
    await scene.decide(scene.page, 'Grant access');
    await scene.page.waitForURL((url) => url.pathname === '/app');
    await ready(scene.page);
    const { value: first } = await complete(scene.page);
    assert.notEqual(first.code_verifier, second.code_verifier);
    assert.equal((await scene.exchange(first)).status, 200);
    assert.equal((await scene.exchange(second)).status, 200);
    await assertNothingLeft(scene.page);
    await assertNothingLeft(other);
  }));

  test('the answer of one tab is refused in another', () => on({}, async (scene) => {
    await goAndComeBack(scene, 'Grant access');
    const other = await scene.load(await scene.context.newPage(), `/app${new URL(scene.page.url()).search}`);
    assertError(await complete(other), 'STATE_MISMATCH');
    assert.equal(typeof (await complete(scene.page)).value.code, 'string');
  }));

  test('one that was begun anew in the same tab is told from the one that was left', () => on({}, async (scene) => {
    await scene.page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
    await scene.page.getByRole('button', { name: 'Log in' }).waitFor();
    await scene.load();
    await goAndComeBack(scene, 'Grant access');
    const { value } = await complete(scene.page);
    assert.equal((await scene.exchange(value)).status, 200);
  }));

  test('what was begun and never came back is forgotten after its time', () => on({}, async (scene) => {
    const begin = async () => {
      await scene.page.evaluate((given) => window.browser.beginRedirect(given), scene.options);
      await scene.page.getByRole('button', { name: 'Log in' }).waitFor();
      await scene.load();
      return scene.page.evaluate(() => sessionStorage.length);
    };
    assert.equal(await begin(), 1);
    assert.equal(await begin(), 2);
    await scene.page.clock.setFixedTime(Date.now() + LIFETIME_MS);
    assert.equal(await begin(), 1);
  }));

  test('where the tab has no storage: INVALID_CONFIG', () => on({}, async (scene) => {
    const error = await scene.page.evaluate((given) => {
      Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } });
      return window.browser.beginRedirect(given).catch((thrown) => thrown.toJSON());
    }, scene.options);
    assert.deepEqual([error.code, error.phase, error.field], ['INVALID_CONFIG', 'authorize', 'sessionStorage']);
  }));
});
