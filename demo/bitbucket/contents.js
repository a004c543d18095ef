/**
 * The contents of a repository: commits, branches, files, pipelines, the history of a pull request.
 *
 * In: a repository. Out: the same objects at every start, created on demand.
 */
import { commitHash, uuid } from './identifiers.js';

const FIRST_DAY = Date.UTC(2025, 0, 6, 9);
const HOUR = 3_600_000;
const COMMITS = 64;
const PIPELINES = 25;
const STATUSES = 12;
const ACTIVITIES = 24;
/** The values that the filter `status` of pipelines accepts. */
export const PIPELINE_STATUSES = [
  'PARSING', 'PENDING', 'PAUSED', 'HALTED', 'BUILDING', 'ERROR', 'PASSED', 'FAILED', 'STOPPED', 'UNKNOWN',
];
const STEPS = ['Build', 'Test', 'Publish'];
/** Raw files. Those in LFS are stored on another server. */
const FILES = {
  'README.md': { body: '# Read me\n\nWhat is here, and how to build it. Grüße!\n' },
  'assets/logo.bin': { body: 'a large file\n'.repeat(40), lfs: true },
  'src/index.js': { body: 'export const answer = 42;\n' },
  'src/view.js': { body: 'export const view = () => null;\n' },
};

const at = (hours) => new Date(FIRST_DAY + hours * HOUR).toISOString();
const fullNameOf = ({ workspace, slug }) => `${workspace}/${slug}`;

/** @param {number | string} name a commit's number, or a branch, for the newest commit of that branch */
const hashOf = (repository, name) => commitHash(`${fullNameOf(repository)}/${name === COMMITS ? 'main' : name}`);

export class Contents {
  #apiUrl;
  #catalogue;
  /** How often the pull requests of each commit were requested. Bitbucket builds the index for these requests on demand. */
  #indexing = new Map();

  constructor({ apiUrl, catalogue }) {
    this.#apiUrl = apiUrl;
    this.#catalogue = catalogue;
  }

  reset() {
    this.#indexing.clear();
  }

  /** The numbers of the commits, the newest first. */
  commits() {
    return Array.from({ length: COMMITS }, (_, index) => COMMITS - index);
  }

