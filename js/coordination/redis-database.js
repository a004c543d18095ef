/**
 * Finds the database of Redis that the plugin uses, and the marker of the plugin's data.
 *
 * In: a connection, and the number of NocoDB's own database. Out: the number of the plugin's database, and the marker with which
 * each operation checks that it runs in that database and that the data were not lost. Never: a key in a database with keys of
 * other programs while another database is available, or different databases for two processes with the same permissions.
 *
 * NocoDB's cache empties the database of `NC_REDIS_URL` whenever a main process starts. If no other URL is configured, the
 * plugin therefore searches for another database of the same server. Versions with different protocols would not
 * share their data. So all processes and versions that search follow the same protocol, for shared token stores and rate limits,
 * and regardless of their OAuth clients:
 *
 * - All keys of the plugin begin with `nocodb-bitbucket-auth:`, after the `keyPrefix` of the URL, if it has one.
 * - The plugin's database contains the marker `nocodb-bitbucket-auth:database`, a random string. No other database has one. The
 *   marker expires 95 days after the last connection.
 * - A process that connects makes a survey: it finds out what each database contains (`database_candidates` in src/redis.rs
 *   lists the databases). The core then chooses one of these databases. If a second survey has the same result, the process marks
 *   the chosen database, unless the database has a marker already, and removes all other markers. One script makes the second
 *   survey and these changes. So processes that start at the same time choose the same database, and processes that start later
 *   find its marker.
 * - Each operation compares the marker with the marker that the process knows. If the marker differs or is missing, the data were
 *   lost, or another process chose a new database, for instance because keys of another program appeared in the old one. Then the
 *   process chooses a database again, and publishes the entries that it knows.
 * - Every process that cannot survey other databases uses NocoDB's own database. Such a process has no permission, or its Redis
 *   is a cluster. If NocoDB's own database has no marker, or if an administrator named the plugin's database, the first process
 *   creates separate markers for the data: `{client}:life` for each OAuth client, and `{rate}:life` for the rate limits.
 *
 * Versions before this protocol used NocoDB's own database. They share no data with versions that follow the protocol, so all
 * processes of an installation have to be upgraded together. If the plugin has a Redis URL of its own, all versions share their
 * data.
 */

import { randomBytes } from 'node:crypto';
import { core } from '../core.js';

/** @typedef {import('ioredis').Redis} Redis */

/**
 * A key whose value changes when the data were lost.
 *
 * @typedef {object} DataMarker
 * @property {string} name
 * @property {string} value
 */

/**
 * @typedef {object} DatabaseChoice
 * @property {number} database
 * @property {DataMarker} [mark] the marker, absent if none could be created
 * @property {string} [fallbackReason] why the plugin uses NocoDB's own database
 */

const BASE = 'nocodb-bitbucket-auth:';

/** Longer than the three months after which an unused refresh token expires. */
const MARKER_MS = 95 * 24 * 60 * 60 * 1000;

/** The limit for surveys. Other processes that start at the same time may change the result of a survey, but not for long. */
const MAX_ATTEMPTS = 10;

