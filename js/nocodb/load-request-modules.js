/**
 * Loads what sends requests when a connection is first used: NocoDB starts, and shows the form, without it.
 *
 * In: nothing. Out: the modules of request-modules.js, or a `BitbucketAuthError` that names the package that is missing. What never
 * happens here: something is loaded by importing this file, or a failure is kept: the next use tries again.
 */

import { BitbucketAuthError } from '../error.js';

/** @type {typeof import('./request-modules.js') | undefined} */
let loaded;

/**
 * @returns {Promise<typeof import('./request-modules.js')>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` with the package that could not be loaded as `field`
 */
export async function loadRequestModules() {
  if (loaded) return loaded;
  // Not by our modules alone, which import them: a module that failed once because of what it imports fails ever after.
  await Promise.all([
    importPackage('axios', import('axios')),
    importPackage('axios-retry', import('axios-retry')),
    importPackage('p-limit', import('p-limit')),
    importPackage('undici', import('undici')),
  ]);
  loaded = await import('./request-modules.js');
  return loaded;
}

/**
 * @param {string} name
 * @param {Promise<unknown>} loading
 */
async function importPackage(name, loading) {
  try {
    await loading;
  } catch (error) {
    throw missingPackage(name, error);
  }
}

/**
 * The message cannot come from the core, which knows of no packages. Not the error's own, which tells the paths of this machine.
 *
 * @param {string} name
 * @param {unknown} error
 */
function missingPackage(name, error) {
  const { code, message } = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error) : {};
  // It may be one that the package itself needs.
  const [, missing = name] = /^Cannot find (?:module|package) '((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)['/]/.exec(String(message)) ?? [];
  const advice = 'install nocodb-bitbucket-auth again, with all that it depends on';
  return new BitbucketAuthError({
    code: 'INVALID_CONFIG',
    phase: 'config',
    message: `The package ${missing} could not be loaded: ${advice}.`,
    field: missing,
    retryable: false,
    reauthorize: false,
  }, { detail: typeof code === 'string' ? code : undefined }, loadRequestModules);
}
