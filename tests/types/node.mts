// Checks all declarations in a Node.js project without the declarations of the DOM. Compiled, never run.
import entry, { BitbucketAuthIntegration } from 'nocodb-bitbucket-auth';
import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
import * as slim from 'nocodb-bitbucket-auth/slim';
import 'nocodb-bitbucket-auth/register';

const wrapper: BitbucketAuthIntegration = new entry.wrapper({ type: 'oauth' });
const client: oauth.OAuthClient = oauth.createClient({ clientId: 'id', redirectUri: 'https://example.com/cb' });
const { code } = client.validateAuthorizationResponse(new URL('https://example.com/cb'), { state: 'abc' });
client.validateAuthorizationResponse(new URLSearchParams(), { state: 'abc' });
client.parseTokenResponse({ status: 200, headers: new Headers(), body: '{}', receivedAt: 0, grant: 'refresh_token' });
const loaded = slim.init(fetch(new URL('core.wasm', import.meta.url)));
const login = browser.authorizeInPopup({ client, signal: AbortSignal.timeout(1) });

export { code, loaded, login, wrapper };
