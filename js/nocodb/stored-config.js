/**
 * A wrapper's config, and the row of the host's that it came from.
 *
 * In: the config of one connection, newer tokens, and what the host offers to store and to read. Out: the row with the newer
 * tokens and everything else as it is there. What never happens here: a rule about whose row it is (the core has it), or
 * a member written back that somebody else changed meanwhile, where the host lets the row be read.
 */

import { isObject, membersToJson, objectOrEmpty } from '../arguments.js';
import { core } from '../core.js';
import { digest } from '../digest.js';
import { logLine, warn } from '../log-lines.js';
import { within } from '../time-limit.js';
import { createTokens } from '../token-store.js';

/** @typedef {import('./integration.js').HostServices} HostServices */
/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./integration.js').StoredTokens} StoredTokens */
/** @typedef {import('../log-lines.js').LogEntry} LogEntry */
/** @typedef {import('../token-store.js').ConnectionRef} ConnectionRef */
/** @typedef {import('../token-store.js').Ending} Ending */
/** @typedef {import('../token-store.js').TokenStore} TokenStore */
/** @typedef {import('../token-store.js').SaveOutcome} SaveOutcome */
/** @typedef {import('../token-store.js').ConnectionTokens} ConnectionTokens */

// No change of a row takes longer than this, or the next one begins all the same.
const CHANGE_TIMEOUT_MS = 5000;

/** How NocoDB's errors say that there is no such row, by version. */
const NOT_FOUND_ERRORS = ['ERR_INTEGRATION_NOT_FOUND', 'INTEGRATION_NOT_FOUND'];

/** What is under way on each row, by its id: two changes at once would each bring back what the other replaced. */
/** @type {Map<string, Promise<unknown>>} */
const pendingChanges = new Map();

/** @implements {TokenStore} */
export class StoredConfig {
  savedGeneration = 0;

  offeredGeneration = 0;

  /** @type {Ending | undefined} */
  ending;

  /** The wrapper's copy. @type {IntegrationConfig} */
  config;

  /** Merges tokens into the stored config. @type {((tokens: StoredTokens) => unknown) | undefined} */
  tokenRefreshCallback;

  /** @type {HostServices} */
  #host;

  /**
   * A digest of the refresh token that the wrapper was made with, once it has another one: the text would take kilobytes.
   *
   * @type {string | undefined}
   */
  #initialTokenDigest;

  /** What `saveVars` was given. @type {unknown} */
  #vars;

  /**
   * @param {IntegrationConfig | undefined} config
   * @param {HostServices | undefined} host
   */
  constructor(config, host) {
    this.config = { ...config };
    this.#host = host ?? {};
  }

