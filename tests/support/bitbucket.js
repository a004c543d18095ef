/**
 * A simulator of Bitbucket for one test, and a user who connects to it.
 *
 * In: the simulator's options. Out: a running simulator, an authorization code with its verifier, and the config that
 * NocoDB stores. Never: a request to the real Bitbucket.
 */
import { createClient } from 'nocodb-bitbucket-auth/oauth';
import { startBitbucket } from '../../demo/bitbucket/server.js';

const CALLBACK = 'http://127.0.0.1:8080/dashboard/';

/** Starts a simulator that stops after the test. */
export async function startSimulator(t, options) {
  const bitbucket = await startBitbucket({ clients: [{ callback: CALLBACK }], ...options });
  t.after(() => bitbucket.close());
  return bitbucket;
}

/**
 * Returns the values that NocoDB's GUI has after a user granted access: a code that was not exchanged yet, and its verifier.
 *
 * @param {{ client: { key: string, callback: string, scopes: string[] }, authorizeUrl: string,
 *   authorize: (url: string, decision: object) => Promise<string> }} bitbucket
 * @param {{ user?: string, grant?: boolean }} [decision] `user` is a nickname
 */
export async function authorizationCode(bitbucket, { user, grant = true } = {}) {
  const { key, callback, scopes } = bitbucket.client;
  const client = createClient({
    clientId: key, redirectUri: callback, scopes, endpoints: { authorizeUrl: bitbucket.authorizeUrl },
  });
  const { url, state, codeVerifier } = client.createAuthorizationRequest();
  const { code } = client.validateAuthorizationResponse(await bitbucket.authorize(url, { user, grant }), { state });
  return { code, code_verifier: codeVerifier };
}

/** Connects a user, and returns the config that NocoDB stores. */
export const connectUser = async (bitbucket, Wrapper, decision) => (
  new Wrapper({}).exchangeToken({ code: await authorizationCode(bitbucket, decision) }));

/** Sends a token request without the plugin, as another program with the same Key and Secret could. */
export async function requestTokens(bitbucket, parameters) {
  const { key, secret } = bitbucket.client;
  const response = await fetch(bitbucket.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, ...await response.json() };
}
