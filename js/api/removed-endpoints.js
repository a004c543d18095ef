/**
 * Answers in place of endpoints that Atlassian removed from the API.
 *
 * In: requests on their way to the sender. Out: answers as the removed endpoints gave them, made of what other endpoints answer
 * through the same sender. What never happens here: a decision about what takes the place of what, what may be missing from a
 * list, or what an answer says of itself (the core has them), or a list that failed half way is handed on.
 *
 * A list is collected once for all callers that ask at the same time, and kept for a minute, as a consumer asks for one page
 * after the other. It is kept as JSON, which takes a fraction of the memory of objects.
 */

import { unlessAborted } from '../abort.js';
import { objectOrEmpty, stringOrUndefined } from '../arguments.js';
import { core, failure } from '../core.js';
import { callCore } from '../error.js';
import { memoize } from '../memoize.js';
import { readPage } from './paginate.js';
import { answerOf } from './sender.js';

/** @typedef {import('../../pkg/core.js').CollectedList} CollectedList */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('../../pkg/core.js').RemovedEndpoints} RemovedEndpoints */
/** @typedef {import('../../pkg/core.js').Replaced} Replaced */
/** @typedef {import('./sender.js').ApiRequest} ApiRequest */
/** @typedef {import('./sender.js').Sender} Sender */
/** @typedef {Awaited<ReturnType<Sender>>} SenderAnswer */

/**
 * @typedef {object} Options
 * @property {string} apiUrl
 * @property {CredentialKind} kind
 * @property {CollectedLists} lists
 * @property {string} [workspace] the only one, where the credential has no user whose workspaces could be asked for
 * @property {(text: string, event: 'endpoint-replaced' | 'list-incomplete') => void} log
 */

/** @typedef {{ text: string, key: unknown }} Value as JSON, and what it is sorted by */
/** @typedef {{ texts: string[], authorization: () => string }} Collected */

/**
 * @typedef {object} Entry
 * @property {Collection} collection
 * @property {Promise<Collected>} [work] under way, or done
 * @property {boolean} isDone
 * @property {number} waiting how many wait for it
 * @property {AbortController} [end] ends it
 * @property {NodeJS.Timeout} [timer] forgets it
 */

/** The endpoints that were told of in this process. @type {Set<string>} */
const told = new Set();

const utf8 = new TextDecoder();

const removedAt = memoize((apiUrl) => callCore(replaceRemoved, () => new (core().RemovedEndpoints)(apiUrl)));

/**
 * A sender that also answers for endpoints that are gone.
 *
 * @param {Sender} sender
 * @param {Options} options
 * @returns {Sender}
 */
