/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it. Variables about proxies may also be those of the process. Out: what the core makes of it. What never happens here: a value is
 * judged, kept for the whole process, or told to anybody.
 */

import { core } from './core.js';

/** @typedef {Record<string, string | undefined>} Env */
/** @typedef {import('./core.js').CoreEnvironment} Environment */

/**
 * @param {Env} env
 * @returns {Environment}
 */
export function readEnvironment(env) {
  const { environmentVariables, proxyVariables, readEnvironment: judgeEnvironment } = core();
  // Only what the plugin goes by goes in: the rest of the environment is none of its business.
  return judgeEnvironment(Object.fromEntries([
    ...environmentVariables().map((name) => [name, env[name]]),
    // The way out of this network is the same for whoever brings variables of the plugin only.
    ...proxyVariables().map((name) => [name, env[name] ?? process.env[name]]),
  ]));
}

/**
 * A reader that has an environment judged once, when it is first asked: hosts fill `process.env` late, from files.
 *
 * @param {Env} env
 * @returns {() => Environment}
 */
export function lazyEnvironment(env) {
  /** @type {Environment | undefined} */
  let environment;
  return () => (environment ??= readEnvironment(env));
}
