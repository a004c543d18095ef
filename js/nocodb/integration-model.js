/**
 * Patches NocoDB's model of integrations, and the wrapper that NocoDB creates for a row.
 *
 * In: NocoDB's model class, and the plugin. Out: rows whose config was prepared (incoming-config.js) before NocoDB stores it,
 *   wrappers that can read their row, and errors that NocoDB reports to the user (nocodb-errors.js).
 * Never: a rule of OAuth (the entry's wrapper exchanges the code), a change to the list of integrations, or a change to a row of
 *   another integration.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { needsPreparation, parseConfig, prepareConfig } from './incoming-config.js';
import { HttpError, asNocodbError } from './nocodb-errors.js';

/** @typedef {{ type: string, sub_type: string, wrapper: any, manifest: any, form: any }} RegistryEntry */
/** @typedef {typeof import('./plugin.js')} Plugin */

/**
 * An integration that NocoDB is about to store, or a row that it has read.
 *
 * @typedef {object} Integration
 * @property {string} [id] the id of the row; before the integration is stored, the id of the row that it copies
 * @property {string} [type]
 * @property {string} [sub_type]
 * @property {string} [title]
 * @property {unknown} [config]
 * @property {string} [fk_workspace_id]
 * @property {string} [workspaceId] the same as `fk_workspace_id`, before the integration is stored
 * @property {() => any} [getConfig] returns a row's decrypted config
 */

/**
 * NocoDB's model class, which holds the list of integrations and writes rows to the database.
 *
 * @typedef {Function & {
 *   availableIntegrations: RegistryEntry[],
 *   get: (context: any, id: string, ...rest: any[]) => Promise<Integration | undefined>,
 *   createIntegration: (integration: Integration, ...rest: any[]) => Promise<any>,
 *   updateIntegration: (context: any, id: string, integration: Integration, ...rest: any[]) => Promise<any>,
 * }} IntegrationModel
 */

/**
 * A row of NocoDB's database, as an instance of the model class.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} [title]
 * @property {string} [fk_workspace_id]
 * @property {() => any} getConfig returns the decrypted config
 * @property {(...args: any[]) => any} getIntegrationWrapper
 */

/** @typedef {{ row: Row, config?: any }} WrapperCreation the row of a wrapper, and the row's config if NocoDB has read it */

/** The types under which any edition of NocoDB lists Bitbucket. A row may come from another edition than the current one. */
export const INTEGRATION_TYPES = ['auth', 'development'];

/**
 * The wrapper creation that is in progress. Some editions create wrappers asynchronously, for instance to wait for a vault.
 *
 * @type {AsyncLocalStorage<WrapperCreation>}
 */
const wrapperCreations = new AsyncLocalStorage();

/** The methods that have replaced methods of NocoDB. They are not replaced again. @type {WeakSet<Function>} */
const replacements = new WeakSet();

/**
 * Patches the methods of a model class that store rows and create wrappers. A subclass that inherits these methods needs no
 * patch. If a subclass has methods of its own, these methods are patched too. They may call the inherited methods, which are
 * patched already.
 *
 * @param {IntegrationModel} model
 * @param {Plugin} plugin
 * @param {(receiver: unknown) => void} onUse called with the class on which a method is called, which may be a subclass
 */
export function patchModel(model, plugin, onUse) {
  patchStoringMethods(model, plugin, onUse);
  patchRowMethods(model.prototype, onUse);
}

/**
 * Creates the class of the wrappers.
 *
 * @param {Plugin} plugin
 */
export const createWrapperClass = (plugin) => withRowServices(plugin, withHttpErrors(plugin));

/**
 * Replaces a method. If the class is frozen, nothing happens.
 *
 * @param {any} target
 * @param {string} name
 * @param {(method: Function) => Function} wrap
 */
