/**
 * Checks whether the plugin can use the Redis that NocoDB's processes share. The check connects as the plugin does, and runs the
 * same commands.
 *
 * If one of NocoDB's own variables names this Redis, the check chooses a database for the plugin and writes a key there that
 * marks the database, as the plugin does when it connects (redis-database.js). All other keys that the check writes expire after
 * a second.
 */

import { core } from '../../core.js';
import { toFinding, missingRedisProblem, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */
/** @typedef {import('../../../pkg/core.js').RedisAddress} RedisAddress */

const LIMITS = { operation: 2000, connection: 3000, reconnection: 60_000, watch: 60_000 };

const PREFIX = 'nocodb-bitbucket-auth:doctor:';

const EXPIRY_MS = 1000;

/** The variables that name the Redis of NocoDB's cache. */
const CACHE_VARIABLES = ['NC_REDIS_URL', 'NC_CACHE_REDIS_URL'];

const OWN_DATABASE = 'Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that no other program uses.';

/** The explanations of the core's error summaries. All other summaries need no explanation. @type {Record<string, string>} */
const MEANINGS = {
  password: 'user or password is wrong or missing',
  permission: 'the user lacks a permission',
  'read-only': 'it is read-only',
  'too few replicas': 'it has too few replicas',
  memory: 'its memory is full',
  disk: 'it cannot write to its disk',
  cluster: 'it is part of a cluster',
  'sentinel or missing command': 'it is a sentinel, or lacks a command',
  'database number': 'it has no database with that number',
  loading: 'it is still loading its data',
  certificate: 'its TLS certificate is not accepted',
  TLS: 'the TLS handshake failed',
  'no response': 'it does not respond',
  'value of another program': 'a key of the plugin has a value of another program',
  'unneeded password': 'the URL has a password, but Redis requires none',
  error: 'it returns an error',
};

/** The specific cures, by error summary. All other summaries have a general cure. @type {Record<string, string>} */
const CURES = {
  password: 'Correct the URL.',
  permission: 'Give the user the permissions that docs/scaling.md lists under "Permissions in Redis".',
  'read-only': 'This Redis is a replica. Set the URL of the primary.',
  cluster: 'Set the URL of a Redis that is not part of a cluster.',
  'database number': 'Set a lower database number.',
  certificate: 'Start NocoDB and this command with NODE_EXTRA_CA_CERTS.',
  'no response': 'Restart Redis, or correct the port: a rediss:// URL needs a port with TLS.',
  'not reachable': 'Start Redis, or correct the host and the port.',
};

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const { environment } = context;
    const { redis } = environment;
    // The check `processes` reports that several processes have no common Redis.
    const problems = problemsFor(context, 'redis').filter((problem) => problem !== missingRedisProblem(environment));
    const isNamed = problems.some(({ field = '' }) => field.endsWith('_REDIS_URL'));
    return [...problems.map(toFinding), redis ? await tryOut(context, redis) : skipped(isNamed)];
  },
};

/** @param {boolean} isNamed @returns {Finding} */
function skipped(isNamed) {
  const why = isNamed ? 'the variable with its URL is invalid.' : 'no variable contains a Redis URL. A single process needs no Redis.';
  return { verdict: 'skipped', text: `Redis was not checked: ${why}` };
}

/**
 * @param {Context} context
 * @param {RedisAddress} redis
 * @returns {Promise<Finding>}
 */
async function tryOut({ env }, redis) {
  const { RedisConnection } = await import('../../coordination/redis-connection.js');
  const { checkScripts } = await import('../../coordination/redis-store.js');
  const { SCRIPTS } = await import('../../coordination/redis-scripts.js');
  const { checkLog, SCRIPTS: LOG_SCRIPTS } = await import('../../request-log.js');
  const connection = new RedisConnection({
    ...redis,
    limits: LIMITS,
    scripts: { ...SCRIPTS, ...LOG_SCRIPTS },
    log: () => {},
    without: 'runs alone',
    markerKey: `${PREFIX}life`,
    check: async (client, marker) => {
      await checkScripts(client, PREFIX, marker, [0, EXPIRY_MS]);
      await checkLog(client, marker);
      if (marker.name.startsWith(PREFIX)) await client.pexpire(marker.name, EXPIRY_MS);
    },
  });
  try {
    await connection.connected();
    const { status } = connection;
    return 'errorSummary' in status ? unusable(redis, status.errorSummary) : usable(redis, status, env);
  } finally {
    connection.close();
  }
}

/** @param {RedisAddress} redis */
function describeRedis({ url, variable }) {
  const { host, port } = core().parseRedisUrl(url);
  return `Redis of ${variable} (${host}:${port})`;
}

/**
 * @param {RedisAddress} redis
 * @param {string} errorSummary
 * @returns {Finding}
 */
function unusable(redis, errorSummary) {
  return {
    verdict: 'bad',
    text: `The ${describeRedis(redis)} cannot be used: ${MEANINGS[errorSummary] ?? errorSummary}.`,
    cure: CURES[errorSummary] ?? 'Correct the cause, or set the URL of another Redis.',
  };
}

/**
 * @param {RedisAddress} redis
 * @param {{ database: number, fallbackReason?: string }} status
 * @param {NodeJS.ProcessEnv} env
 * @returns {Finding}
 */
function usable(redis, { database, fallbackReason }, env) {
  const isKept = env.NC_KEEP_CACHE?.trim() === 'true';
  const emptied = CACHE_VARIABLES.find((name) => core().isSameRedisDatabase(redis.url, database, env[name]?.trim() ?? ''));
  const text = `The ${describeRedis(redis)} can be used; the plugin's data is in database ${database}`;
  if (!emptied || isKept) return { verdict: 'good', text: `${text}, which NocoDB does not empty.` };
  const why = fallbackReason ? ` The plugin uses this database, because ${fallbackReason}.` : '';
  return {
    verdict: 'warning',
    text: `${text}, which ${emptied} also names. NocoDB empties this database at each start.${why}`,
    cure: OWN_DATABASE,
  };
}
