// Finds or installs what the commands need. A second run installs nothing.
//   node scripts/setup.mjs [--for start|test|build|screenshots|chaos]
// Every step checks first, installs only what is missing, prints a line about it, and checks again.
// If something cannot be installed from here, the step says how to get it, and the exit status is 1.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureCargoDeny } from './lib/cargo-deny.mjs';
import { ensureFirefox } from './lib/firefox.mjs';
import { ensureNewerNodes, ensureNocodb, ensurePackages, ensureProofs } from './lib/npm.mjs';
import { ensurePostgresql } from './lib/postgresql.mjs';
import { ensureRedis } from './lib/redis.mjs';
import { ensureRust, ensureWasmBindgen, ensureWasmTarget } from './lib/rust.mjs';
import { Problem, fail, say } from './lib/run.mjs';
import { ensureWebKit } from './lib/webkit.mjs';

const build = [ensureRust, ensureWasmTarget, ensureWasmBindgen, ensurePackages];
const steps = {
  // pkg/ is committed, so using the package needs no Rust.
  start: [ensurePackages, ensureNocodb],
  build,
  test: [...build, ensureCargoDeny, ensureProofs, ensureNewerNodes, ensureNocodb, ensureBrowser, ensureFirefox, ensureWebKit,
    ensureRedis],
  screenshots: [ensurePackages, ensureNocodb, ensureBrowser],
  // `npm run chaos -- nocodb`
  chaos: [ensurePackages, ensureNocodb, ensureRedis, ensurePostgresql],
};

/** Prepares the machine for a command: one of `steps`. Throws a Problem that says what is missing. */
export async function setup(purpose) {
  if (!Object.hasOwn(steps, purpose)) throw new Problem(`--for must be one of ${Object.keys(steps).join(', ')}.`);
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && (minor < 18 || (minor === 18 && patch < 1)))) {
    throw new Problem(`Node ${process.versions.node} is too old: 20.18.1 or newer is needed (https://nodejs.org).`);
  }
  for (const step of steps[purpose]) await step();
  say(`Set-up for ${purpose}: complete.`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { for: { type: 'string', default: 'test' } } });
  await setup(values.for).catch(fail);
}
