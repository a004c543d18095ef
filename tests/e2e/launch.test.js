/**
 * The launcher of NocoDB (demo/nocodb/launch.js) when its AbortSignal is aborted before NocoDB is ready.
 *
 * In: a signal that is aborted before the process starts, or soon after. Out: whether NocoDB ended.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startNocodb } from '../../demo/nocodb/launch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts NocoDB with this signal. After the test, NocoDB is stopped and its data are removed. */
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

test('NocoDB does not start if the signal is already aborted', async (context) => {
  await assert.rejects(startWith(context, AbortSignal.abort()), endedEarly);
});

test('NocoDB ends if the signal is aborted while NocoDB starts', async (context) => {
  const stopping = new AbortController();
  const starting = startWith(context, stopping.signal);
  stopping.abort();
  await assert.rejects(starting, endedEarly);
});
