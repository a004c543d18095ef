/**
 * A real NocoDB for one test, with the packed plugin, on a free port, with a fresh database.
 *
 * In: the environment of the plugin. Out: NocoDB's address, its API as a signed-in administrator, whether its database contains a
 *   value, and all its output. NocoDB's files are in temporary folders, which `remove` deletes.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNocodb } from '../../../demo/nocodb/launch.js';
import { installPacked } from '../../../scripts/lib/package-under-test.mjs';
import { childEnvironment } from '../../support/environment.js';

export const ADMIN = { email: 'admin@example.com', password: 'Noco-e2e-Passw0rd!' };

const PART = 12;

export class Host {
  /** Everything that NocoDB and the plugin printed, over all starts. @type {string[]} */
  printed = [];

  #plugin;
  #data;
  #nocodb;
  #token;

  /** Packs and installs the plugin. */
  static async create() {
    const host = new Host();
    host.#data = mkdtempSync(join(tmpdir(), 'nocodb-data-'));
    host.#plugin = await installPacked();
    return host;
  }

  get url() {
    return this.#nocodb.url;
  }

  /** Where the packed plugin is installed. */
  get pluginFolder() {
    return this.#plugin.folder;
  }

  /**
   * Starts NocoDB, on the same database as before.
   *
   * @param {number} port
   * @param {Record<string, string>} env
   * @param {{ withPlugin?: boolean }} [options]
   */
  async start(port, env, { withPlugin } = {}) {
    this.#nocodb = await startNocodb({
      port,
      data: this.#data,
      pluginFrom: this.#plugin.folder,
      withPlugin,
      env: childEnvironment({ NC_ADMIN_EMAIL: ADMIN.email, NC_ADMIN_PASSWORD: ADMIN.password, ...env }),
      log: (line) => this.printed.push(line),
    });
    this.#token = undefined;
  }

  async stop() {
    await this.#nocodb?.stop();
    this.#nocodb = undefined;
  }

  async remove() {
    await this.stop();
    this.#plugin?.remove();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** A request to NocoDB's API as the administrator: `{ status, body }`. */
  async request(method, path, body) {
    this.#token ??= await this.#signIn();
    return this.#send(method, path, body, { 'xc-auth': this.#token });
  }

  async #signIn() {
    const { status, body } = await this.#send('POST', '/api/v1/auth/user/signin', ADMIN);
    assert.equal(status, 200);
    return body.token;
  }

  async #send(method, path, body, headers) {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** The integrations that NocoDB holds, without their configuration. */
  async integrations() {
    const { status, body } = await this.request('GET', '/api/v2/meta/integrations');
    assert.equal(status, 200);
    return body.list;
  }

  /** One integration with its configuration. */
  async integration(id) {
    const { status, body } = await this.request('GET', `/api/v2/meta/integrations/${id}?includeConfig=true`);
    assert.equal(status, 200);
    return body;
  }

  /**
   * Whether a value is anywhere in the database's files: main file, write-ahead log, journal. SQLite may split the value between
   * two pages, so the value's beginning or its end is enough.
   */
  databaseHolds(value) {
    assert.ok(value.length >= 2 * PART, 'too short to be searched for');
    const parts = [value.slice(0, PART), value.slice(-PART)];
    const files = readdirSync(this.#data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.some(({ name }) => name.endsWith('.db')), 'there is no database file');
    return files.some(({ parentPath, path, name }) => {
      const bytes = readFileSync(join(parentPath ?? path, name));
      return parts.some((part) => bytes.includes(part));
    });
  }

  /** The plugin's lines in the output. */
  get pluginLines() {
    return this.printed.filter((line) => line.includes('nocodb-bitbucket-auth'));
  }
}
