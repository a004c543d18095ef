/**
 * A host with NocoDB's ways as far as the preload can see them: a class whose list of integrations is assigned after
 * its definition, and which stores what its static methods are given.
 *
 * In: one message `{ registry, calls }`, where `registry` is the list, and each call is
 * `['createIntegration' | 'updateIntegration', ...arguments]`.
 * Out: one message with what the list holds afterwards, how each call ended, and all that was ever stored.
 */
const { isMainThread, parentPort } = require('node:worker_threads');

const channel = isMainThread ? process : parentPort;
const reply = (message) => {
  if (isMainThread) process.send(message, () => process.disconnect());
  else parentPort.postMessage(message);
};

/** Everything that was handed to the database, as text. */
const written = [];
const rows = new Map();

class Integration {
  static async get(context, id) {
    return rows.get(id);
  }

  static async createIntegration(integration, transaction = 'none') {
    if (integration.title === 'refused by the host') throw new TypeError('not null constraint');
    written.push(JSON.stringify(integration));
    const row = { ...integration, id: `int${rows.size + 1}`, transaction };
    rows.set(row.id, row);
    return row;
  }

  static async updateIntegration(context, id, integration, transaction = 'none') {
    written.push(JSON.stringify(integration));
    const row = { ...rows.get(id), ...integration, id, transaction };
    rows.set(id, row);
    return row;
  }
}

/** What NocoDB's exception filter sees. */
const describe = (error) => ({
  name: error.name,
  message: error.message,
  status: error.getStatus?.(),
  response: error.getResponse?.(),
  code: error.code,
  stack: error.stack,
});

async function run({ registry, calls = [] }) {
  Integration.availableIntegrations = registry;
  // An ES module's preload may need a turn of the event loop.
  for (let turn = 0; turn < 100 && Integration.availableIntegrations.length === 0; turn += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  const results = [];
  for (const [method, ...args] of calls) {
    results.push(await Integration[method](...args).then((row) => ({ row }), (error) => ({ error: describe(error) })));
  }
  reply({
    available: Integration.availableIntegrations.map(({ type, sub_type, manifest, form }) => ({
      type, sub_type, title: manifest?.title, authTypes: form?.find(({ model }) => model === 'config.type')?.options,
    })),
    sameList: Integration.availableIntegrations === registry,
    inherited: 'availableIntegrations' in Function.prototype,
    results,
    written,
    rows: Object.fromEntries(rows),
  });
}

channel.once('message', run);
