/**
 * What the checks share: the environment, judged, and what was asked of NocoDB and Bitbucket, each question once.
 *
 * In: options and environment variables. Out: facts. What never happens here: a verdict.
 */

import '../../pkg/inlined/core.wasm.js';
import { core } from '../core.js';
import { BitbucketAuthError } from '../error.js';
import { readEnvironment } from '../nocodb/environment.js';
import { send } from '../transport.js';

/** @typedef {import('../../pkg/core.js').Client} Client */
/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../transport.js').Answer} Answer */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').Surroundings} Surroundings */

/** @typedef {Answer & { earliest: number, latest: number }} TimedAnswer when it was asked for and received, by this clock */

/**
 * @typedef {object} Context
 * @property {string} version of this package
 * @property {string} node
 * @property {NodeJS.ProcessEnv} env
 * @property {Options} options
 * @property {Environment} environment
 * @property {(url: string, headers?: Record<string, string>) => Promise<TimedAnswer>} ask sends a GET without a credential, once for
 *   each address; rejects with a `BitbucketAuthError`
 */

/** Of a page: NocoDB's has 20 KB. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * @param {Options} options
 * @param {Surroundings} surroundings
 * @returns {Promise<Context>}
 */
export async function createContext(options, { version, env }) {
  const environment = readEnvironment(env);
  const { timeoutMs, proxies } = environment;
  /** @type {Map<string, Promise<TimedAnswer>>} */
  const asked = new Map();
  /** @param {string} url @param {Record<string, string>} headers */
  const ask = async (url, headers) => {
    const earliest = Date.now();
    const answer = await send({ method: 'GET', url, headers }, { phase: 'config', timeoutMs, proxies, maxBytes: MAX_BYTES });
    return { ...answer, earliest, latest: Date.now() };
  };
  return {
    version,
    node: process.versions.node,
    env,
    options,
    environment,
    ask: (url, headers = {}) => {
      const answer = asked.get(url) ?? ask(url, headers);
      asked.set(url, answer);
      return answer;
    },
  };
}

/**
 * The addresses of Bitbucket, also while Key and Secret are missing.
 *
 * @param {Context} context
 * @returns {Pick<Client, 'authorizeUrl' | 'tokenUrl' | 'apiUrl'> | undefined} absent where one cannot be used
 */
export function endpointsOf({ environment: { client }, env }) {
  if (client) return client;
  const [authorizeUrl, tokenUrl, apiUrl] = ['AUTHORIZE', 'TOKEN', 'API']
    .map((name) => env[`INTEGRATION_AUTH_BITBUCKET_${name}_URL`]?.trim() || undefined);
  try {
    return new (core().Client)('none', 'http://localhost/', undefined, undefined, authorizeUrl, tokenUrl, apiUrl);
  } catch {
    return undefined;
  }
}

/** What the API is asked: an address that it has. @param {string} apiUrl */
export const apiProbe = (apiUrl) => `${apiUrl}/user`;

/**
 * What kept an address from being asked, in a few words.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function troubleOf(error) {
  if (!(error instanceof BitbucketAuthError)) throw error;
  if (error.code === 'REQUEST_TIMEOUT') return 'there was no answer in time';
  return error.cause instanceof Error ? error.cause.message : error.message.replace(/\.$/, '');
}

/**
 * An address as it may be shown: without a query.
 *
 * @param {string} url
 */
export function shown(url) {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/**
 * @param {Answer} answer
 * @returns {unknown} `undefined` for what is no JSON
 */
export function jsonIn({ status, body }) {
  try {
    return status === 200 ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}
