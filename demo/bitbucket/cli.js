#!/usr/bin/env node
/**
 * The command that runs the simulator. It prints how to use the simulator, then the simulator's log, and ends on Ctrl-C or
 * SIGTERM.
 */
import { parseArgs } from 'node:util';
import { ENCODINGS, KINDS, MEMBERS, TARGETS } from './faults.js';
import { STATUS_FORMS } from './api-errors.js';
import { startBitbucket } from './server.js';

const USAGE = `usage: node demo/bitbucket/cli.js [options]

  --backend older|newer   which of Bitbucket's OAuth back ends (newer)
  --port N                port on 127.0.0.1 (any free port)
  --callback URL          registered callback of the OAuth client (http://localhost:8080/)
  --key K, --secret S     the OAuth client's Key and Secret (random)
  --private               the client may use client_credentials
  --help

While it runs, it accepts POST requests with JSON at /__control/…: advance, connect, fault, register, revoke, reset,
stats, log. A fault has

  target    ${TARGETS.join(', ')}
  kind      ${KINDS.join(', ')}
  times     number of requests that get the fault (1)
  status    for the kinds status, html and redirect
  form      for the kind status: ${Object.keys(STATUS_FORMS).join(', ')}
  members   for the kind without, a list: ${MEMBERS.join(', ')}
  encoding  Content-Encoding of the response: ${ENCODINGS.join(', ')}; chunked: true sends it without a length
  path      below the API's base URL: only requests to it get the fault
  delayMs, retryAfter, location
`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'newer' },
      port: { type: 'string', default: '0' },
      callback: { type: 'string' },
      key: { type: 'string' },
      secret: { type: 'string' },
      private: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535)
    throw new TypeError('--port must be 0 to 65535');
  return values;
}

function describe(bb) {
  return `Bitbucket simulator (${bb.backend} back end) at ${bb.origin}

  OAuth client  Key       ${bb.client.key}
                Secret    ${bb.client.secret}
                Callback  ${bb.client.callback}
  Log in as     dana, password dana (already filled in)
  Workspaces    acme, acme-labs (read-only), acme-offers (marked as spam)

To use it with the plugin:

  export INTEGRATION_AUTH_BITBUCKET_CLIENT_ID=${bb.client.key}
  export INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET=${bb.client.secret}
  export INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI=${bb.client.callback}
  export INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL=${bb.authorizeUrl}
  export INTEGRATION_AUTH_BITBUCKET_TOKEN_URL=${bb.tokenUrl}
  export INTEGRATION_AUTH_BITBUCKET_API_URL=${bb.apiUrl}

Move its clock, inject faults, inspect it (POST, application/json):

  ${bb.origin}/__control/advance  {"ms":7200000}
  ${bb.origin}/__control/fault    {"target":"token","kind":"status","status":503,"times":2}
                                         {"target":"api","kind":"status","status":403,"form":"plain"}
                                         {"target":"api","kind":"without","members":["next"]}
  ${bb.origin}/__control/register {"callback":"http://localhost:8081/"}
  ${bb.origin}/__control/connect  {"times":10}
  ${bb.origin}/__control/revoke, reset, stats, log

Ctrl-C ends it. Requests, credentials redacted:
`;
}

async function main() {
  let options;
  try {
    options = readArguments();
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { backend, port, key, secret, callback, private: isPrivate } = options;
  let bb;
  try {
    bb = await startBitbucket({
      backend,
      port: Number(port),
      clients: [{ key, secret, callback, private: isPrivate }],
      log: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(error.code === 'EADDRINUSE' ? `port ${port} is in use\n` : `${error.message}\n`);
    return 1;
  }
  process.stdout.write(describe(bb));
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await bb.close();
  return 0;
}

process.exitCode = await main();
