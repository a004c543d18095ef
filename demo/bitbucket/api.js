/**
 * The API: /2.0/…
 *
 * In: a request and its Authorization header. Out: Bitbucket's objects, pages of them, or its error shape
 * `{ type: 'error', error: { message, detail?, data? } }`. OAuth tokens count only as `Authorization:
 * Bearer`: one in the query or in a body is not looked at, since 2026-05-04 it is not valid there.
 */
import { json, text } from './http.js';
import { expand } from './scopes.js';
import { PULL_REQUEST_STATES } from './catalogue.js';

const ANNOUNCEMENT = 'https://developer.atlassian.com/cloud/bitbucket/changelog/';
/**
 * Answered before any credential is looked at: these routes are gone for everybody. Issues and wikis went
 * later than the lists across workspaces, and the number of that announcement is not known.
 */
const REMOVED = [
  {
    path: /^\/(workspaces|repositories|user\/permissions\/(workspaces|repositories))$/,
    message: 'CHANGE-2770 - Functionality has been deprecated',
  },
  {
    path: /^\/repositories\/[^/]+\/[^/]+\/(issues|wiki)(\/.*)?$/,
    message: 'Functionality has been deprecated',
  },
];
/** Query parameters that would change what a list holds: refused rather than silently ignored. */
const NOT_SIMULATED = ['q', 'sort', 'fields'];

/**
 * `scope` is the OAuth scope, `apiTokenScope` the one of an API token "with scopes" (which do not imply
 * each other). `/workspaces/{ws}` needs a token and no scope (published API description). `user` marks what
 * has no meaning for a credential without a user.
 */
const ROUTES = [
  {
    name: '/2.0/user',
    path: /^\/user$/,
    scope: 'account',
    apiTokenScope: 'read:user:bitbucket',
    user: true,
    handler: 'user',
  },
  {
    name: '/2.0/user/workspaces',
    path: /^\/user\/workspaces$/,
    scope: 'account',
    apiTokenScope: 'read:workspace:bitbucket',
    user: true,
    handler: 'userWorkspaces',
  },
  {
    name: '/2.0/user/workspaces/{ws}/permissions/repositories',
    path: /^\/user\/workspaces\/([^/]+)\/permissions\/repositories$/,
    scope: 'repository',
    apiTokenScope: 'read:repository:bitbucket',
    user: true,
    handler: 'repositoryPermissions',
  },
  {
    name: '/2.0/workspaces/{ws}',
    path: /^\/workspaces\/([^/]+)$/,
    apiTokenScope: 'read:workspace:bitbucket',
    handler: 'workspace',
  },
  {
    name: '/2.0/repositories/{ws}',
    path: /^\/repositories\/([^/]+)$/,
    scope: 'repository',
    apiTokenScope: 'read:repository:bitbucket',
    handler: 'repositories',
  },
  {
    name: '/2.0/repositories/{ws}/{repo}',
    path: /^\/repositories\/([^/]+)\/([^/]+)$/,
    scope: 'repository',
    apiTokenScope: 'read:repository:bitbucket',
    handler: 'repository',
  },
  {
    name: '/2.0/repositories/{ws}/{repo}/pullrequests',
    path: /^\/repositories\/([^/]+)\/([^/]+)\/pullrequests$/,
    scope: 'pullrequest',
    apiTokenScope: 'read:pullrequest:bitbucket',
    handler: 'pullRequests',
  },
];

