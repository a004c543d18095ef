/** `nocodb-bitbucket-auth/oauth` in Node.js: callbacks, token requests and token responses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { createClient } from 'nocodb-bitbucket-auth/oauth';
import { REDIRECT_URI } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { OPTIONS, refuses, revoked } from './oauth-scene.js';

const STATE = 'c3RhdGUtdGhhdC13YXMtc2VudC10by1CaXRidWNrZXQ';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

describe('validateAuthorizationResponse', () => {
  const refused = [
    ['no state', 'code=abc', 'STATE_MISSING'],
    ['an empty state', 'code=abc&state=', 'STATE_MISSING'],
    ['an unexpected state', `code=abc&state=${STATE.slice(1)}`, 'STATE_MISMATCH'],
    ['a repeated state', `code=abc&state=${STATE}&state=${STATE}`, 'CALLBACK_DUPLICATE_PARAMETER'],
    ['a repeated code', `code=abc&code=abd&state=${STATE}`, 'CALLBACK_DUPLICATE_PARAMETER'],
    ['no code', `state=${STATE}`, 'CODE_MISSING'],
    ['an empty code', `code=&state=${STATE}`, 'CODE_MISSING'],
    ['a token', `access_token=abc&state=${STATE}`, 'CALLBACK_UNSUPPORTED_RESPONSE'],
    ['an ID token beside the code', `code=abc&id_token=abc&state=${STATE}`, 'CALLBACK_UNSUPPORTED_RESPONSE'],
    ['a JARM response', 'response=abc', 'CALLBACK_UNSUPPORTED_RESPONSE'],
    ['a denial', `error=access_denied&state=${STATE}`, 'ACCESS_DENIED'],
    ['another error', `error=invalid_scope&error_description=No+such+scope&state=${STATE}`, 'AUTHORIZATION_FAILED'],
    ['a denial and an unexpected state', 'error=access_denied&state=another', 'STATE_MISMATCH'],
    ['an unexpected issuer', `code=abc&iss=https%3A%2F%2Fevil.example&state=${STATE}`, 'ISSUER_MISMATCH'],
    ['no parameters', '', 'STATE_MISSING'],
  ];
  for (const [what, query, code] of refused) {
    test(`rejects a callback with ${what}`, () => {
      const client = createClient(OPTIONS);
      const expected = { code, phase: 'callback' };
      refuses(() => client.validateAuthorizationResponse(`${REDIRECT_URI}?${query}`, { state: STATE }), expected);
      refuses(() => client.validateAuthorizationResponse(new URLSearchParams(query), { state: STATE }), expected);
    });
  }

  test("throws an error with Bitbucket's description, without control characters", () => {
    const query = `error=invalid_scope&error_description=No+such%00+scope&state=${STATE}`;
    const error = refuses(
      () => createClient(OPTIONS).validateAuthorizationResponse(`${REDIRECT_URI}?${query}`, { state: STATE }),
      { code: 'AUTHORIZATION_FAILED', error: 'invalid_scope', reauthorize: false },
    );
    assert.match(error.errorDescription, /^No such.? scope$/);
    assert.ok(!error.errorDescription.includes('\0'));
  });

  test('rejects a callback at another URL', () => {
    const client = createClient(OPTIONS);
    for (const place of ['https://evil.example/dashboard/', 'http://nocodb.example/dashboard/', 'https://nocodb.example/']) {
      refuses(() => client.validateAuthorizationResponse(`${place}?code=abc&state=${STATE}`, { state: STATE }), {
        code: 'CALLBACK_INVALID', phase: 'callback',
      });
    }
  });

  test('rejects a value that is not a callback', () => {
    const client = createClient(OPTIONS);
    for (const callback of [undefined, null, 7, {}, [], new Map([['code', 'abc']])]) {
      refuses(() => client.validateAuthorizationResponse(callback, { state: STATE }), {
        code: 'INVALID_ARGUMENT', phase: 'callback', field: 'callback',
      });
    }
  });

  test('requires the expected state as a non-empty string', () => {
    const client = createClient(OPTIONS);
    for (const expected of [undefined, null, STATE, {}, { state: undefined }, { state: '' }, { state: 7 }]) {
      refuses(() => client.validateAuthorizationResponse(`${REDIRECT_URI}?code=abc&state=${STATE}`, expected), {
        code: 'INVALID_ARGUMENT', phase: 'callback', field: 'state',
      });
    }
  });

  test('returns the code, whatever else the callback contains', () => {
    const client = createClient(OPTIONS);
    const callbacks = [
      [`?code=abc&state=${STATE}`, 'abc'], [`?state=${STATE}&code=abc&other=1`, 'abc'], [`?&state=${STATE}&&code=a=b&`, 'a=b'],
      [`?code=abc&state=${STATE}#code=def`, 'abc'], [`?x=é&code=abc&state=${STATE}`, 'abc'],
      [`?x=%C3%A9&code=%61bc&state=${STATE}`, 'abc'], [`?code=é&state=${STATE}`, 'é'],
      [`?code=${'x'.repeat(4096)}&state=${STATE}`, 'x'.repeat(4096)],
    ];
    for (const [query, code] of callbacks) {
      for (const callback of [`${REDIRECT_URI}${query}`, query, `${REDIRECT_URI.replace('https', 'HTTPS')}${query}`]) {
        assert.deepEqual(client.validateAuthorizationResponse(callback, { state: STATE }), { code }, query);
      }
    }
  });

  test('throws a new error object for each callback', () => {
    const client = createClient(OPTIONS);
    const [one, other] = [1, 2].map(() => {
      try {
        return client.validateAuthorizationResponse(`${REDIRECT_URI}?code=c&state=other`, { state: STATE });
      } catch (error) {
        return error;
      }
    });
    assert.notEqual(one, other);
    assert.deepEqual(one.toJSON(), other.toJSON());
    one.message = 'changed';
    refuses(() => client.validateAuthorizationResponse(`${REDIRECT_URI}?code=c&state=other`, { state: STATE }), {
      code: 'STATE_MISMATCH', phase: 'callback', message: other.message,
    });
  });

  test('returns the code from a string, a URL and URLSearchParams', () => {
    const client = createClient(OPTIONS);
    const query = `code=a%2Bb+c&state=${STATE}`;
    const callback = `${REDIRECT_URI}?${query}`;
    for (const form of [callback, new URL(callback), new URLSearchParams(query)]) {
      assert.deepEqual(client.validateAuthorizationResponse(form, { state: STATE }), { code: 'a+b c' });
    }
  });
});

describe('token requests:', () => {
  const refused = [
    ['a missing argument', 'buildTokenRequest', undefined, 'exchange', 'code'],
    ['a missing code', 'buildTokenRequest', {}, 'exchange', 'code'],
    ['an empty code', 'buildTokenRequest', { code: '' }, 'exchange', 'code'],
    ['a code that is not a string', 'buildTokenRequest', { code: { code: 'abc' } }, 'exchange', 'code'],
    ['a short verifier', 'buildTokenRequest', { code: 'abc', codeVerifier: 'short' }, 'exchange', 'codeVerifier'],
    ['a redirect URI over http', 'buildTokenRequest', { code: 'abc', redirectUri: 'http://nocodb.example/' },
      'exchange', 'redirectUri'],
    ['a missing refresh token', 'buildRefreshRequest', undefined, 'refresh', 'refreshToken'],
    ['an empty refresh token', 'buildRefreshRequest', { refreshToken: '' }, 'refresh', 'refreshToken'],
    ['a refresh token that is not a string', 'buildRefreshRequest', { refreshToken: 7 }, 'refresh', 'refreshToken'],
  ];
  for (const [what, method, argument, phase, field] of refused) {
    test(`${method} rejects ${what}`, () => {
      refuses(() => createClient(OPTIONS)[method](argument), { code: 'INVALID_ARGUMENT', phase, field });
    });
  }

  test('buildClientCredentialsRequest requires a client secret', () => {
    const client = createClient({ clientId: 'the-key', redirectUri: REDIRECT_URI });
    refuses(() => client.buildClientCredentialsRequest(), { code: 'INVALID_ARGUMENT', phase: 'exchange' });
  });

  /** Checks what all token requests of a confidential client have in common, and returns the form parameters. */
  function formOf(request) {
    assert.equal(request.method, 'POST');
    assert.equal(request.url, 'https://bitbucket.org/site/oauth2/access_token');
    const headers = new Headers(request.headers);
    assert.equal(headers.get('authorization'), `Basic ${btoa('the-key:the-secret')}`);
    assert.equal(headers.get('content-type'), 'application/x-www-form-urlencoded');
    assert.equal(headers.get('accept'), 'application/json');
    return Object.fromEntries(new URLSearchParams(request.body));
  }

  test('buildTokenRequest builds each of several requests with its own code and verifier', () => {
    for (const options of [OPTIONS, { ...OPTIONS, clientSecret: undefined }]) {
      const client = createClient(options);
      const codes = ['first', 'second', 'a+b c', 'é', '\ud800', 'x'.repeat(4096), 'third'];
      const verifiers = [VERIFIER, `${VERIFIER.slice(1)}~`, 'v'.repeat(128)];
      for (const [at, code] of codes.entries()) {
        const codeVerifier = verifiers[at % verifiers.length];
        const request = client.buildTokenRequest({ code, codeVerifier });
        // The second client has not built any request before, so it has nothing to reuse.
        assert.deepEqual(request, createClient(options).buildTokenRequest({ code, codeVerifier }));
        request.headers.Authorization = 'changed';
      }
    }
  });

  test('buildTokenRequest accepts the result of authorizeInPopup', () => {
    const client = createClient(OPTIONS);
    for (let time = 0; time < 2; time += 1) {
      const grant = { code: 'abc', code_verifier: VERIFIER };
      assert.equal(formOf(client.buildTokenRequest(grant)).code_verifier, VERIFIER);
      assert.equal(formOf(client.buildTokenRequest({ ...grant, codeVerifier: VERIFIER })).code_verifier, VERIFIER);
      refuses(() => client.buildTokenRequest({ ...grant, codeVerifier: `${VERIFIER}A` }), {
        code: 'INVALID_ARGUMENT', phase: 'exchange', field: 'code_verifier',
      });
    }
  });

  test('buildTokenRequest sends the code, the redirect URI and the verifier', () => {
    const client = createClient(OPTIONS);
    assert.deepEqual(formOf(client.buildTokenRequest({ code: 'a+b c', codeVerifier: VERIFIER })), {
      grant_type: 'authorization_code', code: 'a+b c', redirect_uri: REDIRECT_URI, code_verifier: VERIFIER,
    });
    assert.deepEqual(formOf(client.buildTokenRequest({ code: 'abc', redirectUri: 'https://other.example/' })), {
      grant_type: 'authorization_code', code: 'abc', redirect_uri: 'https://other.example/',
    });
  });

  test('buildRefreshRequest sends no scope', () => {
    assert.deepEqual(formOf(createClient(OPTIONS).buildRefreshRequest({ refreshToken: 'r' })), {
      grant_type: 'refresh_token', refresh_token: 'r',
    });
  });

  test('buildClientCredentialsRequest sends its grant type', () => {
    const form = formOf(createClient(OPTIONS).buildClientCredentialsRequest());
    assert.equal(form.grant_type, 'client_credentials');
  });
});

