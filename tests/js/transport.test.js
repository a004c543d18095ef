/** The transport, tested through its callers: failures of the token endpoint and of the network, and unusual responses. */
import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { freePort, json, listen, serve } from '../support/http-server.js';

const TOKENS = {
  access_token: 'the-token', token_type: 'bearer', expires_in: 7200, refresh_token: 'the-refresh-token', scope: 'account',
};
const MEBIBYTE = 1024 * 1024;

// A time limit that no response reaches, and a short time limit for tests in which no response arrives.
const PATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '60000' };
const IMPATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '250' };

/** The two calls that send a request to the token endpoint. */
const CALLS = {
  exchange: (wrapper) => wrapper.exchangeToken({ code: 'the-code', code_verifier: 'v'.repeat(43) }),
  refresh: (wrapper) => wrapper.refreshToken({ refresh_token: 'the-refresh-token' }),
};

/** The error with which a call ends when the token endpoint is at `origin`. */
async function failureAt(origin, phase, more = PATIENT) {
  const { wrapper: Wrapper } = createEntry(environment(origin, more));
  const error = await thrownBy(() => CALLS[phase](new Wrapper({ type: 'oauth' })));
  assert.ok(error instanceof BitbucketAuthError, String(error?.stack));
  assert.equal(error.phase, phase);
  return error;
}

const answers = {
  'status 400, unauthorized_client': {
    answer: (response) => json(response, 400, { error: 'unauthorized_client', error_description: 'Invalid OAuth client' }),
    exchange: { code: 'INVALID_CLIENT', status: 400, error: 'unauthorized_client', retryable: false },
    refresh: { code: 'RECONNECT_REQUIRED', status: 400, error: 'unauthorized_client', reauthorize: true },
  },
  'status 400, invalid_grant': {
    answer: (response) => json(response, 400, { error: 'invalid_grant' }),
    exchange: { code: 'INVALID_GRANT', status: 400, reauthorize: true },
    refresh: { code: 'RECONNECT_REQUIRED', status: 400, reauthorize: true },
  },
  'status 401, JSON': {
    answer: (response) => json(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }),
    exchange: { code: 'INVALID_CLIENT', status: 401, retryable: false },
    refresh: { code: 'INVALID_CLIENT', status: 401, retryable: false },
  },
  'status 500, JSON': {
    answer: (response) => json(response, 500, { message: 'oops' }),
    both: { code: 'UNEXPECTED_STATUS', status: 500, retryable: true },
  },
  'status 503, HTML': {
    answer: (response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Down</h1>'),
    both: { code: 'UNEXPECTED_STATUS', status: 503, retryable: true },
  },
  'status 200, HTML': {
    answer: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
    both: { code: 'RESPONSE_NOT_JSON', retryable: false },
  },
  'status 200 without a body': {
    answer: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
    both: { code: 'RESPONSE_NOT_JSON' },
  },
  'status 204': {
    answer: (response) => response.writeHead(204).end(),
    both: { code: 'UNEXPECTED_STATUS', status: 204 },
  },
  'truncated JSON': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(TOKENS).slice(0, -20)),
    both: { code: 'RESPONSE_NOT_JSON' },
  },
  'a body of more than a mebibyte with a content-length': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': MEBIBYTE + 1 })
      .end(Buffer.alloc(MEBIBYTE + 1, ' ')),
    both: { code: 'RESPONSE_TOO_LARGE', status: 200, retryable: false },
  },
  'a body of more than a mebibyte in endless chunks': {
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
      };
      response.on('drain', more);
      more();
    },
    both: { code: 'RESPONSE_TOO_LARGE', status: 200 },
  },
  'a gzip bomb': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(64 * MEBIBYTE, ' '))),
    both: { code: 'RESPONSE_TOO_LARGE', status: 200 },
  },
  'damaged gzip': {
    answer: (response) => response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end('this is no gzip'),
    both: { code: 'REQUEST_FAILED', retryable: true, message: /compressed response is damaged.*Z_DATA_ERROR/ },
  },
  'a dropped connection': {
    answer: (response) => response.destroy(),
    both: { code: 'REQUEST_FAILED', retryable: true, message: /closed before the response was complete/ },
  },
  'a connection dropped inside the body': {
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"access_token":', () => response.destroy());
    },
    both: { code: 'REQUEST_FAILED', retryable: true, message: /closed before the response was complete/ },
  },
  'no answer within the time limit': {
    answer: () => {},
    more: IMPATIENT,
    both: { code: 'REQUEST_TIMEOUT', retryable: true, message: /INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS/ },
  },
  'a body that does not end': {
    answer: (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    more: IMPATIENT,
    both: { code: 'REQUEST_TIMEOUT', retryable: true },
  },
};

