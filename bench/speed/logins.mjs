// Measures whole logins, one after another. Each contestant (an OAuth library) does the same work. The simulator runs in another
// process.
import { authorizeInBrowser } from '../../demo/bitbucket/browser.js';
import { answer } from '../lib/processes.mjs';
import { contestants } from './contestants.mjs';

/** A login that consists of a contestant's separate operations. */
const whole = (parts) => async (authorize) => {
  const { url, state, codeVerifier } = await parts.start();
  const { code } = await parts.callback(await authorize(url), { state });
  const { url: address, ...request } = await parts.request({ code, codeVerifier });
  const response = await fetch(address, { ...request, redirect: 'manual' });
  const tokens = await parts.tokens({
    status: response.status, headers: Object.fromEntries(response.headers), body: await response.text(),
    receivedAt: Date.now(), grant: 'authorization_code',
  });
  return tokens.accessToken;
};

await answer(async ({ origin, settings, rounds }) => {
  const all = Object.entries(contestants(settings)).map(([name, parts]) => [name, parts.login ?? whole(parts)]);
  const authorize = (url) => authorizeInBrowser({ origin, url, grant: true });
  const took = Object.fromEntries(all.map(([name]) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, login] of round % 2 ? all.toReversed() : all) {
      const start = performance.now();
      const token = await login(authorize);
      if (round >= 0) took[name].push(performance.now() - start);
      if (typeof token !== 'string' || token === '') throw new Error(`${name} got no token`);
    }
  }
  return took;
});
