/**
 * Questions about a credential.
 *
 * In: a test of the core's, and a sender. Out: the test, with the answers, and whose the credential is. What never happens
 * here: a decision about what is asked next, or what an answer means.
 */

import { core } from '../core.js';
import { Credentials } from '../credentials.js';
import { signalAfter } from '../time-limit.js';
import { toBitbucketAuthError } from './axios-error.js';
import { createSender, toApiResponse } from './sender.js';

/** @typedef {import('../../pkg/core.js').Account} Account */
/** @typedef {import('./sender.js').Sender} Sender */

const ACCOUNT_TIMEOUT_MS = 3000;

/**
 * Asks Bitbucket what a test wants to know.
 *
 * @param {import('../../pkg/core.js').ConnectionTest} test
 * @param {Sender} sender
 * @param {string} apiUrl
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export async function runConnectionTest(test, sender, apiUrl, signal) {
  for (let path = test.path; path !== undefined; path = test.path) {
    try {
      const headers = { accept: 'application/json' };
      // What another server says, without having seen the credential, proves nothing.
      const answer = await sender({ method: 'GET', url: apiUrl + path, headers, signal, redirect: 'own' });
      test.answered(toApiResponse(answer));
    } catch (error) {
      test.failed(toBitbucketAuthError(error).message);
    }
  }
}

/**
 * Whose tokens they are, if Bitbucket tells in time.
 *
 * @param {string} authorization
 * @param {import('../nocodb/environment.js').Environment} environment
 * @returns {Promise<Account | undefined>}
 */
export async function fetchAccount(authorization, { apiUrl, timeoutMs, proxies }) {
  if (apiUrl === undefined) return undefined;
  try {
    const credentials = new Credentials({ kind: 'oauth', authorization, canRenew: false, hasUser: true });
    const test = new (core().ConnectionTest)('oauth');
    const connection = () => 'new';
    await runConnectionTest(test, createSender({ apiUrl, timeoutMs, proxies, credentials, connection }), apiUrl, signalAfter(ACCOUNT_TIMEOUT_MS));
    return test.verdict?.account;
  } catch {
    return undefined;
  }
}
