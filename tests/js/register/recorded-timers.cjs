/**
 * Preloaded before the plugin: keeps its timer instead of waiting for it. `globalThis.timers` holds
 * `{ callback, ms, unrefed, cleared }`.
 */
globalThis.timers = [];
globalThis.setInterval = (callback, ms) => {
  const timer = { callback, ms, unrefed: false, cleared: false, unref: () => { timer.unrefed = true; } };
  globalThis.timers.push(timer);
  return timer;
};
globalThis.clearInterval = (timer) => { timer.cleared = true; };
