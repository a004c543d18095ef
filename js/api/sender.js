/**
 * The sender beneath the API client.
 *
 * In: requests as data, and where the credential and the room within the rate limit come from. Out: the API's answers as
 * data, redirects followed. What never happens here: a request to another origin with the credential, an answer that
 * repeats it, or a decision about where a request may go.
 */

import { unlessAborted } from '../abort.js';
import { core, failure } from '../core.js';
import { judge } from '../error.js';
import { send } from '../transport.js';

/** @typedef {import('../transport.js').Answer} Answer */

/**
 * What goes into the header of a request.
 *
 * @typedef {{ authorization: string }} Credential
 */

/**
 * Where credentials come from.
 *
 * @template {Credential} T
 * @typedef {object} CredentialSource
 * @property {() => Promise<T>} newest
 * @property {(status: number, used: T, isRepetition: boolean) => boolean} answered whether the request is to be
 *   repeated with the newest credential
 * @property {() => void} onUnrepeatable told when it is, and cannot be: its body was a stream
 */

/**
 * Where room within the rate limit comes from.
 *
 * @typedef {object} Throttle
 * @property {(group: string, signal?: AbortSignal | null) => Promise<void>} take waits until a request to this group of
 *   resources may be sent
 * @property {(group: string, answer: Answer) => Promise<void>} observe learns from an answer
 */

/**
 * @template {Credential} T
 * @typedef {object} SenderOptions
 * @property {string} apiUrl
 * @property {number} timeoutMs of each request, from the moment at which it is sent
 * @property {import('../core.js').Proxies} proxies
 * @property {CredentialSource<T>} credentials
 * @property {Throttle} [throttle] by default there is no limit
 */

/**
 * @typedef {object} ApiRequest
 * @property {string} method
 * @property {string} url absolute
 * @property {Record<string, string>} [headers] lower-case names
 * @property {unknown} [body]
 * @property {AbortSignal | null} [signal]
 * @property {'follow' | 'own' | 'manual'} [redirect] which redirects are followed: all that the core allows, which is
 *   the default; those to the API only; or none, each being an answer like any other
 */

/** @typedef {(request: ApiRequest) => Promise<Answer>} Sender */

// A page of pull requests or an upload may pass the mebibyte that bounds a token answer; nothing sound passes this.
export const MAX_BYTES = 32 * 1024 * 1024;

const REDIRECTS = [301, 302, 303, 307, 308];

// As many as browsers follow.
const MOST_REDIRECTS = 20;

/** Header fields that describe a body. */
const OF_BODY = /^content-/;

/**
 * Sends requests to the API with the newest credential, each in its turn.
 *
 * @template {Credential} T
 * @param {SenderOptions<T>} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and what the transport, `credentials` and `throttle`
 *   throw
 */
export function createSender({ apiUrl, timeoutMs, proxies, credentials, throttle }) {
  const { Api } = core();
  const api = judge(createSender, () => new Api(apiUrl));

  /**
   * @param {ApiRequest} request
   * @param {string} authorization
   * @param {string} group
   */
  const attempt = async (request, authorization, group) => {
    const { signal, redirect } = request;
    await throttle?.take(group, signal);
    let next = request;
    for (let redirects = 0, withCredential = true; ; redirects += 1) {
      const { method, url, body, headers = {} } = next;
      const answer = await send(
        { method, url, headers: withCredential ? { ...headers, authorization } : headers, body },
        { phase: 'api', timeoutMs, proxies, signal, maxBytes: MAX_BYTES },
      );
      if (redirects === 0) await throttle?.observe(group, answer);
      const { status, headers: { location } } = answer;
      if (redirect === 'manual' || !REDIRECTS.includes(status) || location === undefined) {
        return { answer: status >= 300 ? withoutCredential(answer, authorization) : answer, withCredential };
      }
      if (redirects === MOST_REDIRECTS) throw failure('REDIRECT_REFUSED', 'api', { status });
      const target = URL.canParse(location, url) ? new URL(location, url).href : location;
      const judged = judge(attempt, () => api.redirect(method, url, withCredential, status, target));
      withCredential = judged.withCredential;
      if (redirect === 'own' && !withCredential) throw failure('REDIRECT_REFUSED', 'api', { status });
      next = { ...(judged.becomesGet ? asGet(next) : next), url: target };
    }
  };

  return async (request) => {
    const { signal } = request;
    const url = URL.canParse(request.url) ? new URL(request.url).href : request.url;
    const group = judge(createSender, () => api.admit(url));
    const absolute = { ...request, url };
    const used = await unlessAborted(credentials.newest(), signal);
    const { answer, withCredential } = await attempt(absolute, used.authorization, group);
    // Another server's answer says nothing of a credential that it was not given.
    if (!withCredential || !credentials.answered(answer.status, used, false)) return answer;
    const newer = await unlessAborted(credentials.newest(), signal);
    if (isStream(request.body)) {
      credentials.onUnrepeatable();
      return answer;
    }
    const second = await attempt(absolute, newer.authorization, group);
    if (second.withCredential) credentials.answered(second.answer.status, newer, true);
    return second.answer;
  };
}

/**
 * Whether a body is gone once it was sent.
 *
 * @param {unknown} body
 */
export function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
}

/**
 * @param {ApiRequest} request
 * @returns {ApiRequest} without its body
 */
function asGet({ headers = {}, body: _dropped, ...request }) {
  const kept = Object.entries(headers).filter(([name]) => !OF_BODY.test(name));
  return { ...request, method: 'GET', headers: Object.fromEntries(kept) };
}

/**
 * Error pages, of proxies above all, may repeat the request; and errors end up in logs.
 *
 * @param {Answer} answer
 * @param {string} authorization
 * @returns {Answer}
 */
function withoutCredential({ status, headers, body }, authorization) {
  const [, credential = ''] = authorization.split(' ');
  const decoded = Buffer.from(credential, 'base64').toString('latin1');
  const [, token = ''] = decoded.split(/:(.*)/s);
  const secrets = [credential, ...(authorization.startsWith('Basic ') ? [decoded, token] : [])];
  const forms = new Set(secrets.filter(Boolean).flatMap((secret) => (
    [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  )));
  /** @param {string} text */
  const cut = (text) => [...forms].reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cut(value)])),
    body: Buffer.from(cut(Buffer.from(body).toString('latin1')), 'latin1'),
  };
}