/**
 * The number of requests that a refresh sends. The refresh repeats the request after a failure that may be transient. If
 * Bitbucket rejected the refresh token, the refresh repeats the request, too, because Bitbucket sometimes rejects all refresh
 * tokens of an OAuth client for a while.
 */
function triesOf({ code, retryable }) {
  if (code === 'RECONNECT_REQUIRED') return 2;
  return retryable || ['RESPONSE_NOT_JSON', 'RESPONSE_INVALID', 'RESPONSE_TOO_LARGE'].includes(code) ? 4 : 1;
}

/** Starts a server that answers each request with these bytes, and then closes the connection if `ends` is true. */
async function serveBytes(t, parts, ends = false) {
  let requests = 0;
  const server = createTcpServer((socket) => socket.on('error', () => {}).on('data', () => {
    requests += 1;
    for (const part of parts) socket.write(part);
    if (ends) socket.end();
  }));
  return { port: await listen(t, server), requests: () => requests };
}

for (const phase of Object.keys(CALLS)) {
  // The tests run concurrently, because the waits between attempts take seconds.
  describe(`the ${phase} fails with the expected error`, { concurrency: true }, () => {
    for (const [what, { answer, more, both, [phase]: expected = both }] of Object.entries(answers)) {
      test(`after ${what}`, async (t) => {
        const { origin, requests } = await serve(t, (_request, response) => answer(response));
        const error = await failureAt(origin, phase, more);
        for (const [name, value] of Object.entries(expected)) {
          if (value instanceof RegExp) assert.match(error[name], value);
          else assert.equal(error[name], value, name);
        }
        assert.equal(requests.length, phase === 'refresh' ? triesOf(error) : 1);
      });
    }

    for (const status of [301, 302, 303, 307, 308]) {
      test(`after a redirect with status ${status}, which the transport does not follow`, async (t) => {
        const elsewhere = await serve(t, (_request, response) => json(response, 200, TOKENS));
        const { origin, requests } = await serve(t, (_request, response) => {
          response.writeHead(status, { location: `${elsewhere.origin}/?code=the-code` }).end();
        });
        const error = await failureAt(origin, phase);
        assert.equal(error.code, 'REDIRECT_REFUSED');
        assert.equal(error.status, status);
        assert.equal(requests.length, 1);
        assert.equal(elsewhere.requests.length, 0);
      });
    }
  });
}

