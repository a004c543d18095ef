/**
 * One process, one measurement: loads the entry in a folder, reads what NocoDB reads at its start, makes the first and second
 * request of a connection, and prints how long each took, in milliseconds.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const [folder, load, apiUrl] = process.argv.slice(2);
const { exports: { '.': ways } } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const path = join(folder, ways[load].default);

const env = {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'https://nocodb.example/dashboard/',
  INTEGRATION_AUTH_BITBUCKET_API_URL: apiUrl,
};

(async () => {
  const begun = performance.now();
  const { createEntry } = load === 'require' ? require(path) : await import(pathToFileURL(path).href);
  const { form, manifest, wrapper: Wrapper } = createEntry(env);
  const start = performance.now() - begun;
  if (!JSON.stringify(form).includes('client_id=the-key') || manifest.title !== 'Bitbucket') throw new Error('no form');

  const get = async () => {
    const asked = performance.now();
    const client = await new Wrapper({ type: 'api_key', token: 'a-token-that-nobody-looks-at' }).authenticate();
    const { status } = await client.get('/user');
    if (status !== 200) throw new Error('no answer');
    return performance.now() - asked;
  };
  const first = await get();
  const second = await get();
  console.log(JSON.stringify({ start, first, second, both: start + first }));
  process.exit();
})();
