/**
 * What several tests share: servers on loopback that answer as they are told, environments, and Node processes whose
 * environment is their own.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { fileURLToPath } from 'node:url';

export const REDIRECT_URI = 'https://nocodb.example/dashboard/';

/** A client's variables for a server that plays Bitbucket. */
export function environment(origin, more = {}) {
  return {
    INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
    INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
    INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: REDIRECT_URI,
    INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL: `${origin}/site/oauth2/authorize`,
    INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: `${origin}/site/oauth2/access_token`,
    INTEGRATION_AUTH_BITBUCKET_API_URL: `${origin}/2.0`,
    // Off by default: environment.test.js.
    INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS: 'allow',
    // The real one is waited out for half a minute.
    INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '100',
    ...more,
  };
}

/** The same for a started simulator. */
export function simulatorEnvironment(bitbucket, more = {}) {
  return environment(bitbucket.origin, {
    INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: bitbucket.client.key,
    INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: bitbucket.client.secret,
    INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: bitbucket.client.callback,
    ...more,
  });
}

/**
 * Starts a server that ends with the test. `answer(request, response, body)` gets each request; `requests` lists
 * method, path, header fields and body of all.
 */
export async function serve(t, answer, tls) {
  const requests = [];
  const listener = async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    await answer(request, response, body);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const port = await listen(t, server);
  return { origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, requests };
}

/** Has a server listen on a free port of loopback until the test ends, and ends its connections with it. */
export async function listen(t, server) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return server.address().port;
}

/** A port on which nobody listens. */
export async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export function json(response, status, value, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/**
 * Runs fixtures/<name> in a process of its own, with these arguments and variables, and with no proxy or Redis of this
 * machine's. Gives what it printed, which must be all that it leaves behind: it has to end by itself. `onStart` gets the
 * process when it has started.
 */
export async function runFixture(t, name, args = [], env = {}, onStart = () => {}) {
  const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const inherited = Object.entries(process.env).filter(([key]) => !/_proxy$|^NODE_|^NC_|^INTEGRATION_AUTH_/i.test(key));
  const child = spawn(process.execPath, [file, ...args.map(String)], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  onStart(child);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  const [status] = await once(child, 'close');
  return { status, ...output };
}

/** The same for a fixture that prints one JSON value. */
export async function runJsonFixture(t, name, args, env, onStart) {
  const { status, stdout, stderr } = await runFixture(t, name, args, env, onStart);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Calls `work` with console.warn caught, and gives the lines. */
export function warningsOf(t, work) {
  const warn = t.mock.method(console, 'warn', () => {});
  try {
    work();
    return warn.mock.calls.map(({ arguments: [line] }) => line);
  } finally {
    warn.mock.restore();
  }
}

/** What a call throws, synchronously or not. */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown', stackStartFn: thrownBy });
}

/** A host's logger that keeps the lines of what went wrong. */
export const troubleLogger = (lines) => (line) => {
  if (!line.startsWith('INFO ')) lines.push(line);
};

/** A host that keeps one row, which a wrapper can read. */
export function rowHost(stored, services) {
  const host = {
    row: stored,
    writes: 0,
    lines: [],
    loadConfig: async () => structuredClone(host.row),
    saveConfig: async (saved) => {
      host.writes += 1;
      host.row = structuredClone(saved);
    },
    logger: (line) => troubleLogger(host.lines)(line),
    ...services,
  };
  return host;
}