describe('a content encoding', () => {
  const encoders = { gzip: gzipSync, br: brotliCompressSync };
  const page = { values: ['Ä'] };

  const client = async (origin) => {
    const { wrapper: Wrapper } = createEntry(environment(origin, PATIENT));
    return new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
  };

  test('that was offered is decoded', async (t) => {
    const { origin, requests } = await serve(t, ({ url }, response) => {
      const encoding = url.split('/').at(-1);
      const body = encoders[encoding](JSON.stringify(page));
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
    });
    const api = await client(origin);
    for (const encoding of Object.keys(encoders)) assert.deepEqual((await api.get(`/${encoding}`)).data, page);
    for (const { headers } of requests) assert.equal(headers['accept-encoding'], Object.keys(encoders).join(', '));
  });

  const twice = gzipSync(gzipSync(JSON.stringify(page)));
  const read = {
    'under an older name': ['x-gzip', gzipSync(JSON.stringify(page))],
    'in upper case': ['GZIP', gzipSync(JSON.stringify(page))],
    'with blanks around it': [' \tgzip ', gzipSync(JSON.stringify(page))],
    'with commas around it': [', gzip,', gzipSync(JSON.stringify(page))],
    'that was applied twice': ['gzip, gzip', twice],
    'that was applied twice, in two header fields': [['gzip', 'gzip'], twice],
    'after another encoding': ['gzip, br', brotliCompressSync(gzipSync(JSON.stringify(page)))],
    'that is identity': ['identity', Buffer.from(JSON.stringify(page))],
    'with an empty name': ['', Buffer.from(JSON.stringify(page))],
  };
  for (const [what, [encoding, body]] of Object.entries(read)) {
    test(`${what} is decoded: ${JSON.stringify(encoding)}`, async (t) => {
      const { origin } = await serve(t, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
      });
      assert.deepEqual((await (await client(origin)).get('/')).data, page);
    });
  }

  test('may be combined with a transfer coding', async (t) => {
    const body = gzipSync(JSON.stringify(page));
    const { port } = await serveBytes(t, [
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
      `${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n',
    ]);
    assert.deepEqual((await (await client(`http://127.0.0.1:${port}`)).get('/')).data, page);
  });

  test('that was applied twice causes RESPONSE_TOO_LARGE if the decoded body exceeds the limit', async (t) => {
    const { origin } = await serve(t, (_request, response) => {
      const bomb = gzipSync(gzipSync(Buffer.alloc(64 * MEBIBYTE, ' ')));
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip, gzip' }).end(bomb);
    });
    assert.equal((await failureAt(origin, 'exchange')).code, 'RESPONSE_TOO_LARGE');
  });

  for (const status of [200, 201, 202]) {
    for (const encoding of ['gzip', 'br', 'x-gzip', 'gzip, gzip', 'deflate', 'unheard-of']) {
      for (const length of [{ 'content-length': 0 }, { 'transfer-encoding': 'chunked' }]) {
        test(`of an empty body gives an empty body: status ${status}, ${encoding}, ${Object.entries(length).join()}`, async (t) => {
          const { origin, requests } = await serve(t, (_request, response) => {
            response.writeHead(status, { 'content-encoding': encoding, ...length }).end();
          });
          const api = await client(origin);
          for (const method of ['get', 'post', 'put', 'delete']) {
            const answer = await api.request({ method, url: '/' });
            assert.equal(answer.status, status);
            assert.equal(answer.data, '');
          }
          assert.equal(requests.length, 4);
        });
      }
    }
  }

  test('of an error response is decoded, too', async (t) => {
    const { origin } = await serve(t, (_request, response) => {
      const body = gzipSync(JSON.stringify({ type: 'error', error: { message: 'Resource not found' } }));
      response.writeHead(404, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
    });
    const error = await thrownBy(async () => (await client(origin)).get('/nothing'));
    assert.equal(error.response.data.error.message, 'Resource not found');
    assert.equal(error.bitbucket.code, 'API_NOT_FOUND');
  });

  test('without a body is ignored', async (t) => {
    const { origin } = await serve(t, ({ method }, response) => {
      response.writeHead(method === 'HEAD' ? 200 : 204, { 'content-encoding': 'gzip' }).end();
    });
    const api = await client(origin);
    assert.equal((await api.head('/')).status, 200);
    assert.equal((await api.delete('/')).status, 204);
  });

  for (const encoding of ['deflate', 'constructor', 'gzip, zstd', 'utf-8', 'gzip, gzip, gzip, gzip, gzip']) {
    test(`that was not offered causes an error without a retry: ${encoding}`, async (t) => {
      const { origin, requests } = await serve(t, (_request, response) => {
        const body = deflateSync(JSON.stringify(page));
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
      });
      for (const responseType of ['json', 'text', 'arraybuffer']) {
        const { bitbucket, response } = await thrownBy(async () => (await client(origin)).get('/', { responseType }));
        assert.equal(bitbucket.code, 'RESPONSE_INVALID');
        assert.equal(bitbucket.field, 'content-encoding');
        assert.equal(response, undefined);
      }
      assert.equal(requests.length, 3);
    });
  }

  test('of a truncated body is reported as damaged', async (t) => {
    const { origin } = await serve(t, (_request, response) => {
      const body = gzipSync(JSON.stringify(TOKENS)).subarray(0, -12);
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
    });
    assert.match((await failureAt(origin, 'exchange')).message, /compressed response is damaged; Z_BUF_ERROR/);
  });
});

describe('a response that never has a body', () => {
  const answering = {
    '304 with the length that a 200 would have': ['GET', 304, 'content-length: 1000'],
    '304 with length and coding': ['GET', 304, 'content-length: 1000\r\ncontent-encoding: gzip'],
    '304 with a length and `connection: close`': ['GET', 304, 'content-length: 1000\r\nconnection: close'],
    '304 in chunks': ['GET', 304, 'transfer-encoding: chunked'],
    '304 with an unknown coding': ['GET', 304, 'content-encoding: zstd'],
    '204 with a length': ['DELETE', 204, 'content-length: 5'],
    '204 in chunks': ['DELETE', 204, 'transfer-encoding: chunked'],
    'HEAD with length and coding': ['HEAD', 200, 'content-length: 500\r\ncontent-encoding: br'],
    'HEAD with 304 and a length': ['HEAD', 304, 'content-length: 500'],
    'HEAD with an unknown coding': ['HEAD', 200, 'content-encoding: zstd'],
    'early hints, and then 304 with a length': ['GET', 304, 'content-length: 1000', 'HTTP/1.1 103 Hints\r\nlink: <a>\r\n\r\n'],
  };
  for (const [what, [method, status, fields, before = '']] of Object.entries(answering)) {
    test(`is complete, whatever its header announces: ${what}`, async (t) => {
      const { port, requests } = await serveBytes(t, [`${before}HTTP/1.1 ${status} X\r\netag: "x"\r\n${fields}\r\n\r\n`]);
      const { wrapper: Wrapper } = createEntry(environment(`http://127.0.0.1:${port}`, PATIENT));
      const client = await new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
      const answer = await client.request({
        method, url: '/', headers: { 'if-none-match': '"x"' }, validateStatus: () => true,
      });
      assert.equal(answer.status, status);
      assert.equal(answer.data, '');
      assert.equal(answer.headers.etag, '"x"');
      assert.equal(requests(), 1);
    });
  }
});

describe('a response that ends early', () => {
  for (const [what, head] of Object.entries({
    'with a length': 'content-length: 100\r\n\r\n{"a"',
    'with a length and `connection: close`': 'content-length: 100\r\nconnection: close\r\n\r\n{"a"',
    'in chunks': 'transfer-encoding: chunked\r\n\r\n5\r\n{"a"',
    'in chunks and with `connection: close`': 'transfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n{"a"',
    'between two chunks': 'transfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\n{"a"\r\n',
    'inside the header': 'content-le',
  })) {
    test(`is reported as a closed connection: ${what}`, async (t) => {
      const { port } = await serveBytes(t, [`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${head}`], true);
      const error = await failureAt(`http://127.0.0.1:${port}`, 'exchange');
      assert.equal(error.code, 'REQUEST_FAILED');
      assert.equal(error.retryable, true);
      assert.match(error.message, /closed before the response was complete/);
    });
  }
});

describe('a request that HTTP cannot express', () => {
  const stream = (text) => new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(text));
      controller.close();
    },
  });
  const unsendable = {
    'a method with a blank': [{ method: 'GE T' }, 'method'],
    'the method CONNECT': [{ method: 'CONNECT' }, 'method'],
    'a length that is not a number': [{ method: 'PUT', data: 'x', headers: { 'content-length': 'x' } }, 'content-length'],
    'a length that differs from that of the text': [
      { method: 'PUT', data: 'xy', headers: { 'content-length': '1' } }, 'content-length',
    ],
    'a length greater than that of the stream': [
      { method: 'PUT', data: stream('xy'), headers: { 'content-length': '3' } }, 'content-length',
    ],
    'the header Transfer-Encoding': [{ method: 'PUT', data: 'x', headers: { 'transfer-encoding': 'gzip' } }, 'transfer-encoding'],
    'the header Expect': [{ method: 'PUT', data: 'x', headers: { expect: '100-continue' } }, 'expect'],
  };
  for (const [what, [config, field]] of Object.entries(unsendable)) {
    test(`is reported as a mistake of the caller, and is not repeated: ${what}`, async (t) => {
      const { origin, requests } = await serve(t, (_request, response) => json(response, 200, {}));
      const { wrapper: Wrapper } = createEntry(environment(origin, PATIENT));
      const client = await new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
      const { bitbucket } = await thrownBy(() => client.request({ url: '/', ...config }));
      assert.equal(bitbucket.code, 'INVALID_ARGUMENT', bitbucket.message);
      assert.equal(bitbucket.field, field);
      assert.equal(bitbucket.retryable, false);
      assert.doesNotMatch(bitbucket.message, /could not be reached/);
      assert.ok(requests.length <= 1);
    });
  }
});

