/**
 * The preload for an unmodified NocoDB: `NODE_OPTIONS="--require nocodb-bitbucket-auth/register"`.
 *
 * In: the moment at which NocoDB assigns its list of integrations. Out: Bitbucket in that list, integrations of ours
 *   that reach NocoDB's database with tokens in them instead of an authorization code, and wrappers that can read their row.
 * Never here: a rule of OAuth (the entry's wrapper exchanges the code), an integration of somebody else, an exception
 *   that leaves the preload. Other processes inherit `NODE_OPTIONS` too (npm, workers), so nothing is loaded and
 *   nothing is said before NocoDB has shown itself.
 */

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

const NAME = 'nocodb-bitbucket-auth';
const PROPERTY = 'availableIntegrations';
const LOADED = Symbol.for(`${NAME}/register`);
const PATIENCE_S = 60;

/** The types under which editions of NocoDB list Bitbucket. A row may come from another edition than this one. */
const TYPES = ['auth', 'development'];

/** The kinds of credential that no code is exchanged for. */
const OTHER_KINDS = ['api_key', 'basic', 'custom'];

/**
 * `require` is synchronous: the entry is in the list before NocoDB's next statement runs. An ES module
 * (`node --import`) has only the asynchronous way, which ends long before NocoDB listens.
 *
 * @type {() => Plugin | Promise<Plugin>}
 */
const load = typeof require === 'function' ? () => require('./entry.js') : () => import('./entry.js');

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
 * @param {Entry} entry
 * @param {Integration} integration whose configuration holds `oauth`
 * @returns {Promise<Integration>}
 */
async function exchange({ BitbucketAuthError }, entry, integration) {
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
      result = { ...kept, ...(await new entry.wrapper(kept).exchangeToken(oauth, kept)) };
    } catch (error) {
      throw inWords(BitbucketAuthError, error);
    }
  }
  return { ...integration, config: typeof integration.config === 'string' ? JSON.stringify(result) : result };
}

/**
 * Puts the exchange before everything that NocoDB stores for integrations of ours.
 *
 * @param {Host} host
 * @param {Plugin} plugin
 * @param {Entry} entry
 */
function exchangeBeforeStoring(host, plugin, entry) {
  const { createIntegration, updateIntegration } = host;
  /** @param {Integration | undefined} integration */
  const isOurs = (integration) =>
    TYPES.includes(integration?.type ?? '') && integration?.sub_type === entry.sub_type;
  /** @param {Integration | undefined} integration */
  const holdsCode = (integration) => {
    const config = parseConfig(integration?.config);
    return isObject(config) && 'oauth' in config;
  };
  /** @param {string} name @param {Function} value */
  const replace = (name, value) =>
    Object.defineProperty(host, name, { value, writable: true, configurable: true, enumerable: false });

  /** @this {Host} @param {Integration} integration @param {any[]} rest */
  async function createWithTokens(integration, ...rest) {
    const changed = isOurs(integration) && holdsCode(integration)
      ? await exchange(plugin, entry, integration)
      : integration;
    return createIntegration.call(this, changed, ...rest);
  }

  /** @this {Host} @param {any} context @param {string} id @param {Integration} integration @param {any[]} rest */
  async function updateWithTokens(context, id, integration, ...rest) {
    let changed = integration;
    if (holdsCode(integration)) {
      const stored = await host.get(context, id, false, ...rest);
      // An update may leave out what stays as it is, the type included; and NocoDB stores the type that it names. No code
      // shall be stored in a row that is ours, whatever the request says, nor in one that becomes ours.
      const { type, sub_type } = integration;
      const updated = { type: type || stored?.type, sub_type: sub_type || stored?.sub_type };
      if (isOurs(stored) || isOurs(updated)) changed = await exchange(plugin, entry, integration);
    }
    return updateIntegration.call(this, context, id, changed, ...rest);
  }

  replace('createIntegration', createWithTokens);
  replace('updateIntegration', updateWithTokens);
}

/**
 * @param {Host} host
 * @param {Plugin} plugin
 */
function addTo(host, plugin) {
  const registry = host.availableIntegrations;
  const offered = plugin.default;
  // The GUI's form for `auth` asks for a connection test, which only editions with other `auth` entries carry out.
  const type = registry.some((other) => other.type === offered.type) ? offered.type : 'development';
  // Copying reads the form as well: what is wrong with the environment is in the log as soon as NocoDB starts.
  const makingOfWrapper = watchRows(host);
  const entry = { ...offered, type, wrapper: readingRow(answeringInWords(plugin, offered), makingOfWrapper) };
  exchangeBeforeStoring(host, plugin, entry);
  const existing = registry.findIndex((other) => other.type === type && other.sub_type === entry.sub_type);
  if (existing === -1) registry.push(entry);
  else registry[existing] = entry;
  const { version } = entry.manifest;
  console.log(`[${NAME}] Version ${version}: Bitbucket is registered as an integration of type "${type}".`);
}

