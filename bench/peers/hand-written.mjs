/**
 * The code that a careful developer writes without a library: `URL`, `URLSearchParams`, `node:crypto`, `JSON.parse`.
 *
 * In: the settings and inputs of speed/operations.mjs. Out: the same results as the package, in the same shape. This module makes
 * every check of the core except two: `JSON.parse` does not report two members with the same name, and `URLSearchParams` does not
 * report malformed input. `skips` lists these exceptions.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN = /^[\x21-\x7e]+$/;
const MAX_TOKEN_LENGTH = 65_536;
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
const CONTROL = /[\0-\x1f\x7f-\x9f]/;
const SPACE_OR_CONTROL = /[\0-\x20\x7f-\x9f]/;
const JSON_TYPE = /^application\/(?:[^;]+\+)?json\s*(?:;|$)/i;
const MAX_CALLBACK_LENGTH = 65_536;
const MAX_BODY_LENGTH = 1_048_576;
const MAX_LIFETIME = 10 * 365 * 86_400;
const MAX_SCOPES = 1000;
const SINGLE_PARAMETERS = ['response', 'id_token', 'token', 'access_token', 'iss', 'state', 'error', 'error_description',
  'error_uri', 'code'];
const UNSUPPORTED = ['response', 'id_token', 'token', 'access_token'];

const isToken = (value) => typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH && TOKEN.test(value);

class AuthError extends Error {
  constructor(code, phase, message, fields) {
    super(message);
    this.name = 'AuthError';
    this.code = code;
    this.phase = phase;
    this.retryable = false;
    this.reauthorize = false;
    Object.assign(this, fields);
  }
}

export const name = 'hand-written';

export const skips = {
  callback: 'malformed percent-encoding',
  refused: 'malformed percent-encoding',
  tokens: 'duplicate members',
};

export function create({ clientId, clientSecret, redirectUri, scopes, authorizeUrl, tokenUrl }) {
  // Parsed once per client, as in the package.
  const redirect = new URL(redirectUri);
  const { origin: issuer } = new URL(authorizeUrl);
  const form = (text) => new URLSearchParams([['', text]]).toString().slice(1);

  const refused = (code, message) => new AuthError(code, 'callback', message);

  function authorizationUrlWith(more) {
    const url = new URL(authorizeUrl);
    const query = url.searchParams;
    query.set('response_type', 'code');
    query.set('client_id', clientId);
    query.set('redirect_uri', redirectUri);
    query.set('scope', scopes.join(' '));
    for (const [key, value] of Object.entries(more)) query.set(key, value);
    return url.href;
  }

  return {
    authorizationUrl: () => authorizationUrlWith({}),

    start() {
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(32).toString('base64url');
      const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
      const url = authorizationUrlWith({ state, code_challenge: codeChallenge, code_challenge_method: 'S256' });
      return { url, state, codeVerifier, codeChallenge, redirectUri };
    },

    callback(callback, { state }) {
      if (typeof callback !== 'string' || typeof state !== 'string' || state === '') {
        throw new AuthError('INVALID_ARGUMENT', 'callback', 'callback and state must be strings');
      }
      if (callback.length > MAX_CALLBACK_LENGTH || SPACE_OR_CONTROL.test(callback)) {
        throw refused('CALLBACK_INVALID', 'The callback is malformed');
      }
      let url;
      try {
        url = new URL(callback);
      } catch {
        throw refused('CALLBACK_INVALID', 'The callback is malformed');
      }
      if (url.origin !== redirect.origin || url.pathname !== redirect.pathname) {
        throw refused('CALLBACK_INVALID', 'The callback is not at the redirect URI');
      }
      const query = url.searchParams;
      const seen = new Set();
      for (const key of query.keys()) {
        if (!SINGLE_PARAMETERS.includes(key)) continue;
        if (seen.has(key)) throw refused('CALLBACK_DUPLICATE_PARAMETER', `The callback has ${key} twice`);
        seen.add(key);
      }
      if (UNSUPPORTED.some((key) => seen.has(key))) {
        throw refused('CALLBACK_UNSUPPORTED_RESPONSE', 'The callback contains a parameter that was not requested');
      }
      if (seen.has('iss') && query.get('iss') !== issuer) throw refused('ISSUER_MISMATCH', 'The callback is from another issuer');
      const received = query.get('state');
      if (!received) throw refused('STATE_MISSING', 'The callback contains no state');
      const [one, other] = [Buffer.from(received), Buffer.from(state)];
      if (one.length !== other.length || !timingSafeEqual(one, other)) {
        throw refused('STATE_MISMATCH', 'The callback does not belong to this login');
      }
      const error = query.get('error');
      if (error) {
        const code = error === 'access_denied' ? 'ACCESS_DENIED' : 'AUTHORIZATION_FAILED';
        throw refused(code, 'Bitbucket rejected the authorization request');
      }
      const code = query.get('code');
      if (!code) throw refused('CODE_MISSING', 'The callback contains no code');
      if (code.length > 4096 || CONTROL.test(code)) throw refused('CALLBACK_INVALID', 'The code is malformed');
      return { code };
    },

    request({ code, codeVerifier }) {
      if (typeof code !== 'string' || code === '' || code.length > 4096 || CONTROL.test(code)) {
        throw new AuthError('INVALID_ARGUMENT', 'exchange', 'code is malformed');
      }
      if (!VERIFIER.test(codeVerifier)) {
        throw new AuthError('INVALID_ARGUMENT', 'exchange', 'codeVerifier is malformed');
      }
      const body = new URLSearchParams({
        grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier,
      });
      return {
        method: 'POST',
        url: tokenUrl,
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/x-www-form-urlencoded',
          Authorization: `Basic ${Buffer.from(`${form(clientId)}:${form(clientSecret)}`).toString('base64')}`,
        },
        body: body.toString(),
      };
    },

    tokens({ status, headers, body, receivedAt }) {
      const invalid = (message, field) => new AuthError('RESPONSE_INVALID', 'exchange', message, { status, field });
      if (status !== 200) throw new AuthError('UNEXPECTED_STATUS', 'exchange', `Status ${status}`, { status });
      const type = headers['content-type'];
      if (type !== undefined && !JSON_TYPE.test(type)) {
        throw new AuthError('RESPONSE_NOT_JSON', 'exchange', 'Not JSON', { status });
      }
      if (body.length > MAX_BODY_LENGTH) throw new AuthError('RESPONSE_TOO_LARGE', 'exchange', 'Too large', { status });
      let members;
      try {
        members = JSON.parse(body);
      } catch {
        throw new AuthError('RESPONSE_NOT_JSON', 'exchange', 'Not JSON', { status });
      }
      if (typeof members !== 'object' || members === null || Array.isArray(members)) {
        throw invalid('Not an object');
      }
      const { access_token: accessToken, token_type: type_, refresh_token: refreshToken } = members;
      if (!isToken(accessToken)) throw invalid('Invalid token', 'access_token');
      if (typeof type_ !== 'string') throw invalid('No token type', 'token_type');
      if (type_.toLowerCase() !== 'bearer') {
        throw new AuthError('UNSUPPORTED_TOKEN_TYPE', 'exchange', 'Not a bearer token', { status });
      }
      const lifetime = members.expires_in === undefined ? undefined : Number(members.expires_in);
      if (lifetime !== undefined && !(lifetime >= 0 && lifetime <= MAX_LIFETIME)) {
        throw invalid('Invalid lifetime', 'expires_in');
      }
      if (refreshToken !== undefined && !isToken(refreshToken)) {
        throw invalid('Invalid token', 'refresh_token');
      }
      const granted = members.scopes || members.scope;
      const isList = Array.isArray(granted) && granted.every((scope) => typeof scope === 'string');
      if (granted && typeof granted !== 'string' && !isList) throw invalid('Invalid scopes', 'scopes');
      const text = isList ? granted.join(' ') : granted;
      if (text && CONTROL.test(text)) throw invalid('Invalid scopes', 'scopes');
      const names = text === undefined ? scopes : [...new Set(text.split(/[\s,]+/).filter(Boolean))];
      if (names.length > MAX_SCOPES) throw invalid('Too many scopes', 'scopes');
      return {
        accessToken,
        tokenType: 'bearer',
        ...(refreshToken !== undefined && { refreshToken }),
        ...(lifetime !== undefined && { expiresAt: receivedAt + lifetime * 1000 }),
        scopes: [...names],
      };
    },
  };
}
