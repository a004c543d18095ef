/**
 * Callback URLs: any URL of NocoDB can be the callback URL, even one at which NocoDB itself serves something.
 *
 * In: the same login at each URL, in Chromium and in Firefox, and behind a proxy that removes a path prefix. Out: checks of the
 *   code that NocoDB's GUI gets, and of the page in the popup when there is no code.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as startRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { simulatorVariables } from '../support/environment.js';
import { freePort } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { FirefoxGui } from './support/firefox-gui.js';
import { Gui } from './support/gui.js';
import { ADMIN, Host } from './support/host.js';

const PREFIX = '/noco';

/** A proxy that serves NocoDB below a path prefix. The proxy removes the prefix from each request before NocoDB gets it. */
async function startProxy(port) {
  const proxy = createServer((request, response) => {
    const { method, url, headers } = request;
    const [, path] = /^\/noco(\/.*)$/.exec(url) ?? [];
    if (path === undefined) {
      response.writeHead(404).end();
      return;
    }
    const forwarded = startRequest({ host: '127.0.0.1', port, path, method, headers }, (received) => {
      response.writeHead(received.statusCode, received.headers);
      received.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { url: `http://localhost:${proxy.address().port}${PREFIX}`, close };
}

describe("NocoDB's callback URL", () => {
  let port;
  let proxy;
  let host;
  let bb;
  let chromium;
  let firefox;
  let connections = 0;

  before(async () => {
    port = await freePort();
    proxy = await startProxy(port);
    host = await Host.create();
  });

  after(async () => {
    await chromium?.close();
    await firefox?.close();
    await host?.remove();
    await bb?.close();
    proxy?.close();
  });

  /** Starts NocoDB, and a simulator in which this callback URL is registered. */
  async function startWith(callback, env) {
    await host.stop();
    await bb?.close();
    bb = await startBitbucket({ clients: [{ callback }] });
    await host.start(port, simulatorVariables(bb, env));
  }

  /** Connects in a browser whose user is signed in. */
  async function connect(gui, url) {
    await gui.newBitbucketConnection(url);
    await gui.grant();
    await gui.createIntegration();
  }

  async function assertConnected(more) {
    const rows = await host.integrations();
    assert.equal(rows.length, connections + more);
    connections = rows.length;
    for (const { id } of rows.slice(0, more)) {
      const { config } = await host.integration(id);
      assert.ok(config.refresh_token && !('oauth' in config));
    }
  }

  test('shows a denial to a user of Firefox, who can then log in again', async () => {
    await startWith(`http://localhost:${port}/`);
    chromium = await Gui.open('addresses');
    // NocoDB asks a new user some questions. The user skips them in Chromium, so NocoDB does not ask again in Firefox.
    await chromium.try(() => chromium.signIn(host.url, ADMIN));
    firefox = await FirefoxGui.open('firefox');
    await firefox.try(async () => {
      await firefox.signIn(host.url, ADMIN);
      await firefox.newBitbucketConnection(host.url);
      assert.match(await firefox.deny(), /^Access was denied\n/);
      await firefox.grant();
    });
    assert.deepEqual(await host.integrations(), []);
  });

  for (const path of ['/', '/dashboard', '/dashboard/', '/any/path']) {
    test(`may be ${path}, in Chromium and in Firefox`, async () => {
      if (path !== '/') await startWith(`http://localhost:${port}${path}`);
      await Promise.all([chromium, firefox].map((gui) => gui.try(() => connect(gui, host.url))));
      await assertConnected(2);
    });
  }

  test('serves callbacks also in a worker process, which redirects all other requests to NC_DASHBOARD_URL', async (context) => {
    const { url: redis } = await startRedis(context);
    await startWith(`http://localhost:${port}/`, { NC_WORKER_CONTAINER: 'true', NC_REDIS_URL: redis, NC_DASHBOARD_URL: '/elsewhere' });
    const ask = (target) => fetch(host.url + target, { redirect: 'manual' });
    assert.match(await (await ask('/?code=abc&state=def')).text(), /Bitbucket has answered/);
    assert.match(await (await ask('/?error=access_denied&state=def')).text(), /Access was denied/);
    for (const target of ['/', '/?code=abc', '/?code=abc&state=def&authuser=0']) {
      assert.equal((await ask(target)).headers.get('location'), '/elsewhere');
    }
  });

  test('works behind a proxy that removes a prefix from the path of the URL', async () => {
    await startWith(`${proxy.url}/`, { NC_PUBLIC_URL: proxy.url });
    // Browsers send cookies to every port of a host, so the user is signed in behind the proxy as well.
    await firefox.try(() => connect(firefox, proxy.url));
    await assertConnected(1);
  });
});
