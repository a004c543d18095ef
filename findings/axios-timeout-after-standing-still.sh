#!/bin/sh
# axios 1.21.1 and the fetch of Node.js 20.20.2: if a process is stopped for longer than the time limit of a request, the
# client discards the response, although the response arrived within the limit and only has to be read. When the process
# continues, the event loop runs timers before it checks its sockets, so the time limit ends the request first. The same happens
# to every request that is under way when a machine is suspended or a container is paused. An engineer expects a time limit to
# measure the server's time.
# If a request must not be sent twice, for example one that uses up a refresh token, the response is lost for good.
#
# Seen with Node.js 20.20.2, a response 0.2 s after the stop, a limit of 1 s, and a process that continues after 3 s:
#   axios, http adapter: ECONNABORTED
#   axios, fetch adapter: ETIMEDOUT
#   fetch, AbortSignal.timeout: TimeoutError
#   axios without a limit: 200
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund axios@1.21.1
cat >server.mjs <<'EOS'
import { createServer } from 'node:http';
// Stops the process that sent the request, responds, and continues that process three seconds later.
const server = createServer((request, response) => {
  const client = Number(request.headers.client);
  process.kill(client, 'SIGSTOP');
  setTimeout(() => response.end('the answer'), 200);
  setTimeout(() => process.kill(client, 'SIGCONT'), 3000);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
EOS
cat >run.mjs <<'EOS'
import { fork } from 'node:child_process';
import { once } from 'node:events';
import axios from 'axios';
const server = fork('server.mjs');
const [port] = await once(server, 'message');
const url = `http://127.0.0.1:${port}/`;
const headers = { client: String(process.pid), connection: 'close' };
const ways = {
  'axios, http adapter': () => axios.get(url, { headers, timeout: 1000, adapter: 'http', proxy: false }),
  'axios, fetch adapter': () => axios.get(url, { headers, timeout: 1000, adapter: 'fetch' }),
  'fetch, AbortSignal.timeout': () => fetch(url, { headers: { client: headers.client }, signal: AbortSignal.timeout(1000) }),
  'axios without a limit': () => axios.get(url, { headers, proxy: false }),
};
const seen = [];
for (const [way, ask] of Object.entries(ways)) {
  const outcome = await ask().then(({ status }) => status, (error) => (error.name === 'TimeoutError' ? error.name : error.code));
  console.log(`${way}: ${outcome}`);
  seen.push(outcome);
}
server.kill();
const expected = 'ECONNABORTED,ETIMEDOUT,TimeoutError,200';
process.exitCode = seen.join() === expected ? 0 : 1;
EOS
node run.mjs
