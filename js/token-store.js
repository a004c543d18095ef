/**
 * Saves the tokens of a connection in NocoDB's rows, and loads the tokens that the rows contain.
 *
 * In: the newest tokens of a connection, and the token stores of the wrappers (NocoDB's objects, one for each call) that wait for
 * these tokens. Out: whether NocoDB saved the tokens, the tokens that another process saved in the rows, and log lines that name
 * the connection. Never: a token request, a decision about when to save again, or a second write of tokens that a row has.
 */

import { core, failure } from './core.js';
import { logLine } from './log-lines.js';
import { within } from './time-limit.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./log-lines.js').LogEntry} LogEntry */

/**
 * The tokens of one connection, from one token response or one stored config.
 *
 * @typedef {object} ConnectionTokens
 * @property {string} [accessToken] absent when the config has no access token that can be sent
 * @property {string} refreshToken
 * @property {number} [expiresAt] of the access token, in milliseconds since the epoch
 * @property {number} [obtainedAt] in milliseconds since the epoch
 * @property {string[]} [scopes] as granted
 */

/** @typedef {import('./core.js').ConnectionEnd} ConnectionEnd */

/**
 * The properties of a connection that its token stores need.
 *
 * @typedef {object} ConnectionRef
 * @property {string} name identifies a connection without a title in the log; derived from a keyed hash, so that it reveals
 *   no token
 * @property {(refreshToken: string) => Promise<boolean>} ownsRefreshToken whether this is the connection's newest refresh
 *   token, or one of the predecessors of that token
 */

/**
 * `saved`: the row now has the tokens. `shared`: another process had saved other tokens of the same authorization in the row;
 * the row now has the newer of both. A `ConnectionEnd`: the row no longer belongs to this connection, and was not
 * changed.
 *
 * @typedef {'saved' | 'shared' | ConnectionEnd} SaveOutcome
 */

/**
 * Where one wrapper saves the tokens of its connection.
 *
 * @typedef {object} TokenStore
 * @property {(tokens: ConnectionTokens, connection: ConnectionRef) => SaveOutcome | Promise<SaveOutcome>} save rejects when
 *   NocoDB could not save the tokens
 * @property {(connection: ConnectionRef) => Promise<ConnectionTokens | ConnectionEnd | undefined>} [load] called after Bitbucket
 *   rejected the connection's refresh token; returns the tokens of the same authorization that another process saved in the row,
 *   if there are any
 * @property {(tokens: ConnectionTokens) => unknown} [adopt] takes over tokens that are in the row already
 * @property {(line: string, level: LogEntry['level']) => void} log
 * @property {string} [id] of the row: token stores with the same id write to the same row
 * @property {string} [title] of the connection in NocoDB
 * @property {number} savedGeneration the generation (the refresh policy's number of a token set) of the tokens in the row, as far
 *   as this process knows
 * @property {number} offeredGeneration the generation of the tokens in the last call of `save`
 * @property {ConnectionEnd} [connectionEnd] why the row no longer belongs to this connection
 */

// A save that takes longer than this counts as failed. If it succeeds later, it does no harm.
const STORE_LIMIT_MS = 10_000;

/**
 * Creates the object member by member: V8 gives most objects that are created by a spread a hidden class of their own,
 * which takes more memory than the object.
 *
 * @param {{ [Name in keyof ConnectionTokens]: ConnectionTokens[Name] | undefined } & { refreshToken: string }} members
 * @returns {ConnectionTokens}
 */
export function createTokens({ accessToken, refreshToken, expiresAt, obtainedAt, scopes }) {
  /** @type {ConnectionTokens} */
  const tokens = { refreshToken };
  if (accessToken !== undefined) tokens.accessToken = accessToken;
  if (expiresAt !== undefined) tokens.expiresAt = expiresAt;
  if (obtainedAt !== undefined) tokens.obtainedAt = obtainedAt;
  if (scopes !== undefined) tokens.scopes = scopes;
  return tokens;
}

