/**
 * Tests a connection, and reports its status.
 *
 * In: the factory of a connection's API clients, and the connection's config. Out: a result for the user who pressed
 * "Test connection", and a status that needs no request to Bitbucket. Never: a decision about what to request, or about what a
 * response means. The core decides both.
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
 * @property {string} message what works, or what is wrong and how to fix it
 * @property {Account} [account] the account that owns the credential; some credentials have no user
 * @property {string[]} [scopes] the granted scopes, where known
 * @property {string[]} [missingScopes] scopes that are configured or needed, but not granted; scopes that Bitbucket no longer
 *   uses are left out
 * @property {number} [expiresAt] when the access token expires, in milliseconds since the epoch; absent where unknown
 */

/**
 * @typedef {object} ConnectionStatus
 * @property {CredentialKind} kind
 * @property {Account} [account] the account that owns the tokens, if Bitbucket returned it
 * @property {string[]} [scopes] the granted scopes, where known
 * @property {string[]} [missingScopes] scopes that are configured, but not granted; scopes that Bitbucket no longer uses are
 *   left out
 * @property {number} [expiresAt] when the access token expires, in milliseconds since the epoch
 * @property {number} [refreshedAt] when the tokens were received, in milliseconds since the epoch
 * @property {string} [hint] a message about what seems to be wrong with the token
 * @property {Counters} activity the counters of this process for the connection
 */

const ACCOUNT_MEMBERS = ['uuid', 'nickname', 'displayName'];

/**
 * @param {ApiClientFactory} clientFactory
 * @param {IntegrationConfig} config
 * @returns {Promise<TestResult>}
 * @throws {BitbucketAuthError} when no request to Bitbucket is possible
 */
export async function testConnection(clientFactory, config) {
  const { credentials, environment } = clientFactory;
  const { kind, hint } = credentials;
  const deadline = performance.now() + DIALOG_TOKENS_MS;
  // Refresh first, so that the scopes are those of the tokens that the test sends.
  await credentials.newest(DIALOG_TOKENS_MS);
  const { scopes } = await credentials.tokenInfo();
  const { workspace, repository } = readArgument(testConnection, 'testedConfig', config);
  const { scopes: granted } = readArgument(testConnection, 'previous', { scopes });
  const test = callCore(testConnection, () => new (core().ConnectionTest)(
    kind, workspace, repository, hint, environment.login?.scopes.join(' '),
    // If the token response listed no scopes, the granted scopes are unknown.
    granted || undefined,
  ));
  // The test does not wait in the request queue and does not retry, because a user waits for the result. Its requests wait for
  // the token store only until the deadline, because the tokens are valid even before they are saved.
  await runConnectionTest(test, clientFactory.createSender(deadline - performance.now()), clientFactory.apiUrl);
  const { expiresAt } = await credentials.tokenInfo();
  const result = test.result ?? { success: false, message: failure('API_FAILED', 'api').message };
  return { ...result, ...(expiresAt !== undefined && { expiresAt }) };
}

/**
 * @param {ApiClientFactory} clientFactory
 * @param {IntegrationConfig} config
 * @returns {Promise<ConnectionStatus>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` for invalid scopes
 */
export async function connectionStatus({ credentials, environment: { client } }, { account }) {
  const { kind, hint } = credentials;
  const { scopes: storedScopes, expiresAt, obtainedAt } = await credentials.tokenInfo();
  // A token store may return scopes of any type.
  const { scopes: scopeText } = storedScopes ? readArgument(connectionStatus, 'scopes', { scopes: storedScopes }) : {};
  const scopes = callCore(connectionStatus, () => core().parseScopes(scopeText ?? ''));
  const isKnown = scopes.length > 0;
  return {
    kind,
    ...(account && core().holdsUserTokens(kind) && { account: pick(account, ACCOUNT_MEMBERS) }),
    ...(isKnown && { scopes }),
    ...(isKnown && client && { missingScopes: callCore(connectionStatus, () => client.missingScopes(scopes.join(' '))) }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(obtainedAt !== undefined && { refreshedAt: obtainedAt }),
    ...(hint && { hint }),
    activity: credentials.activity.counters,
  };
}
