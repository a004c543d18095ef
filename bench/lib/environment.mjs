// The plugin's variables for a bench against a plain server.

/** @param {string} apiUrl */
export const environmentFor = (apiUrl) => ({
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'https://nocodb.example/dashboard/',
  INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
  // Counted as always, and never used up.
  INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000000',
});
