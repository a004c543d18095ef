/**
 * What `doctor` reports about the connections to NocoDB and to Bitbucket: the redirect URI with servers and proxies in
 * front of NocoDB, Bitbucket through a real CONNECT proxy, certificates of a private authority, and a clock that is wrong.
 */
import assert from 'node:assert/strict';
import { request as startRequest } from 'node:http';
import { lookup } from 'node:dns';
import { after, describe, test } from 'node:test';
import { RequestError, Server } from 'proxy-chain';
import { NAME, makeCertificates } from '../support/certificates.js';
import { freePort, json, serve } from '../support/http-server.js';
import { assertOne, examine, scene, unreachable } from './doctor-scene.js';

const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';

/**
 * Starts a proxy in front of NocoDB, and returns the environment with this proxy in the redirect URI. `change` changes the
 * headers of responses, and `url` changes the URLs of requests.
 */
async function proxied(t, { nocodb, env }, change, url = (target) => target) {
  const proxy = await serve(t, (request, response) => new Promise((resolve) => {
    startRequest(`${nocodb.origin}${url(request.url)}`, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, change(answer.headers));
      answer.pipe(response).on('close', resolve);
    }).end();
  }));
  return { ...env, [`${PREFIX}REDIRECT_URI`]: `${proxy.origin}/` };
}

const unchanged = (headers) => headers;

