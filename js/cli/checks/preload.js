/**
 * Checks whether the preload is active in NocoDB, and whether NocoDB's form has the Key and the redirect URI of this environment.
 * Most versions of NocoDB list their integrations and forms without a sign-in. In versions that require a sign-in, the check only
 * finds out whether the redirect URI returns the plugin's page.
 */

import { manifest } from '../../nocodb/manifest.js';
import { parseJson, withoutQuery, failureReason } from '../context.js';
import { PRELOAD_OPTION } from '../problems.js';
import { nocodbUrl, readNocodbInfo } from './nocodb.js';
import { requestCallback } from './redirect-uri.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */
/** @typedef {{ type: string, sub_type: string, manifest: { description?: string } }} Entry */
/** @typedef {{ redirectUri?: string, clientId?: string }} OAuthMeta */

const CURE = `Start NocoDB with ${PRELOAD_OPTION}; its log then contains "Bitbucket is registered".`;
const OTHER_ENVIRONMENT = 'Run this command with the environment of the NocoDB process, and restart NocoDB after a change.';

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const base = nocodbUrl(context);
    if (base === undefined) return skipped('NocoDB\'s URL is not known. Set it with --nocodb');
    try {
      const isServed = (await requestCallback(context).catch(() => undefined))?.status === 'page';
      const entries = parseJson(await context.get(`${base}/api/v2/integrations`));
      if (!Array.isArray(entries)) {
        if (isServed || (await readNocodbInfo(context, base)).isNocodb) return withoutList(isServed);
        return skipped(`the server at ${withoutQuery(base)} does not respond like NocoDB`);
      }
      const own = entries.find(isPlugin);
      if (own) return await compareForm(context, `${base}/api/v2/integrations/${own.type}/bitbucket`);
      const text = 'The preload is not active in NocoDB: NocoDB\'s list of integrations does not contain the plugin.';
      return { verdict: 'bad', text, cure: CURE };
    } catch (error) {
      return { verdict: 'skipped', text: `The preload was not checked: ${failureReason(error)}.` };
    }
  },
};

/** @param {string} why @returns {Finding} */
function skipped(why) {
  return { verdict: 'skipped', text: `The preload was not checked: ${why}.` };
}

/** @param {Entry} entry of NocoDB's list */
function isPlugin(entry) {
  return entry?.sub_type === 'bitbucket' && /^\w+$/.test(entry.type) && entry.manifest?.description === manifest.description;
}

/**
 * @param {boolean} isServed whether the redirect URI returns the plugin's page
 * @returns {Finding}
 */
function withoutList(isServed) {
  return isServed
    ? { verdict: 'good', text: 'The preload is active in the process that answers at the redirect URI.' }
    : {
      verdict: 'warning',
      text: 'The preload cannot be checked: this NocoDB does not list its integrations without a sign-in.',
      cure: CURE,
    };
}

/**
 * @param {Context} context
 * @param {string} url of the form
 * @returns {Promise<Finding>}
 */
async function compareForm({ get, environment: { client } }, url) {
  const active = 'The preload is active in NocoDB';
  const { form } = /** @type {{ form?: { oauthMeta?: OAuthMeta }[] }} */ (parseJson(await get(url)) ?? {});
  const offered = Array.isArray(form) ? form.find((element) => element?.oauthMeta)?.oauthMeta : undefined;
  if (!client) return { verdict: 'good', text: `${active}, where OAuth2 is ${offered ? '' : 'not '}configured.` };
  if (!offered) {
    const text = `${active}, but its form does not offer OAuth2: its environment differs from this one.`;
    return { verdict: 'bad', text, cure: OTHER_ENVIRONMENT };
  }
  const other = [
    ...(offered.clientId === client.clientId ? [] : ['Key']),
    ...(offered.redirectUri === client.redirectUri ? [] : ['redirect URI']),
  ];
  if (other.length === 0) return { verdict: 'good', text: `${active}, with the Key and the redirect URI of this environment.` };
  return { verdict: 'bad', text: `${active}, but with another ${other.join(' and ')} than in this environment.`, cure: OTHER_ENVIRONMENT };
}
