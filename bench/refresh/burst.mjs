// A burst: the tokens of all connections of a process have expired, and all connections are used at the same moment.
import entry from 'nocodb-bitbucket-auth';
import { config, connect, control } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

const DAY = 24 * 60 * 60 * 1000;

// The simulator delays its token responses as if it were as far away as Bitbucket, so that requests can accumulate at the server.
const DELAY_MS = 20;

await answer(async ({ origin, connections }) => {
  const all = (await connect(origin, connections)).map((tokens) => {
    const wrapper = new entry.wrapper(config(tokens, Date.now() - DAY));
    const connection = { wrapper, before: tokens.refresh_token, stored: [] };
    wrapper.setTokenRefreshCallback(({ refresh_token: token }) => connection.stored.push(token));
    return connection;
  });
  await control(origin, 'fault', { target: 'token', kind: 'delay', delayMs: DELAY_MS, times: connections });

  const startedAt = performance.now();
  const outcomes = await Promise.allSettled(all.map(({ wrapper }) => wrapper.use((client) => client.get('/user'))));
  const seconds = (performance.now() - startedAt) / 1000;

  // Each old refresh token was used exactly once if there were as many token requests as connections, all of them succeeded, and
  // each connection has a new token of its own.
  const renewed = all.filter(({ before, stored }) => stored.length > 0 && stored.at(-1) !== before);
  const { token, api } = await control(origin, 'stats');
  return {
    seconds,
    token,
    api,
    succeeded: outcomes.filter(({ status }) => status === 'fulfilled').length,
    stored: new Set(renewed.map(({ stored }) => stored.at(-1))).size,
    storeCalls: all.reduce((sum, { stored }) => sum + stored.length, 0),
  };
});
