/**
 * What the preload does to NocoDB's rows of ours, and to the wrapper that NocoDB makes of one.
 *
 * In: NocoDB's model class, and the plugin. Out: rows that reach NocoDB's database with tokens in them instead of an
 *   authorization code, wrappers that can read their row, and refusals that NocoDB passes on to the user.
 * Never here: a rule of OAuth (the entry's wrapper exchanges the code), the list of integrations, or a change to a row of
 *   somebody else.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

/** @typedef {{ type: string, sub_type: string, wrapper: any, manifest: any, form: any }} Entry */
/** @typedef {{ type?: string, sub_type?: string, config?: unknown }} Integration what NocoDB is about to store */
/** @typedef {typeof import('./entry.js')} Plugin */

/**
 * The model class of NocoDB that holds the list and writes to the database.
 *
 * @typedef {Function & {
 *   availableIntegrations: Entry[],
 *   get: (context: any, id: string, ...rest: any[]) => Promise<Integration | undefined>,
 *   createIntegration: (integration: Integration, ...rest: any[]) => Promise<any>,
 *   updateIntegration: (context: any, id: string, integration: Integration, ...rest: any[]) => Promise<any>,
 * }} Host
 */

/**
 * A row of NocoDB's database, an object of the model class.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} [title]
 * @property {string} [fk_workspace_id]
 * @property {() => any} getConfig decrypted
 * @property {(...args: any[]) => any} getIntegrationWrapper
 */

/** @typedef {{ row: Row, config?: any }} Making of a wrapper; `config`: the row's, as far as it was read for that */

/** The types under which editions of NocoDB list Bitbucket. A row may come from another edition than this one. */
export const TYPES = ['auth', 'development'];

/** The kinds of credential that no code is exchanged for. */
const OTHER_KINDS = ['api_key', 'basic', 'custom'];

/** How long an enterprise edition may take from storing a row to exchanging the code that it still has of the request. */
const EXCHANGED_MS = 60_000;

/**
 * The row that NocoDB is just making a wrapper of. Some editions wait meanwhile, for a vault for instance.
 *
 * @type {AsyncLocalStorage<Making>}
 */
const makings = new AsyncLocalStorage();

/** Tokens by the payload that they were received for, as text. @type {Map<string, Record<string, unknown>>} */
const exchanged = new Map();

/** The methods that were put in the place of NocoDB's. @type {WeakSet<Function>} */
const replacements = new WeakSet();

/**
 * Replaces the methods of a class of NocoDB that write rows and that make the wrapper of one. A subclass that inherits them
 * needs nothing; one with methods of its own gets those replaced, each of which may call the inherited one.
 *
 * @param {Host} model
 * @param {Plugin} plugin
 * @param {(receiver: unknown) => void} use is told which class a method is called on: it may be a subclass
 */
export function wrapModel(model, plugin, use) {
  exchangeBeforeStoring(model, plugin, use);
  watchRows(model.prototype, use);
}

/**
 * The class that NocoDB makes wrappers of.
 *
 * @param {Plugin} plugin
 */
export const wrapperOf = (plugin) => readingRow(answeringInWords(plugin));

/**
 * Puts a method in the place of another. That of a frozen class stays as it is.
 *
 * @param {any} target
 * @param {string} name
 * @param {(method: Function) => Function} wrap
 */
