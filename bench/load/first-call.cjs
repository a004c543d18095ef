/**
 * One measurement in a process of its own: loads an entry point of the package, gets the first authorization URL from the entry
 * point, and prints how long both took together. With `count` as second argument, the program then uses the entry point three
 * more times, and also counts how often the core was compiled.
 */
const [way, count] = process.argv.slice(2);

const client = {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'https://nocodb.example/dashboard/',
};
const clientId = client.INTEGRATION_AUTH_BITBUCKET_CLIENT_ID;
const redirectUri = client.INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI;

const address = ({ createClient }) => createClient({ clientId, redirectUri }).authorizationUrl();
const login = ({ createClient }) => createClient({ clientId, redirectUri }).createAuthorizationRequest().url;

/** Functions that return the first authorization URL, by the name of the alternative. All except `by hand` load the package. */
const ways = {
  'nocodb-bitbucket-auth/oauth': () => address(require('nocodb-bitbucket-auth/oauth')),
  'nocodb-bitbucket-auth/oauth by import': async () => address(await import('nocodb-bitbucket-auth/oauth')),
  'nocodb-bitbucket-auth/oauth, for a login': () => login(require('nocodb-bitbucket-auth/oauth')),
  'nocodb-bitbucket-auth': () => {
    const { form } = require('nocodb-bitbucket-auth').createEntry(client);
    return JSON.stringify(form).match(/https:\/\/bitbucket\.org\/site\/oauth2\/authorize[^"]*/)[0];
  },
  // The start of a login, written without any package.
  'by hand': () => {
    const { createHash, randomBytes } = require('node:crypto');
    const state = randomBytes(32).toString('base64url');
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL('https://bitbucket.org/site/oauth2/authorize');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'repository repository:write pullrequest pullrequest:write issue issue:write account',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    return url.href;
  },
};

/**
 * How often the core was compiled. Node.js also compiles WebAssembly of its own, but only the core imports functions of
 * `./core_bg.js`.
 */
let compiled = 0;
if (count) {
  const { Module } = WebAssembly;
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(bytes);
      compiled += Number(Module.imports(this).some(({ module }) => module === './core_bg.js'));
    }
  };
}

(async () => {
  const start = performance.now();
  let url = ways[way]();
  if (url instanceof Promise) url = await url;
  const milliseconds = performance.now() - start;
  if (!url.includes('client_id=the-key')) throw new Error('the authorization URL has no client_id');
  if (count) for (let time = 0; time < 3; time += 1) await ways[way]();
  console.log(JSON.stringify({ milliseconds, compiled }));
})();
