/**
 * A clock that only a test moves: for Date, for `performance.now`, for sleeping code, and for the rate limit's script in a real
 * Redis. Other timers, above all those of sockets, continue in real time.
 */
import assert from 'node:assert/strict';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

// The class that the package uses, which may be from a bundled copy of ioredis.
const { Redis } = createRequire(import.meta.resolve('nocodb-bitbucket-auth/package.json'))('ioredis');

/** If a count that a test watches has not changed for this long, the remaining work waits for the clock. */
const QUIET_MS = 10;

const PATIENCE_MS = 60_000;

/** The real clock, which a test cannot replace. */
const realTime = performance.now.bind(performance);

/** Precedes a Redis script, and makes TIME return the script's last argument, in milliseconds. */
const SCRIPT_CLOCK = `
  local moved, server = tonumber(table.remove(ARGV)), redis
  local redis = setmetatable({ call = function(name, ...)
    if name == 'TIME' then return { math.floor(moved / 1000), moved % 1000 * 1000 } end
    return server.call(name, ...)
  end }, { __index = server })
`;

/** Waits until a count reaches `many` through work that has already begun. */
export async function reached(count, many) {
  for (const end = realTime() + PATIENCE_MS; count() < many; await new Promise(setImmediate)) {
    assert.ok(realTime() < end, `${count()} of ${many}`);
  }
}

export async function settled(count, quiet = QUIET_MS) {
  for (let last = NaN, since = 0; ;) {
    await new Promise(setImmediate);
    if (count() !== last) {
      last = count();
      since = realTime();
    } else if (realTime() - since > quiet) {
      return;
    }
  }
}

/**
 * @param {import('node:test').MockTracker} mock the caller restores its mocks
 * @param {() => number} time the time that Redis shall return
 */
function moveScripts(mock, time) {
  const { defineCommand } = Redis.prototype;
  mock.method(Redis.prototype, 'defineCommand', function define(name, definition) {
    if (name !== 'requestLog') return defineCommand.call(this, name, definition);
    defineCommand.call(this, name, { ...definition, lua: SCRIPT_CLOCK + definition.lua });
    const run = this[name];
    this[name] = (...args) => run.call(this, ...args, time());
  });
}

/** @param {{ mock: import('node:test').MockTracker, after?: (work: () => void) => void }} t a test's context, or the like */
export function moveClock(t, start) {
  const sleepers = new Set();
  /** By how much a test has set the time of day ahead. */
  let ahead = 0;
  const passed = () => Date.now() - start - ahead;
  const sleep = (ms, value, { signal } = {}) => new Promise((resolve, reject) => {
    const sleeper = { at: passed() + ms, wake: () => resolve(value) };
    const leave = () => {
      sleepers.delete(sleeper);
      reject(signal.reason);
    };
    sleepers.add(sleeper);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
  });
  const moveTo = (time) => {
    t.mock.timers.setTime(start + ahead + time);
    for (const sleeper of sleepers) {
      if (sleeper.at > time) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
  };
  t.mock.timers.enable({ apis: ['Date'], now: start });
  t.mock.method(performance, 'now', passed);
  t.mock.method(timers, 'setTimeout', sleep);
  moveScripts(t.mock, () => start + passed());
  // Applies the mocks to functions that were imported by name, too.
  syncBuiltinESMExports();
  t.after?.(() => {
    t.mock.restoreAll();
    t.mock.timers.reset();
    syncBuiltinESMExports();
  });
  return {
    /**
     * Waits until `count()` has reached the first of `numbers`. For each further number, moves the clock to the end of the next
     * sleep, and waits again.
     */
    async through(count, numbers, waiting = () => 1) {
      for (const [index, many] of numbers.entries()) {
        if (index > 0) moveTo(Math.min(...Array.from(sleepers, ({ at }) => at)));
        await reached(count, many);
        assert.equal(count(), many);
        // The clock moves only after the next sleep has begun.
        if (index < numbers.length - 1) await reached(() => sleepers.size, waiting());
      }
    },
    /** Moves the clock to the end of the next sleep, again and again, until `count()` has reached `many`. */
    async until(count, many, quiet = QUIET_MS) {
      for (await settled(count, quiet); count() < many; await settled(count, quiet)) {
        assert.ok(sleepers.size > 0, `${count()} of ${many}, and no code sleeps`);
        moveTo(Math.min(...Array.from(sleepers, ({ at }) => at)));
      }
    },
    /** Moves the clock in small steps until a promise is settled. */
    async during(work) {
      let isOver = false;
      work.finally(() => {
        isOver = true;
      });
      for (; !isOver; await settled(() => 0)) moveTo(passed() + 20);
    },
    async move(ms, quiet = QUIET_MS) {
      moveTo(passed() + ms);
      await settled(() => 0, quiet);
    },
    /** Sets the time of day ahead. No time passes for sleeping code. */
    setAhead(ms) {
      ahead += ms;
      t.mock.timers.setTime(Date.now() + ms);
    },
  };
}