  describeCommit(repository, number) {
    const hash = hashOf(repository, number);
    return {
      type: 'commit',
      hash,
      date: at(number),
      message: `Change number ${number}\n`,
      author: { type: 'author', raw: 'Dana Demo <dana@example.com>', user: this.#author() },
      parents: number > 1 ? [{ type: 'commit', hash: hashOf(repository, number - 1) }] : [],
      links: this.#links(repository, `/commit/${hash}`),
    };
  }

  /** @returns {string | undefined} the full hash of the commit that `HEAD`, `main`, or a full or abbreviated hash names */
  resolve(repository, name) {
    if (['HEAD', 'main'].includes(name)) return hashOf(repository, COMMITS);
    if (!/^[0-9a-f]{7,40}$/.test(name)) return undefined;
    return this.#hashes(repository).find((hash) => hash.startsWith(name));
  }

  #hashes(repository) {
    const numbers = [...this.commits(), ...this.#catalogue.pullRequestNumbers(repository).map((id) => `change-${id}`)];
    return numbers.map((number) => hashOf(repository, number));
  }

  /** @returns {number[]} the numbers of pull requests, the newest first */
  pullRequestsOf(repository, hash) {
    return this.#catalogue
      .pullRequestNumbers(repository)
      .filter((id) => hashOf(repository, `change-${id}`) === hash);
  }

  /**
   * For the first two requests about a commit, Bitbucket's index is not complete yet. @returns {'page' | 'nothing' | undefined}
   * the body of the response: an empty page, or nothing; undefined: the index is complete
   */
  indexing(repository, hash) {
    const key = `${fullNameOf(repository)} ${hash}`;
    const requests = this.#indexing.get(key) ?? 0;
    this.#indexing.set(key, requests + 1);
    return ['page', 'nothing'][requests];
  }

  statuses() {
    return Array.from({ length: STATUSES }, (_, index) => index + 1);
  }

  describeStatus(repository, hash, number) {
    return {
      type: 'build',
      key: `check-${number}`,
      uuid: uuid(`status/${hash}/${number}`),
      name: `Check ${number}`,
      state: number === STATUSES ? 'INPROGRESS' : 'SUCCESSFUL',
      url: `https://ci.example.com/checks/${number}`,
      created_on: at(number),
      updated_on: at(number + 1),
      links: this.#links(repository, `/commit/${hash}/statuses/build/check-${number}`),
    };
  }

  branches(repository) {
    return ['main', ...this.#catalogue.pullRequestNumbers(repository, ['OPEN']).map((id) => `change-${id}`)];
  }

  describeBranch(repository, name) {
    const hash = hashOf(repository, name);
    return {
      type: 'branch',
      name,
      target: { type: 'commit', hash },
      links: this.#links(repository, `/refs/branches/${name}`),
    };
  }

  /** @returns {{ body: string, lfs?: boolean } | undefined} */
  file(path) {
    return Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  }

  /** The names in a folder; undefined: there is no such folder. */
  folder(path) {
    const prefix = path === '' ? '' : `${path.replace(/\/$/, '')}/`;
    const inside = Object.keys(FILES).filter((name) => name.startsWith(prefix));
    if (inside.length === 0) return undefined;
    return [...new Set(inside.map((name) => prefix + name.slice(prefix.length).split('/')[0]))];
  }

  describeEntry(repository, hash, path) {
    const file = this.file(path);
    return {
      type: file ? 'commit_file' : 'commit_directory',
      path,
      commit: { type: 'commit', hash },
      ...(file ? { size: Buffer.byteLength(file.body) } : {}),
      links: this.#links(repository, `/src/${hash}/${path}`),
    };
  }

  changedFiles(id) {
    return Array.from({ length: 1 + (id % 4) }, (_, index) => `src/part-${index + 1}.js`);
  }

  describeChange(path) {
    return {
      type: 'diffstat',
      status: 'modified',
      lines_added: 2,
      lines_removed: 1,
      old: { type: 'commit_file', path },
      new: { type: 'commit_file', path },
    };
  }

  describeConflict(path) {
    return { type: 'conflict', path, scenario: 'content', message: `Both sides changed ${path}.` };
  }

  diff(paths) {
    return paths
      .map((path) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-old\n+new\n`)
      .join('');
  }

  activities() {
    return Array.from({ length: ACTIVITIES }, (_, index) => index + 1);
  }

  describeActivity(repository, id, number) {
    const pullRequest = { type: 'pullrequest', id, title: `Change ${id} to ${repository.slug}` };
    const what =
      number % 2 === 0
        ? { approval: { date: at(number), user: this.#author() } }
        : { update: { state: 'OPEN', date: at(number), author: this.#author() } };
    return { pull_request: pullRequest, ...what };
  }

  /** The numbers of the pipelines, the oldest first, which is the order without `sort`. */
  pipelines() {
    return Array.from({ length: PIPELINES }, (_, index) => index + 1);
  }

  /** @returns {number | undefined} the number of the pipeline with this UUID or number */
  findPipeline(repository, name) {
    return this.pipelines().find(
      (number) => String(number) === name || this.describePipeline(repository, number).uuid === name,
    );
  }

  /** The newest pipeline is still running. */
  pipelineStatus(number) {
    if (number === PIPELINES) return 'BUILDING';
    return number % 5 === 0 ? 'FAILED' : 'PASSED';
  }

  describePipeline(repository, number) {
    const id = uuid(`pipeline/${fullNameOf(repository)}/${number}`);
    const status = this.pipelineStatus(number);
    const result = { type: 'pipeline_state_completed_result', name: status === 'FAILED' ? 'FAILED' : 'SUCCESSFUL' };
    return {
      type: 'pipeline',
      uuid: id,
      build_number: number,
      state:
        status === 'BUILDING'
          ? { type: 'pipeline_state_in_progress', name: 'IN_PROGRESS' }
          : { type: 'pipeline_state_completed', name: 'COMPLETED', result },
      target: {
        type: 'pipeline_ref_target',
        ref_type: 'branch',
        ref_name: this.pipelineBranch(number),
        commit: { type: 'commit', hash: hashOf(repository, number) },
      },
      created_on: at(number),
      ...(status === 'BUILDING' ? {} : { completed_on: at(number + 0.2), build_seconds_used: 720 }),
      links: this.#links(repository, `/pipelines/${id}`),
    };
  }

  pipelineBranch(number) {
    return number % 3 === 0 ? 'develop' : 'main';
  }

  steps() {
    return STEPS.map((_, index) => index);
  }

  /** @returns {number | undefined} */
  findStep(repository, pipeline, name) {
    return this.steps().find((step) => this.describeStep(repository, pipeline, step).uuid === name);
  }

  describeStep(repository, pipeline, step) {
    const isRunning = this.isRunning(pipeline, step);
    return {
      type: 'pipeline_step',
      uuid: uuid(`step/${fullNameOf(repository)}/${pipeline}/${step}`),
      name: STEPS[step],
      started_on: at(pipeline + step / 20),
      state: isRunning
        ? { type: 'pipeline_step_state_in_progress', name: 'IN_PROGRESS' }
        : { type: 'pipeline_step_state_completed', name: 'COMPLETED' },
    };
  }

  isRunning(pipeline, step) {
    return pipeline === PIPELINES && step === STEPS.length - 1;
  }

  log(pipeline, step) {
    const line = (number) => `+ line ${number} of step ${step + 1}, build ${pipeline}\n`;
    return Buffer.from(Array.from({ length: 200 }, (_, index) => line(index + 1)).join(''));
  }

  #author() {
    const { type, uuid: id, display_name: name } = this.#catalogue.user();
    return { type, uuid: id, display_name: name };
  }

  #links(repository, path) {
    return { self: { href: `${this.#apiUrl}/repositories/${fullNameOf(repository)}${path}` } };
  }
}
