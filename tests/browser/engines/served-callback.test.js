/**
 * The callback page as the preload serves it in NocoDB's own server. NocoDB's GUI and the package's function for popups read a
 * code or a denial from that page. The browser isolates the page from its opener when the page shows a denial.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import '../../../pkg/inlined/core.wasm.js';
import { serveCallbackPage } from '../../../js/nocodb/callback-page.js';
import { CLIENT_VARIABLES } from '../../support/environment.js';
import { GUI_POLL_MS, guiUrl, openPopupLikeNocodb, receiveCodeLikeNocodb } from '../support/nocodb-gui.js';
import { gone, inEachEngine } from '../support/scene.js';

const callback = '/';

serveCallbackPage({ ...CLIENT_VARIABLES, INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: `https://nocodb.example${callback}` });

const CLOSE = 'Close this window';

/** Waits until a popup shows the button that closes it, and returns the popup's text. */
async function shownText(scene, popup) {
  await scene.shows(popup, CLOSE);
  return popup.evaluate(() => document.querySelector('main').innerText);
}

inEachEngine({ callback }, (on) => {
  test("NocoDB's GUI finds code and state in the URL of the served callback page", () => on({}, async (scene) => {
    await gone(await receiveCodeLikeNocodb(scene));
  }));

  test("a denial looks like a closed popup to NocoDB's GUI, and stays readable", () => on({}, async (scene) => {
    const popup = await openPopupLikeNocodb(scene, await guiUrl(scene));
    await scene.decide(popup, 'Deny');
    assert.match(await shownText(scene, popup), /^Access was denied/);
    assert.deepEqual(await scene.outcome(), { value: null });
    await wait(GUI_POLL_MS * 2);
    assert.match(await shownText(scene, popup), /^Access was denied/);
    // A driver may not report the end of a click that closes the window.
    await scene.press(popup, CLOSE).catch(() => {});
    await gone(popup);
  }));

  test("a login by popup receives a grant from the served callback page", () => on({}, async (scene) => {
    const popup = await scene.click();
    await scene.decide(popup, 'Grant access');
    assert.equal((await scene.exchange((await scene.outcome()).value)).status, 200);
    await gone(popup);
  }));

  // A popup that seems to be closed counts as closed only after a minute. The denial arrives long before that.
  test("a login by popup receives a denial from the served callback page, and closes the popup", () => on({}, async (scene) => {
    const popup = await scene.click();
    await scene.decide(popup, 'Deny');
    assert.deepEqual(await scene.outcome(), { value: null });
    await gone(popup);
  }));
});
