/**
 * What the preload does to NocoDB's rows of ours, and to the wrapper that NocoDB makes of one.
 *
 * In: NocoDB's model class, and the plugin. Out: rows that reach NocoDB's database as incoming-config.js makes them, wrappers
 *   that can read their row, and refusals that NocoDB passes on to the user (nocodb-errors.js).
 * Never here: a rule of OAuth (the entry's wrapper exchanges the code), the list of integrations, or a change to a row of
 *   somebody else.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { needsPreparation, parseConfig, prepareConfig } from './incoming-config.js';
import { HttpError, asNocodbError } from './nocodb-errors.js';

/** @typedef {{ type: string, sub_type: string, wrapper: any, manifest: any, form: any }} RegistryEntry */
/** @typedef {typeof import('./plugin.js')} Plugin */

/**
 * What NocoDB is about to store, or a row that it has read.
 *
 * @typedef {object} Integration
 * @property {string} [id] before it is stored: of the row that it is a copy of
 * @property {string} [type]
 * @property {string} [sub_type]
 * @property {string} [title]
 * @property {unknown} [config]
 * @property {string} [fk_workspace_id]
 * @property {string} [workspaceId] the same, before it is stored
 * @property {() => any} [getConfig] decrypted, of a row
 */

/**
 * The model class of NocoDB that holds the list and writes to the database.
 *
 * @typedef {Function & {
 *   availableIntegrations: RegistryEntry[],
 *   get: (context: any, id: string, ...rest: any[]) => Promise<Integration | undefined>,
 *   createIntegration: (integration: Integration, ...rest: any[]) => Promise<any>,
 *   updateIntegration: (context: any, id: string, integration: Integration, ...rest: any[]) => Promise<any>,
 * }} IntegrationModel
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

/** @typedef {{ row: Row, config?: any }} WrapperCreation of a wrapper; `config`: the row's, as far as it was read for that */

/** The types under which editions of NocoDB list Bitbucket. A row may come from another edition than this one. */
export const INTEGRATION_TYPES = ['auth', 'development'];

/**
 * The row that NocoDB is just making a wrapper of. Some editions wait meanwhile, for a vault for instance.
 *
 * @type {AsyncLocalStorage<WrapperCreation>}
 */
const wrapperCreations = new AsyncLocalStorage();

/** The methods that were put in the place of NocoDB's. @type {WeakSet<Function>} */
const replacements = new WeakSet();

/**
 * Replaces the methods of a class of NocoDB that write rows and that make the wrapper of one. A subclass that inherits them
 * needs nothing; one with methods of its own gets those replaced, each of which may call the inherited one.
 *
 * @param {IntegrationModel} model
 * @param {Plugin} plugin
 * @param {(receiver: unknown) => void} onUse is told which class a method is called on: it may be a subclass
 */
export function patchModel(model, plugin, onUse) {
  patchStoringMethods(model, plugin, onUse);
  patchRowMethods(model.prototype, onUse);
}

/**
 * The class that NocoDB makes wrappers of.
 *
 * @param {Plugin} plugin
 */
export const createWrapperClass = (plugin) => withRowServices(plugin, withHttpErrors(plugin));

/**
 * Puts a method in the place of another. That of a frozen class stays as it is.
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

/** No row of NocoDB's has this id. */
const NO_SUCH_ROW = 'nocodb-bitbucket-auth';

/**
 * @param {Plugin} plugin
 * @param {unknown} error
 */
const toHttpError = ({ BitbucketAuthError, hostStatus }, error) => (
  error instanceof BitbucketAuthError ? new HttpError(error, hostStatus(error)) : error);

/**
 * Whether the host has a transaction open: one of the further arguments of its methods then holds Knex' own object for it.
 *
 * @param {any[]} rest
 */
const isInTransaction = (rest) => rest.some((meta) => meta?.knexConnection?.isTransaction === true);

/**
 * A configuration in the shape in which it came.
 *
 * @param {Integration} integration
 * @param {Record<string, any>} config
 * @returns {Integration}
 */
const withConfig = (integration, config) => (
  { ...integration, config: typeof integration.config === 'string' ? JSON.stringify(config) : config });

/**
 * NocoDB 0.301.3 gives a wrapper no logger. What went well goes to the standard output, everything else to the standard error.
 *
 * @param {string} line
 */
const logger = (line) => (line.startsWith('INFO ') ? console.log : console.warn)(`[nocodb-bitbucket-auth] ${line}`);

/**
 * The configuration of a row, as far as it can be read: NocoDB's key of encryption may have changed.
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
 * Has everything that NocoDB stores for integrations of ours made fit for it before.
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
   * @param {Integration | undefined} stored the row that is changed, or copied
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
   * Has NocoDB store what was finished. Where it cannot, whoever tries again with the same code gets the same tokens.
   *
   * @template T
   * @param {unknown} payload of which the tokens came
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
          // A route that opened a transaction may pass on no errors but NocoDB's own.
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
        // An update may leave out what stays as it is, the type included; and NocoDB stores the type that it names. No code
        // shall be stored in a row that is ours, whatever the request says, nor in one that becomes ours.
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
 * Notes for which row NocoDB is making a wrapper: it does not tell the wrapper, but makes it in a method of the row.
 *
 * @param {any} rows the prototype of NocoDB's class
 * @param {(receiver: unknown) => void} onUse
 */
function patchRowMethods(rows, onUse) {
  // The configuration is noted as NocoDB reads it: to decrypt it once more would take milliseconds.
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
      // A subclass has begun, and goes on with the inherited method.
      return wrapperCreations.getStore()?.row === this ? make() : wrapperCreations.run({ row: this }, make);
    }
  ));
}

/**
 * The wrapper with methods that refuse a creator's request in NocoDB's way; elsewhere they throw a `BitbucketAuthError`.
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
 * The wrapper with services that tell of its row and read it. By itself NocoDB gives a wrapper only the means to replace the whole
 * configuration.
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
     * An enterprise edition stores a row and then exchanges the code, which it may still have of the request. A code can be
     * exchanged only once, and was before the row was stored.
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
    // What NocoDB found in a vault must not become a part of what is stored.
    const isResolved = rowConfig && plugin.vaultReferenceMembers(rowConfig).length > 0;
    const saveConfig = isResolved ? undefined : services.saveConfig;
    return { ...ownServices, saveConfig, isComposed: true, title: logTitle(title, config) };
  }
  const host = /** @type {IntegrationModel} */ (row.constructor);
  const loadConfig = async () => {
    const stored = /** @type {Row | undefined} */ (await host.get({ workspace_id: fk_workspace_id }, id));
    return stored?.getConfig();
  };
  return { ...ownServices, id, title, loadConfig };
}

/**
 * Whether a wrapper has other tokens than its row: those of an environment, or of one of the users who each have an own
 * account. What is no text in the row stands for a text that NocoDB has elsewhere, and does not tell which.
 *
 * @param {any} rowConfig the row's config
 * @param {any} config the wrapper's
 */
const hasOtherTokens = (rowConfig, config) => ['oauth_token', 'refresh_token', 'token'].some((name) => (
  rowConfig?.[name] !== config?.[name] && typeof (rowConfig?.[name] ?? '') === 'string'));

/**
 * A connection's title for the log, with the account where the row is not enough to tell whose tokens they are.
 *
 * @param {string | undefined} title
 * @param {any} config
 */
function logTitle(title, config) {
  const { nickname } = config?.account ?? {};
  return title && typeof nickname === 'string' ? `${title}, ${nickname}` : title;
}
