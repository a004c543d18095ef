/**
 * The Lua scripts of the shared token store.
 *
 * In: the prefix of all keys, and the arguments of a process. Out: the data that Redis holds after the script, and its reply.
 * Never: a failure because another program wrote to the store's Redis keys, a Redis key without an expiry, or a decision of a
 * script about tokens.
 *
 * The store names each refresh token by a key, which is a keyed hash. The successor of a key is the entry whose refresh token was
 * issued in exchange for the refresh token of that key. A chain consists of the entries of one login, each the successor of the
 * one before. The fence of an entry is the number of the lock under which it was obtained; each lock has a higher number.
 */

import { CLOCK_TOLERANCE_MS, REMEMBERED_MS } from './memory-store.js';

/** The highest valid fence. No installation takes that many locks. The scripts ignore a higher fence. */
export const HIGHEST_FENCE = 1e12;

/**
 * The functions that all scripts share. The pointer of a key is `<fence> <key of the successor>`. The pair of a key (its token
 * set) is `<fence> <key of the predecessor> <ciphertext>`; older versions omit the predecessor. A chain has one pointer for each
 * refresh of the last 30 days, and the limit of the loop in `follow` is far above the length of a chain. A value that is not a
 * string, or a fence above `HIGHEST_FENCE`, counts as absent.
 */
const PRELUDE = `
  local prefix = KEYS[1]
  local function text(name)
    local value = redis.pcall('GET', prefix .. name)
    return type(value) == 'string' and value or ''
  end
  local function counted(digits)
    local number = tonumber(digits) or 0
    return number <= ${HIGHEST_FENCE} and number or 0
  end
  local function follow(key)
    local highest, passed = 0, { [key] = true }
    for _ = 1, 5000 do
      local fence, newer = string.match(text('next:' .. key), '^(%d+) (.+)$')
      if not fence or passed[newer] then break end
      key = newer
      passed[key] = true
      highest = math.max(highest, counted(fence))
    end
    return key, highest, passed
  end
  local function pair(key)
    return text('pair:' .. key)
  end
  local function fence_of(key)
    return counted(string.match(pair(key), '^(%d+) '))
  end
  local function raise_fence(seen, by, limit)
    local counter = counted(text('fence'))
    if counter == 0 then
      -- The counter was lost, and maybe no process knows its value. The time in hundredths of seconds is higher, as locks are rarer.
      local clock = redis.call('TIME')
      counter = clock[1] * 100 + math.floor(clock[2] / 10000)
    end
    local fence = math.max(counter, tonumber(seen)) + by
    redis.call('SET', prefix .. 'fence', string.format('%.0f', fence), 'PX', limit)
    return fence
  end
`;

/** Stops a script that runs in the wrong database, or after the data were lost. */
const GUARD = `
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local args = { unpack(ARGV, 2) }
`;

/** Runs the commands of the other scripts. After a loss of data, it restores the counter, so that no fence is issued twice. */
const CHECK = `
  local seen, limit = unpack(ARGV)
  -- First, because Redis lets a script that has written something continue when its memory is full.
  raise_fence(seen, 0, limit)
  local name = prefix .. 'check'
  redis.call('SET', name, redis.call('TIME')[1])
  redis.call('PEXPIRE', name, 60000)
  redis.call('PTTL', name)
  redis.call('DEL', name)
  redis.call('GET', name)
`;

