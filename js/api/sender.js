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
import { answerWithout } from './redaction.js';

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
 * @property {(status: number, used: T, repetitions: number) => boolean} answered whether the request, which was repeated
 *   so often, is to be repeated with the newest credential
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
 * @property {number} timeoutMs of each request that has no limit of its own: what it may take to be sent and answered,
 *   redirects and its repetition included, waits for tokens and for room not
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
 * @property {number} [timeoutMs]
 * @property {'follow' | 'own' | 'manual' | 'error'} [redirect] which redirects are followed: all that the core allows,
 *   which is the default; those to the API only; or none, each being an answer like any other, or an error
 * @property {number} [maxRedirects]
 */

/**
 * @typedef {object} Circumstances
 * @property {string} path what was asked for, below the API's base
 * @property {boolean} isElsewhere whether a redirect led away from the API, where the credential does not go along
 * @property {() => string} authorization what was sent, for whoever has to cut it out of the answer
 */

/** @typedef {(request: ApiRequest) => Promise<Answer & Circumstances>} Sender an answer from 300 on is without the credential */

// A page of pull requests or an upload may pass the mebibyte that bounds a token answer; nothing sound passes this.
export const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Sends requests to the API with the newest credential, each in its turn.
 *
 * @template {Credential} T
 * @param {SenderOptions<T>} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and what the transport, `credentials` and `throttle`
 *   throw
 */
export function createSender({ apiUrl, timeoutMs, proxies, credentials, throttle }) {
  const { Api, resourceGroup } = core();
  const api = judge(createSender, () => new Api(apiUrl));

  /**
   * @param {ApiRequest} request
   * @param {string} path
   * @param {string} authorization
   * @param {{ left: number }} time milliseconds
   * @returns {Promise<Answer & Circumstances>}
   */
  const attempt = async (request, path, authorization, time) => {
    const { signal, redirect = 'follow', maxRedirects } = request;
    let next = request;
    for (let followed = 0, withCredential = true; ; followed += 1) {
      const { method, url, body, headers = {} } = next;
      // Each request to the API counts against the limit, also one that follows a redirect.
      const group = withCredential ? resourceGroup(followed === 0 ? path : api.admit(url)) : undefined;
      if (group !== undefined) await throttle?.take(group, signal);
      if (time.left <= 0) throw failure('REQUEST_TIMEOUT', 'api');
      const answer = await send(
        { method, url, headers: withCredential ? { ...headers, authorization } : headers, body },
        { phase: 'api', timeoutMs: time.left, proxies, signal, maxBytes: MAX_BYTES },
      );
      time.left -= answer.tookMs;
      if (group !== undefined) await throttle?.observe(group, answer);
      const { status, headers: { location } } = answer;
      const target = location !== undefined && URL.canParse(location, url) ? new URL(location, url).href : location;
      const judged = judge(attempt, () => (
        api.redirect(method, url, withCredential, status, target, followed, maxRedirects, redirect)
      ));
      if (!judged) {
        return {
          ...(status >= 300 ? answerWithout(answer, authorization) : answer),
          path,
          isElsewhere: !withCredential,
          authorization: () => authorization,
        };
      }
      withCredential = judged.withCredential;
      next = {
        method: judged.becomesGet ? 'GET' : method,
        url: /** @type {string} */ (target),
        headers: carried(headers, withCredential, judged.withBody),
        body: judged.withBody ? body : undefined,
      };
    }
  };

  return async (request) => {
    const { signal, body } = request;
    const url = URL.canParse(request.url) ? new URL(request.url).href : request.url;
    const path = judge(createSender, () => api.admit(url));
    const admitted = { ...request, url, headers: carried(request.headers, true, true) };
    const time = { left: request.timeoutMs ?? timeoutMs };
    for (let repetitions = 0; ; repetitions += 1) {
      const used = await unlessAborted(credentials.newest(), signal);
      const answer = await attempt(admitted, path, used.authorization, time);
      // Another server's answer says nothing of a credential that it was not given.
      if (answer.isElsewhere || !credentials.answered(answer.status, used, repetitions)) return answer;
      if (isStream(body)) {
        await unlessAborted(credentials.newest(), signal);
        credentials.onUnrepeatable();
        return answer;
      }
    }
  };
}

/**
 * The header fields of a caller that go along.
 *
 * @param {Record<string, string> | undefined} headers
 * @param {boolean} toApi
 * @param {boolean} withBody
 */
function carried(headers = {}, toApi, withBody) {
  const { mayCarry } = core();
  return Object.fromEntries(Object.entries(headers).filter(([name]) => mayCarry(name, toApi, withBody)));
}

/**
 * Whether a body is gone once it was sent.
 *
 * @param {unknown} body
 */
export function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
}
