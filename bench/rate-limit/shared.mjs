// Measures the load on Redis when many processes count requests. A rate limiter with its own connection to Redis stands for
// each process. These rate limiters share nothing but Redis.
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { acquire } from '../lib/before.mjs';
import { answer } from '../lib/processes.mjs';

const SLOW_MICROS = 1000;

await answer(async ({ folder, url, processes, each, account, filled, limit, commands }) => {
  const file = (path) => pathToFileURL(`${folder}/js/${path}`).href;
  await import(file('nocodb/entry.js'));
  const { RateLimiter } = await import(file('rate-limit.js'));
  const limiters = Array.from({ length: processes }, () => (
    new RateLimiter({ rateLimit: limit, isRateLimitConfigured: true, redis: { url } })));
  // Connects one limiter after the other, because a burst of handshakes is not part of the measurement.
  for (const limiter of limiters) await acquire(limiter, 'another account', 'group').catch(() => {});
  const takeAll = () => Promise.all(limiters.map((limiter) => (
    acquire(limiter, account, 'group', { maxWaitMs: 0 }).catch(tooMany))));
  for (let taken = 0; taken < filled; taken += processes) await takeAll();
  const reader = new Redis(url);
  await reader.config('SET', 'slowlog-log-slower-than', SLOW_MICROS);
  await reader.slowlog('RESET');
  await reader.config('RESETSTAT');
  for (let taken = 0; taken < each; taken += 1) await takeAll();
  const stats = await reader.info('commandstats');
  const slow = await reader.slowlog('LEN');
  reader.disconnect();
  const numbers = (command) => (new RegExp(`cmdstat_${command}:calls=(\\d+),usec=(\\d+)`).exec(stats) ?? [0, 0, 0]).map(Number);
  const requests = processes * each;
  const sum = (at) => commands.reduce((total, command) => total + numbers(command)[at], 0);
  return { micros: sum(2) / requests, commands: sum(1) / requests, slow };
});

/** @param {Error & { code?: string }} error */
function tooMany(error) {
  if (error.code !== 'API_RATE_LIMITED') throw error;
}