const GUARDED = {
  /** A lock ends at its limit, even if another program set it without an expiry. */
  acquire: `
    local key, owner, lock_limit, seen, limit = unpack(args)
    local name = prefix .. 'lock:' .. key
    if not redis.call('SET', name, owner, 'NX', 'PX', lock_limit) then
      local rest = redis.call('PTTL', name)
      if rest < 0 or rest > tonumber(lock_limit) then redis.call('PEXPIRE', name, lock_limit) end
      return 0
    end
    return raise_fence(seen, 1, limit)
  `,

  extend: `
    local key, owner, limit = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('PEXPIRE', prefix .. 'lock:' .. key, limit)
  `,

  release: `
    local key, owner = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('DEL', prefix .. 'lock:' .. key)
  `,

  /**
   * Records that Bitbucket refused a key's refresh token, or granted a token request. The arguments are the key, the age of the
   * refusal, and the age of the granted request (`-1`: nothing to record). Returns the ages of the last refusal, of the last
   * refusal of any other key, and of the newest granted request (`-1`: unknown). The stored value is
   * `<granted> <refused> <another refused> <key that was refused last>`. The last refusals of two different keys are enough for
   * the reply about any key.
   */
  refusals: `
    local key, refused_ago, granted_ago = args[1], tonumber(args[2]), tonumber(args[3])
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
    local function remembered(time)
      time = tonumber(time) or 0
      return time > now - ${REMEMBERED_MS} and time <= now + ${CLOCK_TOLERANCE_MS} and time or 0
    end
    local function ago(time)
      return time > 0 and math.max(now - time, 0) or -1
    end
    local granted, last, another, last_key = string.match(text('refusals'), '^(%d+) (%d+) (%d+) (.*)$')
    granted, last, another = remembered(granted), remembered(last), remembered(another)
    if granted_ago >= 0 then granted = math.max(granted, remembered(now - granted_ago)) end
    local refused = refused_ago >= 0 and remembered(now - refused_ago) or 0
    if refused > 0 and last > 0 and key == last_key then
      last = math.max(last, refused)
    elseif refused > 0 and refused >= last then
      last, another, last_key = refused, last, key
    else
      another = math.max(another, refused)
    end
    if refused_ago >= 0 or granted_ago >= 0 then
      local value = string.format('%.0f %.0f %.0f %s', granted, last, another, last_key or '')
      redis.call('SET', prefix .. 'refusals', value, 'PX', ${REMEMBERED_MS})
    end
    return { ago(last), ago(key == last_key and another or last), ago(granted) }
  `,

  /** Returns the newest entry of a chain, and whether the key that the process considers the newest leads to this entry. */
  find: `
    local key, theirs = unpack(args)
    local newest, _, passed = follow(key)
    local known = theirs == '' or passed[theirs] or follow(theirs) == newest
    return { newest, pair(newest), known and 1 or 0 }
  `,

  /**
   * Finds the position of a pair that is to become a key's successor (`ChainPosition` in publication.js). If the position is the
   * expected one, the script carries out the decision that the process has based on it. So no publication of another process is
   * lost between the decision and its execution. If a key has got two successors, both lead to the newer one afterwards.
   */
  publish: `
    local key, own, expected, step, by, fence, value, pair_limit, pointer_limit = unpack(args)
    local newest, highest, passed = follow(key)
    local last, weight, beyond = follow(own)
    local place = newest == own and 'newest' or passed[own] and 'superseded' or beyond[key] and 'predecessor'
      or last == newest and 'predecessor-of-newest' or 'unrelated'
    local fence_of_newest = fence_of(newest)
    local seen = string.format('%s %d %.0f %.0f %d %.0f', place, newest == key and 1 or 0, fence_of_newest,
      math.max(highest, fence_of_newest), last == own and 1 or 0, math.max(weight, fence_of(last)))
    local reply = { seen, newest, pair(newest), last, pair(last) }
    if seen ~= expected then return reply end
    local function point(from, to)
      redis.call('SET', prefix .. 'next:' .. from, string.format('%.0f %s', by, to), 'PX', pointer_limit)
      redis.call('DEL', prefix .. 'pair:' .. from)
    end
    if step == 'join' then
      point(last, newest)
    elseif step == 'follow' or step == 'follow-anew' or step == 'precede' then
      if step == 'follow-anew' then redis.call('DEL', prefix .. 'next:' .. own) end
      point(newest, own)
      if newest ~= key then point(key, own) end
    end
    if value == '' then return reply end
    redis.call('SET', prefix .. 'pair:' .. own, string.format('%.0f %s', fence, value), 'PX', pair_limit)
    return { seen }
  `,
};

/** @typedef {'check' | keyof typeof GUARDED} ScriptName */

/**
 * The scripts by name. The two keys of each script are the prefix of all keys and the marker's key. The marker's value precedes
 * the arguments of all scripts except `check`.
 */
export const SCRIPTS = Object.fromEntries([
  ['check', PRELUDE + CHECK],
  ...Object.entries(GUARDED).map(([name, lua]) => [name, PRELUDE + GUARD + lua]),
].map(([name, lua]) => [name, { lua, numberOfKeys: 2 }]));
