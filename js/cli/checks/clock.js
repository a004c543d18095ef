/** Whether this machine's clock agrees with Bitbucket's. */

import { core } from '../../core.js';
import { apiProbe, shown, troubleOf } from '../context.js';

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { apiUrl } = context.environment;
    if (apiUrl === undefined) return skipped('an address of Bitbucket cannot be used');
    try {
      const { headers, earliest, latest } = await context.ask(apiProbe(apiUrl));
      const seconds = core().clockSkew(headers.date ?? '', earliest, latest);
      if (seconds === undefined) return skipped(`${shown(apiUrl)} tells no date`);
      if (seconds === 0) return { verdict: 'good', text: 'The clock agrees with Bitbucket\'s to within a minute.' };
      return {
        verdict: 'bad',
        text: `The clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} Bitbucket's.`,
        cure: 'Have the machine set its clock by a time server (NTP).',
      };
    } catch (error) {
      return skipped(troubleOf(error));
    }
  },
};

/** @param {string} why @returns {import('../doctor.js').Finding} */
function skipped(why) {
  return { verdict: 'skipped', text: `The clock was not compared: ${why}.` };
}
