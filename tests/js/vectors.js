/**
 * Runs the shared cases of tests/vectors in JavaScript, in Node.js and in pages. tests/core/vectors.rs runs them in Rust.
 *
 * In: the modules of the package, and the cases of a file. Out: the number of cases that ran, and the failed cases.
 * Never: access to a file, or an import from Node.js except `node:assert`, which tests/support/page-assert.js replaces in pages.
 */
import assert from 'node:assert/strict';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

/** The endpoints that Atlassian removed on 2026-04-14. */
const REMOVED = ['/workspaces', '/repositories', '/user/permissions/workspaces', '/user/permissions/repositories'];

/** The time at which a response arrived, if its case has no other time. */
const RECEIVED_AT = 1_800_000_000_000;

const REDIRECT_URI = 'https://nocodb.example/dashboard/';

/** Returns the text of a case, which is a string, or an object with a part to repeat. */
const text = (value) => (typeof value === 'object' && value !== null
  ? value.before + value.repeat.repeat(value.times) + value.after
  : value);

function assertMembers(seen, listed) {
  for (const [name, value] of Object.entries(listed)) assert.deepEqual(seen[name] ?? null, value, name);
}

/** Runs `call` with known bytes in place of the random source. */
function withRandom(hex, call) {
  crypto.getRandomValues = (array) => {
    array.set(bytesOfHex(hex));
    return array;
  };
  try {
    return call();
  } finally {
    delete crypto.getRandomValues;
  }
}

/** Does the same as `check` below, but for errors that the core throws without the shim. */
function checkCore(vector, call, expected) {
  if (!vector.error) {
    expected(call());
    return;
  }
  assert.throws(call, (failure) => {
    assert.ok(failure.message, 'there is no message');
    assertMembers(failure, vector.error);
    return true;
  });
}

/** Returns scopes as the shim passes them to the core: as one text, or undefined if a scope is not a string. */
function inText(scopes) {
  const list = [scopes].flat();
  return list.every((scope) => typeof scope === 'string') ? list.join(' ') : undefined;
}

/**
 * Returns a function that runs all cases of a file, and returns how many cases ran and which cases failed with which message.
 *
 * @param {object} modules the modules under test: the two entries `oauth` and `browser`, and modules that no entry exports
 * @param {(vector: object) => void | Promise<void>} [checkEntry] checks the entry for NocoDB, which needs Node.js, with the
 *   environment of a case
 */