export function replaceRemoved(sender, options) {
  const removed = removedAt(options.apiUrl);

  /**
   * @param {Replaced} replaced
   * @param {ApiRequest} request
   * @returns {Promise<SenderAnswer>}
   */
  const answer = async ({ endpoint, notice, refusal, list }, request) => {
    const own = {
      headers: {}, tookMs: 0, path: endpoint, isElsewhere: false, isUnrepeated: false, authorization: () => '',
    };
    if (refusal !== undefined) return withJson(own, 400, refusal);
    const tell = () => {
      if (!told.has(endpoint)) options.log(notice, 'endpoint-replaced');
      told.add(endpoint);
    };
    if (list) {
      tell();
      return page(list, own, request);
    }
    const given = await sender(request);
    const body = core().withoutTracker(given.status, given.isElsewhere);
    if (body === undefined) return given;
    tell();
    return withJson(given, 404, body);
  };

  /**
   * @param {CollectedList} list
   * @param {Omit<SenderAnswer, 'status' | 'body'>} own
   * @param {ApiRequest} request
   * @returns {Promise<SenderAnswer>}
   */
  const page = async (list, own, { url, signal }) => {
    const { lists, workspace = '' } = options;
    try {
      const make = () => new Collection(url, list, removed, sender, options);
      const { texts, authorization } = await lists.get(`${workspace} ${list.key}`, make, signal);
      const { from, to, ...about } = removed.page(url, texts.length);
      const body = `{"values":[${texts.slice(from, to).join(',')}],${JSON.stringify(about).slice(1)}`;
      return withJson({ ...own, authorization }, 200, body);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };

  return (request) => {
    const replaced = removed.replacement(request.method, request.url);
    return replaced ? answer(replaced, request) : sender(request);
  };
}

/**
 * @param {Omit<SenderAnswer, 'status' | 'body'>} given
 * @param {number} status
 * @param {string} body
 * @returns {SenderAnswer}
 */
function withJson(given, status, body) {
  const { 'content-length': _length, ...headers } = given.headers;
  return { ...given, status, headers: { ...headers, 'content-type': 'application/json' }, body: Buffer.from(body) };
}

/** The lists of one connection. */
export class CollectedLists {
  /** By what tells them apart, the oldest first. @type {Map<string, Entry>} */
  #entries = new Map();

  /**
   * @param {string} key
   * @param {() => Collection} make
   * @param {AbortSignal | null | undefined} signal ends the wait, and the work once nobody waits for it any more
   * @returns {Promise<Collected>}
   */
  async get(key, make, signal) {
    /** @type {Entry} */
    const entry = this.#entries.get(key) ?? { collection: make(), isDone: false, waiting: 0 };
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > core().RemovedEndpoints.limits().mostLists) this.#entries.delete(oldest);
    const work = entry.work ?? this.#begin(key, entry);
    entry.waiting += 1;
    try {
      return await unlessAborted(work, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && !entry.isDone && entry.work === work) {
        entry.work = undefined;
        entry.end?.abort();
      }
    }
  }

  /**
   * Begins to collect a list, or goes on where that failed: what was read by then is kept as long as a list is.
   *
   * @param {string} key
   * @param {Entry} entry
   * @returns {Promise<Collected>}
   */
  #begin(key, entry) {
    const end = new AbortController();
    const work = entry.collection.read(end.signal);
    clearTimeout(entry.timer);
    Object.assign(entry, { work, end });
    const settled = (/** @type {boolean} */ isDone) => {
      // Others may have begun anew.
      if (entry.work !== work && entry.work !== undefined) return;
      entry.isDone = isDone;
      if (!isDone) entry.work = undefined;
      entry.timer = setTimeout(() => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      }, core().RemovedEndpoints.limits().keptMs).unref();
    };
    work.then(() => settled(true), () => settled(false));
    return work;
  }
}

/** The lists of each connection. @type {WeakMap<object, CollectedLists>} */
const listsOfConnections = new WeakMap();

/**
 * @param {object} connection
 * @returns {CollectedLists}
 */
export function collectedListsOf(connection) {
  const lists = listsOfConnections.get(connection) ?? new CollectedLists();
  listsOfConnections.set(connection, lists);
  return lists;
}

/** One list, as it is collected from all workspaces. */
class Collection {
  /** Of a request to the removed endpoint, whatever its page. @type {string} */
  #url;

  /** @type {CollectedList} */
  #list;

  /** @type {RemovedEndpoints} */
  #removed;

  /** @type {Sender} */
  #sender;

  /** @type {Options} */
  #options;

  #limits = core().RemovedEndpoints.limits();

  /** The segments of the workspaces, each once: a list may shift while it is read. @type {Set<string> | undefined} */
  #workspaces;

  /** What was read of each. @type {Map<string, Value[]>} */
  #values = new Map();

  /** How long all of that is. */
  #length = 0;

  /** What was sent last. */
  #authorization = () => '';

