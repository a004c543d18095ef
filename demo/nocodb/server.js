/**
 * NocoDB as the host: the real NocoDB from npm, embedded in an Express server as its documentation describes.
 *
 * In: environment variables, `NOCODB_DEMO_PORT` (default 8080; 0 = any free port), `NOCODB_DEMO_DATA` (default `data/` beside
 *   this file) and NocoDB's own `NC_*`. The Bitbucket plugin is loaded from outside, as an administrator does it: with
 *   `NODE_OPTIONS=--require nocodb-bitbucket-auth/register`. Needs Node 22.
 * Out: one message to the parent process, `{ event: 'ready', url, port }` or `{ event: 'failed', code, message }` (or the
 *   same as a line of JSON on standard output, if there is no channel to a parent).
 * Never here: anything about Bitbucket or OAuth, or listening on other than the loopback address.
 */
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** @param {Record<string, unknown>} message */
const report = (message) => {
  if (process.send) process.send(message);
  else console.log(JSON.stringify(message));
};

const data = process.env.NOCODB_DEMO_DATA || fileURLToPath(new URL('data/', import.meta.url));
mkdirSync(data, { recursive: true, mode: 0o700 });
process.env.NC_TOOL_DIR = data;
process.env.NC_DISABLE_TELE = 'true';
process.env.NC_DISABLE_ERR_REPORTS = 'true';
process.env.NC_DISABLE_SUPPORT_CHAT = 'true';

const app = require('express')();
// NocoDB inserts its web sockets before the listeners that exist, so the application is attached first.
const server = createServer(app);

// The parent has ended. Otherwise, nothing would stop this process.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
// The terminal sends Ctrl-C to parent and child at once. The parent stops this process itself, in its own order.
process.on('SIGINT', () => process.send || process.exit(0));

server.once('error', (error) => {
  report({ event: 'failed', code: error.code, message: error.message });
  process.exit(1);
});

// The server listens before NocoDB starts, because NocoDB needs its own URL.
server.listen(Number(process.env.NOCODB_DEMO_PORT ?? 8080), '127.0.0.1', async () => {
  const { port } = server.address();
  const url = `http://localhost:${port}`;
  process.env.PORT = String(port);
  // Behind a proxy, the public URL differs.
  process.env.NC_PUBLIC_URL ??= url;
  try {
    const { Noco } = require('nocodb');
    app.use(await Noco.init({}, server, app));
    report({ event: 'ready', url, port });
  } catch (error) {
    report({ event: 'failed', code: error.code, message: error.message });
    process.exit(1);
  }
});
