#!/bin/sh
# undici 7.30.2, with Node.js 20.20.2: the client rejects a 304 response that contains the Content-Length of the
# corresponding 200 response, with UND_ERR_RES_CONTENT_LENGTH_MISMATCH. According to RFC 9110 section 8.6, a server may send
# Content-Length in a 304, and the field is then not the length of the 304's own body. Servers that support conditional
# requests do this. HEAD, to which the same section applies, works. fetch() of Node.js, which is built on undici, works, too.
# An engineer expects a 304 with an empty body.
#
# Seen with Node.js 20.20.2:
#   HEAD, status 200, Content-Length: 1000: 200, 0 bytes
#   GET, status 304, Content-Length: 1000: UND_ERR_RES_CONTENT_LENGTH_MISMATCH
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2
cat >run.mjs <<'EOF'
import { createServer } from 'node:net';
import { Agent } from 'undici';
const ask = async (method, status) => {
  const server = createServer((socket) => socket.once('data', () => {
    socket.write(`HTTP/1.1 ${status} X\r\nETag: "x"\r\nContent-Length: 1000\r\n\r\n`);
  }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent();
  try {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const { statusCode, body } = await agent.request({ origin, path: '/', method, headers: { 'if-none-match': '"x"' } });
    return `${statusCode}, ${(await body.bytes()).length} bytes`;
  } catch (error) {
    return error.code;
  } finally {
    await agent.destroy();
    server.close();
  }
};
const seen = [await ask('HEAD', 200), await ask('GET', 304)];
console.log(`HEAD, status 200, Content-Length: 1000: ${seen[0]}`);
console.log(`GET, status 304, Content-Length: 1000: ${seen[1]}`);
process.exitCode = seen.join() === '200, 0 bytes,UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ? 0 : 1;
EOF
node run.mjs
