/**
 * A mock NocoDB with its registry, its rows and their wrappers, in its own process or worker thread. An argument of the process
 * names the edition (the version of NocoDB).
 *
 * In: messages `{ number, command, argument }`. Out: `{ number, result }`, or `{ number, error }`.
 */
const { isMainThread, parentPort, workerData } = require('node:worker_threads');
const { Database } = require('./database.cjs');

const { edition: name, options = {} } = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const database = new Database();
const { createEdition } = require(`./edition-${name}.cjs`);
const host = createEdition({ database, options });
const Integration = host.used;

const wrappers = [];
const printed = [];
for (const level of ['log', 'warn', 'error']) {
  const print = console[level];
  console[level] = (line) => {
    printed.push(line);
    print(line);
  };
}

/** The properties of an error that NocoDB's exception filter or the caller of a wrapper reads. */
const describe = (error) => ({
  name: error.name,
  message: error.message,
  status: error.getStatus?.() ?? error.status,
  response: error.getResponse?.(),
  code: error.code,
  reauthorize: error.reauthorize,
  isOwn: host.HostError ? error instanceof host.HostError : undefined,
  stack: error.stack,
});

const read = (id) => Integration.get({ workspace_id: 'w1' }, id);
const failing = ({ code, message, reauthorize }) => ({ code, message, reauthorize });
const services = { createIntegration: host.create, updateIntegration: host.update };

const commands = {
  /** Starts the mock NocoDB. A preload that `--import` loads may need a few turns of the event loop. */
  async start({ registry }) {
    await host.start(registry);
    for (let turn = 0; turn < 100 && !Integration.availableIntegrations.some((entry) => entry.wrapper); turn += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    return {
      available: Integration.availableIntegrations.map(({ type, sub_type, manifest, form }) => ({
        type,
        sub_type,
        title: manifest?.title,
        hidden: Boolean(manifest?.hidden),
        authTypes: form?.find(({ model }) => model === 'config.type')?.options,
      })),
      sameList: Integration.availableIntegrations === registry,
      inherited: 'availableIntegrations' in Function.prototype,
    };
  },

  /** Calls the services one after the other. Each call is `[method, ...arguments]`. */
  async call({ calls }) {
    const results = [];
    for (const [method, ...args] of calls) {
      results.push(await services[method](...args).then((row) => ({ row }), (error) => ({ error: describe(error) })));
    }
    return results;
  },

  stored: async () => ({ written: database.written, rows: database.rows() }),
  create: async (integration) => (await host.create(integration)).id,
  createFromBase: (integration) => host.createFromBase(integration).then((row) => ({ row }), (error) => (
    { error: describe(error) })),
  transactions: async () => database.transactions,

  /** Writes a row without NocoDB's services, as another process or another version would. */
  async put({ row }) {
    const id = database.nextId();
    await database.write(id, { fk_workspace_id: 'w1', ...row, id });
    return id;
  },

  /** Creates wrappers, and reads the row again for each wrapper. `how`: see `effectiveConfig` of the edition. */
  async open({ id, count = 1, ...how }) {
    const first = wrappers.length;
    for (let n = 0; n < count; n += 1) {
      const row = Object.assign(await read(id), how);
      wrappers.push(await row.getIntegrationWrapper());
    }
    return first;
  },

  /** Makes one API call with each of these wrappers, and returns its status or its error. */
  use: ({ first, count = 1 }) => Promise.all(wrappers.slice(first, first + count).map((wrapper) => (
    wrapper.use((client) => client.get('/user')).then(({ status }) => status, failing)))),

  /** Returns the nickname of the account that a wrapper acts for. */
  account: async ({ first }) => (await wrappers[first].use((client) => client.get('/user'))).data.nickname,
  sync: async ({ id, path = '/user' }) => (await host.sync(await read(id), path)).status,
  /** Calls a method that the manifest exposes. */
  invoke: async ({ id, method, argument }) => {
    const wrapper = await (await read(id)).getIntegrationWrapper();
    return wrapper[method](argument);
  },

  test: (integration) => host.test(integration),
  read: ({ id }) => host.read(id),
  connectUser: (argument) => host.connectUser(argument),
  putUser: async (argument) => host.putUser(argument),
  tokensOf: async (argument) => host.tokensOf(argument),
  saveVars: ({ first, vars }) => wrappers[first].saveVars(vars),
  config: async ({ first }) => wrappers[first].config,
  patch: async ({ id, ...integration }) => { await host.update({ workspace_id: 'w1' }, id, integration); },
  remove: async ({ id }) => { database.remove(id); },
  row: async ({ id }) => database.rows()[id]?.config ?? null,
  wholeRow: async ({ id }) => database.rows()[id] ?? null,
  updates: async ({ id }) => database.updates.get(id) ?? 0,
  latency: async ({ ms }) => { database.latencyMs = ms; },
  printed: async () => printed,
};

const send = (message) => (isMainThread ? process.send(message) : parentPort.postMessage(message));
(isMainThread ? process : parentPort).on('message', async ({ number, command, argument }) => {
  if (command === 'end') process.exit();
  try {
    send({ number, result: JSON.parse(JSON.stringify((await commands[command](argument ?? {})) ?? null)) });
  } catch (error) {
    send({ number, error: describe(error) });
  }
});
