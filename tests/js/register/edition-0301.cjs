/**
 * A mock of NocoDB 0.301.3, community edition, as far as the preload sees it: one class. Its list of integrations is assigned
 * once, and its static methods store their arguments.
 *
 * In: the database. Out: the class that NocoDB uses, and the services that use this class. Never: a copy of NocoDB's code. This
 * file is written from the observed behaviour of NocoDB.
 */
const { parsed } = require('./database.cjs');

class NotFound extends Error {
  error = 'ERR_INTEGRATION_NOT_FOUND';
  code = 404;
}

function createEdition({ database }) {
  class Integration {
    constructor(row) {
      Object.assign(this, row);
    }

    static async get(context, id) {
      const row = await database.read(id);
      const isVisible = row && (context.workspace_id === undefined || context.workspace_id === row.fk_workspace_id);
      return isVisible ? new Integration(row) : undefined;
    }

    static async createIntegration(integration, transaction = 'none') {
      if (integration.title === 'refused by the host') throw new TypeError('not null constraint');
      database.written.push(JSON.stringify(integration));
      const row = { ...integration, id: database.nextId(), fk_workspace_id: 'w1' };
      await database.write(row.id, row, transaction);
      return new Integration({ ...row, transaction });
    }

    static async updateIntegration(context, id, integration, transaction = 'none') {
      const stored = await Integration.get(context, id);
      if (!stored) throw new NotFound(`Connection '${id}' not found`);
      database.written.push(JSON.stringify(integration));
      database.updates.set(id, (database.updates.get(id) ?? 0) + 1);
      const row = { ...stored, ...integration, id };
      await database.write(id, row, transaction);
      return new Integration({ ...row, transaction });
    }

    getConfig() {
      return parsed(this.config);
    }

    getIntegrationWrapper(logger) {
      const entry = Integration.availableIntegrations.find(({ type, sub_type }) => (
        type === this.type && sub_type === this.sub_type));
      if (!entry) throw new Error('Integration meta not found');
      const context = { workspace_id: this.fk_workspace_id };
      this.wrapper = new entry.wrapper(this.made ?? this.getConfig(), {
        saveConfig: async (config) => { await Integration.updateIntegration(context, this.id, { config }); },
        logger,
      });
      if (this.type === 'auth') {
        this.wrapper.setTokenRefreshCallback(async (tokens) => {
          await Integration.updateIntegration(context, this.id, { config: { ...this.getConfig(), ...tokens } });
        });
      }
      return this.wrapper;
    }
  }

  return {
    used: Integration,

    async start(registry) {
      Integration.availableIntegrations = registry;
    },

    create: (integration, ...rest) => Integration.createIntegration(integration, ...rest),
    update: (context, id, integration, ...rest) => Integration.updateIntegration(context, id, integration, ...rest),

    /** Runs a sync, to which this edition passes the client. */
    async sync(row, path) {
      const client = await (await row.getIntegrationWrapper()).authenticate();
      return client.get(path);
    },
  };
}

module.exports = { createEdition };