  get id() {
    return textOf(this.#host.id);
  }

  get title() {
    return textOf(this.#host.title);
  }

  /** The JSON of what the core reads of the config's credential. */
  get json() {
    return membersToJson(this.config, core().credentialMembers().split(' '));
  }

  /** Whose tokens they are, as the config says. */
  get account() {
    return textOf(objectOrEmpty(this.config.account).uuid);
  }

  get workspace() {
    return textOf(this.config.workspace);
  }

  get canRefresh() {
    return renewableRefreshToken(this.config) !== undefined;
  }

  /**
   * The config's tokens.
   *
   * @param {string | undefined} accessToken as the core read it
   * @returns {ConnectionTokens}
   */
  tokens(accessToken) {
    const { oauth_token: own } = this.config;
    // The very text of the config, and not another one like it.
    return tokensOf(this.config, accessToken === own ? own : accessToken);
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
   * Writes a line to the host's log, or else to the process', where nobody asked to be told of what went well. When that
   * fails, nothing else does.
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
    const { logger } = this.#host;
    if (typeof logger === 'function') await logger(line);
    else if (logger) await logger.log(line);
    else if (level !== 'INFO') warn(line);
  }

  /**
   * Takes tokens into the wrapper's copy.
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
    // The OAuth client's own tokens can be had again at any time.
    if (!this.canRefresh) return 'saved';
    const { loadConfig, saveConfig, isComposed } = this.#host;
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
   * @returns {Promise<ConnectionTokens | Ending | undefined>}
   */
  async load(connection) {
    const { loadConfig } = this.#host;
    if (!loadConfig || !this.canRefresh) return undefined;
    const row = await loadConfig();
    if (!row) return 'deleted';
    const holding = await this.#holdingOf(row, tokensOf(this.config, undefined), connection, true);
    if (holding === 'Replaced') return 'replaced';
    const isOthers = holding === 'Others' || holding === 'OthersNewer';
    return isOthers ? tokensOf(row, textOf(row.oauth_token)) : undefined;
  }

  /**
   * Keeps data of the integration's own beside the config and has the host store it.
   *
   * @param {unknown} vars
   * @param {() => Promise<ConnectionRef & { newestKnown: () => Promise<ConnectionTokens> } | undefined>} [openConnection] gives the
   *   connection that has the newest tokens: others may have renewed them since this config was read
   * @returns {Promise<void>} rejects with the host's error
   */
  async saveVars(vars, openConnection) {
    this.config = { ...this.config, _vars: vars };
    this.#vars = vars;
    await inOrder(this.id, async () => {
      const connection = await openConnection?.();
      const { loadConfig, saveConfig, isComposed } = this.#host;
      if (isComposed) return this.#add(await connection?.newestKnown());
      const row = await loadConfig?.();
      const tokens = await connection?.newestKnown();
      if (tokens) this.adopt(tokens);
      // The wrapper's copy may hold what NocoDB found in a vault, so the row's own members are kept, if it can be read …
      const config = row ? await this.#withNewest(row, tokens, connection) : this.config;
      // … and of a row that is gone there is nothing to keep.
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
    const holding = await this.#holdingOf(row, tokens, connection, false);
    return holding === 'Chain' || holding === 'Others' ? withTokens(row, tokens) : row;
  }

  /**
   * Stores tokens in the row as it is now.
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
    const holding = await this.#holdingOf(row, tokens, connection, false);
    if (holding === 'Replaced') return 'replaced';
    this.adopt(tokens);
    if (holding === 'InVault') throw new Error('There is no place for tokens beside a vault.');
    const isStored = row.oauth_token === tokens.accessToken && row.refresh_token === tokens.refreshToken;
    if (holding !== 'OthersNewer' && !isStored) await saveConfig(withoutOAuthPayload(withTokens(row, tokens)));
    return holding === 'Chain' ? 'saved' : 'shared';
  }

  /**
   * Stores tokens without a look at what is there.
   *
   * @param {ConnectionTokens} tokens
   */
  async #overwrite(tokens) {
    const { saveConfig } = this.#host;
    const { expires_at: before } = this.config;
    this.adopt(tokens);
    // The callback only merges: a time that stays behind would have each later object refresh again, and a code that was
    // stored where no preload exchanges it would stay for good.
    const isStale = 'oauth' in this.config || (Boolean(before) && tokens.expiresAt === undefined);
    if (this.tokenRefreshCallback && !(isStale && saveConfig)) await this.tokenRefreshCallback(storedTokens(tokens));
    else await saveConfig?.(withoutOAuthPayload(this.config));
  }

  /**
   * Has the host add tokens, and what `saveVars` was given, to the one of its configs that they belong in. NocoDB adds to
   * what it read when it made the wrapper, so whatever is newer by now goes with it each time.
   *
   * @param {ConnectionTokens | undefined} tokens
   */
  async #add(tokens) {
    const { saveConfig } = this.#host;
    if (tokens) this.adopt(tokens);
    const isKnown = tokens?.accessToken !== undefined;
    const changed = { ...(isKnown && storedTokens(tokens)), ...(this.#vars !== undefined && { _vars: this.#vars }) };
    if (this.tokenRefreshCallback) await this.tokenRefreshCallback(/** @type {StoredTokens} */ (changed));
    else if (saveConfig) await saveConfig(withoutOAuthPayload(this.config));
    else throw new Error('There is no place for a part of a config.');
  }

  /**
   * @param {IntegrationConfig} row
   * @param {ConnectionTokens} own the wrapper's
   * @param {ConnectionRef} connection
   * @param {boolean} isRefused
   * @returns {Promise<import('../../pkg/core.js').RowHolding>}
   */
  async #holdingOf(row, own, connection, isRefused) {
    const { type, oauth_token: accessToken, refresh_token: stored } = row;
    const refreshToken = renewableRefreshToken(row);
    const isOfSameChain = refreshToken !== undefined
      && (refreshToken === this.config.refresh_token || digestOf(refreshToken) === this.#initialTokenDigest
        || await connection.ownsRefreshToken(refreshToken));
    return core().rowHolding(
      refreshToken === undefined ? undefined : tokenOriginOf(row, tokensOf(row, undefined)),
      tokenOriginOf(this.config, own),
      isOfSameChain,
      core().holdsTokens(textOf(type) ?? '') && [accessToken, stored].some(isObject),
      isRefused,
    );
  }
}

/**
 * The refresh token of a config whose tokens can be renewed.
 *
 * @param {IntegrationConfig} config
 */
function renewableRefreshToken({ type, refresh_token: stored }) {
  const refreshToken = textOf(stored);
  return refreshToken !== undefined && core().isRenewable(textOf(type) ?? '', refreshToken) ? refreshToken : undefined;
}

/**
 * @param {IntegrationConfig} config
 * @param {string | undefined} accessToken as far as it can be sent
 * @returns {ConnectionTokens}
 */
function tokensOf({ refresh_token, expires_at, refreshed_at, scopes }, accessToken) {
  return createTokens({
    accessToken,
    refreshToken: String(refresh_token),
    expiresAt: parseTimestamp(expires_at),
    obtainedAt: parseTimestamp(refreshed_at),
    scopes: scopes || undefined,
  });
}

/**
 * @param {Pick<ConnectionTokens, 'expiresAt' | 'obtainedAt' | 'scopes' | 'accessToken'> & { refreshToken?: string }} tokens
 * @returns {StoredTokens}
 */
export function storedTokens({ accessToken = '', refreshToken, expiresAt, obtainedAt, scopes = [] }) {
  return {
    oauth_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    ...(obtainedAt !== undefined && { refreshed_at: new Date(obtainedAt).toISOString() }),
    ...(scopes.length > 0 && { scopes }),
  };
}

/**
 * A config with other tokens.
 *
 * @param {IntegrationConfig} config
 * @param {ConnectionTokens} tokens
 * @returns {IntegrationConfig}
 */
function withTokens(config, tokens) {
  const { expires_at: _before, expires_in: _older, ...kept } = /** @type {Record<string, unknown>} */ (config);
  // Not by a further spread, for `createTokens`'s reason.
  return Object.assign(kept, storedTokens(tokens));
}

/**
 * A config as it may be stored: without the code and verifier that the GUI sent.
 *
 * @param {IntegrationConfig} config
 * @returns {Record<string, unknown>}
 */
function withoutOAuthPayload({ oauth: _transient, ...config }) {
  return config;
}

/**
 * What a config tells of its tokens, whatever it holds.
 *
 * @param {IntegrationConfig} config
 * @param {Pick<ConnectionTokens, 'obtainedAt' | 'expiresAt'>} times
 * @returns {import('../../pkg/core.js').TokenOrigin} for one call
 */
function tokenOriginOf({ authorized_at, account }, { obtainedAt, expiresAt }) {
  return new (core().TokenOrigin)(textOf(authorized_at), textOf(objectOrEmpty(account).uuid), obtainedAt, expiresAt);
}

/** @param {unknown} refreshToken */
function digestOf(refreshToken) {
  return digest(String(refreshToken)).toString('base64url', 0, 16);
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
function textOf(value) {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * @param {string | undefined} iso
 * @returns {number | undefined}
 */
function parseTimestamp(iso) {
  const time = Date.parse(iso ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Runs work on a row when the work before it has ended.
 *
 * @template T
 * @param {string | undefined} id of the row; without one the work begins at once
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inOrder(id, work) {
  if (id === undefined) return work();
  const before = pendingChanges.get(id);
  // Whatever hangs must not hold up the row for good.
  const change = before ? within(CHANGE_TIMEOUT_MS, before).then(work, work) : work();
  pendingChanges.set(id, change);
  try {
    return await change;
  } finally {
    if (pendingChanges.get(id) === change) pendingChanges.delete(id);
  }
}
