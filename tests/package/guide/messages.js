/**
 * Causes each symptom of docs/troubleshooting.md, and collects the messages of the packed package.
 *
 * In: a symptom, by the slug of its heading. Out: the messages, in the order of the document. Never: a message that is written
 * down here. The few messages whose cause no test can reproduce in time come from the core, by their error code.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callsOf, here, HOSTS, runHost } from '../../js/register/hosts.js';
import { thrownBy } from '../../support/assertions.js';
import { makeCertificates } from '../../support/certificates.js';
import { environment } from '../../support/environment.js';
import { freePort, json, listen, serve } from '../../support/http-server.js';
import { rowHost } from '../../support/nocodb.js';
import { startRedis } from '../../support/redis.js';
import { packageIn, packed } from '../support.js';

const folder = packageIn(packed.folder);
const fromPackage = (path) => import(pathToFileURL(join(folder, path)));
const { createEntry } = await fromPackage('js/nocodb/entry.js');
const { core, failure } = await fromPackage('js/core.js');
const { readEnvironment } = await fromPackage('js/nocodb/environment.js');
const { networkFailure } = await fromPackage('js/network-failure.js');

const NAME = 'INTEGRATION_AUTH_BITBUCKET_';
const REGISTER = join(folder, 'pkg', 'register.cjs');
const GRANT = { code: 'the-code', code_verifier: 'v'.repeat(43) };
const MINUTE = 60_000;
const time = (ms) => new Date(Date.now() + ms).toISOString();

/** OAuth tokens that have expired unless the test says otherwise. */
const oauth = (more) => ({
  type: 'oauth', oauth_token: 'access-0', refresh_token: 'refresh-0', expires_at: time(-MINUTE), refreshed_at: time(-121 * MINUTE),
  authorized_at: '2026-11-01T00:00:00.000Z', ...more,
});
const accessToken = { type: 'api_key', token: 'the-token' };
const apiToken = { type: 'basic', token: 'the-token', email: 'dana@example.com' };

/** The message of the error that a caller gets. */
const messageOf = (error) => (error.bitbucket ?? error).message;
const messageFrom = async (call) => messageOf(await thrownBy(call));
const get = (wrapper, path = '/user') => wrapper.use((client) => client.get(path, { 'axios-retry': { retries: 0 } }));

/**
 * Starts a server in Bitbucket's place, which answers API requests with `api` and token requests with `token`. Returns the class
 * of wrappers for this server.
 */
async function bitbucket(t, api = (response) => json(response, 200, {}), token = grant, more = {}) {
  const { origin } = await serve(t, (request, response) => (
    request.url.startsWith('/2.0/') ? api(response, request.url.slice(4)) : token(response)));
  return createEntry(environment(origin, more)).wrapper;
}

let grants = 0;
function grant(response) {
  grants += 1;
  json(response, 200, { access_token: `access-${grants}`, refresh_token: `refresh-${grants}`, token_type: 'bearer', expires_in: 7200 });
}

const refuse = (status, message, more = {}, headers = {}) => (response) => (
  json(response, status, { type: 'error', error: { message, ...more } }, headers));
const refuseToken = (status, error) => (response) => json(response, status, { error, error_description: 'Refused' });

/** The message for a request to which Bitbucket responds like this. */
const apiSays = async (t, answer, config) => {
  const Wrapper = await bitbucket(t, answer);
  return messageFrom(() => get(new Wrapper(config)));
};
const exchangeSays = async (t, answer, more) => {
  const Wrapper = await bitbucket(t, undefined, answer, more);
  return messageFrom(() => new Wrapper().exchangeToken(GRANT));
};

/** What this process logs during `work`. */
async function logOf(t, work) {
  const warn = t.mock.method(console, 'warn', () => {});
  try {
    await work(() => warn.mock.calls.map(({ arguments: [line] }) => line));
    return warn.mock.calls.map(({ arguments: [line] }) => line);
  } finally {
    warn.mock.restore();
  }
}

/** The log lines about these variables, when the required variables are set as well. */
const environmentSays = (t, variables) => logOf(t, () => (
  assert.ok(createEntry({
    [`${NAME}CLIENT_ID`]: 'the-key', [`${NAME}CLIENT_SECRET`]: 'the-secret', [`${NAME}REDIRECT_URI`]: 'https://nocodb.example/',
    ...variables,
  }).form)));

