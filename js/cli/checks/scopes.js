/** Checks the scopes that a login requests. */

import { core } from '../../core.js';
import { PREFIX, toFinding, problemsFor } from '../problems.js';

const VARIABLE = `${PREFIX}SCOPES`;

/** @type {import('../doctor.js').Check} */
export default {
  run(context) {
    const { client } = context.environment;
    const problems = problemsFor(context, 'scopes');
    if (problems.length > 0) return problems.map(toFinding);
    if (!client) return { verdict: 'skipped', text: 'The scopes were not checked, because the OAuth client is not configured.' };
    const { scopes } = client;
    if (scopes.length === 0) return { verdict: 'good', text: 'A login sends no scopes, so it requests all scopes of the OAuth client.' };
    const retiredScopes = core().retiredScopes(client);
    if (retiredScopes.length === 0) return { verdict: 'good', text: `A login requests ${scopes.join(' ')}.` };
    return {
      verdict: 'warning',
      text: `A login requests ${retiredScopes.join(' ')}, which no endpoint of Bitbucket needs any more. If the OAuth client `
        + 'lacks one of these scopes, the login fails with invalid_scope.',
      cure: `In that case, set ${VARIABLE} to ${scopes.filter((scope) => !retiredScopes.includes(scope)).join(' ') || 'none'}.`,
    };
  },
};
