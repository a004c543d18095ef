/** Checks whether Bitbucket accepts Key and Secret. The check sends a request only if `--online` is set (see options.js). */

import { core } from '../../core.js';
import { BitbucketAuthError } from '../../error.js';
import { requestTokens } from '../../token-endpoint.js';

/** @typedef {import('../doctor.js').Finding} Finding */

/** A code that Bitbucket never issued, and a verifier of the right form (RFC 7636 section 4.1). */
const CODE = 'nocodb-bitbucket-auth-doctor';
const VERIFIER = 'nocodb-bitbucket-auth-doctor-has-no-login-for-it';

/** @type {import('../doctor.js').Check} */
export default {
  async run({ environment, options }) {
    if (!environment.client) return skipped('the OAuth client is not configured');
    if (!options.online) return skipped('the test needs --online');
    try {
      await requestTokens(environment, (client) => client.buildTokenRequest(CODE, VERIFIER), 'authorization_code');
    } catch (error) {
      if (!(error instanceof BitbucketAuthError)) throw error;
      return toFinding(error);
    }
    return { verdict: 'bad', text: 'The token endpoint issued tokens for an invented code, so it is not Bitbucket\'s.' };
  },
};

/** @param {string} why @returns {Finding} */
function skipped(why) {
  return { verdict: 'skipped', text: `Key and Secret were not tested: ${why}.` };
}

/**
 * @param {BitbucketAuthError} error
 * @returns {Finding}
 */
function toFinding({ code, message }) {
  /** @type {Record<string, () => Finding>} */
  const findings = {
    accepted: () => ({ verdict: 'good', text: 'Bitbucket accepts Key and Secret.' }),
    refused: () => ({
      verdict: 'bad',
      text: message,
      cure: 'Copy Key and Secret again, both from the same OAuth client. After an invalid refresh token was used, '
        + 'Bitbucket returns the same error for a while.',
    }),
    failed: () => ({ verdict: 'bad', text: message, cure: 'Check the OAuth client\'s settings at Bitbucket.' }),
    unknown: () => ({ verdict: 'warning', text: `Key and Secret could not be tested: ${message}`, cure: 'Try again later.' }),
  };
  return findings[core().trialExchangeOutcome(code)]();
}
