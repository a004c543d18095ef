#!/bin/sh
# ioredis 5.11.1, with Redis 7.0.15 and Node.js 20.20.2: if the URL names a database that the server does not have, the
# client connects anyway. Redis rejects SELECT, but the client reports this only in an "error" event. connect() resolves,
# the event "ready" follows, and every command works in database 0, among the data of other programs. An engineer expects
# connect() or the first command to reject.
#
# Needs redis-server (of Debian: `apt-get install redis-server`).
#
# Seen with Node.js 20.20.2 and Redis 7.0.15:
#   event error: ERR DB index is out of range
#   connect(): resolved, status ready
#   SET: OK
#   database 0 holds: mine
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ioredis@5.11.1
cat >run.mjs <<'END'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
const free = createServer().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
const server = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--databases', '3'], { stdio: 'ignore' });
const seen = [];
const say = (line) => console.log(seen[seen.push(line) - 1]);
try {
  const inFirst = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  inFirst.on('error', () => {});
  await inFirst.ping();
  const redis = new Redis(`redis://127.0.0.1:${port}/7`, { lazyConnect: true });
  redis.on('error', ({ message }) => say(`event error: ${message}`));
  const connected = await redis.connect().then(() => 'resolved', () => 'rejected');
  await sleep(200);
  say(`connect(): ${connected}, status ${redis.status}`);
  say(`SET: ${await redis.set('mine', '1').catch(({ message }) => message)}`);
  say(`database 0 holds: ${await inFirst.keys('*')}`);
  redis.disconnect();
  inFirst.disconnect();
} finally {
  server.kill();
}
const expected = [
  'event error: ERR DB index is out of range', 'connect(): resolved, status ready', 'SET: OK', 'database 0 holds: mine',
];
process.exitCode = seen.join() === expected.join() ? 0 : 1;
END
node run.mjs
