/**
 * What a careful developer writes without a library: `URL`, `URLSearchParams`, `node:crypto`, `JSON.parse`.
 *
 * In: the shared cases. Out: the same results as the package, in the same shape. What never happens here: a check of the core is
 * omitted that these functions allow. `skips` lists the checks that they do not allow: `JSON.parse` keeps the last of two members
 * with the same name, and `URLSearchParams` accepts malformed input.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN = /^[\x21-\x7e]+$/;
const LONGEST_TOKEN = 65_536;
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
const CONTROL = /[\0-\x1f\x7f-\x9f]/;
const SPACE_OR_CONTROL = /[\0-\x20\x7f-\x9f]/;
const JSON_TYPE = /^application\/(?:[^;]+\+)?json\s*(?:;|$)/i;
const LONGEST_CALLBACK = 65_536;
const LARGEST_BODY = 1_048_576;
const LONGEST_LIFETIME = 10 * 365 * 86_400;
const MAX_SCOPES = 1000;
const READ_ONCE = ['response', 'id_token', 'token', 'access_token', 'iss', 'state', 'error', 'error_description',
  'error_uri', 'code'];
const UNSUPPORTED = ['response', 'id_token', 'token', 'access_token'];

const isToken = (value) => typeof value === 'string' && value.length <= LONGEST_TOKEN && TOKEN.test(value);

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
  // Once per client, as the package does.
  const place = new URL(redirectUri);
  const { origin: issuer } = new URL(authorizeUrl);
  const form = (text) => new URLSearchParams([['', text]]).toString().slice(1);

  const refused = (code, message) => new AuthError(code, 'callback', message);

  function addressWith(more) {
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
    authorizationUrl: () => addressWith({}),

    start() {
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(32).toString('base64url');
      const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
      const url = addressWith({ state, code_challenge: codeChallenge, code_challenge_method: 'S256' });
      return { url, state, codeVerifier, codeChallenge, redirectUri };
    },

    callback(callback, { state }) {
      if (typeof callback !== 'string' || typeof state !== 'string' || state === '') {
        throw new AuthError('INVALID_ARGUMENT', 'callback', 'callback and state must be strings');
      }
      if (callback.length > LONGEST_CALLBACK || SPACE_OR_CONTROL.test(callback)) {
        throw refused('CALLBACK_INVALID', 'The callback is malformed');
      }
      let url;
      try {
        url = new URL(callback);
      } catch {
        throw refused('CALLBACK_INVALID', 'The callback is malformed');
      }
      if (url.origin !== place.origin || url.pathname !== place.pathname) {
        throw refused('CALLBACK_INVALID', 'The callback arrived elsewhere');
      }
      const query = url.searchParams;
      const seen = new Set();
      for (const key of query.keys()) {
        if (!READ_ONCE.includes(key)) continue;
        if (seen.has(key)) throw refused('CALLBACK_DUPLICATE_PARAMETER', `The callback has ${key} twice`);
        seen.add(key);
      }
      if (UNSUPPORTED.some((key) => seen.has(key))) {
        throw refused('CALLBACK_UNSUPPORTED_RESPONSE', 'The callback contains a parameter that was not requested');
      }
      if (seen.has('iss') && query.get('iss') !== issuer) throw refused('ISSUER_MISMATCH', 'Another issuer');
      const received = query.get('state');
      if (!received) throw refused('STATE_MISSING', 'The callback carries no state');
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
      if (!code) throw refused('CODE_MISSING', 'The callback carries no code');
      if (code.length > 4096 || CONTROL.test(code)) throw refused('CALLBACK_INVALID', 'The code is malformed');
      return { code };
    },

    request({ code, codeVerifier }) {
      if (typeof code !== 'string' || code === '' || code.length > 4096 || CONTROL.test(code)) {
        throw new AuthError('INVALID_ARGUMENT', 'exchange', 'code cannot be used');
      }
      if (!VERIFIER.test(codeVerifier)) {
        throw new AuthError('INVALID_ARGUMENT', 'exchange', 'codeVerifier cannot be used');
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
      if (body.length > LARGEST_BODY) throw new AuthError('RESPONSE_TOO_LARGE', 'exchange', 'Too large', { status });
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
      if (!isToken(accessToken)) throw invalid('No token', 'access_token');
      if (typeof type_ !== 'string') throw invalid('No token type', 'token_type');
      if (type_.toLowerCase() !== 'bearer') {
        throw new AuthError('UNSUPPORTED_TOKEN_TYPE', 'exchange', 'No bearer token', { status });
      }
      const lifetime = members.expires_in === undefined ? undefined : Number(members.expires_in);
      if (lifetime !== undefined && !(lifetime >= 0 && lifetime <= LONGEST_LIFETIME)) {
        throw invalid('No lifetime', 'expires_in');
      }
      if (refreshToken !== undefined && !isToken(refreshToken)) {
        throw invalid('No token', 'refresh_token');
      }
      const granted = members.scopes || members.scope;
      const isList = Array.isArray(granted) && granted.every((scope) => typeof scope === 'string');
      if (granted && typeof granted !== 'string' && !isList) throw invalid('No scopes', 'scopes');
      const text = isList ? granted.join(' ') : granted;
      if (text && CONTROL.test(text)) throw invalid('No scopes', 'scopes');
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
