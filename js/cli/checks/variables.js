/** The variables of which no other check tells: whether they are there, and can be used. */

import { PREFIX, findingOf, problemsFor } from '../problems.js';

/** @type {import('../doctor.js').Check} */
export default {
  run({ env, environment }) {
    const problems = problemsFor(environment.problems);
    if (problems.length > 0) return problems.map(findingOf);
    const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name]?.trim());
    return { verdict: 'good', text: `${names.length} variables of the plugin are set.` };
  },
};
