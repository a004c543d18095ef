/**
 * A simulator of Bitbucket Cloud: its two OAuth back ends and the part of its API that is needed here.
 *
 * In: HTTP on loopback, and the commands of `control` (or POST /__control/…), which move the clock and inject faults. Out:
 * Bitbucket's responses, as documented or observed; where neither source decides, the strictest possibility. The simulator
 * uses no npm package. Never: a credential in a log line, or a rule that is relaxed for a test.
 */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { Api } from './api.js';
import { STATUS_FORMS } from './api-errors.js';
import { AUTHORIZE_PATH, AuthorizeEndpoint, SIGN_IN_PATH } from './authorize-endpoint.js';
import { authorizeInBrowser } from './browser.js';
import { Catalogue, USER, USERS } from './catalogue.js';
import { ClientRegistry } from './clients.js';
import { Clock } from './clock.js';
import { Contents } from './contents.js';
import { Faults, alterResponse, encodeResponse, replacesResponse } from './faults.js';
import { html, json, mediaType, pause, readBody, redirect, text } from './http.js';
import { Lists } from './lists.js';
import { errorPage, missingRepositoryPage } from './pages.js';
import { RateLimit } from './rate-limit.js';
import { logLine } from './redaction.js';
import { Resources } from './resources.js';
import { Statistics } from './statistics.js';
import { Storage } from './storage.js';
import { TokenEndpoint } from './token-endpoint.js';
import { TokenStore } from './token-store.js';

const TOKEN_PATH = '/site/oauth2/access_token';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const SETTINGS = {
  // Bitbucket's value is not known. RFC 6749 section 4.1.2 allows ten minutes at most, and a person needs time to consent.
  codeLifetimeMs: 5 * MINUTE,
  accessTokenLifetimeMs: undefined,
  refreshGraceMs: 10 * MINUTE,
  // Bitbucket documents that a lockout (see `Options`) lasts "a short while".
  lockoutMs: 20 * SECOND,
  // Bitbucket documents "three months". The shortest three months have 89 days.
  refreshTokenIdleMs: 89 * DAY,
  scopeSeparator: ' ',
  stateOnDenial: true,
  openerPolicies: {},
  tokenErrors: {},
  repositories: 25,
  pullRequests: 30,
  rateLimit: 1000,
  trackerStatus: 410,
  apiTokens: [],
  accessTokens: [],
};

const NUMBERS = [
  'codeLifetimeMs',
  'accessTokenLifetimeMs',
  'refreshGraceMs',
  'lockoutMs',
  'refreshTokenIdleMs',
  'repositories',
  'pullRequests',
];

/**
 * @typedef {object} Options
 * @property {'older' | 'newer'} [backend] which of Bitbucket's OAuth back ends; default 'newer'
 * @property {number} [port] default 0: any free port
 * @property {string} [host] default 127.0.0.1
 * @property {{ key?: string, secret?: string, callback?: string | null, scopes?: string[], private?: boolean,
 *   name?: string }[]} [clients] the registered OAuth clients; default one with a random Key and Secret
 * @property {number} [codeLifetimeMs] default five minutes
 * @property {number} [accessTokenLifetimeMs] default two hours on the older back end, one hour on the newer
 * @property {number} [refreshGraceMs] how long a used refresh token still works, counted from its first use
 * @property {number} [lockoutMs] how long the token endpoint rejects all refresh tokens of a client (the lockout) after the
 *   client used a refresh token whose grace period had ended
 * @property {number} [refreshTokenIdleMs] lifetime of an unused refresh token (newer back end)
 * @property {string} [scopeSeparator] between scopes in token responses; commas have also been observed at Bitbucket
 * @property {boolean} [stateOnDenial] whether the redirect with access_denied contains `state`
 * @property {Record<string, string>} [openerPolicies] the Cross-Origin-Opener-Policy of pages, by path; it is not known
 *   whether Bitbucket's or Atlassian's pages have one
 * @property {Record<string, { status?: number, error?: string, description?: string }>} [tokenErrors]
 *   replaces members of rows in TOKEN_ERRORS
 * @property {number} [repositories] in the first workspace
 * @property {number} [pullRequests] in each repository; half of them are open
 * @property {number | null} [rateLimit] API requests per rolling hour, user and resource group; null: no limit
 * @property {410 | 404} [trackerStatus] the status of the removed endpoints of issues and wikis; both statuses have been
 *   observed
 * @property {{ email: string, token: string, scopes: string[] }[]} [apiTokens] accepted as Basic
 * @property {{ token: string, kind: 'workspace' | 'project' | 'repository', workspace: string,
 *   repository?: string, scopes: string[] }[]} [accessTokens] accepted as Bearer
 * @property {(line: string) => void} [log] receives every redacted log line
 */

