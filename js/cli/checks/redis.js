/**
 * Whether the Redis that processes share can be used: a connection like the plugin's own, which does what the plugin will do.
 *
 * As the plugin does at its start, it marks the plugin's database in a Redis of NocoDB's own, if none is marked. What else it
 * writes there is gone after a second.
 */

import { core } from '../../core.js';
import { findingOf, lackOfRedis, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */
/** @typedef {import('../../../pkg/core.js').RedisAddress} RedisAddress */

const LIMITS = { operation: 2000, connection: 3000, reconnection: 60_000, watch: 60_000 };

const PREFIX = 'nocodb-bitbucket-auth:doctor:';

const LEFT_MS = 1000;

/** Those that NocoDB's cache uses. */
const CACHES = ['NC_REDIS_URL', 'NC_CACHE_REDIS_URL'];

const OWN_DATABASE = 'Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that nobody else uses.';

/** What mends the troubles that the core names. @type {Record<string, string>} */
const CURES = {
  password: 'User or password in the address are wrong or missing.',
  permission: 'Give the user the permissions that docs/scaling.md lists under "Permissions in Redis".',
  'read-only': 'It is a replica: name the primary.',
  cluster: 'Name a Redis that is not part of a cluster.',
  'database number': 'It has fewer databases: name a lower number.',
  certificate: 'Start NocoDB and this with NODE_EXTRA_CA_CERTS.',
  'no answer': 'It hangs, or rediss:// goes to a port without TLS.',
  'not reachable': 'Start it, or correct host and port.',
};

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { environment } = context;
    const { redis, problems } = environment;
    // That several processes need one is for the check of processes.
    const found = problemsFor(problems, 'redis').filter((problem) => problem !== lackOfRedis(environment)).map(findingOf);
    if (!redis) return [...found, { verdict: 'skipped', text: 'No Redis was tried: no variable names one. One process needs none.' }];
    return [...found, await tryOut(context, redis)];
  },
};

/**
 * @param {Context} context
 * @param {RedisAddress} redis
 * @returns {Promise<Finding>}
 */
async function tryOut({ env }, redis) {
  const { RedisConnection } = await import('../../coordination/redis-connection.js');
  const { checkScripts } = await import('../../coordination/redis.js');
  const { SCRIPTS } = await import('../../coordination/redis-scripts.js');
  const { checkLog, SCRIPTS: LOG_SCRIPTS } = await import('../../rate-log.js');
  const connection = new RedisConnection({
    ...redis,
    limits: LIMITS,
    scripts: { ...SCRIPTS, ...LOG_SCRIPTS },
    log: () => {},
    without: 'goes on by itself',
    lifeName: `${PREFIX}life`,
    check: async (client, life) => {
      await checkScripts(client, PREFIX, life, [0, LEFT_MS]);
      await checkLog(client, life);
      if (life.name.startsWith(PREFIX)) await client.pexpire(life.name, LEFT_MS);
    },
  });
  try {
    await connection.connected();
    const { status } = connection;
    return 'trouble' in status ? refused(redis, status.trouble) : usable(redis, status, env);
  } finally {
    connection.close();
  }
}

/** @param {RedisAddress} redis */
function nameOf({ url, variable }) {
  const { host, port } = core().redisServer(url);
  return `Redis of ${variable} (${host}:${port})`;
}

/**
 * @param {RedisAddress} redis
 * @param {string} trouble
 * @returns {Finding}
 */
function refused(redis, trouble) {
  return {
    verdict: 'bad',
    text: `The ${nameOf(redis)} cannot be used: ${trouble}.`,
    cure: CURES[trouble] ?? 'Mend that, or name another Redis.',
  };
}

/**
 * @param {RedisAddress} redis
 * @param {{ database: number, stays?: string }} status
 * @param {NodeJS.ProcessEnv} env
 * @returns {Finding}
 */
function usable(redis, { database, stays }, env) {
  const isKept = env.NC_KEEP_CACHE?.trim() === 'true';
  const emptied = CACHES.find((name) => core().isSameDatabase(redis.url, database, env[name]?.trim() ?? ''));
  const text = `The ${nameOf(redis)} can be used; the plugin's data is in database ${database}`;
  if (!emptied || isKept) return { verdict: 'good', text: `${text}, which no start of NocoDB empties.` };
  const why = stays ? ` The plugin stays there, as ${stays}.` : '';
  return {
    verdict: 'warning',
    text: `${text}, which is that of ${emptied}: NocoDB empties it at each start.${why}`,
    cure: OWN_DATABASE,
  };
}
