/**
 * The host: the real NocoDB from npm, embedded in an Express server as its documentation describes.
 *
 * In: environment variables, `NOCODB_DEMO_PORT` (default 8080; 0 = any free one), `NOCODB_DEMO_DATA` (default `data/`
 *   beside this file) and NocoDB's own `NC_*`. The Bitbucket plugin comes in from outside, as it does for any
 *   administrator: with `NODE_OPTIONS=--require nocodb-bitbucket-auth/register`. Needs Node 22.
 * Out: one message to the parent process, `{ event: 'ready', url, port }` or `{ event: 'failed', code, message }`
 *   (or the same as a line of JSON on standard output, where it was not started with a channel to a parent).
 * Never here: anything about Bitbucket or OAuth, and no listening on other than the loopback address.
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
// NocoDB puts its web sockets in front of the listeners that it finds, so the application comes first.
const server = createServer(app);

// Whoever started this is gone: nobody would end this process any more.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
// Ctrl-C reaches parent and child at once. A parent ends this process itself, in its own order.
process.on('SIGINT', () => process.send || process.exit(0));

server.once('error', (error) => {
  report({ event: 'failed', code: error.code, message: error.message });
  process.exit(1);
});

// The port is taken before NocoDB starts, because NocoDB must be told its own address.
server.listen(Number(process.env.NOCODB_DEMO_PORT ?? 8080), '127.0.0.1', async () => {
  const { port } = server.address();
  const url = `http://localhost:${port}`;
  process.env.PORT = String(port);
  // Behind a proxy it is another one.
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
