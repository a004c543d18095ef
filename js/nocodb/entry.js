/**
 * The entry that NocoDB imports.
 *
 * In: the environment. Out: the integration in the shape that NocoDB's registry expects. Never: WebAssembly that is loaded before
 * it is needed, an environment that is read before it is needed, another package that is loaded before a connection is used, or
 * an invalid environment variable that keeps NocoDB from starting.
 */

import '../../pkg/inlined/core.wasm.js';
import { isBitbucketAxiosError } from '../api/axios-error.js';
import { BitbucketAuthError } from '../error.js';
import { warn } from '../log-lines.js';
import { lazyEnvironment } from './environment.js';
import { form } from './form.js';
import { BitbucketAuthIntegration } from './integration.js';
import { manifest } from './manifest.js';

export { BitbucketAuthError, BitbucketAuthIntegration, isBitbucketAxiosError };

/** @typedef {import('../api/axios-error.js').BitbucketAxiosError} BitbucketAxiosError */
/** @typedef {import('../api/client.js').BitbucketClient} BitbucketClient */
/** @typedef {import('../../pkg/core.js').Account} Account */
/** @typedef {import('../core.js').CredentialKind} CredentialKind */
/** @typedef {import('./environment.js').Env} Env */
/** @typedef {import('../error.js').ErrorCode} ErrorCode */
/** @typedef {import('../error.js').Phase} Phase */
/** @typedef {import('./form.js').FormElement} FormElement */
/** @typedef {import('./manifest.js').IntegrationManifest} IntegrationManifest */
/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./oauth-payload.js').CodeGrant} CodeGrant */
/** @typedef {import('./connection-test.js').ConnectionStatus} ConnectionStatus */
/** @typedef {import('./integration.js').HostServices} HostServices */
/** @typedef {import('./oauth-payload.js').OAuthPayload} OAuthPayload */
/** @typedef {import('./lists.js').Repository} Repository */
/** @typedef {import('./integration.js').StoredTokens} StoredTokens */
/** @typedef {import('./connection-test.js').TestResult} TestResult */
/** @typedef {import('./lists.js').Workspace} Workspace */

/**
 * @template T
 * @typedef {import('./lists.js').Page<T>} Page
 */

/**
 * @typedef {object} IntegrationEntry
 * @property {'auth'} type
 * @property {'bitbucket'} sub_type
 * @property {new (config?: IntegrationConfig, services?: HostServices) => BitbucketAuthIntegration} wrapper uses the entry's
 *   environment
 * @property {FormElement[]} form created when it is read for the first time; this also logs the problems of the environment
 * @property {Readonly<IntegrationManifest>} manifest
 */

/**
 * Creates the integration for an environment. This function takes little time, and never throws.
 *
 * @param {Env} [env] the variables `INTEGRATION_AUTH_BITBUCKET_*`, read on first use
 * @returns {IntegrationEntry}
 */
export function createEntry(env = process.env) {
  const environment = lazyEnvironment(env);
  /** @type {FormElement[] | undefined} */
  let elements;
  return {
    type: 'auth',
    sub_type: 'bitbucket',
    wrapper: class BitbucketAuth extends BitbucketAuthIntegration {
      /**
       * @param {IntegrationConfig} [config]
       * @param {HostServices} [services]
       */
      constructor(config, services) {
        super(config, services, environment);
      }
    },
    get form() {
      return (elements ??= formFor(environment));
    },
    manifest,
  };
}

/** The integration for `process.env`. */
export default createEntry();

/**
 * @param {() => import('./environment.js').Environment} environment
 * @returns {FormElement[]}
 */
function formFor(environment) {
  try {
    const { problems, ...usable } = environment();
    for (const { message } of problems) warn(message);
    return form(usable);
  } catch (error) {
    // The core could not be loaded. Users can enter access tokens without the core, and NocoDB must keep running.
    warn(error instanceof BitbucketAuthError ? error.message : 'the configuration could not be read');
    return form({});
  }
}
