/**
 * Processes that are suspended for longer than their time limits, like those of a suspended machine. When a process continues, it
 * reads the data that has arrived before it applies a time limit, because a token response may contain the only valid refresh
 * token.
 */
import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Server } from 'proxy-chain';
import { NAME, makeCertificates } from '../support/certificates.js';
import { environment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { json, listen, serve } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { startStoreProcess } from './shared-stores.js';

/** The time limit of a request: long enough for a busy machine to receive a response that is sent immediately. */
const LIMIT_MS = 2500;

/** How much longer than its time limits a process is suspended or blocked. */
const BEYOND_MS = 700;

const TOKENS = { access_token: 'the-token', token_type: 'bearer', expires_in: 7200, refresh_token: 'the-refresh-token' };
const USER = { type: 'user', uuid: '{the-uuid}', display_name: 'Ada' };

/** A config that needs no token request. */
const ACCESS_TOKEN = JSON.stringify({ type: 'api_key', token: 'the-token' });

/** A list that is longer than the data that a socket delivers at once. */
const LONG_LIST = Array.from({ length: 30_000 }, (_, index) => `number ${index}`);

/** The response to each path. */
const ANSWERS = {
  '/site/oauth2/access_token': TOKENS,
  '/2.0/user': USER,
  '/2.0/repositories/acme': { values: LONG_LIST },
};

/**
 * Imitates Bitbucket. At the first request for `path`, suspends the process that sent it for longer than `limitMs`, and responds
 * to the request in the meantime.
 */
function stopping(path, limitMs, respond = json) {
  let child;
  let isOver = false;
  return {
    onStart: (started) => {
      child = started;
    },
    answer: async ({ url }, response) => {
      const value = ANSWERS[url];
      if (url !== path || isOver) return respond(response, 200, value);
      isOver = true;
      child.kill('SIGSTOP');
      await pause(BEYOND_MS / 2);
      respond(response, 200, value);
      await pause(limitMs + BEYOND_MS / 2);
      return child.kill('SIGCONT');
    },
  };
}

const compressed = (response, status, value) => response
  .writeHead(status, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  .end(gzipSync(JSON.stringify(value)));

/** Starts a proxy that resolves NAME to this machine. */
async function startProxy(t, options) {
  const dnsLookup = (_name, ...rest) => lookup('127.0.0.1', ...rest);
  const proxy = new Server({ host: '127.0.0.1', port: 0, ...options, prepareRequestFunction: () => ({ dnsLookup }) });
  await proxy.listen();
  t.after(() => proxy.close(true));
  return `${options.serverType}://127.0.0.1:${proxy.port}`;
}

describe('a response that arrives while the process is suspended', { concurrency: 4 }, () => {
  const run = (t, args, origin, more, onStart) => runJsonFixture(t, 'connect.js', args, environment(origin, {
    INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(LIMIT_MS), ...more,
  }), onStart);

  for (const how of ['plain', 'over TLS', 'compressed']) {
    test(`is used if the token endpoint sends it: ${how}`, async (t) => {
      const { authority, tls } = makeCertificates(t);
      const respond = how === 'compressed' ? compressed : json;
      const { answer, onStart } = stopping('/site/oauth2/access_token', LIMIT_MS, respond);
      const { origin, requests } = await serve(t, answer, how === 'over TLS' ? tls : undefined);
      const { error, list } = await run(t, [], origin, { NODE_EXTRA_CA_CERTS: authority }, onStart);
      assert.equal(error, undefined);
      assert.deepEqual(list, LONG_LIST);
      assert.equal(requests.filter(({ url }) => url === '/site/oauth2/access_token').length, 1);
    });
  }

  for (const serverType of ['http', 'https']) {
    test(`is used if the token endpoint sends it through a proxy that is reached over ${serverType}`, async (t) => {
      const { authority, tls } = makeCertificates(t);
      const { answer, onStart } = stopping('/site/oauth2/access_token', LIMIT_MS);
      const { port } = await serve(t, answer, tls);
      const proxy = await startProxy(t, { serverType, httpsOptions: tls });
      const { error, list } = await run(t, [], `https://${NAME}:${port}`, {
        NODE_EXTRA_CA_CERTS: authority, HTTPS_PROXY: proxy,
      }, onStart);
      assert.equal(error, undefined);
      assert.deepEqual(list, LONG_LIST);
    });
  }

  for (const how of ['plain', 'over TLS']) {
    test(`is used if it is a long response of the API: ${how}`, async (t) => {
      const { authority, tls } = makeCertificates(t);
      const { answer, onStart } = stopping('/2.0/repositories/acme', LIMIT_MS);
      const { origin } = await serve(t, answer, how === 'over TLS' ? tls : undefined);
      const { error, list } = await run(t, [ACCESS_TOKEN], origin, { NODE_EXTRA_CA_CERTS: authority }, onStart);
      assert.equal(error, undefined);
      assert.deepEqual(list, LONG_LIST);
    });
  }

  test('is used if it is the response of the API that names the user of the tokens', async (t) => {
    const { answer, onStart } = stopping('/2.0/user', 3000);
    const { origin } = await serve(t, answer);
    const { config } = await run(t, [], origin, { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '60000' }, onStart);
    assert.ok(config.includes('account'), String(config));
  });

  // This test blocks the process instead of suspending it. After a suspension, it would be random whether the process first
  // handles sockets or timers.
  test('is used if Redis sends it, and Redis then stays in use', async (t) => {
    const redis = await startRedis(t);
    let storeProcess;
    const relay = createServer((socket) => {
      const upstream = connect(redis.port, '127.0.0.1');
      for (const end of [socket, upstream]) end.on('error', () => {});
      socket.on('close', () => upstream.destroy()).on('data', async (bytes) => {
        if (bytes.includes('the-key')) {
          storeProcess.ask('block', LIMIT_MS + BEYOND_MS);
          await pause(BEYOND_MS);
        }
        upstream.write(bytes);
      });
      upstream.pipe(socket);
    });
    const url = `redis://127.0.0.1:${await listen(t, relay)}`;
    storeProcess = startStoreProcess(t, { url, limits: { operation: LIMIT_MS, lock: 60_000 } });
    const { fence } = await storeProcess.ask('lock', 'another');
    assert.equal((await storeProcess.ask('lock', 'the-key')).fence, fence + 1);
    assert.equal((await storeProcess.ask('lock', 'the-last')).fence, fence + 2);
  });
});
