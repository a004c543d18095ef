// Measures API calls per second. Each call uses a new wrapper (the package's object that NocoDB creates for each call). The
// comparison uses one bare Axios instance for all calls.
import axios from 'axios';
import { config } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

await answer(async ({ apiUrl, rounds, calls, entry: specifier }) => {
  const { default: entry } = await import(specifier);
  const tokens = { oauth_token: 'a-token-that-no-server-checks', refresh_token: 'a-refresh-token-that-no-server-checks' };
  const stored = config(tokens);
  const host = { id: 'one', title: 'One', logger: () => {} };
  const bare = axios.create({ baseURL: apiUrl, headers: { Authorization: `Bearer ${tokens.oauth_token}` } });
  const ways = {
    wrapper: () => new entry.wrapper(stored, host).use((client) => client.get('/user')),
    bare: () => bare.get('/user'),
  };
  const perSecond = async (call) => {
    const from = performance.now();
    for (let i = 0; i < calls; i += 1) await call();
    return calls / (performance.now() - from) * 1000;
  };
  const results = { wrapper: [], bare: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? ['wrapper', 'bare'] : ['bare', 'wrapper']) {
      const value = await perSecond(ways[name]);
      if (round >= 0) results[name].push(value);
    }
  }
  return results;
});
