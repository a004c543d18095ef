/**
 * Serves endpoints that Atlassian removed from the API.
 *
 * In: requests on their way to the sender. Out: responses in the shape of the removed endpoints, built from the responses of
 * other endpoints through the same sender. Never: a list that lacks values without the permission of the core, or a decision
 * about the replacement of an endpoint, about the values that a list may lack, or about the metadata of a page. The core makes
 * these decisions.
 *
 * A list is collected once for all callers that request it at the same time, and kept for a minute, because a consumer requests
 * page after page. The list is kept as JSON, which takes a fraction of the memory of objects.
 */

import { unlessAborted } from '../abort.js';
import { objectOrEmpty, stringOrUndefined } from '../arguments.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { memoize } from '../memoize.js';
import { readPage } from './paginate.js';
import { toApiResponse } from './sender.js';

/** @typedef {import('../../pkg/core.js').CollectedList} CollectedList */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('../../pkg/core.js').RemovedEndpoints} RemovedEndpoints */
/** @typedef {import('../../pkg/core.js').Replacement} Replacement */
/** @typedef {import('./sender.js').ApiRequest} ApiRequest */
/** @typedef {import('./sender.js').Sender} Sender */
/** @typedef {Awaited<ReturnType<Sender>>} SenderResponse */

/**
 * @typedef {object} Options
 * @property {string} apiUrl
 * @property {CredentialKind} kind
 * @property {ListCache} lists
 * @property {string} [workspace] the workspace in the config. It replaces the list of the user's workspaces, which a credential
 *   without a user cannot request
 * @property {(text: string, event: 'endpoint-replaced' | 'list-incomplete') => void} log
 */

/** @typedef {{ text: string, key: unknown }} ListItem a value of a list as JSON, and the key by which the list is sorted */
/** @typedef {{ jsonItems: string[], authorization: () => string }} CollectedItems */

/**
 * @typedef {object} CacheEntry
 * @property {ListCollector} collector
 * @property {Promise<CollectedItems>} [collecting] the list, pending or complete
 * @property {boolean} isDone
 * @property {number} waiting the number of callers that wait for the list
 * @property {AbortController} [controller] stops the collecting
 * @property {NodeJS.Timeout} [timer] removes the entry
 */

/** The endpoints whose replacement this process has logged. @type {Set<string>} */
const announcedEndpoints = new Set();

const utf8 = new TextDecoder();

const removedEndpointsOf = memoize((apiUrl) => callCore(replaceRemovedEndpoints, () => new (core().RemovedEndpoints)(apiUrl)));

/**
 * Creates a sender that also serves removed endpoints.
 *
 * @param {Sender} sender
 * @param {Options} options
 * @returns {Sender}
 */
export function replaceRemovedEndpoints(sender, options) {
  const removedEndpoints = removedEndpointsOf(options.apiUrl);

  /**
   * @param {Replacement} replacement
   * @param {ApiRequest} request
   * @returns {Promise<SenderResponse>}
   */
  const respond = async ({ endpoint, notice, refusal, list }, request) => {
    const responseContext = {
      headers: {}, tookMs: 0, path: endpoint, isForeignOrigin: false, needsRetry: false, authorization: () => '',
    };
    if (refusal !== undefined) return withJsonBody(responseContext, 400, refusal);
    const announceReplacement = () => {
      if (!announcedEndpoints.has(endpoint)) options.log(notice, 'endpoint-replaced');
      announcedEndpoints.add(endpoint);
    };
    if (list) {
      announceReplacement();
      return servePage(list, responseContext, request);
    }
    const response = await sender(request);
    const body = core().issuesNotFoundBody(response.status, response.isForeignOrigin);
    if (body === undefined) return response;
    announceReplacement();
    return withJsonBody(response, 404, body);
  };

  /**
   * @param {CollectedList} list
   * @param {Omit<SenderResponse, 'status' | 'body'>} responseContext
   * @param {ApiRequest} request
   * @returns {Promise<SenderResponse>}
   */
  const servePage = async (list, responseContext, { url, signal }) => {
    const { lists, workspace = '' } = options;
    try {
      const make = () => new ListCollector(url, list, removedEndpoints, sender, options);
      const { jsonItems, authorization } = await lists.get(`${workspace} ${list.key}`, make, signal);
      const { from, to, ...about } = removedEndpoints.page(url, jsonItems.length);
      const body = `{"values":[${jsonItems.slice(from, to).join(',')}],${JSON.stringify(about).slice(1)}`;
      return withJsonBody({ ...responseContext, authorization }, 200, body);
    } catch (error) {
      if (error instanceof UnsuccessfulResponse) return error.response;
      throw error;
    }
  };

  return (request) => {
    const replacement = removedEndpoints.replacement(request.method, request.url);
    return replacement ? respond(replacement, request) : sender(request);
  };
}

