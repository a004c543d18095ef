/**
 * The responses of the API's routes.
 *
 * In: a call, which is a request that api.js has accepted (`{ request, url, body, credential, writers }`), and the names in the
 * path of the request. Out: Bitbucket's objects, pages of them, raw bytes, or an error. Never: a check of the credential's
 * validity or scopes; api.js checks these. This file checks to which workspaces and repositories the credential has access.
 */
import { ACCESS_DENIED, apiError, invalidFields, untypedError } from './api-errors.js';
import { PULL_REQUEST_STATES, SPAM_WORKSPACE } from './catalogue.js';
import { PIPELINE_STATUSES } from './contents.js';
import { json, mediaType, nothing, redirect, text } from './http.js';
import { acceptsBytes, bytes } from './ranges.js';

export const NOT_FOR_THIS_CREDENTIAL = 'This API is not accessible by this authentication mechanism';
/** How many times the status of an asynchronous merge is PENDING before it is SUCCESS. */
const MERGE_TASK_POLLS = 1;
const BYTES = 'application/octet-stream';
const PIPELINE_FILTERS = ['target.branch', 'status', 'page', 'pagelen', 'sort', 'fields', 'q'];

export class Resources {
  #apiUrl;
  #catalogue;
  #contents;
  #lists;
  #storage;
  #merges = new Map();

  constructor({ apiUrl, catalogue, contents, lists, storage }) {
    this.#apiUrl = apiUrl;
    this.#catalogue = catalogue;
    this.#contents = contents;
    this.#lists = lists;
    this.#storage = storage;
  }

  reset() {
    this.#merges.clear();
  }

