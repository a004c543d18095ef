/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it, which the process's own variables about proxies complete. Out: what the core
 * makes of it. What never happens here: a value is judged, kept for the whole process, or told to anybody.
 */

import { reading } from '../arguments.js';
import { core } from '../core.js';
import { judge } from '../error.js';

/** @typedef {Record<string, string | undefined>} Env */
/** @typedef {import('../core.js').CoreEnvironment} Environment */
/** @typedef {import('../error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('../coordination/redis-connection.js').RedisAddress} RedisAddress */

/**
 * What tells the Redis that processes share, and the database there. All that use one go by the same.
 *
 * @typedef {Partial<Pick<Environment, 'redisUrl' | 'redisVariable' | 'redisDatabase' | 'isRedisDatabaseSought'
 *   | 'otherRedisDatabases'>>} RedisSettings
 */

/**
 * @param {Env} env
 * @returns {Environment}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` when it cannot be read
 */
export function readEnvironment(env) {
  const { environmentVariables, proxyVariables, readEnvironment: judgeEnvironment } = core();
  // Only what the plugin goes by goes in: the rest of the environment is none of its business.
  const variables = reading('config', 'env', () => {
    const ways = proxyVariables();
    // The way out of this network is the process's for whoever brings variables of the plugin only.
    const way = ways.some((name) => env[name] !== undefined) ? env : process.env;
    return Object.fromEntries([
      ...environmentVariables().map((name) => [name, env[name]]),
      ...ways.map((name) => [name, way[name]]),
    ]);
  });
  return judge(readEnvironment, () => judgeEnvironment(variables));
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

/**
 * @param {RedisSettings} environment
 * @returns {RedisAddress | undefined} `undefined` without a Redis
 */
export function redisAddress({ redisUrl, redisVariable, redisDatabase, isRedisDatabaseSought, otherRedisDatabases }) {
  if (!redisUrl) return undefined;
  return {
    url: redisUrl,
    variable: redisVariable,
    database: redisDatabase,
    isDatabaseSought: isRedisDatabaseSought,
    otherDatabases: otherRedisDatabases,
  };
}