/**
 * @param {Omit<SenderResponse, 'status' | 'body'>} response
 * @param {number} status
 * @param {string} body
 * @returns {SenderResponse}
 */
function withJsonBody(response, status, body) {
  const { 'content-length': _length, ...headers } = response.headers;
  return { ...response, status, headers: { ...headers, 'content-type': 'application/json' }, body: Buffer.from(body) };
}

/** The collected lists of one connection. */
export class ListCache {
  /** By key, the oldest first. @type {Map<string, CacheEntry>} */
  #entries = new Map();

  /**
   * @param {string} key
   * @param {() => ListCollector} make
   * @param {AbortSignal | null | undefined} signal ends this caller's wait; it also stops the collecting if no other caller waits
   *   for the list
   * @returns {Promise<CollectedItems>}
   */
  async get(key, make, signal) {
    /** @type {CacheEntry} */
    const entry = this.#entries.get(key) ?? { collector: make(), isDone: false, waiting: 0 };
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > core().RemovedEndpoints.limits().maxLists) this.#entries.delete(oldest);
    const collecting = entry.collecting ?? this.#startCollecting(key, entry);
    entry.waiting += 1;
    try {
      return await unlessAborted(collecting, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && !entry.isDone && entry.collecting === collecting) {
        entry.collecting = undefined;
        entry.controller?.abort();
      }
    }
  }

  /**
   * Starts to collect a list, or continues after a failure. The values that were read before a failure are kept for the same
   * time as a complete list.
   *
   * @param {string} key
   * @param {CacheEntry} entry
   * @returns {Promise<CollectedItems>}
   */
  #startCollecting(key, entry) {
    const controller = new AbortController();
    const collecting = entry.collector.read(controller.signal);
    clearTimeout(entry.timer);
    Object.assign(entry, { collecting, controller });
    const onSettled = (/** @type {boolean} */ isDone) => {
      // Another caller may have started to collect the list again.
      if (entry.collecting !== collecting && entry.collecting !== undefined) return;
      entry.isDone = isDone;
      if (!isDone) entry.collecting = undefined;
      entry.timer = setTimeout(() => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      }, core().RemovedEndpoints.limits().cacheMs).unref();
    };
    collecting.then(() => onSettled(true), () => onSettled(false));
    return collecting;
  }
}

/** The cache of each connection. @type {WeakMap<object, ListCache>} */
const caches = new WeakMap();

/**
 * @param {object} connection
 * @returns {ListCache}
 */
export function listCacheOf(connection) {
  const cache = caches.get(connection) ?? new ListCache();
  caches.set(connection, cache);
  return cache;
}

/** Collects one list from all workspaces. */
class ListCollector {
  /** URL of a request to the removed endpoint; its page number is ignored. @type {string} */
  #url;

  /** @type {CollectedList} */
  #list;

  /** @type {RemovedEndpoints} */
  #removedEndpoints;

  /** @type {Sender} */
  #sender;

  /** @type {Options} */
  #options;

  #limits = core().RemovedEndpoints.limits();

  /**
   * The workspaces' path segments, without duplicates. The responses may contain a workspace twice, because the list may shift
   * while it is read.
   *
   * @type {Set<string> | undefined}
   */
  #segments;

  /** The values of each workspace that was read. @type {Map<string, ListItem[]>} */
  #itemsByWorkspace = new Map();

  /** The total length of the values in `#itemsByWorkspace`, as JSON. */
  #length = 0;

  /** Returns the `Authorization` header that was sent last. */
  #authorization = () => '';

