/**
 * How the integration presents itself in NocoDB's list. Constant data, nothing else.
 */
export type IntegrationManifest = {
    title: string;
    /**
     * a name that NocoDB's GUI knows
     */
    icon: string;
    /**
     * of this integration's entry, not of the package
     */
    version: string;
    description: string;
    author: string;
    website: string;
    /**
     * position in NocoDB's list
     */
    order: number;
    /**
     * methods of the wrapper that signed-in creators may call at
     * `POST /api/v2/integrations/{id}/{method}`. None of them returns a credential or sends an arbitrary request.
     */
    expose: string[];
};
/**
 * @typedef {object} IntegrationManifest
 * @property {string} title
 * @property {string} icon a name that NocoDB's GUI knows
 * @property {string} version of this integration's entry, not of the package
 * @property {string} description
 * @property {string} author
 * @property {string} website
 * @property {number} order position in NocoDB's list
 * @property {string[]} expose methods of the wrapper that signed-in creators may call at
 *   `POST /api/v2/integrations/{id}/{method}`. None of them returns a credential or sends an arbitrary request.
 */
/** @type {Readonly<IntegrationManifest>} */
export declare const manifest: Readonly<IntegrationManifest>;