/** The text that the popup shows when Bitbucket redirects it with this error. */
function windowSays(error) {
  const { callbackPage } = readEnvironment(environment('https://bitbucket.example'));
  const { error: { heading, text } } = callbackPage.contentFor(`/dashboard/?error=${error}&state=s`);
  return `${heading}\n\n${text}`;
}

/**
 * Runs a script in a process with the preload. The script can fire the preload's timers at once. Returns the output of both
 * streams.
 */
function preloadSays(script, preloads = [REGISTER]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...[here('recorded-timers.cjs'), ...preloads].flatMap((path) => ['--require', path]), '-e', script],
    { encoding: 'utf8', env: { PATH: process.env.PATH } },
  );
  assert.equal(status, 0, stderr);
  return (stdout + stderr).trim();
}
const serving = `require('node:net').createServer().listen(0, '127.0.0.1', function () { timers[0].callback(); this.close(); });`;

/** Makes a request with a wrapper of a stored row. Returns the message of its error, if any, and its log lines. */
async function rowSays(t, stored, services = {}, own = oauth()) {
  const Wrapper = await bitbucket(t);
  const host = rowHost(stored, { title: 'Bitbucket', ...services });
  const error = await get(new Wrapper(own, host)).then(() => undefined, (thrown) => thrown);
  return { error: error && messageOf(error), lines: host.lines };
}

/** The message for a request through a proxy that responds with this status. */
async function proxySays(t, status, credentials = '') {
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`));
  const port = await listen(t, proxy);
  const { wrapper: Wrapper } = createEntry({
    [`${NAME}API_URL`]: 'https://bitbucket.example/2.0', HTTPS_PROXY: `http://${credentials}127.0.0.1:${port}`,
  });
  return messageFrom(() => get(new Wrapper(accessToken)));
}

/** Makes this number of requests, of which the last waits for the rate limit, and returns the log lines. */
async function limitSays(t, api, more, requests) {
  const Wrapper = await bitbucket(t, api, undefined, more);
  const controller = new AbortController();
  const lines = [];
  let resolveFirstLine;
  const firstLine = new Promise((resolve) => { resolveFirstLine = resolve; });
  const logger = (message) => {
    lines.push(message);
    resolveFirstLine();
  };
  // The rate limit counts each credential separately.
  const wrapper = new Wrapper({ ...accessToken, token: `token-${crypto.randomUUID()}` }, { logger });
  const ask = () => wrapper.use((client) => client.get('/user', { signal: controller.signal }));
  for (let n = 1; n < requests; n += 1) await ask();
  ask().catch(() => {});
  await firstLine;
  controller.abort();
  return lines;
}

/** The log line about a removed endpoint, which a process logs only once. @type {string | undefined} */
let removalLine;

/** The log lines of a list across workspaces, when the request for the only workspace gets this response. */
async function listSays(t, answer) {
  const workspaces = { values: [{ workspace: { slug: 'acme', uuid: '{1}' } }] };
  const Wrapper = await bitbucket(t, (response, path) => (
    path.startsWith('/user/workspaces') ? json(response, 200, workspaces) : answer(response)));
  const lines = [];
  await get(new Wrapper(oauth({ expires_at: time(120 * MINUTE) }), { logger: (line) => lines.push(line) }), '/repositories?role=member')
    .catch(() => {});
  removalLine ??= lines.find((line) => line.includes('A consumer requested'));
  return lines.filter((line) => line !== removalLine);
}

const GONE = { data: { announcement_url: 'https://developer.atlassian.com/cloud/bitbucket/changelog/' } };
const LACKING = { detail: { required: ['pullrequest:write'], granted: ['account'] } };
const SCOPES = { 'x-oauth-scopes': 'account' };

