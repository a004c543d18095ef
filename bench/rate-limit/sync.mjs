// Measures when the rate limiter lets each request of a sync pass, if the sync makes all its requests at once. The clock is
// mocked: only this module moves the clock.
import { mock } from 'node:test';
import { pathToFileURL } from 'node:url';
import { moveClock } from '../../tests/support/clock.js';
import { acquire } from '../lib/before.mjs';
import { answer } from '../lib/processes.mjs';

await answer(async ({ folder, limit, requests, starts }) => {
  const file = (path) => pathToFileURL(`${folder}/js/${path}`).href;
  await import(file('nocodb/entry.js'));
  const { RateLimiter } = await import(file('rate-limit.js'));
  const syncs = [];
  for (const start of starts) {
    const clock = moveClock({ mock }, start);
    const limiter = new RateLimiter({ rateLimit: limit, isRateLimitConfigured: true });
    const times = [];
    const takes = Array.from({ length: requests }, () => acquire(limiter, 'account', 'group').then(() => {
      times.push(Date.now() - start);
    }));
    await clock.until(() => times.length, requests);
    await Promise.all(takes);
    syncs.push(times);
    mock.restoreAll();
    mock.timers.reset();
  }
  return syncs;
});
