/**
 * NocoDB's database: one row for each connection.
 *
 * In: what a process stores by `tokenRefreshCallback` (merged into the row) or by `saveConfig` (replaces the row). Out: the row,
 * after a delay, and the order of the writes. A test can make a write fail or take longer.
 */
import { pause } from '../../support/waiting.js';
import { digest } from './token-tap.js';

export class Rows {
  /** Each write, in order: the connection and the digest of its refresh token. */
  writes = [];

  /** Returns the duration of the next write. */
  latency;

  #rows = new Map();
  #troubles = new Map();

  /** @param {() => number} latency in milliseconds */
  constructor(latency) {
    this.latency = latency;
  }

  create(connection, config) {
    this.#rows.set(connection, config);
  }

  /** Returns a copy of the row, because each of NocoDB's processes has its own. */
  read(connection) {
    return structuredClone(this.#rows.get(connection));
  }

  digestOf(connection) {
    return digest(this.#rows.get(connection).refresh_token);
  }

  /** Adds a fault for the next write of a connection: the write takes `hangMs` longer, and then fails unless `succeeds`. */
  trouble(connection, { hangMs = 0, succeeds = false }) {
    const troubles = this.#troubles.get(connection) ?? [];
    this.#troubles.set(connection, [...troubles, { hangMs, succeeds }]);
  }

  calm() {
    this.#troubles.clear();
  }

  /**
   * @param {string} connection
   * @param {{ tokens: object } | { config: object }} change
   * @throws {Error} if the write has a fault
   */
  async write(connection, { tokens, config }) {
    const trouble = this.#troubles.get(connection)?.shift();
    await pause(this.latency() + (trouble?.hangMs ?? 0));
    if (trouble && !trouble.succeeds) throw new Error('the database is not available');
    this.#rows.set(connection, config ?? { ...this.#rows.get(connection), ...tokens });
    this.writes.push({ connection, digest: this.digestOf(connection) });
  }
}
