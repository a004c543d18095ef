/**
 * Reads the authorization code that NocoDB's GUI receives from Bitbucket and submits as `config.oauth`.
 *
 * In: `config.oauth`, in any of the shapes that NocoDB's GUIs use. Out: the code and its verifier, of any type. Never: a
 * validation of these values, which the core does, or the exception of a caller's getter. The function throws its own error
 * instead.
 */

import { isObject, objectOrEmpty, readSafely } from '../arguments.js';

/**
 * @typedef {object} CodeGrant
 * @property {string} code
 * @property {string | undefined} [code_verifier]
 */

/**
 * The shapes of `config.oauth` that NocoDB's GUIs send, depending on their version and on the form's `model`. NocoDB 0.262 to
 * 0.265 send no verifier.
 *
 * @typedef {CodeGrant | { code: CodeGrant }} OAuthPayload
 */

/**
 * @param {unknown} payload `{ code: { code, code_verifier } }`, `{ code, code_verifier }` or `{ code }`
 * @returns {{ code?: unknown, codeVerifier?: unknown }}
 * @throws {import('../error.js').BitbucketAuthError} `INVALID_ARGUMENT` when the payload cannot be read
 */
export function parseOAuthPayload(payload) {
  return readSafely('exchange', 'code', () => {
    const { code: inner } = objectOrEmpty(payload);
    const { code, code_verifier: codeVerifier } = objectOrEmpty(isObject(inner) || inner === null ? inner : payload);
    return { code, codeVerifier };
  });
}
