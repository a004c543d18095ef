/** Checks whether NocoDB runs in several processes, and if so, whether these processes have the common Redis that they need. */

import { missingRedisProblem, reasonOf } from '../problems.js';

/** @type {import('../doctor.js').Check} */
export default {
  run({ environment }) {
    const { hasWorkers, redis } = environment;
    if (!hasWorkers) {
      return {
        verdict: 'good',
        text: 'No variable says that NocoDB runs in several processes. If it does, these processes need a common Redis.',
      };
    }
    if (redis) return { verdict: 'good', text: `NocoDB runs in several processes, which share the Redis of ${redis.variable}.` };
    const lack = missingRedisProblem(environment);
    if (lack) return { verdict: 'bad', text: reasonOf(lack.message) };
    return {
      verdict: 'skipped',
      text: 'NocoDB runs in several processes. Their common Redis was not checked, because the OAuth client is not configured.',
    };
  },
};
