/**
 * The command `login`: the authorization code grant with a callback on this machine (RFC 8252 section 7.3).
 *
 * In: the environment, and the user's browser. Out: the account and the granted scopes. Never: a stored token, a printed token
 * without `--show-tokens`, or the use of a callback that the core has not validated.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import '../../pkg/inlined/core.wasm.js';
import { fetchAccount } from '../api/probe.js';
import { core, failure } from '../core.js';
import { BitbucketAuthError, callCore } from '../error.js';
import { pageFor } from '../nocodb/callback-page.js';
import { readEnvironment } from '../nocodb/environment.js';
import { requestTokens } from '../token-endpoint.js';
import { openBrowser } from './open-browser.js';
import { stripControlCharacters } from './output.js';
import { requireClient } from './problems.js';
import { UsageError, describeError } from './run.js';

/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../../pkg/core.js').OAuthCore} Client */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').ProcessInfo} ProcessInfo */

const REDIRECT_URI = 'INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI';

const TIMEOUT_MS = 10 * 60 * 1000;

const NOT_LOOPBACK = 'The redirect URI is not on this machine, so this command cannot receive the callback. Create an OAuth client '
  + 'with the callback URL http://127.0.0.1:8976/ at Bitbucket, set the variables to its Key and Secret, and add the option '
  + '--redirect-uri http://127.0.0.1:8976/.';

/**
 * @param {Options} options
 * @param {ProcessInfo} processInfo
 * @returns {Promise<number>}
 */
export async function run(options, { env }) {
  const { environment, client } = readConfiguration(options, env);
  try {
    const { code, codeVerifier } = await authorize(environment, client, !options['no-browser']);
    const tokens = await requestTokens(environment, () => client.buildTokenRequest(code, codeVerifier), 'authorization_code');
    const account = await fetchAccount(core().bearer(tokens.accessToken), environment);
    print('Account', account ? `${account.displayName ?? account.nickname ?? account.uuid}` : 'unknown');
    print('Scopes', tokens.scopes.join(' ') || 'unknown');
    const missing = callCore(run, () => client.missingScopes(tokens.scopes.join(' ')));
    if (tokens.scopes.length > 0 && missing.length > 0) print('Missing', missing.join(' '));
    if (tokens.expiresAt !== undefined) print('Expires', new Date(tokens.expiresAt).toISOString());
    if (options['show-tokens']) {
      print('Access token', tokens.accessToken);
      if (tokens.refreshToken !== undefined) print('Refresh token', tokens.refreshToken);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof BitbucketAuthError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** @param {string} name @param {string} value */
function print(name, value) {
  console.log(`${`${name}:`.padEnd(15)}${stripControlCharacters(value)}`);
}

/**
 * @param {Options} options
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ environment: Environment, client: Client }}
 */
function readConfiguration({ 'redirect-uri': redirectUri }, env) {
  try {
    const environment = readEnvironment(typeof redirectUri === 'string' ? { ...env, [REDIRECT_URI]: redirectUri } : env);
    const client = requireClient(environment);
    // The core allows plain http for loopback URLs only.
    if (!client.redirectUri.startsWith('http:')) throw new UsageError(NOT_LOOPBACK);
    return { environment, client };
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

/**
 * Lets the user log in with a browser.
 *
 * @param {Environment} environment
 * @param {Client} client
 * @param {boolean} opensBrowser
 * @returns {Promise<{ code: string, codeVerifier: string }>}
 */
async function authorize(environment, client, opensBrowser) {
  const { url, state, codeVerifier } = callCore(authorize, () => client.createAuthorizationRequest());
  const server = createServer();
  const code = receiveCallback(server, environment, client, state);
  code.catch(() => {});
  await listen(server, new URL(client.redirectUri));
  try {
    await openOrPrint(url, opensBrowser);
    return { code: await code, codeVerifier };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/**
 * @param {import('node:http').Server} server
 * @param {URL} redirectUri
 */
async function listen(server, { hostname, port }) {
  try {
    server.listen(Number(port) || 80, hostname.replace(/^\[|\]$/g, ''));
    await once(server, 'listening');
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    const cause = code === 'EADDRINUSE' ? 'Another process, perhaps NocoDB, uses the port. ' : '';
    throw new UsageError(`Cannot listen on the redirect URI's port (${code}). ${cause}Choose an OAuth client whose callback URL `
      + 'has another port, and set --redirect-uri.');
  }
}

/**
 * @param {string} url
 * @param {boolean} opensBrowser
 */
async function openOrPrint(url, opensBrowser) {
  if (opensBrowser) {
    try {
      await openBrowser(url);
      console.error('Log in to Bitbucket in the browser window that opens. If no window opens, stop this command and add --no-browser.');
      return;
    } catch {
      // If no browser could be started, the user has to open the printed URL.
    }
  }
  printUrl(url);
}

/** @param {string} url */
function printUrl(url) {
  console.error('Open this URL in a browser on this machine:');
  console.log(url);
}

/**
 * Waits for the callback. The core validates it.
 *
 * @param {import('node:http').Server} server
 * @param {Environment} environment
 * @param {Client} client
 * @param {string} state
 * @returns {Promise<string>} the code; rejects with a `BitbucketAuthError`
 */
function receiveCallback(server, { callbackPage }, client, state) {
  return new Promise((resolve, reject) => {
    // The timer need not keep the process alive, because the listening server does.
    const timer = setTimeout(() => reject(failure('AUTHORIZATION_TIMEOUT', 'authorize')), TIMEOUT_MS).unref();
    server.once('close', () => clearTimeout(timer));
    server.on('request', (request, response) => {
      const target = request.url ?? '';
      const shown = request.method === 'GET' ? callbackPage?.contentFor(target) : undefined;
      if (!shown) {
        response.writeHead(404).end();
        return;
      }
      const result = codeOrError(client, new URL(target, client.redirectUri).href, state);
      if (result instanceof BitbucketAuthError && core().isFromAnotherLogin(result.code)) {
        response.writeHead(400, { 'content-type': 'text/plain' }).end('This callback belongs to another login.\n');
        return;
      }
      const { headers, body } = pageFor(shown);
      // The promise settles only after the page was sent, because `authorize` closes all connections as soon as it settles.
      response.writeHead(200, { ...headers, connection: 'close' }).end(body, () => {
        if (typeof result === 'string') resolve(result);
        else reject(result);
      });
    });
  });
}

/**
 * @param {Client} client
 * @param {string} callback
 * @param {string} state
 * @returns {string | unknown} the code, or the error that says why there is no code
 */
function codeOrError(client, callback, state) {
  try {
    // The same rule applies as in a popup: a denial is accepted without a state.
    return callCore(receiveCallback, () => client.validateInPage(callback, state)) ?? failure('ACCESS_DENIED', 'callback');
  } catch (error) {
    return error;
  }
}
