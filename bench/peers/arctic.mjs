/**
 * The alternative `arctic`, with one client object for many logins. arctic leaves the comparison of the state to its callers, so
 * this module has no callback operation. arctic sends requests with the global `fetch`, which this module replaces during the
 * measurement.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the results, in the shape that all modules of this folder use. Never:
 * a request to a server, except in `login`.
 */
import { CodeChallengeMethod, OAuth2Client, OAuth2Tokens, generateCodeVerifier, generateState } from 'arctic';

export const name = 'arctic';

export const skips = {
  request: 'code, verifier; encoding of Key and Secret',
  tokens: 'media type, size, characters of tokens, lifetime, duplicate members',
};

/** Operations in which arctic returns the members of a response without validating them. */
export const unchecked = ['tokens'];

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  const client = new OAuth2Client(clientId, clientSecret, redirectUri);

  return {
    start() {
      const state = generateState();
      const codeVerifier = generateCodeVerifier();
      const url = client.createAuthorizationURLWithPKCE(
        authorizeUrl, state, CodeChallengeMethod.S256, codeVerifier, scopes,
      );
      return { url: url.href, state, codeVerifier, redirectUri };
    },

    request({ code, codeVerifier }) {
      const { fetch } = globalThis;
      let sent;
      // arctic calls `fetch` before it awaits anything, so `fetch` can be restored right after the call.
      globalThis.fetch = (request) => {
        sent = request;
        return new Promise(() => {});
      };
      client.validateAuthorizationCode(tokenUrl, code, codeVerifier);
      globalThis.fetch = fetch;
      return { method: sent.method, url: sent.url, headers: sent.headers, body: sent };
    },

    tokens({ body, receivedAt }) {
      const tokens = new OAuth2Tokens(JSON.parse(body));
      return {
        accessToken: tokens.accessToken(),
        tokenType: tokens.tokenType(),
        refreshToken: tokens.refreshToken(),
        expiresAt: receivedAt + tokens.accessTokenExpiresInSeconds() * 1000,
        scopes: tokens.scopes(),
      };
    },

    async login(authorize) {
      const state = generateState();
      const codeVerifier = generateCodeVerifier();
      const url = client.createAuthorizationURLWithPKCE(
        authorizeUrl, state, CodeChallengeMethod.S256, codeVerifier, scopes,
      );
      const callback = new URL(await authorize(url.href));
      if (callback.searchParams.get('state') !== state) throw new Error('the callback has another state');
      const tokens = await client.validateAuthorizationCode(tokenUrl, callback.searchParams.get('code'), codeVerifier);
      return tokens.accessToken();
    },
  };
}
