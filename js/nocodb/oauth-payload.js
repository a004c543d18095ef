/**
 * What NocoDB's GUI brings back from Bitbucket: `config.oauth`.
 *
 * In: that member, in any of the shapes that GUIs send. Out: the code and its verifier, whatever they are. What never happens
 * here: a value is judged (the core does that), or an exception of the caller's own code gets through.
 */

import { isObject, objectOrEmpty, readSafely } from '../arguments.js';

/**
 * @typedef {object} CodeGrant
 * @property {string} code
 * @property {string | undefined} [code_verifier]
 */

/**
 * What the GUIs of NocoDB send as `config.oauth`, by version and by the `model` of the form. Those of NocoDB 0.262 to 0.265
 * send no verifier.
 *
 * @typedef {CodeGrant | { code: CodeGrant }} OAuthPayload
 */

/**
 * @param {unknown} payload `{ code: { code, code_verifier } }`, `{ code, code_verifier }` or `{ code }`
 * @returns {{ code?: unknown, codeVerifier?: unknown }}
 * @throws {import('../error.js').BitbucketAuthError} `INVALID_ARGUMENT` when it cannot be read
 */
export function parseOAuthPayload(payload) {
  return readSafely('exchange', 'code', () => {
    const { code: inner } = objectOrEmpty(payload);
    const { code, code_verifier: codeVerifier } = objectOrEmpty(isObject(inner) || inner === null ? inner : payload);
    return { code, codeVerifier };
  });
}
