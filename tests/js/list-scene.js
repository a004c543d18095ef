/** Shared helpers for the tests of lists: a server with a list, a client for it, and functions that read the list. */
import { createEntry } from 'nocodb-bitbucket-auth';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

export const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

export const PAGELEN = 10;

/** The maximum number of additional requests that prefetching may cause. */
export const MAX_EXTRA_REQUESTS = 6;

/** All values of the pages with these numbers. */
export const pagesOf = (...numbers) => numbers.flatMap((page) => Array.from({ length: PAGELEN }, (_, at) => (page - 1) * PAGELEN + at));

export const upTo = (last) => Array.from({ length: last }, (_, at) => at + 1);

/**
 * Starts a server with a numbered list (`?page=2`), and creates a client for it. `answers(page, body, n, state)` determines the
 * response to the n-th request for a page: `{ status?, body?, headers? }`, `'drop'` to close the connection, or nothing to send
 * `body`. The function may also return a promise. The server counts a request with a method other than GET and HEAD as a change,
 * after `onChange()` has finished.
 */
export async function listOf(t, {
  pages = 20, answers = () => undefined, onChange = () => {}, variables = UNLIMITED, token = 'the-token',
} = {}) {
  const state = { asked: [], closed: [], changes: 0, atOnce: 0, most: 0, size: pages * PAGELEN };
  const arrivals = [];
  const server = await serve(t, async (request, response) => {
    if (request.method === 'HEAD') return json(response, 200, {});
    if (request.method !== 'GET') {
      await onChange();
      state.changes += 1;
      return json(response, 200, {});
    }
    const url = new URL(request.url, 'http://x');
    const page = Number(url.searchParams.get('page') ?? 1);
    state.asked.push(page);
    state.atOnce += 1;
    state.most = Math.max(state.most, state.atOnce);
    response.once('close', () => {
      state.atOnce -= 1;
      if (!response.writableEnded) state.closed.push(page);
      arrivals.forEach((look) => look());
    });
    arrivals.forEach((look) => look());
    const body = {
      size: state.size, page, pagelen: PAGELEN, values: pagesOf(page).filter((value) => value < state.size),
      ...(page * PAGELEN < state.size && { next: `${server.origin}/2.0/list?page=${page + 1}` }),
    };
    const answer = await answers(page, body, state.asked.filter((one) => one === page).length, state) ?? {};
    if (answer === 'drop') return request.socket.destroy();
    return json(response, answer.status ?? 200, answer.body ?? body, answer.headers);
  });
  const { wrapper: Wrapper } = createEntry(environment(server.origin, variables));
  const wrapper = new Wrapper({ type: 'api_key', token });
  const client = await wrapper.authenticate();
  /** Waits until `holds(state)` is true for the server's state. */
  const until = (holds) => new Promise((resolve) => {
    const look = () => holds(state) && resolve();
    arrivals.push(look);
    look();
  });
  return { wrapper, client, state, until, origin: server.origin };
}

/** Returns the values of an iterator up to its end or its error, and the error. Awaits `onValue` for each value. */
export async function collect(iterator, onValue = () => {}) {
  const values = [];
  try {
    for await (const value of iterator) {
      values.push(value);
      await onValue(value);
    }
    return { values };
  } catch (error) {
    return { values, error };
  }
}

/** A gate at which responses wait until the test opens it. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Waits for so long that a request which is sent by mistake would arrive. */
export const aWhile = () => new Promise((resolve) => {
  setTimeout(resolve, 60);
});

/** Responses of normal and of unusual lists. A consumer must get the same values with and without prefetching. */
export const COURSES = {
  'has only normal pages': () => undefined,
  'ends before the size that it reports': (page, body) => (page === 3
    ? { body: { values: [20, 21], size: 22, page, pagelen: PAGELEN } } : page > 3 ? { status: 404, body: {} } : undefined),
  'has a short page in the middle': (page, body) => (page === 3 ? { body: { ...body, values: [20] } } : undefined),
  'is longer than its first page reports': (page, body) => (page === 1 ? { body: { ...body, size: 25 } } : undefined),
  'reports another size on each page': (page, body) => ({ body: { ...body, size: 30 + 70 * (page % 3) } }),
  'has an empty page in the middle': (page, body) => (page === 4 ? { body: { ...body, values: [] } } : undefined),
  'lacks next on page 4': (page, { next, ...body }) => (page === 4 ? { body } : undefined),
  'lacks size on page 4': (page, { size, ...body }) => (page === 4 ? { body } : undefined),
  'skips a page': (page, body) => (page === 3 ? { body: { ...body, next: body.next.replace('page=4', 'page=6') } } : undefined),
  'continues with a cursor': (page, body) => (page === 3
    ? { body: { ...body, next: body.next.replace('page=4', 'ctx=0f&page=9') } } : undefined),
  'leads back to page 2': (page, body) => (page === 3
    ? { body: { ...body, next: body.next.replace('page=4', 'page=2') } } : undefined),
  'leads to another origin': (page, body) => (page === 3
    ? { body: { ...body, next: 'http://127.0.0.1:9/2.0/list?page=4' } } : undefined),
  'has a next that is not a string': (page, body) => (page === 3 ? { body: { ...body, next: 7 } } : undefined),
  'has a page whose values are not an array': (page) => (page === 4 ? { body: { values: 'none' } } : undefined),
  'responds 403 for page 5': (page) => (page === 5 ? { status: 403, body: {} } : undefined),
  'responds 503 from page 5 on': (page) => (page >= 5 ? { status: 503, body: {} } : undefined),
  'responds 429 from page 5 on': (page) => (page >= 5 ? { status: 429, body: {} } : undefined),
  'responds 503 once for each page': (page, body, n) => (n === 1 ? { status: 503, body: {} } : undefined),
  'responds 429 three times for page 5': (page, body, n) => (page === 5 && n <= 3 ? { status: 429, body: {} } : undefined),
  'responds 429 once for each page': (page, body, n) => (n === 1 ? { status: 429, body: {} } : undefined),
  'breaks the connection once': (page, body, n) => (page === 6 && n === 1 ? 'drop' : undefined),
  'responds 503 three times in a row': (page, body, n, { asked }) => (asked.length >= 5 && asked.length <= 7
    ? { status: 503, body: {} } : undefined),
};
