/** Checks whether OAuth2 is configured. Reports unknown variables, and the problems that no other check reports. */

import { core } from '../../core.js';
import { PREFIX, toFinding, isOAuthUnset, problemsFor } from '../problems.js';

/** @typedef {import('../doctor.js').Finding} Finding */

/** An unknown name counts as misspelled if it differs from a known name in at most this many letters. */
const MAX_TYPOS = 3;

/** @type {import('../doctor.js').Check} */
export default {
  run(context) {
    const { env, environment } = context;
    const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name]?.trim());
    const known = core().environmentVariables().split(' ').filter((name) => name.startsWith(PREFIX));
    const unknown = names.filter((name) => !known.includes(name)).map((name) => unknownVariable(name, known));
    const problems = problemsFor(context);
    if (isOAuthUnset(env)) return [withoutOAuth(), ...problems.map(toFinding), ...unknown];
    if (problems.length > 0) return [...problems.map(toFinding), ...unknown];
    const isAllGood = environment.problems.length === 0;
    return [isAllGood ? allGood(names.length - unknown.length) : othersGood(), ...unknown];
  },
};

/** @param {number} count @returns {Finding} */
const allGood = (count) => ({ verdict: 'good', text: `${count} variables of the plugin are set.` });

/** Other checks report the variables that have problems. @returns {Finding} */
const othersGood = () => ({ verdict: 'good', text: 'The other variables of the plugin can be used.' });

/** @returns {Finding} */
function withoutOAuth() {
  return {
    verdict: 'warning',
    text: 'OAuth2 is not configured; access tokens and API tokens work without it.',
    cure: `For OAuth2, set ${PREFIX}CLIENT_ID, ${PREFIX}CLIENT_SECRET and ${PREFIX}REDIRECT_URI.`,
  };
}

/**
 * @param {string} name
 * @param {string[]} known
 * @returns {Finding}
 */
function unknownVariable(name, known) {
  const [closest] = known.map((other) => ({ other, typos: typosBetween(name, other) })).sort((a, b) => a.typos - b.typos);
  return {
    verdict: 'warning',
    text: `${name} is not a variable of the plugin.`,
    cure: closest && closest.typos <= MAX_TYPOS
      ? `Did you mean ${closest.other}?`
      : 'docs/configuration.md in the repository lists all variables.',
  };
}

/**
 * The number of letters to add, remove or replace in order to turn one name into the other (Levenshtein distance).
 *
 * @param {string} one
 * @param {string} other
 */
function typosBetween(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, theirs] of [...other].entries()) {
      next.push(Math.min(next[at] + 1, row[at + 1] + 1, row[at] + (letter === theirs ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length];
}
