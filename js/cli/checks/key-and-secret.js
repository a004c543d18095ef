/** Whether Key and Secret look like those of Bitbucket's OAuth clients. */

import { core } from '../../core.js';

/** @type {Record<'older' | 'newer', string>} */
const KINDS = { older: 'older OAuth consumers', newer: 'newer OAuth clients' };

/** The end of a shorter one would be much of it. */
const SHORTEST_SHOWN = 16;

/** @type {import('../doctor.js').Check} */
export default {
  run({ environment: { client } }) {
    if (!client) return { verdict: 'skipped', text: 'Key and Secret were not looked at, as the OAuth client is not configured.' };
    const generation = core().clientGeneration(client);
    const key = `The Key has ${lengthAndEnd(client.clientId)}, the Secret ${core().secretLength(client)}`;
    if (generation) return { verdict: 'good', text: `${key}, like those of Bitbucket's ${KINDS[generation]}.` };
    return {
      verdict: 'warning',
      text: `${key}. Those seen at Bitbucket have 18 and 32, or 32 and 76.`,
      cure: 'Copy both again, each as a whole, from the same OAuth client.',
    };
  },
};

/**
 * The length of a Key, which is no secret, and of a long one its end.
 *
 * @param {string} key
 */
function lengthAndEnd(key) {
  const characters = [...key];
  const end = characters.length >= SHORTEST_SHOWN ? ` and ends in ${characters.slice(-4).join('')}` : '';
  return `${characters.length} characters${end}`;
}
