/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it, which the process's own variables about proxies complete. Out: what the core
 * makes of it. What never happens here: a value is judged, kept for the whole process, or told to anybody.
 */

import { readSafely } from '../arguments.js';
import { core } from '../core.js';

/** @typedef {Record<string, string | undefined>} Env */
/** @typedef {import('../../pkg/core.js').JudgedEnvironment} JudgedEnvironment */
/** @typedef {import('../../pkg/core.js').Settings & Omit<JudgedEnvironment, 'settings'>} Environment what it says, judged */
/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */

/**
 * @param {Env} env
 * @returns {Environment}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when it cannot be read
 */
export function readEnvironment(env) {
  const { environmentVariables, proxyVariables, readEnvironment: judgeEnvironment } = core();
  // Only what the plugin goes by goes in: the rest of the environment is none of its business.
  const variables = readSafely('config', 'env', () => {
    const proxyNames = proxyVariables().split(' ');
    // The way out of this network is the process's for whoever brings variables of the plugin only.
    const proxySource = proxyNames.some((name) => env[name] !== undefined) ? env : process.env;
    const stringVariables = (/** @type {Env} */ from, /** @type {string[]} */ names) => (
      names.map((name) => [name, from[name]]).filter(([, value]) => typeof value === 'string')
    );
    return Object.fromEntries([...stringVariables(env, environmentVariables().split(' ')), ...stringVariables(proxySource, proxyNames)]);
  });
  const { settings, ...handles } = judgeEnvironment(JSON.stringify(variables));
  return { ...settings, ...handles };
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
