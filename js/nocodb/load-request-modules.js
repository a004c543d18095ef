/**
 * Loads the modules that send requests, when a connection is used for the first time. NocoDB starts, and shows the form, without
 * these modules.
 *
 * In: nothing. Out: the modules of request-modules.js, or a `BitbucketAuthError` that names the missing package. Never: these
 * modules as soon as this file is imported, or a cached failure. After a failure, the next use tries again.
 */

import { BitbucketAuthError } from '../error.js';

/** @type {typeof import('./request-modules.js') | undefined} */
let loaded;

/**
 * @returns {Promise<typeof import('./request-modules.js')>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG`, with the package that could not be loaded as `field`
 */
export async function loadRequestModules() {
  if (loaded) return loaded;
  // The packages are imported first. If a package is missing, the import of request-modules.js would fail, and the engine would
  // cache this failure.
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
 * The core does not know the packages, so the message is written here. It does not repeat Node's own message, which contains
 * paths of this machine.
 *
 * @param {string} name
 * @param {unknown} error
 */
function missingPackage(name, error) {
  const { code, message } = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error) : {};
  // The missing package may be a dependency of the imported one.
  const [, missing = name] = /^Cannot find (?:module|package) '((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)['/]/.exec(String(message)) ?? [];
  const advice = 'install nocodb-bitbucket-auth and its dependencies again';
  return new BitbucketAuthError({
    code: 'INVALID_CONFIG',
    phase: 'config',
    message: `The package ${missing} could not be loaded: ${advice}.`,
    field: missing,
    retryable: false,
    reauthorize: false,
  }, { detail: typeof code === 'string' ? code : undefined }, loadRequestModules);
}
