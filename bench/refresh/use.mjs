// Measures what `use()` costs while the token is fresh, compared with calling the same function directly with the Axios client.
import entry from 'nocodb-bitbucket-auth';
import { config, connect } from '../lib/connections.mjs';
import { pairwise } from '../lib/pairwise.mjs';
import { answer } from '../lib/processes.mjs';

await answer(async ({ origin, idle, loopback }) => {
  const [tokens] = await connect(origin, 1);
  const wrapper = new entry.wrapper(config(tokens));
  const client = await wrapper.authenticate();
  const sizes = ([rounds, calls]) => ({ rounds, calls });

  const done = Promise.resolve();
  const nothing = () => done;
  const get = (api) => api.get('/user');
  return {
    idle: await pairwise(() => wrapper.use(nothing), () => nothing(client), sizes(idle)),
    loopback: await pairwise(() => wrapper.use(get), () => get(client), sizes(loopback)),
  };
});
