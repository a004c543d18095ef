/**
 * The lists that a dialog of NocoDB's offers to choose from.
 *
 * In: which page of which list. Out: its values, as far as they are needed to choose one. What never happens here: a page
 * number is read out of an address, or a value is handed on that nobody asked for.
 */

import { toBitbucketAuthError } from '../api/axios-error.js';
import { createPageList, fetchPage } from '../api/paginate.js';
import { objectOrEmpty, pick, stringOrUndefined } from '../arguments.js';
import { core } from '../core.js';
import { callCore } from '../error.js';
import { DIALOG_MS, DIALOG_TOKENS_MS, withDialogTimeout } from './dialog-timeouts.js';

/** @typedef {import('../api/client-factory.js').ApiClientFactory} ApiClientFactory */

/**
 * @typedef {object} Repository
 * @property {string} full_name `workspace/repository`
 * @property {string} [name]
 * @property {string} [slug]
 * @property {string} [uuid]
 * @property {string} [description]
 * @property {boolean} [is_private]
 */

/**
 * @typedef {object} Workspace
 * @property {string} slug
 * @property {string} [name]
 * @property {string} [uuid]
 */

/**
 * @template T
 * @typedef {object} Page
 * @property {T[]} values
 * @property {string} [next] stands for the next page, for `next` of the next call; absent on the last page
 */

/**
 * Which page of a list: the first one without any of these.
 *
 * @typedef {object} PageQuery
 * @property {string | undefined} [next] what the page before gave as `next`
 * @property {number | string | undefined} [page] a number, counted from 1, for lists that are numbered; or the same as `next`
 */

/** @typedef {{ workspace?: string, next?: string, page?: unknown }} Query a `PageQuery`, read */

const REPOSITORY_MEMBERS = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
const WORKSPACE_MEMBERS = ['slug', 'name', 'uuid'];

/**
 * @param {ApiClientFactory} clientFactory
 * @param {unknown} configWorkspace the workspace of the config
 * @param {Query} query
 * @returns {Promise<Page<Workspace>>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and what the client throws
 */
export async function listWorkspaces(clientFactory, configWorkspace, query) {
  const address = pageAddress('/user/workspaces', query);
  const slug = typeof configWorkspace === 'string' ? configWorkspace.trim() : '';
  if (slug && !clientFactory.credentials.hasUser) return { values: [{ slug }] };
  // Each value is a membership; the workspace is one of its members.
  return readList(clientFactory, address, WORKSPACE_MEMBERS, (value) => value.workspace ?? value);
}

/**
 * @param {ApiClientFactory} clientFactory
 * @param {unknown} configWorkspace the workspace of the config
 * @param {Query} query
 * @returns {Promise<Page<Repository>>}
 * @throws {BitbucketAuthError} like `listWorkspaces`
 */
export async function listRepositories(clientFactory, configWorkspace, query) {
  const { workspace = configWorkspace } = query;
  const segment = callCore(listRepositories, () => core().workspaceSegment(stringOrUndefined(workspace)));
  const address = pageAddress(`/repositories/${segment}`, query);
  return readList(clientFactory, address, REPOSITORY_MEMBERS);
}

/**
 * @param {string} path
 * @param {Query} query
 * @returns {string} of the page of that list
 */
export function pageAddress(path, { next, page }) {
  if (page === undefined || typeof page === 'string') return callCore(pageAddress, () => core().pageAddress(path, next, page));
  // Whatever is no number is no number of a page.
  const number = typeof page === 'number' ? page : NaN;
  return callCore(pageAddress, () => core().pageAddress(path, next, undefined, number));
}

/**
 * @template T
 * @param {ApiClientFactory} clientFactory
 * @param {string} address of the page, below the API's base
 * @param {string[]} names what is handed on of each value
 * @param {(value: Record<string, unknown>) => unknown} [unwrap]
 * @returns {Promise<Page<T>>}
 */
async function readList(clientFactory, address, names, unwrap = (value) => value) {
  try {
    const client = clientFactory.createClient({ maxWaitMs: DIALOG_MS, tokenTimeoutMs: DIALOG_TOKENS_MS });
    const pageList = createPageList(client, address);
    const { values, advance } = await withDialogTimeout(fetchPage(client, pageList, {}, { maxWaitMs: DIALOG_MS }));
    return {
      values: values.map((value) => pick(unwrap(objectOrEmpty(value)), names)),
      ...(advance() && { next: callCore(readList, () => pageList.token) }),
    };
  } catch (error) {
    // Not Axios' error, which holds the request.
    throw toBitbucketAuthError(error);
  }
}
