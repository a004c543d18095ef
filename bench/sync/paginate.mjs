// Reads a list to its end, as one of the contestants does.
import axios from 'axios';
import { control } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

const PATH = '/repositories/acme/billing-service/pullrequests';
const STATES = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'];

await answer(async ({ name, entry, origin, apiUrl, config, pagelen, advance, at }) => {
  const params = { pagelen, state: STATES };
  const values = name === 'axios' ? await following(apiUrl, config.oauth_token, params) : await paginating(entry, config, params);
  const ids = [];
  const start = performance.now();
  for await (const { id } of values) {
    ids.push(id);
    if (ids.length === at) await control(origin, 'advance', { ms: advance });
  }
  return { ms: performance.now() - start, ids };
});

async function paginating(entry, config, params) {
  const { default: { wrapper: Wrapper } } = await import(entry);
  const client = await new Wrapper(config).authenticate();
  return client.paginate(PATH, params);
}

/** As somebody writes it who has the token at hand. */
async function* following(apiUrl, token, params) {
  const client = axios.create({ baseURL: apiUrl, headers: { Authorization: `Bearer ${token}` }, paramsSerializer: { indexes: null } });
  for (let { data } = await client.get(PATH, { params }); ; { data } = await client.get(data.next)) {
    yield* data.values;
    if (!data.next) return;
  }
}
