/**
 * A host with NocoDB's ways with rows and wrappers: a row makes its wrapper, which is given the means to replace the whole
 * configuration, and (type `auth`) to merge tokens into the configuration that the wrapper was made with.
 *
 * In: messages `{ number, command, argument }`. Out: `{ number, result }`, or `{ number, error }`.
 */
const rows = new Map();
const wrappers = [];
/** How often each row was written. */
const updates = new Map();
const printed = [];
let latencyMs = 0;

for (const name of ['log', 'warn', 'error']) console[name] = (line) => printed.push(line);

/** What a database takes. */
const pause = () => new Promise((resolve) => { setTimeout(resolve, latencyMs); });

class NotFound extends Error {
  error = 'ERR_INTEGRATION_NOT_FOUND';
}

class Integration {
  constructor(row) {
    Object.assign(this, row);
  }

  static async get(context, id) {
    await pause();
    const row = rows.get(id);
    const isVisible = row && (context.workspace_id === undefined || context.workspace_id === row.fk_workspace_id);
    return isVisible ? new Integration(row) : undefined;
  }

  static async createIntegration(integration) {
    const id = `int${rows.size + 1}`;
    rows.set(id, { ...integration, config: JSON.stringify(integration.config), id, fk_workspace_id: 'w1' });
    return new Integration(rows.get(id));
  }

  static async updateIntegration(context, id, { config, title }) {
    if (!(await Integration.get(context, id))) throw new NotFound(`Connection '${id}' not found`);
    await pause();
    updates.set(id, (updates.get(id) ?? 0) + 1);
    rows.set(id, { ...rows.get(id), ...(title && { title }), ...(config && { config: JSON.stringify(config) }) });
    return new Integration(rows.get(id));
  }

  getConfig() {
    return JSON.parse(this.config);
  }

  getIntegrationWrapper(logger) {
    const { wrapper: Wrapper } = Integration.availableIntegrations.find(({ type, sub_type }) => (
      type === this.type && sub_type === this.sub_type));
    const context = { workspace_id: this.fk_workspace_id };
    this.wrapper = new Wrapper(this.made ?? this.getConfig(), {
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

const commands = {
  async register({ registry }) {
    Integration.availableIntegrations = registry;
    return Integration.availableIntegrations.map(({ type }) => type);
  },

  create: async (integration) => (await Integration.createIntegration(integration)).id,

  /** Makes wrappers, each of a row that was read for it. `made`: of another configuration than the row's. */
  async open({ id, count = 1, made }) {
    const first = wrappers.length;
    for (let n = 0; n < count; n += 1) {
      const row = await Integration.get({ workspace_id: 'w1' }, id);
      row.made = made;
      wrappers.push(row.getIntegrationWrapper());
    }
    return first;
  },

  /** The status of one API call of each of these wrappers, or what it fails with. */
  use: ({ first, count = 1 }) => Promise.all(wrappers.slice(first, first + count).map((wrapper) => (
    wrapper.use((client) => client.get('/user')).then(({ status }) => status, (error) => describe(error))))),

  saveVars: ({ first, vars }) => wrappers[first].saveVars(vars),
  config: ({ first }) => wrappers[first].config,
  patch: async ({ id, ...integration }) => { await Integration.updateIntegration({ workspace_id: 'w1' }, id, integration); },
  remove: async ({ id }) => { rows.delete(id); },
  row: async ({ id }) => rows.has(id) ? JSON.parse(rows.get(id).config) : null,
  updates: async ({ id }) => updates.get(id) ?? 0,
  latency: async ({ ms }) => { latencyMs = ms; },
  printed: async () => printed,
};

const describe = ({ code, message, reauthorize }) => ({ code, message, reauthorize });

process.on('message', async ({ number, command, argument }) => {
  try {
    process.send({ number, result: await commands[command](argument ?? {}) });
  } catch (error) {
    process.send({ number, error: describe(error) });
  }
});
process.on('disconnect', () => process.exit());
