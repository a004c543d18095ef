#!/bin/sh
# undici 7.30.2, with Node.js 20.20.2: if the proxy's URL contains a user name without a password, as in
# http://token@proxy:3128, ProxyAgent and EnvHttpProxyAgent send no Proxy-Authorization. Users write such a URL for proxies
# that accept a token. curl sends Basic with an empty password (RFC 7617 section 2 allows this). No warning says that undici
# ignored the user name; the proxy answers 407.
#
# Seen with Node.js 20.20.2:
#   http://token:x@…: Basic dG9rZW46eA==
#   http://token@…: nothing
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2
cat >run.mjs <<'EOF'
import { createServer } from 'node:http';
import { ProxyAgent } from 'undici';
const ask = async (userInfo) => {
  let given;
  const proxy = createServer().on('connect', ({ headers }, socket) => {
    given = headers['proxy-authorization'] ?? 'nothing';
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const agent = new ProxyAgent(`http://${userInfo}@127.0.0.1:${proxy.address().port}`);
  await agent.request({ origin: 'https://server.example', path: '/', method: 'GET' }).catch(() => {});
  await agent.destroy();
  proxy.close();
  return given;
};
const seen = [await ask('token:x'), await ask('token')];
console.log(`http://token:x@…: ${seen[0]}`);
console.log(`http://token@…: ${seen[1]}`);
process.exitCode = seen.join() === 'Basic dG9rZW46eA==,nothing' ? 0 : 1;
EOF
node run.mjs
