/**
 * Fetches the next page for a caller who asks for the pages of a list by their numbers, one after the other.
 *
 * In: requests, and the senders of the caller's own ones and of those ahead. Out: their answers, some of which were under
 * way before they were asked for. What never happens here: a decision which page comes next (the core foretells it), an
 * answer that is given twice, one that another credential got, or an error of a request that nobody made.
 *
 * NocoDB's own sync asks so, and stores what a page has before it asks for the next one. At most one page that nobody has
 * asked for is under way or kept, and only until the client is asked for anything else.
 */

import { objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { PREFETCH_LIFETIME_MS } from './freshness.js';

/** @typedef {import('../credentials.js').Credentials} Credentials */
/** @typedef {import('./sender.js').ApiRequest} ApiRequest */
/** @typedef {import('./sender.js').Sender} Sender */

const utf8 = new TextDecoder();

/**
 * @param {object} options
 * @param {Sender} options.sender
 * @param {Sender} options.sendPrefetch fails where a request would have to wait for room within the rate limit
 * @param {Credentials['newest']} options.newest
 * @returns {Sender}
 */
export function readAhead({ sender, sendPrefetch, newest }) {
  // Made at the first request: most clients send none for a long time.
  /** @type {import('../../pkg/core.js').PageSequence} */
  let sequence;
  /** @type {PrefetchedPage | undefined} */
  let prefetched;
  let lastHeaders = '';

  /** @param {PrefetchedPage | undefined} next */
  const replace = (next) => {
    prefetched?.abort();
    prefetched = next;
  };

  /** @param {string | undefined} url @param {ApiRequest} template */
  const prefetch = (url, template) => {
    if (url !== undefined && !prefetched?.isFor({ ...template, url })) replace(new PrefetchedPage({ ...template, url }, sendPrefetch));
  };

  const interrupt = () => {
    sequence.interrupted();
    replace(undefined);
  };

  return async (request) => {
    sequence ??= new (core().PageSequence)();
    if (!isPrefetchable(request)) {
      interrupt();
      // What was fetched while it was under way may be what was there before it.
      return sender(request).finally(interrupt);
    }
    const { url } = request;
    // Who asks in another way asks for something else.
    if (lastHeaders !== (lastHeaders = JSON.stringify(request.headers))) interrupt();
    const matching = prefetched?.isFor(request) ? prefetched : undefined;
    if (matching) prefetched = undefined;
    else replace(undefined);
    prefetch(sequence.asked(url), request);
    const answer = await matching?.takeResponse(newest) ?? await sender(request);
    if (answer.status !== 200) interrupt();
    else if (sequence.answered(url)) prefetch(predictedUrl(sequence, url, answer.body), request);
    return answer;
  };
}

/** A page that nobody has asked for yet. */
class PrefetchedPage {
  #controller = new AbortController();

  /** @type {Promise<Awaited<ReturnType<Sender>> | { error: unknown } | undefined>} */
  #response;

  #timer;

  #request;

  /**
   * @param {ApiRequest} request
   * @param {Sender} send
   */
  constructor(request, send) {
    this.#request = keyOf(request);
    this.#response = send({ ...request, signal: this.#controller.signal }).catch((error) => ({ error }));
    this.#timer = setTimeout(() => this.abort(), PREFETCH_LIFETIME_MS).unref();
  }

  /** @param {ApiRequest} request */
  isFor(request) {
    return !this.#controller.signal.aborted && this.#request === keyOf(request);
  }

  /**
   * The answer for whoever asks for it now, or its error, if the core takes that for the outcome of the page. Where anything
   * else is wrong, the request is sent anew, and who asks is told what is wrong then.
   *
   * @param {Credentials['newest']} newest
   */
  async takeResponse(newest) {
    clearTimeout(this.#timer);
    const answer = await this.#response;
    if (!answer) return undefined;
    const isError = 'error' in answer;
    const code = isError ? /** @type {string | undefined} */ (objectOrEmpty(answer.error).code) : undefined;
    if (!core().isOutcomeAhead(isError ? undefined : answer.status, code)) return undefined;
    if (isError) throw answer.error;
    // Another login may be somebody else's.
    const { authorization } = await newest();
    return answer.authorization() === authorization ? answer : undefined;
  }

  abort() {
    clearTimeout(this.#timer);
    this.#controller.abort();
    this.#response = Promise.resolve(undefined);
  }
}

/** @param {ApiRequest} request */
function keyOf({ url, headers }) {
  return JSON.stringify([url, headers]);
}

/**
 * Whether a request is like any other: one with a signal, or a time limit of its own, may have reasons.
 *
 * @param {ApiRequest} request
 */
function isPrefetchable({ method, body, signal, timeoutMs, redirect = 'follow', maxRedirects }) {
  return method === 'GET' && [body, signal, timeoutMs, maxRedirects].every((given) => given === undefined || given === null)
    && redirect === 'follow';
}

/**
 * @param {import('../../pkg/core.js').PageSequence} sequence
 * @param {string} url
 * @param {Uint8Array} body
 * @returns {string | undefined}
 */
function predictedUrl(sequence, url, body) {
  /** @param {unknown} value */
  const number = (value) => (typeof value === 'number' ? value : undefined);
  try {
    const { next, pagelen, size } = objectOrEmpty(JSON.parse(utf8.decode(body)));
    return typeof next === 'string' ? sequence.told(url, next, number(pagelen), number(size)) : undefined;
  } catch {
    return undefined;
  }
}
