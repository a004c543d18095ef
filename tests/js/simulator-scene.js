/**
 * A simulator with one credential of each kind, and a client that does not follow redirects.
 *
 * In: a path, and the credential to use. Out: the unchanged text of the response, and its parsed JSON.
 */
import { startBitbucket } from '../../demo/bitbucket/server.js';

export const CALLBACK = 'https://nocodb.example.com/dashboard/';
export const REPO = '/repositories/acme/billing-service';
/** The user may only read this repository. */
export const READ_ONLY = '/repositories/acme-labs/billing-service';
const EMAIL = 'dana@example.com';
const SCOPES = ['account', 'repository', 'pullrequest:write', 'pipeline', 'pipeline:write', 'webhook'];

/**
 * @param {import('../../demo/bitbucket/server.js').Options} [options]
 * @returns {Promise<{ bb: object, ask: Function, credentials: Record<string, string>, close: () => Promise<void> }>}
 */
export async function openScene(options) {
  const bb = await startBitbucket({
    clients: [{ callback: CALLBACK, scopes: SCOPES }],
    apiTokens: [{ email: EMAIL, token: 'ATATT-reader', scopes: ['read:user:bitbucket', 'read:pipeline:bitbucket'] }],
    accessTokens: ['workspace', 'project', 'repository'].map((kind) => ({
      token: `ATCTT-${kind}`,
      kind,
      workspace: 'acme',
      ...(kind === 'repository' && { repository: 'billing-service' }),
      scopes: ['repository', 'pullrequest'],
    })),
    ...options,
  });
  const bearer = (scopes) => `Bearer ${bb.control.connect({ scopes })[0].access_token}`;
  const credentials = {
    all: bearer(),
    account: bearer(['account']),
    repository: bearer(['repository']),
    apiToken: `Basic ${Buffer.from(`${EMAIL}:ATATT-reader`).toString('base64')}`,
    workspaceToken: 'Bearer ATCTT-workspace',
    projectToken: 'Bearer ATCTT-project',
    repositoryToken: 'Bearer ATCTT-repository',
  };

  /** @param {string} path below the API's base URL, or an absolute URL */
  async function ask(path, { as = 'all', method = 'GET', headers = {}, sent } = {}) {
    const url = path.startsWith('http') ? path : bb.apiUrl + path;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(as === null ? {} : { authorization: credentials[as] }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: sent === undefined ? undefined : JSON.stringify(sent),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
    return {
      url,
      method,
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }
  return { bb, ask, credentials, close: () => bb.close() };
}
