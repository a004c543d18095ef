/** Shared helpers for the tests of `nocodb-bitbucket-auth/oauth`: options of a client, and the check of an error. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { BitbucketAuthError } from 'nocodb-bitbucket-auth/oauth';
import { REDIRECT_URI } from '../support/environment.js';

export const OPTIONS = { clientId: 'the-key', clientSecret: 'the-secret', redirectUri: REDIRECT_URI };

/** Checks that a call throws a BitbucketAuthError with these properties, and returns the error. */
export function refuses(call, expected) {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof BitbucketAuthError, `threw ${inspect(thrown)}`);
  assert.ok(thrown instanceof Error);
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, thrown[key]])), expected);
  return thrown;
}

/** An object whose members throw when they are read. */
export function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
