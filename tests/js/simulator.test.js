/**
 * The simulator, held against what is known of Bitbucket.
 *
 * In: HTTP requests as clients, browsers and attackers would send them. Out: verdicts on what comes back, row by
 * row of the tables of endpoints, refusals, rotation and API errors. Everybody else's tests believe the
 * simulator, so this is where it has to earn that.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STATUS_FORMS } from '../../demo/bitbucket/api-errors.js';
import { KINDS } from '../../demo/bitbucket/faults.js';
import { startBitbucket } from '../../demo/bitbucket/server.js';

const CALLBACK = 'https://nocodb.example.com/dashboard/';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FORM = 'application/x-www-form-urlencoded';

const WRONG_CREDENTIALS = [400, 'unauthorized_client', 'Invalid OAuth client credentials'];
const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

/** Runs `body` with a simulator of its own. */
async function withBitbucket(options, body) {
  const bb = await startBitbucket({ clients: [{ callback: CALLBACK }], ...options });
  try {
    return await body(bb);
  } finally {
    await bb.close();
  }
}

const basic = ({ key, secret }) => `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
const bearer = (token) => `Bearer ${token}`;

function authorizeUrl(bb, parameters = {}) {
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

/** What comes back from the token endpoint, its body parsed. */
async function post(bb, body, headers = {}) {
  const response = await fetch(bb.tokenUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': FORM, authorization: basic(bb.client), ...headers },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The same without any Authorization header. */
async function postBare(bb, body, contentType = FORM) {
  const response = await fetch(bb.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

function assertRefused({ status, body, headers }, [expectedStatus, error, description]) {
  assert.deepEqual([status, body.error, body.error_description], [expectedStatus, error, description]);
  assert.deepEqual(Object.keys(body).sort(), ['error', 'error_description']);
  assert.match(headers.get('content-type'), /^application\/json/);
}

function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Consent, without PKCE unless asked for. */
async function getCode(bb, parameters) {
  const callback = new URL(await bb.authorize(authorizeUrl(bb, parameters), { grant: true }));
  const code = callback.searchParams.get('code');
  assert.ok(code, 'the callback has no code');
  return code;
}

/** The whole way to tokens. */
async function connect(bb, parameters) {
  const code = await getCode(bb, parameters);
  const { status, body } = await post(bb, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
  assert.equal(status, 200);
  return body;
}

const refresh = (bb, refreshToken, extra = {}) =>
  post(bb, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...extra,
  });

async function get(bb, path, authorization) {
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

function assertApiError({ status, body }, expectedStatus, message) {
  assert.deepEqual([status, body.type, body.error.message], [expectedStatus, 'error', message]);
}

/** A browser that follows nothing by itself and keeps its cookies. */
class Browser {
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

describe('options', () => {
  test('what does not exist is refused, not ignored', async () => {
    await assert.rejects(startBitbucket({ backend: 'newest' }), TypeError);
    await assert.rejects(startBitbucket({ codeLifeTimeMs: 1 }), /no option "codeLifeTimeMs"/);
    await assert.rejects(startBitbucket({ codeLifetimeMs: '60' }), /codeLifetimeMs must be a number/);
    await assert.rejects(startBitbucket({ refreshGraceMs: NaN }), /refreshGraceMs must be a number/);
    await assert.rejects(startBitbucket({ rateLimit: 'off' }), /rateLimit must be/);
    await assert.rejects(startBitbucket({ clients: [] }), TypeError);
    await assert.rejects(startBitbucket({ clients: [{ callback: '/relative' }] }), TypeError);
    await assert.rejects(startBitbucket({ clients: [{ scopes: ['everything'] }] }), /no scope "everything"/);
    await assert.rejects(startBitbucket({ clients: [{ key: 'k' }, { key: 'k' }] }), /two clients/);
    await assert.rejects(startBitbucket({ tokenErrors: { nonsense: {} } }), /no token error "nonsense"/);
    const token = { token: 't', workspace: 'acme', scopes: ['account'] };
    for (const [accessToken, message] of [
      [{ ...token, kind: 'user' }, /needs a kind/],
      [{ ...token, kind: 'repository', scopes: [] }, /name one/],
      [{ ...token, kind: 'workspace', repository: 'billing-service' }, /name one/],
      [{ ...token, kind: 'project' }, /only access tokens of workspaces/],
      [{ ...token, kind: 'repository', repository: 'billing-service' }, /only access tokens of workspaces/],
    ]) await assert.rejects(startBitbucket({ accessTokens: [accessToken] }), message);
  });

  test('an option that is undefined is as good as absent', async () => {
    await withBitbucket({ codeLifetimeMs: undefined }, async (bb) => {
      const code = await getCode(bb);
      bb.control.advance(HOUR);
      assertRefused(
        await post(bb, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }),
        INVALID_CODE,
      );
    });
  });

  for (const [backend, keyLength, secretLength] of [
    ['older', 18, 32],
    ['newer', 32, 76],
  ]) {
    test(`Key and Secret of the ${backend} back end have its lengths and are new at each start`, async () => {
      const seen = [];
      for (let start = 0; start < 2; start += 1) {
        await withBitbucket({ backend }, async (bb) => {
          assert.equal(bb.client.key.length, keyLength);
          assert.equal(bb.client.secret.length, secretLength);
          seen.push(bb.client.key, bb.client.secret);
        });
      }
      assert.equal(new Set(seen).size, 4);
    });
  }
});

describe('authorization request', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK, scopes: ['repository', 'account'] }] });
  });
  after(() => bb.close());

  async function assertErrorPage(url) {
    const { status, location, page, headers } = await new Browser().request(url);
    assert.equal(status, 400);
    assert.equal(location, null);
    assert.match(headers.get('content-type'), /^text\/html/);
    assert.match(page, /Bitbucket simulator/);
  }

  for (const [what, parameters] of [
    ['an unknown client_id', { client_id: 'nobody' }],
    ['no client_id', { client_id: undefined }],
    ['a foreign redirect_uri', { redirect_uri: 'https://evil.example.com/' }],
    ['a redirect_uri without its slash', { redirect_uri: CALLBACK.slice(0, -1) }],
    ['a redirect_uri that goes on', { redirect_uri: `${CALLBACK}more` }],
    ['a redirect_uri with a query', { redirect_uri: `${CALLBACK}?a=1` }],
    ['a redirect_uri with other letters', { redirect_uri: CALLBACK.replace('nocodb', 'NOCODB') }],
    [
      'a redirect_uri with a port that means the same',
      { redirect_uri: CALLBACK.replace('.com', '.com:443') },
    ],
    ['a redirect_uri with a fragment', { redirect_uri: `${CALLBACK}#x` }],
  ]) {
    test(`${what} gets an error page and no redirect`, () => assertErrorPage(authorizeUrl(bb, parameters)));
  }

  test('a client_id or redirect_uri that comes twice gets an error page', async () => {
    await assertErrorPage(`${authorizeUrl(bb)}&client_id=${bb.client.key}`);
    await assertErrorPage(`${authorizeUrl(bb)}&redirect_uri=${encodeURIComponent(CALLBACK)}`);
  });

  test('a client without a callback gets an error page, and the token endpoint refuses it', async () => {
    await withBitbucket({ clients: [{ callback: null, private: true }] }, async (bare) => {
      await assertErrorPage(authorizeUrl(bare));
      await assertErrorPage(authorizeUrl(bare, { redirect_uri: undefined }));
      assertRefused(await post(bare, { grant_type: 'client_credentials' }), [
        400,
        'invalid_request',
        'No callback uri defined for the OAuth client.',
      ]);
    });
  });

  for (const [what, parameters, error] of [
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['a hybrid response_type', { response_type: 'code token' }, 'unsupported_response_type'],
    ['a scope that the client does not have', { scope: 'repository webhook' }, 'invalid_scope'],
    ['a scope that does not exist', { scope: 'repository everything' }, 'invalid_scope'],
    ['scopes with commas', { scope: 'repository,account' }, 'invalid_scope'],
    [
      'the method "plain"',
      { code_challenge: pkce().challenge, code_challenge_method: 'plain' },
      'invalid_request',
    ],
    [
      'an unknown method',
      { code_challenge: pkce().challenge, code_challenge_method: 's256' },
      'invalid_request',
    ],
    ['a challenge without method', { code_challenge: pkce().challenge }, 'invalid_request'],
    ['a method without challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    [
      'a challenge that is too short',
      { code_challenge: 'abc', code_challenge_method: 'S256' },
      'invalid_request',
    ],
  ]) {
    test(`${what} goes back as ${error} with the state, before any login`, async () => {
      const { status, location } = await new Browser().request(
        authorizeUrl(bb, { ...parameters, state: 'x y&z' }),
      );
      assert.equal(status, 302);
      assert.ok(location.startsWith(`${CALLBACK}?`));
      const query = new URL(location).searchParams;
      assert.equal(query.get('error'), error);
      assert.equal(query.get('state'), 'x y&z');
      assert.equal(query.get('code'), null);
    });
  }

  test('a parameter that comes twice goes back as invalid_request; a doubled state is not echoed', async () => {
    const doubled = await new Browser().request(`${authorizeUrl(bb)}&response_type=code`);
    assert.equal(new URL(doubled.location).searchParams.get('error'), 'invalid_request');
    const states = await new Browser().request(`${authorizeUrl(bb)}&state=t`);
    assert.equal(new URL(states.location).searchParams.get('error'), 'invalid_request');
    assert.equal(new URL(states.location).searchParams.has('state'), false);
  });

  test('other methods than GET and POST are not allowed', async () => {
    const response = await fetch(authorizeUrl(bb), { method: 'PUT' });
    assert.equal(response.status, 405);
  });

  test('without redirect_uri the registered one is used', async () => {
    const callback = await bb.authorize(authorizeUrl(bb, { redirect_uri: undefined }), { grant: true });
    assert.ok(callback.startsWith(`${CALLBACK}?code=`));
  });

  test('the state comes back unchanged, whatever is in it', async () => {
    const state = 'a+b c%20d&e=f#g/é€😀"<>\'';
    const callback = await bb.authorize(authorizeUrl(bb, { state }), { grant: true });
    assert.equal(new URL(callback).searchParams.get('state'), state);
  });

  test('without a state none comes back', async () => {
    const callback = await bb.authorize(authorizeUrl(bb, { state: undefined }), { grant: true });
    assert.deepEqual([...new URL(callback).searchParams.keys()], ['code']);
  });

  for (const [callback, beginning] of [
    ['https://host.example.com', 'https://host.example.com?code='],
    ['https://host.example.com/cb?x=%7e&y', 'https://host.example.com/cb?x=%7e&y&code='],
    ['http://localhost:8080/a%2Fb?', 'http://localhost:8080/a%2Fb?code='],
    ['http://localhost:8080/a?b&', 'http://localhost:8080/a?b&code='],
  ]) {
    test(`the registered callback ${callback} keeps its bytes`, async () => {
      await withBitbucket({ clients: [{ callback }] }, async (other) => {
        const target = await other.authorize(authorizeUrl(other, { redirect_uri: callback }));
        assert.ok(target.startsWith(beginning), target);
        assert.match(target.slice(beginning.length), /^[^&?]+&state=s$/);
      });
    });
  }
});