/**
 * Starts a simulator. It is listening when the promise resolves.
 * @param {Options} [options]
 * @throws {TypeError} for an unknown option or an invalid value; the error of `listen` when the port is in use
 */
export async function startBitbucket({
  backend = 'newer',
  port = 0,
  host = '127.0.0.1',
  clients = [{}],
  log,
  ...rest
} = {}) {
  if (backend !== 'older' && backend !== 'newer') throw new TypeError("backend must be 'older' or 'newer'");
  if (clients.length === 0) throw new TypeError('clients must not be empty');
  const unknown = Object.keys(rest).find((name) => !Object.hasOwn(SETTINGS, name));
  if (unknown !== undefined) throw new TypeError(`there is no option "${unknown}"`);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const settings = { ...SETTINGS, accessTokenLifetimeMs: (backend === 'older' ? 120 : 60) * MINUTE, ...given };
  // A comparison with a lifetime that is not a number would always be false, so the lifetime would never end.
  const wrong = NUMBERS.find((name) => !(Number.isFinite(settings[name]) && settings[name] >= 0));
  if (wrong !== undefined) throw new TypeError(`${wrong} must be a number, zero or more`);
  if (settings.rateLimit !== null && !(Number.isInteger(settings.rateLimit) && settings.rateLimit >= 0)) {
    throw new TypeError('rateLimit must be a whole number, or null');
  }
  if (![410, 404].includes(settings.trackerStatus)) throw new TypeError('trackerStatus must be 410 or 404');
  for (const { kind, repository, scopes } of settings.accessTokens) {
    if (!['workspace', 'project', 'repository'].includes(kind)) throw new TypeError('an access token needs a kind');
    if ((kind === 'repository') !== (repository !== undefined)) {
      throw new TypeError('an access token must name a repository if, and only if, its kind is "repository"');
    }
    if (kind !== 'workspace' && scopes.includes('account')) {
      throw new TypeError('only access tokens of workspaces can have the scope "account"');
    }
  }

  const simulator = new Simulator({ backend, clients, log, settings });
  await simulator.listen(port, host);
  return simulator.handle();
}

/** @returns {Promise<string>} the origin */
async function listen(server, port, host) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = host.includes(':') ? `[${host}]` : host;
  return `http://${address}:${server.address().port}`;
}

/** @param {import('./http.js').HttpResponse} response */
function send(request, serverResponse, { status, headers, body, chunked }) {
  // RFC 9110 section 8.6: a 204 has no length, and the length of this empty body would be wrong for a 304.
  const length = chunked || status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
  serverResponse.writeHead(status, { ...length, ...headers });
  serverResponse.end(request.method === 'HEAD' || body.length === 0 ? undefined : body);
}

class Simulator {
  #backend;
  #settings;
  #log;
  #clock = new Clock();
  #faults = new Faults();
  #statistics = new Statistics();
  #closing = new AbortController();
  #requests = [];
  #clients;
  #tokens;
  #rateLimit;
  #authorize;
  #tokenEndpoint;
  #api;
  /** Further objects that a reset clears. */
  #forgetful;
  #origin;
  #server;
  /** Large files. They have a server of their own, like Bitbucket's storage. */
  #storage = new Storage({ clock: this.#clock });
  #storageServer;

