/**
 * The data of the simulated Bitbucket: two users, two workspaces, repositories, pull requests.
 *
 * In: how many repositories and pull requests there are. Out: the same objects every time. They are created on demand, so
 * thousands of pull requests cost nothing. Their links point to the simulator's own API.
 */
import { commitHash, uuid } from './identifiers.js';

/** In the second workspace, the user may only read. */
const WORKSPACES = [
  { slug: 'acme', name: 'Acme', permission: 'admin' },
  { slug: 'acme-labs', name: 'Acme Labs', permission: 'read' },
];
/** A workspace that Bitbucket has closed; no list contains it. */
export const SPAM_WORKSPACE = 'acme-offers';
const THINGS = [
  'billing',
  'catalogue',
  'checkout',
  'docs',
  'inventory',
  'ledger',
  'mailer',
  'search',
  'website',
];
const KINDS = ['service', 'client', 'tools', 'infra'];
const LANGUAGES = ['typescript', 'rust', 'python', 'go'];
export const PULL_REQUEST_STATES = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'];
const FIRST_DAY = Date.UTC(2025, 0, 6, 9);
const HOUR = 3_600_000;

export const USER = {
  nickname: 'dana',
  password: 'dana',
  displayName: 'Dana Demo',
  email: 'dana@example.com',
  accountId: '557058:0e2f7d1c-5d3b-4a57-9b8e-2f1f3a6c9d10',
};

/**
 * The users who can log in. They see the same data, including each other's changes. Their requests count separately for the rate
 * limit.
 */
export const USERS = [
  USER,
  {
    nickname: 'robin',
    password: 'robin',
    displayName: 'Robin Demo',
    email: 'robin@example.com',
    accountId: '557058:7a1d4e90-3c62-4f0b-8f25-c0a4d1b7e583',
  },
];

/** Pull requests with odd numbers are open. The others repeat a pattern: 2 is DECLINED, 4 SUPERSEDED, 6 MERGED, 8 DECLINED, … */
function stateOf(id) {
  return id % 2 === 1 ? 'OPEN' : PULL_REQUEST_STATES[1 + ((id / 2) % 3)];
}

export class Catalogue {
  #apiUrl;
  #repositories;
  #pullRequests;
  /** The clients' changes: pull requests that they created, and states that they set. */
  #created = new Map();
  #states = new Map();
  /** Caches the result of `pullRequestNumbers` until a pull request changes, because a repository may have thousands. */
  #numbers = new Map();

