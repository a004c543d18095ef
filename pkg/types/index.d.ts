/**
 * The entry that NocoDB imports.
 *
 * In: the environment. Out: the integration as NocoDB's registry takes it. What never happens here: the WebAssembly
 * is loaded or the environment read before somebody asks, or a wrong variable keeps NocoDB from starting.
 */
import { BitbucketAuthError } from './error.js';
import { BitbucketAuthIntegration } from './integration.js';
export { BitbucketAuthError, BitbucketAuthIntegration };
export type FormElement = import('./form.js').FormElement;
export type IntegrationManifest = import('./manifest.js').IntegrationManifest;
export type IntegrationConfig = import('./integration.js').IntegrationConfig;
export type HostServices = import('./integration.js').HostServices;
export type IntegrationEntry = {
    type: 'auth';
    sub_type: 'bitbucket';
    /**
     * bound to the
     * environment of the entry
     */
    wrapper: new (config?: IntegrationConfig, host?: HostServices) => BitbucketAuthIntegration;
    /**
     * made when it is first read; what is wrong with the environment is then logged, once
     */
    form: FormElement[];
    manifest: Readonly<IntegrationManifest>;
};
/** @typedef {import('./form.js').FormElement} FormElement */
/** @typedef {import('./manifest.js').IntegrationManifest} IntegrationManifest */
/** @typedef {import('./integration.js').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./integration.js').HostServices} HostServices */
/**
 * @typedef {object} IntegrationEntry
 * @property {'auth'} type
 * @property {'bitbucket'} sub_type
 * @property {new (config?: IntegrationConfig, host?: HostServices) => BitbucketAuthIntegration} wrapper bound to the
 *   environment of the entry
 * @property {FormElement[]} form made when it is first read; what is wrong with the environment is then logged, once
 * @property {Readonly<IntegrationManifest>} manifest
 */
/**
 * Makes the integration for an environment. Cheap, and never throws.
 *
 * @param {import('./environment.js').Env} [env] the variables `INTEGRATION_AUTH_BITBUCKET_*`, read on first use
 * @returns {IntegrationEntry}
 */
export declare function createEntry(env?: import('./environment.js').Env): IntegrationEntry;
/** The integration for `process.env`. */
declare const _default: IntegrationEntry;
export default _default;
