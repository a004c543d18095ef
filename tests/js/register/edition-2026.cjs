/**
 * A mock of the NocoDB image of late 2026, as far as the preload sees it: a class and a subclass with obfuscated names. An
 * edition is a version of NocoDB.
 *
 * In: the database, and the options of the edition. Out: the class that NocoDB uses, and the services that use this class.
 * Never: a copy of NocoDB's code. This file is written from published descriptions, and was never compared with a running
 * NocoDB. "Inferred" marks behaviour that the descriptions do not state, and "both ways" marks behaviour that an option switches.
 */
const { parsed } = require('./database.cjs');

const MASK = '********';
const CONTEXT = { workspace_id: 'w1' };

/** NocoDB's routes report only errors of this class. Inferred: the members of the class. */
const HostError = class _0x4c1d extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
};
const NotFoundError = class _0x1b7e extends HostError {};

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasMask = (config) => isObject(config) && Object.values(config).includes(MASK);

/** Replaces each mask in an update by the stored value. */
const unmasked = (config, stored) => !hasMask(config) ? config : Object.fromEntries(
  Object.entries(config).map(([name, value]) => [name, value === MASK ? stored[name] : value]));

/**
 * @param {{ database: import('./database.cjs').Database, options: {
 *   assignedAgain?: boolean, asyncWrapper?: boolean, exchangesFrom?: 'row' | 'request', vault?: Record<string, string>,
 * } }} host
 *   `assignedAgain`: the subclass assigns the list in `init`, and its methods do not call those of the base class. Without this
 *   option, the list is assigned once, to the base class, and the methods of the subclass call those of the base class.
 *   `asyncWrapper`: the wrapper is created asynchronously.
 *   `exchangesFrom`: where NocoDB finds the payload whose code it exchanges.
 */
