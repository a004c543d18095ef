/** Checks whether this machine's clock agrees with Bitbucket's clock. */

import { core } from '../../core.js';
import { apiProbeUrl, withoutQuery, failureReason } from '../context.js';

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { apiUrl } = context.environment;
    if (apiUrl === undefined) return skipped('a configured URL of Bitbucket is invalid');
    try {
      const { headers, earliest, latest } = await context.get(apiProbeUrl(apiUrl));
      const seconds = core().clockSkew(headers.date ?? '', earliest, latest);
      if (seconds === undefined) return skipped(`${withoutQuery(apiUrl)} sent no date`);
      if (seconds === 0) return { verdict: 'good', text: 'The clock is within a minute of Bitbucket\'s.' };
      return {
        verdict: 'bad',
        text: `The clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} Bitbucket's.`,
        cure: 'Synchronize the machine\'s clock with a time server (NTP).',
      };
    } catch (error) {
      return skipped(failureReason(error));
    }
  },
};

/** @param {string} why @returns {import('../doctor.js').Finding} */
function skipped(why) {
  return { verdict: 'skipped', text: `The clock was not checked: ${why}.` };
}
