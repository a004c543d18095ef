/**
 * NocoDB's database: one row for each connection.
 *
 * In: what a process stores by `tokenRefreshCallback` (merged into the row) or by `saveConfig` (replaces the row). Out: the row, after
 * a moment, and the order in which rows were written. On request it refuses a write, or delays it.
 */
import { pause } from '../../support/waiting.js';
import { digest } from './token-tap.js';

export class Rows {
  /** Each write, in order: the connection and the digest of its refresh token. */
  writes = [];

  /** How long a write takes; drawn for each. */
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

  /** A copy, as each of NocoDB's processes gets one. */
  read(connection) {
    return structuredClone(this.#rows.get(connection));
  }

  digestOf(connection) {
    return digest(this.#rows.get(connection).refresh_token);
  }

  /** Spoils the next write of a connection: it waits `hangMs`, and is then refused unless `succeeds`. */
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
   * @throws {Error} as a database in trouble does
   */
  async write(connection, { tokens, config }) {
    const trouble = this.#troubles.get(connection)?.shift();
    await pause(this.latency() + (trouble?.hangMs ?? 0));
    if (trouble && !trouble.succeeds) throw new Error('the database is not available');
    this.#rows.set(connection, config ?? { ...this.#rows.get(connection), ...tokens });
    this.writes.push({ connection, digest: this.digestOf(connection) });
  }
}
