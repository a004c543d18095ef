/** Whether Bitbucket accepts a token, by the connection test that NocoDB's users have. */

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** @typedef {import('../run.js').Options} Options */

/** @type {import('../doctor.js').Check} */
export default {
  async run({ env, options }) {
    const token = await readToken(options);
    if (token === undefined) return { verdict: 'skipped', text: 'No token was tested: --token-file names one.' };
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

/** @param {Options} options */
async function readToken({ token, 'token-file': file }) {
  if (typeof file !== 'string') return typeof token === 'string' ? token.trim() : undefined;
  return (file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')).trim();
}
