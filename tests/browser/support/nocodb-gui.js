/**
 * The part of NocoDB's GUI that opens and polls the popup, in a page of these tests.
 *
 * In: a scene (scene.js). Out: the popup, and what the GUI reads from the popup's URL. Never: a call of the package.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

export const GUI_POLL_MS = 500;

/**
 * Opens the popup as NocoDB's GUI does, and returns it. The GUI reads the popup's URL every 500 ms. Once the URL contains the
 * redirect URI, the GUI takes the code and closes the popup. If the user closes the popup earlier, the login counts as cancelled.
 */
export async function openPopupLikeNocodb(scene, url, { every = GUI_POLL_MS } = {}) {
  await scene.page.evaluate(({ address, redirectUri, ms }) => {
    document.querySelector('button').onclick = () => {
      const popup = window.open(address, 'auth', 'width=600,height=700');
      window.outcome = new Promise((resolve) => {
        const interval = setInterval(() => {
          if (popup.closed) {
            clearInterval(interval);
            resolve({ value: null });
            return;
          }
          try {
            const { href } = popup.location;
            if (!href.includes(redirectUri)) return;
            const parameters = new URL(href).searchParams;
            clearInterval(interval);
            popup.close();
            resolve({ value: { code: parameters.get('code'), state: parameters.get('state') } });
          } catch {
            // The popup shows a page of another origin, whose URL the GUI cannot read.
          }
        }, ms);
      });
      window.outcome.then((outcome) => { window.settled = outcome; });
    };
  }, { address: url, redirectUri: scene.redirectUri, ms: every });
  return scene.popupOf(scene.page, () => scene.page.click('button'));
}

/** The URL that NocoDB's GUI opens: the form's URL with the PKCE challenge and the state, which the GUI appends. */
export async function guiUrl(scene) {
  const challenge = createHash('sha256').update('a'.repeat(43)).digest('base64url');
  const url = await scene.page.evaluate(async (options) => {
    await window.oauth.init();
    return window.oauth.createClient(options).authorizationUrl();
  }, scene.options);
  return `${url}&code_challenge=${challenge}&code_challenge_method=S256&state=of-the-gui`;
}

/** Logs in as with NocoDB's GUI, and asserts that Bitbucket exchanges the received code for tokens. Returns the popup. */
export async function receiveCodeLikeNocodb(scene) {
  const popup = await openPopupLikeNocodb(scene, await guiUrl(scene));
  await scene.decide(popup, 'Grant access');
  const { value } = await scene.outcome();
  assert.equal(value.state, 'of-the-gui');
  assert.equal((await scene.exchange({ code: value.code, code_verifier: 'a'.repeat(43) })).status, 200);
  return popup;
}
