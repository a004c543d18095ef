/**
 * A consumer that sends Bitbucket the requests of NocoDB's own sync, written from the observed requests.
 *
 * In: the wrapper, as newer NocoDBs pass it, or the client of `authenticate()`, as older ones do. Out: what the sync would get, and
 * how each part of it ended. Never: NocoDB's code is copied.
 */

/** Parts end like this where there is nothing more to say. */
export const COMPLETE = 'complete';

/** The outcome that the sync assumes if the request for issues gets a 404. */
export const NO_TRACKER = 'tracker not enabled';

/**
 * @param {any} auth a wrapper, or a client
 * @param {() => void} [onPage] is called after each page
 */
export function syncConsumer(auth, onPage = () => {}) {
  const run = (work) => (typeof auth.use === 'function' ? auth.use(work) : work(auth));

  async function* pages(path, params) {
    for (let page = 1; ; page += 1) {
      const { data } = await run((client) => client.get(path, { params: { ...params, page } }));
      onPage();
      yield* data.values;
      if (!data.next) return;
    }
  }

  /** Reads a list to its end, and returns its values and why it ended. */
  async function part(path, q) {
    const values = [];
    try {
      for await (const value of pages(path, { pagelen: 50, sort: '-updated_on', ...(q && { q }) })) values.push(value);
      return { values, outcome: COMPLETE };
    } catch (error) {
      return { values, outcome: error.response?.status === 404 ? NO_TRACKER : `ended: ${error.response?.status}` };
    }
  }

  /** Reads a list as `part` does, and the comments of each value. */
  async function withComments(path, q) {
    const { values, outcome } = await part(path, q);
    const comments = [];
    for (const { id } of values) comments.push(...(await part(`${path}/${id}/comments`)).values);
    return { values, comments, outcome };
  }

  return {
    /** The choices of the form. An error is swallowed, and leaves none. */
    async repositories() {
      const values = [];
      try {
        for await (const value of pages('/repositories', { role: 'member', pagelen: 100, sort: '-updated_on' })) {
          values.push(value);
        }
        return values;
      } catch {
        return [];
      }
    },

    /** @param {string} fullName @param {string} [q] which pull requests and issues */
    async sync(fullName, q) {
      return {
        issues: await withComments(`/repositories/${fullName}/issues`, q),
        pullRequests: await withComments(`/repositories/${fullName}/pullrequests`, q),
      };
    },
  };
}
