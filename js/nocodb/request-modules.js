/**
 * The modules that send requests and keep tokens for them.
 *
 * In: nothing. Out: those modules. This file contains no code of its own. It loads Axios and undici, so only
 * load-request-modules.js may import it.
 */

export { ApiClientFactory } from '../api/client-factory.js';
export { maySucceedAfterRefresh, tokenErrorOf } from '../api/client.js';
export { fetchAccount } from '../api/probe.js';
export { createCredentials } from '../credentials.js';
export { requestTokens, requireClient } from '../token-endpoint.js';
export { keeperOf } from '../token-keeper.js';
export { connectionStatus, testConnection } from './connection-test.js';
export { listRepositories, listWorkspaces } from './lists.js';
