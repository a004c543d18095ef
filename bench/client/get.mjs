// Measures how much longer a request takes with the package's API client than with a bare Axios instance.
import axios from 'axios';
import entry from 'nocodb-bitbucket-auth';
import { config } from '../lib/connections.mjs';
import { pairwise } from '../lib/pairwise.mjs';
import { answer } from '../lib/processes.mjs';

const PATH = '/repositories/acme/one/pullrequests';
const params = { state: 'OPEN', pagelen: 10 };
const token = 'a-token-that-no-server-checks';

const CONFIGS = {
  'access token': { type: 'api_key', token },
  OAuth2: config({ oauth_token: token, refresh_token: 'a-refresh-token-that-no-server-checks' }),
};

await answer(async ({ apiUrl, kind, adapter, sizes: [rounds, calls] }) => {
  const client = await new entry.wrapper(CONFIGS[kind]).authenticate();
  // The client that a developer with a token would write. Each adapter keeps connections alive as it does by default.
  const bare = axios.create({
    baseURL: apiUrl,
    adapter,
    headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
  });
  const get = (api) => async () => {
    const { data: { values } } = await api.get(PATH, { params });
    if (values.length !== params.pagelen) throw new Error('the server did not give a page');
  };
  return pairwise(get(client), get(bare), { rounds, calls });
});
