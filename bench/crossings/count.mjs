// Counts the calls between JavaScript and the WebAssembly by wrapping the WebAssembly's imports and exports. The package is
// imported only after this file has replaced `WebAssembly.Instance`.
import { authorizeInBrowser } from '../../demo/bitbucket/browser.js';
import { config, connect } from '../lib/connections.mjs';
import { answer } from '../lib/processes.mjs';

/** The exports of wasm-bindgen that only pass memory or release handles. */
const OF_GLUE = /^__(wbindgen|externref)_|^__wbg_\w+_free$/;

let calls = { into: 0, back: 0 };
let names = {};

function wrapped(functions, direction) {
  const wrap = ([name, value]) => {
    if (typeof value !== 'function' || (direction === 'into' && OF_GLUE.test(name))) return [name, value];
    const counting = (...args) => {
      calls[direction] += 1;
      names[name] = (names[name] ?? 0) + 1;
      return value(...args);
    };
    return [name, counting];
  };
  return Object.fromEntries(Object.entries(functions).map(wrap));
}

const { Instance } = WebAssembly;
WebAssembly.Instance = function CountingInstance(module, imports) {
  // Node.js itself also creates WebAssembly instances. Calls of those instances are not counted.
  if (!imports?.['./core_bg.js']) return new Instance(module, imports);
  const used = WebAssembly.Module.imports(module).map(({ name }) => [name, imports['./core_bg.js'][name]]);
  const { exports } = new Instance(module, { './core_bg.js': wrapped(Object.fromEntries(used), 'back') });
  return { exports: wrapped(exports, 'into') };
};

async function counted(work) {
  calls = { into: 0, back: 0 };
  names = {};
  const result = await work();
  return { calls: { ...calls }, names: { ...names }, result };
}

await answer(async ({ origin, env }) => {
  const { createEntry } = await import('nocodb-bitbucket-auth');
  const { createClient } = await import('nocodb-bitbucket-auth/oauth');
  const variable = (name) => env[`INTEGRATION_AUTH_BITBUCKET_${name}`];
  const options = {
    clientId: variable('CLIENT_ID'), clientSecret: variable('CLIENT_SECRET'), redirectUri: variable('REDIRECT_URI'),
    endpoints: { authorizeUrl: variable('AUTHORIZE_URL'), tokenUrl: variable('TOKEN_URL'), apiUrl: variable('API_URL') },
  };

  // Creating the client loads the core, so it is not measured.
  const client = createClient(options);
  const entry = createEntry(env);
  const form = await counted(() => entry.form);

  const body = JSON.stringify({
    access_token: 'an-access-token', token_type: 'bearer', expires_in: 7200, refresh_token: 'a-refresh-token',
    scopes: 'account repository pullrequest',
  });
  const response = {
    status: 200, headers: { 'content-type': 'application/json' }, body, receivedAt: Date.now(), grant: 'authorization_code',
  };
  const parse = () => client.parseTokenResponse(response);
  // The first call also creates the strings of the member names, and the core keeps these strings. So the first call is not
  // counted.
  parse();
  const tokenResponse = await counted(parse);

  const { url, state, codeVerifier } = client.createAuthorizationRequest();
  const { code } = client.validateAuthorizationResponse(await authorizeInBrowser({ origin, url, grant: true }), { state });
  const { wrapper: Wrapper } = entry;
  const exchange = await counted(() => new Wrapper({}).exchangeToken({ code, code_verifier: codeVerifier }));

  const [tokens] = await connect(origin, 1);
  const stored = config(tokens);
  const authenticate = await counted(() => new Wrapper(stored).authenticate());
  const api = authenticate.result;
  const get = () => api.get('/user');
  await get();
  const request = await counted(get);

  const all = { form, tokenResponse, exchange, authenticate, request };
  return Object.fromEntries(Object.entries(all).map(([id, { result: _, ...seen }]) => [id, seen]));
});
