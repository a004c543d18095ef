#!/bin/sh
# NocoDB 0.301.3, with Redis 7.0.15 and Node.js 22.23.3: at every start of the main process, NocoDB runs FLUSHDB on the
# database of NC_REDIS_URL, and does not log this. The keys of NocoDB's cache have the prefix `nc:…`, but FLUSHDB also deletes
# all keys of other programs and of the workers of the same NocoDB. A worker's locks and counters disappear while it runs.
# NC_KEEP_CACHE=true prevents this (so does NC_WORKER_CONTAINER=true, which makes the process a worker). An engineer expects
# a program to delete only its own keys, or to let them expire.
#
# Needs redis-server and redis-cli (of Debian: `apt-get install redis-server`), a C++ compiler and Python for sqlite3, 2 GB
# in the temporary folder, and some minutes.
#
# Seen with Redis 7.0.15 and Node.js 22.23.3:
#   first start: foreign key deleted
#   second start: foreign key deleted
#   with NC_KEEP_CACHE=true: foreign key kept
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >package.json <<'END'
{ "private": true, "overrides": { "xlsx": "0.18.5", "msgpackr-extract": "3.0.4" } }
END
npm install --silent --no-audit --no-fund --ignore-scripts nocodb@0.301.3 express@4.22.3 node@22.23.3
npm rebuild --silent node
# If the headers of the installed Node.js exist, node-gyp uses them and downloads none.
prefix=$(dirname "$(dirname "$(command -v node)")")
[ ! -e "$prefix/include/node/node_api.h" ] || export npm_config_nodedir="$prefix"
npm rebuild --silent sqlite3
cat >nocodb.cjs <<'END'
const app = require('express')();
const server = require('node:http').createServer(app);
server.listen(0, '127.0.0.1', async () => {
  process.env.PORT = String(server.address().port);
  app.use(await require('nocodb').Noco.init({}, server, app));
  process.send('ready');
});
process.on('disconnect', () => process.exit());
END
cat >run.mjs <<'END'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
const free = createServer().listen(0, '127.0.0.1');
await once(free, 'listening');
const port = String(free.address().port);
free.close();
const redis = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' });
const ask = async (...args) => (await text(spawn('redis-cli', ['-p', port, ...args]).stdout)).trim();
const seen = [];
const start = async (name, more = {}) => {
  await ask('SET', 'foreign', '1');
  const nocodb = spawn('node_modules/node/bin/node', ['nocodb.cjs'], {
    env: { PATH: process.env.PATH, NC_DISABLE_TELE: 'true', NC_TOOL_DIR: '.', NC_REDIS_URL: `redis://127.0.0.1:${port}`, ...more },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(nocodb, 'exit');
  await Promise.race([once(nocodb, 'message'), ended.then(() => { throw new Error('NocoDB did not start'); })]);
  seen.push(`${name}: foreign key ${await ask('EXISTS', 'foreign') === '1' ? 'kept' : 'deleted'}`);
  console.log(seen.at(-1));
  nocodb.kill();
  await ended;
};
try {
  while (await ask('PING') !== 'PONG') await sleep(50);
  await start('first start');
  await start('second start');
  await start('with NC_KEEP_CACHE=true', { NC_KEEP_CACHE: 'true' });
} finally {
  redis.kill();
}
const expected = [
  'first start: foreign key deleted', 'second start: foreign key deleted', 'with NC_KEEP_CACHE=true: foreign key kept',
];
process.exitCode = seen.join() === expected.join() ? 0 : 1;
END
node run.mjs