describe('parseTokenResponse', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  const TOKENS = { access_token: 'a', token_type: 'bearer', expires_in: 7200, refresh_token: 'r', scopes: 'account' };

  /** The argument of `parseTokenResponse`. `more` replaces some of its members. */
  const answer = (more = {}) => ({
    status: 200, headers: JSON_TYPE, body: JSON.stringify(TOKENS), receivedAt: 1_000, grant: 'authorization_code', ...more,
  });
  const error = (name, description) => JSON.stringify({ error: name, error_description: description });

  const refused = [
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' }, body: '' }, 'REDIRECT_REFUSED'],
    ['status 500', { status: 500, body: 'no' }, 'UNEXPECTED_STATUS'],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' }, 'RESPONSE_NOT_JSON'],
    ['an empty body', { body: '' }, 'RESPONSE_NOT_JSON'],
    ['truncated JSON', { body: '{"access_token":"a","token_ty' }, 'RESPONSE_NOT_JSON'],
    ['a JSON array', { body: '[]' }, 'RESPONSE_INVALID'],
    ['a body without an access token', { body: '{"token_type":"bearer"}' }, 'RESPONSE_INVALID'],
    ['an unknown token type', { body: '{"access_token":"a","token_type":"mac"}' }, 'UNSUPPORTED_TOKEN_TYPE'],
    ['a body of more than one mebibyte', { body: new Uint8Array(1024 * 1024 + 1).fill(32) }, 'RESPONSE_TOO_LARGE'],
    ['a rejected client', { status: 400, body: error('unauthorized_client', 'Invalid OAuth client credentials') },
      'INVALID_CLIENT'],
    ['a rejected client with status 401', { status: 401, body: error('invalid_client') }, 'INVALID_CLIENT'],
    ['a rejected code', { status: 400, body: error('invalid_grant', 'The specified code is not valid.') }, 'INVALID_GRANT'],
    ['any other OAuth error', { status: 400, body: error('invalid_request', 'No callback uri') }, 'TOKEN_REQUEST_FAILED'],
  ];
  test('does not overflow the stack on deeply nested JSON', () => {
    const client = createClient(OPTIONS);
    const nested = (open, close, times) => `${open.repeat(times)}1${close.repeat(times)}`;
    for (const deep of [nested('[', ']', 500_000), nested('{"a":', '}', 150_000)]) {
      const body = (name) => JSON.stringify(TOKENS).replace('{', `{"${name}":${deep},`);
      assert.equal(client.parseTokenResponse(answer({ body: body('x') })).accessToken, 'a');
      refuses(() => client.parseTokenResponse(answer({ body: body('scope') })), { code: 'RESPONSE_INVALID', field: 'scope' });
      refuses(() => client.parseTokenResponse(answer({ status: 400, body: body('error') })), { code: 'UNEXPECTED_STATUS' });
    }
    refuses(() => client.parseTokenResponse(answer({ body: '['.repeat(1_000_000) })), { code: 'RESPONSE_NOT_JSON' });
  });

  for (const [what, more, code] of refused) {
    test(`throws an error for ${what}`, () => {
      const thrown = refuses(() => createClient(OPTIONS).parseTokenResponse(answer(more)), { code, phase: 'exchange' });
      assert.equal(thrown.reauthorize, code === 'INVALID_GRANT');
    });
  }

  for (const name of ['invalid_grant', 'unauthorized_client']) {
    test(`reports RECONNECT_REQUIRED when Bitbucket rejects a refresh with ${name}`, () => {
      refuses(
        () => createClient(OPTIONS).parseTokenResponse(answer({ status: 400, body: error(name), grant: 'refresh_token' })),
        { code: 'RECONNECT_REQUIRED', phase: 'refresh', reauthorize: true, error: name },
      );
    });
  }

  const malformed = [
    ['a missing argument', undefined, 'grant'],
    ['an unknown grant', answer({ grant: 'password' }), 'grant'],
    ['a missing status', answer({ status: undefined }), 'status'],
    ['a number that is not an HTTP status', answer({ status: 20 }), 'status'],
    ['a body that is neither a string nor bytes', answer({ body: { access_token: 'a' } }), 'body'],
    ['a missing body', answer({ body: undefined }), 'body'],
    ['headers that are a string', answer({ headers: 'content-type: application/json' }), 'headers'],
    ['headers that throw when they are read', answer({ headers: revoked() }), 'headers'],
    ['a header field that is not a string', answer({ headers: { 'x-other': Object.create(null) } }), 'headers'],
    ['a request that throws when it is read', answer({ status: 400, request: revoked() }), 'request.body'],
    ['a missing time of receipt', answer({ receivedAt: undefined }), 'receivedAt'],
  ];
  for (const [what, response, field] of malformed) {
    test(`reports ${what} as the caller's mistake`, () => {
      refuses(() => createClient(OPTIONS).parseTokenResponse(response), { code: 'INVALID_ARGUMENT', field });
    });
  }

  test("removes the secrets of the request from the server's message", () => {
    const client = createClient(OPTIONS);
    const request = client.buildTokenRequest({ code: 'marked-code-1234567890', codeVerifier: VERIFIER });
    const body = error('invalid_request', `marked-code-1234567890 ${VERIFIER} the-secret`);
    const thrown = refuses(() => client.parseTokenResponse(answer({ status: 400, body, request })), {
      code: 'TOKEN_REQUEST_FAILED',
    });
    assert.doesNotMatch(inspect(thrown), /marked-code|dBjftJeZ|the-secret/);
  });

  const forms = {
    'a Headers object': (type) => new Headers({ 'Content-Type': type }),
    'a Map': (type) => new Map([['Content-Type', type]]),
    'an array of entries': (type) => [['CONTENT-TYPE', type]],
    'a plain object': (type) => ({ 'content-Type': type, 'set-cookie': ['a=1', 'b=2'], absent: undefined }),
  };
  for (const [what, headers] of Object.entries(forms)) {
    test(`reads headers that are given as ${what}`, () => {
      const client = createClient(OPTIONS);
      refuses(() => client.parseTokenResponse(answer({ headers: headers('text/html') })), { code: 'RESPONSE_NOT_JSON' });
      assert.equal(client.parseTokenResponse(answer({ headers: headers('application/json') })).accessToken, 'a');
    });
  }

  test('returns the same tokens for a body as text and as bytes', () => {
    const client = createClient(OPTIONS);
    const written = [
      {}, { scope: '' }, { scope: 'a' }, { scope: 'a a b' }, { scope: ' a  b ' }, { scope: 'a,b' }, { scope: 'a\tb' },
      { scope: 'é a' }, { scope: 'a\\b "c' }, { scope: ['a', 'b c'] }, { scope: null }, { scopes: '', scope: 'b' },
      { scopes: 'a', scope: 'b' }, { scope: Array.from({ length: 40 }, (_, at) => `s${at}`).join(' ') },
      { refresh_token: undefined }, { expires_in: undefined }, { expires_in: '7200' }, { expires_in: 0.5 },
      { access_token: 'a"b\\c' }, { refresh_token: 'r/\u002f' }, { other: 'é', scope: 'a b' }, { other: { scope: 'x' } },
    ];
    for (const members of written) {
      const body = JSON.stringify({ ...TOKENS, ...members });
      const [one, other] = [body, new TextEncoder().encode(body)]
        .map((form) => client.parseTokenResponse(answer({ body: form })));
      assert.deepEqual(one, other, body);
      assert.deepEqual(Object.keys(one).sort(), Object.keys(other).sort(), body);
    }
  });

  test('parses each of several responses with its own media type and scopes', () => {
    const client = createClient(OPTIONS);
    const json = { 'content-type': 'application/json' };
    for (const scope of ['a b', 'a b', 'b', 'a b']) {
      const tokens = client.parseTokenResponse(answer({ headers: json, body: JSON.stringify({ ...TOKENS, scopes: scope }) }));
      assert.deepEqual(tokens.scopes, scope.split(' '));
      tokens.scopes.push('changed');
    }
    for (const type of ['text/html', '', 'application/json; charset=utf-8x'.repeat(99), 'é']) {
      const given = answer({ headers: { 'content-type': type } });
      const outcome = (judge) => {
        try {
          return judge.parseTokenResponse(given);
        } catch ({ code }) {
          return code;
        }
      };
      // The second client has not validated any response before.
      assert.deepEqual(outcome(client), outcome(createClient(OPTIONS)), type);
    }
    refuses(() => client.parseTokenResponse(answer({ headers: { 'content-type': 'text/html' } })), { code: 'RESPONSE_NOT_JSON' });
  });

  test('keeps no response in memory', async (t) => {
    const { held, clients } = await runJsonFixture(t, 'remember.js', []);
    assert.equal(clients, 40);
    assert.ok(held < 20_000, `each client keeps ${held} bytes after a response of 60,000 bytes`);
  });

  test("accepts the formats of Bitbucket's older and newer back end, as text and as bytes", () => {
    const client = createClient(OPTIONS);
    const expected = {
      accessToken: 'a', tokenType: 'bearer', refreshToken: 'r', expiresAt: 7_201_000, scopes: ['repository', 'account'],
    };
    const older = JSON.stringify({ ...TOKENS, scopes: 'repository account', state: 'authorization_code' });
    const newer = JSON.stringify({ ...TOKENS, scopes: undefined, token_type: 'Bearer', scope: 'repository account' });
    for (const body of [older, newer, new TextEncoder().encode(older), Buffer.from(newer)]) {
      assert.deepEqual(client.parseTokenResponse(answer({ body })), expected);
    }
  });

  test('keeps the old refresh token when the response has none', () => {
    const body = JSON.stringify({ access_token: 'a2', token_type: 'bearer' });
    const response = answer({ body, grant: 'refresh_token', previous: { refreshToken: 'r', scopes: ['account'] } });
    assert.deepEqual(createClient(OPTIONS).parseTokenResponse(response), {
      accessToken: 'a2', tokenType: 'bearer', refreshToken: 'r', scopes: ['account'],
    });
  });
});