  constructor({ backend, clients, log, settings }) {
    this.#backend = backend;
    this.#settings = settings;
    this.#log = log;
    this.#clients = new ClientRegistry(clients, backend);
    this.#tokens = new TokenStore({ backend, clock: this.#clock, settings });
    this.#rateLimit = new RateLimit({ clock: this.#clock, limit: settings.rateLimit });
    this.#authorize = new AuthorizeEndpoint({
      clients: this.#clients,
      tokens: this.#tokens,
      settings,
      users: USERS,
    });
    this.#tokenEndpoint = new TokenEndpoint({
      backend,
      clients: this.#clients,
      tokens: this.#tokens,
      settings,
    });
    // Each delayed request adds a listener, and the number of delayed requests is unlimited.
    setMaxListeners(0, this.#closing.signal);
    this.#server = createServer((request, serverResponse) => this.#serve(request, serverResponse));
    this.#storageServer = createServer((request, serverResponse) => this.#serveStorage(request, serverResponse));
  }

  async listen(port, host) {
    this.#origin = await listen(this.#server, port, host);
    this.#storage.origin = await listen(this.#storageServer, 0, host);
    const apiUrl = `${this.#origin}/2.0`;
    const { repositories, pullRequests } = this.#settings;
    const catalogue = new Catalogue({ apiUrl, repositories, pullRequests });
    const contents = new Contents({ apiUrl, catalogue });
    const lists = new Lists(apiUrl);
    const resources = new Resources({ apiUrl, catalogue, contents, lists, storage: this.#storage });
    this.#forgetful = [catalogue, contents, lists, resources];
    this.#api = new Api({
      lists,
      resources,
      tokens: this.#tokens,
      settings: this.#settings,
      rateLimit: this.#rateLimit,
    });
  }

  /** The interface for tests and for the command. */
  handle() {
    const origin = this.#origin;
    const control = this.#control();
    return {
      backend: this.#backend,
      origin,
      authorizeUrl: origin + AUTHORIZE_PATH,
      tokenUrl: origin + TOKEN_PATH,
      apiUrl: `${origin}/2.0`,
      /** The first client. A test that does not know its own port at the start may set `callback` later. */
      client: this.#clients.first,
      control,
      /** All log lines since the start or the last reset. */
      requests: this.#requests,
      /** Logs in, decides, and returns the URL of the final redirect. `user`: the nickname of the user. */
      authorize: (url, { grant = true, user = USER.nickname } = {}) =>
        authorizeInBrowser({ origin, url, grant, user: USERS.find(({ nickname }) => nickname === user) }),
      close: () => this.#close(),
    };
  }

  #control() {
    return {
      /** Moves the clock forward. @param {number} ms */
      advance: (ms) => this.#clock.advance(ms),
      /**
       * Injects a fault into the next requests to `target`. `times` is the number of these requests, by default one.
       * @param {import('./faults.js').Fault} fault
       */
      fault: (fault) => this.#faults.add(fault),
      /** Resets everything except the clients to the state after the start. The log and the counts are cleared, too. */
      reset: () => {
        this.#clock.reset();
        this.#faults.reset();
        this.#statistics.reset();
        this.#tokens.reset();
        this.#authorize.reset();
        this.#rateLimit.reset();
        this.#storage.reset();
        for (const part of this.#forgetful) part.reset();
        this.#requests.length = 0;
      },
      /** Counts of requests and of their outcomes; see statistics.js. */
      stats: () => this.#statistics.snapshot(),
      /**
       * The user consents once, or as often as `times` says. Returns the token responses that a client would have received for
       * the codes. A test with thousands of connections needs this function: in a browser, each connection takes six requests.
       * The statistics do not count these token responses.
       */
      connect: ({ key = this.#clients.first.key, scopes, times = 1 } = {}) => {
        const client = this.#clientOf(key);
        if (!(Number.isInteger(times) && times >= 1)) throw new TypeError('times is not valid');
        return Array.from({ length: times }, () => this.#tokenEndpoint.connect(client, USER, scopes));
      },
      /** The user revokes the access. */
      revoke: () => this.#tokens.revokeAll(),
      /** Registers another callback for a client; by default for the first one. */
      register: ({ key = this.#clients.first.key, callback } = {}) => {
        this.#clientOf(key).callback = callback;
      },
      log: () => [...this.#requests],
    };
  }

  #clientOf(key) {
    const client = this.#clients.find(key);
    if (!client) throw new TypeError('there is no client with this key');
    return client;
  }

  async #close() {
    this.#closing.abort();
    await Promise.all([this.#server, this.#storageServer].map(async (server) => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    }));
  }

  #record(line) {
    this.#requests.push(line);
    this.#log?.(line);
  }

  async #serve(request, serverResponse) {
    const url = URL.canParse(request.url, this.#origin) ? new URL(request.url, this.#origin) : null;
    const notes = [];
    let status = '-';
    try {
      const target = url === null ? undefined : this.#targetOf(url);
      if (target) serverResponse.once('close', this.#statistics.arrived(target));
      const response = url === null ? text(400, 'Bad request') : await this.#handle(request, url, target, notes);
      if (response === null) {
        request.socket.destroy();
      } else {
        status = response.status;
        send(request, serverResponse, { ...response, headers: { ...response.headers, ...this.#openerPolicy(url, response) } });
      }
    } catch (error) {
      // The client disconnected, or the simulator is closing. Any other error is a bug in the simulator and must be visible.
      if (this.#closing.signal.aborted || error.code === 'ECONNRESET') {
        request.socket.destroy();
      } else {
        status = 500;
        notes.push(`simulator-error=${error.name}`);
        if (!serverResponse.headersSent) serverResponse.writeHead(500);
        serverResponse.end();
      }
    }
    this.#record(logLine(request.method, url, status, notes));
  }

  #serveStorage(request, serverResponse) {
    const url = URL.canParse(request.url, this.#storage.origin) ? new URL(request.url, this.#storage.origin) : null;
    const response = url === null ? text(400, 'Bad request') : this.#storage.handle(request, url);
    send(request, serverResponse, response);
    this.#record(logLine(request.method, url, response.status, ['storage']));
  }

  #openerPolicy(url, { headers }) {
    const policy = url === null || headers.location ? undefined : this.#settings.openerPolicies[url.pathname];
    return policy === undefined ? {} : { 'cross-origin-opener-policy': policy };
  }

  /** @returns {Promise<import('./http.js').HttpResponse | null>} null: drop the connection */
  async #handle(request, url, target, notes) {
    if (url.pathname.startsWith('/__control/')) return this.#handleControl(request, url);
    if (!target) return this.#handleUntargeted(request, url);
    const fault = this.#faults.take(target, url.pathname);
    if (fault) notes.push(`fault=${fault.kind}`);
    if (fault?.kind === 'delay') await pause(fault.delayMs, this.#closing.signal);
    if (fault && replacesResponse(fault)) {
      this.#statistics.unprocessed(target);
      return encodeResponse(this.#faultInstead(fault, request, url), fault);
    }
    return encodeResponse(alterResponse(await this.#process(target, request, url, notes), fault), fault);
  }

  #targetOf({ pathname }) {
    if (pathname === AUTHORIZE_PATH) return 'authorize';
    if (pathname === TOKEN_PATH) return 'token';
    return pathname.startsWith('/2.0/') ? 'api' : undefined;
  }

  #faultInstead(fault, request, url) {
    const response = this.#replacementFor(fault);
    if (response === null) return null;
    const { target, kind, retryAfter } = fault;
    const delay = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    // The response of a proxy in front of Bitbucket has none of Bitbucket's headers.
    const own = target === 'api' && ['status', 'missing-page'].includes(kind) ? this.#api.headers(request, url) : {};
    return { ...response, headers: { ...own, ...response.headers, ...delay } };
  }

  #replacementFor({ target, kind, status, form, location }) {
    switch (kind) {
      case 'drop':
        return null;
      case 'html':
        return html(status ?? 200, '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>');
      case 'missing-page':
        return missingRepositoryPage(USER);
      case 'redirect':
        return redirect(status ?? 302, location ?? `${this.#origin}/elsewhere`);
      default: {
        const code = status ?? 503;
        return STATUS_FORMS[form ?? (target === 'api' ? 'typed' : 'plain')](code);
      }
    }
  }

  async #process(target, request, url, notes) {
    if (target === 'token') return this.#processToken(request, notes);
    if (target === 'api') {
      const body = request.method === 'GET' ? '' : await readBody(request);
      if (body === null) return text(413, 'Payload too large');
      const { response, endpoint } = this.#api.handle(request, url, body);
      this.#statistics.api(endpoint, response.status);
      return response;
    }
    if (request.method !== 'GET' && request.method !== 'POST') return this.#methodNotAllowed('GET, POST');
    const body = request.method === 'POST' ? await this.#form(request) : undefined;
    if (body === null) return errorPage(400, 'Invalid request', 'The form could not be read.');
    const { response, outcome } =
      body === undefined ? this.#authorize.show(request, url) : this.#authorize.decide(request, body);
    this.#statistics.authorize(outcome);
    notes.push(outcome);
    return response;
  }

  async #processToken(request, notes) {
    if (request.method !== 'POST') return this.#methodNotAllowed('POST');
    const body = await readBody(request);
    if (body === null) return text(413, 'Payload too large');
    const { response, grant, errorName } = this.#tokenEndpoint.handle(request, body);
    this.#statistics.token(grant, errorName !== undefined);
    notes.push(`grant=${grant}`, ...(errorName ? [`refused=${errorName}`] : []));
    return response;
  }

  /** Returns the body of a form, or null if the body is not a form. */
  async #form(request) {
    const body = await readBody(request);
    return mediaType(request) === 'application/x-www-form-urlencoded' ? body : null;
  }

  #methodNotAllowed(allow) {
    return text(405, 'Method not allowed', { allow });
  }

  async #handleUntargeted(request, url) {
    if (url.pathname !== SIGN_IN_PATH) return errorPage(404, 'Not found', 'There is no such page.');
    if (request.method === 'GET') return this.#authorize.showLogin(url);
    if (request.method !== 'POST') return this.#methodNotAllowed('GET, POST');
    const body = await this.#form(request);
    return body === null
      ? errorPage(400, 'Invalid request', 'The form could not be read.')
      : this.#authorize.logIn(body);
  }

  /**
   * POST /__control/{advance|connect|fault|reset|stats|revoke|register|log}, with a JSON body. Only application/json is accepted:
   * a web page of another origin cannot send it without a preflight, so no page can interfere.
   */
  async #handleControl(request, url) {
    const control = this.#control();
    const name = url.pathname.slice('/__control/'.length);
    if (!Object.hasOwn(control, name)) return json(404, { error: 'there is no such control' });
    if (request.method !== 'POST') return this.#methodNotAllowed('POST');
    if (mediaType(request) !== 'application/json') return json(415, { error: 'send application/json' });
    const body = await readBody(request);
    try {
      const argument = body ? JSON.parse(body) : {};
      const result = control[name](name === 'advance' ? argument.ms : argument);
      return json(200, result ?? {});
    } catch (error) {
      return json(400, { error: error instanceof SyntaxError ? 'the body is not JSON' : error.message });
    }
  }
}