describe('redirect_uri on the older back end', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ backend: 'older', clients: [{ callback: 'https://host.example.com/cb' }] });
  });
  after(() => bb.close());

  for (const extension of [
    '.evil.example.com',
    'x',
    '#f',
    '/../admin',
    '/%2e%2E/admin',
    '/..',
    '\\x',
    '/a b',
  ]) {
    test(`must not be extended by ${JSON.stringify(extension)}`, async () => {
      const { status, location } = await new Browser().request(
        authorizeUrl(bb, { redirect_uri: bb.client.callback + extension }),
      );
      assert.deepEqual([status, location], [400, null]);
    });
  }

  test('must not leave the host of a callback without a path', async () => {
    await withBitbucket(
      { backend: 'older', clients: [{ callback: 'https://host.example.com' }] },
      async (bare) => {
        for (const extension of ['.evil.com/', '@evil.com/', ':8443/']) {
          const { status } = await new Browser().request(
            authorizeUrl(bare, { redirect_uri: bare.client.callback + extension }),
          );
          assert.equal(status, 400);
        }
      },
    );
  });

  for (const extension of ['', '/', '/deeper', '?a=1', '/deeper?a=1&b=/../x']) {
    test(`may be extended by ${JSON.stringify(extension)}, and must be sent again with the code`, async () => {
      const redirectUri = bb.client.callback + extension;
      const code = await getCode(bb, { redirect_uri: redirectUri });
      const { status } = await post(bb, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
      });
      assert.equal(status, 200);
      const second = await getCode(bb, { redirect_uri: redirectUri });
      assertRefused(
        await post(bb, { grant_type: 'authorization_code', code: second, redirect_uri: `${redirectUri}x` }),
        INVALID_CODE,
      );
    });
  }

  test('may be absent', async () => {
    const code = await getCode(bb, { redirect_uri: undefined });
    assert.equal((await post(bb, { grant_type: 'authorization_code', code })).status, 200);
  });
});

describe('login and consent', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK, name: 'Tom & <b>Jerry</b>' }] });
  });
  after(() => bb.close());

  test('without login there is no consent page, and a wrong password is no login', async () => {
    const browser = new Browser();
    const url = authorizeUrl(bb);
    const { status, location } = await browser.request(url);
    assert.equal(status, 302);
    assert.ok(location.startsWith('/site/signin?next='));
    const next = url.slice(bb.origin.length);
    const wrong = await browser.request(`${bb.origin}/site/signin`, {
      form: { next, username: 'dana', password: 'x' },
    });
    assert.equal(wrong.status, 401);
    assert.equal(browser.cookie, '');
    assert.equal((await browser.request(url)).status, 302);
  });

  for (const next of [
    'https://evil.example.com/',
    '//evil.example.com/',
    '/elsewhere',
    '',
    '/site/oauth2/authorizeX?',
  ]) {
    test(`the login does not lead to ${JSON.stringify(next)}`, async () => {
      const form = { next, username: 'dana', password: 'dana' };
      const { status, location } = await new Browser().request(`${bb.origin}/site/signin`, { form });
      assert.deepEqual([status, location], [400, null]);
      const page = await new Browser().request(`${bb.origin}/site/signin?${new URLSearchParams({ next })}`);
      assert.equal(page.status, 400);
    });
  }

  test('a consent cannot be given from another session, without a login, twice, or with another word', async () => {
    const browser = new Browser();
    const { requestId } = await browser.consentPage(bb, authorizeUrl(bb));
    const other = new Browser();
    await other.logIn(bb, authorizeUrl(bb));
    const grant = { form: { request: requestId, decision: 'grant' } };
    assert.equal((await other.request(bb.authorizeUrl, grant)).status, 400);
    assert.equal((await new Browser().request(bb.authorizeUrl, grant)).status, 400);
    assert.equal(
      (await browser.request(bb.authorizeUrl, { form: { request: requestId, decision: 'maybe' } })).status,
      400,
    );
    const granted = await browser.request(bb.authorizeUrl, grant);
    assert.equal(granted.status, 303);
    assert.ok(granted.location.startsWith(`${CALLBACK}?code=`));
    assert.equal((await browser.request(bb.authorizeUrl, grant)).status, 400);
  });

  test('the page names the client, each scope and the user, and escapes what it shows', async () => {
    const { page } = await new Browser().consentPage(
      bb,
      authorizeUrl(bb, { scope: 'repository:write account' }),
    );
    assert.match(page, /Bitbucket simulator/);
    assert.match(page, /Tom &amp; &lt;b&gt;Jerry&lt;\/b&gt; asks for access/);
    assert.match(page, /Read and change your repositories <code>repository:write<\/code>/);
    assert.match(page, /Read your account information <code>account<\/code>/);
    assert.doesNotMatch(page, /pullrequest/);
    assert.match(page, /Logged in as Dana Demo/);
  });

  test('pages are neither framed, cached nor referred to', async () => {
    const browser = new Browser();
    await browser.logIn(bb, authorizeUrl(bb));
    const { headers } = await browser.request(authorizeUrl(bb));
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });

  test('Deny goes back as access_denied with the state', async () => {
    const callback = new URL(await bb.authorize(authorizeUrl(bb, { state: 'st' }), { grant: false }));
    assert.equal(callback.searchParams.get('error'), 'access_denied');
    assert.equal(callback.searchParams.get('state'), 'st');
    assert.equal(callback.searchParams.has('code'), false);
  });

  test('Deny without the state, the other possibility, is an option', async () => {
    await withBitbucket({ stateOnDenial: false }, async (other) => {
      const callback = new URL(await other.authorize(authorizeUrl(other), { grant: false }));
      assert.equal(callback.searchParams.get('error'), 'access_denied');
      assert.equal(callback.searchParams.has('state'), false);
    });
  });

  test('authorize() says so when there is only an error page', async () => {
    await assert.rejects(bb.authorize(authorizeUrl(bb, { client_id: 'nobody' })), /400: Invalid client_id/);
  });
});

