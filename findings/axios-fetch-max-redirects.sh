#!/bin/sh
# axios 1.21.1, with Node.js 20.20.2: the fetch adapter ignores every value of `maxRedirects` except 0. With 1 or 3, it
# follows five redirects to the final response. The http adapter fails with ERR_FR_TOO_MANY_REDIRECTS. The README of axios
# says that this option "defines the maximum number of redirects to follow in node.js", and makes no exception for an
# adapter. No warning says that the option has no effect, so code that switches the adapter loses the limit. An engineer
# expects the limit to work with both adapters.
#
# Seen with Node.js 20.20.2, over five redirects:
#   http adapter, maxRedirects 0: 302
#   http adapter, maxRedirects 1: ERR_FR_TOO_MANY_REDIRECTS
#   http adapter, maxRedirects 3: ERR_FR_TOO_MANY_REDIRECTS
#   fetch adapter, maxRedirects 0: 302
#   fetch adapter, maxRedirects 1: 200
#   fetch adapter, maxRedirects 3: 200
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund axios@1.21.1
cat >run.mjs <<'EOS'
import { createServer } from 'node:http';
import axios from 'axios';
const server = createServer((request, response) => {
  const step = Number(request.url.slice(1));
  if (step < 5) response.writeHead(302, { location: `/${step + 1}` });
  response.end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/0`;
const seen = [];
for (const adapter of ['http', 'fetch']) {
  for (const maxRedirects of [0, 1, 3]) {
    const outcome = await axios.get(url, { adapter, maxRedirects, proxy: false, validateStatus: null })
      .then(({ status }) => status, ({ code }) => code);
    console.log(`${adapter} adapter, maxRedirects ${maxRedirects}: ${outcome}`);
    seen.push(outcome);
  }
}
server.closeAllConnections();
server.close();
const expected = '302,ERR_FR_TOO_MANY_REDIRECTS,ERR_FR_TOO_MANY_REDIRECTS,302,200,200';
process.exitCode = seen.join() === expected ? 0 : 1;
EOS
node run.mjs