  user({ credential }) {
    return json(200, this.#catalogue.user(credential.user));
  }

  userWorkspaces({ url }) {
    return this.#lists.numbered(url, this.#catalogue.workspaceAccesses(), (access) => access, { pagelen: 25 });
  }

  repositoryPermissions({ url }, workspaceName) {
    return this.#inWorkspace(workspaceName, ({ slug }) =>
      this.#filteredPage(url, this.#catalogue.repositoriesOf(slug), (repository) => ({
        type: 'repository_permission',
        permission: this.#catalogue.permissionIn(slug),
        user: this.#catalogue.user(),
        repository: this.#catalogue.describeRepository(repository),
      })),
    );
  }

  workspace({ credential: { restriction } }, workspaceName) {
    if (restriction && restriction.kind !== 'workspace') return apiError(403, NOT_FOR_THIS_CREDENTIAL);
    return this.#inWorkspace(workspaceName, (workspace) =>
      restriction && restriction.workspace !== workspace.slug
        ? this.#noWorkspace(workspaceName)
        : json(200, workspace),
    );
  }

  repositories({ url, credential }, workspaceName) {
    // The endpoint exists, so this 410 has no link to an announcement, unlike the 410 of a removed endpoint.
    if (workspaceName === SPAM_WORKSPACE) return apiError(410, 'This workspace has been marked as spam.');
    return this.#inWorkspace(workspaceName, ({ slug }) =>
      this.#filteredPage(
        url,
        this.#catalogue.repositoriesOf(slug).filter((repository) => this.#mayRead(credential, repository)),
        (repository) => this.#catalogue.describeRepository(repository),
      ),
    );
  }

  repository(call, ...path) {
    return this.#inRepository(call, path, (repository) => json(200, this.#catalogue.describeRepository(repository)));
  }

  pullRequests(call, ...path) {
    const { url } = call;
    return this.#inRepository(call, path, (repository) => {
      // Without `state`, Bitbucket lists only open pull requests. The parameter may be repeated. Neither "ALL" nor a
      // comma-separated list is a documented value. With `q`, Bitbucket ignores `state`.
      const states = url.searchParams.getAll('state');
      if (!states.every((state) => PULL_REQUEST_STATES.includes(state))) return apiError(400, 'Invalid state');
      const wanted = states.length ? states : ['OPEN'];
      const numbers = this.#catalogue.pullRequestNumbers(repository, url.searchParams.has('q') ? undefined : wanted);
      return this.#filteredPage(url, numbers, (id) => this.#catalogue.describePullRequest(repository, id), {
        longest: 50,
      });
    });
  }

  createPullRequest(call, ...path) {
    return this.#inRepository(call, path, (repository) => {
      const draft = this.#sentObject(call);
      if (draft === null) return apiError(400, 'Bad request');
      const branch = draft.source?.branch?.name;
      const missing = {
        ...(typeof draft.title === 'string' && draft.title !== '' ? {} : { title: ['required key not provided'] }),
        ...(typeof branch === 'string' && branch !== '' ? {} : { source: ['required key not provided'] }),
      };
      if (Object.keys(missing).length > 0) return invalidFields(missing);
      const id = this.#catalogue.createPullRequest(repository, { title: draft.title, branch });
      return json(201, this.#catalogue.describePullRequest(repository, id));
    });
  }

  pullRequest(call, ...path) {
    return this.#inPullRequest(call, path, (repository, id) =>
      json(200, this.#catalogue.describePullRequest(repository, id)),
    );
  }

  activity(call, ...path) {
    return this.#inPullRequest(call, path, (repository, id) =>
      this.#lists.iterated(
        call.url,
        this.#contents.activities(),
        (number) => this.#contents.describeActivity(repository, id, number),
        { longest: 50 },
      ),
    );
  }

  pullRequestDiff(call, ...path) {
    return this.#redirectToCommits(call, path, 'diff');
  }

  pullRequestPatch(call, ...path) {
    return this.#redirectToCommits(call, path, 'patch');
  }

  pullRequestDiffstat(call, ...path) {
    return this.#redirectToCommits(call, path, 'diffstat');
  }

  pullRequestConflicts(call, ...path) {
    return this.#redirectToCommits(call, path, 'conflicts');
  }

  /** The diff, patch, diffstat and conflicts of a pull request redirect (302) to a URL that names the two commits. */
  #redirectToCommits(call, path, kind) {
    return this.#inPullRequest(call, path, (repository, id) => {
      const { source, destination } = this.#catalogue.describePullRequest(repository, id);
      const { workspace, slug } = repository;
      const spec = `${source.commit.hash}..${destination.commit.hash}`;
      const target = new URL(`${this.#apiUrl}/repositories/${workspace}/${slug}/${kind}/${spec}`);
      target.search = call.url.search;
      target.searchParams.set('from_pullrequest_id', String(id));
      target.searchParams.set('topic', 'true');
      return redirect(302, target.href);
    });
  }

  approve(call, ...path) {
    return this.#inPullRequest(call, path, () =>
      json(200, {
        type: 'participant', role: 'REVIEWER', approved: true, state: 'approved', user: this.#catalogue.user(),
      }),
    );
  }

  unapprove(call, ...path) {
    return this.#inPullRequest(call, path, () => nothing(204));
  }

  merge(call, ...path) {
    return this.#inPullRequest(call, path, (repository, id) => {
      if (this.#catalogue.pullRequestState(repository, id) !== 'OPEN') return nothing(409);
      this.#catalogue.merge(repository, id);
      if (call.url.searchParams.get('async') !== 'true') {
        return json(200, this.#catalogue.describePullRequest(repository, id));
      }
      const { workspace, slug } = repository;
      const task = `/repositories/${workspace}/${slug}/pullrequests/${id}/merge/task-status/merge-${id}`;
      this.#merges.set(task, MERGE_TASK_POLLS);
      return nothing(202, { location: this.#apiUrl + task });
    });
  }

  mergeTask(call, ...path) {
    return this.#inPullRequest(call, path.slice(0, 3), (repository, id) => {
      const { workspace, slug } = repository;
      const task = `/repositories/${workspace}/${slug}/pullrequests/${id}/merge/task-status/${path[3]}`;
      const left = this.#merges.get(task);
      // The simulator treats an unknown task as another user's. Bitbucket's OpenAPI description declares no body for that case.
      if (left === undefined) return nothing(403);
      this.#merges.set(task, left - 1);
      if (left > 0) return json(200, { task_status: 'PENDING', links: { self: { href: this.#apiUrl + task } } });
      return json(200, {
        task_status: 'SUCCESS',
        merge_result: this.#catalogue.describePullRequest(repository, id),
        links: { self: { href: this.#apiUrl + task } },
      });
    });
  }

  comments(call, ...path) {
    return this.#inPullRequest(call, path, (repository, id) =>
      this.#filteredPage(call.url, this.#catalogue.commentsOf(repository, id), (number) =>
        this.#catalogue.describeComment(repository, id, number),
      ),
    );
  }

  comment(call, ...path) {
    return this.#inPullRequest(call, path.slice(0, 3), (repository, id) => {
      const number = Number(path[3]);
      return this.#catalogue.commentsOf(repository, id).includes(number)
        ? json(200, this.#catalogue.describeComment(repository, id, number))
        : nothing(404);
    });
  }

  commits(call, ...path) {
    return this.#inRepository(call, path, (repository) =>
      this.#lists.iterated(call.url, this.#contents.commits(), (number) =>
        this.#contents.describeCommit(repository, number),
      ),
    );
  }

  /** No source says which of Bitbucket's lists omit `size` and `page`. In the simulator, the list of statuses does. */
  statuses(call, ...path) {
    return this.#inCommit(call, path, (repository, hash) =>
      this.#filteredPage(
        call.url,
        this.#contents.statuses(),
        (number) => this.#contents.describeStatus(repository, hash, number),
        { bare: true },
      ),
    );
  }

  commitPullRequests(call, ...path) {
    return this.#inCommit(call, path, (repository, hash) => {
      const page = (ids) =>
        this.#lists.numbered(call.url, ids, (id) => this.#catalogue.describePullRequest(repository, id), {
          pagelen: 30,
        });
      switch (this.#contents.indexing(repository, hash)) {
        case 'page':
          return { ...page([]), status: 202 };
        case 'nothing':
          return nothing(202);
        default:
          return page(this.#contents.pullRequestsOf(repository, hash));
      }
    });
  }

  branches(call, ...path) {
    return this.#inRepository(call, path, (repository) => {
      const names = this.#contents.branches(repository);
      const describe = (name) => this.#contents.describeBranch(repository, name);
      const { errorResponse, ...found } = this.#lists.filtered(call.url, names, describe);
      if (errorResponse) return errorResponse;
      // Bitbucket has been observed to return the pages of an iterator (with a cursor, without numbers) for a request with `q`.
      const isIterator = call.url.searchParams.has('q') || call.url.searchParams.has('ctx');
      return this.#lists[isIterator ? 'iterated' : 'numbered'](call.url, found.items, found.describe);
    });
  }

  diff(call, ...path) {
    return this.#inRepository(call, path.slice(0, 2), () => raw(this.#contents.diff(this.#changed(call))));
  }

  patch(call, ...path) {
    return this.#inRepository(call, path.slice(0, 2), () =>
      raw(`Subject: [PATCH] Change\n\n${this.#contents.diff(this.#changed(call))}`),
    );
  }

  diffstat(call, ...path) {
    return this.#inRepository(call, path.slice(0, 2), () =>
      this.#lists.numbered(call.url, this.#changed(call), (name) => this.#contents.describeChange(name), {
        pagelen: 500,
        longest: 500,
      }),
    );
  }

  conflicts(call, ...path) {
    return this.#inRepository(call, path.slice(0, 2), () =>
      this.#lists.numbered(call.url, this.#changed(call).slice(0, 1), (name) => this.#contents.describeConflict(name)),
    );
  }

  /** The changed files. The parameter `path`, which may be repeated, limits the list to the files that it names. */
  #changed({ url: { searchParams } }) {
    const paths = searchParams.getAll('path');
    const changed = this.#contents.changedFiles(Number(searchParams.get('from_pullrequest_id') ?? 0));
    return paths.length > 0 ? changed.filter((name) => paths.includes(name)) : changed;
  }

  source(call, workspaceName, repositoryName, revision, path = '') {
    return this.#inCommit(call, [workspaceName, repositoryName, revision], (repository, hash) => {
      const file = this.#contents.file(path);
      const body = file && Buffer.from(file.body);
      if (file?.lfs) return redirect(301, this.#storage.keep(`media/${path}`, body, BYTES));
      if (file) return bytes(call.request, body, 'text/plain');
      const entries = this.#contents.folder(path);
      if (entries === undefined) return apiError(404, `No such file or directory: ${path}`);
      return this.#lists.numbered(call.url, entries, (name) => this.#contents.describeEntry(repository, hash, name));
    });
  }

  hooks(call, ...path) {
    return this.#inRepository(call, path, () => this.#lists.numbered(call.url, [], (hook) => hook));
  }

  pipelines(call, ...path) {
    const { url } = call;
    return this.#inRepository(call, path, (repository) => {
      const unknown = [...url.searchParams.keys()].find((name) => !PIPELINE_FILTERS.includes(name));
      if (unknown !== undefined) return apiError(501, `The simulator does not know the filter "${unknown}".`);
      const statuses = url.searchParams.getAll('status');
      const sort = url.searchParams.get('sort') ?? 'created_on';
      if (!statuses.every((status) => PIPELINE_STATUSES.includes(status))) {
        return untypedError(400, 'Bad request', 'The value of the parameter "status" is not valid.');
      }
      if (!['created_on', '-created_on'].includes(sort)) {
        return untypedError(400, 'Bad request', 'The value of the parameter "sort" is not valid.');
      }
      const branch = url.searchParams.get('target.branch');
      const numbers = this.#contents
        .pipelines()
        .filter((number) => branch === null || this.#contents.pipelineBranch(number) === branch)
        .filter((number) => statuses.length === 0 || statuses.includes(this.#contents.pipelineStatus(number)));
      if (sort.startsWith('-')) numbers.reverse();
      const describe = (number) => this.#contents.describePipeline(repository, number);
      return this.#lists.numbered(url, numbers, describe, { forgetful: true });
    });
  }

  pipeline(call, ...path) {
    return this.#inPipeline(call, path, (repository, number) =>
      json(200, this.#contents.describePipeline(repository, number)),
    );
  }

  stopPipeline(call, ...path) {
    return this.#inPipeline(call, path, () => nothing(204));
  }

  /** All steps in one response, without pages. */
  steps(call, ...path) {
    return this.#inPipeline(call, path, (repository, pipeline) =>
      json(200, {
        values: this.#contents.steps().map((step) => this.#contents.describeStep(repository, pipeline, step)),
      }),
    );
  }

  /** While the step runs, the log itself; after the step has ended, a redirect to the storage server. */
  log(call, ...path) {
    return this.#inPipeline(call, path.slice(0, 3), (repository, pipeline) => {
      const step = this.#contents.findStep(repository, pipeline, path[3]);
      if (step === undefined) return untypedError(404, 'Not found', 'There is no step with this UUID.');
      if (!acceptsBytes(call.request)) {
        return untypedError(406, 'Not acceptable', 'A log is application/octet-stream.');
      }
      const log = this.#contents.log(pipeline, step);
      if (this.#contents.isRunning(pipeline, step)) return bytes(call.request, log, BYTES);
      return redirect(307, this.#storage.keep(`logs/${repository.slug}-${pipeline}-${step}`, log, BYTES));
    });
  }

  #filteredPage(url, items, describe, options) {
    const { errorResponse, ...found } = this.#lists.filtered(url, items, describe);
    return errorResponse ?? this.#lists.numbered(url, found.items, found.describe, options);
  }

  /** The object in a JSON body; null if the body is anything else. */
  #sentObject({ request, body }) {
    if (mediaType(request) !== 'application/json') return null;
    try {
      const value = JSON.parse(body);
      return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  #inWorkspace(name, then) {
    const workspace = this.#catalogue.workspace(name);
    return workspace ? then(workspace) : this.#noWorkspace(name);
  }

  #noWorkspace(name) {
    return apiError(404, `No workspace with identifier '${name}'.`);
  }

  #inRepository({ credential, writers }, [workspaceName, repositoryName], then) {
    const workspace = this.#catalogue.workspace(workspaceName);
    const repository = workspace && this.#catalogue.findRepository(workspace.slug, repositoryName);
    if (!repository || !this.#mayRead(credential, repository)) {
      return apiError(404, `Repository ${workspaceName}/${repositoryName} not found`);
    }
    // For a repository, project or workspace access token, only its scopes count. For a user, the permission in the workspace
    // counts, too.
    if (writers && !credential.restriction && this.#catalogue.permissionIn(workspace.slug) === 'read') {
      return text(403, ACCESS_DENIED);
    }
    return then(repository);
  }

  #inPullRequest(call, [workspaceName, repositoryName, name], then) {
    return this.#inRepository(call, [workspaceName, repositoryName], (repository) => {
      const id = this.#catalogue.findPullRequest(repository, name);
      return id === undefined ? apiError(404, 'Pull request not found') : then(repository, id);
    });
  }

  #inCommit(call, [workspaceName, repositoryName, name], then) {
    return this.#inRepository(call, [workspaceName, repositoryName], (repository) => {
      const hash = this.#contents.resolve(repository, name);
      return hash === undefined ? apiError(404, 'Commit not found') : then(repository, hash);
    });
  }

  #inPipeline(call, [workspaceName, repositoryName, name], then) {
    return this.#inRepository(call, [workspaceName, repositoryName], (repository) => {
      const number = this.#contents.findPipeline(repository, name);
      return number === undefined
        ? untypedError(404, 'Not found', 'There is no pipeline with this UUID or number.')
        : then(repository, number);
    });
  }

  /**
   * A repository access token can read only its own repository. A project or workspace access token can read only the
   * repositories of its project or workspace. In the simulator, all repositories of a workspace are in one project.
   */
  #mayRead({ restriction }, { workspace, slug }) {
    if (!restriction) return true;
    if (restriction.workspace !== workspace) return false;
    return restriction.kind !== 'repository' || restriction.repository === slug;
  }
}

/** Diffs and patches have no charset. */
const raw = (body) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body });