describe('token endpoint: who asks', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }, { callback: CALLBACK }] });
  });
  after(() => bb.close());

  // Past the authentication this gets another answer, unlike a dead refresh token.
  const request = { grant_type: 'authorization_code', code: 'c' };

  for (const [what, header] of [
    ['wrong Secret', ({ key }) => basic({ key, secret: 'wrong' })],
    ['wrong Key', ({ secret }) => basic({ key: 'wrong', secret })],
    ['no Secret', ({ key }) => basic({ key, secret: '' })],
    ['Basic without a colon', ({ key }) => `Basic ${Buffer.from(key).toString('base64')}`],
    ['Basic that is not base64', () => 'Basic *'],
    ['a malformed escape', ({ key }) => basic({ key, secret: '%zz' })],
    ['Bearer instead of Basic', ({ secret }) => bearer(secret)],
  ]) {
    test(`${what}: 400 unauthorized_client`, async () => {
      assertRefused(await post(bb, request, { authorization: header(bb.client) }), WRONG_CREDENTIALS);
    });
  }

  test('wrong credentials in the body: the same', async () => {
    const body = new URLSearchParams({ ...request, client_id: bb.client.key, client_secret: 'wrong' });
    assertRefused(await postBare(bb, body.toString()), WRONG_CREDENTIALS);
  });

  const NO_AUTHENTICATION = [
    400,
    'unauthorized_client',
    'Requests must be authenticated using OAuth client credentials',
  ];

  test('no client authentication, or half of it', async () => {
    assertRefused(await postBare(bb, new URLSearchParams(request).toString()), NO_AUTHENTICATION);
    const half = new URLSearchParams({ ...request, client_id: bb.client.key });
    assertRefused(await postBare(bb, half.toString()), NO_AUTHENTICATION);
  });

  test('credentials in the query do not count', async () => {
    const { key: client_id, secret: client_secret } = bb.client;
    const url = `${bb.tokenUrl}?${new URLSearchParams({ ...request, client_id, client_secret })}`;
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': FORM }, body: '' });
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error_description, NO_AUTHENTICATION[2]);
  });

  test('two ways of authentication at once', async () => {
    const both = await post(bb, { ...request, client_id: bb.client.key, client_secret: bb.client.secret });
    assert.deepEqual([both.status, both.body.error], [400, 'invalid_request']);
    assertRefused(await post(bb, { ...request, client_id: 'another' }), WRONG_CREDENTIALS);
  });

  test('a repeated parameter', async () => {
    const { status, body } = await post(
      bb,
      'grant_type=refresh_token&grant_type=refresh_token&refresh_token=r',
    );
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });

  test('another status or error, where Bitbucket is not known, is an option', async () => {
    const tokenErrors = { wrongCredentials: { status: 401, error: 'invalid_client' } };
    await withBitbucket({ tokenErrors }, async (other) => {
      const answer = await post(other, request, { authorization: basic({ key: 'x', secret: 'y' }) });
      assertRefused(answer, [401, 'invalid_client', 'Invalid OAuth client credentials']);
      assert.match(answer.headers.get('www-authenticate'), /^Basic /);
      assertRefused(await refresh(other, 'dead'), WRONG_CREDENTIALS);
    });
  });

  test('GET is not allowed, and a body beyond 64 KiB is not read', async () => {
    assert.equal((await fetch(bb.tokenUrl)).status, 405);
    const long = await fetch(bb.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': FORM },
      body: 'x'.repeat(70_000),
    });
    assert.equal(long.status, 413);
  });

  test('Basic credentials are form-decoded first', async () => {
    const client = { key: 'a b:c', secret: 'p+q%&=é', callback: CALLBACK, private: true };
    const encode = (value) => new URLSearchParams({ v: value }).toString().slice(2);
    await withBitbucket({ clients: [client] }, async (odd) => {
      const grant = { grant_type: 'client_credentials' };
      assertRefused(await post(odd, grant), WRONG_CREDENTIALS);
      const encoded = { key: encode(client.key), secret: encode(client.secret) };
      assert.equal((await post(odd, grant, { authorization: basic(encoded) })).status, 200);
      const inBody = new URLSearchParams({ ...grant, client_id: client.key, client_secret: client.secret });
      assert.equal((await postBare(odd, inBody.toString())).status, 200);
    });
  });
});

describe('token endpoint: grants that are not spoken', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
  });
  after(() => bb.close());

  const unsupported = (name) => [400, 'invalid_grant', `Unsupported grant type: ${name}`];

  test('no grant_type, or an empty one', async () => {
    assertRefused(await post(bb, ''), unsupported('None'));
    assertRefused(await post(bb, 'grant_type='), unsupported('None'));
  });

  test('a JSON body is not read', async () => {
    const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: 'r' });
    assertRefused(await post(bb, body, { 'content-type': 'application/json' }), unsupported('None'));
  });

  test('the password grant is gone; what is no name is not echoed', async () => {
    assertRefused(
      await post(bb, { grant_type: 'password', username: 'u', password: 'p' }),
      unsupported('password'),
    );
    assertRefused(await post(bb, { grant_type: 'Some Secret!' }), unsupported('None'));
  });

  test('client_credentials is for private clients', async () => {
    const { status, body } = await post(bb, { grant_type: 'client_credentials' });
    assert.deepEqual([status, body.error], [400, 'invalid_grant']);
    assert.match(body.error_description, /^Cannot use client_credentials with a consumer marked as "public"/);
  });

  test('client_credentials of a private client: no refresh token, and no scope that it does not have', async () => {
    const clients = [{ callback: CALLBACK, private: true, scopes: ['repository', 'account'] }];
    for (const backend of ['older', 'newer']) {
      await withBitbucket({ backend, clients }, async (other) => {
        const refused = await post(other, { grant_type: 'client_credentials', scope: 'webhook' });
        assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_scope']);
        const { status, body } = await post(other, { grant_type: 'client_credentials' });
        assert.equal(status, 200);
        assert.equal('refresh_token' in body, false);
        assert.equal(body[backend === 'older' ? 'scopes' : 'scope'], 'repository account');
        assert.equal(body.state, backend === 'older' ? 'client_credentials' : undefined);
        assertApiError(
          await get(other, '/user', bearer(body.access_token)),
          403,
          'This API is not accessible by this authentication mechanism',
        );
        assert.equal((await get(other, '/repositories/acme', bearer(body.access_token))).status, 200);
      });
    }
  });
});

describe('token endpoint: codes', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({
      codeLifetimeMs: 30 * SECOND,
      clients: [{ callback: CALLBACK }, { callback: CALLBACK }],
    });
  });
  after(() => bb.close());

  const exchange = (code, extra = {}) =>
    post(bb, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      ...extra,
    });

  test('none, an unknown one', async () => {
    const none = await post(bb, { grant_type: 'authorization_code', redirect_uri: CALLBACK });
    assert.deepEqual([none.status, none.body.error], [400, 'invalid_request']);
    assertRefused(await exchange('unknown'), INVALID_CODE);
  });

  test('used twice: refused, and what it bought is dead', async () => {
    const code = await getCode(bb);
    const { body } = await exchange(code);
    assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
    assertRefused(await exchange(code), INVALID_CODE);
    assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 401);
    assertRefused(await refresh(bb, body.refresh_token), WRONG_CREDENTIALS);
  });

  test('expired', async () => {
    const code = await getCode(bb);
    bb.control.advance(31 * SECOND);
    assertRefused(await exchange(code), INVALID_CODE);
  });

  test('are of the user who logged in', async () => {
    const users = [];
    for (const user of ['dana', 'robin']) {
      const code = new URL(await bb.authorize(authorizeUrl(bb), { user })).searchParams.get('code');
      const { body: { access_token: token } } = await exchange(code);
      const answer = await fetch(`${bb.apiUrl}/user`, { headers: { authorization: `Bearer ${token}` } });
      const { nickname, uuid } = await answer.json();
      users.push([user, nickname, uuid]);
    }
    assert.deepEqual(users.map(([user, nickname]) => [user, nickname]), [['dana', 'dana'], ['robin', 'robin']]);
    assert.notEqual(users[0][2], users[1][2]);
  });

  test("another client's", async () => {
    const other = await startBitbucket({
      clients: [
        { key: 'k1', secret: 's1', callback: CALLBACK },
        { key: 'k2', secret: 's2', callback: CALLBACK },
      ],
    });
    try {
      const code = await getCode(other);
      const body = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
      assertRefused(
        await post(other, body, { authorization: basic({ key: 'k2', secret: 's2' }) }),
        INVALID_CODE,
      );
      assert.equal((await post(other, body)).status, 200);
    } finally {
      await other.close();
    }
  });

  test('another redirect_uri, or none although one was sent', async () => {
    assertRefused(
      await exchange(await getCode(bb), { redirect_uri: 'https://evil.example.com/' }),
      INVALID_CODE,
    );
    assertRefused(await exchange(await getCode(bb), { redirect_uri: '' }), INVALID_CODE);
  });

  test('another redirect_uri although none was sent', async () => {
    const without = { redirect_uri: undefined };
    assertRefused(
      await exchange(await getCode(bb, without), { redirect_uri: 'https://evil.example.com/' }),
      INVALID_CODE,
    );
    assert.equal((await exchange(await getCode(bb, without))).status, 200);
  });

  test('with PKCE: a missing, wrong, malformed verifier; and the try has used the code up', async () => {
    for (const wrong of [undefined, pkce().verifier, 'short', `${pkce().verifier}!`]) {
      const { verifier, challenge } = pkce();
      const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
      assertRefused(await exchange(code, wrong === undefined ? {} : { code_verifier: wrong }), INVALID_CODE);
      assertRefused(await exchange(code, { code_verifier: verifier }), INVALID_CODE);
    }
  });

  test('a verifier that is shorter than RFC 7636 allows, although it fits', async () => {
    const verifier = 'short';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
    assertRefused(await exchange(code, { code_verifier: verifier }), INVALID_CODE);
  });

  test('a verifier although no challenge was sent is a downgrade', async () => {
    assertRefused(await exchange(await getCode(bb), { code_verifier: pkce().verifier }), INVALID_CODE);
  });

  test('with PKCE and the right verifier', async () => {
    const { verifier, challenge } = pkce();
    const code = await getCode(bb, { code_challenge: challenge, code_challenge_method: 'S256' });
    assert.equal((await exchange(code, { code_verifier: verifier })).status, 200);
  });

  test('wrong client credentials do not use the code up', async () => {
    const code = await getCode(bb);
    const body = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
    assertRefused(
      await post(bb, body, { authorization: basic({ key: bb.client.key, secret: 'x' }) }),
      WRONG_CREDENTIALS,
    );
    assert.equal((await exchange(code)).status, 200);
  });
});

