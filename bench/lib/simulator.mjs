// The Bitbucket simulator in a process of its own, so that its work does not count in any figure.
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { simulatorVariables } from '../../tests/support/environment.js';
import { answer } from './processes.mjs';

await answer(async (options) => {
  const bitbucket = await startBitbucket(options);
  // A benchmark sends more requests in a minute than Bitbucket allows in an hour.
  return { origin: bitbucket.origin, env: simulatorVariables(bitbucket, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' }) };
});
