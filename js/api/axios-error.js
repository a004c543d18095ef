/**
 * What errors of the client mean, for whoever caught one.
 *
 * In: anything that was thrown. Out: whether it is an error of the client, and its meaning. What never happens here: an error
 * is judged (the client does that when it makes one), or Axios is loaded.
 */

import { objectOrEmpty } from '../arguments.js';
import { failure } from '../core.js';
import { BitbucketAuthError } from '../error.js';

/**
 * An error of the client, and what it means.
 *
 * @typedef {import('axios').AxiosError & { bitbucket: BitbucketAuthError }} BitbucketAxiosError
 */

/**
 * Whether something that was thrown is an error of a client's request. `error.bitbucket` says what it means.
 *
 * @param {unknown} error
 * @returns {error is BitbucketAxiosError}
 */
export function isBitbucketAxiosError(error) {
  // Axios marks its errors so, and the client gives the other member to these only.
  const { isAxiosError, bitbucket } = objectOrEmpty(error);
  return isAxiosError === true && bitbucket instanceof BitbucketAuthError;
}

/**
 * What an error of the client means.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError}
 */
export function toBitbucketAuthError(error) {
  if (error instanceof BitbucketAuthError) return error;
  const { bitbucket } = objectOrEmpty(error);
  return bitbucket instanceof BitbucketAuthError ? bitbucket : failure('API_FAILED', 'api');
}
