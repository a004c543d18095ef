// The plugin's environment variables for a benchmark with a plain server.
import { CLIENT_VARIABLES } from '../../tests/support/environment.js';

/** @param {string} apiUrl */
export const environmentFor = (apiUrl) => ({
  ...CLIENT_VARIABLES,
  INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
  // Requests are counted, but the limit is never reached.
  INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000000',
});
