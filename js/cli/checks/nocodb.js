/** Which NocoDB runs there, and whether something in front of it gets in the way of its popup. */

import { ADDRESS_RULE, addressIn, jsonIn, shown, troubleOf } from '../context.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */

const POLICY = 'cross-origin-opener-policy';

/** Of what it says of its version. */
const MOST_CHARACTERS = 40;

/** Versions of NocoDB: the numbered ones, and those that have the year and the month. */
const VERSION = /^(0\.[23]\d\d\.\d+|20\d\d\.\d\d\.\d+)\b/;

/** What opens a popup that stays in touch with the page. */
const HARMLESS = ['unsafe-none', 'same-origin-allow-popups'];

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { NC_PUBLIC_URL: publicUrl = '' } = context.env;
    /** @type {Finding[]} */
    const wrong = publicUrl.trim() === '' || addressIn(publicUrl.trim())
      ? []
      : [{ verdict: 'bad', text: `NC_PUBLIC_URL ${ADDRESS_RULE}.`, cure: 'It is the address at which users open NocoDB.' }];
    return [...wrong, await visit(context)];
  },
};

/**
 * @param {Context} context
 * @returns {Promise<Finding>}
 */
async function visit(context) {
  const base = nocodbOf(context);
  if (base === undefined) return { verdict: 'skipped', text: 'NocoDB was not asked: --nocodb says where it is.' };
  try {
    const { answer, isNocodb, version, ee } = await askWhich(context, base);
    if (!isNocodb) return notNocodb(base, answer.status);
    const text = introduction(shown(base), version, ee);
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
      cure: 'See whether NocoDB runs there; --nocodb names another address.',
    };
  }
}

/**
 * Asks which NocoDB it is.
 *
 * @param {Context} context
 * @param {string} base
 */
export async function askWhich(context, base) {
  const answer = await context.ask(`${base}/api/v2/meta/nocodb/info`);
  const { version, ee } = /** @type {{ version?: unknown, ee?: unknown }} */ (jsonIn(answer) ?? {});
  // Its version is that of the package in its working folder, which may have none.
  return { answer, version, ee, isNocodb: typeof ee === 'boolean' || typeof version === 'string' };
}

/**
 * @param {string} place
 * @param {unknown} version
 * @param {unknown} ee
 */
function introduction(place, version, ee) {
  const edition = typeof ee === 'boolean' ? `, ${ee ? 'enterprise' : 'community'} edition,` : '';
  if (typeof version !== 'string') return `NocoDB of an untold version${edition} answers at ${place}.`;
  const told = version.slice(0, MOST_CHARACTERS);
  if (VERSION.test(told)) return `NocoDB ${told}${edition} answers at ${place}.`;
  return `NocoDB${edition} answers at ${place}. It gives its version as ${told}, which is none of NocoDB's: outside of the image that is `
    + 'the version of the package in the folder in which it was started.';
}

/**
 * @param {string} base
 * @param {number} status
 * @returns {Finding}
 */
function notNocodb(base, status) {
  return {
    verdict: 'bad',
    text: `What answers at ${shown(base)} does not say which NocoDB it is (${status}): it is none, or still starting.`,
    cure: 'See whether NocoDB runs there, and try again in a minute; --nocodb names another address.',
  };
}

/**
 * Where NocoDB is, without a slash at the end.
 *
 * @param {Context} context
 * @returns {string | undefined}
 */
export function nocodbOf({ env, options, environment: { client } }) {
  return addressIn(options.nocodb) ?? addressIn(env.NC_PUBLIC_URL?.trim()) ?? (client && new URL(client.redirectUri).origin);
}
