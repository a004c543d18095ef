/**
 * Runs one seed of the chaos test: some connections, a few of NocoDB's processes, and the failures that the plan contains.
 *
 * In: a seed. Out: which connections work at the end although no user connected them again, which connections nothing could have
 * saved, and a timeline, which contains tokens only as short digests. Never: a decision about which connections could have been
 * saved. The plan determines this.
 */
import { startRedis } from '../../support/redis.js';
import { pause, until, within } from '../../support/waiting.js';
import { CONNECTIONS, DEAD_CONNECTION, makePlan } from './chaos-plan.js';
import { Rows } from './rows.js';
import { startScene } from './scene.js';
import { Worker, leaks } from './workers.js';

const SECOND = 1000;
const LIFETIME_MS = 60 * SECOND;
const EXPIRY_MS = LIFETIME_MS + SECOND;
const GRACE_MS = 600 * SECOND;
const BEYOND_GRACE_MS = GRACE_MS + 60 * SECOND;

/** The shortest and the longest pause between two calls of one wrapper. */
const PACE_MS = [50, 700];

/** Long enough for a refresh that is tried five times, and for the lock of a killed process to expire. */
const PATIENCE_MS = 25 * SECOND;

/**
 * @typedef {object} SeedResult
 * @property {number} seed
 * @property {string[]} saved connections that work at the end
 * @property {string[]} unavoidable connections that nothing could have saved, and that report this
 * @property {string[]} lost all other connections
 * @property {string[]} problems what went wrong; empty if the seed passed
 * @property {string[]} timeline
 */

/** @param {number} seed @returns {Promise<SeedResult>} */
export async function runSeed(seed) {
  const chaos = new Chaos(makePlan(seed));
  try {
    await chaos.start();
    await chaos.runPlan();
    await chaos.judge();
  } catch (error) {
    chaos.problem(`the harness failed: ${error.stack}`);
  } finally {
    await chaos.end();
  }
  return chaos.result();
}

class Chaos {
  #plan;
  #random;
  #begun = performance.now();
  #timeline = [];
  #problems = [];
  #texts = [];
  #saved = [];
  #unavoidable = [];
  #scene;
  #redis;
  /** The used-up refresh token that another program sends. */
  #strangers;
  #afterwards = [];
  #outages = Promise.resolve();
  #isSettled = true;
  #rows;
  /** One worker for each process of NocoDB; undefined while the process does not run. @type {(Worker | undefined)[]} */
  #slots;
  #incarnations = 0;
  #everyWorker = [];
  #offsetMs = 0;
  /** The offset of the processes' clocks if they do not follow Bitbucket's clock. All processes have the same offset. */
  #stayedMs = 0;
  #calmAt;
  /** The pending restarts of processes and of Redis, and other delayed work. @type {Set<Promise<void>>} */
  #comebacks = new Set();
  /** The next process that reaches one of these points is killed. @type {{ point: string, backMs: number }[]} */
  #traps = [];
  /** @type {((worker: Worker | undefined) => void) | undefined} */
  #onStore;

  constructor(plan) {
    this.#plan = plan;
    this.#random = plan.work;
    this.#slots = Array.from({ length: plan.processes });
    this.#rows = new Rows(() => this.#random.integer(0, 20));
  }

  say(line) {
    this.#timeline.push(`${((performance.now() - this.#begun) / SECOND).toFixed(3).padStart(7)}  ${line}`);
  }

  problem(line) {
    this.#problems.push(line);
    this.say(`PROBLEM ${line}`);
  }

