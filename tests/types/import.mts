// Checks the declarations that `import` finds. `npm test` compiles this file against the packed package, and never runs it.
import entry, { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
import * as slim from 'nocodb-bitbucket-auth/slim';
import 'nocodb-bitbucket-auth/register';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(_: T): void => undefined;

const wrapper: BitbucketAuthIntegration = new entry.wrapper({ type: 'oauth' });
holds<Same<typeof entry, ReturnType<typeof createEntry>>>(true);
holds<Same<typeof oauth.BitbucketAuthError, typeof BitbucketAuthError>>(true);

const client: oauth.OAuthClient = oauth.createClient({ clientId: 'id', redirectUri: 'https://example.com/cb' });
holds<Same<ReturnType<typeof client.authorizationUrl>, string>>(true);
const { state } = client.createAuthorizationRequest();
const { code } = client.validateAuthorizationResponse(new URL('https://example.com/cb'), { state });
const request = client.buildTokenRequest({ code });
holds<Same<typeof request.headers, Record<string, string>>>(true);

// @ts-expect-error: the redirect URI is required
oauth.createClient({ clientId: 'id' });
// @ts-expect-error: the state is required
client.validateAuthorizationResponse('https://example.com/cb');

const login: Promise<{ code: string; code_verifier: string } | null> = browser.authorizeInPopup({ client });

// @ts-expect-error: the bytes of the core are required
slim.init();
const loaded: Promise<void> = slim.init(fetch('/core.wasm'));
holds<Same<typeof slim.OAuthClient, typeof oauth.OAuthClient>>(true);

export { loaded, login, wrapper };
