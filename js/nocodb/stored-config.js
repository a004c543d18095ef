/**
 * The config of a wrapper (the object that NocoDB creates for each call), and NocoDB's row that contains this config.
 *
 * In: the config of one connection, newer tokens, and the services with which NocoDB reads and stores configs. Out: the row with
 * the newer tokens, and with all other members unchanged. Never: a decision about the connection to which a row belongs. The core
 * decides that.
 *
 * If NocoDB lets the wrapper read the row, no member is overwritten that somebody else changed in the meantime.
 */

import { isObject, membersToJson, objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { logLine, warn } from '../log-lines.js';
import { within } from '../time-limit.js';
import {
  digestOf, nonEmptyString, refreshableToken, toStoredTokens, tokenMetadataOf, tokensInConfig, withTokens, withoutOAuthPayload,
} from './config-tokens.js';

/** @typedef {import('./integration.js').HostServices} HostServices */
/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./integration.js').StoredTokens} StoredTokens */
/** @typedef {import('../log-lines.js').LogEntry} LogEntry */
/** @typedef {import('../token-store.js').ConnectionRef} ConnectionRef */
/** @typedef {import('../token-store.js').ConnectionEnd} ConnectionEnd */
/** @typedef {import('../token-store.js').TokenStore} TokenStore */
/** @typedef {import('../token-store.js').SaveOutcome} SaveOutcome */
/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */

// If a change of a row takes longer than this, the next change of the row starts nevertheless.
const CHANGE_TIMEOUT_MS = 5000;

/** The codes with which NocoDB's versions report that a row does not exist. */
const NOT_FOUND_ERRORS = ['ERR_INTEGRATION_NOT_FOUND', 'INTEGRATION_NOT_FOUND'];

/**
 * The last pending change of each row, by the row's id. The changes of a row run one after another, because concurrent changes
 * would undo each other.
 */
/** @type {Map<string, Promise<unknown>>} */
const pendingChanges = new Map();

/** @implements {TokenStore} */
export class StoredConfig {
  savedGeneration = 0;

  offeredGeneration = 0;

  /** @type {ConnectionEnd | undefined} */
  connectionEnd;

  /** The wrapper's copy of the config. @type {IntegrationConfig} */
  config;

  /** Merges tokens into the stored config. @type {((tokens: StoredTokens) => unknown) | undefined} */
  tokenRefreshCallback;

  /** @type {HostServices} */
  #services;

  /**
   * A digest of the refresh token with which the wrapper was created; `undefined` until the wrapper adopts newer tokens.
   * The token itself would take kilobytes of memory.
   *
   * @type {string | undefined}
   */
  #initialTokenDigest;

  /** The data of the last `saveVars`. @type {unknown} */
  #vars;

  /**
   * @param {IntegrationConfig | undefined} config
   * @param {HostServices | undefined} services
   */
  constructor(config, services) {
    this.config = { ...config };
    this.#services = services ?? {};
  }

  get id() {
    return nonEmptyString(this.#services.id);
  }

  get title() {
    return nonEmptyString(this.#services.title);
  }

  /** The members of the config that the core reads as the credential, as JSON. */
  get json() {
    return membersToJson(this.config, core().credentialMembers().split(' '));
  }

  /** UUID of the account that owns the tokens, according to the config. */
  get account() {
    return nonEmptyString(objectOrEmpty(this.config.account).uuid);
  }

  get workspace() {
    return nonEmptyString(this.config.workspace);
  }

  get canRefresh() {
    return refreshableToken(this.config) !== undefined;
  }

  /**
   * The tokens in the config.
   *
   * @param {string | undefined} accessToken that the core read from the config
   * @returns {ConnectionTokens}
   */
  tokens(accessToken) {
    const { oauth_token: own } = this.config;
    // Reuses the config's string object instead of an equal one, to save memory.
    return tokensInConfig(this.config, accessToken === own ? own : accessToken);
  }

  /**
   * Writes an event of this connection to the log.
   *
   * @param {LogEntry} entry
   */
  note(entry) {
    this.log(logLine(entry, { title: this.title, name: this.id }), entry.level);
  }

  /**
   * Writes a line to NocoDB's logger. Without a logger, warnings and errors go to the process's log. A failure of the logger is
   * ignored.
   *
   * @param {string} line
   * @param {LogEntry['level']} level
   */
  log(line, level) {
    this.#write(line, level).catch(() => {});
  }

  /**
   * @param {string} line
   * @param {LogEntry['level']} level
   */
  async #write(line, level) {
    const { logger } = this.#services;
    if (typeof logger === 'function') await logger(line);
    else if (logger) await logger.log(line);
    else if (level !== 'INFO') warn(line);
  }

  /**
   * Replaces the tokens in the wrapper's copy of the config with newer ones.
   *
   * @param {ConnectionTokens} tokens
   */
  adopt(tokens) {
    if (tokens.accessToken !== undefined && tokens.accessToken !== this.config.oauth_token) {
      this.#initialTokenDigest ??= digestOf(this.config.refresh_token);
      this.config = withTokens(this.config, tokens);
    }
  }

  /**
   * @param {ConnectionTokens} tokens
   * @param {ConnectionRef} connection
   * @returns {Promise<SaveOutcome>}
   */
  async save(tokens, connection) {
    // The OAuth client's own tokens are not stored, because the client can get new tokens at any time.
    if (!this.canRefresh) return 'saved';
    const { loadConfig, saveConfig, isComposed } = this.#services;
    try {
      if (isComposed) {
        await this.#add(tokens);
        return 'saved';
      }
      if (loadConfig && saveConfig) return await inOrder(this.id, () => this.#merge(loadConfig, saveConfig, tokens, connection));
      await this.#overwrite(tokens);
      return 'saved';
    } catch (error) {
      if (NOT_FOUND_ERRORS.includes(String(objectOrEmpty(error).error))) return 'deleted';
      throw error;
    }
  }

  /**
   * @param {ConnectionRef} connection
   * @returns {Promise<ConnectionTokens | ConnectionEnd | undefined>}
   */
  async load(connection) {
    const { loadConfig } = this.#services;
    if (!loadConfig || !this.canRefresh) return undefined;
    const row = await loadConfig();
    if (!row) return 'deleted';
    const rowContent = await this.#classifyRow(row, tokensInConfig(this.config, undefined), connection, true);
    if (rowContent === 'Replaced') return 'replaced';
    const isSameAuthorization = rowContent === 'SameAuthorization' || rowContent === 'SameAuthorizationNewer';
    return isSameAuthorization ? tokensInConfig(row, nonEmptyString(row.oauth_token)) : undefined;
  }

  /**
   * Adds the integration's own data to the config, and asks NocoDB to store the config.
   *
   * @param {unknown} vars
   * @param {() => Promise<ConnectionRef & { newestKnown: () => Promise<ConnectionTokens> } | undefined>} [openConnection] returns
   *   the connection, which has the newest tokens; another wrapper or process may have refreshed them since this config was read
   * @returns {Promise<void>} rejects with NocoDB's error
   */
  async saveVars(vars, openConnection) {
    this.config = { ...this.config, _vars: vars };
    this.#vars = vars;
    await inOrder(this.id, async () => {
      const connection = await openConnection?.();
      const { loadConfig, saveConfig, isComposed } = this.#services;
      if (isComposed) return this.#add(await connection?.newestKnown());
      const row = await loadConfig?.();
      const tokens = await connection?.newestKnown();
      if (tokens) this.adopt(tokens);
      // The wrapper's copy of the config may contain secrets from a vault, where the row only has references to them. So if the
      // row can be read, its own members are stored, and not those of the copy.
      const config = row ? await this.#withNewest(row, tokens, connection) : this.config;
      // If the row was deleted, nothing is stored.
      if (row || !loadConfig) await saveConfig?.(withoutOAuthPayload({ ...config, _vars: vars }));
      return undefined;
    });
  }

  /**
   * @param {IntegrationConfig} row
   * @param {ConnectionTokens | undefined} tokens
   * @param {ConnectionRef | undefined} connection
   * @returns {Promise<IntegrationConfig>}
   */
  async #withNewest(row, tokens, connection) {
    if (tokens?.accessToken === undefined || !connection) return row;
    const rowContent = await this.#classifyRow(row, tokens, connection, false);
    return rowContent === 'SameChain' || rowContent === 'SameAuthorization' ? withTokens(row, tokens) : row;
  }

  /**
   * Stores tokens in the current row.
   *
   * @param {NonNullable<HostServices['loadConfig']>} loadConfig
   * @param {NonNullable<HostServices['saveConfig']>} saveConfig
   * @param {ConnectionTokens} tokens
   * @param {ConnectionRef} connection
   * @returns {Promise<SaveOutcome>}
   */
  async #merge(loadConfig, saveConfig, tokens, connection) {
    const row = await loadConfig();
    if (!row) return 'deleted';
    const rowContent = await this.#classifyRow(row, tokens, connection, false);
    if (rowContent === 'Replaced') return 'replaced';
    this.adopt(tokens);
    if (rowContent === 'VaultReference') throw new Error('The row takes its tokens from a vault, so no tokens can be stored in it.');
    const isStored = row.oauth_token === tokens.accessToken && row.refresh_token === tokens.refreshToken;
    if (rowContent !== 'SameAuthorizationNewer' && !isStored) await saveConfig(withoutOAuthPayload(withTokens(row, tokens)));
    return rowContent === 'SameChain' ? 'saved' : 'shared';
  }

  /**
   * Stores tokens without reading the row.
   *
   * @param {ConnectionTokens} tokens
   */
  async #overwrite(tokens) {
    const { saveConfig } = this.#services;
    const { expires_at: before } = this.config;
    this.adopt(tokens);
    // The callback only merges members, so it can remove neither a stale `expires_at` nor a code. A stale `expires_at` would make
    // each later wrapper refresh again. The config contains a code if no preload exchanges codes; the code would stay there
    // forever.
    const isStale = 'oauth' in this.config || (Boolean(before) && tokens.expiresAt === undefined);
    if (this.tokenRefreshCallback && !(isStale && saveConfig)) await this.tokenRefreshCallback(toStoredTokens(tokens));
    else await saveConfig?.(withoutOAuthPayload(this.config));
  }

  /**
   * Asks NocoDB to add the tokens and the data of `saveVars` to the stored config. NocoDB merges these members into the config
   * that it read when it created the wrapper. So every call passes all members that have changed since then.
   *
   * @param {ConnectionTokens | undefined} tokens
   */
  async #add(tokens) {
    const { saveConfig } = this.#services;
    if (tokens) this.adopt(tokens);
    const isKnown = tokens?.accessToken !== undefined;
    const changed = { ...(isKnown && toStoredTokens(tokens)), ...(this.#vars !== undefined && { _vars: this.#vars }) };
    if (this.tokenRefreshCallback) await this.tokenRefreshCallback(/** @type {StoredTokens} */ (changed));
    else if (saveConfig) await saveConfig(withoutOAuthPayload(this.config));
    else throw new Error('NocoDB offers no way to store a part of a config.');
  }

  /**
   * @param {IntegrationConfig} row
   * @param {ConnectionTokens} ownTokens the wrapper's tokens
   * @param {ConnectionRef} connection
   * @param {boolean} isRejected whether Bitbucket rejected the wrapper's refresh token
   * @returns {Promise<import('../../pkg/core.js').RowContent>}
   */
  async #classifyRow(row, ownTokens, connection, isRejected) {
    const { type, oauth_token: accessToken, refresh_token: stored } = row;
    const refreshToken = refreshableToken(row);
    const isSameChain = refreshToken !== undefined
      && (refreshToken === this.config.refresh_token || digestOf(refreshToken) === this.#initialTokenDigest
        || await connection.ownsRefreshToken(refreshToken));
    return core().classifyRow(
      refreshToken === undefined ? undefined : tokenMetadataOf(row, tokensInConfig(row, undefined)),
      tokenMetadataOf(this.config, ownTokens),
      isSameChain,
      core().holdsUserTokens(nonEmptyString(type) ?? '') && [accessToken, stored].some(isObject),
      isRejected,
    );
  }
}

/**
 * Runs work on a row after the previous work on the same row has ended.
 *
 * @template T
 * @param {string | undefined} id of the row; without an id, the work starts at once
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inOrder(id, work) {
  if (id === undefined) return work();
  const before = pendingChanges.get(id);
  // Work that never settles must not block the row forever.
  const change = before ? within(CHANGE_TIMEOUT_MS, before).then(work, work) : work();
  pendingChanges.set(id, change);
  try {
    return await change;
  } finally {
    if (pendingChanges.get(id) === change) pendingChanges.delete(id);
  }
}
