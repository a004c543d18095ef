// Checks the declarations that `require` finds. `npm test` compiles this file against the packed package, and never runs it.
import plugin = require('nocodb-bitbucket-auth');
import browser = require('nocodb-bitbucket-auth/browser');
import oauth = require('nocodb-bitbucket-auth/oauth');
import slim = require('nocodb-bitbucket-auth/slim');
import register = require('nocodb-bitbucket-auth/register');

const entry: ReturnType<typeof plugin.createEntry> = plugin.default;
const wrapper: plugin.BitbucketAuthIntegration = new entry.wrapper({ type: 'oauth' });
const error: typeof oauth.BitbucketAuthError = plugin.BitbucketAuthError;
const client: oauth.OAuthClient = oauth.createClient({ clientId: 'id', redirectUri: 'https://example.com/cb' });
const sameClient: oauth.OAuthClient = slim.createClient({ clientId: 'id', redirectUri: 'https://example.com/cb' });
const login: ReturnType<typeof browser.authorizeInPopup> = browser.authorizeInPopup({ client });
const url: string = client.authorizationUrl();

// @ts-expect-error: the authorize URL is a string
const wrong: number = client.authorizationUrl();

export = { login, wrapper, error, sameClient, url, wrong, register };