describe('`doctor` checks the redirect URI and', () => {
  test("accepts the plugin's page, also when the URI has a query", async (t) => {
    const { env, nocodb } = await scene(t);
    const found = await examine(t, { ...env, [`${PREFIX}REDIRECT_URI`]: `${nocodb.origin}/?tenant=7` });
    assertOne(found('redirect-uri'), 'good', /^The redirect URI http:\/\/127\.0\.0\.1:\d+\/ returns the plugin's page\. $/);
  });

  for (const [what, answer, words] of [
    ['a redirect by NocoDB 0.301.3 without the preload', (response) => response.writeHead(302, { location: '/dashboard' }), /without the query, so the code.*NODE_OPTIONS="--require nocodb-bitbucket-auth\/register".*container.*pkg\/register\.cjs/],
    ['a redirect to another path', (response, url) => response.writeHead(301, { location: `/dashboard/${url.slice(1)}` }), /to another path, with the query/],
    ["a redirect to a company's login page", (response) => response.writeHead(302, { location: 'https://login.example/?state=x' }), /to another server/],
    ['the status 404', (response) => response.writeHead(404), /the status 404.*NODE_OPTIONS.*NC_PUBLIC_URL/],
    ['the status 401 for a login', (response) => response.writeHead(401), /requires another login in front of NocoDB \(401\)/],
    ['the status 502 of a proxy that cannot reach NocoDB', (response) => response.writeHead(502), /fails with the status 502.*whether NocoDB runs/],
    ['a page of NocoDB itself', (response) => response.writeHead(200, { 'content-type': 'text/html' }), /returns another page than the plugin's \(200\).*NODE_OPTIONS/],
  ]) {
    test(`reports a wrong response (${what})`, async (t) => {
      const { env } = await scene(t, { answers: { '/': ({ url }, response) => answer(response, url).end('<title>Other</title>') } });
      assertOne((await examine(t, env))('redirect-uri'), 'bad', words);
    });
  }

  test('reports a redirect to plain http', async (t) => {
    const { tls, authority } = makeCertificates(t);
    const { origin } = await serve(t, ({ headers }, response) => {
      response.writeHead(301, { location: `http://${headers.host}/?state=x` }).end();
    }, tls);
    const env = await unreachable({ NODE_EXTRA_CA_CERTS: authority, [`${PREFIX}REDIRECT_URI`]: `${origin}/` });
    assertOne((await examine(t, env))('redirect-uri'), 'bad', /from https to http.*X-Forwarded-Proto/);
  });

  test('reports a URI that cannot be reached, or whose certificate is not accepted', async (t) => {
    const env = await unreachable();
    assertOne((await examine(t, env))('redirect-uri'), 'bad', /cannot be reached from this machine: the connection was refused/);
    const { tls } = makeCertificates(t);
    const { origin } = await serve(t, (_request, response) => response.end(), tls);
    const found = await examine(t, { ...env, [`${PREFIX}REDIRECT_URI`]: `${origin}/` });
    assertOne(found('redirect-uri'), 'bad', /certificate is not accepted/);
  });

  test('reports a URI that does not respond', async (t) => {
    const { env } = await scene(t, { answers: { '/': () => {} } });
    const found = await examine(t, { ...env, [`${PREFIX}TIMEOUT_MS`]: '500' });
    assertOne(found('redirect-uri'), 'bad', /there was no response in time/);
  });

  for (const [what, change, words] of [
    ['another Content-Security-Policy', (headers) => ({ ...headers, 'content-security-policy': "default-src 'self'" }), /differs from the page of this version: Content-Security-Policy\./],
    ['a second Content-Security-Policy', ({ 'content-security-policy': own = '', ...headers }) => (
      { ...headers, 'content-security-policy': [own, "default-src 'self'"] }), /: Content-Security-Policy\./],
    ['no Cross-Origin-Opener-Policy', ({ 'cross-origin-opener-policy': _removed, ...headers }) => headers, /: Cross-Origin-Opener-Policy\./],
    ['a Cache-Control that allows caching', (headers) => ({ ...headers, 'cache-control': 'max-age=60' }), /: Cache-Control\. Have the proxy/],
  ]) {
    test(`reports a proxy that sends ${what}`, async (t) => {
      const env = await proxied(t, await scene(t), change);
      assertOne((await examine(t, env))('redirect-uri'), 'warning', words);
    });
  }

  test('accepts a proxy that changes nothing', async (t) => {
    const env = await proxied(t, await scene(t), unchanged);
    assertOne((await examine(t, env))('redirect-uri'), 'good', /./);
  });

  test('reports a proxy that changes the page', async (t) => {
    const { env, nocodb } = await scene(t);
    const { origin } = await serve(t, async ({ url }, response) => {
      const answer = await fetch(nocodb.origin + url);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(`${await answer.text()}<script></script>`);
    });
    const found = await examine(t, { ...env, [`${PREFIX}REDIRECT_URI`]: `${origin}/` });
    assertOne(found('redirect-uri'), 'warning', /the page itself/);
  });

  test('reports a proxy that removes the query', async (t) => {
    const { answers } = { answers: { '/dashboard': (_request, response) => response.end('<title>NocoDB</title>') } };
    const host = await scene(t, { answers });
    const env = await proxied(t, host, unchanged, (target) => (target.includes('?') ? '/dashboard' : target));
    const found = await examine(t, { ...env, NC_PUBLIC_URL: host.nocodb.origin });
    assertOne(found('redirect-uri'), 'bad', /a proxy removes the query/);
  });
});

describe('`doctor` checks NocoDB and', () => {
  test('prints its version and edition', async (t) => {
    const { env } = await scene(t);
    assertOne((await examine(t, env))('nocodb'), 'good', /^NocoDB 0\.301\.3, community edition, answers at http:\/\/127/);
  });

  test('finds NocoDB by --nocodb or NC_PUBLIC_URL, and does not print the user info of these URLs', async (t) => {
    const { env, nocodb } = await scene(t);
    const elsewhere = { ...env, [`${PREFIX}REDIRECT_URI`]: `http://127.0.0.1:${await freePort()}/` };
    const address = nocodb.origin.replace('//', '//marked:marked@');
    for (const [more, args] of [[{ NC_PUBLIC_URL: `${address}/` }, []], [{}, ['--nocodb', address]]]) {
      const found = await examine(t, { ...elsewhere, ...more }, { args, secrets: ['marked'] });
      assertOne(found('nocodb'), 'good', /0\.301\.3/);
      assertOne(found('redirect-uri'), 'bad', /cannot be reached/);
    }
    assertOne((await examine(t, elsewhere))('nocodb'), 'warning', /cannot be reached from here.*Check whether NocoDB runs there, or set another URL with --nocodb/);
  });

  test('says that the version is unknown when NocoDB does not report one', async (t) => {
    const { env } = await scene(t, { answers: { '/api/v2/meta/nocodb/info': (_request, response) => json(response, 200, { ee: true }) } });
    assertOne((await examine(t, env))('nocodb'), 'good', /^NocoDB of an unknown version, enterprise edition, answers/);
  });

  test('finds NocoDB at the redirect URI when NC_PUBLIC_URL is invalid, and reports this variable', async (t) => {
    const { env } = await scene(t);
    for (const value of ['marked:8080', 'marked.example', 'ftp://marked.example']) {
      const [wrong, ...rest] = (await examine(t, { ...env, NC_PUBLIC_URL: value }, { secrets: ['marked'] }))('nocodb');
      assert.equal(wrong.verdict, 'bad');
      assert.match(wrong.text, /^NC_PUBLIC_URL must be a URL that starts with http:\/\/ or https:\/\/\.$/);
      assertOne(rest, 'good', /0\.301\.3/);
    }
  });

  test('explains where a reported version comes from if it is not a version of NocoDB', async (t) => {
    for (const [version, words] of [
      ['0.2.0', /^NocoDB, community edition, answers at http:\S+ It reports the version 0\.2\.0, which is not a version of NocoDB. Outside of/],
      ['1.301.3', /version 1\.301\.3/],
      ['2026.09.0', /^NocoDB 2026\.09\.0, community/],
      ['0.258.11', /^NocoDB 0\.258\.11, community/],
    ]) {
      const info = (_request, response) => json(response, 200, { version, ee: false });
      const { env } = await scene(t, { answers: { '/api/v2/meta/nocodb/info': info } });
      assertOne((await examine(t, env))('nocodb'), 'good', words);
    }
  });

  test('reports a server that does not respond like NocoDB', async (t) => {
    for (const answer of [(response) => response.writeHead(404).end(), (response) => json(response, 200, { version: 3 })]) {
      const { env, paths } = await scene(t, { answers: { '/api/v2/meta/nocodb/info': (_request, response) => answer(response) } });
      assert.ok(paths.INFO);
      assertOne((await examine(t, env))('nocodb'), 'bad', /does not respond like NocoDB.*Check whether NocoDB runs there, .*set another URL with --nocodb/);
    }
  });

  test('prints a version with control characters and line breaks on one line', async (t) => {
    const version = `\x1b[31m${'v\n'.repeat(100)}`;
    const { env } = await scene(t, { answers: { '/api/v2/meta/nocodb/info': (_request, response) => json(response, 200, { version }) } });
    const [{ text }] = (await examine(t, env))('nocodb');
    assert.doesNotMatch(text, /[\x00-\x1f]/);
    assert.ok(text.length < 300);
  });

  test('reports a proxy that adds a Cross-Origin-Opener-Policy, unless the policy allows popups', async (t) => {
    for (const [policy, verdict] of [['same-origin', 'bad'], ['same-origin-allow-popups; report-to="x"', 'good']]) {
      const change = (headers) => ({ ...headers, 'cross-origin-opener-policy': policy });
      const env = await proxied(t, await scene(t), change);
      assertOne((await examine(t, env))('nocodb'), verdict, verdict === 'bad' ? /separates the login window/ : /./);
    }
  });
});

describe('`doctor` checks the preload and', () => {
  const LIST = '/api/v2/integrations';

  test('finds the preload active with this environment', async (t) => {
    const { env } = await scene(t);
    assertOne((await examine(t, env))('preload'), 'good', /with the Key and the redirect URI of this environment/);
  });

  for (const [variables, words] of [
    [{ [`${PREFIX}CLIENT_ID`]: 'another-key' }, /with another Key than/],
    [{ [`${PREFIX}REDIRECT_URI`]: 'https://nocodb.example/' }, /with another redirect URI than/],
    [{ [`${PREFIX}CLIENT_SECRET`]: '' }, /does not offer OAuth2/],
  ]) {
    test(`reports that the preload is active with another environment (${Object.keys(variables)})`, async (t) => {
      const { env } = await scene(t, { variables });
      assertOne((await examine(t, env, { secrets: ['another-key'] }))('preload'), 'bad', words);
    });
  }

  test('finds the preload active when this environment has no client', async (t) => {
    const { nocodb } = await scene(t);
    const found = await examine(t, { NC_PUBLIC_URL: nocodb.origin });
    assertOne(found('preload'), 'good', /where OAuth2 is configured/);
  });

  test('reports an inactive preload when NocoDB lists no Bitbucket, or only the Bitbucket of another package', async (t) => {
    const other = [{ type: 'auth', sub_type: 'bitbucket', manifest: { title: 'Bitbucket', description: 'Another' } }, null, 7];
    for (const list of [[], other]) {
      const { env } = await scene(t, { answers: { [LIST]: (_request, response) => json(response, 200, list) } });
      assertOne((await examine(t, env))('preload'), 'bad', /not active.*NODE_OPTIONS/);
    }
  });

  test('recognises the preload by the callback page alone when NocoDB requires a sign-in', async (t) => {
    const guarded = { [LIST]: (_request, response) => json(response, 401, {}) };
    const { env } = await scene(t, { answers: guarded });
    assertOne((await examine(t, env))('preload'), 'good', /active in the process that answers at the redirect URI/);
    const without = await scene(t, { answers: { ...guarded, '/': (_request, response) => response.end() } });
    assertOne((await examine(t, without.env))('preload'), 'warning', /cannot be checked/);
  });

  test('skips the check when the server does not respond like NocoDB', async (t) => {
    for (const status of [302, 404, 502]) {
      const { origin } = await serve(t, (_request, response) => response.writeHead(status).end());
      const found = await examine(t, await unreachable({ NC_PUBLIC_URL: origin }));
      assertOne(found('nocodb'), 'bad', /./);
      assertOne(found('preload'), 'skipped', /^The preload was not checked: the server at http:\S+ does not respond like NocoDB\. $/);
    }
  });

  test('skips the check when no option or variable contains the URL of NocoDB', async (t) => {
    const found = await examine(t, await unreachable({ [`${PREFIX}REDIRECT_URI`]: '' }));
    const cure = 'is not known\\. Set it with --nocodb\\.';
    assertOne(found('nocodb'), 'skipped', new RegExp(`^NocoDB was not checked, because its URL ${cure} $`));
    assertOne(found('preload'), 'skipped', new RegExp(`^The preload was not checked: NocoDB's URL ${cure} $`));
  });

  test('skips the check when NocoDB cannot be reached', async (t) => {
    assertOne((await examine(t, await unreachable()))('preload'), 'skipped', /not checked: the connection was refused/);
  });
});

describe('`doctor` checks the endpoints and', () => {
  const files = makeCertificates({ after });

  /** Starts a Bitbucket over TLS with a name that only the proxy can resolve, and returns the variables for it. */
  async function bitbucket(t, answer = (_request, response) => json(response, 401, {})) {
    const { port } = await serve(t, answer, files.tls);
    const origin = `https://${NAME}:${port}`;
    return unreachable({
      NODE_EXTRA_CA_CERTS: files.authority,
      [`${PREFIX}AUTHORIZE_URL`]: `${origin}/authorize`,
      [`${PREFIX}TOKEN_URL`]: `${origin}/token`,
      [`${PREFIX}API_URL`]: `${origin}/2.0`,
    });
  }

  async function startProxy(t, prepare = () => ({})) {
    const targets = [];
    const proxy = new Server({
      host: '127.0.0.1',
      port: 0,
      prepareRequestFunction: ({ hostname, port, ...more }) => {
        targets.push(`${hostname}:${port}`);
        return { dnsLookup: (_name, ...rest) => lookup('127.0.0.1', ...rest), ...prepare(more) };
      },
    });
    await proxy.listen();
    t.after(() => proxy.close(true));
    return { address: `127.0.0.1:${proxy.port}`, targets };
  }

  const assertAllThree = (findings, verdict, words) => {
    assert.deepEqual(findings.map((finding) => finding.verdict), [verdict, verdict, verdict]);
    for (const [index, name] of ['authorization endpoint', 'token endpoint', 'API'].entries()) {
      assert.match(findings[index].text, new RegExp(`^The ${name} at `));
      assert.match(`${findings[index].text} ${findings[index].cure}`, words);
    }
  };

  test('reaches the endpoints through a proxy, and prints the URL of the proxy without its credentials', async (t) => {
    const env = await bitbucket(t);
    const { address, targets } = await startProxy(t, ({ username }) => ({ requestAuthentication: username !== 'marked' }));
    const found = await examine(t, { ...env, HTTPS_PROXY: `http://marked:marked@${address}` }, { secrets: ['marked', 'bWFya2Vk'] });
    assertAllThree(found('endpoints'), 'good', new RegExp(`answers through the proxy http://${address} of HTTPS_PROXY\\.`));
    assert.ok(targets.length >= 3);
  });

  test('reports that a proxy is missing, cannot be reached, rejects the request, or requires credentials', async (t) => {
    const env = await bitbucket(t);
    assertAllThree((await examine(t, env))('endpoints'), 'bad', /cannot be reached directly: the host name could not be resolved\. Check this machine's name service\. .*set HTTPS_PROXY/);
    const refusing = await startProxy(t, () => { throw new RequestError('no', 403); });
    assertAllThree((await examine(t, { ...env, HTTPS_PROXY: `http://${refusing.address}` }))('endpoints'), 'bad', /through the proxy .*refused the connection/);
    const asking = await startProxy(t, () => ({ requestAuthentication: true }));
    assertAllThree((await examine(t, { ...env, HTTPS_PROXY: `http://${asking.address}` }))('endpoints'), 'bad', /the proxy requires credentials.*Correct the user name and the password in HTTPS_PROXY/);
    const gone = `http://127.0.0.1:${await freePort()}`;
    assertAllThree((await examine(t, { ...env, HTTPS_PROXY: gone }))('endpoints'), 'bad', /was refused\. Start the proxy, or correct HTTPS_PROXY\./);
    const failing = await startProxy(t, () => { throw new RequestError('no', 502); });
    assertAllThree((await examine(t, { ...env, HTTPS_PROXY: `http://${failing.address}` }))('endpoints'), 'bad', /whether the proxy's machine can reach/);
    assertAllThree((await examine(t, { ...env, HTTPS_PROXY: 'http://proxy.invalid' }))('endpoints'), 'bad', /the proxy's name in HTTPS_PROXY/);
  });

  test('does not bypass a proxy whose URL cannot be used, and reports the proxy once', async (t) => {
    const found = await examine(t, { ...await bitbucket(t), HTTPS_PROXY: 'socks5://marked:marked@proxy.example' }, { secrets: ['marked'] });
    const [problem, ...rest] = found('endpoints');
    assert.match(problem.text, /^HTTPS_PROXY must start with http/);
    assertOne(found('clock'), 'skipped', /^The clock was not checked: the proxy cannot be used\. $/);
    assertAllThree(rest, 'skipped', /was not checked, because the proxy cannot be used/);
  });

  test('reports a certificate that is not accepted', async (t) => {
    const env = await bitbucket(t);
    const { address } = await startProxy(t);
    const found = await examine(t, { ...env, HTTPS_PROXY: `http://${address}`, NODE_EXTRA_CA_CERTS: '' });
    assertAllThree(found('endpoints'), 'bad', /certificate is not accepted.*with NODE_EXTRA_CA_CERTS/);
  });

  test('reports the login page of a gateway, and server errors', async (t) => {
    const env = async (answer) => {
      const { origin } = await serve(t, answer);
      return unreachable({
        [`${PREFIX}AUTHORIZE_URL`]: `${origin}/authorize`,
        [`${PREFIX}TOKEN_URL`]: `${origin}/token`,
        [`${PREFIX}API_URL`]: `${origin}/2.0`,
      });
    };
    const portal = (await examine(t, await env((_request, response) => response.writeHead(200).end('<html>'))))('endpoints');
    assert.deepEqual(portal.map(({ verdict }) => verdict), ['good', 'bad', 'bad']);
    assert.match(portal[1].text, /A server other than Bitbucket answers for the token endpoint at .*status 200/);
    assertAllThree((await examine(t, await env((_request, response) => response.writeHead(503).end())))('endpoints'), 'warning', /a server error \(503\)/);
  });

  test('reports invalid URLs', async (t) => {
    const found = await examine(t, await unreachable({ [`${PREFIX}API_URL`]: 'http://marked.example' }), { secrets: ['marked'] });
    const [problem, ...others] = found('endpoints');
    assertOne([problem], 'bad', /API_URL must start with https/);
    // The other two endpoints are still requested.
    assert.deepEqual(others.map(({ text }) => /^The (authorization|token) endpoint/.exec(text)?.[1]), ['authorization', 'token']);
    assertOne(found('clock'), 'skipped', /a configured URL of Bitbucket is invalid/);
  });
});

describe('`doctor` checks the clock and', () => {
  const at = async (t, date) => {
    const { origin } = await serve(t, (_request, response) => {
      response.sendDate = false;
      json(response, 401, {}, date === undefined ? {} : { date });
    });
    return (await examine(t, await unreachable({ [`${PREFIX}API_URL`]: `${origin}/2.0` })))('clock');
  };
  const later = (ms) => new Date(Date.now() + ms).toUTCString();

  for (const [name, date, verdict, words] of [
    ["agrees with Bitbucket's clock", () => later(0), 'good', /is within a minute/],
    ['is half a minute ahead', () => later(-30_000), 'good', /is within a minute/],
    ['is 200 seconds ahead', () => later(-200_000), 'bad', /^The clock is (19|20)\d seconds ahead of Bitbucket's\. .*NTP/],
    ['is an hour behind', () => later(3_600_000), 'bad', /^The clock is 3[56]\d\d seconds behind/],
    ['cannot be compared, because the response has no date', () => undefined, 'skipped', /sent no date/],
  ]) {
    test(`gives the verdict "${verdict}" if the clock ${name}`, async (t) => assertOne(await at(t, date()), verdict, words));
  }

  test('skips the check when no server responds', async (t) => {
    assertOne((await examine(t, await unreachable()))('clock'), 'skipped', /the connection was refused/);
  });
});