  /**
   * @param {string} url
   * @param {CollectedList} list
   * @param {RemovedEndpoints} removedEndpoints
   * @param {Sender} sender
   * @param {Options} options
   */
  constructor(url, list, removedEndpoints, sender, options) {
    this.#url = url;
    this.#list = list;
    this.#removedEndpoints = removedEndpoints;
    this.#sender = sender;
    this.#options = options;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<CollectedItems>} throws the errors of the sender, `RESPONSE_INVALID`, `RESPONSE_NOT_JSON`,
   *   `RESPONSE_TOO_LARGE`, and an `UnsuccessfulResponse`
   */
  async read(signal) {
    const segments = this.#segments ??= await this.#readWorkspaces(signal);
    const remaining = [...segments];
    const readRemaining = async () => {
      for (let segment = remaining.shift(); segment !== undefined; segment = remaining.shift()) {
        if (!this.#itemsByWorkspace.has(segment)) await this.#readWorkspace(segment, signal);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#limits.maxConcurrent }, readRemaining));
    } finally {
      // When one workspace fails, the other readers stop after their current workspace.
      remaining.length = 0;
    }
    const values = [...segments].flatMap((segment) => this.#itemsByWorkspace.get(segment) ?? []);
    return { jsonItems: sortItems(values, this.#list.sort).map(({ text }) => text), authorization: this.#authorization };
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Set<string>>}
   */
  async #readWorkspaces(signal) {
    const { workspace } = this.#options;
    if (workspace !== undefined) return new Set([workspaceSegment(workspace)]);
    /** @type {Set<string>} */
    const segments = new Set();
    await this.#readList(this.#list.workspaces, signal, (value) => {
      const { slug, uuid } = objectOrEmpty(objectOrEmpty(value).workspace);
      // Without this check, a workspace without a name would silently be missing from the list.
      if (slug === undefined && uuid === undefined) throw failure('RESPONSE_INVALID', 'api', { field: 'workspace' });
      segments.add(workspaceSegment(slug ?? uuid));
    });
    return segments;
  }

  /**
   * @param {string} segment
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  async #readWorkspace(segment, signal, withRole = true) {
    /** @type {ListItem[]} */
    const values = [];
    let length = 0;
    const path = this.#list.sort?.member.split('.') ?? [];
    const addItem = (/** @type {unknown} */ value) => {
      const text = JSON.stringify(value);
      length += text.length;
      if (this.#length + length > this.#limits.maxListLength) throw failure('RESPONSE_TOO_LARGE', 'api');
      values.push({ text, key: path.reduce((part, name) => objectOrEmpty(part)[name], value) });
    };
    try {
      await this.#readList(this.#removedEndpoints.workspaceUrl(this.#url, segment, withRole), signal, addItem);
    } catch (error) {
      // An error after the first values is always a failure, because the credential could read the beginning of this list.
      if (!(error instanceof UnsuccessfulResponse) || values.length > 0) throw error;
      const { outcome, notice: message } = callCore(this.#readWorkspace, () => (
        this.#removedEndpoints.workspaceOutcome(this.#url, segment, withRole, toApiResponse(error.response), this.#options.kind)
      ));
      if (message !== undefined) this.#options.log(message, 'list-incomplete');
      if (outcome === 'retry-without-role') return this.#readWorkspace(segment, signal, false);
      if (outcome === 'fail') throw error;
    }
    this.#itemsByWorkspace.set(segment, values);
    this.#length += length;
  }

  /**
   * @param {string} url of the first page
   * @param {AbortSignal} signal
   * @param {(value: unknown) => void} addItem
   */
  async #readList(url, signal, addItem) {
    const { Paginator } = core();
    const list = new Paginator(url);
    for (let isMore = true; isMore;) {
      const { values, advance } = await readPage((url) => this.#get(url, signal), list, signal);
      values.forEach(addItem);
      isMore = advance();
    }
  }

  /**
   * @param {string} url
   * @param {AbortSignal} signal
   * @returns {Promise<{ data: unknown, status: number, headers: Record<string, string> }>}
   */
  async #get(url, signal) {
    const headers = { accept: 'application/json' };
    // Redirects to other servers are not followed, because the responses of other servers are not part of the list.
    const response = await this.#sender({ method: 'GET', url, headers, signal, redirect: 'same-origin' });
    const { status, headers: fields, body, authorization } = response;
    if (status >= 300) throw new UnsuccessfulResponse(response);
    this.#authorization = authorization;
    try {
      return { status, headers: fields, data: body.length > 0 ? JSON.parse(utf8.decode(body)) : undefined };
    } catch {
      throw failure('RESPONSE_NOT_JSON', 'api', { status });
    }
  }
}

/** Ends the collecting of a list, and carries the unsuccessful response that caused the end. */
class UnsuccessfulResponse extends Error {
  /** @param {SenderResponse} response */
  constructor(response) {
    super('refused');
    this.response = response;
  }
}

/** @param {unknown} workspace */
function workspaceSegment(workspace) {
  return callCore(workspaceSegment, () => core().workspaceSegment(stringOrUndefined(workspace)));
}

/**
 * @param {ListItem[]} values
 * @param {import('../../pkg/core.js').Sort | undefined} sort
 * @returns {ListItem[]}
 */
function sortItems(values, sort) {
  if (!sort) return values;
  const sign = sort.isDescending ? -1 : 1;
  return values.toSorted((one, other) => sign * compare(one.key, other.key));
}

/**
 * Compares two sort keys, which are both numbers or both texts. Times are texts: Bitbucket's format sorts chronologically. A
 * missing key counts as the greatest.
 *
 * @param {any} one
 * @param {any} other
 * @returns {number}
 */
function compare(one, other) {
  const [isOne, isOther] = [one, other].map((key) => key !== undefined && key !== null);
  if (!isOne || !isOther) return Number(isOther) - Number(isOne);
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
