/**
 * Real NocoDBs under chaos: a main process and a worker on PostgreSQL and Redis, with the preload in each, against the simulator
 * of Bitbucket.
 *
 * In: a seed. Out: the requests to Bitbucket, the failures of calls, and which connections work at the end without a new login.
 * Never: an imitation of a database or of Redis, or a wrapper that NocoDB has not created from its own row. The log of the run
 * contains only short digests of tokens.
 */
import { startPostgres } from '../../../support/postgres.js';
import { Random } from '../../../support/random.js';
import { startRedis } from '../../../support/redis.js';
import { pause, until } from '../../../support/waiting.js';
import { startScene } from '../scene.js';
import { digest } from '../token-tap.js';
import { leaks } from '../workers.js';
import { CALLERS, CONNECTIONS, PROCESSES, makePlan } from './plan.js';
import { NocodbProcess, ProcessUnavailable } from './process.js';
import { Kinds, failureOf, judge, loggedBy } from './verdict.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const LIFETIME_MS = 40 * SECOND;
/** The plugin refreshes tokens before they expire: a tenth of their lifetime earlier. */
const AHEAD_MS = LIFETIME_MS / 10;
const EXPIRY_MS = LIFETIME_MS + SECOND;
const GRACE_MS = 10 * MINUTE;

/** How often `judge` advances the clock: twice by EXPIRY_MS and once by GRACE_MS. All access tokens expire each time. */
const FINAL_EXPIRIES = 3;

/** The shortest and the longest pause between two calls of one caller. */
const PACE_MS = [100, 700];
const METHODS = ['listWorkspaces', 'listRepositories', 'testConnection'];
const PAYLOAD = { workspace: 'acme' };

/** The first start makes NocoDB's tables, which takes long on a busy machine. */
const FIRST_START_MS = 10 * MINUTE;
/** Long enough for the restart of a process, a lockout, and the waits that follow it. */
const PATIENCE_MS = 3 * MINUTE;
const WRITTEN_WITHIN_MS = 10 * SECOND;

/**
 * @param {number} seed
 * @param {object} options
 * @param {AbortSignal} options.signal ends the run, and all that it started
 * @param {(line: string) => void} options.say logs what happens
 */
export async function runNocodbChaos(seed, { signal, say }) {
  const chaos = new NocodbChaos(seed, signal, say);
  try {
    await chaos.start();
    await chaos.runPlan();
    await chaos.judge();
  } catch (error) {
    signal.throwIfAborted();
    chaos.problem(`the harness failed: ${error.stack}`);
  } finally {
    await chaos.end();
  }
  return chaos.result();
}