/**
 * The wrapper with methods that refuse a creator's request in NocoDB's way; elsewhere they throw a `BitbucketAuthError`.
 *
 * @param {Plugin} plugin
 * @param {Entry} entry
 */
function answeringInWords({ BitbucketAuthError }, { wrapper, manifest }) {
  const answering = class extends wrapper {};
  for (const name of manifest.expose) {
    /** @this {any} @param {any[]} args */
    async function exposed(...args) {
      try {
        return await wrapper.prototype[name].apply(this, args);
      } catch (error) {
        throw inWords(BitbucketAuthError, error);
      }
    }
    Object.defineProperty(answering.prototype, name, { value: exposed, writable: true, configurable: true });
  }
  return answering;
}

/**
 * Notes for which row NocoDB is making a wrapper: it does not tell the wrapper, but makes it in a method of the row.
 *
 * @param {Host} host
 * @returns {() => Making | undefined} of the wrapper that is just being made
 */
function watchRows(host) {
  /** @type {Making | undefined} */
  let current;
  const { getIntegrationWrapper } = host.prototype ?? {};
  if (typeof getIntegrationWrapper === 'function') {
    /** @this {Row} @param {any[]} args */
    const getWrapperOfRow = function (...args) {
      const before = current;
      /** @type {Making} */
      const making = { row: this };
      const { getConfig } = this;
      // Not read once more: to decrypt it takes milliseconds.
      const value = () => (making.config = getConfig.call(this));
      current = making;
      Object.defineProperty(this, 'getConfig', { value, configurable: true });
      try {
        return getIntegrationWrapper.apply(this, args);
      } finally {
        Reflect.deleteProperty(this, 'getConfig');
        current = before;
      }
    };
    Object.defineProperty(host.prototype, 'getIntegrationWrapper', {
      value: getWrapperOfRow, writable: true, configurable: true, enumerable: false,
    });
  }
  return () => current;
}

/**
 * The wrapper with services that tell of its row and read it. By itself NocoDB gives a wrapper only the means to replace the whole
 * configuration.
 *
 * @param {Entry['wrapper']} wrapper
 * @param {() => Making | undefined} makingOfWrapper
 */
function readingRow(wrapper, makingOfWrapper) {
  return class extends wrapper {
    /** @param {any} config @param {any} services @param {any[]} rest */
    constructor(config, services, ...rest) {
      super(config, withRow(config, services, makingOfWrapper()), ...rest);
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

/** @param {Error} error */
const sayNotLoaded = (error) => console.error(`[${NAME}] NocoDB runs without Bitbucket: ${error.message}`);

/**
 * @param {unknown} target what something is assigned to
 * @param {unknown} value
 * @returns {boolean} whether it is NocoDB's class, receiving its list
 */
const isHost = (target, value) => Array.isArray(value) && typeof target === 'function' &&
  ['get', 'createIntegration', 'updateIntegration'].every((name) => typeof Reflect.get(target, name) === 'function');

function awaitRegistry() {
  let waited = 0;
  const timer = setInterval(() => {
    waited += PATIENCE_S;
    // What serves nobody is not NocoDB: npm for instance, which lives as long as the NocoDB that it started. Or it is
    // NocoDB, and still starts: with a slow disk, or waiting for its database.
    if (!process.getActiveResourcesInfo().includes('TCPServerWrap')) return;
    clearInterval(timer);
    console.warn(`[${NAME}] No registry of integrations appeared within ${waited} s. If this process is NocoDB, ` +
      'and not still starting, this version of it is not supported and offers no Bitbucket.');
  }, PATIENCE_S * 1000);
  timer.unref();

  const stopWaiting = () => {
    clearInterval(timer);
    Reflect.deleteProperty(Function.prototype, PROPERTY);
  };

  // An assignment to a property that a class does not have itself goes to an inherited setter, if there is one.
  Object.defineProperty(Function.prototype, PROPERTY, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set(value) {
      Object.defineProperty(this, PROPERTY, { value, writable: true, enumerable: true, configurable: true });
      if (!isHost(this, value)) return;
      stopWaiting();
      try {
        const plugin = load();
        if (plugin instanceof Promise) plugin.then((loaded) => addTo(this, loaded)).catch(sayNotLoaded);
        else addTo(this, plugin);
      } catch (error) {
        sayNotLoaded(/** @type {Error} */ (error));
      }
    },
  });
}

if (!Reflect.has(globalThis, LOADED)) {
  Object.defineProperty(globalThis, LOADED, { value: true });
  try {
    awaitRegistry();
  } catch {
    // Frozen built-ins, for instance. The timer, if it was set, will say that the registry did not appear.
  }
}

// Nothing is exported; this says to tools that it is an ES module all the same.
export {};
