/**
 * One process, one measurement: loads the package's entry from a folder, reads what NocoDB reads at its start, and sends the
 * first two requests of a connection. The process prints the elapsed time and the CPU time of each step, in milliseconds.
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

/** Starts to measure elapsed time and CPU time. The returned function returns both. */
function begin() {
  const clock = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { clock: performance.now() - clock, processor: (user + system) / 1000 };
  };
}

(async () => {
  const started = begin();
  const { createEntry } = load === 'require' ? require(path) : await import(pathToFileURL(path).href);
  const { form, manifest, wrapper: Wrapper } = createEntry(env);
  const start = started();
  if (!JSON.stringify(form).includes('client_id=the-key') || manifest.title !== 'Bitbucket') throw new Error('no form');

  const get = async () => {
    const answered = begin();
    const client = await new Wrapper({ type: 'api_key', token: 'a-token-that-nobody-looks-at' }).authenticate();
    const { status } = await client.get('/user');
    if (status !== 200) throw new Error('no answer');
    return answered();
  };
  const first = await get();
  const second = await get();
  const both = { clock: start.clock + first.clock, processor: start.processor + first.processor };
  console.log(JSON.stringify({ start, first, second, both }));
  process.exit();
})();
