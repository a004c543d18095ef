#!/bin/sh
# undici 7.30.2 on Node.js 26.10.0: if a ProxyAgent's proxy has an https URL with an IP address, as in https://127.0.0.1:8443,
# every request fails with ERR_INVALID_ARG_VALUE before the client sends a byte. On Node.js 24, the same request works. ProxyAgent
# passes the IP address to TLS as the server name (RFC 6066 section 3 forbids this). Node.js used to warn about such a server
# name (DEP0123) and now rejects it. Requests to a server by its IP address work: only the connection to the proxy is affected.
#
# Seen (openssl makes a certificate for 127.0.0.1):
#   v24.21.0: CONNECT arrived
#   v26.10.0: ERR_INVALID_ARG_VALUE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --allow-scripts undici@7.30.2 node24@npm:node@24.21.0 node26@npm:node@26.10.0 2>/dev/null \
  || npm install --silent --no-audit --no-fund undici@7.30.2 node24@npm:node@24.21.0 node26@npm:node@26.10.0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=proxy \
  -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
cat >run.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { ProxyAgent } from 'undici';
const tls = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
let arrived = false;
const proxy = createServer(tls).on('connect', (_request, socket) => {
  arrived = true;
  socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
});
await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const agent = new ProxyAgent({ uri: `https://127.0.0.1:${proxy.address().port}`, proxyTls: { ca: tls.cert } });
const error = await agent.request({ origin: 'https://server.example', path: '/', method: 'GET' }).catch((thrown) => thrown);
console.log(`${process.version}: ${arrived ? 'CONNECT arrived' : error.code}`);
process.exit();
EOF
seen=$(for version in 24 26; do "node_modules/node$version/bin/node" run.mjs; done)
echo "$seen"
case $seen in
  *v24*'CONNECT arrived'*v26*ERR_INVALID_ARG_VALUE*) ;;
  *) exit 1 ;;
esac
