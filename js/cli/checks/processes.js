/** Whether NocoDB runs in several processes, which need a Redis in common. */

import { lackOfRedis, reasonIn } from '../problems.js';

/** @type {import('../doctor.js').Check} */
export default {
  run({ environment }) {
    const { hasWorkers, redis } = environment;
    if (!hasWorkers) {
      return {
        verdict: 'good',
        text: 'No variable says that NocoDB runs in several processes. If it does all the same, they need a Redis in common.',
      };
    }
    if (redis) return { verdict: 'good', text: `NocoDB runs in several processes, which share the Redis of ${redis.variable}.` };
    const lack = lackOfRedis(environment);
    if (lack) return { verdict: 'bad', text: reasonIn(lack.message) };
    return {
      verdict: 'skipped',
      text: 'NocoDB runs in several processes. There is nothing for them to share, as the OAuth client is not configured.',
    };
  },
};
