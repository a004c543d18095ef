/**
 * Preloaded into the real NocoDB before the plugin. Makes NocoDB create a connection inside a transaction of its database, as
 * newer versions do for a connection in a base. NocoDB 0.301.3 supports such a transaction, but none of its routes opens one.
 *
 * In: connections whose title begins with "In a base". Out: the row, or no row after an error. Never: a look into NocoDB's code.
 * NocoDB's methods pass the object that opens a transaction to each other as an argument, and this file takes it from a call.
 */
const define = Reflect.defineProperty;

/** The object that opens a transaction. */
async function metaOf(model) {
  const { get } = model;
  let found;
  model.get = function observed(...args) {
    found ??= args[3];
    return get.apply(this, args);
  };
  await model.updateIntegration({ workspace_id: 'w' }, 'no-such-row', { title: 'x' }).catch(() => {});
  model.get = get;
  return found;
}

// The plugin calls `Reflect.defineProperty` to replace `createIntegration`, and so reveals NocoDB's class.
Reflect.defineProperty = (target, name, descriptor) => {
  if (name !== 'createIntegration' || typeof descriptor.value !== 'function') return define(target, name, descriptor);
  const create = descriptor.value;
  async function createInTransaction(integration) {
    if (!integration.title?.startsWith('In a base')) return create.call(this, integration);
    const transaction = await (await metaOf(this)).startTransaction();
    try {
      const row = await create.call(this, integration, transaction);
      await transaction.commit();
      return row;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }
  return define(target, name, { ...descriptor, value: createInTransaction });
};