test('repeated headers of a response are joined into one header', async (t) => {
  const { origin } = await serve(t, (_request, response) => {
    response.setHeader('link', ['<a>', '<b>']);
    json(response, 200, {});
  });
  const { wrapper: Wrapper } = createEntry(environment(origin, PATIENT));
  const client = await new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
  assert.equal((await client.get('/')).headers.link, '<a>, <b>');
});

describe('a network error', () => {
  test('reports that no server listens', async () => {
    const error = await failureAt(`http://127.0.0.1:${await freePort()}`, 'exchange');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.equal(error.retryable, true);
    assert.match(error.message, /the connection was refused; ECONNREFUSED/);
    assert.equal(error.cause.code, 'ECONNREFUSED');
    assert.deepEqual(Object.keys(error.cause), ['code']);
  });

  test('reports that the host does not exist', async () => {
    const error = await failureAt('https://bitbucket.invalid', 'exchange');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /host name could not be resolved; (ENOTFOUND|EAI_AGAIN)/);
  });

  test('reports that the server does not speak HTTP', async (t) => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n'));
    const error = await failureAt(`http://127.0.0.1:${await listen(t, server)}`, 'refresh');
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.match(error.message, /not valid HTTP; (HPE_\w+|HTTPParserError)\b/);
  });
});
