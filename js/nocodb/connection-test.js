/**
 * What a connection can do, and what is known of it.
 *
 * In: the way of a connection to the API, and its config. Out: a verdict for whoever pressed "Test connection", and what is
 * known without asking Bitbucket. What never happens here: a decision about what is asked, or what an answer means.
 */

import { runConnectionTest } from '../api/probe.js';
import { pick, readArgument } from '../arguments.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { DIALOG_TOKENS_MS } from './dialog-timeouts.js';

/** @typedef {import('../activity.js').Counters} Counters */
/** @typedef {import('../api/client-factory.js').ApiClientFactory} ApiClientFactory */
/** @typedef {import('../../pkg/core.js').Account} Account */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */

/**
 * @typedef {object} TestResult
 * @property {boolean} success
 * @property {string} message what works, or what is wrong and what mends it
 * @property {Account} [account] whose credential it is; only some have a user
 * @property {string[]} [scopes] as granted, where known
 * @property {string[]} [missingScopes] those that are configured or needed, and not granted, except those that Bitbucket no
 *   longer asks for
 * @property {number} [expiresAt] when the access token dies, in milliseconds since the epoch; absent where unknown
 */

/**
 * @typedef {object} ConnectionStatus
 * @property {CredentialKind} kind
 * @property {Account} [account] whose tokens they are, where Bitbucket told
 * @property {string[]} [scopes] as granted, where known
 * @property {string[]} [missingScopes] those that are configured and not granted, except those that Bitbucket no longer
 *   asks for
 * @property {number} [expiresAt] when the access token dies, in milliseconds since the epoch
 * @property {number} [refreshedAt] when the tokens were received, in milliseconds since the epoch
 * @property {string} [hint] what seems to be wrong with the token
 * @property {Counters} activity what this process did for the connection
 */

const ACCOUNT_MEMBERS = ['uuid', 'nickname', 'displayName'];

/**
 * @param {ApiClientFactory} clientFactory
 * @param {IntegrationConfig} config
 * @returns {Promise<TestResult>}
 * @throws {BitbucketAuthError} what keeps Bitbucket from being asked
 */
export async function testConnection(clientFactory, config) {
  const { credentials, environment } = clientFactory;
  const { kind, hint } = credentials;
  const until = performance.now() + DIALOG_TOKENS_MS;
  // The scopes are those of the tokens that will be sent, not of those before them.
  await credentials.newest(DIALOG_TOKENS_MS);
  const { scopes } = await credentials.tokenInfo();
  const { workspace, repository } = readArgument(testConnection, 'testedConfig', config);
  const { scopes: granted } = readArgument(testConnection, 'previous', { scopes });
  const test = callCore(testConnection, () => new (core().ConnectionTest)(
    kind, workspace, repository, hint, environment.login?.scopes.join(' '),
    // Where the answer named none, nobody knows them.
    granted || undefined,
  ));
  // Neither in the queue of the rate limit nor retried: somebody waits for the answer, whatever it is. Nor is there another
  // wait for a store that takes too long: the tokens are good all the same.
  await runConnectionTest(test, clientFactory.createSender(until - performance.now()), clientFactory.apiUrl);
  const { expiresAt } = await credentials.tokenInfo();
  const verdict = test.verdict ?? { success: false, message: failure('API_FAILED', 'api').message };
  return { ...verdict, ...(expiresAt !== undefined && { expiresAt }) };
}

/**
 * @param {ApiClientFactory} clientFactory
 * @param {IntegrationConfig} config
 * @returns {Promise<ConnectionStatus>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` for scopes that are none
 */
export async function connectionStatus({ credentials, environment: { client } }, { account }) {
  const { kind, hint } = credentials;
  const { scopes: stored, expiresAt, obtainedAt } = await credentials.tokenInfo();
  // A store may hold anything.
  const { scopes: text } = stored ? readArgument(connectionStatus, 'scopes', { scopes: stored }) : {};
  const scopes = callCore(connectionStatus, () => core().readScopes(text ?? ''));
  const isKnown = scopes.length > 0;
  return {
    kind,
    ...(account && core().holdsTokens(kind) && { account: pick(account, ACCOUNT_MEMBERS) }),
    ...(isKnown && { scopes }),
    ...(isKnown && client && { missingScopes: callCore(connectionStatus, () => client.missingScopes(scopes.join(' '))) }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(obtainedAt !== undefined && { refreshedAt: obtainedAt }),
    ...(hint && { hint }),
    activity: credentials.activity.counters,
  };
}
