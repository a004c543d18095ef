#!/bin/sh
# undici 7.30.2, with Node.js 20.20.2: an interim response with status 100 makes the request fail with UND_ERR_SOCKET ("bad
# response") and closes the connection. The client correctly skips 102 and 103. According to RFC 9110 section 15.2, a client
# must be able to parse interim responses that it does not expect. Some servers and gateways send 100 for every POST.
# undici does not send `Expect` itself, so its user can neither prevent nor accept the interim response.
#
# Seen with Node.js 20.20.2:
#   102 before 200: 200
#   103 before 200: 200
#   100 before 200: UND_ERR_SOCKET bad response
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2
cat >run.mjs <<'EOF'
import { createServer } from 'node:net';
import { Agent } from 'undici';
const ask = async (interim) => {
  const server = createServer((socket) => socket.once('data', () => {
    socket.write(`HTTP/1.1 ${interim} X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent();
  try {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const { statusCode, body } = await agent.request({ origin, path: '/', method: 'POST', body: 'x' });
    await body.dump();
    return String(statusCode);
  } catch (error) {
    return `${error.code} ${error.message}`;
  } finally {
    await agent.destroy();
    server.close();
  }
};
const seen = [];
for (const interim of [102, 103, 100]) {
  seen.push(await ask(interim));
  console.log(`${interim} before 200: ${seen.at(-1)}`);
}
process.exitCode = seen.join() === '200,200,UND_ERR_SOCKET bad response' ? 0 : 1;
EOF
node run.mjs