describe('token answers', () => {
  test("older: scopes, the grant's name as state, opaque tokens, two hours", async () => {
    await withBitbucket({ backend: 'older' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account', state: 'mine' });
      assert.deepEqual(Object.keys(body).sort(), [
        'access_token',
        'expires_in',
        'refresh_token',
        'scopes',
        'state',
        'token_type',
      ]);
      assert.equal(body.scopes, 'repository account');
      assert.equal(body.state, 'authorization_code');
      assert.equal(body.expires_in, 7200);
      assert.equal(body.token_type, 'bearer');
      assert.equal(body.access_token.length, 92);
      assert.doesNotMatch(body.access_token, /\./);
      assert.equal((await refresh(bb, body.refresh_token)).body.state, 'refresh_token');
    });
  });

  test('older: scopes that others imply are left out', async () => {
    await withBitbucket({ backend: 'older' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository repository:write pullrequest account' });
      assert.equal(body.scopes, 'repository:write pullrequest account');
    });
  });

  test('newer: scope, a JWT, and the pair over 5.5 KB', async () => {
    await withBitbucket({ backend: 'newer' }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account' });
      assert.deepEqual(Object.keys(body).sort(), [
        'access_token',
        'expires_in',
        'refresh_token',
        'scope',
        'token_type',
      ]);
      assert.equal(body.scope, 'repository account');
      assert.equal(body.expires_in, 3600);
      assert.ok(
        body.access_token.length >= 1895 && body.access_token.length <= 2600,
        String(body.access_token.length),
      );
      assert.ok(body.access_token.length + body.refresh_token.length > 5632);
      const parts = body.access_token.split('.');
      assert.equal(parts.length, 3);
      for (const part of parts.slice(0, 2)) JSON.parse(Buffer.from(part, 'base64url').toString());
    });
  });

  test('without scope: all scopes of the client', async () => {
    const clients = [{ callback: CALLBACK, scopes: ['account', 'repository', 'webhook'] }];
    await withBitbucket({ clients }, async (bb) => {
      assert.equal((await connect(bb)).scope, 'account repository webhook');
    });
  });

  test('commas between scopes, seen once, are an option; so is the lifetime', async () => {
    await withBitbucket({ scopeSeparator: ',', accessTokenLifetimeMs: 90 * SECOND }, async (bb) => {
      const body = await connect(bb, { scope: 'repository account' });
      assert.deepEqual([body.scope, body.expires_in], ['repository,account', 90]);
    });
  });
});

describe('refresh, older back end', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ backend: 'older', clients: [{ callback: CALLBACK }] });
  });
  after(() => bb.close());

  const DEAD = [400, 'invalid_request', 'Invalid refresh_token'];

  test('none, unknown, revoked', async () => {
    assert.equal((await post(bb, { grant_type: 'refresh_token' })).body.error, 'invalid_request');
    assertRefused(await refresh(bb, 'unknown'), DEAD);
    const { refresh_token: refreshToken } = await connect(bb);
    bb.control.revoke();
    assertRefused(await refresh(bb, refreshToken), DEAD);
  });

  test('the refresh token stays the same, for years', async () => {
    const { refresh_token: refreshToken } = await connect(bb);
    for (let turn = 0; turn < 3; turn += 1) {
      bb.control.advance(400 * DAY);
      const { status, body } = await refresh(bb, refreshToken);
      assert.deepEqual([status, body.refresh_token], [200, refreshToken]);
      assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
    }
  });
});

describe('refresh, newer back end: rotation', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({
      clients: [
        { key: 'k1', secret: 's1', callback: CALLBACK },
        { key: 'k2', secret: 's2', callback: CALLBACK },
      ],
    });
  });
  after(() => bb.close());

  test("unknown, another client's, revoked: unauthorized_client, and no lockout", async () => {
    tokens = await connect(bb);
    assertRefused(await refresh(bb, 'unknown'), WRONG_CREDENTIALS);
    const foreign = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    assertRefused(
      await post(bb, foreign, { authorization: basic({ key: 'k2', secret: 's2' }) }),
      WRONG_CREDENTIALS,
    );
    assert.equal((await refresh(bb, tokens.refresh_token)).status, 200);
    const doomed = await connect(bb);
    bb.control.revoke();
    assertRefused(await refresh(bb, doomed.refresh_token), WRONG_CREDENTIALS);
    assert.equal((await refresh(bb, (await connect(bb)).refresh_token)).status, 200);
  });

  test('each use yields a new pair', async () => {
    tokens = await connect(bb);
    const seen = new Set([tokens.access_token, tokens.refresh_token]);
    let { refresh_token: refreshToken } = tokens;
    for (let turn = 1; turn <= 4; turn += 1) {
      bb.control.advance(HOUR);
      const { status, body } = await refresh(bb, refreshToken);
      assert.equal(status, 200);
      seen.add(body.access_token).add(body.refresh_token);
      assert.equal(seen.size, 2 + 2 * turn);
      assert.equal((await get(bb, '/user', bearer(body.access_token))).status, 200);
      refreshToken = body.refresh_token;
    }
  });

  test('an access token from before a refresh lives until it expires', async () => {
    tokens = await connect(bb);
    await refresh(bb, tokens.refresh_token);
    assert.equal((await get(bb, '/user', bearer(tokens.access_token))).status, 200);
    bb.control.advance(HOUR);
    assert.equal((await get(bb, '/user', bearer(tokens.access_token))).status, 401);
  });

  test('within ten minutes a used token yields another pair, and the first pair stays good', async () => {
    tokens = await connect(bb);
    const first = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(9 * MINUTE);
    const second = await refresh(bb, tokens.refresh_token);
    assert.equal(second.status, 200);
    assert.notEqual(second.body.refresh_token, first.refresh_token);
    assert.equal((await refresh(bb, first.refresh_token)).status, 200);
    assert.equal((await refresh(bb, second.body.refresh_token)).status, 200);
  });

  test('the grace runs from the first use, not from the last', async () => {
    tokens = await connect(bb);
    await refresh(bb, tokens.refresh_token);
    bb.control.advance(9 * MINUTE);
    assert.equal((await refresh(bb, tokens.refresh_token)).status, 200);
    bb.control.advance(2 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(MINUTE);
  });

  test('reuse after the grace locks the client out for a while, valid tokens too; the family lives on', async () => {
    tokens = await connect(bb);
    const bystander = await connect(bb);
    const successor = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(11 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    assertRefused(await refresh(bb, successor.refresh_token), WRONG_CREDENTIALS);
    assertRefused(await refresh(bb, bystander.refresh_token), WRONG_CREDENTIALS);
    // The other client is not touched, nor are access tokens.
    const foreign = { grant_type: 'authorization_code', code: 'unknown' };
    assertRefused(
      await post(bb, foreign, { authorization: basic({ key: 'k2', secret: 's2' }) }),
      INVALID_CODE,
    );
    assert.equal((await get(bb, '/user', bearer(successor.access_token))).status, 200);
    bb.control.advance(21 * SECOND);
    assert.equal((await refresh(bb, successor.refresh_token)).status, 200);
    assert.equal((await refresh(bb, bystander.refresh_token)).status, 200);
  });

  test('another reuse prolongs the lockout; trying a valid token does not', async () => {
    tokens = await connect(bb);
    const successor = (await refresh(bb, tokens.refresh_token)).body;
    bb.control.advance(11 * MINUTE);
    await refresh(bb, tokens.refresh_token);
    bb.control.advance(15 * SECOND);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(15 * SECOND);
    assertRefused(await refresh(bb, successor.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(6 * SECOND);
    assert.equal((await refresh(bb, successor.refresh_token)).status, 200);
  });

  test('an unused one dies after three months, and each use starts them anew', async () => {
    tokens = await connect(bb);
    let { refresh_token: refreshToken } = tokens;
    for (let turn = 0; turn < 3; turn += 1) {
      bb.control.advance(60 * DAY);
      const { status, body } = await refresh(bb, refreshToken);
      assert.equal(status, 200);
      refreshToken = body.refresh_token;
    }
    bb.control.advance(92 * DAY);
    assertRefused(await refresh(bb, refreshToken), WRONG_CREDENTIALS);
  });
});

describe('scope on a refresh', () => {
  for (const backend of ['older', 'newer']) {
    test(`${backend}: a foreign one is refused, a lesser one narrows for good`, async () => {
      await withBitbucket({ backend }, async (bb) => {
        const tokens = await connect(bb, { scope: 'repository:write account' });
        assert.equal(
          (await refresh(bb, tokens.refresh_token, { scope: 'webhook' })).body.error,
          'invalid_scope',
        );
        const narrowed = (await refresh(bb, tokens.refresh_token, { scope: 'repository' })).body;
        assert.equal(narrowed.scope ?? narrowed.scopes, 'repository');
        assert.equal((await get(bb, '/user', bearer(narrowed.access_token))).status, 403);
        const next = (await refresh(bb, narrowed.refresh_token)).body;
        assert.equal(next.scope ?? next.scopes, 'repository');
      });
    });
  }
});

describe('API: who asks', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
    tokens = await connect(bb);
  });
  after(() => bb.close());

  test('nobody, or unreadable: 401 in plain text', async () => {
    for (const authorization of [undefined, 'Bearer', 'Digest x', 'Bearer a b', tokens.access_token]) {
      const { status, headers, text } = await get(bb, '/user', authorization);
      assert.equal(status, 401);
      assert.match(headers.get('content-type'), /^text\/plain/);
      assert.ok(text.length > 0);
      assert.match(headers.get('www-authenticate'), /^Bearer /);
    }
  });

  test('an unknown token', async () => {
    assertApiError(
      await get(bb, '/user', bearer('unknown')),
      401,
      'Token is invalid, expired, or not supported for this endpoint.',
    );
  });

  test('a refresh token is no access token', async () => {
    assert.equal((await get(bb, '/user', bearer(tokens.refresh_token))).status, 401);
  });

  test('an OAuth token in the query or as Basic does not count', async () => {
    assert.equal((await get(bb, `/user?access_token=${tokens.access_token}`)).status, 401);
    const asBasic = basic({ key: 'x-token-auth', secret: tokens.access_token });
    assert.equal((await get(bb, '/user', asBasic)).status, 401);
  });

  test('a revoked token', async () => {
    await withBitbucket({}, async (other) => {
      const { access_token: accessToken } = await connect(other);
      assert.equal((await get(other, '/user', bearer(accessToken))).status, 200);
      other.control.revoke();
      assertApiError(
        await get(other, '/user', bearer(accessToken)),
        401,
        'Token is invalid, expired, or not supported for this endpoint.',
      );
    });
  });

  test('a code that was granted before a revocation is worth nothing after it', async () => {
    await withBitbucket({}, async (other) => {
      const code = await getCode(other);
      other.control.revoke();
      assertRefused(
        await post(other, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }),
        INVALID_CODE,
      );
    });
  });

  test('an expired token says so', async () => {
    await withBitbucket({}, async (other) => {
      const { access_token: accessToken, expires_in: expiresIn } = await connect(other);
      other.control.advance((expiresIn - 60) * SECOND);
      assert.equal((await get(other, '/user', bearer(accessToken))).status, 200);
      other.control.advance(60 * SECOND);
      assertApiError(
        await get(other, '/user', bearer(accessToken)),
        401,
        'Access token expired. Use your refresh token to obtain a new access token.',
      );
    });
  });

  test('the scheme in any letter case', async () => {
    assert.equal((await get(bb, '/user', `bEARER ${tokens.access_token}`)).status, 200);
  });
});