/** The functions that cause the symptoms, by the slugs of the headings. */
export const producers = {
  'the-form-has-no-oauth2': (t) => environmentSays(t, { [`${NAME}CLIENT_SECRET`]: undefined }),
  'a-variable-contains-extra-characters': async (t) => (await Promise.all(
    ['"the-key"', 'the-key\u200B', 'the key'].map((value) => environmentSays(t, { [`${NAME}CLIENT_ID`]: value })))).flat(),
  'there-is-no-bitbucket-in-nocodb': async () => {
    const { stdout } = await runHost(HOSTS[0], {}, { execArgv: ['--require', REGISTER] });
    return stdout.split('\n').filter((line) => line.includes('registered'));
  },
  'no-registry-of-integrations-appeared': () => [
    preloadSays(serving),
    preloadSays(`
      Object.defineProperty(Function.prototype, 'availableIntegrations', { set() {}, configurable: true });
      ${serving}`),
  ],
  'the-window-says-that-access-was-denied': () => [windowSays('access_denied')],
  'the-window-says-that-bitbucket-rejected-a-scope': () => [windowSays('invalid_scope')],
  'the-window-says-that-bitbucket-rejected-the-oauth-client': () => [windowSays('unauthorized_client')],
  'the-window-says-that-bitbucket-rejected-the-request': () => [windowSays('invalid_request')],
  'the-window-says-that-bitbucket-had-an-error': () => (
    ['server_error', 'temporarily_unavailable', 'something_else'].map(windowSays)),
  'the-window-stays-and-says-that-bitbucket-has-answered': () => {
    const [, heading, text] = /<h1>(.*)<\/h1>\s*<p>(.*)<\/p>/.exec(readFileSync(join(folder, 'js', 'callback.html'), 'utf8'));
    return [`${heading}\n\n${text}`];
  },
  'bitbucket-refuses-the-key-or-the-secret': async (t) => [await exchangeSays(t, refuseToken(400, 'unauthorized_client'))],
  'bitbucket-refuses-the-authorization-code': async (t) => [await exchangeSays(t, refuseToken(400, 'invalid_grant'))],
  'the-connection-was-made-in-a-process-without-the-preload': async (t) => {
    const Wrapper = await bitbucket(t);
    return [await messageFrom(() => get(new Wrapper({ type: 'oauth', oauth: { code: GRANT } })))];
  },
  'a-connection-inside-a-base-is-not-created-in-time': async (t) => {
    const Wrapper = await bitbucket(t, undefined, () => {});
    return [await messageFrom(() => new Wrapper().exchangeToken(GRANT, undefined, { isInTransaction: true }))];
  },

  'a-token-contains-extra-characters': async (t) => {
    const Wrapper = await bitbucket(t);
    return Promise.all(['"the-token"', 'the token'].map((token) => (
      messageFrom(() => get(new Wrapper({ ...accessToken, token }))))));
  },
  'the-field-holds-a-mask': async () => {
    const [edition] = HOSTS;
    const create = callsOf(edition).create({ ...accessToken, token: '********' });
    const { results: [{ thrown, error = thrown }] } = await runHost(edition, { calls: [create] }, { execArgv: ['--require', REGISTER] });
    return [error.message];
  },
  'the-field-holds-a-vault-reference': async (t) => {
    const Wrapper = await bitbucket(t);
    const token = { $vault: { alias: 'team', secret: 'bitbucket' } };
    return [await messageFrom(() => get(new Wrapper({ ...accessToken, token })))];
  },
  'the-e-mail-address-is-not-valid': async (t) => {
    const Wrapper = await bitbucket(t);
    return [await messageFrom(() => get(new Wrapper({ ...apiToken, email: 'dana' })))];
  },
  'the-token-is-of-another-kind': async (t) => {
    const Wrapper = await bitbucket(t);
    const hintOf = async (config) => (await new Wrapper(config).connectionStatus()).hint;
    return Promise.all([
      { ...accessToken, token: 'ATATT3xFfGF0-made-up' }, { ...apiToken, token: 'ATCTT3xFfGN0-made-up' },
      { ...accessToken, token: 'ATBB-made-up' },
    ].map(hintOf));
  },
  'no-connection-may-act-as-the-oauth-client-itself': async (t) => {
    const Wrapper = await bitbucket(t, undefined, undefined, { [`${NAME}CLIENT_CREDENTIALS`]: undefined });
    return [await messageFrom(() => get(new Wrapper({ type: 'custom' })))];
  },

  'bitbucket-does-not-accept-the-credential': (t) => Promise.all(
    [oauth({ refresh_token: undefined, expires_at: undefined }), accessToken, apiToken]
      .map((config) => apiSays(t, refuse(401, 'Token is invalid'), config))),
  'a-permission-is-missing': (t) => Promise.all(
    [oauth({ expires_at: time(120 * MINUTE) }), accessToken].map((config) => apiSays(t, refuse(403, 'Lacks a scope', LACKING), config))),
  'the-connection-test-says-that-scopes-are-missing': async (t) => {
    const user = { type: 'user', uuid: '{1}', display_name: 'Dana Example' };
    const Wrapper = await bitbucket(t, (response) => json(response, 200, user, SCOPES), undefined, {
      [`${NAME}SCOPES`]: 'account pullrequest',
    });
    const { success, message } = await new Wrapper(oauth({ expires_at: time(120 * MINUTE) })).testConnection();
    assert.equal(success, true);
    return [message];
  },
  'the-resource-does-not-exist-or-is-not-visible': async (t) => {
    const missing = refuse(404, 'Resource not found');
    const Wrapper = await bitbucket(t, missing);
    const { message } = await new Wrapper({ ...accessToken, workspace: 'acme' }).testConnection();
    return [await apiSays(t, missing, accessToken), message];
  },
  'bitbucket-answers-with-an-error': async (t) => [await apiSays(t, refuse(500, 'Something went wrong'), accessToken)],
  // The client would retry for half a minute before this message.
  'bitbucket-is-not-ready': () => [failure('API_NOT_READY', 'api').message],
  'the-rate-limit-is-reached': async (t) => (
    [await apiSays(t, refuse(429, 'Rate limit', {}, { 'retry-after': '120' }), accessToken)]),
  'requests-wait-for-the-rate-limit': async (t) => [
    await limitSays(t, undefined, { [`${NAME}RATE_LIMIT`]: '2' }, 3),
    await limitSays(t, refuse(429, 'Rate limit'), {}, 1),
    await limitSays(t, refuse(429, 'Rate limit', {}, { 'retry-after': '30' }), {}, 1),
  ].flat(),
  'a-request-would-have-left-bitbuckets-api': async (t) => {
    const Wrapper = await bitbucket(t);
    return [await messageFrom(() => get(new Wrapper(accessToken), 'https://elsewhere.example/2.0/user'))];
  },

  'bitbucket-cannot-be-reached': async () => {
    const { wrapper: Wrapper } = createEntry(environment(`http://127.0.0.1:${await freePort()}`));
    return [
      // The error for an unknown host name depends on the machine's name service.
      networkFailure(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'api').message,
      await messageFrom(() => get(new Wrapper(accessToken))),
    ];
  },
  'the-certificate-is-not-accepted': async (t) => {
    const { tls } = makeCertificates(t);
    const { origin } = await serve(t, (_request, response) => json(response, 200, {}), tls);
    const { wrapper: Wrapper } = createEntry(environment(origin));
    return [await messageFrom(() => get(new Wrapper(accessToken)))];
  },
  'the-proxy-requires-credentials': async (t) => [await proxySays(t, 407), await proxySays(t, 407, 'ada:wrong@')],
  'the-proxy-rejects-the-connection': async (t) => [await proxySays(t, 403)],
  'the-proxy-cannot-reach-bitbucket': async (t) => [await proxySays(t, 502)],
  'bitbucket-does-not-answer-in-time': async (t) => {
    const Wrapper = await bitbucket(t, () => {}, undefined, { [`${NAME}TIMEOUT_MS`]: '50' });
    return [await messageFrom(() => get(new Wrapper(accessToken)))];
  },
  'the-response-does-not-come-from-bitbucket': async (t) => [
    await exchangeSays(t, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in</p>')),
    await exchangeSays(t, (response) => response.writeHead(302, { location: 'https://login.example/' }).end()),
  ],

  'the-refresh-token-is-dead': async (t) => {
    const Wrapper = await bitbucket(t, undefined, refuseToken(400, 'unauthorized_client'));
    return [await messageFrom(() => get(new Wrapper(oauth({ refresh_token: 'dead' }))))];
  },
  // A caller would wait 50 seconds for this message.
  'the-access-token-has-not-been-refreshed-yet': () => [failure('REFRESH_PENDING', 'refresh').message],
  'a-user-authenticated-again': async (t) => {
    const { error } = await rowSays(t, oauth({ refresh_token: 'another', authorized_at: time(0) }));
    return [error];
  },
  'the-connection-was-deleted': async (t) => {
    const { error, lines } = await rowSays(t, undefined, { loadConfig: async () => undefined });
    assert.ok(lines[0].endsWith(error));
    return lines;
  },
  'nocodb-could-not-store-new-tokens': async (t) => {
    const broken = { saveConfig: () => Promise.reject(new Error('the database is away')) };
    return (await rowSays(t, oauth({ refresh_token: 'refresh-0' }), broken)).lines;
  },

  'another-process-uses-the-connection': async (t) => {
    const elsewhere = oauth({ oauth_token: 'e', refresh_token: 'renewed elsewhere', refreshed_at: time(-MINUTE), expires_at: time(MINUTE) });
    return (await rowSays(t, elsewhere)).lines;
  },
  'a-worker-runs-without-a-redis': (t) => environmentSays(t, { NC_WORKER_CONTAINER: 'true' }),
  'the-redis-cannot-be-used': async (t) => {
    const redis = await startRedis(t);
    await redis.stop();
    const Wrapper = await bitbucket(t, undefined, undefined, { [`${NAME}REDIS_URL`]: redis.url });
    const lines = await logOf(t, async (printed) => {
      await get(new Wrapper(oauth({ refresh_token: 'of-redis' })));
      await redis.restart();
      while (printed().filter((line) => line.includes('redis-available')).length < 2) await new Promise((go) => { setTimeout(go, 50); });
    });
    return [...new Set(lines.toSorted())].toSorted((one, other) => one.includes('redis-available') - other.includes('redis-available'));
  },
  'the-plugin-stays-in-nocodbs-redis-database': async (t) => {
    const { url } = await startRedis(t, '--databases', '1');
    const Wrapper = await bitbucket(t, undefined, undefined, { NC_REDIS_URL: url });
    const lines = await logOf(t, () => get(new Wrapper(oauth({ refresh_token: 'of-nocodbs-redis' }))));
    return [...new Set(lines)].filter((line) => line.includes('NC_REDIS_URL'));
  },

  'a-workspace-is-left-out-of-a-list': (t) => listSays(t, refuse(403, 'Access denied', {}, SCOPES)),
  'a-whole-list-fails-because-of-one-workspace': (t) => listSays(t, refuse(403, 'Lacks a scope', LACKING)),
  'a-request-uses-an-endpoint-that-atlassian-removed': async (t) => [
    ...await listSays(t, (response) => json(response, 200, { values: [] })),
    removalLine,
    await apiSays(t, refuse(410, 'CHANGE-2770 - Functionality has been deprecated', GONE), accessToken),
  ],
};

/** The log lines of a refresh of a connection with this title. */
export async function refreshSays(t, title) {
  const own = oauth({ refresh_token: 'of-another-login' });
  const lines = [];
  await rowSays(t, own, { title, logger: (line) => lines.push(line) }, own);
  return lines;
}

/** The core's words for failures of Redis. Each comes from a sample of an error: its code, its message. */
export const redisWords = [
  ['', 'NOAUTH Authentication required.'], ['', 'NOPERM this user has no permissions'], ['', 'READONLY You can\'t write'],
  ['', 'NOREPLICAS Not enough good replicas to write.'], ['', 'OOM command not allowed'], ['', 'MISCONF Redis is configured to save'],
  ['', 'MOVED 1 127.0.0.1:1'], ['', 'ERR unknown command'], ['', 'ERR DB index is out of range'], ['', 'LOADING Redis is loading'],
  ['', 'ERR max number of clients reached'], ['SELF_SIGNED_CERT_IN_CHAIN', ''], ['EPROTO', ''], ['ECONNRESET', ''],
  ['ETIMEDOUT', ''], ['', 'Protocol error, got "H" as reply type byte'], ['ECONNREFUSED', ''], ['', 'something else'],
].map(([code, message]) => core().redisErrorSummary(code, message));
