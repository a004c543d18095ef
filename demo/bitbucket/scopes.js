/**
 * Bitbucket's OAuth scopes: which ones imply others, and how the consent page describes each.
 *
 * Written from the published table and deliberately independent of the plugin under test: with shared code, the simulator and the
 * plugin would make the same mistakes.
 */
const IMPLIES = {
  project: ['repository'],
  'repository:write': ['repository'],
  pullrequest: ['repository'],
  'pullrequest:write': ['pullrequest', 'repository:write'],
  'issue:write': ['issue'],
  'snippet:write': ['snippet'],
};

/** The consent page's descriptions. This is also the list of all scopes. */
export const DESCRIPTIONS = {
  account: 'Read your account information',
  'account:write': 'Read and change your account information',
  email: 'Read your e-mail addresses',
  project: 'Read your projects and their repositories',
  'project:admin': 'Administer your projects',
  repository: 'Read your repositories',
  'repository:write': 'Read and change your repositories',
  'repository:admin': 'Administer your repositories',
  'repository:delete': 'Delete your repositories',
  pullrequest: 'Read your repositories and their pull requests',
  'pullrequest:write': 'Read and change your repositories and their pull requests',
  issue: "Read your repositories' issues",
  'issue:write': "Read and change your repositories' issues",
  wiki: "Read and change your repositories' wikis",
  snippet: 'Read your snippets',
  'snippet:write': 'Read and change your snippets',
  webhook: "Read and change your repositories' webhooks",
  pipeline: "Read your repositories' pipelines",
  'pipeline:write': "Run and stop your repositories' pipelines",
  'pipeline:variable': "Read and change your repositories' pipeline variables",
  runner: 'Read your pipelines runners',
  'runner:write': 'Read and change your pipelines runners',
};

/** The default scopes of a registered client. */
export const REGISTERED_BY_DEFAULT = [
  'repository',
  'repository:write',
  'pullrequest',
  'pullrequest:write',
  'issue',
  'issue:write',
  'account',
];

/** @param {string | undefined} value space-separated @returns {string[]} without duplicates, in the given order */
export function parseScopes(value) {
  return [...new Set((value ?? '').split(' ').filter(Boolean))];
}

/** @param {string[]} scopes @returns {Set<string>} these scopes and all that they imply */
export function expand(scopes) {
  const all = new Set(scopes);
  for (const scope of all) for (const implied of IMPLIES[scope] ?? []) all.add(implied);
  return all;
}

/** @returns {string[]} the given scopes, without each scope that another given scope implies */
export function reduce(scopes) {
  return scopes.filter((scope) => !scopes.some((other) => other !== scope && expand([other]).has(scope)));
}
