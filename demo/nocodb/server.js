/**
 * Starts the real NocoDB from npm, embedded in an Express server as its documentation describes.
 *
 * In: environment variables, `NOCODB_DEMO_PORT` (default 8080; 0 = any free port), `NOCODB_DEMO_DATA` (default `data/` beside
 *   this file) and NocoDB's own `NC_*`. This file does not load the Bitbucket plugin: as an administrator would, the caller sets
 *   `NODE_OPTIONS=--require nocodb-bitbucket-auth/register`. NocoDB needs Node 22.
 * Out: one message to the parent process, `{ event: 'ready', url, port }` or `{ event: 'failed', code, message }` (or the
 *   same as a line of JSON on standard output, if there is no channel to a parent).
 * Never: anything about Bitbucket or OAuth, or a server on any address other than loopback.
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
// NocoDB puts its WebSocket listener in front of the server's existing listeners, so the application must be attached before.
const server = createServer(app);

// If the parent ends, this process must end, too: nothing else would stop it.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
// At Ctrl-C, the terminal signals parent and child at once. The child ignores it, because the parent decides when to stop it.
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
  // Behind a proxy, the public URL differs from this one, so the variable takes precedence.
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
