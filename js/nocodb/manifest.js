/**
 * Describes the integration for NocoDB's list. This file contains only constants.
 */

/**
 * @typedef {object} IntegrationManifest
 * @property {string} title
 * @property {string} icon name of an icon in NocoDB's GUI
 * @property {string} version of the package
 * @property {string} description
 * @property {string} author of the package
 * @property {string} website
 * @property {number} order position in NocoDB's list
 * @property {boolean} allowsPerUserCredentials whether each user of a connection may use an account of their own
 * @property {string[]} expose methods of the wrapper that signed-in creators may call at
 *   `POST /api/v2/integrations/{id}/{method}`. No exposed method returns a credential or sends an arbitrary request.
 */

/** @type {Readonly<IntegrationManifest>} */
export const manifest = Object.freeze({
  title: 'Bitbucket',
  icon: 'bitBucket',
  version: '0.2.0',
  description: 'Connect to Bitbucket Cloud with OAuth 2.0, an access token or an API token',
  author: 'The nocodb-bitbucket-auth authors',
  website: 'https://bitbucket.org',
  order: 5,
  allowsPerUserCredentials: true,
  expose: ['testConnection', 'connectionStatus', 'listWorkspaces', 'listRepositories'],
});