describe('API: scopes', () => {
  const all = [
    'repository',
    'repository:write',
    'repository:admin',
    'pullrequest',
    'pullrequest:write',
    'project',
    'project:admin',
    'account',
    'webhook',
  ];
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK, scopes: all }] });
  });
  after(() => bb.close());

  const pullRequests = '/repositories/acme/billing-service/pullrequests';

  for (const [scope, path, ...required] of [
    ['repository', '/user', 'account'],
    ['repository', '/user/workspaces', 'account'],
    ['account', '/repositories/acme', 'repository'],
    ['account', '/repositories/acme/billing-service', 'repository'],
    // Both are needed.
    ['account', '/user/workspaces/acme/permissions/repositories', 'account', 'repository'],
    ['repository', '/user/workspaces/acme/permissions/repositories', 'account', 'repository'],
    ['repository:write', pullRequests, 'pullrequest'],
    ['repository:admin', '/repositories/acme', 'repository'],
    ['project:admin', '/repositories/acme', 'repository'],
    ['webhook', pullRequests, 'pullrequest'],
  ]) {
    test(`${scope} is not enough for ${path}`, async () => {
      const { access_token: accessToken } = await connect(bb, { scope });
      const answer = await get(bb, path, bearer(accessToken));
      assertApiError(answer, 403, 'Your credentials lack one or more required privilege scopes.');
      assert.deepEqual(answer.body.error.detail, { required, granted: [scope] });
    });
  }

  for (const [scope, path] of [
    ['account', '/user'],
    ['account', '/user/workspaces'],
    ['webhook', '/workspaces/acme'],
    ['repository', '/repositories/acme'],
    ['repository:write', '/repositories/acme'],
    ['project', '/repositories/acme'],
    ['pullrequest', '/repositories/acme/billing-service'],
    ['pullrequest', pullRequests],
    ['pullrequest:write', pullRequests],
    ['pullrequest:write', '/repositories/acme'],
  ]) {
    test(`${scope} is enough for ${path}`, async () => {
      const { access_token: accessToken } = await connect(bb, { scope });
      assert.equal((await get(bb, path, bearer(accessToken))).status, 200);
    });
  }
});

describe('API: what is there, and what is not', () => {
  let bb;
  let auth;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }], rateLimit: null });
    auth = bearer((await connect(bb)).access_token);
  });
  after(() => bb.close());

  test('404 for what does not exist', async () => {
    assertApiError(
      await get(bb, '/repositories/acme/nothing', auth),
      404,
      'Repository acme/nothing not found',
    );
    assertApiError(
      await get(bb, '/repositories/nobody/billing-service', auth),
      404,
      'Repository nobody/billing-service not found',
    );
    assertApiError(
      await get(bb, '/repositories/acme/nothing/pullrequests', auth),
      404,
      'Repository acme/nothing not found',
    );
    assertApiError(await get(bb, '/workspaces/nobody', auth), 404, "No workspace with identifier 'nobody'.");
    assertApiError(
      await get(bb, '/repositories/nobody', auth),
      404,
      "No workspace with identifier 'nobody'.",
    );
    assertApiError(await get(bb, '/teams', auth), 404, 'Resource not found');
    assert.equal((await get(bb, `${bb.origin}/2.0`, auth)).status, 404);
  });

  for (const path of [
    '/workspaces',
    '/repositories',
    '/user/permissions/workspaces',
    '/user/permissions/repositories',
  ]) {
    test(`410 with an announcement for ${path}`, async () => {
      const answer = await get(bb, path, auth);
      assertApiError(answer, 410, 'CHANGE-2770 - Functionality has been deprecated');
      assert.ok(URL.canParse(answer.body.error.data.announcement_url));
    });
  }

  test('410 for issues and wikis', async () => {
    assert.equal((await get(bb, '/repositories/acme/billing-service/issues', auth)).status, 410);
    assert.equal((await get(bb, '/repositories/acme/billing-service/wiki/home', auth)).status, 410);
  });

  test('only GET', async () => {
    const response = await fetch(`${bb.apiUrl}/user`, { method: 'POST', headers: { authorization: auth } });
    assert.equal(response.status, 405);
  });

  for (const path of ['/repositories/acme', '/repositories/acme/billing-service/pullrequests']) {
    const longest = path.endsWith('pullrequests') ? 50 : 100;
    test(`bad pages of ${path}`, async () => {
      for (const pagelen of ['0', '-1', 'x', '1.5', '1e1', String(longest + 1)]) {
        assertApiError(await get(bb, `${path}?pagelen=${pagelen}`, auth), 400, 'Invalid pagelen');
      }
      for (const page of ['0', '-1', 'x', ''])
        assertApiError(await get(bb, `${path}?page=${page}`, auth), 400, 'Invalid page');
      assertApiError(await get(bb, `${path}?page=1000`, auth), 404, 'Invalid page');
      assert.equal((await get(bb, `${path}?pagelen=${longest}`, auth)).status, 200);
    });
  }

  test('a state that is not documented', async () => {
    const path = '/repositories/acme/billing-service/pullrequests';
    for (const state of ['ALL', 'open', ''])
      assertApiError(await get(bb, `${path}?state=${state}`, auth), 400, 'Invalid state');
  });

  test('the user', async () => {
    const { status, body } = await get(bb, '/user', auth);
    assert.equal(status, 200);
    assert.deepEqual([body.type, body.nickname, body.display_name], ['user', 'dana', 'Dana Demo']);
    assert.match(body.uuid, /^\{[0-9a-f-]{36}\}$/);
    assert.equal('email' in body, false);
  });

  test('workspaces: rows wrap a workspace without a name; by slug and by UUID the whole of it', async () => {
    const { body } = await get(bb, '/user/workspaces', auth);
    assert.deepEqual(
      body.values.map((row) => row.workspace.slug),
      ['acme', 'acme-labs'],
    );
    const [row] = body.values;
    assert.deepEqual(
      [row.type, row.administrator, 'name' in row.workspace],
      ['workspace_access', true, false],
    );
    const bySlug = await get(bb, '/workspaces/acme', auth);
    const byUuid = await get(bb, `/workspaces/${encodeURIComponent(row.workspace.uuid)}`, auth);
    assert.deepEqual(bySlug.body, byUuid.body);
    assert.deepEqual([bySlug.body.slug, bySlug.body.name], ['acme', 'Acme']);
  });

  test('a repository, by slug and by UUID', async () => {
    const { body } = await get(bb, '/repositories/acme/billing-service', auth);
    assert.deepEqual(
      [body.full_name, body.type, body.workspace.slug],
      ['acme/billing-service', 'repository', 'acme'],
    );
    const byUuid = await get(bb, `/repositories/acme/${encodeURIComponent(body.uuid)}`, auth);
    assert.deepEqual(byUuid.body, body);
  });

  async function readAll(path) {
    const values = [];
    let pages = 0;
    for (let url = bb.apiUrl + path; url; pages += 1) {
      const { status, body } = await get(bb, url, auth);
      assert.equal(status, 200);
      values.push(...body.values);
      assert.equal(body.page, pages + 1);
      assert.equal('previous' in body, pages > 0);
      if (body.next) assert.ok(body.next.startsWith(`${bb.apiUrl}/`));
      url = body.next;
    }
    return { values, pages };
  }

  test('repositories come in pages of ten, each once', async () => {
    const { values, pages } = await readAll('/repositories/acme?role=member');
    assert.equal(pages, 3);
    assert.equal(new Set(values.map((repository) => repository.full_name)).size, 25);
    assert.equal((await get(bb, '/repositories/acme', auth)).body.size, 25);
    const whole = await get(bb, '/repositories/acme?pagelen=100', auth);
    assert.equal('next' in whole.body, false);
    assert.deepEqual(whole.body.values, values);
  });

  test('permissions on repositories of a workspace', async () => {
    const { body } = await get(bb, '/user/workspaces/acme/permissions/repositories', auth);
    assert.deepEqual(
      [body.size, body.values[0].permission, body.values[0].repository.full_name],
      [25, 'admin', 'acme/billing-service'],
    );
  });

  test('pull requests: open ones unless other states are asked for, which may be repeated', async () => {
    const path = '/repositories/acme/billing-service/pullrequests';
    const open = await readAll(path);
    assert.equal(open.values.length, 15);
    assert.ok(open.values.every((pullRequest) => pullRequest.state === 'OPEN'));
    const all = await readAll(`${path}?state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&pagelen=7`);
    assert.deepEqual(
      all.values.map(({ id }) => id),
      Array.from({ length: 30 }, (_, index) => 30 - index),
    );
    assert.equal(new Set(all.values.map(({ state }) => state)).size, 4);
  });

  test('thousands of them, the same at every start, and none without any', async () => {
    const page = async (pullRequests) =>
      withBitbucket({ pullRequests }, async (other) => {
        const token = (await connect(other)).access_token;
        const { body } = await get(
          other,
          '/repositories/acme/billing-service/pullrequests?pagelen=50&page=1',
          bearer(token),
        );
        return JSON.parse(JSON.stringify(body).replaceAll(other.origin, 'ORIGIN'));
      });
    const first = await page(8000);
    assert.equal(first.size, 4000);
    assert.deepEqual(await page(8000), first);
    assert.deepEqual(await page(0), { size: 0, page: 1, pagelen: 50, values: [] });
  });
});

