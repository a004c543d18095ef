/**
 * The routes of the API, and the scopes that they require, from Bitbucket's published description.
 *
 * `scopes` are OAuth scopes. `apiTokenScopes` are the scopes of an API token "with scopes"; no API token scope implies another
 * one. A route requires all of its scopes. `/workspaces/{ws}` requires a token, but no OAuth scope. `user` marks a route that a
 * credential without a user cannot use, `filters` a list that supports `q` and `sort`, and `writers` a route that needs more than
 * read permission. resources.js contains the handlers.
 */
const REPO = '/repositories/{ws}/{repo}';
const PULL_REQUEST = `${REPO}/pullrequests/{id}`;
const PIPELINE = `${REPO}/pipelines/{pipeline}`;

const READ = { scopes: ['repository'], apiTokenScopes: ['read:repository:bitbucket'] };
const READ_PULL_REQUEST = { scopes: ['pullrequest'], apiTokenScopes: ['read:pullrequest:bitbucket'] };
const WRITE_PULL_REQUEST = {
  scopes: ['pullrequest:write'],
  apiTokenScopes: ['read:pullrequest:bitbucket', 'write:pullrequest:bitbucket'],
};
const READ_PIPELINE = { scopes: ['pipeline'], apiTokenScopes: ['read:pipeline:bitbucket'] };

/** `{name}` matches one segment, `{name*}` the rest of the path; a trailing slash is allowed. */
const patternOf = (template) =>
  new RegExp(`^${template.replaceAll(/\/\{\w+\*\}/g, '(?:/(.*))?').replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`);

const route = (template, methods) => ({ name: `/2.0${template}`, path: patternOf(template), methods });

export const ROUTES = [
  route('/user', {
    GET: { handler: 'user', scopes: ['account'], apiTokenScopes: ['read:user:bitbucket'], user: true },
  }),
  route('/user/workspaces', {
    GET: {
      handler: 'userWorkspaces', scopes: ['account'], apiTokenScopes: ['read:workspace:bitbucket'], user: true,
    },
  }),
  route('/user/workspaces/{ws}/permissions/repositories', {
    GET: { ...READ, handler: 'repositoryPermissions', scopes: ['account', 'repository'], user: true, filters: true },
  }),
  route('/workspaces/{ws}', {
    GET: { handler: 'workspace', scopes: [], apiTokenScopes: ['read:workspace:bitbucket'] },
  }),
  route('/repositories/{ws}', { GET: { ...READ, handler: 'repositories', filters: true } }),
  route(REPO, { GET: { ...READ, handler: 'repository' } }),
  route(`${REPO}/pullrequests`, {
    GET: { ...READ_PULL_REQUEST, handler: 'pullRequests', filters: true },
    POST: { ...WRITE_PULL_REQUEST, handler: 'createPullRequest' },
  }),
  route(PULL_REQUEST, { GET: { ...READ_PULL_REQUEST, handler: 'pullRequest' } }),
  route(`${PULL_REQUEST}/activity`, { GET: { ...READ_PULL_REQUEST, handler: 'activity' } }),
  route(`${PULL_REQUEST}/diff`, { GET: { ...READ_PULL_REQUEST, handler: 'pullRequestDiff' } }),
  route(`${PULL_REQUEST}/patch`, { GET: { ...READ_PULL_REQUEST, handler: 'pullRequestPatch' } }),
  route(`${PULL_REQUEST}/diffstat`, { GET: { ...READ_PULL_REQUEST, handler: 'pullRequestDiffstat' } }),
  route(`${PULL_REQUEST}/conflicts`, { GET: { ...READ_PULL_REQUEST, handler: 'pullRequestConflicts' } }),
  route(`${PULL_REQUEST}/approve`, {
    POST: { ...WRITE_PULL_REQUEST, handler: 'approve' },
    DELETE: { ...WRITE_PULL_REQUEST, handler: 'unapprove' },
  }),
  route(`${PULL_REQUEST}/merge`, { POST: { ...WRITE_PULL_REQUEST, handler: 'merge', writers: true } }),
  route(`${PULL_REQUEST}/merge/task-status/{task}`, {
    GET: { ...WRITE_PULL_REQUEST, handler: 'mergeTask' },
  }),
  route(`${PULL_REQUEST}/comments`, { GET: { ...READ_PULL_REQUEST, handler: 'comments', filters: true } }),
  route(`${PULL_REQUEST}/comments/{comment}`, { GET: { ...READ_PULL_REQUEST, handler: 'comment' } }),
  route(`${REPO}/commits`, { GET: { ...READ, handler: 'commits' } }),
  route(`${REPO}/commit/{hash}/statuses`, { GET: { ...READ, handler: 'statuses', filters: true } }),
  route(`${REPO}/commit/{hash}/pullrequests`, { GET: { ...READ_PULL_REQUEST, handler: 'commitPullRequests' } }),
  route(`${REPO}/refs/branches`, { GET: { ...READ, handler: 'branches', filters: true } }),
  route(`${REPO}/diff/{spec}`, { GET: { ...READ, handler: 'diff' } }),
  route(`${REPO}/patch/{spec}`, { GET: { ...READ, handler: 'patch' } }),
  route(`${REPO}/diffstat/{spec}`, { GET: { ...READ, handler: 'diffstat' } }),
  route(`${REPO}/conflicts/{spec}`, { GET: { ...READ, handler: 'conflicts' } }),
  route(`${REPO}/src/{hash}/{path*}`, {
    GET: { ...READ, handler: 'source' },
    HEAD: { ...READ, handler: 'source' },
  }),
  route(`${REPO}/hooks`, {
    GET: { handler: 'hooks', scopes: ['webhook'], apiTokenScopes: ['read:webhook:bitbucket'], writers: true },
  }),
  route(`${REPO}/pipelines`, { GET: { ...READ_PIPELINE, handler: 'pipelines', filters: true } }),
  route(PIPELINE, { GET: { ...READ_PIPELINE, handler: 'pipeline' } }),
  route(`${PIPELINE}/stopPipeline`, {
    POST: {
      handler: 'stopPipeline',
      scopes: ['pipeline:write'],
      apiTokenScopes: ['read:pipeline:bitbucket', 'write:pipeline:bitbucket'],
      writers: true,
    },
  }),
  route(`${PIPELINE}/steps`, { GET: { ...READ_PIPELINE, handler: 'steps' } }),
  route(`${PIPELINE}/steps/{step}/log`, { GET: { ...READ_PIPELINE, handler: 'log' } }),
];

const CHANGELOG = 'https://developer.atlassian.com/cloud/bitbucket/changelog';
const removed = (message, announcement = CHANGELOG) => ({
  message,
  detail: 'Please read the changelog entry for more details.',
  data: { announcement_url: announcement },
});

/**
 * Routes that Bitbucket has removed for everybody. The simulator answers without checking the credential. Issues and wikis were
 * removed later than the lists across workspaces. The number of the announcement about issues and wikis is not known.
 */
export const REMOVED = [
  {
    path: /^\/(workspaces|repositories|user\/permissions\/(workspaces|repositories))$/,
    error: removed('CHANGE-2770 - Functionality has been deprecated', `${CHANGELOG}#CHANGE-2770`),
  },
  {
    path: /^\/repositories\/[^/]+\/[^/]+\/(issues|wiki)(\/.*)?$/,
    error: removed('Functionality has been deprecated'),
    isTracker: true,
  },
];
