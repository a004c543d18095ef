// Checks the declarations of the protocol functions in projects without the declarations of the DOM. Compiled, never run.
import * as oauth from 'nocodb-bitbucket-auth/oauth';
import * as slim from 'nocodb-bitbucket-auth/slim';

const client: oauth.OAuthClient = slim.createClient({ clientId: 'id', redirectUri: 'https://example.com/cb' });
const { code }: { code: string } = client.validateAuthorizationResponse('?code=abc', client.createAuthorizationRequest());
const tokens: oauth.TokenSet = client.parseTokenResponse({
  status: 200, headers: { 'content-type': 'application/json' }, body: '{}', receivedAt: 0, grant: 'authorization_code',
});
const loaded: Promise<void> = slim.init(new Uint8Array());

// @ts-expect-error: a number is rejected as the core's source, even without the types that the DOM declares for such a source
slim.init(7);
// @ts-expect-error: an empty object is rejected as a callback, even without the types that the DOM declares for a callback
client.validateAuthorizationResponse({}, { state: 'abc' });

export { code, loaded, tokens };
