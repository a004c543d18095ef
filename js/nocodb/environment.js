/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it; if the object has no proxy variables, those of the process are added. Out: the
 * settings that the core reads from these variables. Never: the validation of a value, a value in the log, or settings in a
 * variable of the module: each function of `lazyEnvironment` has its own.
 */

import { readSafely } from '../arguments.js';
import { core } from '../core.js';

/** @typedef {Record<string, string | undefined>} Env */
/** @typedef {import('../../pkg/core.js').ValidatedEnvironment} ValidatedEnvironment */
/** @typedef {import('../../pkg/core.js').Settings & Omit<ValidatedEnvironment, 'settings'>} Environment the validated settings */
/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */

/**
 * @param {Env} env
 * @returns {Environment}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when `env` cannot be read
 */
export function readEnvironment(env) {
  const { environmentVariables, proxyVariables, readEnvironment: judgeEnvironment } = core();
  // The core gets only the variables that it reads, not the whole environment.
  const variables = readSafely('config', 'env', () => {
    const proxyNames = proxyVariables().split(' ');
    // If `env` contains none of the proxy variables, those of the process apply.
    const proxySource = proxyNames.some((name) => env[name] !== undefined) ? env : process.env;
    const stringVariables = (/** @type {Env} */ from, /** @type {string[]} */ names) => (
      names.map((name) => [name, from[name]]).filter(([, value]) => typeof value === 'string')
    );
    const names = environmentVariables().split(' ');
    return Object.fromEntries([...stringVariables(env, names), ...stringVariables(proxySource, proxyNames)]);
  });
  const { settings, ...handles } = judgeEnvironment(JSON.stringify(variables));
  return { ...settings, ...handles };
}

/**
 * Returns a function that reads the environment at its first call, because NocoDB may add variables from files after it has
 * started. Later calls return the same settings.
 *
 * @param {Env} env
 * @returns {() => Environment}
 */
export function lazyEnvironment(env) {
  /** @type {Environment | undefined} */
  let environment;
  return () => (environment ??= readEnvironment(env));
}