  /**
   * @param {string} url
   * @param {CollectedList} list
   * @param {RemovedEndpoints} removed
   * @param {Sender} sender
   * @param {Options} options
   */
  constructor(url, list, removed, sender, options) {
    this.#url = url;
    this.#list = list;
    this.#removed = removed;
    this.#sender = sender;
    this.#options = options;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Collected>} throws what the sender throws, `RESPONSE_INVALID`, `RESPONSE_NOT_JSON`, `RESPONSE_TOO_LARGE`,
   *   and a `Refusal`
   */
  async read(signal) {
    const segments = this.#workspaces ??= await this.#readWorkspaces(signal);
    const left = [...segments];
    const readOn = async () => {
      for (let segment = left.shift(); segment !== undefined; segment = left.shift()) {
        if (!this.#values.has(segment)) await this.#readWorkspace(segment, signal);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#limits.mostAtOnce }, readOn));
    } finally {
      // Where one has failed, the others need not go on.
      left.length = 0;
    }
    const values = [...segments].flatMap((segment) => this.#values.get(segment) ?? []);
    return { texts: sorted(values, this.#list.sort).map(({ text }) => text), authorization: this.#authorization };
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Set<string>>}
   */
  async #readWorkspaces(signal) {
    const { workspace } = this.#options;
    if (workspace !== undefined) return new Set([segmentOf(workspace)]);
    /** @type {Set<string>} */
    const segments = new Set();
    await this.#readList(this.#list.workspaces, signal, (value) => {
      const { slug, uuid } = objectOrEmpty(objectOrEmpty(value).workspace);
      // A workspace without a name would be missing unnoticed.
      if (slug === undefined && uuid === undefined) throw failure('RESPONSE_INVALID', 'api', { field: 'workspace' });
      segments.add(segmentOf(slug ?? uuid));
    });
    return segments;
  }

  /**
   * @param {string} segment
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  async #readWorkspace(segment, signal, withRole = true) {
    /** @type {Value[]} */
    const values = [];
    let length = 0;
    const path = this.#list.sort?.member.split('.') ?? [];
    const take = (/** @type {unknown} */ value) => {
      const text = JSON.stringify(value);
      length += text.length;
      if (this.#length + length > this.#limits.longestList) throw failure('RESPONSE_TOO_LARGE', 'api');
      values.push({ text, key: path.reduce((part, name) => objectOrEmpty(part)[name], value) });
    };
    try {
      await this.#readList(this.#removed.inWorkspace(this.#url, segment, withRole), signal, take);
    } catch (error) {
      // What is refused in the middle of a list was there at its beginning.
      if (!(error instanceof Refusal) || values.length > 0) throw error;
      const { verdict, told: message } = callCore(this.#readWorkspace, () => (
        this.#removed.judge(this.#url, segment, withRole, answerOf(error.answer), this.#options.kind)
      ));
      if (message !== undefined) this.#options.log(message, 'list-incomplete');
      if (verdict === 'without role') return this.#readWorkspace(segment, signal, false);
      if (verdict === 'refused') throw error;
    }
    this.#values.set(segment, values);
    this.#length += length;
  }

  /**
   * @param {string} address of the first page
   * @param {AbortSignal} signal
   * @param {(value: unknown) => void} take
   */
  async #readList(address, signal, take) {
    const { List } = core();
    const list = new List(address);
    for (let isMore = true; isMore;) {
      const { values, goOn } = await readPage((url) => this.#ask(url, signal), list, signal);
      values.forEach(take);
      isMore = goOn();
    }
  }

  /**
   * @param {string} url
   * @param {AbortSignal} signal
   * @returns {Promise<{ data: unknown, status: number, headers: Record<string, string> }>}
   */
  async #ask(url, signal) {
    const headers = { accept: 'application/json' };
    // What another server says, without having seen the credential, is no part of the list.
    const given = await this.#sender({ method: 'GET', url, headers, signal, redirect: 'own' });
    const { status, headers: fields, body, authorization } = given;
    if (status >= 300) throw new Refusal(given);
    this.#authorization = authorization;
    try {
      return { status, headers: fields, data: body.length > 0 ? JSON.parse(utf8.decode(body)) : undefined };
    } catch {
      throw failure('RESPONSE_NOT_JSON', 'api', { status });
    }
  }
}

/** Ends a collection with an answer that is no success. */
class Refusal extends Error {
  /** @param {SenderAnswer} given */
  constructor(given) {
    super('refused');
    this.answer = given;
  }
}

/** @param {unknown} workspace */
function segmentOf(workspace) {
  return callCore(segmentOf, () => core().workspaceSegment(stringOrUndefined(workspace)));
}

/**
 * @param {Value[]} values
 * @param {import('../../pkg/core.js').Sort | undefined} sort
 * @returns {Value[]}
 */
function sorted(values, sort) {
  if (!sort) return values;
  const sign = sort.isDescending ? -1 : 1;
  return values.toSorted((one, other) => sign * compare(one.key, other.key));
}

/**
 * Numbers, texts or times as Bitbucket writes them; what is not there comes last.
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
