/**
 * Shared helpers for the tests of the API client: a client for a server whose responses a test determines, one credential of each
 * kind, and an assertion that a value contains none of these credentials.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

export const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

export const CREDENTIALS = {
  oauth: { type: 'oauth', oauth_token: 'the-oauth-token', refresh_token: 'the-refresh-token' },
  api_key: { type: 'api_key', token: 'the-access-token' },
  basic: { type: 'basic', email: 'dana@example.com', token: 'the-api-token' },
  custom: { type: 'custom' },
};
export const HEADERS = {
  oauth: 'Bearer the-oauth-token',
  api_key: 'Bearer the-access-token',
  basic: `Basic ${Buffer.from('dana@example.com:the-api-token').toString('base64')}`,
  custom: 'Bearer the-own-token',
};

export const ok = (_request, response) => json(response, 200, { type: 'user' });
export const giveTokens = (_request, response) => json(response, 200, {
  access_token: 'the-own-token', token_type: 'bearer', expires_in: 3600, scopes: 'account',
});

/** Returns a client for a server that responds to API requests with `api` and to token requests with `token`. */
export async function clientOf(t, { kind = 'api_key', api = ok, token = giveTokens, variables = UNLIMITED } = {}) {
  const all = await serve(t, (request, response, body) => (
    request.url.startsWith('/site/') ? token(request, response, body) : api(request, response, body)
  ));
  const { wrapper: Wrapper } = createEntry(environment(all.origin, variables));
  const wrapper = new Wrapper(CREDENTIALS[kind]);
  return {
    wrapper,
    client: await wrapper.authenticate(),
    origin: all.origin,
    get requests() {
      return all.requests.filter(({ url }) => !url.startsWith('/site/'));
    },
    get tokenRequests() {
      return all.requests.filter(({ url }) => url.startsWith('/site/'));
    },
  };
}

/** Starts a simulator, which stops after the test. */
export async function simulator(t, options = {}, variables = {}) {
  const bitbucket = await startSimulator(t, {
    backend: 'newer', clients: [{ private: true, callback: 'http://127.0.0.1:8080/dashboard/' }], ...options,
  });
  return { bitbucket, Wrapper: createEntry(simulatorEnvironment(bitbucket, variables)).wrapper };
}

/** Makes the pauses before retries end at once, and returns their lengths. */
export function withoutPauses(t) {
  const pauses = [];
  const { setTimeout: original } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (callback, ms, ...rest) => {
    // All other timers keep their time, because time limits must still work.
    const isPause = new Error().stack.includes('axios-retry');
    if (isPause) pauses.push(ms);
    return original(callback, isPause ? 0 : ms, ...rest);
  });
  return pauses;
}

/** Everything that a value shows, at any depth. */
export const everythingOf = (value) => [
  inspect(value, { depth: 30, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  String(value?.stack), JSON.stringify(value), JSON.stringify(value?.toJSON?.()),
].join('\n');

export const assertNoCredential = (value) => assert.doesNotMatch(
  everythingOf(value),
  new RegExp(`the-(oauth|access|api|refresh|own)-token|the-secret|${HEADERS.basic.slice(6)}|${btoa('the-key:the-secret')}`),
);

// Ends a test that would otherwise wait for ever.
export const PATIENT = { timeout: 60_000 };
