// npm start: the real NocoDB with this package, and a Bitbucket simulator unless a real OAuth client is configured.
//   node scripts/start.mjs [--port 8080]
// Does its own set-up, keeps NocoDB's data in demo/nocodb/data, prints what to open and to click, and stops everything that it
// started on Ctrl-C, on SIGTERM, or when NocoDB ends.
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startBitbucket } from '../demo/bitbucket/server.js';
import { startNocodb } from '../demo/nocodb/launch.js';
import { nocodbDir } from './lib/npm.mjs';
import { Problem, fail, root, say, whenNpmIsGone } from './lib/run.mjs';
import { setup } from './setup.mjs';

const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';
const EMAIL = 'admin@example.com';
const PORTS_TRIED = 50;
const LINES_KEPT = 15;
const SAME_KEY_MS = 1_000;

const data = join(nocodbDir, 'data');

function readPort() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) < 1 || Number(values.port) > 65535) {
    throw new Problem('--port must be 1 to 65535.');
  }
  return Number(values.port);
}

/** The administrator's password, generated at the first start. NocoDB listens only on loopback. */
function password() {
  const file = join(data, 'admin-password.txt');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    // NocoDB requires a capital letter, a digit and a special character.
    const made = `Noco-${randomBytes(6).toString('hex')}-1`;
    writeFileSync(file, `${made}\n`, { mode: 0o600 });
    return made;
  }
}

/** Whether the port is free on both loopback addresses: browsers try both for "localhost". */
async function isFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer().listen(port, host);
    const code = await Promise.race([
      once(server, 'listening').then(() => undefined),
      once(server, 'error').then(([error]) => error.code),
    ]).catch((error) => error.code);
    if (code === undefined) await new Promise((resolve) => { server.close(resolve); });
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
  }
  return true;
}

async function freePort(wanted) {
  for (let port = wanted; port < wanted + PORTS_TRIED && port <= 65535; port += 1) {
    if (await isFree(port)) {
      if (port !== wanted) say(`Port ${wanted} is in use, so NocoDB listens on ${port}.`);
      return port;
    }
  }
  throw new Problem(`No free port from ${wanted} on. Choose one: npm start -- --port N`);
}

const simulatorVariables = (bitbucket) => ({
  [`${PREFIX}CLIENT_ID`]: bitbucket.client.key,
  [`${PREFIX}CLIENT_SECRET`]: bitbucket.client.secret,
  [`${PREFIX}REDIRECT_URI`]: bitbucket.client.callback,
  [`${PREFIX}AUTHORIZE_URL`]: bitbucket.authorizeUrl,
  [`${PREFIX}TOKEN_URL`]: bitbucket.tokenUrl,
  [`${PREFIX}API_URL`]: bitbucket.apiUrl,
});

/** Whether a URL belongs to an origin. */
const isUrlOf = (origin, url = '') => URL.canParse(url.trim()) && new URL(url.trim()).origin === origin;

function instructions({ url, callback, bitbucket }) {
  const logIn = bitbucket
    ? '"Log in" (user name and password are filled in), then "Grant access".'
    : 'log in to Bitbucket, then "Grant access".';
  const which = bitbucket
    ? `Bitbucket is a simulator here (${bitbucket.origin}); its data is lost when it stops.
For the real Bitbucket, create an OAuth client there with the callback URL ${callback},
set ${PREFIX}CLIENT_ID, _CLIENT_SECRET and _REDIRECT_URI, and start again.`
    : `Bitbucket is the one that the variables ${PREFIX}* configure.`;
  return `
NocoDB is ready. Open   ${url}/dashboard/

  E-mail                ${EMAIL}
  Password              ${password()}

To connect Bitbucket:
  1. Sign in, and "Skip" what NocoDB asks the first time.
  2. Click "Integrations", the plug in the bar on the left, and there, under Development, "Bitbucket": the tile
     without an arrow. ("BitBucket" with an arrow is NocoDB's announcement of its own.)
  3. Leave the auth type at "OAuth2", and click "Authenticate With Bitbucket".
  4. In the window that opens: ${logIn}
  5. Click "Create integration". Bitbucket is then in the list of connections.

${which}
NocoDB's log: ${relative(root, join(data, 'nocodb.log'))}
Ctrl-C ends everything.
`;
}

async function start() {
  const wanted = readPort();
  await setup('start');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const stopping = new AbortController();
  let firstAsked;
  const onSignal = () => {
    firstAsked ??= Date.now();
    stopping.abort();
    // A second signal ends this process at once, because the user does not want to wait longer. Signals within one second count
    // as one: after Ctrl-C, the terminal sends a signal to npm and to this process, and npm forwards its signal to this process.
    // NocoDB ends by itself when this process is gone.
    if (Date.now() - firstAsked > SAME_KEY_MS) process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  whenNpmIsGone(() => stopping.abort());

  const port = await freePort(wanted);
  // The callback URL of NocoDB's own guide. The package handles callbacks there, or at any other configured URL of NocoDB.
  const callback = `http://localhost:${port}/`;
  const isConfigured = Object.entries(process.env).some(([name, value]) => name.startsWith(PREFIX) && value.trim());
  const bitbucket = isConfigured ? undefined : await startBitbucket({ clients: [{ callback }] });
  const logFile = createWriteStream(join(data, 'nocodb.log'), { mode: 0o600 });
  const lastLines = [];
  let nocodb;
  try {
    say('NocoDB is starting.');
    nocodb = await startNocodb({
      port,
      data,
      // Node resolves the package's name in the package's own folder, too, without a copy of the package in node_modules.
      pluginFrom: root,
      signal: stopping.signal,
      env: {
        ...process.env,
        ...(bitbucket && simulatorVariables(bitbucket)),
        NC_ADMIN_EMAIL: EMAIL,
        NC_ADMIN_PASSWORD: password(),
      },
      log: (line) => {
        logFile.write(`${line}\n`);
        lastLines.push(line);
        if (lastLines.length > LINES_KEPT) lastLines.shift();
        if (line.startsWith('[nocodb-bitbucket-auth]')) say(line);
      },
    });
    say(instructions({ url: nocodb.url, callback, bitbucket }));
    if (isConfigured && !isUrlOf(nocodb.url, process.env[`${PREFIX}REDIRECT_URI`])) {
      say(`${PREFIX}REDIRECT_URI is not a URL of ${nocodb.url}: the window of step 4 will not return to this NocoDB.\n`);
    }
    const status = await nocodb.ended;
    if (!stopping.signal.aborted) throw new Error(`it ended by itself (exit status ${status}).`);
  } catch (error) {
    if (!stopping.signal.aborted) throw new Problem(`NocoDB failed: ${error.message}\n${lastLines.join('\n')}`);
  } finally {
    await nocodb?.stop();
    await bitbucket?.close();
    logFile.end();
  }
}

await start().catch(fail);
