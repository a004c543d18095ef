/** Whether NocoDB runs in several processes, which need a Redis in common. */

/** @type {import('../doctor.js').Check} */
export default {
  name: 'processes',
  run({ environment: { hasWorkers, redis, client } }) {
    if (!hasWorkers) {
      return { verdict: 'good', text: 'No variable says that NocoDB runs in several processes. If it does all the same, they need a Redis in common.' };
    }
    if (redis) return { verdict: 'good', text: `NocoDB runs in several processes, which share the Redis of ${redis.variable}.` };
    if (!client) return { verdict: 'skipped', text: 'NocoDB runs in several processes. There is nothing for them to share, as the OAuth client is not configured.' };
    return {
      verdict: 'bad',
      text: 'NocoDB runs in several processes here, and without a Redis in common they lose connections.',
      cure: 'Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL or NC_REDIS_URL, to the same value in all of them.',
    };
  },
};
