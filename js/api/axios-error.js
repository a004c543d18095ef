/**
 * Tells code that catches an error whether the API client threw the error, and what the error means.
 *
 * In: any thrown value. Out: whether the value is an error of the client, and what the error means. Never: a classification
 * of an error, or an import of Axios. The client classifies an error before it throws it.
 */

import { objectOrEmpty } from '../arguments.js';
import { failure } from '../core.js';
import { BitbucketAuthError } from '../error.js';

/**
 * An error of the client, with its meaning.
 *
 * @typedef {import('axios').AxiosError & { bitbucket: BitbucketAuthError }} BitbucketAxiosError
 */

/**
 * Whether a thrown value is the error of a client's request. `error.bitbucket` says what the error means.
 *
 * @param {unknown} error
 * @returns {error is BitbucketAxiosError}
 */
export function isBitbucketAxiosError(error) {
  // Axios sets `isAxiosError`. The client adds `bitbucket` to Axios errors only.
  const { isAxiosError, bitbucket } = objectOrEmpty(error);
  return isAxiosError === true && bitbucket instanceof BitbucketAuthError;
}

/**
 * The `BitbucketAuthError` that describes an error of the client.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError}
 */
export function toBitbucketAuthError(error) {
  if (error instanceof BitbucketAuthError) return error;
  const { bitbucket } = objectOrEmpty(error);
  return bitbucket instanceof BitbucketAuthError ? bitbucket : failure('API_FAILED', 'api');
}
