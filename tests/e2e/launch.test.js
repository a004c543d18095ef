/**
 * The launcher of NocoDB when a signal ends NocoDB before it is ready.
 *
 * In: a signal that is aborted before there is a process, or soon after. Out: verdicts on whether NocoDB ended.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startNocodb } from '../../demo/nocodb/launch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts NocoDB with this signal; whatever comes of it is gone after the test. */
function startWith(context, signal) {
  const data = mkdtempSync(join(tmpdir(), 'nocodb-data-'));
  const starting = startNocodb({ port: 0, data, pluginFrom: root, signal });
  context.after(async () => {
    await (await starting.catch(() => undefined))?.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return starting;
}

const endedEarly = { name: 'NocodbStartError', message: /^NocoDB ended before it was ready/ };

test('a signal that is already aborted ends NocoDB', async (context) => {
  await assert.rejects(startWith(context, AbortSignal.abort()), endedEarly);
});

test('a signal that is aborted while NocoDB starts ends it', async (context) => {
  const stopping = new AbortController();
  const starting = startWith(context, stopping.signal);
  stopping.abort();
  await assert.rejects(starting, endedEarly);
});
