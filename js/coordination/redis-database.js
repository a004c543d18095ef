/**
 * Which database of a Redis the plugin uses, and which life that database's data has.
 *
 * In: a connection, and the number of NocoDB's own database. Out: the number of the plugin's, and the marks by which each
 * operation knows that it is there and that its data was not lost. What never happens here: a key in a database in which
 * keys of others are while another can be had, or two processes with the same permissions that end in different ones.
 *
 * NocoDB's cache empties the database of `NC_REDIS_URL` whenever a main process starts. So with nothing but that address, the
 * plugin looks for another database of the same server. What follows is an agreement between all processes of all versions
 * that do so, between their coordinations and their rate limits, whatever their OAuth clients. Whoever changes it splits them:
 *
 * - All keys of the plugin begin with `nocodb-bitbucket-auth:`, behind the address' own `keyPrefix`, if it has one.
 * - The plugin's database holds the mark `nocodb-bitbucket-auth:database`: a text at random that says nothing. It is the only
 *   one with a mark, and the mark lives for 95 days after somebody connected.
 * - Whoever connects looks at the databases (`surveyed_databases` in src/redis.rs), has the core choose, and marks the chosen
 *   one, unless it is marked already, and unmarks all others: in one step, and only if nothing has changed since the look.
 *   So those who come at the same time end in the same database, and who comes later follows.
 * - Each operation compares the mark. When it is another one or gone, the data was lost, or somebody chose anew, for instance
 *   since keys of others had turned up there: then the process chooses again, and passes on what it knows.
 * - Who cannot look at other databases (no permission, a cluster) stays in NocoDB's own, and so do all others like it. Without
 *   a mark there, and in a database that an administrator named, the life of the data has a mark of its own
 *   (`{client}:life` of each OAuth client, `{rate}:life`), which is made when it is missing.
 *
 * Versions that knew none of this used NocoDB's own database. They share nothing with this one, so all processes of an
 * installation are to be upgraded together. With an address of the plugin's own, all versions share.
 */

import { randomBytes } from 'node:crypto';
import { core } from '../core.js';

/** @typedef {import('ioredis').Redis} Redis */

/**
 * A key whose value is another one when the data was lost.
 *
 * @typedef {object} DataMarker
 * @property {string} name
 * @property {string} value
 */

/**
 * @typedef {object} DatabaseChoice
 * @property {number} database
 * @property {DataMarker} [mark] absent where none could be made
 * @property {string} [fallbackReason] why it is NocoDB's own
 */

const BASE = 'nocodb-bitbucket-auth:';

/** An unused refresh token dies after three months. */
const MARK_MS = 95 * 24 * 60 * 60 * 1000;

/** Others that start at the same time may change what was seen, but not for long. */
const MOST_TRIES = 10;

export const DATABASE_SCRIPTS = {
  /**
   * Says in a word what each database holds. Marks the chosen one, and no other, if that is what the choice was made by.
   * A database of others shows that at once. One with keys of this plugin is not read to its end; what has a lot of keys
   * and few of others among them is taken for its own.
   */
  surveyDatabases: {
    numberOfKeys: 1,
    lua: `
      local base, name = KEYS[1], KEYS[1] .. 'database'
      local seen, chosen, mark, limit = unpack(ARGV)
      local function marked()
        local value = redis.pcall('GET', name)
        -- Who may not read it would mark the database anew each time, and everybody's data would seem lost.
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

  /** The mark of the data's life in a database that was not marked. */
  readLife: {
    numberOfKeys: 1,
    lua: `
      local before = redis.pcall('GET', KEYS[1])
      -- Who may not read it would end the life of everybody's data.
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
 * @property {(name: string, life: string, limit: number) => Promise<string>} readLife
 */

/**
 * Finds the plugin's database beside NocoDB's own.
 *
 * @param {Redis} redis connected to the latter, with these scripts
 * @param {number} home the number of the latter
 * @param {number[]} [others] those that NocoDB's other variables name
 * @returns {Promise<DatabaseChoice>}
 */
export async function seekDatabase(redis, home, others = []) {
  try {
    return await agreeOnDatabase(redis, core().redisDatabaseCandidates(home, Uint32Array.from(others)));
  } catch (error) {
    // Only what Redis itself says is a reason: after everything else, others may be in another database.
    const isReply = error instanceof Error && error.name === 'ReplyError';
    const fallbackReason = isReply ? core().redisFallbackReason(error.message) : undefined;
    if (fallbackReason === undefined) throw error;
    return { database: home, fallbackReason };
  }
}

/**
 * @param {Redis} redis
 * @param {Uint32Array} numbers of the databases that may be taken, NocoDB's own first
 * @returns {Promise<DatabaseChoice>}
 */
async function agreeOnDatabase(redis, numbers) {
  /** @param {string} seen @param {number} chosen */
  const survey = (seen, chosen) => scriptsOf(redis).surveyDatabases(BASE, seen, chosen, anyText(), MARK_MS, ...numbers);
  let [seen] = await survey('', numbers[0]);
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const { database, fallbackReason } = core().chooseRedisDatabase(numbers, seen);
    const [seenNow, mark] = await survey(seen, database);
    if (mark !== undefined) return { database, mark: { name: `${BASE}database`, value: mark }, fallbackReason };
    seen = seenNow;
  }
  throw Object.assign(new Error('the databases change all the time'), { code: 'TIMEOUT' });
}

/**
 * The life of the data in a database that has no mark.
 *
 * @param {Redis} redis with these scripts
 * @param {string} name
 * @returns {Promise<DataMarker>}
 */
export async function readLife(redis, name) {
  return { name, value: await scriptsOf(redis).readLife(name, anyText(), MARK_MS) };
}

function anyText() {
  return randomBytes(16).toString('base64url');
}

/** @param {Redis} redis */
function scriptsOf(redis) {
  return /** @type {Scripts} */ (/** @type {unknown} */ (redis));
}