/**
 * A token store that saves nothing, for callers that save the tokens themselves.
 *
 * @returns {TokenStore}
 */
export function nullTokenStore() {
  return { save: () => 'saved', log: () => {}, savedGeneration: 0, offeredGeneration: 0 };
}

/**
 * Records that the row has the tokens of a generation.
 *
 * @param {TokenStore} store
 * @param {number} generation
 */
export function markSaved(store, generation) {
  store.savedGeneration = generation;
  store.offeredGeneration = generation;
}

/**
 * Saves tokens in each row that does not have them yet, once for each row.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionTokens} tokens
 * @param {number} generation of the tokens
 * @param {ConnectionRef} connection
 * @returns {Promise<boolean>} whether every row that still belongs to this connection has the tokens
 */
export async function saveToStores(stores, tokens, generation, connection) {
  const outdated = [...stores].filter((store) => !store.connectionEnd && store.savedGeneration !== generation);
  const saved = await Promise.all(groupByRow(outdated).map(async (group) => {
    const [first] = group;
    for (const store of group) store.offeredGeneration = generation;
    try {
      const outcome = await within(STORE_LIMIT_MS, first.save(tokens, connection));
      if (outcome === 'replaced' || outcome === 'deleted') {
        detach(group, outcome, connection);
        return true;
      }
      if (outcome === 'shared') logOnce(first, connection, SHARED);
      for (const store of group) {
        if (store !== first) store.adopt?.(tokens);
        store.savedGeneration = generation;
      }
      return true;
    } catch {
      // The error is dropped, because NocoDB's error may contain the tokens that NocoDB could not save.
      return false;
    }
  }));
  return saved.every(Boolean);
}

/**
 * Loads the tokens that another process saved. Called before this process gives up a refresh token.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionRef} connection
 * @returns {Promise<ConnectionTokens | undefined>} the newest of these tokens. Token stores whose row no longer belongs to this
 *   connection have a `connectionEnd` afterwards
 */
export async function loadFromStores(stores, connection) {
  const attached = [...stores].filter((store) => !store.connectionEnd);
  const found = await Promise.all(groupByRow(attached).map(async (group) => {
    const [first] = group;
    // A row that cannot be read counts as a row without newer tokens.
    const loaded = await within(STORE_LIMIT_MS, first.load?.(connection)).catch(() => undefined);
    if (typeof loaded === 'string') {
      detach(group, loaded, connection);
      return undefined;
    }
    if (loaded) logOnce(first, connection, SHARED);
    return loaded;
  }));
  return found.reduce((newest, tokens) => (isLater(tokens, newest) ? tokens : newest), undefined);
}

/**
 * @param {ConnectionTokens | undefined} tokens
 * @param {ConnectionTokens | undefined} other
 */
function isLater(tokens, other) {
  if (!tokens || !other) return other === undefined;
  return core().isIssuedLater(tokens.obtainedAt, tokens.expiresAt, other.obtainedAt, other.expiresAt);
}

/**
 * Whether at least one row still belongs to this connection. If no row does, no caller needs new tokens.
 *
 * @param {Iterable<TokenStore>} stores
 * @returns {boolean}
 */
export function hasAttachedStore(stores) {
  return [...stores].some(({ connectionEnd }) => !connectionEnd);
}

/**
 * @param {TokenStore} store of the wrapper that asks for tokens
 * @throws {BitbucketAuthError} `RECONNECT_REQUIRED` when the store's row no longer belongs to this connection
 */
export function assertAttached({ connectionEnd }) {
  if (connectionEnd) throw failure('RECONNECT_REQUIRED', 'refresh', { connectionEnd });
}

/**
 * Logs that NocoDB could not save new tokens, once for each row that lacks them.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {number} generation of the tokens
 * @param {ConnectionRef} connection
 */
export function logUnsavedTokens(stores, generation, connection) {
  const outdated = [...stores].filter(({ connectionEnd, savedGeneration }) => !connectionEnd && savedGeneration !== generation);
  const text = failure('PERSIST_FAILED', 'refresh').message;
  logForEach(outdated, connection, { level: 'ERROR', event: 'tokens-unstored', text });
}

