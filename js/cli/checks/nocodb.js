/** Which NocoDB runs there, and whether something in front of it gets in the way of its popup. */

import { jsonIn, shown, troubleOf } from '../context.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */

const POLICY = 'cross-origin-opener-policy';

/** Of what it says of its version. */
const MOST_CHARACTERS = 40;

/** What opens a popup that stays in touch with the page. */
const HARMLESS = ['unsafe-none', 'same-origin-allow-popups'];

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const base = nocodbOf(context);
    if (base === undefined) return { verdict: 'skipped', text: 'NocoDB was not asked: --nocodb says where it is.' };
    try {
      const answer = await context.ask(`${base}/api/v2/meta/nocodb/info`);
      const { version, ee } = /** @type {{ version?: unknown, ee?: unknown }} */ (jsonIn(answer) ?? {});
      // Its version is that of the package in its working folder, which may have none.
      if (typeof ee !== 'boolean' && typeof version !== 'string') return notNocodb(base, answer.status);
      const named = typeof version === 'string' ? version.slice(0, MOST_CHARACTERS) : 'of an untold version';
      const edition = typeof ee === 'boolean' ? `, ${ee ? 'enterprise' : 'community'} edition,` : '';
      const text = `NocoDB ${named}${edition} answers at ${shown(base)}.`;
      const policy = answer.headers[POLICY];
      if (policy === undefined || HARMLESS.includes(policy.split(';')[0].trim())) return { verdict: 'good', text };
      return {
        verdict: 'bad',
        text: `${text} Something adds Cross-Origin-Opener-Policy to its answers, which cuts its login window off.`,
        cure: 'Have the proxy leave that header field out, or send same-origin-allow-popups.',
      };
    } catch (error) {
      return {
        verdict: 'warning',
        text: `NocoDB cannot be reached from here at ${shown(base)}: ${troubleOf(error)}.`,
        cure: 'Say with --nocodb where it is.',
      };
    }
  },
};

/**
 * @param {string} base
 * @param {number} status
 * @returns {Finding}
 */
function notNocodb(base, status) {
  return {
    verdict: 'bad',
    text: `What answers at ${shown(base)} does not say which NocoDB it is (${status}): it is none, or still starting.`,
    cure: 'Say with --nocodb where it is, or try again in a minute.',
  };
}

/**
 * Where NocoDB is, without a slash at the end.
 *
 * @param {Context} context
 * @returns {string | undefined}
 */
export function nocodbOf({ env, options, environment: { client } }) {
  const named = [options.nocodb, env.NC_PUBLIC_URL?.trim()].find((url) => typeof url === 'string' && url !== '');
  const url = named ?? (client && new URL(client.redirectUri).origin);
  if (typeof url !== 'string') return undefined;
  // Not that somebody's password goes out, or into a line.
  if (!URL.canParse(url) || !/^https?:/.test(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return (origin + pathname).replace(/\/+$/, '');
}

