// Counts the Redis commands that the plugin sends for one API request. The counts are Redis's own statistics.
import { Redis } from 'ioredis';
import entry from 'nocodb-bitbucket-auth';
import { config, connect } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

/**
 * Commands that are not counted. Either this benchmark itself sends them, or the plugin sends them only when it connects to
 * Redis, or from time to time.
 */
const OTHERS = ['info', 'config|resetstat', 'client|setinfo', 'select', 'auth', 'hello', 'ping'];

/** How often each command ran, including commands inside scripts. */
async function counts(redis) {
  const lines = (await redis.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return Object.fromEntries([...lines].map(([, name, calls]) => [name, Number(calls)]).filter(([name]) => !OTHERS.includes(name)));
}

await answer(async ({ origin, url, calls }) => {
  const [tokens] = await connect(origin, 1);
  const stored = config(tokens);
  const call = () => new entry.wrapper(stored, { id: 'one', logger: () => {} }).use((client) => client.get('/user'));
  const redis = new Redis(url);
  try {
    for (let i = 0; i < 10; i += 1) await call();
    await redis.config('RESETSTAT');
    for (let i = 0; i < calls; i += 1) await call();
    const found = await counts(redis);
    return Object.fromEntries(Object.entries(found).map(([name, count]) => [name, Math.round(count / calls * 100) / 100]));
  } finally {
    redis.disconnect();
  }
});
