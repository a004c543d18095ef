/**
 * The entry that NocoDB imports.
 *
 * In: the environment. Out: the integration as NocoDB's registry takes it. What never happens here: the WebAssembly
 * is loaded or the environment read before somebody asks, or a wrong variable keeps NocoDB from starting.
 */
import { BitbucketAuthError } from './error.cjs';
import { BitbucketAuthIntegration } from './integration.cjs';
export { BitbucketAuthError, BitbucketAuthIntegration };
export type FormElement = import('./form.cjs').FormElement;
export type IntegrationManifest = import('./manifest.cjs').IntegrationManifest;
export type IntegrationConfig = import('./integration.cjs').IntegrationConfig;
export type HostServices = import('./integration.cjs').HostServices;
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
/** @typedef {import('./form.cjs').FormElement} FormElement */
/** @typedef {import('./manifest.cjs').IntegrationManifest} IntegrationManifest */
/** @typedef {import('./integration.cjs').IntegrationConfig} IntegrationConfig */
/** @typedef {import('./integration.cjs').HostServices} HostServices */
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
 * @param {import('./environment.cjs').Env} [env] the variables `INTEGRATION_AUTH_BITBUCKET_*`, read on first use
 * @returns {IntegrationEntry}
 */
export declare function createEntry(env?: import('./environment.cjs').Env): IntegrationEntry;
/** The integration for `process.env`. */
declare const _default: IntegrationEntry;
export default _default;
