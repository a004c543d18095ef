/**
 * Prefetches the next page for a caller that requests a list's pages by number, one after the other.
 *
 * In: requests, a sender for them, and a sender for prefetches. Out: responses, some of which were requested before
 * the caller asked for them. Never: a decision about which page comes next (the core predicts it), a second use of a
 * response, a response to a request with another credential, or an error of a request that the caller never made.
 *
 * NocoDB's sync reads lists this way, and stores each page before it requests the next one. At most one prefetched page is
 * under way or held. It is discarded when the client sends any other request.
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
 * @param {Sender} options.sendPrefetch fails if the request would have to wait for the rate limit
 * @param {Credentials['newest']} options.newest
 * @returns {Sender}
 */
export function readAhead({ sender, sendPrefetch, newest }) {
  // Created at the first request, because most clients send none for a long time.
  /** @type {import('../../pkg/core.js').PagePredictor} */
  let predictor;
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
    if (url === undefined || prefetched?.isFor({ ...template, url })) return;
    replace(new PrefetchedPage({ ...template, url }, sendPrefetch));
  };

  const interrupt = () => {
    predictor.reset();
    replace(undefined);
  };

  return async (request) => {
    predictor ??= new (core().PagePredictor)();
    if (!isPrefetchable(request)) {
      interrupt();
      // The second interruption discards a page that was prefetched during the request, because it may show outdated data.
      return sender(request).finally(interrupt);
    }
    const { url } = request;
    // The predictor starts again for a request with other headers, because the request belongs to another series of pages.
    if (lastHeaders !== (lastHeaders = JSON.stringify(request.headers))) interrupt();
    const matching = prefetched?.isFor(request) ? prefetched : undefined;
    if (matching) prefetched = undefined;
    else replace(undefined);
    prefetch(predictor.onRequest(url), request);
    const response = await matching?.takeResponse(newest) ?? await sender(request);
    if (response.status !== 200) interrupt();
    else if (predictor.onSuccess(url)) prefetch(predictedUrl(predictor, url, response.body), request);
    return response;
  };
}

/** A page that was prefetched and that the caller has not requested yet. */
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
   * Returns the response to the prefetch, for the caller that requests the page now. If the prefetch failed, and the core treats
   * the error as the page's final result, this method throws the error. Otherwise this method returns `undefined`, so that the
   * caller's own request is sent, and the caller gets the result of that request.
   *
   * @param {Credentials['newest']} newest
   */
  async takeResponse(newest) {
    clearTimeout(this.#timer);
    const response = await this.#response;
    if (!response) return undefined;
    const isError = 'error' in response;
    const code = isError ? /** @type {string | undefined} */ (objectOrEmpty(response.error).code) : undefined;
    if (!core().isUsablePrefetch(isError ? undefined : response.status, code)) return undefined;
    if (isError) throw response.error;
    // After another login, the credential may belong to another account.
    const { authorization } = await newest();
    return response.authorization() === authorization ? response : undefined;
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
 * Whether a request may start a prefetch or get a prefetched page. A request with its own signal or time limit may do neither.
 *
 * @param {ApiRequest} request
 */
function isPrefetchable({ method, body, signal, timeoutMs, redirect = 'follow', maxRedirects }) {
  return method === 'GET' && [body, signal, timeoutMs, maxRedirects].every((given) => given === undefined || given === null)
    && redirect === 'follow';
}

/**
 * @param {import('../../pkg/core.js').PagePredictor} predictor
 * @param {string} url
 * @param {Uint8Array} body
 * @returns {string | undefined}
 */
function predictedUrl(predictor, url, body) {
  /** @param {unknown} value */
  const number = (value) => (typeof value === 'number' ? value : undefined);
  try {
    const { next, pagelen, size } = objectOrEmpty(JSON.parse(utf8.decode(body)));
    return typeof next === 'string' ? predictor.onPage(url, next, number(pagelen), number(size)) : undefined;
  } catch {
    return undefined;
  }
}
