/** Whether Bitbucket accepts Key and Secret. It is asked only where that is wanted, and once: see `--online` in options.js. */

import { core } from '../../core.js';
import { BitbucketAuthError } from '../../error.js';
import { requestTokens } from '../../token-endpoint.js';

/** @typedef {import('../doctor.js').Finding} Finding */

/** A code that nobody was ever given, and a verifier of the right form (RFC 7636 section 4.1). */
const CODE = 'nocodb-bitbucket-auth-doctor';
const VERIFIER = 'nocodb-bitbucket-auth-doctor-has-no-login-for-it';

/** @type {import('../doctor.js').Check} */
export default {
  async run({ environment, options }) {
    if (!environment.client) return skipped('the OAuth client is not configured');
    if (!options.online) return skipped('Bitbucket is asked only with --online');
    try {
      await requestTokens(environment, (client) => client.buildTokenRequest(CODE, VERIFIER), 'authorization_code');
    } catch (error) {
      if (!(error instanceof BitbucketAuthError)) throw error;
      return findingOf(error);
    }
    return { verdict: 'bad', text: 'The token endpoint gave tokens for a made-up code, so it is not Bitbucket\'s.' };
  },
};

/** @param {string} why @returns {Finding} */
function skipped(why) {
  return { verdict: 'skipped', text: `Key and Secret were not tried: ${why}.` };
}

/**
 * @param {BitbucketAuthError} error
 * @returns {Finding}
 */
function findingOf({ code, message }) {
  /** @type {Record<string, () => Finding>} */
  const findings = {
    accepted: () => ({ verdict: 'good', text: 'Bitbucket accepts Key and Secret.' }),
    refused: () => ({
      verdict: 'bad',
      text: message,
      cure: 'Copy Key and Secret again, both from the same OAuth client. Bitbucket answers the same for a while after a dead '
        + 'refresh token was used.',
    }),
    failed: () => ({ verdict: 'bad', text: message, cure: 'Look at the OAuth client\'s settings at Bitbucket.' }),
    unknown: () => ({ verdict: 'warning', text: `Key and Secret could not be tried: ${message}`, cure: 'Try it again later.' }),
  };
  return findings[core().trialExchangeOutcome(code)]();
}
