/**
 * Checks what the redirect URI returns. The check sends the request that a browser sends after the user denied access at
 * Bitbucket, so the request contains no code. With the preload, NocoDB responds with the plugin's page. Without the preload,
 * NocoDB responds with another page, a redirect or an error.
 */

import { core } from '../../core.js';
import { pageFor } from '../../nocodb/callback-page.js';
import { withoutQuery, failureReason } from '../context.js';
import { PRELOAD_OPTION, toFinding, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../context.js').TimedResponse} TimedResponse */
/** @typedef {import('../doctor.js').Finding} Finding */

const DENIAL = 'error=access_denied&state=nocodb-bitbucket-auth-doctor';

const PRELOAD = `Start the process that serves this URL with ${PRELOAD_OPTION}.`;
const STRIPPED_PATH = 'If a proxy removes a part of the path, set NC_PUBLIC_URL to the URL at which users open NocoDB.';
const EXEMPT = 'Exempt this URL from the rules of that server, or register another URL at Bitbucket.';

/**
 * @typedef {'page' | 'elsewhere' | 'downgrade' | 'moved' | 'query-lost' | 'guarded' | 'missing' | 'failing' | 'other-page'} Status
 */

/** @type {Record<Exclude<Status, 'page'>, (response: TimedResponse) => Omit<Finding, 'verdict'>>} */
const FINDINGS = {
  elsewhere: () => ({ text: 'redirects to another server before NocoDB gets the request', cure: EXEMPT }),
  downgrade: () => ({
    text: 'redirects from https to http, where others can read the code',
    cure: 'Have the proxy send X-Forwarded-Proto to NocoDB, and set NC_PUBLIC_URL to the https URL.',
  }),
  moved: () => ({
    text: 'does not return the plugin\'s page but redirects to another path, with the query',
    cure: `Register the URL of that path. ${PRELOAD}`,
  }),
  'query-lost': () => ({
    text: 'does not return the plugin\'s page but redirects without the query, so the code of each login is lost',
    cure: PRELOAD,
  }),
  guarded: ({ status }) => ({ text: `requires another login in front of NocoDB (${status})`, cure: EXEMPT }),
  missing: ({ status }) => ({ text: `does not return the plugin's page but the status ${status}`, cure: `${PRELOAD} ${STRIPPED_PATH}` }),
  failing: ({ status }) => ({
    text: `fails with the status ${status}`,
    cure: 'Check whether NocoDB runs, and whether the proxy reaches it.',
  }),
  'other-page': ({ status }) => ({
    text: `returns another page than the plugin's (${status}). The page is NocoDB's own, or a proxy removes the query`,
    cure: `${PRELOAD} ${STRIPPED_PATH}`,
  }),
};

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const problems = problemsFor(context, 'redirect-uri');
    if (problems.length > 0) return problems.map(toFinding);
    const { client } = context.environment;
    if (!client) return { verdict: 'skipped', text: 'The redirect URI was not checked, because the OAuth client is not configured.' };
    const name = `The redirect URI ${withoutQuery(client.redirectUri)}`;
    try {
      const { status, response, changed } = /** @type {CallbackResponse} */ (await requestCallback(context));
      if (status !== 'page') {
        const { text, cure } = FINDINGS[status](response);
        return { verdict: 'bad', text: `${name} ${text}.`, cure };
      }
      if (changed.length === 0) return { verdict: 'good', text: `${name} returns the plugin's page.` };
      return {
        verdict: 'warning',
        text: `${name} returns the plugin's page, but this page differs from the page of this version: ${changed.join(', ')}.`,
        cure: 'Have the proxy leave the page unchanged, unless another version of the plugin runs there.',
      };
    } catch (error) {
      return {
        verdict: 'bad',
        text: `${name} cannot be reached from this machine: ${failureReason(error)}.`,
        cure: 'Check whether NocoDB runs and the URL is correct, or run this command where users\' browsers run.',
      };
    }
  },
};

/** @typedef {{ status: Status, response: TimedResponse, changed: string[] }} CallbackResponse */

/**
 * Requests the redirect URI, if there is an OAuth client.
 *
 * @param {Context} context
 * @returns {Promise<CallbackResponse | undefined>} `changed`: what differs from the page of this version
 */
export async function requestCallback({ environment: { client, callbackPage }, get }) {
  const url = client && new URL(client.redirectUri);
  if (!url) return undefined;
  url.search += (url.search ? '&' : '?') + DENIAL;
  const response = await get(url.href, { accept: 'text/html' });
  const text = Buffer.from(response.body).toString('utf8');
  const isPage = text.includes('<title>Back from Bitbucket</title>');
  const status = core().redirectUriStatus(client, response.status, response.headers.location, isPage);
  const { headers, body } = pageFor(callbackPage?.contentFor(url.pathname + url.search) ?? {});
  const changed = Object.keys(headers).filter((name) => response.headers[name.toLowerCase()] !== headers[name]);
  return { status, response, changed: isPage && text !== body ? [...changed, 'the page itself'] : changed };
}
