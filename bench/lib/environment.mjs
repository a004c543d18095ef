// The plugin's environment variables for a benchmark that sends API requests to a plain HTTP server.
import { CLIENT_VARIABLES } from '../../tests/support/environment.js';

/** @param {string} apiUrl */
export const environmentFor = (apiUrl) => ({
  ...CLIENT_VARIABLES,
  INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
  // The plugin counts requests against this limit, but never reaches it.
  INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000000',
});