  constructor({ apiUrl, repositories, pullRequests }) {
    this.#apiUrl = apiUrl;
    this.#pullRequests = pullRequests;
    this.#repositories = Object.fromEntries(
      WORKSPACES.map(({ slug: workspace }, index) => [
        workspace,
        Array.from({ length: index === 0 ? repositories : Math.min(repositories, 3) }, (_, number) => {
          const round = Math.floor(number / (THINGS.length * KINDS.length));
          const kind = KINDS[Math.floor(number / THINGS.length) % KINDS.length];
          const slug = `${THINGS[number % THINGS.length]}-${kind}`;
          return { workspace, slug: round === 0 ? slug : `${slug}-${round + 1}`, number };
        }),
      ]),
    );
  }

  reset() {
    this.#created.clear();
    this.#states.clear();
    this.#numbers.clear();
  }

  user({ nickname, accountId, displayName } = USER) {
    return {
      type: 'user',
      uuid: uuid(`user/${nickname}`),
      account_id: accountId,
      nickname,
      username: nickname,
      display_name: displayName,
      account_status: 'active',
      created_on: new Date(FIRST_DAY).toISOString(),
      links: { self: { href: `${this.#apiUrl}/users/${encodeURIComponent(uuid(`user/${nickname}`))}` } },
    };
  }

  /** The workspaces that a list contains, without their names, like the API's `workspace_base`. */
  workspaceAccesses() {
    return WORKSPACES.map(({ slug, permission }) => ({
      type: 'workspace_access',
      administrator: permission === 'admin',
      workspace: {
        type: 'workspace_base',
        uuid: uuid(`workspace/${slug}`),
        slug,
        links: this.#links(`/workspaces/${slug}`),
      },
    }));
  }

  /** @param {string} name slug or {UUID} */
  workspace(name) {
    const found = WORKSPACES.find(({ slug }) => slug === name || uuid(`workspace/${slug}`) === name);
    return (
      found && {
        type: 'workspace',
        uuid: uuid(`workspace/${found.slug}`),
        slug: found.slug,
        name: found.name,
        is_private: true,
        created_on: new Date(FIRST_DAY).toISOString(),
        links: this.#links(`/workspaces/${found.slug}`),
      }
    );
  }

  /** @returns {'admin' | 'read'} the user's permission on a workspace's repositories */
  permissionIn(workspaceSlug) {
    return WORKSPACES.find(({ slug }) => slug === workspaceSlug).permission;
  }

  repositoriesOf(workspaceSlug) {
    return this.#repositories[workspaceSlug];
  }

  /** @param {string} name slug or {UUID} */
  findRepository(workspaceSlug, name) {
    return this.#repositories[workspaceSlug].find(
      (entry) => entry.slug === name || uuid(`repository/${workspaceSlug}/${entry.slug}`) === name,
    );
  }

  describeRepository({ workspace, slug, number }) {
    const fullName = `${workspace}/${slug}`;
    return {
      type: 'repository',
      uuid: uuid(`repository/${fullName}`),
      full_name: fullName,
      name: slug,
      slug,
      scm: 'git',
      is_private: true,
      description: `The ${slug.replaceAll('-', ' ')} of ${workspace}`,
      language: LANGUAGES[number % LANGUAGES.length],
      created_on: new Date(FIRST_DAY + number * 24 * HOUR).toISOString(),
      updated_on: new Date(FIRST_DAY + (number + 90) * 24 * HOUR).toISOString(),
      mainbranch: { type: 'branch', name: 'main' },
      workspace: {
        type: 'workspace',
        uuid: uuid(`workspace/${workspace}`),
        slug: workspace,
        name: this.workspace(workspace).name,
      },
      project: { type: 'project', key: 'CORE', name: 'Core', uuid: uuid(`project/${workspace}/CORE`) },
      links: this.#links(`/repositories/${fullName}`),
    };
  }

  /**
   * Numbers of the pull requests in these states, or in all states; the newest first.
   * @returns {readonly number[]}
   */
  pullRequestNumbers(repository, states = PULL_REQUEST_STATES) {
    const key = `${repository.workspace}/${repository.slug} ${states}`;
    if (!this.#numbers.has(key)) {
      const total = this.#pullRequests + this.#createdIn(repository).length;
      const all = Array.from({ length: total }, (_, index) => total - index);
      this.#numbers.set(key, all.filter((id) => states.includes(this.pullRequestState(repository, id))));
    }
    return this.#numbers.get(key);
  }

  /** @returns {number | undefined} */
  findPullRequest(repository, name) {
    const total = this.#pullRequests + this.#createdIn(repository).length;
    return /^[1-9]\d{0,8}$/.test(name) && Number(name) <= total ? Number(name) : undefined;
  }

  pullRequestState({ workspace, slug }, id) {
    return this.#states.get(`${workspace}/${slug}/${id}`) ?? (id > this.#pullRequests ? 'OPEN' : stateOf(id));
  }

  merge({ workspace, slug }, id) {
    this.#states.set(`${workspace}/${slug}/${id}`, 'MERGED');
    this.#numbers.clear();
  }

  /** @param {{ title: string, branch: string }} draft @returns {number} */
  createPullRequest(repository, draft) {
    const created = this.#createdIn(repository);
    this.#created.set(`${repository.workspace}/${repository.slug}`, [...created, draft]);
    this.#numbers.clear();
    return this.#pullRequests + created.length + 1;
  }

  #createdIn({ workspace, slug }) {
    return this.#created.get(`${workspace}/${slug}`) ?? [];
  }

  describePullRequest(repositoryEntry, id) {
    const { workspace, slug } = repositoryEntry;
    const made = this.#createdIn(repositoryEntry)[id - this.#pullRequests - 1];
    const fullName = `${workspace}/${slug}`;
    const created = FIRST_DAY + id * HOUR;
    const repository = {
      type: 'repository',
      full_name: fullName,
      name: slug,
      uuid: uuid(`repository/${fullName}`),
    };
    return {
      type: 'pullrequest',
      id,
      title: made?.title ?? `Change ${id} to ${slug}`,
      description: `What change ${id} is for.`,
      state: this.pullRequestState(repositoryEntry, id),
      draft: false,
      comment_count: id % 5,
      task_count: 0,
      close_source_branch: true,
      author: {
        type: 'user',
        uuid: uuid('user/dana'),
        account_id: USER.accountId,
        nickname: USER.nickname,
        display_name: USER.displayName,
      },
      source: {
        branch: { name: made?.branch ?? `change-${id}` },
        commit: { type: 'commit', hash: commitHash(`${fullName}/change-${id}`).slice(0, 12) },
        repository,
      },
      destination: {
        branch: { name: 'main' },
        commit: { type: 'commit', hash: commitHash(`${fullName}/main`).slice(0, 12) },
        repository,
      },
      created_on: new Date(created).toISOString(),
      updated_on: new Date(created + 2 * HOUR).toISOString(),
      links: this.#links(`/repositories/${fullName}/pullrequests/${id}`),
    };
  }

  /** @returns {number[]} the numbers of the comments on a pull request */
  commentsOf(repository, id) {
    const { comment_count: count } = this.describePullRequest(repository, id);
    return Array.from({ length: count }, (_, index) => index + 1);
  }

  describeComment({ workspace, slug }, id, number) {
    const created = FIRST_DAY + id * HOUR + number * (HOUR / 60);
    const { type, uuid: author, account_id: account, nickname, display_name: name } = this.user();
    return {
      type: 'pullrequest_comment',
      id: number,
      content: { type: 'rendered', raw: `Comment ${number}`, markup: 'markdown', html: `<p>Comment ${number}</p>` },
      user: { type, uuid: author, account_id: account, nickname, display_name: name },
      deleted: false,
      created_on: new Date(created).toISOString(),
      updated_on: new Date(created).toISOString(),
      links: this.#links(`/repositories/${workspace}/${slug}/pullrequests/${id}/comments/${number}`),
    };
  }

  #links(path) {
    return { self: { href: this.#apiUrl + path } };
  }
}
