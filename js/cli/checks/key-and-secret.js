/** Checks whether Key and Secret are as long as the Keys and Secrets that Bitbucket issues. */

import { core } from '../../core.js';

/** @type {Record<'older' | 'newer', string>} */
const KINDS = { older: 'older OAuth consumers', newer: 'newer OAuth clients' };

/** The doctor shows the last four characters of a Key only if the Key is this long. Of a shorter Key, they are a large part. */
const MIN_LENGTH_TO_SHOW_END = 16;

/** @type {import('../doctor.js').Check} */
export default {
  run({ environment: { client } }) {
    if (!client) return { verdict: 'skipped', text: 'Key and Secret were not checked, because the OAuth client is not configured.' };
    const generation = core().clientGeneration(client);
    const key = `The Key has ${lengthAndEnd(client.clientId)}, the Secret ${core().secretLength(client)}`;
    if (generation) return { verdict: 'good', text: `${key}, like those of Bitbucket's ${KINDS[generation]}.` };
    return {
      verdict: 'warning',
      text: `${key}. Bitbucket's Keys and Secrets have 18 and 32 characters, or 32 and 76.`,
      cure: 'Copy both again, completely, from the same OAuth client.',
    };
  },
};

/**
 * Describes the length of a Key, and the last characters of a long Key. A Key is not secret.
 *
 * @param {string} key
 */
function lengthAndEnd(key) {
  const characters = [...key];
  const end = characters.length >= MIN_LENGTH_TO_SHOW_END ? ` and ends in ${characters.slice(-4).join('')}` : '';
  return `${characters.length} characters${end}`;
}
