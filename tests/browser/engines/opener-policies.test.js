/**
 * Logins by popup under every Cross-Origin-Opener-Policy of the page and of the provider. The browser isolates the popup if the
 * two policies do not match. How an isolated popup looks to its page depends on the browser.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUTHORIZE_PATH, SIGN_IN_PATH } from '../../../demo/bitbucket/authorize-endpoint.js';
import { gone, inEachEngine } from '../support/scene.js';

const POLICY = 'cross-origin-opener-policy';

/** Header fields of the page. A page that also has an embedder policy is cross-origin isolated. */
const pages = {
  absent: {},
  'same-origin': { [POLICY]: 'same-origin' },
  'same-origin, beside an embedder policy': {
    [POLICY]: 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
  },
  'same-origin-allow-popups': { [POLICY]: 'same-origin-allow-popups' },
  'noopener-allow-popups': { [POLICY]: 'noopener-allow-popups' },
};

const fromTheFirst = (policy) => ({ [SIGN_IN_PATH]: policy, [AUTHORIZE_PATH]: policy });

/** The policies of the provider's two pages. */
const providers = {
  absent: {},
  'same-origin': fromTheFirst('same-origin'),
  'same-origin on its second page only': { [AUTHORIZE_PATH]: 'same-origin' },
  'same-origin-allow-popups': fromTheFirst('same-origin-allow-popups'),
  'noopener-allow-popups': fromTheFirst('noopener-allow-popups'),
};

async function assertGranted(scene) {
  const popup = await scene.click();
  await scene.decide(popup, 'Grant access');
  const { value } = await scene.outcome();
  assert.deepEqual(Object.keys(value), ['code', 'code_verifier']);
  await gone(popup);
  assert.equal((await scene.exchange(value)).status, 200);
}

inEachEngine({}, (on) => {
  for (const [page, headers] of Object.entries(pages)) {
    describe(`a login by popup from a page whose Cross-Origin-Opener-Policy is ${page}`, () => {
      for (const [provider, openerPolicies] of Object.entries(providers)) {
        test(`succeeds at a provider whose policy is ${provider}`, () =>
          on({ site: { headers }, bitbucket: { openerPolicies } }, assertGranted));
      }
    });
  }
});
