/**
 * The command `login`: the authorization code grant with a callback on this machine (RFC 8252 section 7.3).
 *
 * In: the environment, and the user's browser. Out: whose account it is and which scopes were granted. What never happens
 * here: a token is kept, or printed unasked, or a callback is believed that the core has not judged.
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
import { plain } from './output.js';
import { requireClient } from './problems.js';
import { CannotRun, plainly } from './run.js';

/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../../pkg/core.js').OAuthCore} Client */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').Surroundings} Surroundings */

const REDIRECT_URI = 'INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI';

const TIME_LIMIT_MS = 10 * 60 * 1000;

const ELSEWHERE = 'The redirect URI is not on this machine, so the callback would not come here. Make an OAuth client with the '
  + 'callback URL http://127.0.0.1:8976/ at Bitbucket, put its Key and Secret into the variables, and say '
  + '--redirect-uri http://127.0.0.1:8976/ here.';

/**
 * @param {Options} options
 * @param {Surroundings} surroundings
 * @returns {Promise<number>}
 */
export async function run(options, { env }) {
  const { environment, client } = configured(options, env);
  try {
    const { code, codeVerifier } = await authorize(environment, client, !options['no-browser']);
    const tokens = await requestTokens(environment, () => client.buildTokenRequest(code, codeVerifier), 'authorization_code');
    const account = await fetchAccount(core().bearer(tokens.accessToken), environment);
    print('Account', account ? `${account.displayName ?? account.nickname ?? account.uuid}` : 'not told');
    print('Scopes', tokens.scopes.join(' ') || 'not told');
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
  console.log(`${`${name}:`.padEnd(15)}${plain(value)}`);
}

/**
 * @param {Options} options
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ environment: Environment, client: Client }}
 */
function configured({ 'redirect-uri': redirectUri }, env) {
  try {
    const environment = readEnvironment(typeof redirectUri === 'string' ? { ...env, [REDIRECT_URI]: redirectUri } : env);
    const client = requireClient(environment);
    // The core takes plain http on this machine only.
    if (!client.redirectUri.startsWith('http:')) throw new CannotRun(ELSEWHERE);
    return { environment, client };
  } catch (error) {
    throw new CannotRun(plainly(error));
  }
}

/**
 * Has the user log in.
 *
 * @param {Environment} environment
 * @param {Client} client
 * @param {boolean} opensBrowser
 * @returns {Promise<{ code: string, codeVerifier: string }>}
 */
async function authorize(environment, client, opensBrowser) {
  const { url, state, codeVerifier } = callCore(authorize, () => client.createAuthorizationRequest());
  const server = createServer();
  const arrived = callbackOf(server, environment, client, state);
  arrived.catch(() => {});
  await listen(server, new URL(client.redirectUri));
  try {
    await invite(url, opensBrowser);
    return { code: await arrived, codeVerifier };
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
    const cause = code === 'EADDRINUSE' ? 'Something listens there, NocoDB perhaps: use' : 'Use';
    throw new CannotRun(`The redirect URI's port cannot be listened on (${code}). ${cause} an OAuth client with another port, and `
      + '--redirect-uri.');
  }
}

/**
 * @param {string} url
 * @param {boolean} opensBrowser
 */
async function invite(url, opensBrowser) {
  if (opensBrowser) {
    try {
      await openBrowser(url);
      console.error('Log in in the browser window that opens. If there is none, stop this and say --no-browser.');
      return;
    } catch {
      // Then the user does.
    }
  }
  printAddress(url);
}

/** @param {string} url */
function printAddress(url) {
  console.error('Open this address in a browser on this machine:');
  console.log(url);
}

/**
 * Waits for the callback and judges it.
 *
 * @param {import('node:http').Server} server
 * @param {Environment} environment
 * @param {Client} client
 * @param {string} state
 * @returns {Promise<string>} the code; rejects with a `BitbucketAuthError`
 */
function callbackOf(server, { callbackPage }, client, state) {
  return new Promise((resolve, reject) => {
    // As long as the server listens, that keeps the process alive.
    const timer = setTimeout(() => reject(failure('AUTHORIZATION_TIMEOUT', 'authorize')), TIME_LIMIT_MS).unref();
    server.once('close', () => clearTimeout(timer));
    server.on('request', (request, response) => {
      const target = request.url ?? '';
      const shown = request.method === 'GET' ? callbackPage?.contentFor(target) : undefined;
      if (!shown) {
        response.writeHead(404).end();
        return;
      }
      const verdict = verdictOn(client, new URL(target, client.redirectUri).href, state);
      if (verdict instanceof BitbucketAuthError && core().isFromAnotherLogin(verdict.code)) {
        response.writeHead(400, { 'content-type': 'text/plain' }).end('This answer does not belong to the login that waits here.\n');
        return;
      }
      const { headers, body } = pageFor(shown);
      // The connection is not needed any more, and must be told all of the page before it ends.
      response.writeHead(200, { ...headers, connection: 'close' }).end(body, () => {
        if (typeof verdict === 'string') resolve(verdict);
        else reject(verdict);
      });
    });
  });
}

/**
 * @param {Client} client
 * @param {string} callback
 * @param {string} state
 * @returns {string | unknown} the code, or why there is none
 */
function verdictOn(client, callback, state) {
  try {
    // As a page that waits does: a denial is believed without a state.
    return callCore(callbackOf, () => client.validateInPage(callback, state)) ?? failure('ACCESS_DENIED', 'callback');
  } catch (error) {
    return error;
  }
}