/**
 * Logs that Bitbucket no longer accepts the refresh token, once for each row.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionRef} connection
 */
export function logDeadConnection(stores, connection) {
  const text = failure('RECONNECT_REQUIRED', 'refresh').message;
  const attached = [...stores].filter(({ connectionEnd }) => !connectionEnd);
  logForEach(attached, connection, { level: 'ERROR', event: 'connection-dead', text });
}

/**
 * Logs a refresh, once for each row.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionRef} connection
 * @param {number} durationMs of the token request
 */
export function logRefresh(stores, connection, durationMs) {
  logForEach(stores, connection, { level: 'INFO', event: 'refreshed', text: 'Bitbucket issued new tokens.', durationMs });
}

/**
 * Logs a refresh that failed, once for each row.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionRef} connection
 * @param {BitbucketAuthError} error
 * @param {number} durationMs of the token request
 */
export function logRefreshFailure(stores, connection, { code, message }, durationMs) {
  logForEach(stores, connection, { level: 'WARN', event: 'refresh-failed', text: `${code}: ${message}`, durationMs });
}

/** @type {LogEntry} */
const SHARED = {
  level: 'WARN',
  event: 'connection-shared',
  text: 'Another process uses this connection. The processes need a common Redis.',
};

/** The lines that `logOnce` has written. @type {WeakMap<ConnectionRef, Set<string>>} */
const loggedLines = new WeakMap();

/**
 * Groups token stores by the row that they write to. A token store without an id may have a row of its own: a user can
 * duplicate a connection together with its tokens.
 *
 * @param {TokenStore[]} stores
 * @returns {[TokenStore, ...TokenStore[]][]}
 */
function groupByRow(stores) {
  /** @type {Map<unknown, [TokenStore, ...TokenStore[]]>} */
  const groups = new Map();
  for (const store of stores) {
    const row = store.id ?? store;
    const group = groups.get(row);
    if (group) group.push(store);
    else groups.set(row, [store]);
  }
  return [...groups.values()];
}

/**
 * Stops token stores from using the connection, because their row no longer belongs to it.
 *
 * @param {[TokenStore, ...TokenStore[]]} group of one row
 * @param {ConnectionEnd} connectionEnd
 * @param {ConnectionRef} connection
 */
function detach(group, connectionEnd, connection) {
  for (const store of group) store.connectionEnd = connectionEnd;
  // Only a deleted row is logged. If a new login replaced the tokens in the row, the user needs no message.
  if (connectionEnd !== 'deleted') return;
  const text = failure('RECONNECT_REQUIRED', 'refresh', { connectionEnd }).message;
  logOnce(group[0], connection, { level: 'WARN', event: 'connection-deleted', text });
}

/**
 * Logs an entry for each token store, and omits repeated lines. All token stores of one row have the same line, and so do all
 * rows without a title.
 *
 * @param {Iterable<TokenStore>} stores
 * @param {ConnectionRef} connection
 * @param {LogEntry} entry
 */
function logForEach(stores, connection, entry) {
  const lines = new Map([...stores].map((store) => [formatLine(store, connection, entry), store]));
  for (const [line, store] of lines) store.log(line, entry.level);
}

/**
 * Writes a line unless it was written for this connection before.
 *
 * @param {TokenStore} store
 * @param {ConnectionRef} connection
 * @param {LogEntry} entry
 */
function logOnce(store, connection, entry) {
  const lines = loggedLines.get(connection) ?? new Set();
  loggedLines.set(connection, lines);
  const line = formatLine(store, connection, entry);
  if (!lines.has(line)) store.log(line, entry.level);
  lines.add(line);
}

/**
 * @param {TokenStore} store
 * @param {ConnectionRef} connection
 * @param {LogEntry} entry
 */
function formatLine({ title }, { name }, entry) {
  return logLine(entry, { title, name });
}
