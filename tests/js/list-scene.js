/** Shared helpers for the tests of lists: a numbered list on a server, a client for it, and the values that a consumer gets. */
import { createEntry } from 'nocodb-bitbucket-auth';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

export const UNLIMITED = { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off' };

export const PAGELEN = 10;

/** The requests more that pages ahead may cost. */
export const MAX_EXTRA_REQUESTS = 6;

/** The values of these pages. */
export const pagesOf = (...numbers) => numbers.flatMap((page) => Array.from({ length: PAGELEN }, (_, at) => (page - 1) * PAGELEN + at));

export const upTo = (last) => Array.from({ length: last }, (_, at) => at + 1);

/**
 * A list on a server, and a client for it. `answers(page, body, n)`: what is answered to the n-th request for a page in the
 * place of its usual body: `{ status?, body?, headers? }`, `'drop'`, or nothing for the body as it is; or a promise of that.
 * A request of another method counts as a change when `onChange()` has ended.
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
  /** Waits until something holds of what the server saw. */
  const until = (holds) => new Promise((resolve) => {
    const look = () => holds(state) && resolve();
    arrivals.push(look);
    look();
  });
  return { wrapper, client, state, until, origin: server.origin };
}

/** The values of an iterator up to its end or its error, and that error. `onValue` is awaited for each value. */
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

/** Waits long enough for a request that is sent by mistake to arrive. */
export const aWhile = () => new Promise((resolve) => {
  setTimeout(resolve, 60);
});

/** How answers may turn out, and what of them the consumer gets: the same with pages ahead and without. */
export const COURSES = {
  'nothing special': () => undefined,
  'ends before its size': (page, body) => (page === 3 ? { body: { values: [20, 21], size: 22, page, pagelen: PAGELEN } }
    : page > 3 ? { status: 404, body: {} } : undefined),
  'has a short page in the middle': (page, body) => (page === 3 ? { body: { ...body, values: [20] } } : undefined),
  'is longer than announced': (page, body) => (page === 1 ? { body: { ...body, size: 25 } } : undefined),
  'says another size on each page': (page, body) => ({ body: { ...body, size: 30 + 70 * (page % 3) } }),
  'has an empty page in the middle': (page, body) => (page === 4 ? { body: { ...body, values: [] } } : undefined),
  'forgets next in the middle': (page, { next, ...body }) => (page === 4 ? { body } : undefined),
  'forgets size in the middle': (page, { size, ...body }) => (page === 4 ? { body } : undefined),
  'skips a page': (page, body) => (page === 3 ? { body: { ...body, next: body.next.replace('page=4', 'page=6') } } : undefined),
  'goes over to a cursor': (page, body) => (page === 3 ? { body: { ...body, next: body.next.replace('page=4', 'ctx=0f&page=9') } } : undefined),
  'leads back': (page, body) => (page === 3 ? { body: { ...body, next: body.next.replace('page=4', 'page=2') } } : undefined),
  'leads elsewhere': (page, body) => (page === 3 ? { body: { ...body, next: 'http://127.0.0.1:9/2.0/list?page=4' } } : undefined),
  'has a next that is not a string': (page, body) => (page === 3 ? { body: { ...body, next: 7 } } : undefined),
  'has an answer that is no page': (page) => (page === 4 ? { body: { values: 'none' } } : undefined),
  'is refused in the middle': (page) => (page === 5 ? { status: 403, body: {} } : undefined),
  'fails for good in the middle': (page) => (page >= 5 ? { status: 503, body: {} } : undefined),
  'is refused for the rate limit from the middle on': (page) => (page >= 5 ? { status: 429, body: {} } : undefined),
  'fails once on each page': (page, body, n) => (n === 1 ? { status: 503, body: {} } : undefined),
  'is refused three times in the middle': (page, body, n) => (page === 5 && n <= 3 ? { status: 429, body: {} } : undefined),
  'is refused once on each page': (page, body, n) => (n === 1 ? { status: 429, body: {} } : undefined),
  'loses a connection': (page, body, n) => (page === 6 && n === 1 ? 'drop' : undefined),
  'fails for a moment': (page, body, n, { asked }) => (asked.length >= 5 && asked.length <= 7 ? { status: 503, body: {} } : undefined),
};
