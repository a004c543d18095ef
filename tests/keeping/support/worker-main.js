/**
 * A process that stands in for one of NocoDB's processes.
 *
 * In, from the test over IPC: its environment, stored configs, when to call and when to stop. Out: what the wrappers store,
 * whether calls succeeded, and everything that the plugin logged. The clock is the real one unless the test moves it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { createEntry } from 'nocodb-bitbucket-auth';
import { Random } from '../../support/random.js';
import { pause, within } from '../../support/waiting.js';
import { PROCESS_HEADER, TOKEN_PATH } from './token-tap.js';

/** The ways to use a connection. Each returns the API's response, or throws. */
const CALLS = [
  ({ wrapper }) => wrapper.use((client) => client.get('/user')),
  ({ wrapper }, random) => wrapper.use((client) => client.get('/repositories/acme', { params: page(random) })),
  async ({ wrapper }) => (await wrapper.authenticate()).get('/user/workspaces'),
  async (user) => {
    // Keeps one client for all calls, as some callers do.
    user.client ??= await user.wrapper.authenticate();
    return user.client.get('/repositories/acme/docs-service');
  },
];

/** The number of errors that a report contains in full. */
const SAMPLES = 20;

const VERDICT = 'RECONNECT_REQUIRED';

const page = (random) => ({ page: random.integer(1, 5), pagelen: 5 });
const realNow = Date.now;

let Wrapper;
let random;
let isRunning = false;
/** @type {{ number: number, connection: string, wrapper: object, random: Random, client?: object }[]} */
const users = [];
const loops = [];
const outstanding = new Set();
const watchers = new Set();
const stores = new Map();
const report = { calls: 0, successes: 0, failures: {}, log: [], samples: [] };
let started = 0;
let storeNumber = 0;

/** Asks the test, which stands in for the database, to read or write a row. */
function askDatabase(question) {
  storeNumber += 1;
  const number = storeNumber;
  return new Promise((resolve, reject) => {
    stores.set(number, { resolve, reject });
    process.send({ ...question, store: number });
  });
}

const store = (connection, change) => askDatabase({ connection, change });
const load = (connection) => askDatabase({ connection });

/** Whether the error, or the cause of an Axios error, says that a user has to authenticate again. */
const isVerdict = (error) => [error?.code, error?.cause?.code].includes(VERDICT);

function describeError(error) {
  if (isVerdict(error)) return VERDICT;
  return String(error?.code ?? error?.name) + (error?.response ? ` ${error.response.status}` : '');
}

/** Makes one call. @returns {Promise<unknown>} the error; undefined if the call succeeded */
async function attempt(user, work) {
  started += 1;
  const number = started;
  report.calls += 1;
  try {
    await work(user, user.random);
    report.successes += 1;
    for (const watcher of watchers) watcher(user, number);
    return undefined;
  } catch (error) {
    const what = describeError(error);
    report.failures[what] = (report.failures[what] ?? 0) + 1;
    // Sent at once, because this process may be killed before its report.
    if (isVerdict(error)) process.send({ verdict: user.connection });
    if (report.samples.length < SAMPLES) report.samples.push(inspect(error, { depth: 4 }));
    return error;
  }
}

/** Makes one call. @returns {Promise<string | undefined>} what went wrong */
async function call(user, work) {
  const error = await attempt(user, work);
  return error && describeError(error);
}

async function loop(user, [leastMs, mostMs]) {
  while (isRunning) {
    await pause(user.random.integer(leastMs, mostMs));
    if (!isRunning) break;
    const running = call(user, user.random.pick(CALLS));
    outstanding.add(running);
    await running;
    outstanding.delete(running);
  }
}

