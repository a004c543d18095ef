/**
 * What answers at the redirect URI: it is asked with a refusal, as Bitbucket sends one, and without a code. The preload shows
 * its page for that; NocoDB itself does not know it.
 */

import { core } from '../../core.js';
import { pageFor } from '../../nocodb/callback-page.js';
import { shown, troubleOf } from '../context.js';
import { PRELOAD_OPTION, findingOf, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../context.js').TimedResponse} TimedResponse */
/** @typedef {import('../doctor.js').Finding} Finding */

const REFUSAL = 'error=access_denied&state=nocodb-bitbucket-auth-doctor';

const PRELOAD = `The process that serves this address needs ${PRELOAD_OPTION}.`;
const STRIPPED = 'If a proxy strips a path, NC_PUBLIC_URL has to say where users open NocoDB.';
const EXCEPT = 'Except this address from its rules, or register another one at Bitbucket.';

/** @typedef {'page' | 'elsewhere' | 'downgrade' | 'moved' | 'query-lost' | 'guarded' | 'missing' | 'failing' | 'other-page'} Place */

/** @type {Record<Exclude<Place, 'page'>, (answer: TimedResponse) => Omit<Finding, 'verdict'>>} */
const PLACES = {
  elsewhere: () => ({ text: 'is redirected to another server before NocoDB sees it', cure: EXCEPT }),
  downgrade: () => ({
    text: 'is redirected from https to http, where the code could be read',
    cure: 'Have the proxy tell NocoDB that it speaks https (X-Forwarded-Proto), and set NC_PUBLIC_URL to the https address.',
  }),
  moved: () => ({
    text: 'is not answered by the plugin\'s page but redirected to another path, with the query',
    cure: `Register the address to which it leads. ${PRELOAD}`,
  }),
  'query-lost': () => ({
    text: 'is not answered by the plugin\'s page but redirected without the query, so the code of each login is lost',
    cure: PRELOAD,
  }),
  guarded: ({ status }) => ({ text: `is guarded by something that wants a login of its own (${status})`, cure: EXCEPT }),
  missing: ({ status }) => ({ text: `is not answered by the plugin's page but with ${status}`, cure: `${PRELOAD} ${STRIPPED}` }),
  failing: ({ status }) => ({ text: `fails with ${status}`, cure: 'See whether NocoDB runs, and whether the proxy finds it.' }),
  'other-page': ({ status }) => ({
    text: `is not answered by the plugin's page but by another (${status}), which may be NocoDB's own or a proxy that drops the query`,
    cure: `${PRELOAD} ${STRIPPED}`,
  }),
};

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const problems = problemsFor(context, 'redirect-uri');
    if (problems.length > 0) return problems.map(findingOf);
    const { client } = context.environment;
    if (!client) return { verdict: 'skipped', text: 'The redirect URI was not asked, as the OAuth client is not configured.' };
    const name = `The redirect URI ${shown(client.redirectUri)}`;
    try {
      const { place, answer, changed } = /** @type {Visit} */ (await visitCallback(context));
      if (place !== 'page') {
        const { text, cure } = PLACES[place](answer);
        return { verdict: 'bad', text: `${name} ${text}.`, cure };
      }
      if (changed.length === 0) return { verdict: 'good', text: `${name} is answered by the plugin's page.` };
      return {
        verdict: 'warning',
        text: `${name} is answered by the plugin's page, but not as this version sends it: ${changed.join(', ')}.`,
        cure: 'A proxy in between should leave that alone, unless another version of the plugin runs there.',
      };
    } catch (error) {
      return {
        verdict: 'bad',
        text: `${name} cannot be reached from here: ${troubleOf(error)}.`,
        cure: 'See whether NocoDB runs and the address is right, or run this where users\' browsers are.',
      };
    }
  },
};

/** @typedef {{ place: Place, answer: TimedResponse, changed: string[] }} Visit */

/**
 * Asks the redirect URI.
 *
 * @param {Context} context
 * @returns {Promise<Visit | undefined>} `changed`: what of the page is not as this version sends it; nothing without a client
 */
export async function visitCallback({ environment: { client, callbackPage }, ask }) {
  const url = client && new URL(client.redirectUri);
  if (!url) return undefined;
  url.search += (url.search ? '&' : '?') + REFUSAL;
  const answer = await ask(url.href, { accept: 'text/html' });
  const text = Buffer.from(answer.body).toString('utf8');
  const isPage = text.includes('<title>Back from Bitbucket</title>');
  const place = core().redirectUriStatus(client, answer.status, answer.headers.location, isPage);
  const { headers, body } = pageFor(callbackPage?.contentFor(url.pathname + url.search) ?? {});
  const changed = Object.keys(headers).filter((name) => answer.headers[name.toLowerCase()] !== headers[name]);
  return { place, answer, changed: isPage && text !== body ? [...changed, 'the page itself'] : changed };
}
