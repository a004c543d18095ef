/**
 * `oauth4webapi`: functions without a long-lived client. It has no function for the authorization URL, so this module builds
 * the URL.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the results, in the shape that all modules of this folder use. Never:
 * a request to a server. The hook `customFetch` receives each request, and sends nothing.
 */
import * as oauth from 'oauth4webapi';

export const name = 'oauth4webapi';

export const skips = {
  callback: 'origin and path; malformed percent-encoding',
  refused: 'origin and path; malformed percent-encoding',
  tokens: 'characters of tokens; duplicate members',
};

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  const server = {
    issuer: new URL(authorizeUrl).origin, authorization_endpoint: authorizeUrl, token_endpoint: tokenUrl,
  };
  const client = { client_id: clientId };
  const authenticate = oauth.ClientSecretBasic(clientSecret);
  // The library builds a token request only from a callback that it has validated. The callback of each code is validated only
  // once, so that the time of the later token requests with this code does not include the validation.
  const callbacks = new Map();
  function callbackWith(code) {
    if (!callbacks.has(code)) {
      callbacks.clear();
      callbacks.set(code, oauth.validateAuthResponse(server, client, new URLSearchParams({ code, state: 's' }), 's'));
    }
    return callbacks.get(code);
  }

  return {
    async start() {
      const state = oauth.generateRandomState();
      const codeVerifier = oauth.generateRandomCodeVerifier();
      const codeChallenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
      const url = new URL(authorizeUrl);
      url.search = new URLSearchParams({
        response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: scopes.join(' '), state,
        code_challenge: codeChallenge, code_challenge_method: 'S256',
      });
      return { url: url.href, state, codeVerifier, codeChallenge, redirectUri };
    },

    callback: (callback, { state }) =>
      ({ code: oauth.validateAuthResponse(server, client, new URL(callback), state).get('code') }),

    request({ code, codeVerifier }) {
      return new Promise((resolve, reject) => {
        const take = (url, { method, headers, body }) => {
          resolve({ method, url, headers, body });
          return new Promise(() => {});
        };
        oauth.authorizationCodeGrantRequest(
          server, client, authenticate, callbackWith(code), redirectUri, codeVerifier,
          { [oauth.customFetch]: take, [oauth.allowInsecureRequests]: true },
        ).catch(reject);
      });
    },

    async tokens({ status, headers, body, receivedAt }) {
      const response = new Response(body, { status, headers });
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
      return {
        accessToken: tokens.access_token,
        tokenType: tokens.token_type,
        refreshToken: tokens.refresh_token,
        expiresAt: receivedAt + tokens.expires_in * 1000,
        scopes: tokens.scope.split(' '),
      };
    },
  };
}