const commands = {
  init({ name, env, seed }) {
    subscribe('undici:request:create', ({ request }) => {
      if (request.path === TOKEN_PATH) request.addHeader(PROCESS_HEADER, name);
    });
    Wrapper = createEntry(env).wrapper;
    random = new Random(seed);
  },

  /**
   * Creates wrappers of a connection. Each has a copy of the config, like the wrapper for one request in NocoDB. With `reads`,
   * the wrappers can read their row, as with the preload.
   */
  open({ connection, config, count, via, pace, reads = false }) {
    for (let index = 0; index < count; index += 1) {
      const wrapper = new Wrapper(structuredClone(config), {
        saveConfig: (saved) => store(connection, { config: saved }),
        logger: (message) => report.log.push(message),
        ...(reads && { id: connection, title: connection, loadConfig: () => load(connection) }),
      });
      if (via === 'callback') wrapper.setTokenRefreshCallback((tokens) => store(connection, { tokens }));
      const user = { number: users.length, connection, wrapper, random: random.branch() };
      users.push(user);
      if (pace) {
        isRunning = true;
        loops.push(loop(user, pace));
      }
    }
  },

  /**
   * Waits until each wrapper has made a successful call that began after this command. With `anyone`, one call of any wrapper is
   * enough. Does not wait for wrappers of the connection `except`. Then waits until all calls that are under way have ended.
   */
  async settle({ anyone = false, except, timeoutMs }) {
    const mark = started;
    const waiting = new Set(users.filter(({ connection }) => connection !== except).map(({ number }) => number));
    let watcher;
    const met = new Promise((resolve) => {
      watcher = (user, number) => {
        if (number <= mark) return;
        waiting.delete(user.number);
        if (anyone || waiting.size === 0) resolve(true);
      };
      if (waiting.size === 0) resolve(true);
    });
    watchers.add(watcher);
    const settled = await within(timeoutMs, met, false);
    watchers.delete(watcher);
    return settled && within(timeoutMs, Promise.all(outstanding).then(() => true), false);
  },

  /**
   * Calls each wrapper until it works, as a user would. Ends at the time limit, or when the plugin reports that a user must
   * connect again.
   * @returns what went wrong, one line for each wrapper that does not work
   */
  async check({ connections, timeoutMs }) {
    const end = performance.now() + timeoutMs;
    const verdicts = await Promise.all(users.filter(({ connection }) => connections.includes(connection))
      .map(async (user) => {
        for (;;) {
          const left = end - performance.now();
          const trouble = await within(Math.max(left, 1), call(user, CALLS[0]), 'does not end');
          if (trouble === undefined) return undefined;
          if (trouble === VERDICT || left <= 0) return `${user.connection}: ${trouble}`;
          await pause(50);
        }
      }));
    return verdicts.filter(Boolean);
  },

  /**
   * Uses each wrapper after a random pause of up to `withinMs`, and again as long as the call fails with a retryable error.
   *
   * @returns for each wrapper its last outcome, the duration of its longest call, and the messages of its retryable errors
   */
  insist({ withinMs, pauseMs }) {
    return Promise.all(users.map(async (user) => {
      const { connection } = user;
      let longestMs = 0;
      const passed = new Set();
      await pause(user.random.integer(0, withinMs));
      for (;;) {
        const begun = performance.now();
        const error = await attempt(user, CALLS[0]);
        longestMs = Math.max(longestMs, performance.now() - begun);
        const { retryable, message } = error?.bitbucket ?? error ?? {};
        if (!retryable) {
          return { connection, outcome: error ? describeError(error) : 'works', longestMs, passed: [...passed] };
        }
        passed.add(message);
        await pause(pauseMs);
      }
    }));
  },

  /**
   * Uses each wrapper repeatedly for `ms` milliseconds, also after calls that fail.
   *
   * @returns for each call when it began (in milliseconds after the start of this command), how long it took, and the code of its
   *   error
   */
  async endure({ ms, pauseMs }) {
    const begun = performance.now();
    const calls = [];
    await Promise.all(users.map(async (user) => {
      while (performance.now() - begun < ms) {
        const at = performance.now() - begun;
        const error = await attempt(user, user.random.pick(CALLS));
        const { code, retryAfter } = error?.bitbucket ?? error ?? {};
        calls.push({ at, tookMs: performance.now() - begun - at, code, retryAfter });
        await pause(pauseMs);
      }
    }));
    return calls;
  },

  /** Makes one call. Returns 'works', or what went wrong. */
  async ask({ connection }) {
    return (await call(users.find((user) => user.connection === connection), CALLS[0])) ?? 'works';
  },

  /** Returns the result of `refreshToken` of a new wrapper for the config's refresh token. */
  async refreshToken({ config }) {
    return new Wrapper(config).refreshToken({ refresh_token: config.refresh_token });
  },

  clock({ offsetMs }) {
    Date.now = () => realNow() + offsetMs;
  },

  report: () => report,

  end() {
    process.exit();
  },

  async halt() {
    isRunning = false;
    await Promise.all(loops);
    return report;
  },
};

process.on('message', async (message) => {
  if (message.stored !== undefined) {
    const { resolve, reject } = stores.get(message.stored);
    stores.delete(message.stored);
    if (message.trouble) reject(new Error(message.trouble));
    else resolve(message.row);
    return;
  }
  const { number, command, argument } = message;
  try {
    process.send({ number, result: await commands[command](argument) });
  } catch (error) {
    process.send({ number, trouble: `${command}: ${describeError(error)}: ${error.message}` });
  }
});
// The test has ended.
process.on('disconnect', () => process.exit());