function replaceMethod(target, name, wrap) {
  const method = target?.[name];
  if (typeof method !== 'function' || replacements.has(method)) return;
  const value = wrap(method);
  replacements.add(value);
  Reflect.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** An id that no row of NocoDB has. */
const NO_SUCH_ROW = 'nocodb-bitbucket-auth';

/**
 * @param {Plugin} plugin
 * @param {unknown} error
 */
const toHttpError = ({ BitbucketAuthError, nocodbStatus }, error) => (
  error instanceof BitbucketAuthError ? new HttpError(error, nocodbStatus(error)) : error);

/**
 * Whether NocoDB has a transaction open. In that case, one of the further arguments of the called method contains Knex'
 * transaction object.
 *
 * @param {any[]} rest the further arguments
 */
const isInTransaction = (rest) => rest.some((meta) => meta?.knexConnection?.isTransaction === true);

/**
 * Copies an integration with another config. The format of the config stays the same: an object, or JSON.
 *
 * @param {Integration} integration
 * @param {Record<string, any>} config
 * @returns {Integration}
 */
const withConfig = (integration, config) => (
  { ...integration, config: typeof integration.config === 'string' ? JSON.stringify(config) : config });

/**
 * The logger of wrappers that get none from NocoDB, as in 0.301.3. Info lines go to standard output, all other lines to standard
 * error.
 *
 * @param {string} line
 */
const logger = (line) => (line.startsWith('INFO ') ? console.log : console.warn)(`[nocodb-bitbucket-auth] ${line}`);

/**
 * A row's config, or `undefined` if it cannot be decrypted, for instance because NocoDB's encryption key has changed.
 *
 * @param {Integration | undefined} row
 */
function configOf(row) {
  try {
    return parseConfig(row?.getConfig?.());
  } catch {
    return undefined;
  }
}

/**
 * Prepares every config of this integration before NocoDB stores it.
 *
 * @param {IntegrationModel} model
 * @param {Plugin} plugin
 * @param {(receiver: unknown) => void} onUse
 */
function patchStoringMethods(model, plugin, onUse) {
  /** @param {Integration | undefined} integration */
  const isOurs = (integration) =>
    INTEGRATION_TYPES.includes(integration?.type ?? '') && integration?.sub_type === plugin.default.sub_type;

  /**
   * @param {Integration} integration
   * @param {Record<string, any>} config
   * @param {Integration | undefined} stored the row that is updated or copied
   * @param {{ isNew: boolean, rest: any[] }} call
   */
  async function prepare(integration, config, stored, { isNew, rest }) {
    const exchange = (/** @type {any} */ payload, /** @type {Record<string, any>} */ kept) => (
      new plugin.default.wrapper(kept, { logger, title: integration.title ?? stored?.title })
        .exchangeToken(payload, kept, { isInTransaction: isInTransaction(rest) }));
    const storedConfig = isOurs(stored) ? configOf(stored) : undefined;
    return withConfig(integration, await prepareConfig(plugin, config, storedConfig, { isNew, exchange }));
  }

  /**
   * Calls NocoDB's method that stores the prepared row. If the method fails, the tokens of this code are marked as not stored, so
   * that another attempt with the same code gets the same tokens.
   *
   * @template T
   * @param {unknown} payload with the code for which Bitbucket issued the row's tokens
   * @param {() => Promise<T>} store
   */
  async function storeOrMarkUnstored(payload, store) {
    try {
      return await store();
    } catch (error) {
      plugin.markUnstored(payload);
      throw error;
    }
  }

  replaceMethod(model, 'get', (get) => /** @this {IntegrationModel} @param {any[]} args */ function getRow(...args) {
    onUse(this);
    return get.apply(this, args);
  });

  replaceMethod(model, 'createIntegration', (createIntegration) => (
    /** @this {IntegrationModel} @param {Integration} integration @param {any[]} rest */
    async function createPrepared(integration, ...rest) {
      onUse(this);
      let prepared = integration;
      const config = parseConfig(integration?.config);
      if (isOurs(integration) && needsPreparation(plugin, config)) {
        const { id, fk_workspace_id: workspace = integration.workspaceId } = integration;
        const context = { workspace_id: workspace };
        try {
          const copied = id ? await model.get(context, id, false, ...rest) : undefined;
          prepared = await prepare(integration, config, copied, { isNew: true, rest });
        } catch (error) {
          const httpError = toHttpError(plugin, error);
          // Some routes that open a transaction report only NocoDB's own errors to the user.
          throw httpError instanceof HttpError && rest.some(Boolean)
            ? await asNocodbError(httpError, () => model.updateIntegration(context, NO_SUCH_ROW, { title: NO_SUCH_ROW }, ...rest))
            : httpError;
        }
      }
      const create = () => createIntegration.call(this, prepared, ...rest);
      return prepared === integration ? create() : storeOrMarkUnstored(config?.oauth, create);
    }
  ));

  replaceMethod(model, 'updateIntegration', (updateIntegration) => (
    /** @this {IntegrationModel} @param {any} context @param {string} id @param {Integration} integration @param {any[]} rest */
    async function updatePrepared(context, id, integration, ...rest) {
      onUse(this);
      let prepared = integration;
      const config = parseConfig(integration?.config);
      if (needsPreparation(plugin, config)) {
        const stored = await model.get(context, id, false, ...rest);
        // An update may omit unchanged members, even the type, or it may change the type. No code may be stored in a row that
        // belongs to the plugin before or after the update.
        const { type, sub_type } = integration;
        const updated = { type: type || stored?.type, sub_type: sub_type || stored?.sub_type };
        try {
          if (isOurs(stored) || isOurs(updated)) {
            prepared = await prepare(integration, config, stored, { isNew: false, rest });
          }
        } catch (error) {
          throw toHttpError(plugin, error);
        }
      }
      const update = () => updateIntegration.call(this, context, id, prepared, ...rest);
      return prepared === integration ? update() : storeOrMarkUnstored(config?.oauth, update);
    }
  ));
}

/**
 * Records the row for which NocoDB creates a wrapper, because NocoDB itself does not pass the row to the wrapper.
 *
 * @param {any} rows the prototype of NocoDB's model class
 * @param {(receiver: unknown) => void} onUse
 */
function patchRowMethods(rows, onUse) {
  // Records the config when NocoDB reads it, because decrypting it a second time would take milliseconds.
  replaceMethod(rows, 'getConfig', (getConfig) => /** @this {Row} @param {any[]} args */ function getConfigOfRow(...args) {
    const config = getConfig.apply(this, args);
    const creation = wrapperCreations.getStore();
    if (creation?.row === this) creation.config = config;
    return config;
  });

  replaceMethod(rows, 'getIntegrationWrapper', (getIntegrationWrapper) => (
    /** @this {Row} @param {any[]} args */
    function getWrapperOfRow(...args) {
      onUse(this.constructor);
      const make = () => getIntegrationWrapper.apply(this, args);
      // If this wrapper creation is already recorded, the method of a subclass recorded it, and now calls the inherited method.
      return wrapperCreations.getStore()?.row === this ? make() : wrapperCreations.run({ row: this }, make);
    }
  ));
}

/**
 * Wraps the methods that creators may call through NocoDB, so that these methods throw errors that NocoDB reports to the user.
 * The other methods of a wrapper throw a `BitbucketAuthError`.
 *
 * @param {Plugin} plugin
 */
function withHttpErrors(plugin) {
  const { wrapper, manifest } = plugin.default;
  const responding = class extends wrapper {};
  for (const name of manifest.expose) {
    replaceMethod(responding.prototype, name, (method) => /** @this {any} @param {any[]} args */ async function exposed(...args) {
      try {
        return await method.apply(this, args);
      } catch (error) {
        throw toHttpError(plugin, error);
      }
    });
  }
  return responding;
}

/**
 * Returns a wrapper class that adds to the services from NocoDB (the second argument of the constructor): the added services
 * identify the wrapper's row, and read this row. With NocoDB's own services, a wrapper can only replace the whole config.
 *
 * @param {Plugin} plugin
 * @param {RegistryEntry['wrapper']} wrapper
 */
function withRowServices(plugin, wrapper) {
  return class extends wrapper {
    /** @param {any} config @param {any} services @param {any[]} rest */
    constructor(config, services, ...rest) {
      super(config, rowServices(plugin, config, services, wrapperCreations.getStore()), ...rest);
    }

    /**
     * An enterprise edition stores a row and then exchanges the code of the request. A code can be exchanged only once, and the
     * plugin has already exchanged this code before the row was stored. This method returns the tokens of that exchange, if they
     * are remembered (exchanged-codes.js).
     *
     * @param {unknown} payload
     * @param {any[]} rest
     */
    async exchangeToken(payload, ...rest) {
      return plugin.takeExchange(payload) ?? super.exchangeToken(payload, ...rest);
    }
  };
}

/**
 * @param {Plugin} plugin
 * @param {any} config
 * @param {any} services
 * @param {WrapperCreation | undefined} creation
 */
function rowServices(plugin, config, services, creation) {
  if (!creation || !services) return services;
  const { row, config: rowConfig } = creation;
  const { id, title, fk_workspace_id } = row;
  const ownServices = { ...services, logger: services.logger ?? logger };
  if (hasOtherTokens(rowConfig, config)) {
    // Text that NocoDB found in a vault must not be stored.
    const isResolved = rowConfig && plugin.vaultReferenceMembers(rowConfig).length > 0;
    const saveConfig = isResolved ? undefined : services.saveConfig;
    return { ...ownServices, saveConfig, isComposed: true, title: logTitle(title, config) };
  }
  const model = /** @type {IntegrationModel} */ (row.constructor);
  const loadConfig = async () => {
    const stored = /** @type {Row | undefined} */ (await model.get({ workspace_id: fk_workspace_id }, id));
    return stored?.getConfig();
  };
  return { ...ownServices, id, title, loadConfig };
}

/**
 * Whether a wrapper has other tokens than its row: those of a NocoDB environment, or those of a user who connected their own
 * account. A member of the row that is not a string refers to a text elsewhere in NocoDB, so this member is not compared.
 *
 * @param {any} rowConfig the row's config
 * @param {any} config the wrapper's config
 */
const hasOtherTokens = (rowConfig, config) => ['oauth_token', 'refresh_token', 'token'].some((name) => (
  rowConfig?.[name] !== config?.[name] && typeof (rowConfig?.[name] ?? '') === 'string'));

/**
 * A connection's title for the log. The title includes the account's nickname, because several accounts share the row.
 *
 * @param {string | undefined} title
 * @param {any} config
 */
function logTitle(title, config) {
  const { nickname } = config?.account ?? {};
  return title && typeof nickname === 'string' ? `${title}, ${nickname}` : title;
}