export const DATABASE_SCRIPTS = {
  /**
   * Returns the survey: one word for the content of each database. If the database was chosen from a survey with the same words,
   * the script marks the chosen database and no other database. A key of another program ends the scan of its database at once.
   * A database with keys of this plugin is not scanned completely, so a database with many keys of the plugin and few keys of
   * other programs may count as the plugin's.
   */
  surveyDatabases: {
    numberOfKeys: 1,
    lua: `
      local base, name = KEYS[1], KEYS[1] .. 'database'
      local seen, chosen, mark, limit = unpack(ARGV)
      local function marked()
        local value = redis.pcall('GET', name)
        -- Without permission to read the marker, a process would replace it each time, so that all data would seem lost.
        if type(value) == 'table' and not string.find(value.err, 'WRONGTYPE', 1, true) then error(value.err) end
        return type(value) == 'string' and value ~= '' and value
      end
      local function owners()
        local cursor, ours, steps = '0', false, 0
        repeat
          local reply = redis.call('SCAN', cursor, 'COUNT', 100)
          cursor, steps = reply[1], steps + 1
          for _, key in ipairs(reply[2]) do
            if string.sub(key, 1, #base) ~= base then return 'others' end
            ours = true
          end
        until cursor == '0' or (ours and steps >= 20)
        return ours and 'ours' or 'empty'
      end
      local words, marks = {}, {}
      for at = 5, #ARGV do
        local selected = redis.pcall('SELECT', ARGV[at])
        local word = 'missing'
        if not selected.err then
          word = owners()
          if marked() then
            marks[ARGV[at]] = true
            word = word == 'others' and 'invaded' or 'marked'
          end
        elseif not string.find(selected.err, 'DB index', 1, true) then
          return selected
        end
        words[#words + 1] = word
      end
      local survey = table.concat(words, ' ')
      if survey ~= seen then return { survey } end
      for number in pairs(marks) do
        if number ~= chosen then
          redis.call('SELECT', number)
          redis.call('DEL', name)
        end
      end
      redis.call('SELECT', chosen)
      mark = marked() or mark
      redis.call('SET', name, mark, 'PX', limit)
      return { survey, mark }
    `,
  },

  /** Reads or creates the separate marker of the data in a database that has no marker itself. */
  readMarker: {
    numberOfKeys: 1,
    lua: `
      local before = redis.pcall('GET', KEYS[1])
      -- Without permission to read the marker, a process would replace it, so that all data would seem lost.
      if type(before) == 'table' and not string.find(before.err, 'WRONGTYPE', 1, true) then return before end
      local life = type(before) == 'string' and before ~= '' and before or ARGV[1]
      redis.call('SET', KEYS[1], life, 'PX', ARGV[2])
      return life
    `,
  },
};

/**
 * @typedef {object} Scripts
 * @property {(base: string, seen: string, chosen: number, mark: string, limit: number, ...numbers: number[])
 *   => Promise<[string, string?]>} surveyDatabases
 * @property {(name: string, life: string, limit: number) => Promise<string>} readMarker
 */

/**
 * Finds a database for the plugin on the server of NocoDB's own database.
 *
 * @param {Redis} redis connected to NocoDB's own database, with `DATABASE_SCRIPTS`
 * @param {number} own the number of NocoDB's own database
 * @param {number[]} [others] databases that NocoDB's other variables name
 * @returns {Promise<DatabaseChoice>}
 */
export async function findDatabase(redis, own, others = []) {
  try {
    return await agreeOnDatabase(redis, core().redisDatabaseCandidates(own, Uint32Array.from(others)));
  } catch (error) {
    // Only an error reply of Redis is a reason to use NocoDB's own database. After any other error, other processes may have
    // found another database.
    const isReply = error instanceof Error && error.name === 'ReplyError';
    const fallbackReason = isReply ? core().redisFallbackReason(error.message) : undefined;
    if (fallbackReason === undefined) throw error;
    return { database: own, fallbackReason };
  }
}

/**
 * @param {Redis} redis
 * @param {Uint32Array} numbers of the candidates, NocoDB's own first
 * @returns {Promise<DatabaseChoice>}
 */
async function agreeOnDatabase(redis, numbers) {
  /** @param {string} seen @param {number} chosen */
  const survey = (seen, chosen) => scriptsOf(redis).surveyDatabases(BASE, seen, chosen, randomValue(), MARKER_MS, ...numbers);
  let [seen] = await survey('', numbers[0]);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { database, fallbackReason } = core().chooseRedisDatabase(numbers, seen);
    const [seenNow, mark] = await survey(seen, database);
    if (mark !== undefined) return { database, mark: { name: `${BASE}database`, value: mark }, fallbackReason };
    seen = seenNow;
  }
  throw Object.assign(new Error('another process changed the databases during each survey'), { code: 'TIMEOUT' });
}

/**
 * Reads or creates the separate marker of the data in a database that has no marker itself.
 *
 * @param {Redis} redis with `DATABASE_SCRIPTS`
 * @param {string} name
 * @returns {Promise<DataMarker>}
 */
export async function readMarker(redis, name) {
  return { name, value: await scriptsOf(redis).readMarker(name, randomValue(), MARKER_MS) };
}

function randomValue() {
  return randomBytes(16).toString('base64url');
}

/** @param {Redis} redis */
function scriptsOf(redis) {
  return /** @type {Scripts} */ (/** @type {unknown} */ (redis));
}
