/**
 * A process of NocoDB under a supervisor that restarts it whenever it ends, as a container runtime does.
 *
 * In: the name and the environment of the process. Out: its responses to calls of an integration's methods, its output, and how
 * often it ended by itself. No process outlives its `end`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNocodb } from '../../../../demo/nocodb/launch.js';
import { root } from '../../../../scripts/lib/run.mjs';
import { childEnvironment } from '../../../support/environment.js';
import { freePort } from '../../../support/http-server.js';
import { pause } from '../../../support/waiting.js';

const PRELOAD = fileURLToPath(new URL('preload.cjs', import.meta.url));
const ADMIN = { email: 'admin@example.com', password: 'Noco-chaos-Passw0rd!' };
const AGAIN_AFTER_MS = 1000;

/** The called process is not running, or ended before it responded. */
export class ProcessUnavailable extends Error {}

export class NocodbProcess {
  /** @type {string[]} */
  printed = [];

  /** How often the process ended by itself. */
  endedByItself = 0;

  #name;
  #env;
  #data = mkdtempSync(join(tmpdir(), 'nocodb-data-'));
  #port;
  #workerPort;
  #ending = new AbortController();
  #nocodb;
  #isEndWanted = false;
  #living;
  #startError;
  #token;

  /** @param {string} name @param {Record<string, string>} env */
  constructor(name, env) {
    this.#name = name;
    this.#env = env;
  }

  get isUp() {
    return this.#nocodb !== undefined;
  }

  /** The error message of the last start that failed. */
  get startError() {
    return this.#startError;
  }

  /** Starts the supervisor. `isUp` says whether the process can be called. */
  async begin() {
    this.#port = await freePort();
    if (this.#env.NC_WORKER_CONTAINER) this.#workerPort = await freePort();
    this.#living = this.#live();
  }

  async #live() {
    while (!this.#ending.signal.aborted) {
      try {
        const nocodb = await this.#start();
        this.#nocodb = nocodb;
        await nocodb.ended;
        this.#nocodb = undefined;
        if (!this.#isEndWanted) this.endedByItself += 1;
        this.#isEndWanted = false;
      } catch (error) {
        this.#startError = error.message;
        await pause(AGAIN_AFTER_MS);
      }
    }
  }

  #start() {
    return startNocodb({
      port: this.#port,
      data: this.#data,
      pluginFrom: root,
      signal: this.#ending.signal,
      env: childEnvironment({
        ...this.#env,
        NC_ADMIN_EMAIL: ADMIN.email,
        NC_ADMIN_PASSWORD: ADMIN.password,
        NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`,
        CHAOS_PROCESS: this.#name,
        ...(this.#workerPort && { CHAOS_WORKER_PORT: String(this.#workerPort) }),
      }),
      log: (line) => this.printed.push(line),
    });
  }

  /** Sends SIGKILL. The supervisor then starts the process again. */
  async kill() {
    this.#isEndWanted = true;
    await this.#nocodb.kill();
  }

  /** Sends SIGTERM, and SIGKILL if the process does not end soon. The supervisor then starts the process again. */
  async restart() {
    this.#isEndWanted = true;
    await this.#nocodb.stop();
  }

  /** Stops NocoDB, which is not started again. */
  async end() {
    this.#isEndWanted = true;
    this.#ending.abort();
    await this.#nocodb?.stop();
    await this.#living;
    rmSync(this.#data, { recursive: true, force: true });
  }

  /**
   * Asks NocoDB to create a wrapper from an integration's row, and to call an exposed method of the wrapper.
   *
   * @param {{ id: string, workspace: string, method: string, payload: object }} call
   * @param {AbortSignal} signal
   * @returns {Promise<{ status: number, body: any }>}
   * @throws {ProcessUnavailable}
   */
  call({ id, workspace, method, payload }, signal) {
    if (this.#workerPort) return this.#send(this.#workerPort, `/${workspace}/${id}/${method}`, payload, { signal });
    return this.request('POST', `/api/v2/integrations/${id}/${method}`, payload, signal);
  }

  /** Sends a request to NocoDB's API as the administrator. Only the main process has this API. */
  async request(method, path, body, signal) {
    this.#token ??= (await this.#send(this.#port, '/api/v1/auth/user/signin', ADMIN, { signal })).body.token;
    return this.#send(this.#port, path, body, { method, headers: { 'xc-auth': this.#token }, signal });
  }

  async #send(port, path, body, { method = 'POST', headers = {}, signal }) {
    const nocodb = this.#nocodb;
    if (!nocodb) throw new ProcessUnavailable('not there');
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method, signal, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    } catch (error) {
      signal?.throwIfAborted();
      // The connection ends a moment before the end of the process is known.
      const isGone = await Promise.race([nocodb.ended.then(() => true), pause(AGAIN_AFTER_MS, false)]);
      if (isGone) throw new ProcessUnavailable('ended', { cause: error });
      throw error;
    }
  }
}
