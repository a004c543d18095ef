/**
 * Reads the environment variables that configure the plugin.
 *
 * In: `process.env`, or an object like it. Out: what the core makes of it. What never happens here: a value is
 * judged, kept for the whole process, or told to anybody.
 */
export type Env = Record<string, string | undefined>;
export type Environment = import('./core.js').CoreEnvironment;
/** @typedef {Record<string, string | undefined>} Env */
/** @typedef {import('./core.js').CoreEnvironment} Environment */
/**
 * @param {Env} env
 * @returns {Environment}
 */
export declare function readEnvironment(env: Env): Environment;
/**
 * A reader that has an environment judged once, when it is first asked: hosts fill `process.env` late, from files.
 *
 * @param {Env} env
 * @returns {() => Environment}
 */
export declare function lazyEnvironment(env: Env): () => Environment;
