/** Checks which version of NocoDB runs at its URL, and whether a proxy in front of NocoDB breaks the login popup. */

import { URL_RULE, serverUrl, parseJson, withoutQuery, failureReason } from '../context.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */

const POLICY = 'cross-origin-opener-policy';

/** A longer version is shown only in part, because NocoDB may report any text as its version. */
const MAX_VERSION_LENGTH = 40;

/** NocoDB's versions have one of two formats, as in 0.301.3 and 2026.09.0. */
const VERSION = /^(0\.[23]\d\d\.\d+|20\d\d\.\d\d\.\d+)\b/;

/** The policies that leave the popup connected to the page that opened it. */
const HARMLESS = ['unsafe-none', 'same-origin-allow-popups'];

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { NC_PUBLIC_URL: publicUrl = '' } = context.env;
    /** @type {Finding[]} */
    const wrong = publicUrl.trim() === '' || serverUrl(publicUrl.trim())
      ? []
      : [{ verdict: 'bad', text: `NC_PUBLIC_URL ${URL_RULE}.`, cure: 'Set it to the URL at which users open NocoDB.' }];
    return [...wrong, await checkServer(context)];
  },
};

/**
 * @param {Context} context
 * @returns {Promise<Finding>}
 */
async function checkServer(context) {
  const base = nocodbUrl(context);
  if (base === undefined) return { verdict: 'skipped', text: 'NocoDB was not checked, because its URL is not known. Set it with --nocodb.' };
  try {
    const { response, isNocodb, version, ee } = await readNocodbInfo(context, base);
    if (!isNocodb) return notNocodb(base, response.status);
    const text = describeNocodb(withoutQuery(base), version, ee);
    const policy = response.headers[POLICY];
    if (policy === undefined || HARMLESS.includes(policy.split(';')[0].trim())) return { verdict: 'good', text };
    return {
      verdict: 'bad',
      text: `${text} A proxy adds the header Cross-Origin-Opener-Policy to NocoDB's responses. This header separates the login window from NocoDB.`,
      cure: 'Remove that header field from the proxy\'s configuration, or set it to same-origin-allow-popups.',
    };
  } catch (error) {
    return {
      verdict: 'warning',
      text: `NocoDB cannot be reached from here at ${withoutQuery(base)}: ${failureReason(error)}.`,
      cure: 'Check whether NocoDB runs there, or set another URL with --nocodb.',
    };
  }
}

/**
 * Reads the version and the edition of NocoDB.
 *
 * @param {Context} context
 * @param {string} base
 */
export async function readNocodbInfo(context, base) {
  const response = await context.get(`${base}/api/v2/meta/nocodb/info`);
  const { version, ee } = /** @type {{ version?: unknown, ee?: unknown }} */ (parseJson(response) ?? {});
  // NocoDB reports the version of the package in its working folder, and that package may have no version.
  return { response, version, ee, isNocodb: typeof ee === 'boolean' || typeof version === 'string' };
}

/**
 * @param {string} url
 * @param {unknown} version
 * @param {unknown} ee
 */
function describeNocodb(url, version, ee) {
  const edition = typeof ee === 'boolean' ? `, ${ee ? 'enterprise' : 'community'} edition,` : '';
  if (typeof version !== 'string') return `NocoDB of an unknown version${edition} answers at ${url}.`;
  const reported = version.slice(0, MAX_VERSION_LENGTH);
  if (VERSION.test(reported)) return `NocoDB ${reported}${edition} answers at ${url}.`;
  return `NocoDB${edition} answers at ${url}. It reports the version ${reported}, which is not a version of NocoDB. `
    + 'Outside of its image, NocoDB reports the version of the package in its working folder.';
}

/**
 * @param {string} base
 * @param {number} status
 * @returns {Finding}
 */
function notNocodb(base, status) {
  return {
    verdict: 'bad',
    text: `The server at ${withoutQuery(base)} does not respond like NocoDB (${status}): it is another program, or NocoDB is `
      + 'still starting.',
    cure: 'Check whether NocoDB runs there, and try again in a minute, or set another URL with --nocodb.',
  };
}

/**
 * The URL of NocoDB, without a slash at the end.
 *
 * @param {Context} context
 * @returns {string | undefined}
 */
export function nocodbUrl({ env, options, environment: { client } }) {
  return serverUrl(options.nocodb) ?? serverUrl(env.NC_PUBLIC_URL?.trim()) ?? (client && new URL(client.redirectUri).origin);
}
