/**
 * Helpers for the tests of the simulator: requests as clients, browsers and attackers send them, and assertions about errors.
 *
 * In: a running simulator. Out: `{ status, headers, body }` of a response. Never: a redirect that a token request or the browser
 * follows.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { startBitbucket } from '../../demo/bitbucket/server.js';

export const CALLBACK = 'https://nocodb.example.com/dashboard/';

export const FORM = 'application/x-www-form-urlencoded';

export const WRONG_CREDENTIALS = [400, 'unauthorized_client', 'Invalid OAuth client credentials'];

/** Runs `body` with a simulator of its own. */
export async function withBitbucket(options, body) {
  const bb = await startBitbucket({ clients: [{ callback: CALLBACK }], ...options });
  try {
    return await body(bb);
  } finally {
    await bb.close();
  }
}

export const basic = ({ key, secret }) => `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
export const bearer = (token) => `Bearer ${token}`;

export function authorizeUrl(bb, parameters = {}) {
  const all = {
    response_type: 'code',
    client_id: bb.client.key,
    redirect_uri: CALLBACK,
    state: 's',
    ...parameters,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${bb.authorizeUrl}?${new URLSearchParams(given)}`;
}

/** Sends a token request, and returns the response with its parsed body. */
export async function post(bb, body, headers = {}) {
  const response = await fetch(bb.tokenUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': FORM, authorization: basic(bb.client), ...headers },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export function assertRefused({ status, body, headers }, [expectedStatus, error, description]) {
  assert.deepEqual([status, body.error, body.error_description], [expectedStatus, error, description]);
  assert.deepEqual(Object.keys(body).sort(), ['error', 'error_description']);
  assert.match(headers.get('content-type'), /^application\/json/);
}

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Lets a user consent, and returns the code. The authorization request has a PKCE challenge only if the test passes one. */
export async function getCode(bb, parameters) {
  const callback = new URL(await bb.authorize(authorizeUrl(bb, parameters), { grant: true }));
  const code = callback.searchParams.get('code');
  assert.ok(code, 'the callback has no code');
  return code;
}

/** Lets a user consent, exchanges the code, and returns the body of the token response. */
export async function connect(bb, parameters) {
  const code = await getCode(bb, parameters);
  const { status, body } = await post(bb, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
  assert.equal(status, 200);
  return body;
}

export const refresh = (bb, refreshToken, extra = {}) =>
  post(bb, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...extra,
  });

export async function get(bb, path, authorization) {
  const url = path.startsWith('http') ? path : bb.apiUrl + path;
  const response = await fetch(url, { headers: authorization ? { authorization } : {} });
  const body = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text: body,
    body: isJson ? JSON.parse(body) : undefined,
  };
}

export function assertApiError({ status, body }, expectedStatus, message) {
  assert.deepEqual([status, body.type, body.error.message], [expectedStatus, 'error', message]);
}

/** A browser that follows no redirects, and keeps the last cookie. */
export class Browser {
  cookie = '';

  async request(url, { form } = {}) {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: { cookie: this.cookie, ...(form ? { 'content-type': FORM } : {}) },
      body: form ? new URLSearchParams(form).toString() : undefined,
    });
    const cookie = response.headers.getSetCookie()[0];
    if (cookie) this.cookie = cookie.split(';')[0];
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      page: await response.text(),
    };
  }

  async logIn(bb, url) {
    const next = url.slice(bb.origin.length);
    return this.request(`${bb.origin}/site/signin`, { form: { next, username: 'dana', password: 'dana' } });
  }

  async consentPage(bb, url) {
    await this.logIn(bb, url);
    const { page } = await this.request(url);
    return { page, requestId: /name="request" value="([^"]+)"/.exec(page)[1] };
  }
}
