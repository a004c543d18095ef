/**
 * Loaded before the preload: records the preload's interval timers, and never runs them. `globalThis.timers` is the list of these
 * timers, as `{ callback, ms, unrefed, cleared }`.
 */
globalThis.timers = [];
globalThis.setInterval = (callback, ms) => {
  const timer = { callback, ms, unrefed: false, cleared: false, unref: () => { timer.unrefed = true; } };
  globalThis.timers.push(timer);
  return timer;
};
globalThis.clearInterval = (timer) => { timer.cleared = true; };