describe('API: rate limit', () => {
  test('per user and resource group in a rolling hour; 429 without Retry-After', async () => {
    await withBitbucket({ rateLimit: 3 }, async (bb) => {
      const auth = bearer((await connect(bb, {})).access_token);
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal((await get(bb, '/repositories/acme', auth)).status, 200);
        bb.control.advance(10 * MINUTE);
      }
      const refused = await get(bb, '/repositories/acme', auth);
      assertApiError(refused, 429, 'Rate limit for this resource has been exceeded.');
      assert.equal(refused.headers.has('retry-after'), false);
      assert.equal(refused.headers.has('x-ratelimit-limit'), false);
      assert.equal((await get(bb, '/user', auth)).status, 200);
      const renewed = bearer((await connect(bb)).access_token);
      assert.equal((await get(bb, '/repositories/acme', renewed)).status, 429);
      bb.control.advance(30 * MINUTE);
      assert.equal((await get(bb, '/repositories/acme', renewed)).status, 200);
      assert.equal((await get(bb, '/repositories/acme', renewed)).status, 429);
    });
  });

  test('1,000 unless set', async () => {
    await withBitbucket({}, async (bb) => {
      const auth = bearer((await connect(bb)).access_token);
      for (let turn = 0; turn < 1000; turn += 1) await get(bb, '/workspaces/acme', auth);
      assert.equal(bb.control.stats().api.byStatus[200], 1000);
      assert.equal((await get(bb, '/workspaces/acme', auth)).status, 429);
    });
  });
});

describe('API: credentials other than OAuth', () => {
  const EMAIL = 'dana@example.com';
  let bb;
  before(async () => {
    bb = await startBitbucket({
      rateLimit: 10,
      apiTokens: [
        { email: EMAIL, token: 'ATATT-all', scopes: ['read:user:bitbucket', 'read:repository:bitbucket'] },
        { email: EMAIL, token: 'ATATT-write', scopes: ['write:repository:bitbucket'] },
      ],
      accessTokens: [
        {
          token: 'ATCTT-workspace',
          kind: 'workspace',
          workspace: 'acme',
          scopes: ['pullrequest', 'account'],
        },
        {
          token: 'ATCTT-repository',
          kind: 'repository',
          workspace: 'acme',
          repository: 'billing-service',
          scopes: ['repository'],
        },
      ],
    });
  });
  after(() => bb.close());

  const apiToken = (token, name = EMAIL) => basic({ key: name, secret: token });

  test('an app password: the name of the user with whatever password, their own included', async () => {
    for (const secret of ['ATBB-app-password', 'dana']) {
      const answer = await get(bb, '/user', basic({ key: 'dana', secret }));
      assert.deepEqual([answer.status, answer.text], [401, 'Authentication required']);
    }
  });

  test("an API token as Bearer, with the user's name, or wrong", async () => {
    assertApiError(
      await get(bb, '/user', bearer('ATATT-all')),
      401,
      'Token is invalid, expired, or not supported for this endpoint.',
    );
    assert.equal((await get(bb, '/user', apiToken('ATATT-all', 'dana'))).status, 401);
    assert.equal((await get(bb, '/user', apiToken('ATATT-other'))).status, 401);
  });

  test("an API token's scopes do not imply each other", async () => {
    const answer = await get(bb, '/repositories/acme', apiToken('ATATT-write'));
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.body.error.detail, {
      required: ['read:repository:bitbucket'],
      granted: ['write:repository:bitbucket'],
    });
  });

  test('an API token with the e-mail address', async () => {
    assert.equal((await get(bb, '/user', apiToken('ATATT-all'))).status, 200);
    assert.equal((await get(bb, '/repositories/acme', apiToken('ATATT-all'))).status, 200);
  });

  test('an access token is nobody, and sees its own part only', async () => {
    const notForIt = 'This API is not accessible by this authentication mechanism';
    assertApiError(await get(bb, '/user', bearer('ATCTT-workspace')), 403, notForIt);
    assertApiError(await get(bb, '/user/workspaces', bearer('ATCTT-workspace')), 403, notForIt);
    assertApiError(await get(bb, '/workspaces/acme', bearer('ATCTT-repository')), 403, notForIt);
    assert.equal((await get(bb, '/workspaces/acme-labs', bearer('ATCTT-workspace'))).status, 404);
    assert.equal(
      (await get(bb, '/repositories/acme/billing-client', bearer('ATCTT-repository'))).status,
      404,
    );
    assert.equal(
      (await get(bb, '/repositories/acme-labs/billing-service', bearer('ATCTT-workspace'))).status,
      404,
    );
    assert.equal((await get(bb, '/user', basic({ key: EMAIL, secret: 'ATCTT-workspace' }))).status, 401);
  });

  test('an access token where it belongs, with rate limit headers', async () => {
    const workspace = await get(bb, '/workspaces/acme', bearer('ATCTT-workspace'));
    assert.equal(workspace.status, 200);
    assert.equal((await get(bb, '/repositories/acme', bearer('ATCTT-workspace'))).body.size, 25);
    assert.equal((await get(bb, '/repositories/acme', bearer('ATCTT-repository'))).body.size, 1);
    const near = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const { headers } = await get(bb, '/repositories/acme/billing-service', bearer('ATCTT-repository'));
      assert.equal(headers.get('x-ratelimit-limit'), '10');
      assert.equal(headers.get('x-ratelimit-resource'), 'repositories');
      near.push(headers.get('x-ratelimit-nearlimit'));
    }
    assert.deepEqual([near[0], near[8]], ['false', 'true']);
  });

  test('rate limit headers come with access tokens only, and are all that a 429 has', async () => {
    const namesOf = (headers) => [...headers.keys()].filter((name) => /rate|retry/.test(name));
    const all = ['x-ratelimit-limit', 'x-ratelimit-nearlimit', 'x-ratelimit-resource'];
    for (const [headers, expected] of [[bearer('ATCTT-workspace'), all], [apiToken('ATATT-all'), []]]) {
      let answer = await get(bb, '/repositories/acme', headers);
      assert.deepEqual([answer.status, namesOf(answer.headers)], [200, expected]);
      for (let turn = 0; turn < 10; turn += 1) answer = await get(bb, '/repositories/acme', headers);
      assert.deepEqual([answer.status, namesOf(answer.headers)], [429, expected]);
    }
  });
});

