// npm run screenshots: takes the pictures of the guide from the real NocoDB, in light and dark.
//   node scripts/screenshots.mjs [--list] [NAME…]
// Starts the Bitbucket simulator, NocoDB with the packed package, and Chromium; writes docs/pictures/; and stops all three.
// `--list` only prints the file names, without the folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FOLDER, files, pictures, readme } from './lib/pictures/catalogue.mjs';
import { Problem, fail, root, say } from './lib/run.mjs';

const names = pictures.map(({ name }) => name);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Problem(`No picture is called ${unknown.join(', ')}. The pictures are ${names.join(', ')}.`);
  return { list: values.list, wanted: positionals.length > 0 ? positionals : names };
}

async function takeAll(wanted) {
  // Imported only here, because `--list` does not need these modules, and their packages may be missing before the set-up.
  const { setup } = await import('./setup.mjs');
  await setup('screenshots');
  const { startBitbucket } = await import('../demo/bitbucket/server.js');
  const { Host } = await import('../tests/e2e/support/host.js');
  const { freePort } = await import('../tests/support/http-server.js');
  const { ORIGIN, Studio } = await import('./lib/pictures/studio.mjs');
  const { play } = await import('./lib/pictures/scenes.mjs');
  const ends = [];
  try {
    const port = await freePort();
    const bitbucket = await startBitbucket({ clients: [{ callback: `${ORIGIN}/` }] });
    ends.push(() => bitbucket.close());
    const host = await Host.create();
    ends.push(() => host.remove());
    const studio = await Studio.open({ port, wanted });
    ends.push(() => studio.close());
    await play({ studio, host, port, bitbucket, wanted });
    studio.check();
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function main() {
  const { list, wanted } = readArguments();
  if (list) {
    say(files.join('\n'));
    return;
  }
  await takeAll(wanted);
  writeFileSync(join(root, FOLDER, 'README.md'), readme());
  say(`${wanted.length} pictures in ${FOLDER}, each in light and dark.`);
}

await main().catch(fail);
