// Reads a list as NocoDB's own sync does: by page number, and each page is stored before the next one is requested.
import { setTimeout as work } from 'node:timers/promises';
import { answer } from '../lib/processes.mjs';

const PATH = '/repositories/acme/billing-service/pullrequests';
const state = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'];

await answer(async ({ entry, config, pagelen, workMs }) => {
  const { default: { wrapper: Wrapper } } = await import(entry);
  const auth = new Wrapper(config);
  // The first request also loads modules, compiles the core and opens a connection. None of this is part of a long sync.
  await auth.use((client) => client.get('/user'));
  const ids = [];
  const start = performance.now();
  for (let page = 1, isMore = true; isMore; page += 1) {
    const { data } = await auth.use((client) => client.get(PATH, { params: { pagelen, state, page } }));
    ids.push(...data.values.map(({ id }) => id));
    await work(workMs);
    isMore = Boolean(data.next);
  }
  return { ms: performance.now() - start, ids };
});
