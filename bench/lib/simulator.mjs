// The simulator of Bitbucket in a process of its own, so that its work is not in anybody's figures.
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { simulatorVariables } from '../../tests/support/environment.js';
import { answer } from './processes.mjs';

await answer(async (options) => {
  const bitbucket = await startBitbucket(options);
  // Whoever measures sends more in a minute than Bitbucket takes in an hour.
  return { origin: bitbucket.origin, env: simulatorVariables(bitbucket, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' }) };
});