function createEdition({ database, options }) {
  const { assignedAgain = false, asyncWrapper = false, exchangesFrom = 'row', vault = {} } = options;
  /** Tokens of users, for rows with `credential_mode: 'per_user'`. */
  const users = new Map();
  let available;

  const visible = async (context, id) => {
    const row = await database.read(id);
    return row && (context.workspace_id === undefined || context.workspace_id === row.fk_workspace_id) ? row : undefined;
  };

  async function insert(integration, transaction) {
    if (integration.title === 'refused by the host') throw new TypeError('not null constraint');
    database.written.push(JSON.stringify(integration));
    const row = { ...integration, id: database.nextId(), fk_workspace_id: 'w1' };
    await database.write(row.id, row, transaction);
    return { ...row, transaction };
  }

  async function change(model, context, id, integration, transaction) {
    const stored = await model.get(context, id);
    if (!stored) throw new NotFoundError(`Connection '${id}' not found`, 404);
    database.written.push(JSON.stringify(integration));
    database.updates.set(id, (database.updates.get(id) ?? 0) + 1);
    const row = { ...(await database.read(id)), ...integration, id };
    await database.write(id, row, transaction);
    return { ...row, transaction };
  }

  const Base = class _0x2f81 {
    constructor(row) {
      Object.assign(this, row);
    }

    static async init() {}

    /** The preload recognises an edition of late 2026 by this method. */
    static getManifestForConfig() {}

    static async get(context, id) {
      const row = await visible(context, id);
      return row && new this(row);
    }

    static async createIntegration(integration, transaction = 'none') {
      return new this(await insert(integration, transaction));
    }

    static async updateIntegration(context, id, integration, transaction = 'none') {
      return new this(await change(this, context, id, integration, transaction));
    }

    getConfig() {
      return parsed(this.config);
    }

    /** Inferred, both ways: whether a wrapper is created asynchronously, for example to wait for the vault. */
    getIntegrationWrapper(logger) {
      if (!asyncWrapper) return this.makeWrapper(logger);
      return Promise.resolve().then(() => this.makeWrapper(logger));
    }

    makeWrapper(logger) {
      const entry = Used.availableIntegrations.find(({ type, sub_type }) => (
        type === this.type && sub_type === this.sub_type));
      if (!entry) throw new HostError('Integration not found', 500);
      this.wrapper = new entry.wrapper(resolved(this.effectiveConfig()), {
        saveConfig: (config) => this.store(config),
        logger,
      });
      if (this.type === 'auth') {
        // The complete config that was read when the wrapper was created.
        const whole = this.storedConfig();
        this.wrapper.setTokenRefreshCallback((tokens) => this.store({ ...whole, ...tokens }));
      }
      return this.wrapper;
    }

    /**
     * Returns the config that a wrapper gets. `environment` names an entry of `environments`, whose members replace those of the
     * row. `user` names a user, whose tokens replace those of the row. `made` replaces the whole config.
     */
    effectiveConfig() {
      if (this.made) return this.made;
      return { ...this.getConfig(), ...this.environments?.[this.environment], ...users.get(`${this.id}/${this.user}`) };
    }

    /**
     * Whether the tokens come from the environment and are saved there. Otherwise, the tokens come from the row. Inferred: that
     * tokens from the row are saved in the row, even if there is an environment.
     */
    get hasOwnTokens() {
      return Boolean(this.environments?.[this.environment]?.oauth_token);
    }

    storedConfig() {
      if (this.user) return users.get(`${this.id}/${this.user}`);
      return this.hasOwnTokens ? this.environments[this.environment] : this.getConfig();
    }

    /** Inferred: that `saveConfig` writes to the same place as the callback. */
    async store(config) {
      if (this.user) {
        users.set(`${this.id}/${this.user}`, config);
      } else if (this.hasOwnTokens) {
        const environments = { ...this.environments, [this.environment]: config };
        await Used.updateIntegration(CONTEXT, this.id, { environments });
      } else {
        await Used.updateIntegration(CONTEXT, this.id, { config });
      }
    }
  };

  const Enterprise = assignedAgain ? class _0x7be1 extends Base {
    static async init() {
      await super.init();
      this.availableIntegrations = available;
    }

    static async get(context, id) {
      const row = await visible(context, id);
      return row && new Enterprise(row);
    }

    static async createIntegration(integration, transaction = 'none') {
      return new Enterprise(await insert(integration, transaction));
    }

    static async updateIntegration(context, id, integration, transaction = 'none') {
      return new Enterprise(await change(Enterprise, context, id, integration, transaction));
    }
  } : class _0x7be1 extends Base {
    static async get(context, id, ...rest) {
      return super.get(context, id, ...rest);
    }

    static async createIntegration(integration, ...rest) {
      return super.createIntegration(integration, ...rest);
    }

    static async updateIntegration(context, id, integration, ...rest) {
      return super.updateIntegration(context, id, integration, ...rest);
    }
  };
  const Used = Enterprise;

  /**
   * NocoDB resolves vault references in static credentials. Inferred: that NocoDB resolves nothing else. This mock resolves a
   * reference in any member of a config.
   */
  const resolved = (config) => !isObject(config) ? config : Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, value?.$vault ? vault[value.$vault.secret] : value]));

  /** NocoDB first stores the row with the code. Then it exchanges the code, and stores the row again. */
  async function exchange(row, requested, transaction) {
    const stored = row.getConfig();
    // Inferred, both ways: whether the payload comes from the stored row or from the request.
    const { type, oauth: payload } = (exchangesFrom === 'row' ? stored : requested.config) ?? {};
    // Inferred: that nothing is exchanged for other auth types.
    if (row.type !== 'auth' || type !== 'oauth' || !payload || !entryOf(row)) return row;
    const wrapper = await row.getIntegrationWrapper();
    const { oauth, ...config } = stored;
    const tokens = await wrapper.exchangeToken(payload, config);
    return Used.updateIntegration(CONTEXT, row.id, { config: Object.assign(config, tokens) }, transaction);
  }

  const entryOf = ({ type, sub_type }) => Used.availableIntegrations.find((entry) => (
    entry.type === type && entry.sub_type === sub_type));

  async function create(integration, ...rest) {
    const isPerUser = integration.credential_mode === 'per_user';
    if (isPerUser && !entryOf(integration)?.manifest.allowsPerUserCredentials) {
      throw new HostError('This integration does not support per-user credentials', 400);
    }
    return exchange(await Used.createIntegration(integration, ...rest), integration, ...rest);
  }

  return {
    used: Used,
    HostError,

    async start(registry) {
      available = registry;
      Base.availableIntegrations = assignedAgain ? [] : registry;
      await Used.init();
    },

    create,

    async update(context, id, integration, ...rest) {
      const stored = await Used.get(context, id);
      const config = unmasked(integration.config, stored?.getConfig());
      const changed = config === integration.config ? integration : { ...integration, config };
      return exchange(await Used.updateIntegration(context, id, changed, ...rest), integration, ...rest);
    },

    /** Creates a row inside a base: calls the same service in a transaction, and then links the row to the base. */
    async createFromBase(integration) {
      try {
        return await database.transaction(async (transaction) => {
          const row = await create(integration, transaction);
          const marks = { is_restricted: true, base_id: 'p1' };
          return Used.updateIntegration(CONTEXT, row.id, marks, transaction);
        });
      } catch (error) {
        throw error instanceof HostError ? error : new HostError('Failed to create integration from base', 500);
      }
    },

    /** Tests a configuration before a row is created. NocoDB may skip this test for a configuration with masks. */
    async test({ type, sub_type, config }) {
      if (config.type === 'oauth') return { success: true };
      const wrapper = new (entryOf({ type, sub_type }).wrapper)(config, {});
      return wrapper.testConnection();
    },

    /** Returns the config as NocoDB's API shows it. */
    async read(id) {
      const row = await Used.get(CONTEXT, id);
      const wrapper = await row.getIntegrationWrapper();
      return wrapper.maskConfig(row.getConfig());
    },

    /** Connects a user's own account through the same popup. Inferred: that the shared row creates the wrapper. */
    async connectUser({ id, user, payload }) {
      const row = await Used.get(CONTEXT, id);
      if (row.credential_mode !== 'per_user') throw new HostError('This connection is shared', 400);
      const wrapper = await row.getIntegrationWrapper();
      users.set(`${id}/${user}`, await wrapper.exchangeToken(payload, row.getConfig()));
    },

    /** Writes a user's tokens as another process would, without a notification. */
    putUser: ({ id, user, tokens }) => { users.set(`${id}/${user}`, tokens); },

    tokensOf: ({ id, user }) => users.get(`${id}/${user}`),

    /** Runs a sync, to which NocoDB passes the wrapper. A sync refuses rows with an account for each user. */
    async sync(row, path) {
      if (row.credential_mode === 'per_user') throw new HostError('Syncs need a shared connection', 400);
      const auth = await row.getIntegrationWrapper();
      return auth.use((client) => client.get(path));
    },
  };
}

module.exports = { createEdition };