describe('control', () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
  });
  after(() => bb.close());

  const controlOverHttp = (name, body, contentType = 'application/json') =>
    fetch(`${bb.origin}/__control/${name}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('what is not valid is refused', async () => {
    for (const ms of [-1, NaN, Infinity, '5', undefined])
      assert.throws(() => bb.control.advance(ms), RangeError);
    for (const fault of [
      undefined,
      {},
      { target: 'token' },
      { target: 'everything', kind: 'drop' },
      { target: 'token', kind: 'explode' },
      { target: 'token', kind: 'delay' },
      { target: 'token', kind: 'drop', times: 0 },
      { target: 'api', kind: 'status', status: 99 },
    ])
      assert.throws(() => bb.control.fault(fault), TypeError);
    assert.throws(() => bb.control.register({ key: 'nobody', callback: CALLBACK }), TypeError);
    assert.throws(() => bb.control.register({ callback: 'nowhere' }), TypeError);
    assert.throws(() => bb.control.connect({ key: 'nobody' }), TypeError);
    assert.throws(() => bb.control.connect({ times: 0 }), TypeError);
    assert.throws(() => bb.control.connect({ scopes: ['project:admin'] }), TypeError);
  });

  test('over HTTP: only POST, only JSON, only what there is', async () => {
    assert.equal((await fetch(`${bb.origin}/__control/stats`)).status, 405);
    assert.equal((await controlOverHttp('stats', '', 'text/plain')).status, 415);
    assert.equal((await controlOverHttp('constructor', {})).status, 404);
    assert.equal((await controlOverHttp('advance', '{')).status, 400);
    assert.equal((await controlOverHttp('advance', {})).status, 400);
    assert.equal((await controlOverHttp('fault', { target: 'token', kind: 'explode' })).status, 400);
  });

  test('over HTTP it does what the functions do', async () => {
    const { access_token: accessToken } = await connect(bb);
    assert.equal((await controlOverHttp('advance', { ms: 2 * HOUR })).status, 200);
    assert.equal((await get(bb, '/user', bearer(accessToken))).status, 401);
    await controlOverHttp('fault', { target: 'api', kind: 'status', status: 502 });
    assert.equal((await get(bb, '/user', bearer(accessToken))).status, 502);
    const stats = await (await controlOverHttp('stats', {})).json();
    assert.deepEqual(stats, bb.control.stats());
    assert.equal(stats.api.byStatus[401], 1);
    assert.ok((await (await controlOverHttp('log', {})).json()).length > 0);
    assert.equal(
      (await controlOverHttp('register', { callback: 'http://localhost:9999/dashboard/' })).status,
      200,
    );
    assert.equal(bb.client.callback, 'http://localhost:9999/dashboard/');
    bb.client.callback = CALLBACK;
    const { refresh_token: refreshToken } = await connect(bb);
    assert.equal((await controlOverHttp('revoke', {})).status, 200);
    assertRefused(await refresh(bb, refreshToken), WRONG_CREDENTIALS);
  });

  test('stats count what was processed, by grant, refused ones apart', async () => {
    bb.control.reset();
    const tokens = await connect(bb);
    await bb.authorize(authorizeUrl(bb), { grant: false });
    await new Browser().request(authorizeUrl(bb, { client_id: 'nobody' }));
    const next = (await refresh(bb, tokens.refresh_token)).body;
    await refresh(bb, 'unknown');
    await post(bb, '');
    await get(bb, '/repositories/acme', bearer(next.access_token));
    await get(bb, '/repositories/acme-labs', bearer(next.access_token));
    bb.control.fault({ target: 'token', kind: 'status' });
    await fetch(bb.tokenUrl, { method: 'POST' });
    const { authorize, token, api } = bb.control.stats();
    assert.deepEqual([authorize.granted, authorize.denied, authorize.refused], [1, 1, 1]);
    assert.deepEqual([token.requests, token.issued, token.refused, token.faults], [4, 2, 2, 1]);
    assert.deepEqual(token.authorization_code, { requests: 1, issued: 1, refused: 0 });
    assert.deepEqual(token.refresh_token, { requests: 2, issued: 1, refused: 1 });
    assert.deepEqual(token.other, { requests: 1, issued: 0, refused: 1 });
    assert.deepEqual(api.byEndpoint, { '/2.0/repositories/{ws}': 2 });
  });

  test('stats tell how many requests were under way at once, from header to answer', async () => {
    bb.control.reset();
    assert.deepEqual([bb.control.stats().token.mostAtOnce, bb.control.stats().api.mostAtOnce], [0, 0]);
    const { access_token: accessToken } = await connect(bb);
    for (let i = 0; i < 3; i += 1) await get(bb, '/user', bearer(accessToken));
    // They send no body until all have arrived.
    const waiting = Array.from({ length: 4 }, () => {
      const sent = request(bb.tokenUrl, { method: 'POST', headers: { 'content-length': 1 } });
      sent.flushHeaders();
      return sent;
    });
    while (bb.control.stats().token.mostAtOnce < 4) await new Promise(setImmediate);
    await Promise.all(waiting.map(async (sent) => {
      const answered = once(sent, 'response');
      sent.end('x');
      (await answered)[0].resume();
    }));
    bb.control.fault({ target: 'token', kind: 'drop' });
    await assert.rejects(refresh(bb, 'unknown'), TypeError);
    await refresh(bb, 'unknown');
    const { token, api } = bb.control.stats();
    assert.deepEqual([token.mostAtOnce, api.mostAtOnce], [4, 1]);
  });

  test('connect: connections without a browser, as many as wanted, each of its own', async () => {
    bb.control.reset();
    const asked = await connect(bb);
    const [first, second] = await (await controlOverHttp('connect', { times: 2 })).json();
    assert.deepEqual(Object.keys(first), Object.keys(asked));
    assert.equal(first.scope, bb.client.scopes.join(' '));
    assert.equal((await get(bb, '/user', bearer(first.access_token))).status, 200);
    assert.equal((await refresh(bb, first.refresh_token)).status, 200);
    assert.equal((await refresh(bb, second.refresh_token)).status, 200);
    assert.equal(bb.control.stats().token.authorization_code.requests, 1);
    const [narrow] = bb.control.connect({ scopes: ['account'] });
    assert.equal(narrow.scope, 'account');
  });

  test('reset forgets everything but the clients', async () => {
    const tokens = await connect(bb);
    const { key } = bb.client;
    bb.control.advance(HOUR);
    bb.control.fault({ target: 'api', kind: 'drop', times: 5 });
    bb.control.reset();
    assert.equal(bb.requests.length, 0);
    assert.equal(bb.control.stats().token.requests, 0);
    assertApiError(
      await get(bb, '/user', bearer(tokens.access_token)),
      401,
      'Token is invalid, expired, or not supported for this endpoint.',
    );
    assert.equal(bb.client.key, key);
    assert.equal((await get(bb, '/user', bearer((await connect(bb)).access_token))).status, 200);
  });
});

describe('faults', () => {
  let bb;
  let tokens;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK }] });
    tokens = await connect(bb);
  });
  after(() => bb.close());

  const rawRefresh = () =>
    fetch(bb.tokenUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': FORM, authorization: basic(bb.client) },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
      }).toString(),
    });
  const processed = () => bb.control.stats().token.refresh_token.issued;

  test('status: on the API in its shape, elsewhere plain, with Retry-After when asked for', async () => {
    bb.control.fault({ target: 'api', kind: 'status', status: 429, retryAfter: 7 });
    const limited = await get(bb, '/user', bearer(tokens.access_token));
    assertApiError(limited, 429, 'Rate limit for this resource has been exceeded.');
    assert.equal(limited.headers.get('retry-after'), '7');
    const before = processed();
    bb.control.fault({
      target: 'token',
      kind: 'status',
      status: 503,
      retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT',
    });
    const response = await rawRefresh();
    assert.equal(response.status, 503);
    assert.match(response.headers.get('content-type'), /^text\/plain/);
    assert.equal(response.headers.get('retry-after'), 'Wed, 21 Oct 2026 07:28:00 GMT');
    assert.equal(processed(), before);
  });

  test('with a path: only requests to it are hit', async () => {
    const status = async (path) => (await get(bb, path, bearer(tokens.access_token))).status;
    bb.control.fault({ target: 'api', kind: 'status', status: 503, path: '/repositories/acme-labs' });
    assert.equal(await status('/repositories/acme?role=member'), 200);
    assert.equal(await status('/repositories/acme-labs?role=member'), 503);
    assert.equal(await status('/repositories/acme-labs?role=member'), 200);
    assert.throws(() => bb.control.fault({ target: 'token', kind: 'drop', path: '/user' }), TypeError);
    assert.throws(() => bb.control.fault({ target: 'api', kind: 'drop', path: 'user' }), TypeError);
  });

  test('drop: the connection ends, and nothing was processed', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'drop' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(processed(), before);
  });

  test('drop-after: the connection ends, but the token was rotated', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'drop-after' });
    await assert.rejects(rawRefresh(), TypeError);
    assert.equal(processed(), before + 1);
    bb.control.advance(11 * MINUTE);
    assertRefused(await refresh(bb, tokens.refresh_token), WRONG_CREDENTIALS);
    bb.control.advance(MINUTE);
    tokens = await connect(bb);
  });

  test('html: 200 and a page, nothing processed', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'html' });
    const response = await rawRefresh();
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), /^text\/html/);
    assert.equal(processed(), before);
  });

  test('redirect: to another page, or where the test says', async () => {
    bb.control.fault({ target: 'token', kind: 'redirect' });
    bb.control.fault({
      target: 'token',
      kind: 'redirect',
      status: 307,
      location: 'https://evil.example.com/',
    });
    const first = await rawRefresh();
    assert.deepEqual([first.status, first.headers.get('location')], [302, `${bb.origin}/elsewhere`]);
    const second = await rawRefresh();
    assert.deepEqual([second.status, second.headers.get('location')], [307, 'https://evil.example.com/']);
  });

  test('truncate and empty: processed, but the answer is spoiled', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'truncate' });
    const truncated = await rawRefresh();
    assert.equal(truncated.status, 200);
    const half = await truncated.text();
    assert.ok(half.startsWith('{"access_token"'));
    assert.throws(() => JSON.parse(half), SyntaxError);
    bb.control.fault({ target: 'token', kind: 'empty' });
    const empty = await rawRefresh();
    assert.deepEqual([empty.status, await empty.text()], [200, '']);
    assert.equal(processed(), before + 2);
  });

  test('delay: the answer comes all the same', async () => {
    const before = processed();
    bb.control.fault({ target: 'token', kind: 'delay', delayMs: 30 });
    assert.equal((await rawRefresh()).status, 200);
    assert.equal(processed(), before + 1);
  });

  test('they hit the next matching requests only, in order', async () => {
    bb.control.reset();
    tokens = await connect(bb);
    bb.control.fault({ target: 'api', kind: 'status', status: 500, times: 2 });
    bb.control.fault({ target: 'api', kind: 'status', status: 502 });
    assert.equal((await rawRefresh()).status, 200);
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1)
      statuses.push((await get(bb, '/user', bearer(tokens.access_token))).status);
    assert.deepEqual(statuses, [500, 500, 502, 200]);
  });

  test('on the authorize page', async () => {
    bb.control.fault({ target: 'authorize', kind: 'status', status: 500 });
    await assert.rejects(bb.authorize(authorizeUrl(bb)), /answered 500/);
    assert.ok((await bb.authorize(authorizeUrl(bb))).startsWith(CALLBACK));
  });

  test('closing does not wait for a delayed answer', async () => {
    const other = await startBitbucket();
    other.control.fault({ target: 'api', kind: 'delay', delayMs: 600_000 });
    // As soon as one of the two is answered, the other one has arrived and waits.
    const both = [fetch(`${other.apiUrl}/user`), fetch(`${other.apiUrl}/user`)];
    assert.equal((await Promise.any(both)).status, 401);
    await other.close();
    const outcomes = (await Promise.allSettled(both)).map(({ status }) => status);
    assert.deepEqual(outcomes.sort(), ['fulfilled', 'rejected']);
  });
});

describe('log', () => {
  test('one line for each request, without a credential, whatever is sent', async () => {
    const lines = [];
    const secret = (name) => `MARKED-${name}-MARKED`;
    const clients = [
      {
        key: secret('key'),
        secret: secret('secret'),
        callback: `https://host.example.com/${secret('path')}`,
      },
    ];
    await withBitbucket(
      {
        clients,
        log: (line) => lines.push(line),
        apiTokens: [{ email: 'e@example.com', token: secret('api'), scopes: [] }],
      },
      async (bb) => {
        const { verifier, challenge } = pkce();
        const redirectUri = bb.client.callback;
        const url = authorizeUrl(bb, {
          redirect_uri: redirectUri,
          state: secret('state'),
          code_challenge: challenge,
          code_challenge_method: 'S256',
          [secret('name')]: secret('value'),
        });
        const code = new URL(await bb.authorize(url)).searchParams.get('code');
        const exchanged = await post(bb, {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
        });
        const { access_token: accessToken, refresh_token: refreshToken } = exchanged.body;
        await refresh(bb, refreshToken);
        await post(
          bb,
          { grant_type: secret('grant') },
          { authorization: basic({ key: 'x', secret: secret('wrong') }) },
        );
        const misplaced = `access_token=${accessToken}&page=${secret('page')}&state=${secret('pr')}`;
        await get(bb, `/user?${misplaced}`, bearer(accessToken));
        await get(bb, '/user', basic({ key: 'e@example.com', secret: secret('api') }));
        await fetch(`${bb.origin}/${secret('elsewhere')}?code=${code}`);
        await fetch(`${bb.tokenUrl}?client_secret=${secret('query')}`, { method: 'POST' });
        await new Browser().request(
          authorizeUrl(bb, { response_type: 'token', scope: secret('scope'), state: secret('s2') }),
        );
        await bb.authorize(authorizeUrl(bb, { redirect_uri: redirectUri, state: secret('s3') }), {
          grant: false,
        });
        bb.control.fault({ target: 'token', kind: 'drop' });
        await assert.rejects(refresh(bb, refreshToken));

        const all = lines.join('\n');
        assert.deepEqual(lines, bb.requests);
        assert.deepEqual(bb.control.log(), lines);
        for (const value of [code, verifier, challenge, accessToken, refreshToken])
          assert.equal(all.includes(value), false);
        assert.doesNotMatch(all, /MARKED/);
        assert.ok(lines.every((line) => !/[\r\n]/.test(line)));
        assert.ok(lines.includes('POST /site/oauth2/access_token 200 grant=authorization_code'));
        assert.ok(lines.includes('POST /site/oauth2/access_token 200 grant=refresh_token'));
        assert.ok(lines.includes('POST /site/oauth2/access_token - fault=drop'));
        assert.ok(
          lines.some((line) =>
            /^GET \/site\/oauth2\/authorize\?response_type=code&client_id=\[redacted\]&.*&state=\[redacted\]&code_challenge=\[redacted\]&code_challenge_method=S256&\[redacted\]=\[redacted\] 200 shown$/.test(
              line,
            ),
          ),
        );
        assert.ok(lines.includes('GET [unknown path]?code=[redacted] 404'));
      },
    );
  });
});

