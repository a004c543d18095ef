/**
 * Sends the requests that determine what a credential can do and to which account it belongs.
 *
 * In: a connection test of the core, and a sender (a function that sends a request with the credential). Out: the responses,
 * which go to the connection test; or the credential's account. Never: a decision about the next request, or about the meaning of
 * a response. The core decides both.
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
 * Sends the requests of a connection test, and passes the responses to the test.
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
      // Redirects to other servers are not followed: the response of a server that never saw the credential proves nothing.
      const response = await sender({ method: 'GET', url: apiUrl + path, headers, signal, redirect: 'same-origin' });
      test.onResponse(toApiResponse(response));
    } catch (error) {
      test.onError(toBitbucketAuthError(error).message);
    }
  }
}

/**
 * The account that owns the tokens, if Bitbucket returns it in time.
 *
 * @param {string} authorization
 * @param {import('../nocodb/environment.js').Environment} environment
 * @returns {Promise<Account | undefined>}
 */
export async function fetchAccount(authorization, { apiUrl, timeoutMs, proxies }) {
  if (apiUrl === undefined) return undefined;
  try {
    const credentials = new Credentials({ kind: 'oauth', authorization, canRefresh: false, hasUser: true });
    const test = new (core().ConnectionTest)('oauth');
    const connection = () => 'new';
    const sender = createSender({ apiUrl, timeoutMs, proxies, credentials, connection });
    await runConnectionTest(test, sender, apiUrl, signalAfter(ACCOUNT_TIMEOUT_MS));
    return test.result?.account;
  } catch {
    return undefined;
  }
}
