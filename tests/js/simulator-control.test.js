/** How a test controls the simulator: its options, its control endpoint, its log and its command line. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STATUS_FORMS } from '../../demo/bitbucket/api-errors.js';
import { KINDS } from '../../demo/bitbucket/faults.js';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import {
  Browser, CALLBACK, WRONG_CREDENTIALS, assertApiError, assertRefused, authorizeUrl, basic, bearer, connect, get,
  getCode, pkce, post, refresh, withBitbucket,
} from './simulator-requests.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const INVALID_CODE = [400, 'invalid_grant', 'The specified code is not valid.'];

describe("the simulator's options", () => {
  test('are rejected if they are unknown or invalid', async () => {
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
      [{ ...token, kind: 'repository', scopes: [] }, /must name a repository/],
      [{ ...token, kind: 'workspace', repository: 'billing-service' }, /must name a repository/],
      [{ ...token, kind: 'project' }, /only access tokens of workspaces/],
      [{ ...token, kind: 'repository', repository: 'billing-service' }, /only access tokens of workspaces/],
    ]) await assert.rejects(startBitbucket({ accessTokens: [accessToken] }), message);
  });

  test('count as absent if they are undefined', async () => {
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
    test(`default to new client credentials at each start, with the lengths of the ${backend} back end`, async () => {
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

describe("the simulator's control", () => {
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

  test('rejects invalid values', async () => {
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

  test('accepts only POST, JSON and existing functions over HTTP', async () => {
    assert.equal((await fetch(`${bb.origin}/__control/stats`)).status, 405);
    assert.equal((await controlOverHttp('stats', '', 'text/plain')).status, 415);
    assert.equal((await controlOverHttp('constructor', {})).status, 404);
    assert.equal((await controlOverHttp('advance', '{')).status, 400);
    assert.equal((await controlOverHttp('advance', {})).status, 400);
    assert.equal((await controlOverHttp('fault', { target: 'token', kind: 'explode' })).status, 400);
  });

  test('offers its functions over HTTP, too', async () => {
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

  test('counts granted and rejected token requests for each grant type', async () => {
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

  test('counts how many requests were in progress at once, each from the arrival of its headers to its response', async () => {
    bb.control.reset();
    assert.deepEqual([bb.control.stats().token.mostAtOnce, bb.control.stats().api.mostAtOnce], [0, 0]);
    const { access_token: accessToken } = await connect(bb);
    for (let i = 0; i < 3; i += 1) await get(bb, '/user', bearer(accessToken));
    // None of these requests sends its body until the headers of all of them have arrived.
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

  test('creates any number of connections without a browser, each with its own tokens', async () => {
    bb.control.reset();
    const loggedIn = await connect(bb);
    const [first, second] = await (await controlOverHttp('connect', { times: 2 })).json();
    assert.deepEqual(Object.keys(first), Object.keys(loggedIn));
    assert.equal(first.scope, bb.client.scopes.join(' '));
    assert.equal((await get(bb, '/user', bearer(first.access_token))).status, 200);
    assert.equal((await refresh(bb, first.refresh_token)).status, 200);
    assert.equal((await refresh(bb, second.refresh_token)).status, 200);
    assert.equal(bb.control.stats().token.authorization_code.requests, 1);
    const [narrow] = bb.control.connect({ scopes: ['account'] });
    assert.equal(narrow.scope, 'account');
  });

  test('forgets everything except the clients at a reset', async () => {
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

describe("the simulator's log", () => {
  test('has one line for each request, without credentials', async () => {
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

describe("the simulator's command", () => {
  const cli = fileURLToPath(new URL('../../demo/bitbucket/cli.js', import.meta.url));

  /** Starts the command. Returns the process, its output so far, and a promise that resolves when the process has ended. */
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
    test(`rejects the arguments ${args.join(' ')}`, async () => {
      const { output, exited } = run(...args);
      const [code] = await exited;
      assert.notEqual(code, 0);
      assert.notEqual(output.err, '');
    });
  }

  test('names every kind of fault and every form of a status fault in its help', async () => {
    const { output, exited } = run('--help');
    assert.deepEqual((await exited)[0], 0);
    for (const word of [...KINDS, ...Object.keys(STATUS_FORMS)]) assert.match(output.out, new RegExp(`\\b${word}\\b`));
  });

  test('reports that a port is in use', async () => {
    await withBitbucket({}, async (bb) => {
      const port = new URL(bb.origin).port;
      const { output, exited } = run('--port', port);
      assert.deepEqual((await exited)[0], 1);
      assert.equal(output.err, `port ${port} is in use\n`);
    });
  });

  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`prints variables for the plugin, responds to requests, and ends on ${signal}`, async () => {
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