describe('the command', () => {
  const cli = fileURLToPath(new URL('../../demo/bitbucket/cli.js', import.meta.url));

  /** Starts it; `until` says when enough was printed. */
  function run(...args) {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output.err += text;
    });
    return { child, output, exited: once(child, 'close') };
  }

  for (const args of [
    ['--backend', 'newest'],
    ['--port', 'x'],
    ['--port', '70000'],
    ['--callback', 'nowhere'],
    ['--nonsense'],
  ]) {
    test(`${args.join(' ')} is refused`, async () => {
      const { output, exited } = run(...args);
      const [code] = await exited;
      assert.notEqual(code, 0);
      assert.notEqual(output.err, '');
    });
  }

  test('its help names every kind of fault, and every form of a status', async () => {
    const { output, exited } = run('--help');
    assert.deepEqual((await exited)[0], 0);
    for (const word of [...KINDS, ...Object.keys(STATUS_FORMS)]) assert.match(output.out, new RegExp(`\\b${word}\\b`));
  });

  test('a port in use is said to be', async () => {
    await withBitbucket({}, async (bb) => {
      const port = new URL(bb.origin).port;
      const { output, exited } = run('--port', port);
      assert.deepEqual((await exited)[0], 1);
      assert.equal(output.err, `port ${port} is in use\n`);
    });
  });

  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`it prints how to use it, works, and ends on ${signal}`, async () => {
      const { child, output, exited } = run(
        '--backend',
        'older',
        '--callback',
        CALLBACK,
        '--key',
        'the-key',
        '--secret',
        'the-secret',
      );
      while (!output.out.includes('credentials redacted')) await once(child.stdout, 'data');
      const setting = (name) =>
        new RegExp(`export INTEGRATION_AUTH_BITBUCKET_${name}=(.*)`).exec(output.out)[1];
      assert.deepEqual(
        [setting('CLIENT_ID'), setting('CLIENT_SECRET'), setting('REDIRECT_URI')],
        ['the-key', 'the-secret', CALLBACK],
      );
      assert.equal((await fetch(setting('TOKEN_URL'), { method: 'POST' })).status, 400);
      assert.equal((await fetch(`${setting('API_URL')}/user`)).status, 401);
      assert.equal((await fetch(setting('AUTHORIZE_URL'))).status, 400);
      child.kill(signal);
      assert.deepEqual(await exited, [0, null]);
    });
  }
});
