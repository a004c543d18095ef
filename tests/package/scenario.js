/**
 * What every runtime must be able to do with the protocol functions, whichever tool bundled them.
 *
 * In: the module `nocodb-bitbucket-auth/oauth` (or `/slim`, with its core loaded). Out: what its functions returned, as
 * data, for the test to check. Never: anything that only some runtimes have, or an import.
 *
 * @param {typeof import('nocodb-bitbucket-auth/oauth')} oauth
 */
export async function scenario({ createClient, init, BitbucketAuthError }) {
  await init();
  const redirectUri = 'https://nocodb.example/dashboard/';
  const client = createClient({ clientId: 'the-key', redirectUri });
  const { url, state, codeVerifier } = client.createAuthorizationRequest();
  const { code } = client.validateAuthorizationResponse(`${redirectUri}?code=the-code&state=${state}`, { state });
  const request = client.buildTokenRequest({ code, codeVerifier });
  const tokens = client.parseTokenResponse({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"access_token":"the-token","token_type":"bearer","expires_in":7200,"scopes":"account repository"}',
    receivedAt: 1_700_000_000_000,
    grant: 'authorization_code',
    request,
  });
  let refused;
  try {
    client.validateAuthorizationResponse(`${redirectUri}?code=the-code&state=another`, { state });
  } catch (error) {
    refused = { ours: error instanceof BitbucketAuthError, code: /** @type {{ code?: unknown }} */ (error).code };
  }
  return { url, state, codeVerifier, code, body: request.body, tokens, refused };
}
