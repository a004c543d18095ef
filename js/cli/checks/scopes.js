/** The scopes that a login asks for. */

import { core } from '../../core.js';
import { PREFIX, findingOf, problemsFor } from '../problems.js';

const VARIABLE = `${PREFIX}SCOPES`;

/** @type {import('../doctor.js').Check} */
export default {
  run(context) {
    const { client } = context.environment;
    const problems = problemsFor(context, 'scopes');
    if (problems.length > 0) return problems.map(findingOf);
    if (!client) return { verdict: 'skipped', text: 'The scopes were not looked at, as the OAuth client is not configured.' };
    const { scopes } = client;
    if (scopes.length === 0) return { verdict: 'good', text: 'No scopes are sent, which asks for all that the OAuth client has.' };
    const retiredScopes = core().retiredScopes(client);
    if (retiredScopes.length === 0) return { verdict: 'good', text: `A login asks for ${scopes.join(' ')}.` };
    return {
      verdict: 'warning',
      text: `A login asks for ${retiredScopes.join(' ')}, which nothing at Bitbucket needs any more. If the OAuth client does `
        + 'not have them, the login ends with invalid_scope.',
      cure: `Then set ${VARIABLE} to ${scopes.filter((scope) => !retiredScopes.includes(scope)).join(' ') || 'none'}.`,
    };
  },
};
