// The simulator of Bitbucket in a process of its own, so that its work is not in anybody's figures.
import { startBitbucket } from '../../demo/bitbucket/server.js';
import { answer } from './processes.mjs';

await answer(async (options) => {
  const { origin, authorizeUrl, tokenUrl, apiUrl, client } = await startBitbucket(options);
  return {
    origin,
    env: {
      INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: client.key,
      INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: client.secret,
      INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: client.callback,
      INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: authorizeUrl,
      INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: tokenUrl,
      INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
      // Whoever measures sends more in a minute than Bitbucket takes in an hour.
      INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off',
    },
  };
});
