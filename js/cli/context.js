/**
 * What the checks share: the environment, judged, and what was asked of NocoDB and Bitbucket, each question once.
 *
 * In: options and environment variables. Out: facts. What never happens here: a verdict.
 */

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import '../../pkg/inlined/core.wasm.js';
import { BitbucketAuthError } from '../error.js';
import { readEnvironment } from '../nocodb/environment.js';
import { send } from '../transport.js';
import { CannotRun } from './run.js';

/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').Surroundings} Surroundings */

/** @typedef {HttpResponse & { earliest: number, latest: number }} TimedResponse when it was asked for and received, by this clock */

/**
 * @typedef {object} Context
 * @property {string} version of this package
 * @property {string} node
 * @property {NodeJS.ProcessEnv} env
 * @property {Options} options
 * @property {Environment} environment
 * @property {string} [token] to be tested
 * @property {(url: string, headers?: Record<string, string>) => Promise<TimedResponse>} ask sends a GET without a credential, once for
 *   each address; rejects with a `BitbucketAuthError`
 */

/** What an address must be, in words for after a name. */
export const ADDRESS_RULE = 'must be an address that starts with http:// or https://';

/** Of a page: NocoDB's has 20 KB. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * @param {Options} options
 * @param {Surroundings} surroundings
 * @returns {Promise<Context>} rejects with `CannotRun` for an option that cannot be used
 */
export async function createContext(options, { version, env }) {
  if (options.nocodb !== undefined && !addressIn(options.nocodb)) throw new CannotRun(`--nocodb ${ADDRESS_RULE}.`);
  const token = await readToken(options);
  const environment = readEnvironment(env);
  const { timeoutMs, proxies } = environment;
  /** @type {Map<string, Promise<TimedResponse>>} */
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
    token,
    ask: (url, headers = {}) => {
      const answer = asked.get(url) ?? ask(url, headers);
      asked.set(url, answer);
      return answer;
    },
  };
}

/** @param {Options} options */
async function readToken({ token, 'token-file': file }) {
  if (typeof file !== 'string') return typeof token === 'string' ? token.trim() : undefined;
  try {
    return (file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')).trim();
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new CannotRun(`The file of --token-file cannot be read (${code}).`);
  }
}

/**
 * An address of a server without what may be secret, and without a slash at the end.
 *
 * @param {unknown} url
 * @returns {string | undefined} `undefined` for what is no address on http or https
 */
export function addressIn(url) {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  return ['http:', 'https:'].includes(protocol) ? (origin + pathname).replace(/\/+$/, '') : undefined;
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
  // Of the configuration, a request needs the proxy only. What is wrong with it is told by the check of the endpoints.
  if (error.code === 'INVALID_CONFIG') return 'the proxy cannot be used';
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
 * @param {HttpResponse} answer
 * @returns {unknown} `undefined` for what is no JSON
 */
export function jsonIn({ status, body }) {
  try {
    return status === 200 ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}
