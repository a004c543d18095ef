/**
 * The simulator's authorization endpoint, compared with the known behaviour of Bitbucket.
 *
 * In: authorization requests as clients, browsers and attackers would send them. Out: checks of error pages, redirects, the login
 * page and the consent page. All other tests rely on the simulator, so these tests verify it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  Browser, CALLBACK, assertRefused, authorizeUrl, getCode, pkce, post, withBitbucket,
} from './simulator-requests.js';

const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

describe('an authorization request to the simulator', () => {
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
    ['a redirect_uri without the final slash', { redirect_uri: CALLBACK.slice(0, -1) }],
    ['an extended redirect_uri', { redirect_uri: `${CALLBACK}more` }],
    ['a redirect_uri with a query', { redirect_uri: `${CALLBACK}?a=1` }],
    ['a redirect_uri in another letter case', { redirect_uri: CALLBACK.replace('nocodb', 'NOCODB') }],
    [
      'a redirect_uri with the default port',
      { redirect_uri: CALLBACK.replace('.com', '.com:443') },
    ],
    ['a redirect_uri with a fragment', { redirect_uri: `${CALLBACK}#x` }],
  ]) {
    test(`with ${what} gets an error page and no redirect`, () => assertErrorPage(authorizeUrl(bb, parameters)));
  }

  test('with two values of client_id or redirect_uri gets an error page', async () => {
    await assertErrorPage(`${authorizeUrl(bb)}&client_id=${bb.client.key}`);
    await assertErrorPage(`${authorizeUrl(bb)}&redirect_uri=${encodeURIComponent(CALLBACK)}`);
  });

  test('of a client without a callback gets an error page, and the token endpoint rejects the client, too', async () => {
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
      'the challenge method "plain"',
      { code_challenge: pkce().challenge, code_challenge_method: 'plain' },
      'invalid_request',
    ],
    [
      'an unknown challenge method',
      { code_challenge: pkce().challenge, code_challenge_method: 's256' },
      'invalid_request',
    ],
    ['a challenge without a challenge method', { code_challenge: pkce().challenge }, 'invalid_request'],
    ['a challenge method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    [
      'a challenge that is too short',
      { code_challenge: 'abc', code_challenge_method: 'S256' },
      'invalid_request',
    ],
  ]) {
    test(`with ${what} gets the error ${error} and its state back, before any login`, async () => {
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

  test('with a repeated parameter gets the error invalid_request, without the state if the state is repeated', async () => {
    const doubled = await new Browser().request(`${authorizeUrl(bb)}&response_type=code`);
    assert.equal(new URL(doubled.location).searchParams.get('error'), 'invalid_request');
    const states = await new Browser().request(`${authorizeUrl(bb)}&state=t`);
    assert.equal(new URL(states.location).searchParams.get('error'), 'invalid_request');
    assert.equal(new URL(states.location).searchParams.has('state'), false);
  });

  test('must use GET or POST', async () => {
    const response = await fetch(authorizeUrl(bb), { method: 'PUT' });
    assert.equal(response.status, 405);
  });

  test('without redirect_uri uses the registered callback', async () => {
    const callback = await bb.authorize(authorizeUrl(bb, { redirect_uri: undefined }), { grant: true });
    assert.ok(callback.startsWith(`${CALLBACK}?code=`));
  });

  test('gets a state with special characters back unchanged', async () => {
    const state = 'a+b c%20d&e=f#g/é€😀"<>\'';
    const callback = await bb.authorize(authorizeUrl(bb, { state }), { grant: true });
    assert.equal(new URL(callback).searchParams.get('state'), state);
  });

  test('without a state gets a callback without a state', async () => {
    const callback = await bb.authorize(authorizeUrl(bb, { state: undefined }), { grant: true });
    assert.deepEqual([...new URL(callback).searchParams.keys()], ['code']);
  });

  for (const [callback, beginning] of [
    ['https://host.example.com', 'https://host.example.com?code='],
    ['https://host.example.com/cb?x=%7e&y', 'https://host.example.com/cb?x=%7e&y&code='],
    ['http://localhost:8080/a%2Fb?', 'http://localhost:8080/a%2Fb?code='],
    ['http://localhost:8080/a?b&', 'http://localhost:8080/a?b&code='],
  ]) {
    test(`keeps the bytes of the registered callback ${callback}`, async () => {
      await withBitbucket({ clients: [{ callback }] }, async (other) => {
        const target = await other.authorize(authorizeUrl(other, { redirect_uri: callback }));
        assert.ok(target.startsWith(beginning), target);
        assert.match(target.slice(beginning.length), /^[^&?]+&state=s$/);
      });
    });
  }
});

describe('the redirect_uri at the older back end', () => {
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

  test('must have the same host as a registered callback without a path', async () => {
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
    test(`may be extended by ${JSON.stringify(extension)}, and must be repeated in the token request`, async () => {
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

describe("the simulator's login and consent", () => {
  let bb;
  before(async () => {
    bb = await startBitbucket({ clients: [{ callback: CALLBACK, name: 'Tom & <b>Jerry</b>' }] });
  });
  after(() => bb.close());

  test('require a login before the consent, and reject a wrong password', async () => {
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
    test(`do not redirect to ${JSON.stringify(next)}`, async () => {
      const form = { next, username: 'dana', password: 'dana' };
      const { status, location } = await new Browser().request(`${bb.origin}/site/signin`, { form });
      assert.deepEqual([status, location], [400, null]);
      const page = await new Browser().request(`${bb.origin}/site/signin?${new URLSearchParams({ next })}`);
      assert.equal(page.status, 400);
    });
  }

  test('reject a consent from another session, without a login, with an unknown decision, or for a second time', async () => {
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

  test('show the client, each scope and the user, with escaped HTML', async () => {
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

  test('forbid frames, caches and referrers', async () => {
    const browser = new Browser();
    await browser.logIn(bb, authorizeUrl(bb));
    const { headers } = await browser.request(authorizeUrl(bb));
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });

  test('return access_denied with the state after Deny', async () => {
    const callback = new URL(await bb.authorize(authorizeUrl(bb, { state: 'st' }), { grant: false }));
    assert.equal(callback.searchParams.get('error'), 'access_denied');
    assert.equal(callback.searchParams.get('state'), 'st');
    assert.equal(callback.searchParams.has('code'), false);
  });

  test('return access_denied without the state if the option stateOnDenial is false', async () => {
    await withBitbucket({ stateOnDenial: false }, async (other) => {
      const callback = new URL(await other.authorize(authorizeUrl(other), { grant: false }));
      assert.equal(callback.searchParams.get('error'), 'access_denied');
      assert.equal(callback.searchParams.has('state'), false);
    });
  });

  test('never begin for an unknown client: authorize() throws the message of the error page', async () => {
    await assert.rejects(bb.authorize(authorizeUrl(bb, { client_id: 'nobody' })), /400: Invalid client_id/);
  });
});
