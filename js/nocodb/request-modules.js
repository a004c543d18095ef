/**
 * What a connection needs as soon as it is used: all that sends requests, and keeps tokens for them.
 *
 * In: nothing. Out: those modules. What never happens here: anything else; load-request-modules.js loads this file, and nothing may
 * import it at the start, as Axios and undici come with it.
 */

export { ApiClientFactory } from '../api/client-factory.js';
export { isCuredByRenewal, tokenErrorOf } from '../api/client.js';
export { fetchAccount } from '../api/probe.js';
export { createCredentials } from '../credentials.js';
export { clientOf, requestTokens } from '../token-endpoint.js';
export { keeperOf } from '../token-keeper.js';
export { connectionStatus, testConnection } from './connection-test.js';
export { listRepositories, listWorkspaces } from './lists.js';
