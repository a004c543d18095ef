/** Shared helpers for the tests of the wrapper: a connection through the simulator, and wrappers for servers that misbehave. */
import { createEntry } from 'nocodb-bitbucket-auth';
import { connectUser, startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

/** Starts a simulator, which stops after the test. */
export async function simulator(t, options = {}) {
  const bitbucket = await startSimulator(t, options);
  return { bitbucket, Wrapper: createEntry(simulatorEnvironment(bitbucket)).wrapper };
}

/** Connects a user through the simulator. Also returns the tokens that NocoDB gets. */
export async function connection(t, options, services) {
  const { bitbucket, Wrapper } = await simulator(t, options);
  const tokens = await connectUser(bitbucket, Wrapper);
  return { bitbucket, Wrapper, tokens, wrapper: new Wrapper({ ...tokens }, services) };
}

/** Returns a wrapper for a server that responds to API requests with `api` and to token requests with `token`. */
export async function against(t, { api = user, token = () => {} }, config, services) {
  const server = await serve(t, (request, response, body) => (
    request.url.startsWith('/2.0/') ? api(request, response, body) : token(request, response, body)
  ));
  const { wrapper: Wrapper } = createEntry(environment(server.origin));
  return { ...server, wrapper: new Wrapper(config, services) };
}

export const OAUTH = { type: 'oauth', oauth_token: 'the-token', refresh_token: 'the-refresh-token' };

export const sendUser = (response) => json(response, 200, { type: 'user', nickname: 'dana' });
export const user = (_request, response) => sendUser(response);
export const refused = (response) => json(response, 401, { type: 'error', error: { message: 'Access token expired.' } });