  /** @returns {SeedResult} */
  result() {
    return {
      seed: this.#plan.seed,
      saved: this.#saved,
      unavoidable: this.#unavoidable,
      lost: CONNECTIONS.filter((name) => !this.#saved.includes(name) && !this.#unavoidable.includes(name)),
      problems: this.#problems,
      timeline: this.#timeline,
    };
  }

  async start() {
    const { withRedis, processes, wrappers, clocksFollow } = this.#plan;
    this.say(`${processes} processes, ${wrappers} wrappers of each connection, ${withRedis ? 'Redis' : 'memory'}, `
      + `the clock ${clocksFollow ? 'follows' : 'stays'}`);
    this.#redis = withRedis ? await startRedis({ after: (work) => this.#afterwards.push(work) }) : undefined;
    this.#scene = await startScene({
      variables: withRedis ? { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: this.#redis.url } : {},
      accessTokenLifetimeMs: LIFETIME_MS,
      refreshGraceMs: GRACE_MS,
    });
    const { tap } = this.#scene;
    tap.trapBefore = ({ worker }) => this.#isTrapped('request', worker);
    tap.trapAfter = ({ worker, connection, used, issued }) => {
      this.say(`${worker} got ${connection} ${used.slice(0, 4)}>${issued.slice(0, 4)}`);
      this.#isTrapped('answer', worker);
    };
    await this.#createUsedTokens();
    for (const connection of CONNECTIONS) this.#rows.create(connection, await this.#scene.connect(connection));
    this.#calmAt = this.#now();
    await Promise.all(this.#slots.map((_, index) => this.#startProcess(index)));
  }

  /** Creates two refresh tokens that were used long ago, one in a row and one in another program. */
  async #createUsedTokens() {
    const { bitbucket, connect, refreshElsewhere } = this.#scene;
    const row = await connect(DEAD_CONNECTION);
    this.#rows.create(DEAD_CONNECTION, row);
    this.#strangers = (await connect('the stranger')).refresh_token;
    for (const refreshToken of [row.refresh_token, this.#strangers]) await refreshElsewhere(refreshToken);
    bitbucket.control.advance(BEYOND_GRACE_MS);
  }

  /** Causes all troubles of the plan, round by round. */
  async runPlan() {
    for (const { troubles, isLong, pauseMs } of this.#plan.rounds) {
      if (isLong) await this.#passGrace();
      for (const trouble of troubles) this.#arrange(trouble);
      await this.#expire();
      await pause(pauseMs);
      await this.#settle();
    }
    if (this.#plan.ending) await this.#kill(this.#plan.ending, this.#plan.victim);
  }

  /** Ends all failures, and checks that every connection works. */
  async judge() {
    await this.#calmDown();
    const reports = await Promise.all(this.#living().map((worker) => within(PATIENCE_MS, worker.send('halt'))));
    if (reports.some((report) => report === undefined)) this.problem('calls do not end');
    const connections = CONNECTIONS.filter((connection) => !this.#unavoidable.includes(connection));
    const troubled = new Set();
    const check = async (who, worker) => {
      for (const line of (await worker.send('check', { connections, timeoutMs: PATIENCE_MS })) ?? ['killed']) {
        this.problem(`${who}: ${line}`);
        troubled.add(line.split(':')[0]);
      }
    };
    const checkAll = (when) => Promise.all(this.#living().map((worker) => check(`${worker.name} ${when}`, worker)));

    await this.#advance(EXPIRY_MS);
    await Promise.all([checkAll('after the chaos'), this.#checkLostConnections()]);
    for (const connection of connections) {
      if (this.#scene.tap.isUsed(this.#rows.read(connection).refresh_token)) {
        this.problem(`${connection}: tokens are stored whose refresh token was used`);
        troubled.add(connection);
      }
    }
    // A connection that works only within a grace period fails from now on.
    await this.#advance(BEYOND_GRACE_MS);
    await checkAll('after the grace');
    // Without Redis, two processes that run at the same time cannot coordinate.
    if (!this.#redis) await this.#endAll();
    const fresh = await this.#spawn('fresh');
    for (const connection of connections) {
      await fresh.send('open', { connection, config: this.#rows.read(connection), count: 2, via: 'callback' });
    }
    await check('a new process', fresh);
    await this.#advance(EXPIRY_MS, [fresh, ...this.#living()]);
    await check('a new process after an expiry', fresh);
    await checkAll('beside it');
    this.#saved = connections.filter((connection) => !troubled.has(connection));
    await this.#collect(fresh);
    await fresh.end();
  }

  async end() {
    await within(PATIENCE_MS, Promise.all(this.#comebacks));
    await Promise.all(this.#living().map((worker) => this.#collect(worker)));
    await Promise.all(this.#everyWorker.map((worker) => worker.kill()));
    const secrets = this.#scene?.tap.secrets ?? [];
    const outputs = this.#everyWorker.map(({ output }) => output);
    const texts = [...this.#texts, ...this.#timeline, ...this.#problems, ...outputs];
    for (const leak of leaks(secrets, texts)) this.problem(`${leak} was printed`);
    await this.#scene?.close();
    for (const work of this.#afterwards) await work();
  }

  /** Checks that every worker reports `RECONNECT_REQUIRED` for each connection whose tokens were lost with a killed process. */
  async #checkLostConnections() {
    for (const connection of this.#unavoidable) {
      for (const worker of this.#living()) {
        const verdict = await worker.send('ask', { connection });
        if (verdict === 'RECONNECT_REQUIRED') continue;
        this.problem(`${connection} cannot be saved, but ${worker.name}: ${verdict}`);
      }
    }
  }

  async #endAll() {
    const ending = this.#living();
    this.#slots.fill(undefined);
    await Promise.all(ending.map(async (worker) => {
      await this.#collect(worker);
      await worker.end();
    }));
  }

  async #collect(worker) {
    const report = await within(SECOND, worker.send('report'));
    if (!report) return;
    this.#texts.push(...report.log, ...report.samples);
    this.say(`${worker.name}: ${report.successes} of ${report.calls} calls, ${JSON.stringify(report.failures)}`);
  }

  #now() {
    return this.#scene.bitbucket.control.advance(0);
  }

  #living() {
    return this.#slots.filter((worker) => worker !== undefined);
  }

  // Processes

  async #spawn(name) {
    const worker = new Worker(name, (connection, change) => this.#store(worker, connection, change));
    worker.onVerdict = (connection) => {
      const isExpected = connection === DEAD_CONNECTION || this.#unavoidable.includes(connection);
      if (!isExpected) this.problem(`${name} was told to connect ${connection} again`);
    };
    this.#everyWorker.push(worker);
    await worker.init(this.#scene.environment, this.#random.integer(0, 1e9));
    await worker.send('clock', { offsetMs: this.#plan.clocksFollow ? this.#offsetMs : this.#stayedMs });
    return worker;
  }

  async #startProcess(index) {
    this.#incarnations += 1;
    const worker = await this.#spawn(`p${index + 1}-${this.#incarnations}`);
    const via = this.#incarnations % 2 === 0 ? 'saveConfig' : 'callback';
    for (const connection of CONNECTIONS) {
      const config = this.#rows.read(connection);
      await worker.send('open', { connection, config, count: this.#plan.wrappers, via, pace: PACE_MS });
    }
    this.#slots[index] = worker;
    this.say(`${worker.name} starts`);
  }

  async #killProcess(index, backMs) {
    const worker = this.#slots[index];
    if (!worker) return;
    this.#slots[index] = undefined;
    this.say(`${worker.name} is killed`);
    await worker.kill();
    if (backMs !== undefined) this.#later(backMs, () => this.#startProcess(index));
  }

  /** Kills the process if a trap is set for this point. Returns whether a trap was set. */
  #isTrapped(point, name) {
    const index = this.#slots.findIndex((worker) => worker?.name === name);
    const at = this.#traps.findIndex((trap) => trap.point === point);
    if (index < 0 || at < 0) return false;
    const [{ backMs }] = this.#traps.splice(at, 1);
    this.say(`${name} has reached the point ${point}`);
    this.#later(0, () => this.#killProcess(index, backMs));
    return true;
  }

  async #store(worker, connection, change) {
    this.#onStore?.(connection);
    if (this.#isTrapped('store', worker.name)) return new Promise(() => {});
    await this.#rows.write(connection, change);
    this.say(`${worker.name} stored ${connection} ${this.#rows.digestOf(connection).slice(0, 4)}`);
    if (this.#isTrapped('stored', worker.name)) return new Promise(() => {});
    return undefined;
  }

  #later(ms, work) {
    const coming = pause(ms).then(work).catch((error) => this.problem(`the harness failed: ${error.stack}`));
    this.#comebacks.add(coming);
    coming.finally(() => this.#comebacks.delete(coming));
  }

  async #everybodyBack() {
    while (this.#comebacks.size > 0) await Promise.all(this.#comebacks);
  }

  // Troubles

  #arrange(trouble) {
    const { what, afterMs, backMs } = trouble;
    this.say(`trouble: ${JSON.stringify(trouble)}`);
    const { bitbucket, tap } = this.#scene;
    switch (what) {
      case 'token':
        tap.faults.push(...trouble.faults);
        break;
      case 'store':
        for (let time = 0; time < trouble.times; time += 1) this.#rows.trouble(trouble.connection, trouble);
        break;
      case 'api':
        bitbucket.control.fault({ target: 'api', kind: trouble.kind, times: trouble.times, delayMs: 200 });
        break;
      case 'redis':
        this.#later(afterMs, () => this.#loseRedis(backMs));
        break;
      case 'kill':
        this.#later(afterMs, () => this.#killProcess(trouble.process, backMs));
        break;
      case 'kill-at':
        this.#traps.push(trouble);
        break;
      case 'stranger':
        this.#later(afterMs, () => this.#scene.refreshElsewhere(this.#strangers));
        break;
      case 'flush':
        this.#later(afterMs, () => this.#flushRedis());
        break;
      case 'suspend':
        this.#later(afterMs, () => this.#suspendProcess(trouble.process, backMs));
        break;
      case 'dead':
        this.#later(0, async () => {
          const opened = { connection: DEAD_CONNECTION, config: this.#rows.read(DEAD_CONNECTION), count: 1, via: 'callback' };
          const worker = this.#slots[trouble.process];
          await worker?.send('open', opened);
          // The plan does not wait for the result, which takes time.
          void worker?.send('ask', { connection: DEAD_CONNECTION });
        });
        break;
      default:
        this.#later(0, async () => {
          const { connection } = trouble;
          const opened = { connection, config: this.#rows.read(connection), count: 1, via: 'callback', pace: PACE_MS };
          await this.#slots[trouble.process]?.send('open', opened);
        });
    }
  }

  /** Outages take place one after the other. */
  #loseRedis(backMs) {
    this.#outages = this.#outages.then(async () => {
      this.say('Redis is killed');
      await this.#redis.kill();
      await pause(backMs);
      await this.#redis.restart();
      this.say('Redis is back, and empty');
    });
    return this.#outages;
  }

  #flushRedis() {
    this.#outages = this.#outages.then(async () => {
      await this.#redis.flush();
      this.say('Redis is empty');
    });
    return this.#outages;
  }

  async #suspendProcess(index, backMs) {
    const worker = this.#slots[index];
    if (!worker) return;
    this.say(`${worker.name} is suspended`);
    worker.suspend();
    await pause(backMs);
    worker.resume();
    this.say(`${worker.name} is resumed`);
  }

  /** Ends all failures, and starts all processes. */
  async #calmDown() {
    this.#traps.length = 0;
    this.#scene.tap.faults.length = 0;
    this.#rows.calm();
    await this.#everybodyBack();
  }

  // Time

  /** Advances Bitbucket's clock, and the clocks of the processes if they follow it. */
  async #advance(ms, workers = this.#living()) {
    this.#offsetMs += ms;
    if (this.#plan.clocksFollow) {
      await Promise.all(workers.map((worker) => worker.send('clock', { offsetMs: this.#offsetMs })));
    }
    this.#scene.bitbucket.control.advance(ms);
    this.say(`the clock moves ${ms / SECOND} s`);
  }

  /** @returns {Promise<boolean>} whether every wrapper had a successful call */
  async #settle() {
    await this.#everybodyBack();
    const settled = await Promise.all(this.#living().map(
      (worker) => worker.send('settle', { except: DEAD_CONNECTION, timeoutMs: PATIENCE_MS }),
    ));
    this.#isSettled = settled.every(Boolean);
    this.say(this.#isSettled ? 'every wrapper works' : 'not every wrapper works');
    return this.#isSettled;
  }

  /**
   * Lets the access tokens expire, unless the clock would then get near the end of the grace period of a refresh token whose
   * successor may not be stored anywhere.
   */
  async #expire() {
    if (this.#now() + EXPIRY_MS - this.#calmAt > GRACE_MS / 2) {
      this.say('no expiry: the grace period of a refresh token whose successor may not be stored would end');
      return;
    }
    // A process whose clock does not move cannot notice that a token expires while the process is still obtaining the token. No
    // real token expires so early.
    if (!this.#plan.clocksFollow && !this.#isSettled) {
      this.say('no expiry: tokens are being obtained');
      return;
    }
    await this.#advance(EXPIRY_MS);
  }

  /**
   * Waits until every process has tokens whose refresh token was never used, and until these tokens are stored. Only then may the
   * clock pass the end of the grace period.
   *
   * @returns {Promise<boolean>}
   */
  async #calm() {
    await this.#calmDown();
    if (!(await this.#settle())) return false;
    await this.#expire();
    if (!(await this.#settle())) return false;
    const { tap } = this.#scene;
    const isStored = await until(
      () => CONNECTIONS.every((connection) => !tap.isUsed(this.#rows.read(connection).refresh_token)), 3 * SECOND,
    );
    if (isStored) this.#calmAt = this.#now();
    else this.say('stored tokens are not the newest');
    return isStored;
  }

  async #passGrace() {
    if (await this.#calm()) {
      await this.#advance(BEYOND_GRACE_MS);
      this.#calmAt = this.#now();
    }
    await this.#settle();
  }

  /**
   * Waits until all processes use the same chain of tokens, that is, of refresh tokens that replaced each other. After an outage
   * of Redis, several chains may be valid, until the processes agree on one of them when the tokens expire. From then on, one
   * refresh is enough for all processes.
   *
   * @param {string} connection
   * @returns {Promise<boolean>}
   */
  async #agree(connection) {
    const { refreshes } = this.#scene.tap;
    const count = () => refreshes.filter((refresh) => refresh.connection === connection).length;
    for (let round = 0; round < 5; round += 1) {
      const before = count();
      if (await this.#calm() && count() === before + 1) return true;
    }
    this.say(`the processes do not agree about ${connection}`);
    return false;
  }

  /** Kills all processes while the new tokens of one connection are not stored, and lets the grace period pass. */
  async #kill(ending, victim) {
    if (!(await this.#agree(victim))) return;
    const { tap } = this.#scene;
    const { trapBefore, trapAfter } = tap;
    let meet;
    const met = new Promise((resolve) => {
      meet = () => resolve(true);
    });
    // Only the victim refreshes, so that no other connection has tokens that are not stored when the processes are killed.
    tap.trapBefore = ({ connection }) => connection !== victim;
    const never = new Promise(() => {});
    if (ending === 'undelivered') {
      tap.trapAfter = ({ connection }) => {
        // Another connection's request may have been on its way already.
        if (connection === victim) meet();
        return never;
      };
    } else {
      this.#rows.write = () => never;
      // A wrapper with older tokens may store the previous tokens. Such a write does not count.
      const before = tap.newest(victim);
      this.#onStore = (connection) => {
        if (connection === victim && tap.newest(victim) !== before) meet();
      };
    }
    await this.#advance(EXPIRY_MS);
    if (!(await within(PATIENCE_MS, met, false))) this.problem('no process refreshed in time');
    await Promise.all(this.#slots.map((_, index) => this.#killProcess(index)));
    this.say(`no process is left that could store the tokens of ${victim}`);
    Object.assign(tap, { trapBefore, trapAfter });
    delete this.#rows.write;
    this.#onStore = undefined;
    await this.#advance(BEYOND_GRACE_MS);
    this.#calmAt = this.#now();
    // Without this offset, the processes would use tokens that have expired by now.
    this.#stayedMs = this.#offsetMs;
    if (ending === 'undelivered' || !this.#redis) this.#unavoidable.push(victim);
    await Promise.all(this.#slots.map((_, index) => this.#startProcess(index)));
    await pause(500);
  }
}
