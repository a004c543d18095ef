/** The package's callback page: which page receives its URL, and what NocoDB's GUI can read from that URL. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { callbackPage } from '../../demo/browser/package-files.js';
import { guiUrl, openPopupLikeNocodb, receiveCodeLikeNocodb } from './support/nocodb-gui.js';
import { gone, scenes } from './support/scene.js';
import { policy } from './support/site.js';

const URL_LIFETIME_MS = 120_000;

const on = scenes();

test("the hashes in the callback page's policy match the page's script and style", async () => {
  const { body } = await callbackPage();
  for (const [tag, directive] of [['script', 'script-src'], ['style', 'style-src']]) {
    const [, text] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body);
    const hash = createHash('sha256').update(text).digest('base64');
    const found = [...body.matchAll(new RegExp(`${directive} 'sha256-([^']+)'`, 'g'))].map(([, value]) => value);
    assert.deepEqual(found, [hash, hash], `${tag}: ${hash}`);
  }
});

describe("NocoDB's GUI, which polls the URL of its popup", () => {
  test('gets the code', () => on({}, async (scene) => {
    await gone(await receiveCodeLikeNocodb(scene));
  }));

  test('gets the code even when it polls once a minute, as hidden pages do', () => on({}, async (scene) => {
    await scene.context.clock.install();
    await scene.load();
    const popup = await openPopupLikeNocodb(scene, await guiUrl(scene), { every: 60_000 });
    await scene.decide(popup, 'Grant access');
    await popup.waitForURL((url) => url.pathname === '/callback.html');
    await popup.clock.runFor(60_000);
    await scene.page.clock.runFor(60_000);
    assert.equal((await scene.outcome()).value.state, 'of-the-gui');
  }));

  test('sees a closed popup when the user denies access', () => on({}, async (scene) => {
    const popup = await openPopupLikeNocodb(scene, await guiUrl(scene));
    await scene.decide(popup, 'Deny');
    assert.deepEqual(await scene.outcome(), { value: { code: null, state: 'of-the-gui' } });
    await gone(popup);
  }));
});

describe('a callback page that no page waits for', () => {
  test('sends nothing, stays open, and removes the code from its URL after two minutes', () => on({}, async (scene) => {
    await scene.page.evaluate(() => {
      window.heard = [];
      new BroadcastChannel('nocodb-bitbucket-auth').onmessage = ({ data }) => window.heard.push(data);
    });
    const other = await scene.context.newPage();
    await other.clock.install();
    await other.goto(`${scene.redirectUri}?code=abc&state=def`);
    await other.clock.runFor(URL_LIFETIME_MS - 1000);
    assert.equal(other.url(), `${scene.redirectUri}?code=abc&state=def`);
    await other.clock.runFor(2000);
    assert.equal(other.url(), scene.redirectUri);
    assert.match(await other.innerText('main'), /you can close it/);
    assert.deepEqual(await scene.page.evaluate(() => window.heard), []);
  }));
});

describe('a callback page that shows an error from Bitbucket', () => {
  test('keeps the error in its URL, so that a page can read the error later', async () => {
    const { body, ...rest } = await callbackPage();
    const refusal = body.replace(/<main>\n[^]*<\/main>/, '<main>Refused <button type="button">Close this window</button></main>');
    await on({ site: { pages: { '/callback.html': { ...rest, body: refusal } } } }, async (scene) => {
      const other = await scene.context.newPage();
      await other.clock.install();
      const address = `${scene.redirectUri}?error=server_error&state=def`;
      await other.goto(address);
      await other.clock.runFor(2 * URL_LIFETIME_MS);
      assert.equal(await other.evaluate(() => location.href), address);
    });
  });
});

describe('a callback page on localhost that is shown in a popup of the package', () => {
  for (const [host, isHeard] of [['localhost', true], ['127.0.0.1', false]]) {
    test(`${isHeard ? 'sends' : 'does not send'} its URL to an opener on ${host}`, () => on({}, async (scene) => {
      await scene.page.goto(`${scene.origin.replace('localhost', host)}/`);
      await scene.page.evaluate(() => {
        window.heard = [];
        addEventListener('message', ({ data }) => window.heard.push(data));
        document.querySelector('button').onclick = () => window.open('', '_blank', 'popup');
      });
      const opened = scene.page.waitForEvent('popup');
      await scene.page.click('button');
      const popup = await opened;
      const go = async (address) => {
        await popup.evaluate((to) => { location.href = to; }, address);
        await popup.waitForURL(address);
      };
      // Makes the popup look like one that the package opened.
      await go(scene.redirectUri);
      await popup.evaluate(() => sessionStorage.setItem('nocodb-bitbucket-auth:popup', 'somebody'));
      const address = `${scene.redirectUri}?code=abc&state=def`;
      await go(address);
      assert.equal(await popup.evaluate(() => window.opener !== null), true);
      // Messages arrive in order: once `last` is there, so are all messages that were posted before it.
      await popup.evaluate(() => window.opener.postMessage('last', '*'));
      await scene.page.waitForFunction(() => window.heard.includes('last'));
      // The page repeats its message until a page accepts it.
      if (isHeard) await scene.page.waitForFunction(() => window.heard.filter((message) => message !== 'last').length > 1);
      const messages = await scene.page.evaluate(() => window.heard);
      const received = messages.filter((message) => message !== 'last');
      assert.equal(received.length > 0, isHeard);
      for (const message of received) assert.deepEqual(message, { popup: 'somebody', address });
    }));
  }
});

describe("a login by popup on a site whose Content Security Policy blocks the callback page's script", () => {
  test('succeeds if the popup still has its opener', async () => {
    const { body } = await callbackPage();
    const pages = { '/callback.html': { headers: policy('\'self\''), body } };
    await on({ site: { pages } }, async (scene) => {
      const popup = await scene.click();
      await scene.decide(popup, 'Grant access');
      assert.equal((await scene.exchange((await scene.outcome()).value)).status, 200);
      await gone(popup);
    });
  });
});

describe('the callback page', () => {
  test('works under the Content Security Policy that its first lines recommend', () => on({}, async (scene) => {
    const other = await scene.context.newPage();
    const logged = [];
    other.on('console', (message) => logged.push(message.text()));
    await other.goto(`${scene.redirectUri}?code=abc&state=def`);
    assert.equal(await other.evaluate(() => getComputedStyle(document.body).display), 'grid');
    assert.deepEqual(logged.filter((text) => /policy/i.test(text)), []);
  }));
});
