/** Checks whether Bitbucket accepts a token, with the same connection test as NocoDB's form. */

/** @type {import('../doctor.js').Check} */
export default {
  async run({ env, options, token }) {
    if (token === undefined) {
      return { verdict: 'skipped', text: 'No token was tested. To test a token, set --token-file to a file that contains the token.' };
    }
    const { createEntry } = await import('../../nocodb/entry.js');
    const { email, workspace, repository } = /** @type {Record<string, string | undefined>} */ (options);
    const config = { type: email === undefined ? 'api_key' : 'basic', token, email, workspace, repository };
    const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
    const { wrapper: Wrapper } = createEntry(env);
    const { success, message, missingScopes = [] } = await new Wrapper(given, { logger: () => {} }).testConnection();
    if (!success) return { verdict: 'bad', text: `The token: ${message}` };
    return { verdict: missingScopes.length > 0 ? 'warning' : 'good', text: `The token: ${message}` };
  },
};
