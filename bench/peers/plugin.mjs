/**
 * This package, used as applications use it.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the results, in the shape that every module in peers/ returns. Never:
 * a network request.
 */
import { createClient } from 'nocodb-bitbucket-auth/oauth';

export const name = 'nocodb-bitbucket-auth';

export const skips = {};

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  const client = createClient({
    clientId, clientSecret, redirectUri, scopes, endpoints: { authorizeUrl, tokenUrl },
  });
  return {
    authorizationUrl: () => client.authorizationUrl(),
    start: () => client.createAuthorizationRequest(),
    callback: (callback, expected) => client.validateAuthorizationResponse(callback, expected),
    request: (grant) => client.buildTokenRequest(grant),
    tokens: (response) => client.parseTokenResponse(response),
  };
}
