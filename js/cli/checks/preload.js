/**
 * Whether the preload is active in that NocoDB, and configured as this environment is: NocoDB tells anybody which integrations it
 * has, and their forms. Versions that want a sign-in for that cannot be looked into from outside.
 */

import { manifest } from '../../nocodb/manifest.js';
import { jsonIn, shown, troubleOf } from '../context.js';
import { PRELOAD_OPTION } from '../problems.js';
import { askWhich, nocodbOf } from './nocodb.js';
import { visitCallback } from './redirect-uri.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */
/** @typedef {{ type: string, sub_type: string, manifest: { description?: string } }} Entry */
/** @typedef {{ redirectUri?: string, clientId?: string }} OAuthMeta */

const CURE = `Start NocoDB with ${PRELOAD_OPTION}; its log then says "Bitbucket is registered".`;
const OTHER = 'Run this with the environment of the NocoDB process, and restart NocoDB after a change.';

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const base = nocodbOf(context);
    if (base === undefined) return notLookedFor('--nocodb says where NocoDB is');
    try {
      const isServed = (await visitCallback(context).catch(() => undefined))?.place === 'page';
      const entries = jsonIn(await context.ask(`${base}/api/v2/integrations`));
      if (!Array.isArray(entries)) {
        if (isServed || (await askWhich(context, base)).isNocodb) return unseen(isServed);
        return notLookedFor(`what answers at ${shown(base)} does not say that it is NocoDB`);
      }
      const own = entries.find(isOurs);
      if (own) return await compared(context, `${base}/api/v2/integrations/${own.type}/bitbucket`);
      const text = 'The preload is not active in NocoDB: its list of integrations lacks the plugin\'s.';
      return { verdict: 'bad', text, cure: CURE };
    } catch (error) {
      return { verdict: 'skipped', text: `Whether the preload is active was not learnt: ${troubleOf(error)}.` };
    }
  },
};

/** @param {string} why @returns {Finding} */
function notLookedFor(why) {
  return { verdict: 'skipped', text: `The preload was not looked for: ${why}.` };
}

/** @param {Entry} entry of NocoDB's list */
function isOurs(entry) {
  return entry?.sub_type === 'bitbucket' && /^\w+$/.test(entry.type) && entry.manifest?.description === manifest.description;
}

/**
 * @param {boolean} isServed
 * @returns {Finding}
 */
function unseen(isServed) {
  return isServed
    ? { verdict: 'good', text: 'The preload is active in the process that answers at the redirect URI.' }
    : {
      verdict: 'warning',
      text: 'Whether the preload is active cannot be seen: this NocoDB does not list its integrations.',
      cure: CURE,
    };
}

/**
 * @param {Context} context
 * @param {string} url of the form
 * @returns {Promise<Finding>}
 */
async function compared({ ask, environment: { client } }, url) {
  const active = 'The preload is active in NocoDB';
  const { form } = /** @type {{ form?: { oauthMeta?: OAuthMeta }[] }} */ (jsonIn(await ask(url)) ?? {});
  const offered = Array.isArray(form) ? form.find((element) => element?.oauthMeta)?.oauthMeta : undefined;
  if (!client) return { verdict: 'good', text: `${active}, where OAuth2 is ${offered ? '' : 'not '}configured.` };
  if (!offered) {
    return { verdict: 'bad', text: `${active}, but its form does not offer OAuth2: its environment is not this one.`, cure: OTHER };
  }
  const other = [
    ...(offered.clientId === client.clientId ? [] : ['Key']),
    ...(offered.redirectUri === client.redirectUri ? [] : ['redirect URI']),
  ];
  if (other.length === 0) return { verdict: 'good', text: `${active}, with the Key and the redirect URI of this environment.` };
  return { verdict: 'bad', text: `${active}, but with another ${other.join(' and ')} than in this environment.`, cure: OTHER };
}
