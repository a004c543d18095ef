/**
 * The lists of workspaces and repositories that a dialog in NocoDB offers.
 *
 * In: the request for a page of a list. Out: the values of that page, with only the members that a dialog needs. Never: a page
 * number that is parsed from a URL.
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
 * @property {string} [next] token of the page that follows: pass it as `next` to get that page; absent on the last page
 */

/**
 * Selects a page of a list; by default the first one.
 *
 * @typedef {object} PageQuery
 * @property {string | undefined} [next] the `next` of the page before
 * @property {number | string | undefined} [page] number of the page, from 1, if the list is numbered. A page token is accepted
 *   here, too, and means the same as in `next`
 */

/** @typedef {{ workspace?: string, next?: string, page?: unknown }} Query the members that were read from a `PageQuery` */

const REPOSITORY_MEMBERS = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
const WORKSPACE_MEMBERS = ['slug', 'name', 'uuid'];

/**
 * @param {ApiClientFactory} clientFactory
 * @param {unknown} configWorkspace the workspace in the config
 * @param {Query} query
 * @returns {Promise<Page<Workspace>>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `API_…`, and the errors of the client
 */
export async function listWorkspaces(clientFactory, configWorkspace, query) {
  const url = pageUrl('/user/workspaces', query);
  const slug = typeof configWorkspace === 'string' ? configWorkspace.trim() : '';
  if (slug && !clientFactory.credentials.hasUser) return { values: [{ slug }] };
  // Each value is a membership, which contains the workspace.
  return readList(clientFactory, url, WORKSPACE_MEMBERS, (value) => value.workspace ?? value);
}

/**
 * @param {ApiClientFactory} clientFactory
 * @param {unknown} configWorkspace the workspace in the config
 * @param {Query} query
 * @returns {Promise<Page<Repository>>}
 * @throws {BitbucketAuthError} the same errors as `listWorkspaces`
 */
export async function listRepositories(clientFactory, configWorkspace, query) {
  const { workspace = configWorkspace } = query;
  const segment = callCore(listRepositories, () => core().workspaceSegment(stringOrUndefined(workspace)));
  const url = pageUrl(`/repositories/${segment}`, query);
  return readList(clientFactory, url, REPOSITORY_MEMBERS);
}

/**
 * @param {string} path
 * @param {Query} query
 * @returns {string} the page's path and query
 */
export function pageUrl(path, { next, page }) {
  if (page === undefined || typeof page === 'string') return callCore(pageUrl, () => core().pageUrl(path, next, page));
  // Anything but a number becomes NaN, which the core rejects.
  const number = typeof page === 'number' ? page : NaN;
  return callCore(pageUrl, () => core().pageUrl(path, next, undefined, number));
}

/**
 * @template T
 * @param {ApiClientFactory} clientFactory
 * @param {string} url of the page, below the API's base URL
 * @param {string[]} names the members of each value to return
 * @param {(value: Record<string, unknown>) => unknown} [unwrap]
 * @returns {Promise<Page<T>>}
 */
async function readList(clientFactory, url, names, unwrap = (value) => value) {
  try {
    const client = clientFactory.createClient({ maxWaitMs: DIALOG_MS, tokenTimeoutMs: DIALOG_TOKENS_MS });
    const pageList = createPageList(client, url);
    const { values, advance } = await withDialogTimeout(fetchPage(client, pageList, {}, { maxWaitMs: DIALOG_MS }));
    return {
      values: values.map((value) => pick(unwrap(objectOrEmpty(value)), names)),
      ...(advance() && { next: callCore(readList, () => pageList.pageToken) }),
    };
  } catch (error) {
    // Axios' own error is not thrown, because it contains the request.
    throw toBitbucketAuthError(error);
  }
}