class NocodbChaos {
  #plan;
  #random;
  #signal;
  #say;
  #begun = performance.now();
  #scene;
  #postgres;
  #afterwards = [];
  /** @type {Record<string, NocodbProcess>} */
  #processes = {};
  #integrations = {};
  /** When the newest tokens of a connection were obtained. */
  #obtained = new Map();
  /** Connections that did not recover. Only `judge` waits for these connections again. @type {Set<string>} */
  #givenUp = new Set();
  #problems = [];
  #verdicts = Object.fromEntries(
    CONNECTIONS.map((connection) => [connection, { troubles: ['was not called'], row: 'used' }]));

  #isCalling = true;
  #callers = [];
  #calls = 0;
  #slowestMs = 0;
  #failures = new Kinds();
  /** The start time of the newest successful call, by process and connection. */
  #successes = new Map();
  #lastFailures = new Map();

  constructor(seed, signal, say) {
    this.#plan = makePlan(seed);
    this.#random = new Random(seed);
    this.#signal = signal;
    this.#say = (line) => say(`${((performance.now() - this.#begun) / SECOND).toFixed(1).padStart(7)}  ${line}`);
  }

  problem(line) {
    this.#problems.push(line);
    this.#say(`PROBLEM ${line}`);
  }

  /** @returns {import('./verdict.js').Result} */
  result() {
    const refreshes = this.#scene?.tap.refreshes ?? [];
    const used = new Set();
    const logged = new Kinds();
    for (const { printed } of Object.values(this.#processes)) {
      printed.map(loggedBy).filter(Boolean).forEach((line) => logged.add(line));
    }
    return {
      plan: this.#plan,
      refreshes: refreshes.length,
      enough: CONNECTIONS.length * (this.#plan.length + FINAL_EXPIRIES),
      again: refreshes.filter(({ used: token }) => used.has(token) || !used.add(token)).length,
      refused: this.#scene?.bitbucket.control.stats().token.refresh_token.refused ?? 0,
      calls: this.#calls,
      slowestMs: this.#slowestMs,
      failures: this.#failures,
      logged,
      endedByItself: Object.fromEntries(
        Object.entries(this.#processes).map(([name, { endedByItself }]) => [name, endedByItself])),
      connections: this.#verdicts,
      problems: this.#problems,
      ...judge({ connections: this.#verdicts, problems: this.#problems }),
    };
  }

  // Beginning and end

  async start() {
    const after = (work) => this.#afterwards.push(work);
    const redis = await startRedis({ after });
    this.#signal.throwIfAborted();
    this.#postgres = await startPostgres({ after });
    this.#signal.throwIfAborted();
    this.#scene = await startScene({
      accessTokenLifetimeMs: LIFETIME_MS,
      refreshGraceMs: GRACE_MS,
      lockoutMs: 20 * SECOND,
      variables: { INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '30000', INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '10000' },
    });
    after(() => this.#scene.close());
    this.#scene.tap.trapAfter = ({ worker, connection, used, issued }) => {
      this.#obtained.set(connection, performance.now());
      this.#say(`${worker} got ${connection} ${used.slice(0, 4)}>${issued.slice(0, 4)}`);
    };
    for (const name of PROCESSES) {
      this.#processes[name] = new NocodbProcess(name, {
        ...this.#scene.environment,
        NC_DB: this.#postgres.address,
        NC_REDIS_URL: redis.url,
        ...(name === 'worker' && { NC_WORKER_CONTAINER: 'true' }),
      });
      await this.#processes[name].begin();
      await this.#until(() => this.#processes[name].isUp, FIRST_START_MS, () => (
        `${name} did not start: ${this.#processes[name].startError}`));
      this.#say(`${name} is up`);
    }
    for (const connection of CONNECTIONS) await this.#create(connection);
    for (const name of PROCESSES) {
      for (let number = 0; number < CALLERS; number += 1) this.#callers.push(this.#keepCalling(name));
    }
  }

  async #create(connection) {
    const config = await this.#scene.connect(connection);
    const wanted = { title: connection, type: 'development', sub_type: 'bitbucket', config };
    const { status, body } = await this.#processes.main.request(
      'POST', '/api/v2/meta/integrations', wanted, this.#signal);
    if (status !== 201) throw new Error(`NocoDB did not create a connection: ${status}`);
    this.#integrations[connection] = body;
    this.#obtained.set(connection, performance.now());
  }

  async end() {
    this.#isCalling = false;
    // A call that hangs ends with its process.
    await Promise.all(Object.values(this.#processes).map((nocodb) => nocodb.end()));
    await Promise.allSettled(this.#callers);
    for (const work of this.#afterwards.reverse()) await work();
    const texts = Object.values(this.#processes).flatMap(({ printed }) => printed);
    for (const leak of leaks(this.#scene?.tap.secrets ?? [], texts)) this.problem(`${leak} was printed`);
  }

  async #until(isSo, timeoutMs, problem) {
    const isMet = await until(() => {
      this.#signal.throwIfAborted();
      return isSo();
    }, timeoutMs);
    if (!isMet) throw new Error(problem());
  }

  #pause(ms) {
    return pause(ms, undefined, { signal: this.#signal });
  }

  // Callers

  async #keepCalling(name) {
    const random = this.#random.branch();
    while (this.#isCalling && !this.#signal.aborted) {
      await pause(random.integer(...PACE_MS));
      if (!this.#isCalling || !this.#processes[name].isUp) continue;
      await this.#call(name, random.pick(CONNECTIONS), random.pick(METHODS));
    }
  }

  /** @returns {Promise<string | undefined>} why the call failed; undefined if it succeeded */
  async #call(name, connection, method) {
    const begun = performance.now();
    const failure = await this.#callOnce(name, connection, method);
    this.#calls += 1;
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - begun);
    const key = `${name}: ${connection}`;
    if (failure === undefined) {
      this.#successes.set(key, Math.max(begun, this.#successes.get(key) ?? 0));
    } else {
      this.#failures.add(failure);
      this.#lastFailures.set(key, failure);
    }
    return failure;
  }

  async #callOnce(name, connection, method) {
    const { id, fk_workspace_id: workspace } = this.#integrations[connection];
    const call = { id, workspace, method, payload: PAYLOAD };
    try {
      return failureOf(method, await this.#processes[name].call(call, this.#signal));
    } catch (error) {
      // A call that hangs ends here, too, because `fetch` has a time limit of five minutes.
      if (error instanceof ProcessUnavailable) return 'the process had ended, or ended during the call';
      return error.cause?.code ?? error.message;
    }
  }

  // Troubles

  async runPlan() {
    await this.#settle('at the beginning');
    for (const [index, { isRevealed, troubles }] of this.#plan.entries()) {
      const kind = isRevealed ? 'that only a 401 reveals' : 'that is known in advance';
      this.#say(`expiry ${index + 1}, ${kind}: ${JSON.stringify(troubles)}`);
      await this.#expire(isRevealed, troubles);
      await this.#settle(`after expiry ${index + 1}`);
    }
  }

  /**
   * Makes the access tokens of all connections expire. Causes each trouble (the end of a process, or an outage of PostgreSQL) at
   * its time before or after the expiry.
   */
  async #expire(isRevealed, troubles) {
    const earliestMs = Math.min(0, ...troubles.map(({ afterMs }) => afterMs));
    const leftMs = isRevealed ? -earliestMs : this.#untilRefreshMs();
    await this.#pause(Math.max(0, leftMs + earliestMs));
    const ended = Promise.all(troubles.map(async (trouble) => {
      await this.#pause(trouble.afterMs - earliestMs);
      await this.#cause(trouble);
    }));
    ended.catch(() => {});
    await this.#pause(-earliestMs);
    const refreshes = this.#scene.tap.refreshes.length;
    if (isRevealed) this.#scene.bitbucket.control.advance(EXPIRY_MS);
    await ended;
    if (isRevealed) return;
    const refreshed = () => new Set(this.#scene.tap.refreshes.slice(refreshes).map(({ connection }) => connection));
    await until(() => this.#signal.aborted || this.#expected().every((name) => refreshed().has(name)), LIFETIME_MS);
  }

  /** How long it takes until the first connection is refreshed, which happens before its tokens expire. */
  #untilRefreshMs() {
    const obtained = this.#expected().map((name) => this.#obtained.get(name));
    return Math.min(...obtained) + LIFETIME_MS - AHEAD_MS - performance.now();
  }

  async #cause({ what, process: name, forMs }) {
    if (what === 'outage') {
      await this.#postgres.stop();
      this.#say('PostgreSQL is stopped');
      await this.#pause(forMs);
      await this.#postgres.start();
      this.#say('PostgreSQL is back');
      return;
    }
    const nocodb = this.#processes[name];
    // The process may have ended by itself when its database was not available.
    await this.#until(() => nocodb.isUp, PATIENCE_MS, () => `${name} is not running, so it cannot be ended: ${nocodb.startError}`);
    this.#say(`${name}: ${what}`);
    await nocodb[what]();
  }

  #expected() {
    return CONNECTIONS.filter((connection) => !this.#givenUp.has(connection));
  }

  /** Waits until every process has successfully used every connection in a call that began after this method was called. */
  async #settle(when) {
    const mark = performance.now();
    const missing = () => PROCESSES.flatMap((name) => this.#expected().map((connection) => `${name}: ${connection}`))
      .filter((key) => !(this.#successes.get(key) > mark));
    await until(() => this.#signal.aborted || missing().length === 0, PATIENCE_MS);
    this.#signal.throwIfAborted();
    for (const key of missing()) {
      this.problem(`${key} does not work ${when}: ${this.#lastFailures.get(key)}`);
      this.#givenUp.add(key.split(': ')[1]);
    }
  }

  // The end

  /** Checks that every connection works without the callers, and again in new processes, which know only the rows' contents. */
  async judge() {
    this.#isCalling = false;
    await Promise.all(this.#callers);
    const { control } = this.#scene.bitbucket;
    for (const verdict of Object.values(this.#verdicts)) verdict.troubles = [];
    this.#say('the callers have stopped');
    control.advance(EXPIRY_MS);
    await this.#check('after the chaos');
    control.advance(GRACE_MS);
    // Both restart at the same time, and the main process empties Redis when it starts. So neither learns tokens from the other.
    await Promise.all(PROCESSES.map((name) => this.#processes[name].restart()));
    const areUp = () => PROCESSES.every((name) => this.#processes[name].isUp);
    await this.#until(areUp, PATIENCE_MS, () => 'NocoDB did not come back');
    await this.#check('in new processes');
    control.advance(EXPIRY_MS);
    await this.#check('in new processes after an expiry');
  }

  async #check(when) {
    // A connection that failed an earlier check is not checked again.
    const working = CONNECTIONS.filter((connection) => this.#verdicts[connection].troubles.length === 0);
    await Promise.all(PROCESSES.flatMap((name) => working.map(async (connection) => {
      const failure = await this.#callUntilSuccess(name, connection);
      if (failure !== undefined) this.#verdicts[connection].troubles.push(`${name} ${when}: ${failure}`);
    })));
    const states = await this.#rows();
    for (const [connection, row] of Object.entries(states)) this.#verdicts[connection].row = row;
    this.#say(`${when}: ${JSON.stringify(this.#verdicts)}`);
  }

  /** Repeats a call until it succeeds or a time limit is reached. @returns why the last attempt failed */
  async #callUntilSuccess(name, connection) {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const failure = await this.#call(name, connection, 'listWorkspaces');
      if (failure === undefined || performance.now() > end) return failure;
      await this.#pause(SECOND);
    }
  }

  /** The states of the rows, as soon as all rows have the newest tokens, or at a time limit. */
  async #rows() {
    let states;
    await until(async () => {
      this.#signal.throwIfAborted();
      const entries = CONNECTIONS.map(async (connection) => [connection, await this.#rowState(connection)]);
      states = Object.fromEntries(await Promise.all(entries));
      return Object.values(states).every((state) => state === 'newest');
    }, WRITTEN_WITHIN_MS);
    return states;
  }

  async #rowState(connection) {
    const { tap } = this.#scene;
    const { id } = this.#integrations[connection];
    const config = await this.#postgres.query(`SELECT config FROM nc_integrations_v2 WHERE id = '${id}'`);
    const { refresh_token: refreshToken } = JSON.parse(config);
    if (tap.newest(connection) === digest(refreshToken)) return 'newest';
    return tap.isUsed(refreshToken) ? 'used' : 'usable';
  }
}
