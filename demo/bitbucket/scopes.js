/**
 * Bitbucket's OAuth scopes: what implies what, and what the consent page says about each.
 *
 * Written from the published table and on purpose not taken from the plugin under test: a simulator that
 * shares its client's arithmetic would share its mistakes.
 */
const IMPLIES = {
  project: ['repository'],
  'repository:write': ['repository'],
  pullrequest: ['repository'],
  'pullrequest:write': ['pullrequest', 'repository:write'],
  'issue:write': ['issue'],
  'snippet:write': ['snippet'],
};

/** What the consent page says; at the same time the list of all scopes there are. */
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

/** What a client is registered for unless it is told otherwise. */
export const REGISTERED_BY_DEFAULT = [
  'repository',
  'repository:write',
  'pullrequest',
  'pullrequest:write',
  'issue',
  'issue:write',
  'account',
];

/** @param {string | undefined} value space-separated @returns {string[]} each once, in their order */
export function parseScopes(value) {
  return [...new Set((value ?? '').split(' ').filter(Boolean))];
}

/** @param {string[]} scopes @returns {Set<string>} these and all that they imply */
export function expand(scopes) {
  const all = new Set(scopes);
  for (const scope of all) for (const implied of IMPLIES[scope] ?? []) all.add(implied);
  return all;
}

/** @returns {string[]} without those that another one implies anyway */
export function reduce(scopes) {
  return scopes.filter((scope) => !scopes.some((other) => other !== scope && expand([other]).has(scope)));
}
