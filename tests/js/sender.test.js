/** The sender below the API client: how often it sends a request, and with which credential. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { BitbucketAuthError } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { json, serve } from '../support/http-server.js';

// The package does not export these functions.
const folder = new URL('js/', import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { Activity } = await import(new URL('activity.js', folder));
const { createSender } = await import(new URL('api/sender.js', folder));
const { core, failure } = await import(new URL('core.js', folder));

const { proxies } = core().readEnvironment('{}');

/**
 * A sender for an API that responds with these statuses, one after the other, and then always with the last status. The
 * credential source allows at most `maxRepetitions` repetitions of a request after a 401. `retryChecks` lists the calls of
 * `shouldRetryAfter401`, and `sent` lists the requests to the API.
 */
async function start(t, statuses, { maxRepetitions = Infinity, newest, answer, timeoutMs = 60_000 } = {}) {
  const retryChecks = [];
  let issued = 0;
  const { origin, requests } = await serve(t, answer ?? ((_request, response) => {
    json(response, statuses[Math.min(requests.length, statuses.length) - 1], {});
  }));
  const sender = createSender({
    apiUrl: `${origin}/2.0`,
    timeoutMs,
    proxies,
    connection: () => 'Sales',
    credentials: {
      activity: new Activity(),
      newest: newest ?? (async () => ({ authorization: `Bearer token-${issued += 1}` })),
      shouldRetryAfter401: ({ authorization }, repetitions) => {
        retryChecks.push([authorization, repetitions]);
        return repetitions < maxRepetitions;
      },
    },
  });
  return {
    retryChecks,
    send: (more) => sender({ method: 'GET', url: `${origin}/2.0/x`, ...more }),
    sent: () => requests.map(({ headers, body }) => [headers.authorization, body]),
  };
}

describe('the sender', () => {
  for (const [statuses, maxRepetitions, expected] of [
    [[200], 5, [200]], [[401], 0, [401]], [[401], 1, [401, 401]], [[401], 2, [401, 401, 401]], [[401, 200], 2, [401, 200]],
    [[401, 401, 200], 2, [401, 401, 200]], [[401, 403], 2, [401, 403]],
  ]) {
    test(`repeats a request after a 401 at most ${maxRepetitions} times (responses: ${statuses})`, async (t) => {
      const { retryChecks, send, sent } = await start(t, statuses, { maxRepetitions });
      const { status, needsRetry } = await send({ method: 'POST', body: 'the-body' });
      assert.deepEqual([status, needsRetry], [expected.at(-1), false]);
      const refused = expected.filter((each) => each === 401);
      assert.deepEqual(retryChecks, refused.map((_status, index) => [`Bearer token-${index + 1}`, index]));
      assert.deepEqual(sent(), expected.map((_status, index) => [`Bearer token-${index + 1}`, 'the-body']));
    });
  }

  test('counts the attempts of each request separately', async (t) => {
    const { retryChecks, send } = await start(t, [401], { maxRepetitions: 1 });
    for (let request = 0; request < 2; request += 1) await send();
    assert.deepEqual(retryChecks.map(([, repetitions]) => repetitions), [0, 1, 0, 1]);
  });

  test('does not repeat a request whose body was a stream, and reports that a newer credential exists', async (t) => {
    let issued = 0;
    const newest = async () => ({ authorization: `Bearer token-${issued += 1}` });
    const { retryChecks, send, sent } = await start(t, [401], { newest });
    const { status, needsRetry } = await send({ method: 'PUT', body: Readable.from(['the-body']) });
    assert.deepEqual([status, needsRetry], [401, true]);
    assert.deepEqual([sent(), retryChecks.length, issued], [[['Bearer token-1', 'the-body']], 1, 2]);
  });

  test('reports that no newer credential exists for a request whose body was a stream', async (t) => {
    const { send, sent } = await start(t, [401], { maxRepetitions: 0 });
    const { status, needsRetry } = await send({ method: 'PUT', body: Readable.from(['the-body']) });
    assert.deepEqual([status, needsRetry, sent().length], [401, false, 1]);
  });

  test('repeats a redirected request from its original URL after a 401', async (t) => {
    const { retryChecks, send, sent } = await start(t, [], {
      maxRepetitions: 1,
      answer: (request, response) => (request.url === '/2.0/x'
        ? response.writeHead(307, { location: '/2.0/y' }).end()
        : json(response, request.headers.authorization === 'Bearer token-1' ? 401 : 200, {})),
    });
    const { status, path } = await send({ method: 'PUT', body: 'the-body' });
    assert.deepEqual([status, path, retryChecks], [200, '/x', [['Bearer token-1', 0]]]);
    const [one, two] = [['Bearer token-1', 'the-body'], ['Bearer token-2', 'the-body']];
    assert.deepEqual(sent(), [one, one, two, two]);
  });

  test('stops repeating a request when the credential source throws', async (t) => {
    let issued = 0;
    const newest = async () => {
      issued += 1;
      if (issued > 2) throw failure('RECONNECT_REQUIRED', 'refresh');
      return { authorization: `Bearer token-${issued}` };
    };
    const { send, sent } = await start(t, [401], { newest });
    const error = await thrownBy(send);
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, sent().length], ['RECONNECT_REQUIRED', 2]);
  });

  test('does not repeat a request after a 401 of another server, because that server got no credential', async (t) => {
    const elsewhere = await serve(t, (_request, response) => json(response, 401, {}));
    const { retryChecks, send } = await start(t, [], {
      answer: (_request, response) => response.writeHead(302, { location: `${elsewhere.origin}/away` }).end(),
    });
    const { status, isForeignOrigin } = await send();
    assert.deepEqual([status, isForeignOrigin, retryChecks, elsewhere.requests.length], [401, true, [], 1]);
  });

  test('stops repeating a request at the time limit of the request', async (t) => {
    const { send, sent } = await start(t, [], {
      timeoutMs: 1500,
      answer: (_request, response) => setTimeout(json, 500, response, 401, {}),
    });
    assert.equal((await thrownBy(send)).code, 'REQUEST_TIMEOUT');
    assert.ok(sent().length >= 1 && sent().length <= 3, String(sent().length));
  });
});
