/**
 * A consumer that sends the same requests to Bitbucket as NocoDB's own sync. It was written from observed requests.
 *
 * In: the wrapper (NocoDB's object for a connection), which newer NocoDBs pass, or the client of `authenticate()`, which older
 * NocoDBs pass. Out: the data that the sync would get, and the outcome of each part of the sync. Never: a copy of NocoDB's code.
 */

/** The outcome of a part that was read to its end. */
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

  /** Reads a list to its end or to an error. Returns the values and the outcome. */
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
    /** Returns the repositories that the form offers, or none after an error. */
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

    /** @param {string} fullName @param {string} [q] filters the pull requests and issues */
    async sync(fullName, q) {
      return {
        issues: await withComments(`/repositories/${fullName}/issues`, q),
        pullRequests: await withComments(`/repositories/${fullName}/pullrequests`, q),
      };
    },
  };
}
