/** Shared helpers for the tests of a login by popup: ways to leave the popup's page, and checks of the outcome. */
import assert from 'node:assert/strict';
import { gone, sendTo } from './scene.js';

/** Asserts that an outcome is an error with these members. @returns the error's message */
export function assertError(outcome, expected) {
  const { name, message, ...error } = outcome.error;
  assert.equal(name, 'BitbucketAuthError');
  assert.deepEqual(error, { retryable: false, reauthorize: false, ...expected });
  return message;
}

export const mismatch = { code: 'STATE_MISMATCH', phase: 'callback' };

/** Sends the popup to another URL, as a link on the provider's page would. */
export async function go(scene, popup, address) {
  await scene.shows(popup, 'Log in', 'Deny');
  await sendTo(popup, address);
}

/** Navigates the popup to the redirect URI with a forged state, as an attacker would to inject another user's code. */
export const forge = (scene, popup, response) => go(scene, popup, `${scene.redirectUri}?${response}&state=forged`);

/** Closes the popup like a user who returns to the page, and asserts that the login counts as cancelled after a minute. */
export async function assertCancelledInAMinute(scene, popup) {
  await scene.holdClock();
  await scene.setFocus(true);
  await popup.close();
  await scene.pass(55_000);
  assert.equal(await scene.isPending(), true);
  await scene.pass(5000);
  assert.deepEqual(await scene.outcome(), { value: null });
}

/** Asserts that the token endpoint accepts the code of the outcome, and that nothing remains in the page's storage. */
export async function assertGranted(scene, popup) {
  const { value } = await scene.outcome();
  assert.deepEqual(Object.keys(value), ['code', 'code_verifier']);
  assert.match(value.code_verifier, /^[\w-]{43}$/);
  await gone(popup);
  const { status, access_token: token } = await scene.exchange(value);
  assert.equal(status, 200);
  assert.equal(typeof token, 'string');
  assert.equal(await scene.page.evaluate(() => sessionStorage.length + localStorage.length), 0);
}
