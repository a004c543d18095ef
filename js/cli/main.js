#!/usr/bin/env node
/**
 * The program `nocodb-bitbucket-auth`, for administrators of NocoDB.
 *
 * In: the command line. Out: the exit status. Never: an import of a file that an old Node.js cannot parse, before the version of
 * Node.js has been checked.
 */

import { readFileSync } from 'node:fs';
import { isTooOld } from './node-version.js';

// A program that reads the output, such as `head`, may end before this program does. That is not a failure, and the exit status
// is still useful.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
  });
}

const { version, engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

if (isTooOld(process.versions.node, engines.node)) {
  console.error(`nocodb-bitbucket-auth needs Node.js ${engines.node}; this is ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  const { run } = await import('./run.js');
  process.exitCode = await run(process.argv.slice(2), { version, env: process.env });
}
