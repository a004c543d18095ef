// A login with Express: the user goes to Bitbucket and comes back with a code. The server exchanges the code for tokens.
import express from 'express';
import { BitbucketAuthError, createClient } from 'nocodb-bitbucket-auth/oauth';
import type { AuthorizationRequest, TokenSet } from 'nocodb-bitbucket-auth/oauth';

/** The values of a user in the session store that the server already has. */
declare function sessionOf(request: express.Request): { login?: AuthorizationRequest; tokens?: TokenSet };

const { PUBLIC_URL = 'https://app.example', BITBUCKET_KEY = '', BITBUCKET_SECRET } = process.env;

const client = createClient({
  clientId: BITBUCKET_KEY,
  clientSecret: BITBUCKET_SECRET,
  redirectUri: `${PUBLIC_URL}/callback`,
  scopes: ['account', 'pullrequest'],
});

const app = express();

app.get('/login', (request, response) => {
  const login = client.createAuthorizationRequest();
  sessionOf(request).login = login;
  response.redirect(login.url);
});

app.get('/callback', async (request, response) => {
  const session = sessionOf(request);
  const { login } = session;
  if (!login) {
    response.redirect('/login');
    return;
  }
  delete session.login;
  try {
    const { code } = client.validateAuthorizationResponse(new URL(request.originalUrl, PUBLIC_URL), login);
    const { url, ...init } = client.buildTokenRequest({ code, codeVerifier: login.codeVerifier });
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    session.tokens = client.parseTokenResponse({
      status: answer.status,
      headers: answer.headers,
      body: new Uint8Array(await answer.arrayBuffer()),
      receivedAt: Date.now(),
      grant: 'authorization_code',
    });
    response.redirect('/');
  } catch (error) {
    if (!(error instanceof BitbucketAuthError)) throw error;
    response.status(statusOf(error)).send(error.message);
  }
});

function statusOf({ code, retryable }: BitbucketAuthError): number {
  switch (code) {
    case 'ACCESS_DENIED':
      return 403;
    case 'INVALID_CLIENT':
      return 500;
    default:
      return retryable ? 503 : 400;
  }
}

/** Refreshes the tokens. Returns `undefined` if the user has to log in again. */
export async function renewed(tokens: TokenSet): Promise<TokenSet | undefined> {
  if (tokens.refreshToken === undefined) return undefined;
  const { url, ...init } = client.buildRefreshRequest({ refreshToken: tokens.refreshToken });
  const answer = await fetch(url, { ...init, redirect: 'manual' });
  try {
    return client.parseTokenResponse({
      status: answer.status,
      headers: answer.headers,
      body: await answer.text(),
      receivedAt: Date.now(),
      grant: 'refresh_token',
      previous: tokens,
    });
  } catch (error) {
    if (error instanceof BitbucketAuthError && error.reauthorize) return undefined;
    throw error;
  }
}

app.listen(3000);
