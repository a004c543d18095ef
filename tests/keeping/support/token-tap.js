/**
 * A proxy in front of the token endpoint.
 *
 * In: every token request; processes of the tests name themselves in a header. Out: the simulator's response unchanged, unless a
 * test sets a fault or a trap; and the digest of each refresh token that was used, with the digest of its successor, in the order
 * in which Bitbucket issued them. Only the proxy knows this order, because a response may be lost afterwards. Never: a response
 * that Bitbucket did not give, except for faults.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { pause } from '../../support/waiting.js';

export const TOKEN_PATH = '/site/oauth2/access_token';

/** The header field that contains the name of the process. */
export const PROCESS_HEADER = 'x-process';

export const digest = (value) => createHash('sha256').update(String(value)).digest('base64url').slice(0, 12);

/**
 * A fault of a token request. Before Bitbucket gets the request: `delay` (the request then continues), `drop`, `status`, `html`,
 * `hang` (there is never a response). After Bitbucket has processed the request, so that the refresh token is used up:
 * `delay-after`, `drop-after`, `truncate`, `empty`.
 *
 * @typedef {{ kind: string, status?: number, delayMs?: number, retryAfter?: number }} TokenFault
 */

/**
 * One request that used a refresh token.
 *
 * @typedef {object} TokenRequest
 * @property {string} worker the process that sent the request
 * @property {string | undefined} connection
 * @property {number} sentAt a time of `performance.now()`, like `endedAt`
 * @property {number} [endedAt] absent while the request is on its way
 * @property {number} [status] of Bitbucket's response; absent if there was no response
 */

/**
 * One refresh that Bitbucket carried out.
 *
 * @typedef {object} Refresh
 * @property {string} worker the process that sent the request
 * @property {string} connection
 * @property {string} used digest of the refresh token that was sent
 * @property {string} issued digest of the refresh token in the response
 * @property {string} accessToken digest
 */

export class TokenTap {
  /** @type {Refresh[]} */
  refreshes = [];

  /** In the order of arrival. @type {TokenRequest[]} */
  requests = [];

  /** Faults for the next requests that use a refresh token. @type {TokenFault[]} */
  faults = [];

  /** The fault of each request that uses a refresh token and finds `faults` empty. @type {TokenFault | undefined} */
  outage;

  /** The minimum duration of each request that uses a refresh token. */
  latencyMs = 0;

  /** How often a refresh token was sent while another request with the same token was on its way. */
  overlaps = 0;

  /** The values that must not appear in any output. @type {Set<string>} */
  secrets = new Set();

  /**
   * Called with each request that uses a refresh token, before Bitbucket gets the request. If this function returns true, the
   * request is dropped.
   * @type {(request: { worker: string, connection: string | undefined }) => boolean}
   */
  trapBefore = () => false;

  /**
   * Called with each refresh that Bitbucket carried out. The response is sent when this function has finished.
   * @type {(refresh: Refresh) => unknown}
   */
  trapAfter = () => {};

  #tokenUrl;
  #server;
  #onTheirWay = new Map();
  #connectionOf = new Map();
  #used = new Set();

  /** @param {string} tokenUrl the simulator's */
  constructor(tokenUrl) {
    this.#tokenUrl = tokenUrl;
    this.#server = createServer((request, response) => {
      // The sender may have ended, and after the test the simulator, too. Then no process waits for the response.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** The token endpoint. All processes must use the same URL: to the plugin, a different URL means a different OAuth client. */
  get url() {
    return `http://127.0.0.1:${this.#server.address().port}${TOKEN_PATH}`;
  }

  async close() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Sets the name of the connection to which these tokens and all their successors belong. */
  name(connection, { oauth_token: accessToken, refresh_token: refreshToken }) {
    this.#connectionOf.set(digest(refreshToken), connection);
    this.#keepSecret(accessToken, refreshToken);
  }

  /** Digest of the newest refresh token that Bitbucket issued for a connection. */
  newest(connection) {
    return this.refreshes.findLast((refresh) => refresh.connection === connection)?.issued;
  }

  /** Whether Bitbucket has issued a successor of this refresh token, so that its grace period has begun. */
  isUsed(refreshToken) {
    return this.#used.has(digest(refreshToken));
  }

  /** Whether the first of two digests was issued before the second. */
  isOlder(first, second) {
    const position = (wanted) => this.refreshes.findIndex(({ issued }) => issued === wanted);
    return position(first) < position(second);
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const refreshToken = new URLSearchParams(body).get('refresh_token');
    if (refreshToken === null) return this.#relay(response, await this.#ask(request, body));
    const worker = request.headers[PROCESS_HEADER];
    const used = digest(refreshToken);
    const together = this.#onTheirWay.get(used) ?? 0;
    if (together > 0) this.overlaps += 1;
    this.#onTheirWay.set(used, together + 1);
    const connection = this.#connectionOf.get(used);
    const record = { worker, connection, sentAt: performance.now() };
    this.requests.push(record);
    const ended = () => {
      if (record.endedAt !== undefined) return;
      record.endedAt = performance.now();
      this.#onTheirWay.set(used, this.#onTheirWay.get(used) - 1);
    };
    response.on('close', ended);
    const fault = this.trapBefore({ worker, connection }) ? { kind: 'drop' } : this.faults.shift() ?? this.outage;
    await pause(fault?.kind === 'delay' ? fault.delayMs : this.latencyMs);
    const isUnheard = fault && ['drop', 'status', 'html', 'hang'].includes(fault.kind);
    const answer = isUnheard ? undefined : await this.#ask(request, body);
    record.status = answer?.status;
    if (answer?.status === 200) await this.trapAfter(this.#record(worker, connection, used, answer.body));
    if (fault?.kind === 'delay-after') await pause(fault.delayMs);
    if (fault?.kind === 'hang') return undefined;
    // The request counts as ended before its response is sent, because the next request may arrive before this process notices
    // that the response was sent.
    ended();
    if (fault?.kind === 'drop' || fault?.kind === 'drop-after') return response.destroy();
    return answer ? this.#relay(response, answer, fault?.kind) : this.#instead(response, fault);
  }

  async #ask(request, body) {
    const { authorization, accept, 'content-type': contentType } = request.headers;
    const answer = await fetch(this.#tokenUrl, {
      method: request.method,
      headers: { authorization, accept, 'content-type': contentType },
      body,
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  }

  #record(worker, connection, used, body) {
    const { access_token: accessToken, refresh_token: refreshToken } = JSON.parse(body);
    this.#keepSecret(accessToken, refreshToken);
    const refresh = { worker, connection, used, issued: digest(refreshToken), accessToken: digest(accessToken) };
    this.#connectionOf.set(refresh.issued, connection);
    this.#used.add(used);
    this.refreshes.push(refresh);
    return refresh;
  }

  #keepSecret(...secrets) {
    for (const secret of secrets) this.secrets.add(secret);
  }

  #relay(response, { status, headers, body }, spoiled) {
    const sent = { truncate: body.slice(0, Math.ceil(body.length / 2)), empty: '' }[spoiled] ?? body;
    const relayed = ['content-type', 'retry-after'].filter((name) => headers.has(name));
    response.writeHead(status, Object.fromEntries(relayed.map((name) => [name, headers.get(name)])));
    response.end(sent);
  }

  #instead(response, { kind, status = 503, retryAfter }) {
    const later = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    const page = kind === 'html' ? '<!doctype html><h1>We will be back soon</h1>' : `Status ${status}`;
    response.writeHead(kind === 'html' ? 200 : status, { 'content-type': 'text/html; charset=utf-8', ...later });
    response.end(page);
  }
}
