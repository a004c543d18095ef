/**
 * The database of the mock NocoDB editions. It stores rows by id, with the config as text, because NocoDB encrypts configs. A
 * transaction blocks every other writer, as on SQLite.
 *
 * In: rows that a model writes. Out: rows that a model reads, and a record of every write and every transaction. Never: behaviour
 * that only one edition of NocoDB has.
 */
class Database {
  /** Everything that NocoDB's services wrote to the database, as text. */
  written = [];

  /** How often each row was updated. */
  updates = new Map();

  /** `{ ms, committed }` of each transaction. */
  transactions = [];

  /** How long each read and each write takes. */
  latencyMs = 0;

  #rows = new Map();
  #idCount = 0;
  #writing = Promise.resolve();

  nextId() {
    this.#idCount += 1;
    return `int${this.#idCount}`;
  }

  #pause() {
    return new Promise((resolve) => { setTimeout(resolve, this.latencyMs); });
  }

  async read(id) {
    await this.#pause();
    return this.#rows.has(id) ? { ...this.#rows.get(id) } : undefined;
  }

  /** Writes a row, in the open transaction if it is passed. A writer without a transaction waits until the open one ends. */
  async write(id, row, transaction) {
    if (!transaction?.isOpen) await this.#writing;
    await this.#pause();
    this.#rows.set(id, { ...row, config: asText(row.config) });
  }

  remove(id) {
    this.#rows.delete(id);
  }

  async transaction(run) {
    const before = this.#writing;
    let end;
    this.#writing = new Promise((resolve) => { end = resolve; });
    await before;
    const rows = new Map(this.#rows);
    const record = { committed: false };
    const transaction = { isOpen: true, knexConnection: { isTransaction: true } };
    const started = performance.now();
    try {
      const result = await run(transaction);
      record.committed = true;
      return result;
    } catch (error) {
      this.#rows = rows;
      throw error;
    } finally {
      transaction.isOpen = false;
      this.transactions.push({ ...record, ms: performance.now() - started });
      end();
    }
  }

  /** The rows with their configurations as objects. */
  rows() {
    return Object.fromEntries([...this.#rows].map(([id, row]) => [id, { ...row, config: parsed(row.config) }]));
  }
}

const asText = (config) => (typeof config === 'string' || config === undefined ? config : JSON.stringify(config));

function parsed(config) {
  try {
    return JSON.parse(config);
  } catch {
    return config;
  }
}

module.exports = { Database, parsed };
