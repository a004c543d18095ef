/**
 * The seven operations of a login that are measured, with their inputs, expected results and goals.
 *
 * In: nothing. Out: the operations. Never: a measurement, or a real secret.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

export const SETTINGS = {
  clientId: 'kQ7xYf2Lm9Rb4TzVhN',
  clientSecret: 'an-obviously-fake-secret-of-32-c',
  redirectUri: 'https://nocodb.example/dashboard/',
  scopes: ['repository', 'repository:write', 'pullrequest', 'pullrequest:write', 'issue', 'issue:write', 'account'],
  authorizeUrl: 'https://bitbucket.org/site/oauth2/authorize',
  tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
};

const STATE = 'c3RhdGUtdGhhdC13YXMtc2VudC10by1CaXRidWNrZXQ';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CALLBACK = `${SETTINGS.redirectUri}?state=${STATE}&code=`.padEnd(300, 'aB3dE5fG7h');
const CODE = CALLBACK.slice(CALLBACK.lastIndexOf('=') + 1);

/** A response of about this many bytes, whose tokens consist of the characters of JWTs. */
export function answerOf(bytes) {
  const answer = (length) => ({
    access_token: 'fake.'.padEnd(Math.ceil(length / 2), 'aB3dE5fG7h_-.'),
    scope: 'repository repository:write pullrequest account',
    token_type: 'bearer',
    expires_in: 7200,
    refresh_token: 'fake.'.padEnd(Math.floor(length / 2), 'aB3dE5fG7h_-.'),
    state: 'authorization_code',
  });
  const length = bytes - JSON.stringify(answer(0)).length;
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(answer(Math.max(length + 10, 40))),
    receivedAt: 1_800_000_000_000,
    grant: 'authorization_code',
  };
}

/** The parameters of a query or of a form, sorted because their order does not matter. */
const pairs = (text) => [...new URLSearchParams(text)].map((pair) => pair.join('=')).sort();

function addressOf(text) {
  const { origin, pathname, searchParams } = new URL(text);
  return { place: origin + pathname, parameters: pairs(searchParams.toString()) };
}

/** Checks the random values of a login, and returns the login without them. */
function loginOf({ url, state, codeVerifier, codeChallenge, redirectUri }) {
  const sent = new URL(url).searchParams;
  const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
  assert.ok(state.length >= 43 && codeVerifier.length >= 43, 'values of 256 bits');
  assert.equal(sent.get('state'), state);
  assert.equal(sent.get('code_challenge'), challenge);
  if (codeChallenge !== undefined) assert.equal(codeChallenge, challenge);
  for (const name of ['state', 'code_challenge']) sent.delete(name);
  return { place: url.split('?')[0], parameters: pairs(sent.toString()), redirectUri };
}

/** Key and Secret as a server decodes them: some contestants percent-encode more characters than others. */
const credentials = (header) => pairs(Buffer.from(header.split(' ')[1], 'base64').toString().replace(':', '='));

async function requestOf({ method, url, headers, body }) {
  const sent = new Headers(headers);
  const text = body instanceof Request ? await body.text() : body.toString();
  const type = sent.get('content-type').split(';')[0];
  return { method, url, type, basic: credentials(sent.get('authorization')), body: pairs(text) };
}

/**
 * @typedef {object} Operation
 * @property {string} title
 * @property {string} uses name of the contestants' function
 * @property {unknown[]} given the arguments of that function
 * @property {(result: any) => void} [read] reads a character of the result's string, so that the string has to exist
 * @property {(result: any) => unknown} result returns the part of the result that must be equal for all contestants; for a
 *   `refused` operation, the argument is the error
 * @property {number} byLibrary the goal: at least how many times as fast as the fastest library
 * @property {boolean} [refused]
 */

/** @type {Record<string, Operation>} */
export const OPERATIONS = {
  authorizationUrl: {
    title: 'authorize URL', uses: 'authorizationUrl', given: [], result: addressOf, byLibrary: 8,
  },
  start: {
    title: 'start of a login: random values, S256, URL', uses: 'start', given: [], read: ({ url }) => url.charCodeAt(0),
    result: loginOf, byLibrary: 1.8,
  },
  callback: {
    title: 'callback, 300 bytes', uses: 'callback', given: [CALLBACK, { state: STATE }], result: ({ code }) => code,
    byLibrary: 1,
  },
  refused: {
    title: 'callback rejected (wrong state), as an Error', uses: 'callback',
    given: [CALLBACK, { state: STATE.replace('c3', 'C3') }], result: (error) => error instanceof Error, refused: true,
    byLibrary: 1,
  },
  request: {
    title: 'token request with Basic header', uses: 'request', given: [{ code: CODE, codeVerifier: VERIFIER }],
    read: ({ body }) => typeof body === 'string' && body.charCodeAt(0), result: requestOf, byLibrary: 1.1,
  },
  small: {
    title: 'token response, 300 bytes', uses: 'tokens', given: [answerOf(300)], result: (tokens) => ({ ...tokens }),
    byLibrary: 1.5,
  },
  large: {
    title: 'token response, 6 KB', uses: 'tokens', given: [answerOf(6000)], result: (tokens) => ({ ...tokens }),
    byLibrary: 1.5,
  },
};
