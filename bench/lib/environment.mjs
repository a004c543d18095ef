// The plugin's variables for a bench against a plain server.
import { CLIENT_VARIABLES } from '../../tests/support/environment.js';

/** @param {string} apiUrl */
export const environmentFor = (apiUrl) => ({
  ...CLIENT_VARIABLES,
  INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
  // Counted as always, and never used up.
  INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000000',
});