export function createInterpreter({
  browser, core, isObject, membersToJson, nextLinkOf, oauth, pageUrl, pageCore, readArgument, readEnvironment,
}, checkEntry = () => {}) {
  /** Asserts that the call throws the error of the case (a member that is null must be absent). Otherwise checks its result. */
  function check(vector, call, expected) {
    if (!vector.error) {
      expected(call());
      return;
    }
    assert.throws(call, (error) => {
      assert.ok(error instanceof oauth.BitbucketAuthError, String(error));
      assertMembers(error, vector.error);
      return true;
    });
  }

  /** Two clients: of the whole core, and of the core for pages, which accepts no secret. */
  const clientsOfBoth = ({ clientSecret, ...options }) => [
    oauth.createClient({ clientSecret, ...options }), browser.createClient(options),
  ];

  /** A response of the API as the shim passes it to the core. */
  function answer({ status, headers = {}, body, encoding, path, isForeignOrigin = false, receivedAt = RECEIVED_AT }) {
    const bytes = encoding === 'hex' ? bytesOfHex(body) : encoder.encode(text(body));
    return new (core().ApiResponse)(status, JSON.stringify(headers), bytes, receivedAt, path, isForeignOrigin);
  }

  const interpreters = {
    callback(vector) {
      const clients = clientsOfBoth({
        clientId: 'Key',
        clientSecret: 'Secret',
        redirectUri: vector.redirectUri ?? REDIRECT_URI,
        endpoints: { authorizeUrl: vector.authorizeUrl },
      });
      const given = {
        string: text,
        url: (value) => new URL(value),
        searchParams: (value) => new URLSearchParams(value),
        null: () => null,
      }[vector.kind](text(vector.callback));
      for (const client of clients) {
        if (!client.confidential && vector.name.includes('client secret')) continue;
        check(vector, () => client.validateAuthorizationResponse(given, { state: vector.state }),
          (result) => assert.deepEqual(result, vector.expect));
      }
    },

    token_response(vector) {
      const client = oauth.createClient({
        clientId: 'Key',
        clientSecret: 's3cr3t-of-the-client',
        redirectUri: REDIRECT_URI,
      });
      const { status, headers, grant, receivedAt, previous, request } = vector;
      const body = vector.encoding === 'hex' ? bytesOfHex(vector.body) : text(vector.body);
      const response = { status, headers, grant, receivedAt, previous, body, request: request && { body: request } };
      // The client accepts a body as a text or as bytes.
      for (const form of typeof body === 'string' ? [body, encoder.encode(body)] : [body]) {
        check(vector, () => client.parseTokenResponse({ ...response, body: form }),
          (tokens) => assert.deepEqual(tokens, vector.expect));
      }
    },

    client_authentication(vector) {
      const {
        clientId, clientSecret, code, codeVerifier, code_verifier, redirectUri, refreshToken, isVerifierOptional = false,
      } = vector;
      if (vector.request === 'host') {
        const inner = new (core().OAuthCore)(clientId, REDIRECT_URI, clientSecret);
        const build = () => {
          const given = readArgument(check, 'codeGrant', { code, codeVerifier });
          return inner.buildNocoDbTokenRequest(given.code, given.codeVerifier, isVerifierOptional);
        };
        checkCore(vector, build, (request) => assert.deepEqual(request, vector.expect));
        return;
      }
      const client = oauth.createClient({ clientId, clientSecret, redirectUri: REDIRECT_URI });
      const build = {
        code: () => client.buildTokenRequest({ code, codeVerifier, code_verifier, redirectUri }),
        refresh: () => client.buildRefreshRequest({ refreshToken }),
        client_credentials: () => client.buildClientCredentialsRequest(),
      }[vector.request];
      check(vector, build, (request) => assert.deepEqual(request, vector.expect));
      // A client keeps parts of its first request for later requests, so the same request is built a second time.
      client.buildTokenRequest({ code: 'another' });
      check(vector, build, (request) => assert.deepEqual(request, vector.expect));
    },

    pkce(vector) {
      const client = oauth.createClient({ clientId: 'Key', redirectUri: REDIRECT_URI });
      const { codeVerifier, codeChallenge, random } = vector;
      check(vector, () => client.buildTokenRequest({ code: 'code', codeVerifier }), ({ body }) => {
        assert.equal(new URLSearchParams(body).get('code_verifier'), codeVerifier);
        for (const each of random ? [client, browser.createClient({ clientId: 'Key', redirectUri: REDIRECT_URI })] : []) {
          const request = withRandom('00'.repeat(32) + random, () => each.createAuthorizationRequest());
          assertMembers(request, { codeVerifier, codeChallenge });
        }
      });
    },

    authorization_request(vector) {
      const { extraParams, random } = vector;
      for (const client of clientsOfBoth(vector.client)) {
        check(vector, () => withRandom(random, () => client.createAuthorizationRequest({ extraParams })), (request) => {
          assert.deepEqual(request, vector.expect);
          assert.equal(client.authorizationUrl(), vector.authorizationUrl);
        });
      }
    },

    arguments({ argument, members, ...vector }) {
      // A page's core knows the arguments of its own functions only.
      const cores = [core(), pageCore()].filter(({ argumentSchema }, at) => at === 0 || argumentSchema(argument));
      for (const { argumentSchema, throwArgumentError, ArgumentProblem: { UnknownMember } } of cores) {
        const { members: known } = argumentSchema(argument);
        const unknown = members.filter((name) => !known.some((member) => member.name === name));
        checkCore(vector, () => unknown.forEach((name) => throwArgumentError(argument, UnknownMember, name)), () => {});
      }
    },

    scope(vector) {
      const run = {
        expand: () => oauth.expandScopes(vector.scopes),
        missing: () => oauth.missingScopes(vector.required, vector.granted),
        'missing of the requested': () => {
          const requested = [vector.requested].flat().join(' ');
          return new (core().OAuthCore)('Key', REDIRECT_URI, undefined, requested).missingScopes([vector.granted].flat().join(' '));
        },
      }[vector.operation];
      check(vector, run, (scopes) => assert.deepEqual(scopes, vector.expect));
    },

    credential(vector) {
      const { config } = vector;
      const json = isObject(config) ? membersToJson(config, core().credentialMembers().split(' ')) : JSON.stringify(config) ?? '';
      checkCore(vector, () => core().readCredential(json, vector.allowsClientCredentials ?? false),
        (credential) => assert.deepEqual(credential, vector.expect));
    },

    api_request(vector) {
      const { url, method, withCredential, status, location, followed = 0, most, following = 'follow' } = vector;
      const api = new (core().ApiBaseUrl)(vector.apiUrl ?? 'https://api.bitbucket.org/2.0');
      const run = {
        relativePath: () => core().resourceGroup(api.relativePath(url)),
        followUp: () => api.followUp(method, url, withCredential, status, location, followed, most, following) ?? null,
        mayForwardHeader: () => core().mayForwardHeader(vector.header, vector.toApi, vector.withBody),
      }[vector.operation];
      checkCore(vector, run, (seen) => assert.deepEqual(seen, vector.expect));
    },

    api_response(vector) {
      const error = core().apiErrorFromResponse(answer(vector), vector.kind);
      assert.ok(error.message, 'there is no message');
      assertMembers(error, vector.error);
      for (const hidden of vector.hides ?? []) assert.ok(!JSON.stringify(error).includes(hidden), hidden);
      const api = new (core().ApiBaseUrl)('https://api.bitbucket.org/2.0');
      const url = 'https://api.bitbucket.org/2.0/user';
      const step = api.followUp('GET', url, !vector.isForeignOrigin, vector.status, undefined, 0, undefined, 'follow');
      assert.equal(step === 'refresh', error.code === 'API_UNAUTHENTICATED');
    },

    redaction({ authorization, text: given, expect, hides = [] }) {
      const redactor = new (core().Redactor)(authorization);
      const seen = redactor.redact(given);
      const bytes = encoder.encode(given);
      const pieces = [];
      for (let at = 0; at < bytes.length; at += 7) pieces.push(redactor.push(bytes.subarray(at, at + 7)));
      assert.equal(decoder.decode(new Uint8Array([...pieces, redactor.end()].flatMap((piece) => [...piece]))), seen);
      redactor.free();
      for (const hidden of hides) assert.ok(!seen.replaceAll('\n', '').includes(hidden), seen);
      assert.equal(seen, expect ?? seen);
    },

    connection_test(vector) {
      const run = () => {
        const { kind, workspace, repository, hint, requestedScopes, grantedScopes } = vector.known;
        const probe = new (core().ConnectionTest)(
          kind, workspace, repository, hint, inText(requestedScopes), inText(grantedScopes),
        );
        const answers = vector.answers.values();
        const asked = [];
        for (let path = probe.path; path !== undefined; path = probe.path) {
          assert.equal(probe.result, undefined);
          assert.ok(!REMOVED.includes(path.split('?')[0]), path);
          asked.push(path);
          const { value } = answers.next();
          if (value.failed) probe.onError(value.failed);
          else probe.onResponse(answer(value));
        }
        assert.deepEqual(asked, vector.asked);
        assert.ok(answers.next().done, 'an answer of the case was not requested');
        return probe.result;
      };
      checkCore(vector, run, (verdict) => assert.deepEqual(verdict, vector.expect));
    },

    proxy({ environment, url, problems, hides = [], ...vector }) {
      const others = readEnvironment({}).problems.length;
      const judged = readEnvironment(environment);
      const named = judged.problems.slice(others);
      assert.deepEqual(named.map(({ field }) => field), problems);
      for (const hidden of hides) assert.ok(!JSON.stringify(named).includes(hidden), hidden);
      checkCore(vector, () => judged.proxies.proxyFor(url) ?? {}, (proxy) => assert.deepEqual(proxy, vector.expect));
    },

    retry(vector) {
      const { method, code, status, phase = 'api', attempts, retryAfter, isQueued, patience = Infinity, random } = vector;
      const { isFromApiClient = false, isUnrepeated = false, message = '' } = vector;
      const run = {
        mayRetry: () => core().mayRetry(method, code, status, phase),
        delay: () => core().retryDelay(attempts, status, retryAfter, isQueued, patience, RECEIVED_AT, random) ?? null,
        isHourlyLimitExhausted: () => core().isHourlyLimitExhausted(status, retryAfter, RECEIVED_AT),
        maySucceedAfterRefresh: () => core().maySucceedAfterRefresh(isFromApiClient, isUnrepeated, status, message),
      }[vector.operation];
      assert.equal(run(), vector.expect);
    },

    callback_page({ redirectUri = REDIRECT_URI, authorizeUrl, publicUrl, target, contains = '', expect }) {
      const { callbackPage } = readEnvironment({
        INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'Key',
        INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'Secret',
        INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: redirectUri,
        INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: authorizeUrl,
        NC_PUBLIC_URL: publicUrl,
      });
      const shown = callbackPage.contentFor(target);
      assert.equal(shown ? shown.error?.heading ?? 'answer' : 'none', expect);
      const { heading = '', text = '' } = shown?.error ?? {};
      assert.ok(text.includes(contains), text);
      for (const hidden of ['<', '>', '&', 'marked', 'evil', 'af0ifjsldkj']) assert.ok(!`${heading} ${text}`.includes(hidden), hidden);
    },

    stored_tokens({ row, own, isOfSameChain, isInVault = false, isRefused, expect }) {
      const origin = ({ authorizedAt, account, obtainedAt, expiresAt }) => (
        new (core().TokenMetadata)(authorizedAt, account, obtainedAt, expiresAt));
      assert.equal(
        core().classifyRow(row ? origin(row) : undefined, origin(own), isOfSameChain, isInVault, isRefused), expect);
    },

    newest_tokens(vector) {
      const { call, fence, known, found, shared, sameRefreshToken, isLinked, tokens, other, expect } = vector;
      const times = ({ obtainedAt, expiresAt }) => [obtainedAt, expiresAt];
      const version = (entry) => [...times(entry), entry.isDead === true, entry.fence];
      const calls = {
        decidePublication: () => {
          const { position, isFirst, newest, highest, isLast, own } = known;
          return core().decidePublication(fence, position, isFirst, newest, highest, isLast, own);
        },
        isEntryNewer: () => core().isEntryNewer(...version(known), ...version(found)),
        isMissingFromSharedStore: () => core().isMissingFromSharedStore(...version(known), ...version(shared), sameRefreshToken, isLinked),
        classifyEntry: () => core().classifyEntry(vector.hasTokens, vector.isDead, sameRefreshToken, vector.sameAccessToken),
        isIssuedLater: () => core().isIssuedLater(...times(tokens), ...times(other)),
      };
      assert.deepEqual(calls[call](), expect);
    },

    nocodb_response({ code, status, expect }) {
      assert.equal(core().nocodbStatus(code, status), expect);
    },

    rate_limit(vector) {
      if (vector.retryAfter !== undefined) {
        assert.equal(core().honorsRetryAfter(vector.retryAfter), vector.honorsRetryAfter);
        return;
      }
      if (vector.log !== undefined) {
        const log = new (core().RequestLog)();
        vector.log.forEach(({ at, limit, wait, used, unlogged, remove }, number) => {
          if (limit !== undefined) {
            assert.equal(log.waitTime(limit, at), wait, `step ${number}`);
            if (wait === 0) log.record(at, number, false);
          } else if (used !== undefined) {
            assert.equal(log.unloggedCount(used, at), unlogged, `step ${number}`);
            for (let other = 1; other <= unlogged; other += 1) log.record(at, 100 + other, false);
          } else {
            log.remove(remove);
          }
        });
        return;
      }
      const { status, headers, known, isConfigured, refusals = 0, receivedAt } = vector;
      const update = core().rateLimitUpdate(status, headers['x-ratelimit-limit'], headers['x-ratelimit-nearlimit'],
        headers['retry-after'], known, isConfigured, refusals, receivedAt);
      assert.deepEqual(update, vector.expect);
    },

    pagination(vector) {
      const { first, answers = [], list, next, page, status, retryAfter, number, patience = Infinity, random } = vector;
      const { concurrency, held, wasted, ahead, steps } = vector;
      const pages = () => {
        const paginator = new (core().Paginator)(first, concurrency);
        const asked = [paginator.url];
        for (const answer of answers) {
          const isMore = paginator.advance(nextLinkOf(answer.next), answer.values, answer.page, answer.pagelen, answer.size);
          asked.push(isMore ? paginator.url : 'end');
          if (!isMore) break;
        }
        return { paginator, asked };
      };
      const run = {
        pages: () => pages().asked,
        token: () => pages().paginator.pageToken,
        ahead: () => pages().paginator.fetchableUrls(held),
        sequence: () => {
          const predictor = new (core().PagePredictor)();
          return steps.map(({ asked, answered, next: named, pagelen, size }) => {
            if (asked) return predictor.onRequest(asked) ?? null;
            if (answered) return (predictor.onSuccess(answered) && predictor.onPage(answered, named, pagelen, size)) || null;
            return predictor.reset() ?? null;
          });
        },
        spare: () => {
          const { paginator } = pages();
          for (let n = 0; n < wasted; n += 1) paginator.recordWastedPrefetch();
          return paginator.mayPrefetch(ahead);
        },
        address: () => pageUrl(list, readArgument(pageUrl, 'listQuery', { next, page })),
        repetition: () => core().pageRetryDelay(status, retryAfter, number, patience, RECEIVED_AT, random) ?? null,
      }[vector.operation];
      checkCore(vector, run, (seen) => assert.deepEqual(seen, vector.expect));
    },

    removed_endpoints(vector) {
      const { api = 'https://api.bitbucket.org/2.0', method = 'GET', url, other, operation } = vector;
      const removed = new (core().RemovedEndpoints)(api);
      const keyOf = (address) => removed.replacement(method, address).list.key;
      const run = {
        replacement: () => {
          const { notice, list, ...replacement } = removed.replacement(method, url) ?? {};
          if (notice === undefined) return null;
          if (!list) return replacement;
          const { key, ...about } = list;
          assert.ok(key, 'a list has no key');
          return { ...replacement, ...about, workspaceUrl: removed.workspaceUrl(url, 'acme', true) };
        },
        page: () => removed.page(url, vector.size),
        same: () => keyOf(url) === keyOf(other),
        workspaceOutcome: () => removed.workspaceOutcome(url, vector.segment, vector.withRole, answer(vector.answer), vector.answer.kind),
        tracker: () => core().issuesNotFoundBody(vector.status, vector.isForeignOrigin) ?? null,
        notice: () => removed.replacement(method, url).notice,
      }[operation];
      assert.deepEqual(run(), vector.expect);
    },

    async config(vector) {
      await ({ options: checkOptions, environment: checkEnvironment })[vector.kind](vector);
    },
  };

  function checkOptions(vector) {
    check(vector, () => oauth.createClient(vector.options), (client) => assertMembers(client, vector.expect));
    if (!isObject(vector.options) || vector.error?.field === 'clientSecret') return;
    const { clientSecret: _secret, ...options } = vector.options;
    check(vector, () => browser.createClient(options), (client) => {
      assertMembers(client, { ...vector.expect, ...(vector.expect.confidential && { confidential: false }) });
    });
  }

  /** Checks the settings that the core reads from an environment, and the entry for NocoDB in that environment. */
  async function checkEnvironment(vector) {
    const { redis, problems, client, ...settings } = readEnvironment(vector.environment);
    assert.deepEqual(problems.map(({ field }) => field), vector.problems);
    for (const problem of problems) assertMembers(problem, { code: 'INVALID_CONFIG', phase: 'config' });
    assert.equal(client !== undefined, vector.oauth);
    const seen = {
      ...settings,
      redisUrl: redis?.url,
      redisVariable: redis?.variable,
      redisDatabase: redis?.database,
      isRedisDatabaseSought: redis?.searchesDatabase ?? false,
      otherRedisDatabases: redis?.otherDatabases,
    };
    const { clientId, redirectUri, scopes } = client ?? {};
    assertMembers({ ...seen, clientId, redirectUri, scopes }, vector.expect ?? {});
    await checkEntry(vector);
  }

  return async function runCases(file, cases) {
    const interpret = interpreters[file];
    const failed = [];
    let ran = 0;
    for (const vector of cases) {
      ran += 1;
      try {
        await interpret(vector);
      } catch (error) {
        failed.push(`${vector.name}: ${error.message}`);
      }
    }
    return { ran, failed };
  };
}
