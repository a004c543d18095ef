// Reads a list to its end with one of the contestants: a build of this package, or bare Axios.
import axios from 'axios';
import { control } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

const PATH = '/repositories/acme/billing-service/pullrequests';
const state = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'];

await answer(async ({ name, entry, origin, apiUrl, config, pagelen, advance, at }) => {
  const client = name === 'axios' ? bare(apiUrl, config.oauth_token) : await connected(entry, config);
  const params = { pagelen, state };
  // The first request also loads and compiles code, and connects. The measurement excludes it, because a long sync
  // hardly notices it.
  await client.get('/user');
  const ids = [];
  const start = performance.now();
  for await (const { id } of name === 'axios' ? following(client, params) : client.paginate(PATH, params)) {
    ids.push(id);
    if (ids.length === at) await control(origin, 'advance', { ms: advance });
  }
  return { ms: performance.now() - start, ids };
});

async function connected(entry, config) {
  const { default: { wrapper: Wrapper } } = await import(entry);
  return new Wrapper(config).authenticate();
}

/** Creates the Axios client that a developer with a token would write. */
function bare(apiUrl, token) {
  return axios.create({ baseURL: apiUrl, headers: { Authorization: `Bearer ${token}` }, paramsSerializer: { indexes: null } });
}

async function* following(client, params) {
  for (let { data } = await client.get(PATH, { params }); ; { data } = await client.get(data.next)) {
    yield* data.values;
    if (!data.next) return;
  }
}