export function apiError(status, message, extra = {}, headers = {}) {
  return json(status, { type: 'error', error: { message, ...extra } }, headers);
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="Bitbucket simulator"' };
const INVALID_TOKEN = 'Token is invalid, expired, or not supported for this endpoint.';
const EXPIRED_TOKEN = 'Access token expired. Use your refresh token to obtain a new access token.';
const NOT_FOR_THIS_CREDENTIAL = 'This API is not accessible by this authentication mechanism';
export const RATE_LIMITED = 'Rate limit for this resource has been exceeded.';

function decodeSegment(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export class Api {
  #apiUrl;
  #catalogue;
  #tokens;
  #settings;
  #rateLimit;

  constructor({ apiUrl, catalogue, tokens, settings, rateLimit }) {
    this.#apiUrl = apiUrl;
    this.#catalogue = catalogue;
    this.#tokens = tokens;
    this.#settings = settings;
    this.#rateLimit = rateLimit;
  }

  /**
   * @param {URL} url
   * @returns {{ answer: import('./http.js').Answer, endpoint: string }}
   */
  answer(request, url) {
    const path = url.pathname.slice('/2.0'.length);
    const removed = REMOVED.find((candidate) => candidate.path.test(path));
    if (removed) {
      return {
        endpoint: 'removed',
        answer: apiError(410, removed.message, { data: { announcement_url: ANNOUNCEMENT } }),
      };
    }
    const route = ROUTES.find((candidate) => candidate.path.test(path));
    return { endpoint: route?.name ?? 'unknown', answer: this.#authenticated(request, url, route, path) };
  }

  #authenticated(request, url, route, path) {
    const { refusal, credential } = this.#authenticate(request.headers.authorization);
    if (refusal) return refusal;
    const group = path.startsWith('/repositories/') ? 'repositories' : 'others';
    const { allowed, limit, near } = this.#rateLimit.take(credential.id, group);
    // Retry-After is not documented, so there is none; a fault can add it.
    const answer = allowed
      ? this.#routed(request, url, route, path, credential)
      : apiError(429, RATE_LIMITED);
    if (credential.kind === 'access' && limit !== null) {
      Object.assign(answer.headers, {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-resource': group,
        'x-ratelimit-nearlimit': String(near),
      });
    }
    return answer;
  }

  /** Who asks? An OAuth or access token as Bearer, an API token as Basic with the account's e-mail address. */
  #authenticate(header) {
    // Some 401s are plain text; here it is those about credentials that are absent, unreadable or Basic.
    const plain = { refusal: text(401, 'Authentication required', CHALLENGE) };
    const match = /^(bearer|basic) +([^\s]+)$/i.exec(header?.trim() ?? '');
    if (!match) return plain;
    const [, scheme, value] = match;
    if (scheme.toLowerCase() === 'basic') {
      const decoded = Buffer.from(value, 'base64').toString('utf8');
      const found = this.#settings.apiTokens.find(({ email, token }) => decoded === `${email}:${token}`);
      if (!found) return plain;
      const { email, scopes } = found;
      return { credential: { kind: 'api', id: `user:${email}`, scopes, effective: new Set(scopes) } };
    }
    const accessToken = this.#settings.accessTokens.find(({ token }) => token === value);
    if (accessToken) {
      const { token, scopes } = accessToken;
      const effective = expand(scopes);
      return { credential: { kind: 'access', id: `token:${token}`, scopes, effective, restriction: accessToken } };
    }
    const { state, grant, scopes } = this.#tokens.findAccessToken(value);
    if (state === 'expired') return { refusal: apiError(401, EXPIRED_TOKEN, {}, CHALLENGE) };
    if (state === 'unknown') return { refusal: apiError(401, INVALID_TOKEN, {}, CHALLENGE) };
    const id = grant.user ? `user:${grant.user.email}` : `client:${grant.client.key}`;
    return { credential: { kind: grant.user ? 'oauth' : 'client', id, scopes, effective: expand(scopes) } };
  }

  #routed(request, url, route, path, credential) {
    if (!route) return apiError(404, 'Resource not found');
    if (request.method !== 'GET') return apiError(405, 'Method not allowed', {}, { allow: 'GET' });
    // An access token is its own pseudo-user, and one from client_credentials has none.
    if (route.user && ['access', 'client'].includes(credential.kind)) {
      return apiError(403, NOT_FOR_THIS_CREDENTIAL);
    }
    const required = credential.kind === 'api' ? route.apiTokenScope : route.scope;
    if (required !== undefined && !credential.effective.has(required)) {
      return apiError(403, 'Your credentials lack one or more required privilege scopes.', {
        detail: { required: [required], granted: credential.scopes },
      });
    }
    const unsupported = NOT_SIMULATED.find((name) => url.searchParams.has(name));
    if (unsupported !== undefined) {
      return apiError(501, `The simulator does not know the parameter "${unsupported}".`);
    }
    const segments = route.path.exec(path).slice(1).map(decodeSegment);
    return this[route.handler](url, credential, ...segments);
  }

  user() {
    return json(200, this.#catalogue.user());
  }

  userWorkspaces(url) {
    return this.#page(url, this.#catalogue.workspaceAccesses(), (access) => access);
  }

  repositoryPermissions(url, credential, workspaceName) {
    return this.#inWorkspace(workspaceName, ({ slug }) =>
      this.#page(url, this.#catalogue.repositoriesOf(slug), (repository) => ({
        type: 'repository_permission',
        permission: 'admin',
        user: this.#catalogue.user(),
        repository: this.#catalogue.describeRepository(repository),
      })),
    );
  }

  workspace(url, { restriction }, workspaceName) {
    if (restriction && restriction.kind !== 'workspace') return apiError(403, NOT_FOR_THIS_CREDENTIAL);
    return this.#inWorkspace(workspaceName, (workspace) =>
      restriction && restriction.workspace !== workspace.slug
        ? this.#noWorkspace(workspaceName)
        : json(200, workspace),
    );
  }

  repositories(url, credential, workspaceName) {
    return this.#inWorkspace(workspaceName, ({ slug }) =>
      this.#page(
        url,
        this.#catalogue.repositoriesOf(slug).filter((repository) => this.#mayRead(credential, repository)),
        (repository) => this.#catalogue.describeRepository(repository),
      ),
    );
  }

  repository(url, credential, workspaceName, repositoryName) {
    return this.#inRepository(credential, workspaceName, repositoryName, (repository) =>
      json(200, this.#catalogue.describeRepository(repository)),
    );
  }

  pullRequests(url, credential, workspaceName, repositoryName) {
    return this.#inRepository(credential, workspaceName, repositoryName, (repository) => {
      // Without `state` only open ones; it may be repeated. "ALL" is not among the documented values.
      const states = url.searchParams.getAll('state');
      if (!states.every((state) => PULL_REQUEST_STATES.includes(state))) {
        return apiError(400, 'Invalid state');
      }
      const numbers = this.#catalogue.pullRequestNumbers(states.length ? states : ['OPEN']);
      return this.#page(url, numbers, (id) => this.#catalogue.describePullRequest(repository, id), {
        longest: 50,
      });
    });
  }

  #inWorkspace(name, then) {
    const workspace = this.#catalogue.workspace(name);
    return workspace ? then(workspace) : this.#noWorkspace(name);
  }

  #noWorkspace(name) {
    return apiError(404, `No workspace with identifier '${name}'.`);
  }

  #inRepository(credential, workspaceName, repositoryName, then) {
    const workspace = this.#catalogue.workspace(workspaceName);
    const repository = workspace && this.#catalogue.findRepository(workspace.slug, repositoryName);
    return repository && this.#mayRead(credential, repository)
      ? then(repository)
      : apiError(404, `Repository ${workspaceName}/${repositoryName} not found`);
  }

  /** An access token sees its own part only; here every repository of a workspace is in one project. */
  #mayRead({ restriction }, { workspace, slug }) {
    if (!restriction) return true;
    if (restriction.workspace !== workspace) return false;
    return restriction.kind !== 'repository' || restriction.repository === slug;
  }

  /** Lists are refused, not clipped, when `pagelen` is too long, and past their end. */
  #page(url, items, describe, { longest = 100 } = {}) {
    const pagelen = this.#wholeNumber(url.searchParams.get('pagelen'), 10);
    if (pagelen === null || pagelen > longest) return apiError(400, 'Invalid pagelen');
    const page = this.#wholeNumber(url.searchParams.get('page'), 1);
    if (page === null) return apiError(400, 'Invalid page');
    const pages = Math.max(1, Math.ceil(items.length / pagelen));
    if (page > pages) return apiError(404, 'Invalid page');
    const link = (number) => {
      const target = new URL(this.#apiUrl + url.pathname.slice('/2.0'.length) + url.search);
      target.searchParams.set('pagelen', String(pagelen));
      target.searchParams.set('page', String(number));
      return target.href;
    };
    return json(200, {
      size: items.length,
      page,
      pagelen,
      ...(page < pages ? { next: link(page + 1) } : {}),
      ...(page > 1 ? { previous: link(page - 1) } : {}),
      values: items.slice((page - 1) * pagelen, page * pagelen).map(describe),
    });
  }

  /** @returns {number | null} 1 or more; null: not a number */
  #wholeNumber(value, otherwise) {
    if (value === null) return otherwise;
    return /^[1-9][0-9]{0,8}$/.test(value) ? Number(value) : null;
  }
}
