/**
 * Collects what the checks share: the validated environment, and responses of NocoDB and Bitbucket, each requested once.
 *
 * In: options and environment variables. Out: the values that the checks judge. Never: a decision whether a check passes.
 */

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import '../../pkg/inlined/core.wasm.js';
import { BitbucketAuthError } from '../error.js';
import { readEnvironment } from '../nocodb/environment.js';
import { send } from '../transport.js';
import { UsageError } from './run.js';

/** @typedef {import('../nocodb/environment.js').Environment} Environment */
/** @typedef {import('../transport.js').HttpResponse} HttpResponse */
/** @typedef {import('./run.js').Options} Options */
/** @typedef {import('./run.js').ProcessInfo} ProcessInfo */

/**
 * @typedef {HttpResponse & { earliest: number, latest: number }} TimedResponse with the times before the request and after the
 *   response, by this machine's clock
 */

/**
 * @typedef {object} Context
 * @property {string} version of this package
 * @property {string} node
 * @property {NodeJS.ProcessEnv} env
 * @property {Options} options
 * @property {Environment} environment
 * @property {string} [token] to test
 * @property {(url: string, headers?: Record<string, string>) => Promise<TimedResponse>} get sends a GET without a credential,
 *   once for each URL; rejects with a `BitbucketAuthError`
 */

/** The rule for URLs in options and variables, as the predicate of a sentence. */
export const URL_RULE = 'must be a URL that starts with http:// or https://';

/** The largest response that is read, in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * @param {Options} options
 * @param {ProcessInfo} processInfo
 * @returns {Promise<Context>} rejects with `UsageError` for an unusable option
 */
export async function createContext(options, { version, env }) {
  if (options.nocodb !== undefined && !serverUrl(options.nocodb)) throw new UsageError(`--nocodb ${URL_RULE}.`);
  const token = await readToken(options);
  const environment = readEnvironment(env);
  const { timeoutMs, proxies } = environment;
  /** @type {Map<string, Promise<TimedResponse>>} */
  const responses = new Map();
  /** @param {string} url @param {Record<string, string>} headers */
  const request = async (url, headers) => {
    const earliest = Date.now();
    const response = await send({ method: 'GET', url, headers }, { phase: 'config', timeoutMs, proxies, maxBytes: MAX_BYTES });
    return { ...response, earliest, latest: Date.now() };
  };
  return {
    version,
    node: process.versions.node,
    env,
    options,
    environment,
    token,
    get: (url, headers = {}) => {
      const response = responses.get(url) ?? request(url, headers);
      responses.set(url, response);
      return response;
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
    throw new UsageError(`The file of --token-file cannot be read (${code}).`);
  }
}

/**
 * The URL of a server, without a slash at the end, and without user, password and query, because these may be secret.
 *
 * @param {unknown} url
 * @returns {string | undefined} `undefined` if this is not an http or https URL
 */
export function serverUrl(url) {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  return ['http:', 'https:'].includes(protocol) ? (origin + pathname).replace(/\/+$/, '') : undefined;
}

/** The URL of an endpoint that Bitbucket's API certainly has. @param {string} apiUrl */
export const apiProbeUrl = (apiUrl) => `${apiUrl}/user`;

/**
 * Why a request failed, in a few words.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function failureReason(error) {
  if (!(error instanceof BitbucketAuthError)) throw error;
  if (error.code === 'REQUEST_TIMEOUT') return 'there was no response in time';
  // The proxy is the only part of the configuration that can make a request fail. The check `endpoints` reports its problems.
  if (error.code === 'INVALID_CONFIG') return 'the proxy cannot be used';
  return error.cause instanceof Error ? error.cause.message : error.message.replace(/\.$/, '');
}

/**
 * A URL without its query, which may contain a secret.
 *
 * @param {string} url
 */
export function withoutQuery(url) {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/**
 * @param {HttpResponse} response
 * @returns {unknown} `undefined` if the status is not 200 or the body is not JSON
 */
export function parseJson({ status, body }) {
  try {
    return status === 200 ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}