function replace(target, name, wrap) {
  const method = target?.[name];
  if (typeof method !== 'function' || replacements.has(method)) return;
  const value = wrap(method);
  replacements.add(value);
  Reflect.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/**
 * Refuses a request to NocoDB. NocoDB's exception filter answers with the status and the message, provided that the
 * error has no `code`: it takes an error with a `code` for the database's, and replaces the message.
 */
class BadRequest extends Error {
  /** @param {Error} cause */
  constructor(cause) {
    super(cause.message, { cause });
    this.name = cause.name;
  }

  getStatus() {
    return 400;
  }

  getResponse() {
    return { msg: this.message };
  }
}

/**
 * @param {Plugin['BitbucketAuthError']} BitbucketAuthError
 * @param {unknown} error
 */
const inWords = (BitbucketAuthError, error) => error instanceof BitbucketAuthError ? new BadRequest(error) : error;

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * NocoDB passes configurations as objects, and as JSON where they were stored before.
 *
 * @param {unknown} config
 */
function parseConfig(config) {
  if (typeof config !== 'string') return config;
  try {
    return JSON.parse(config);
  } catch {
    return undefined;
  }
}

/**
 * The configuration with tokens in the place of the code, in the shape in which it came.
 *
 * @param {Plugin} plugin
 * @param {Integration} integration whose configuration holds `oauth`
 * @returns {Promise<Integration>}
 */
async function exchange({ BitbucketAuthError, default: { wrapper } }, integration) {
  const { oauth, ...config } = parseConfig(integration.config);
  let result = config;
  // Somebody who first authenticated and then chose another type does not want these tokens.
  if (oauth && !OTHER_KINDS.includes(config.type)) {
    // Tokens of the former connection must not outlive it: they may belong to another account.
    // Older integrations stored `expires_in`.
    const {
      oauth_token, refresh_token, expires_at, expires_in, refreshed_at, scopes, authorized_at, account, ...kept
    } = config;
    try {
      const tokens = await new wrapper(kept).exchangeToken(oauth, kept);
      keep(oauth, tokens);
      result = { ...kept, ...tokens };
    } catch (error) {
      throw inWords(BitbucketAuthError, error);
    }
  }
  return { ...integration, config: typeof integration.config === 'string' ? JSON.stringify(result) : result };
}

/**
 * @param {unknown} payload
 * @param {any} tokens
 */
function keep(payload, tokens) {
  const key = JSON.stringify(payload);
  exchanged.set(key, tokens);
  setTimeout(() => exchanged.delete(key), EXCHANGED_MS).unref();
}

/**
 * The tokens of a code that was exchanged, once.
 *
 * @param {unknown} payload
 */
function take(payload) {
  const key = JSON.stringify(payload);
  const tokens = exchanged.get(key);
  exchanged.delete(key);
  return tokens;
}

/**
 * Puts the exchange before everything that NocoDB stores for integrations of ours.
 *
 * @param {Host} model
 * @param {Plugin} plugin
 * @param {(receiver: unknown) => void} use
 */
function exchangeBeforeStoring(model, plugin, use) {
  /** @param {Integration | undefined} integration */
  const isOurs = (integration) =>
    TYPES.includes(integration?.type ?? '') && integration?.sub_type === plugin.default.sub_type;
  /** @param {Integration | undefined} integration */
  const holdsCode = (integration) => {
    const config = parseConfig(integration?.config);
    return isObject(config) && 'oauth' in config;
  };

  replace(model, 'get', (get) => /** @this {Host} @param {any[]} args */ function getRow(...args) {
    use(this);
    return get.apply(this, args);
  });

  replace(model, 'createIntegration', (createIntegration) => (
    /** @this {Host} @param {Integration} integration @param {any[]} rest */
    async function createWithTokens(integration, ...rest) {
      use(this);
      const changed = isOurs(integration) && holdsCode(integration) ? await exchange(plugin, integration) : integration;
      return createIntegration.call(this, changed, ...rest);
    }
  ));

  replace(model, 'updateIntegration', (updateIntegration) => (
    /** @this {Host} @param {any} context @param {string} id @param {Integration} integration @param {any[]} rest */
    async function updateWithTokens(context, id, integration, ...rest) {
      use(this);
      let changed = integration;
      if (holdsCode(integration)) {
        const stored = await model.get(context, id, false, ...rest);
        // An update may leave out what stays as it is, the type included; and NocoDB stores the type that it names. No code
        // shall be stored in a row that is ours, whatever the request says, nor in one that becomes ours.
        const { type, sub_type } = integration;
        const updated = { type: type || stored?.type, sub_type: sub_type || stored?.sub_type };
        if (isOurs(stored) || isOurs(updated)) changed = await exchange(plugin, integration);
      }
      return updateIntegration.call(this, context, id, changed, ...rest);
    }
  ));
}

/**
 * Notes for which row NocoDB is making a wrapper: it does not tell the wrapper, but makes it in a method of the row.
 *
 * @param {any} rows the prototype of NocoDB's class
 * @param {(receiver: unknown) => void} use
 */
function watchRows(rows, use) {
  // The configuration is noted as NocoDB reads it: to decrypt it once more would take milliseconds.
  replace(rows, 'getConfig', (getConfig) => /** @this {Row} @param {any[]} args */ function getConfigOfRow(...args) {
    const config = getConfig.apply(this, args);
    const making = makings.getStore();
    if (making?.row === this) making.config = config;
    return config;
  });

  replace(rows, 'getIntegrationWrapper', (getIntegrationWrapper) => (
    /** @this {Row} @param {any[]} args */
    function getWrapperOfRow(...args) {
      use(this.constructor);
      const make = () => getIntegrationWrapper.apply(this, args);
      // A subclass has begun, and goes on with the inherited method.
      return makings.getStore()?.row === this ? make() : makings.run({ row: this }, make);
    }
  ));
}

/**
 * The wrapper with methods that refuse a creator's request in NocoDB's way; elsewhere they throw a `BitbucketAuthError`.
 *
 * @param {Plugin} plugin
 */
function answeringInWords({ BitbucketAuthError, default: { wrapper, manifest } }) {
  const answering = class extends wrapper {};
  for (const name of manifest.expose) {
    replace(answering.prototype, name, (method) => /** @this {any} @param {any[]} args */ async function exposed(...args) {
      try {
        return await method.apply(this, args);
      } catch (error) {
        throw inWords(BitbucketAuthError, error);
      }
    });
  }
  return answering;
}

/**
 * The wrapper with services that tell of its row and read it. By itself NocoDB gives a wrapper only the means to replace the whole
 * configuration.
 *
 * @param {Entry['wrapper']} wrapper
 */
function readingRow(wrapper) {
  return class extends wrapper {
    /** @param {any} config @param {any} services @param {any[]} rest */
    constructor(config, services, ...rest) {
      super(config, withRow(config, services, makings.getStore()), ...rest);
    }

    /**
     * An enterprise edition stores a row and then exchanges the code, which it may still have of the request. A code can be
     * exchanged only once, and was before the row was stored.
     *
     * @param {unknown} payload
     * @param {any[]} rest
     */
    async exchangeToken(payload, ...rest) {
      return take(payload) ?? super.exchangeToken(payload, ...rest);
    }
  };
}

/**
 * @param {any} config
 * @param {any} services
 * @param {Making | undefined} making
 */
function withRow(config, services, making) {
  if (!making || !services) return services;
  const { row, config: own } = making;
  const { id, title, fk_workspace_id } = row;
  // Editions with environments make wrappers of a configuration that is not the row's own.
  if (own?.refresh_token !== config?.refresh_token) return { ...services, title };
  const host = /** @type {Host} */ (row.constructor);
  const loadConfig = async () => {
    const stored = /** @type {Row | undefined} */ (await host.get({ workspace_id: fk_workspace_id }, id));
    return stored?.getConfig();
  };
  return { ...services, id, title, loadConfig };
}
