/**
 * The alternative `openid-client`, with one configuration object for many logins. A single call of the library handles callback,
 * token request and token response, so these steps are measured only as part of whole logins.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the results, in the same shape for all alternatives. Never: a request
 * outside of `login`.
 */
import * as client from 'openid-client';

export const name = 'openid-client';

export const skips = {};

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  const issuer = new URL(authorizeUrl).origin;
  const server = { issuer, authorization_endpoint: authorizeUrl, token_endpoint: tokenUrl };
  const config = new client.Configuration(server, clientId, undefined, client.ClientSecretBasic(clientSecret));
  if (issuer.startsWith('http:')) client.allowInsecureRequests(config);
  const parameters = { redirect_uri: redirectUri, scope: scopes.join(' ') };

  async function start() {
    const state = client.randomState();
    const codeVerifier = client.randomPKCECodeVerifier();
    const codeChallenge = await client.calculatePKCECodeChallenge(codeVerifier);
    const url = client.buildAuthorizationUrl(config, {
      ...parameters, state, code_challenge: codeChallenge, code_challenge_method: 'S256',
    });
    return { url: url.href, state, codeVerifier, codeChallenge, redirectUri };
  }

  return {
    authorizationUrl: () => client.buildAuthorizationUrl(config, parameters).href,
    start,

    async login(authorize) {
      const { url, state, codeVerifier } = await start();
      const callback = new URL(await authorize(url));
      const tokens = await client.authorizationCodeGrant(config, callback, {
        expectedState: state, pkceCodeVerifier: codeVerifier,
      });
      return tokens.access_token;
    },
  };
}
