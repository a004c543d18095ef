/**
 * `simple-oauth2`: a client object for many logins, without PKCE, state or callback. Its requests cannot be built without sending
 * them.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the results, in the same shape for all alternatives. Never: a request
 * over the network, except in `login`.
 */
import { randomBytes } from 'node:crypto';
import { AuthorizationCode } from 'simple-oauth2';

export const name = 'simple-oauth2';

export const skips = {
  tokens: 'everything except the JSON syntax',
};

/** Operations in which simple-oauth2 returns the members of a response without validating them. */
export const unchecked = ['tokens'];

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  const { origin, pathname } = new URL(authorizeUrl);
  const client = new AuthorizationCode({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost: origin, tokenPath: new URL(tokenUrl).pathname, authorizePath: pathname },
  });
  const parameters = { redirect_uri: redirectUri, scope: scopes };

  return {
    authorizationUrl: () => client.authorizeURL(parameters),

    tokens({ body, receivedAt }) {
      const { token } = client.createToken(JSON.parse(body));
      return {
        accessToken: token.access_token,
        tokenType: token.token_type,
        refreshToken: token.refresh_token,
        expiresAt: receivedAt + token.expires_in * 1000,
        scopes: token.scope.split(' '),
      };
    },

    async login(authorize) {
      const state = randomBytes(32).toString('base64url');
      const callback = new URL(await authorize(client.authorizeURL({ ...parameters, state })));
      if (callback.searchParams.get('state') !== state) throw new Error('the callback has another state');
      const { token } = await client.getToken({ code: callback.searchParams.get('code'), redirect_uri: redirectUri });
      return token.access_token;
    },
  };
}
