// npm run demo:browser: a page that logs in to the Bitbucket simulator, step by step.
//   node scripts/demo-browser.mjs [--port N]
import { parseArgs } from 'node:util';
import { Problem, fail, say } from './lib/run.mjs';

function readPort() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Problem('--port must be 0 to 65535.');
  return Number(values.port);
}

async function demo() {
  const port = readPort();
  const { startDemo } = await import('../demo/browser/server.js');
  const { url, close } = await startDemo({ port }).catch((error) => {
    if (error.code === 'EADDRINUSE') throw new Problem(`Port ${port} is in use. Omit --port to use any free port.`);
    throw error;
  });
  say(`\nOpen   ${url}\n\nBitbucket is a simulator in this process. Ctrl-C ends everything.\n`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
  });
  await close();
}

await demo().catch(fail);
