/** Whether Key and Secret look like those of Bitbucket's OAuth clients. */

import { core } from '../../core.js';

/** @type {Record<'older' | 'newer', string>} */
const KINDS = { older: 'older OAuth consumers', newer: 'newer OAuth clients' };

/** @type {import('../doctor.js').Check} */
export default {
  run({ environment: { client } }) {
    if (!client) return { verdict: 'skipped', text: 'Key and Secret were not looked at, as the OAuth client is not configured.' };
    const { keyLength, keyEnd, secretLength, generation } = core().clientFacts(client);
    const key = `The Key has ${keyLength} characters${keyEnd ? ` and ends in ${keyEnd}` : ''}, the Secret ${secretLength}`;
    if (generation) return { verdict: 'good', text: `${key}, like those of Bitbucket's ${KINDS[generation]}.` };
    return {
      verdict: 'warning',
      text: `${key}. Those seen at Bitbucket have 18 and 32, or 32 and 76.`,
      cure: 'Copy both again, each as a whole, from the same OAuth client.',
    };
  },
};
